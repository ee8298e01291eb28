#!/bin/sh
# test_shop.sh - a program with its schema compiled in: it generates, applies and checks without its .def file.
# Usage: test_shop.sh SHOP
set -u
shop=$(cd "$(dirname "$1")" && pwd -P)/${1##*/}
folder=$(mktemp -d "${TMPDIR:-/tmp}/tusk-shop-XXXXXX")
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
export TUSK_DATA_DIR="$folder/data"
cd "$folder" || exit 1
number=0

# ok NAME PATTERN COMMAND...: the command succeeds and says so
ok() {
    number=$((number + 1))
    name=$1 pattern=$2
    shift 2
    if said=$("$@" 2>&1) && printf '%s\n' "$said" | grep -q -- "$pattern"; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$said" | sed 's/^/# /'
    fi
}

echo 1..8
ok "it generates from what it was compiled with" '0000_baseline.sql: 4 statements' "$shop" generate
ok "and then has nothing to say" 'nothing to do: schema' "$shop" generate
ok "what differs is told" 'create *table *public.purchases' "$shop" diff empty schema --summary
ok "a rehearsal changes nothing" '1 migration would be applied' "$shop" up --dry-run
ok "it applies" '1 migration applied' "$shop" up
ok "its state is for programs, too" '"state": "applied"' "$shop" status --json
ok "everything fits together" 'everything fits together' "$shop" check
ok "the database is as the schema says" 'nothing to do' "$shop" push
