#!/bin/sh
# test_generated.sh - the examples' migrations are what `tusk generate` makes of their tables: nothing is left to
# generate. Usage: test_generated.sh TUSK ROOT
set -u
tusk=$1
root=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r "$root/examples/notes/migrations" "$work/migrations"
echo 1..1
if "$tusk" generate --schema "$root/examples/notes/notes.def" --folder "$work/migrations" >"$work/said" 2>&1 &&
    diff -r "$root/examples/notes/migrations" "$work/migrations" >>"$work/said" 2>&1; then
    echo "ok 1 - examples/notes/migrations is up to date"
else
    echo "not ok 1 - examples/notes/migrations is up to date"
    sed 's/^/# /' "$work/said"
fi
