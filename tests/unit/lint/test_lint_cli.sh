#!/bin/sh
# test_lint_cli.sh - tusk lint from the outside: exit status, levels, JSON, folders. Usage: test_lint_cli.sh TUSK
set -u
tusk=$(cd "$(dirname "$1")" && pwd -P)/${1##*/}
number=0
work=$(mktemp -d "${TMPDIR:-/tmp}/tusk-lint-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# is WHAT STATUS TEXT COMMAND...: the command ends so, and its output (both) has the text
is() {
    number=$((number + 1))
    what=$1 status=$2 text=$3
    shift 3
    "$@" >out 2>&1
    got=$?
    if [ "$got" -eq "$status" ] && grep -qF -e "$text" out; then echo "ok $number - $what"; else
        echo "not ok $number - $what (ended with $got)"
        sed 's/^/# /' out
    fi
}

echo 1..14
echo 'ALTER TABLE teams DROP COLUMN note;' >drop.sql
echo 'CREATE TABLE t (data json);' >json.sql
echo 'ALTER TABLE teams ADD COLUMN a integer NOT NULL;' >required.sql
mkdir -p migrations/meta
cp json.sql migrations/0000_a.sql
cp drop.sql migrations/0001_b.sql
cat >migrations/meta/_journal.json <<'END'
{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1,"tag":"0000_a","breakpoints":true},
{"idx":1,"version":"7","when":2,"tag":"0001_b","breakpoints":true}]}
END

is "a warning makes it fail" 1 'drop.sql:1: warning: the column "note"' "$tusk" lint drop.sql
is "but not at the level of errors" 0 "0 errors, 1 warning" "$tusk" lint --level error drop.sql
is "a note does not" 0 "1 note" "$tusk" lint json.sql
is "but at its own level" 1 "1 note" "$tusk" lint --level note json.sql
is "an error does at any" 1 "adding-required-column" "$tusk" lint --level error required.sql
is "several files, one ignored rule" 1 "1 error, 0 warnings, 1 note" "$tusk" lint --ignore dropping-column drop.sql json.sql required.sql
is "JSON" 1 '"lock": "ACCESS EXCLUSIVE on public.teams"' "$tusk" lint --json drop.sql
is "the newest migration of a folder" 1 "0 errors, 1 warning, 0 notes" "$tusk" lint migrations
is "all of them" 1 "0 errors, 1 warning, 1 note" "$tusk" lint --all --folder migrations
is "a folder without migrations" 1 "no migrations" "$tusk" lint --folder "$work/none"
is "a file that is not there" 1 "none.sql" "$tusk" lint none.sql
is "a rule that there is not" 1 'there is no rule "nope"' "$tusk" lint --rules nope drop.sql
is "a level that there is not" 2 "--level is" "$tusk" lint --level fatal drop.sql
is "what another program says" 1 'standard input:1: warning' sh -c '"$1" lint - <drop.sql' sh "$tusk"
