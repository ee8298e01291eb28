#!/bin/sh
# test_schema.sh - the schema that docs/schema.md shows is one that tusk takes. Usage: test_schema.sh ROOT TUSK
set -u
root=$1
tusk=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 1..2

awk '/^```def$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/docs/schema.md" >"$work/shown.def"
if "$tusk" generate --schema "$work/shown.def" --folder "$work/migrations" >"$work/said" 2>&1; then
    echo "ok 1 - it is generated"
else
    echo "not ok 1 - it is generated"
    sed 's/^/# /' "$work/said"
fi

# every word that the readers know is told about
sed -n 's/^#undef \([A-Z_]*\)$/\1/p' "$root/include/tusk/undef.h" "$root/include/tusk/keep.h" | grep -v '^TUSK_' | sort -u |
    while read -r word; do
        grep -q "\\b$word\\b" "$root/docs/schema.md" || echo "$word"
    done >"$work/untold"
if [ ! -s "$work/untold" ]; then
    echo "ok 2 - every word is explained"
else
    echo "not ok 2 - every word is explained"
    sed 's/^/# /' "$work/untold"
fi
