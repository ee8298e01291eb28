#!/bin/sh
# test_readme.sh - the C that README.md shows under "A program" is that of examples/, which is built with the tree: what a
# reader copies compiles. Usage: test_readme.sh ROOT
set -u
root=$1
number=0

# The Nth block of C of the section, without its fences.
block() {
    awk -v wanted="$1" '
        /^## / { here = /^## A program/ }
        here && /^```c$/ { inside = ++n == wanted; next }
        /^```/ { inside = 0 }
        inside' "$root/README.md"
}

# A file without the comment on its first lines.
code() {
    awk 'comment == 0 && /^\/\*/ { comment = 1 }
         comment != 1 { print }
         comment == 1 && /\*\// { comment = 2 }' "$1"
}

same() { # block, file
    number=$((number + 1))
    shown=$(block "$1")
    if [ -n "$shown" ] && [ "$shown" = "$(code "$root/$2")" ]; then
        echo "ok $number - README.md shows $2"
    else
        echo "not ok $number - README.md shows $2"
        echo "# block $1 of \"A program\" is not the file without its first comment"
    fi
}

echo 1..3
same 1 examples/teams.def
same 2 examples/teams.c
if [ -z "$(block 3)" ]; then
    echo "ok 3 - and no other C that nobody compiles"
else
    echo "not ok 3 - and no other C that nobody compiles"
fi
