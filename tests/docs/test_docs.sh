#!/bin/sh
# test_docs.sh - what docs/ says of settings, commands and files is so. Usage: test_docs.sh ROOT DEPLOYSTACK
set -u
root=$1
deploystack=$2
number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

result() { # 0 or more, what
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

echo 1..3

"$deploystack" config --markdown >"$work/said"
awk '/^<!-- made by/ { inside = 1; next } /^<!-- end/ { inside = 0 } inside' "$root/docs/configuration.md" >"$work/written"
diff "$work/written" "$work/said" >"$work/difference" 2>&1
result $? "docs/configuration.md has the program's own table of settings"
sed 's/^/# /' "$work/difference"

# a link to a file of the repository leads somewhere
for file in "$root"/*.md "$root"/docs/*.md; do
    grep -o '](\([^)#:]*\)[^):]*)' "$file" | sed 's/^](//; s/[#)].*//' | while read -r target; do
        [ -z "$target" ] || [ -e "$(dirname "$file")/$target" ] || echo "$file: $target"
    done
done >"$work/broken"
[ ! -s "$work/broken" ]
result $? "links lead to files"
sed 's/^/# /' "$work/broken"

# settings that a document speaks of exist
"$deploystack" config --json 2>/dev/null | sed -n 's/^  "\([A-Z_]*\)".*/\1/p' >"$work/known"
grep -hoE '\b(POSTGRES|DEPLOYSTACK|TRUSTED|LOG|FRONTEND)_[A-Z_]+\b' "$root"/docs/*.md "$root/README.md" | sort -u |
    grep -vE '^POSTGRES_(DB|)$' | grep -vxF -f "$work/known" >"$work/unknown"
[ ! -s "$work/unknown" ]
result $? "settings that documents speak of exist"
sed 's/^/# /' "$work/unknown"
