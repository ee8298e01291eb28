#!/bin/sh
# test_reports.sh - the reports on sizes, headers, symbols and coverage find what they are for (TAP)
set -eu
tools=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
count=0
failed=0

# judge NAME EXPECTED COMMAND...: it must be "right" (code 0), or fail with a line that holds EXPECTED
judge() {
    name=$1 expected=$2
    shift 2
    count=$((count + 1))
    if output=$("$@" 2>&1); then verdict=right; else verdict=wrong; fi
    case "$expected" in
    right) good=$([ "$verdict" = right ] && echo yes || echo no) ;;
    *) good=$(case "$verdict $output" in "wrong "*"$expected"*) echo yes ;; *) echo no ;; esac) ;;
    esac
    if [ "$good" = yes ]; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name: wanted \"$expected\", got $verdict:"
        echo "$output" | sed 's/^/# /'
    fi
}

empty() {
    rm -rf "$tree"
    mkdir -p "$tree/src/base" "$tree/include/tusk" "$tree/tests" "$tree/tools"
}

lines() { yes "$1" | head -n "$2"; }

# body NAME LINES: a function of so many lines, its signature over three of them
body() { printf 'static int\n%s(int a,\n  int b)\n{\n' "$1" && lines '    x();' "$(($2 - 5))" && echo '}'; }

# --- size-report
empty
judge "an empty tree is no success" "no function was found" "$tools/size-report" "$tree"
{ body short 10; body shorter 9; } >"$tree/src/base/a.c"
judge "short functions" right "$tools/size-report" "$tree"
body longest 80 >"$tree/tests/a.c"
judge "80 lines are allowed" right "$tools/size-report" "$tree"
body long 81 >"$tree/tests/a.c"
judge "81 lines are not" "tests/a.c:1: long() has 81 lines" "$tools/size-report" "$tree"
empty
{ body a 20; body b 20; body c 9; } >"$tree/src/base/a.c"
judge "the median counts" "the median of product is 20 lines" "$tools/size-report" "$tree"
{ for name in a b c d e f g h; do body $name 9; done; body y 60; body z 60; } >"$tree/src/base/a.c"
judge "the longest tenth counts" "p90 of product is 60 lines" "$tools/size-report" "$tree"
{ body a 9; lines '/* x */' 700; } >"$tree/src/base/a.c"
judge "a long file" "src/base/a.c: 709 lines" "$tools/size-report" "$tree"
body a 9 >"$tree/src/base/a.c"
lines '/* x */' 201 >"$tree/include/tusk/a.h"
judge "a long public header" "include/tusk/a.h: 201 lines" "$tools/size-report" "$tree"

# --- check-headers
header() {
    empty
    cp "$tools/list-api" "$tree/tools/"
    {
        printf '#define TUSK_API\n#define TUSK_NODISCARD\ntypedef int tusk_status;\n\n'
        printf '%s\n' "$@"
    } >"$tree/include/tusk/a.h"
}
header '/** Counts. */' 'TUSK_API int tusk_count(void);'
judge "a documented function" right "$tools/check-headers" "$tree"
header 'TUSK_API int tusk_count(void);'
judge "one without a comment" "a.h:5: tusk_count() has no comment" "$tools/check-headers" "$tree"
header '/** Counts, also with tusk_recount(). */' 'TUSK_API int tusk_count(void);' 'TUSK_API int tusk_recount(void);'
judge "one comment that names both" right "$tools/check-headers" "$tree"
header '/** Counts. */' 'TUSK_API int tusk_count(void);' 'TUSK_API int tusk_recount(void);'
judge "one comment that names the first" "a.h:7: tusk_recount() has no comment" "$tools/check-headers" "$tree"
header '/** Names. */' 'TUSK_API const char *tusk_name(void);'
judge "a pointer without a lifetime" "tusk_name() gives out a pointer" "$tools/check-headers" "$tree"
header '/** Names.' ' * Lifetime: static. */' 'TUSK_API const char *tusk_name(void);'
judge "a pointer with one" right "$tools/check-headers" "$tree"
header '/** Does. */' 'TUSK_API TUSK_NODISCARD tusk_status tusk_do(int a,' '    int b);'
judge "a failure nobody tells of" "tusk_do() can fail" "$tools/check-headers" "$tree"
header '/** Counts. */' 'TUSK_API size_t tusk_count(void);'
judge "a header that needs another" "a.h does not compile alone" "$tools/check-headers" "$tree"

# --- check-symbols
library() {
    printf '%s\n' "$@" >"$tree/a.c"
    ${CC:-cc} -shared -fPIC -fvisibility=hidden -o "$tree/a.so" "$tree/a.c"
}
shown='__attribute__((visibility("default")))'
header '/** Counts. */' 'TUSK_API int tusk_count(void);'
library "$shown int tusk_count(void);" 'int tusk_count(void) { return 1; }' 'int tusk_hidden(void) { return 1; }'
judge "what is declared is exported" right "$tools/check-symbols" "$tree/a.so" "$tree"
library 'int tusk_count(void) { return 1; }'
judge "what is declared is missing" "a.h:6: tusk_count() is declared" "$tools/check-symbols" "$tree/a.so" "$tree"
library "$shown int tusk_count(void) { return 1; }" "$shown int tusk_more(void) { return 1; }"
judge "what nobody declares is exported" "tusk_more is exported" "$tools/check-symbols" "$tree/a.so" "$tree"
library "$shown int tusk_count(void) { return 1; }" "$shown int count(void) { return 1; }"
judge "a name that is not ours is exported" "count is exported" "$tools/check-symbols" "$tree/a.so" "$tree"

# --- coverage-report
empty
mkdir "$tree/build"
judge "nothing measured is no success" "nothing was measured" "$tools/coverage-report" "$tree/build" 10
printf 'int main(int n, char **v)\n{\n    if (n < 2) return 0;\n    n++;\n    n++;\n    n++;\n    return n;\n}\n' \
    >"$tree/src/base/a.c"
if command -v gcc >/dev/null && command -v gcov >/dev/null; then
    # twice, as two programs: the second runs what the first does not
    (cd "$tree/build" && for name in one two; do
        gcc --coverage -c -o $name.o ../src/base/a.c && gcc --coverage -o $name $name.o
    done && ./one)
    judge "too few lines were run" "src/ 33.3 %" "$tools/coverage-report" "$tree/build" 50
    (cd "$tree/build" && ./two more) || :
    judge "any program's run counts" right "$tools/coverage-report" "$tree/build" 100
fi

echo "1..$count"
[ "$failed" -eq 0 ]
