#!/bin/sh
# test_docs.sh - what docs/ says of settings, commands and files is so. Usage: test_docs.sh ROOT DEPLOYSTACK TUSK
set -u
root=$1
deploystack=$2
tusk=$3
number=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

result() { # 0 or more, what
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

echo 1..6

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
grep -hoE '\b(POSTGRES|DEPLOYSTACK|TRUSTED|LOG|FRONTEND)_[A-Z_]+\b' "$root"/docs/*.md "$root/README.md" "$root/compose.yaml" "$root/packaging/deploystack.service.in" |
    sort -u | grep -vE '^POSTGRES_(DB|INITDB_ARGS|PASSWORD_SECRET|CONNECTION)$' | grep -vxF -f "$work/known" >"$work/unknown"
[ ! -s "$work/unknown" ]
result $? "settings that documents speak of exist"
sed 's/^/# /' "$work/unknown"

major=$(sed -n 's/^ *image: postgres:\([0-9]*\).*/\1/p' "$root/compose.yaml")
[ -n "$major" ] && grep -q "postgresql-client-$major " "$root/Dockerfile"
result $? "the image has the client programs of compose.yaml's PostgreSQL"
sed -n '/ports:/,/volumes:/p' "$root/compose.yaml" | grep '^ *- "' | grep -v '"127.0.0.1:' >"$work/open"
[ ! -s "$work/open" ] && grep -q 'postgres_data:/var/lib/postgresql$' "$root/compose.yaml"
result $? "compose.yaml opens ports to this machine only and keeps the data where $major has them"

# commands with their options, in the documents and in what the programs tell to do next
{
    grep -ohE '(^|[ `])(tusk|deploystack) [a-z][a-z:]*[^`#|]*' "$root"/*.md "$root"/docs/*.md
    grep -rohE '`(tusk|deploystack) [a-z][a-z:]*[^`"#|]*' --include='*.[ch]' --include='*.js' "$root/src" "$root/cli" "$root/services" "$root/include"
} | sed 's/^[ `]*//' | sort -u >"$work/commands"
while read -r program command rest; do
    path=$tusk
    [ "$program" = tusk ] || path=$deploystack
    help=$work/help-$program-$command
    [ -e "$help" ] || "$path" "$command" --help >"$help" 2>/dev/null
    [ -s "$help" ] || echo "$program has no command $command"
    for option in $(echo " $rest" | grep -oE ' --[a-z-]+' | grep -v -- '--help$'); do
        grep -q -e "^  $option " "$help" || echo "$program $command has no $option"
    done
done <"$work/commands" >"$work/strange"
[ -s "$work/commands" ] && [ ! -s "$work/strange" ]
result $? "commands and options that are spoken of exist"
sed 's/^/# /' "$work/strange"
