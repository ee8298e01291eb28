#!/bin/sh
# test_install.sh - installs the built tree below a folder of its own and uses what is there, from a foreign folder.
# Usage: test_install.sh BUILD SOURCE PREFIX MESON
set -u
build=$1
source=$2
prefix=$3
meson=$4
number=0
work=$(mktemp -d "${TMPDIR:-/tmp}/tusk-install-XXXXXX")
chmod 711 "$work"
data=$work/data
program=

end() {
    if [ -n "$program" ]; then kill "$program" 2>/dev/null; wait "$program" 2>/dev/null; fi
    if [ -e "$data/lock" ]; then TUSK_DATA_DIR=$data "$top/bin/tusk" pg --force stop >/dev/null 2>&1; fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

result() { # status, what
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
        echo "not ok $number - $2"
        sed 's/^/# /' "$work/log" 2>/dev/null | tail -n 20
    fi
}

# ask PATH [BODY]: what the backend answers; node is there wherever the tests run, curl may not be
ask() {
    node -e 'const [path, body] = process.argv.slice(1);
        fetch("http://localhost:" + process.env.BACKEND_PORT + path, body ? { method: "POST", body, headers: { "content-type": "application/json" } } : {})
            .then((r) => r.text()).then(console.log, (e) => (console.error(String(e)), process.exit(1)))' "$@" 2>>"$work/log"
}

echo 1..16
DESTDIR=$work/root "$meson" install -C "$build" --no-rebuild --quiet >"$work/log" 2>&1
result $? "it installs below DESTDIR"
top=$work/root$prefix
if [ -n "$(find "$work/root" -type f ! -path "$top/*")" ]; then find "$work/root" -type f ! -path "$top/*" >"$work/log"; false; fi
result $? "nothing outside the prefix"

# made at configuration time are those of meson itself and the unit, which has no rule
ninja -C "$build" -t query installed >"$work/made" 2>"$work/log"
"$meson" introspect --installed "$build" | grep -o '"[^"]*": ' | sed -n "s#^\"$build/\(.*\)\": #\1#p" |
    grep -v -e '^meson-private/' -e '\.service$' | while read -r file; do
        grep -qE "[[:space:]]$file\$" "$work/made" || echo "ninja installed does not make $file"
    done >>"$work/log"
[ -s "$work/made" ] && [ ! -s "$work/log" ]
result $? "ninja installed makes all of it"

mkdir "$work/elsewhere"
cd "$work/elsewhere" || exit 1
for name in $(env | sed -n 's/^\(POSTGRES_[A-Z_]*\|PG[A-Z]*\|DEPLOYSTACK_[A-Z_]*\|LD_LIBRARY_PATH\)=.*/\1/p'); do unset "$name"; done

"$top/bin/tusk" --version >"$work/log" 2>&1 && grep -q '^tusk [0-9]' "$work/log"
result $? "tusk runs from any folder"
"$top/bin/deploystack" config >"$work/log" 2>&1
result $? "deploystack finds its own files from any folder"

port=$(($$ % 20000 + 20000))
for try in 1 2 3 4 5; do
    TUSK_DATA_DIR=$data PORT=$port FRONTEND_PORT=0 "$top/bin/deploystack" serve >"$work/log" 2>&1 &
    program=$!
    n=0
    while [ $n -lt 600 ] && kill -0 "$program" 2>/dev/null && ! grep -q 'is running' "$work/log"; do
        sleep 0.1
        n=$((n + 1))
    done
    if kill -0 "$program" 2>/dev/null; then break; fi
    grep -q 'in use' "$work/log" || break
    port=$((port + 1 + try))
done
grep -q 'is running' "$work/log" && grep -q "look inside with: TUSK_DATA_DIR=$data tusk pg psql\$" "$work/log"
result $? "the installed backend starts, and says how to look at its data"
export BACKEND_PORT="$port"
ask /api/health | grep -q ok
result $? "and answers"
n=0
until ask /api/db/status | grep -q '"unset"' || [ $n -gt 100 ]; do n=$((n + 1)); done
ask /api/db/setup '{"type":"postgresql"}' | grep -q database_type
result $? "its own migrations are applied"
kill "$program" 2>>"$work/log"
wait "$program"
status=$?
program=
[ "$status" = 0 ]
result $? "and it stops"

pc() {
    PKG_CONFIG_PATH=$(dirname "$(find "$top" -name tusk.pc)") pkg-config --define-variable=prefix="$top" "$@" tusk
}
sed -n '/^```c$/,/^```$/{/^```/!p}' "$source/docs/testing.md" >program.c
# shellcheck disable=SC2046
cc -std=gnu17 -Wall -Wextra -Werror $(pc --cflags) program.c $(pc --libs) -o program >"$work/log" 2>&1
result $? "a program compiles with pkg-config and nothing else"
mkdir -p examples/notes
cp -r "$source/examples/notes/migrations" examples/notes/
TUSK_DATA_DIR=${TUSK_TEST_DATA_DIR:-$data} LD_LIBRARY_PATH=$(pc --variable=libdir) ./program >"$work/log" 2>&1 &&
    grep -q '^test_[0-9]*_[0-9]*_1: 0 notes$' "$work/log"
result $? "and runs"

# the commands of README's program, as they stand there; the installation itself was above
awk '/^## / { here = /^## A program/ } here && /^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$source/README.md" |
    grep -v '^make install' >commands
mkdir -p readme
cp -r "$source/examples" readme/
printf '#!/bin/sh\nexec %s --define-variable=prefix=%s "$@"\n' "$(command -v pkg-config)" "$top" >pkg-config
chmod +x pkg-config
(cd readme && PATH=$work/elsewhere:$top/bin:$PATH PKG_CONFIG_PATH=$(dirname "$(find "$top" -name tusk.pc)") \
    LD_LIBRARY_PATH=$(pc --variable=libdir) TUSK_DATA_DIR=$data sh -eu ../commands) >"$work/log" 2>&1 &&
    grep -q '^migrations/0000_create_teams.sql' "$work/log" && grep -q './teams' commands
result $? "README's program is generated, compiled and run with what README says"

for name in tusk deploystack; do
    bad=0
    grep -q '^\.SH COMMANDS' "$top/share/man/man1/$name.1" || bad=1
    for command in $("$top/bin/$name" --help | sed -n 's/^  \([a-z:]*\) .*/\1/p'); do
        grep -q "^\.SS $command" "$top/share/man/man1/$name.1" || { echo "$name.1: no $command" >>"$work/log"; bad=1; }
    done
    if command -v man >/dev/null 2>&1; then
        man --warnings -l "$top/share/man/man1/$name.1" 2>&1 >/dev/null | grep . >>"$work/log" && bad=1
    fi
    [ $bad = 0 ]
    result $? "$name(1) tells every command"
done

# What bash offers for a line that was typed; it hands the words over as readline divides them, at ":" too.
cat >complete.bash <<'END'
. "$1"
name=$2 COMP_LINE=$3 COMP_POINT=${#3} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
read -ra COMP_WORDS <<<"${COMP_LINE//:/ : }"
[[ $COMP_LINE != *[:\ ] ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
"_$name"
printf '%s\n' "${COMPREPLY[@]}"
END

# offers NAME LINE WORD...: each of the words is offered
offers() {
    offering=$1 line=$2
    shift 2
    bash complete.bash "$top/share/bash-completion/completions/$offering" "$offering" "$line" >"$work/completed" 2>>"$work/log"
    for word; do
        grep -qxF -e "$word" "$work/completed" && continue
        echo "\"$line\" is not offered $word but:" >>"$work/log"
        cat "$work/completed" >>"$work/log"
        bad=1
    done
}

bad=0
for name in tusk deploystack; do
    : >"$work/log"
    bash -n "$top/share/bash-completion/completions/$name" 2>>"$work/log" || bad=1
    if command -v zsh >/dev/null 2>&1; then zsh -n "$top/share/zsh/site-functions/_$name" 2>>"$work/log" || bad=1; fi
    for command in $("$top/bin/$name" --help | sed -n 's/^  \([a-z:]*\) .*/\1/p'); do
        offers "$name" "$name ${command%:*}" "$command"
        # shellcheck disable=SC2046
        offers "$name" "$name $command --" $("$top/bin/$name" "$command" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p')
        grep -qF -e "$command)" "$top/share/zsh/site-functions/_$name" || { echo "zsh: no $command" >>"$work/log"; bad=1; }
    done
done
offers deploystack "deploystack db:u" up # what stands before the ":" is there already
offers deploystack "deploystack catalog " import
offers tusk "tusk backup v" verify
offers tusk "tusk up --folder sh"
[ ! -s "$work/completed" ] || ! grep -q -e -- "$work/completed" || bad=1
[ $bad = 0 ]
result $? "bash and zsh complete every command and option"

unit=$top/lib/systemd/system/deploystack.service
sed "s#$prefix/bin/#$top/bin/#" "$unit" >"$work/deploystack.service" 2>"$work/log"
if command -v systemd-analyze >/dev/null 2>&1; then
    systemd-analyze verify --man=no "$work/deploystack.service" >"$work/log" 2>&1 && [ ! -s "$work/log" ]
else
    grep -q "^ExecStart=$prefix/bin/deploystack serve" "$unit"
fi
result $? "the service starts the installed program"
