#!/bin/sh
# test_check_layers.sh - each wrong include is found, each right one passes (TAP)
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
count=0
failed=0

# judge EXPECTED FILE INCLUDE: a tree with that one include must be "right", or give a line that holds EXPECTED
judge() {
    expected=$1 file=$2 include=$3
    rm -rf "$tree/src" "$tree/include" "$tree/cli" "$tree/services" "$tree/examples"
    mkdir -p "$tree/src/base" "$tree/$(dirname "$file")"
    printf '/* x */\n#include %s\n' "$include" >"$tree/$file"
    case $file in
    src/*.c) if [ "$expected" != "the last include" ]; then
        echo '#include "src/base/banned.h"' >>"$tree/$file"
    fi ;;
    esac
    count=$((count + 1))
    if output=$("$check" "$tree"); then verdict=right; else verdict=wrong; fi
    case $expected in
    right) good=$([ "$verdict" = right ] && echo yes || echo no) ;;
    *) good=$(case "$verdict $output" in "wrong $file:2: "*"$expected"*) echo yes ;; *) echo no ;; esac) ;;
    esac
    if [ "$good" = yes ]; then
        echo "ok $count - $file with $include"
    else
        failed=$((failed + 1))
        echo "not ok $count - $file with $include: wanted \"$expected\", got: $output"
    fi
}

judge right src/base/a.c '<stdio.h>'
judge right src/base/a.c '"src/base/mem.h"'
judge right src/base/a.c '"tusk/arena.h"'
judge right src/sql/a.c '"src/model/model.h"'
judge right src/sql/a.c '"tusk/query.h"'
judge right src/wire/a.c '<libpq-fe.h>'
judge right src/migrate/a.c '"src/introspect/i.h"'
judge right src/migrate/a.c '<openssl/evp.h>'
judge right include/tusk/a.h '"tusk/str.h"'
judge right cli/cmd_up.c '"cli/cli.h"'
judge right cli/cmd_up.c '<tusk/pool.h>'
judge right services/backend/main.c '"cli/cli.h"'
judge right services/backend/app/a.c '"services/backend/http/http.h"'
judge right services/backend/app/a.c '"tusk/sql.h"'
judge right services/backend/http/a.c '"tusk/log.h"'
judge right services/backend/http/a.c '"services/backend/http/http.h"'
judge right services/backend/http/a.c '"src/base/banned.h"'
judge right examples/a.c '"tusk/tusk.h"'
judge 'src/base may not include src/model' src/base/a.c '"src/model/model.h"'
judge 'of tusk/ this folder uses only' src/base/a.h '"tusk/pool.h"'
judge 'the C library only' src/base/a.c '<openssl/sha.h>'
judge 'src/sql may not include src/query' src/sql/a.c '"src/query/query.h"'
judge 'src/pool may not include src/run' src/pool/a.h '  "src/run/run.h"'
judge 'src/diff may not include src/wire' src/diff/a.c '"src/wire/wire.h"'
judge 'libpq is used in src/wire only' src/pool/a.c '<libpq-fe.h>'
judge 'libpq is used in src/wire only' cli/a.c '<libpq-fe.h>'
judge 'is not in the table' src/sql/a.c '"src/magic/m.h"'
judge 'relative to the root' src/base/a.c '"mem.h"'
judge 'relative to the root' src/base/a.c '"../base/mem.h"'
judge 'the last include' src/base/a.c '<stdio.h>'
judge 'src/ stands on nothing' src/run/a.c '"cli/cli.h"'
judge 'only tusk/ headers' include/tusk/a.h '"src/base/mem.h"'
judge 'only tusk/ headers' include/tusk/a.h '"src/base/banned.h"'
judge 'only through tusk/ headers' cli/a.c '"src/base/mem.h"'
judge 'only through tusk/ headers' services/backend/app/a.c '"src/run/run.h"'
judge 'only through tusk/ headers' examples/a.c '"src/run/run.h"'
judge 'may not include this' cli/a.c '"services/backend/app/app.h"'
judge 'may not include this' services/backend/app/a.c '"cli/options.h"'
judge 'of tusk/ this folder uses only' services/backend/http/a.c '"tusk/query.h"'
judge 'of tusk/ this folder uses only' services/backend/http/a.c '<tusk/sql.h>'
judge 'may not include this' services/backend/http/a.c '"services/backend/app/app.h"'
judge 'only through tusk/ headers' services/backend/http/a.c '"src/base/mem.h"'

echo "1..$count"
[ "$failed" = 0 ]
