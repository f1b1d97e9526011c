#!/bin/bash
# A PostgreSQL server in a folder of its own, for tests: reached by a socket in the folder and by nothing else; the superuser is "postgres"
# with the password "postgres". As root it runs as the user postgres, for the server refuses to be root.
#
#   postgres.sh FOLDER [SETTING=VALUE...]
#
# Says "ready" once it answers. Then takes commands, a line each, and says "done" after each: "stop" (orderly), "kill" (as after a crash),
# "start". It ends, and the server with it, when its input ends: whoever holds the other end may die as it likes.
# Exits with 3 and the reason when there is no PostgreSQL to run.
set -uo pipefail
folder=$1
shift

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || echo /)")
if [ ! -x "$bin/initdb" ] || [ ! -x "$bin/pg_ctl" ]; then
    echo "there is no PostgreSQL: neither in /usr/lib/postgresql nor on the PATH (Debian: apt-get install postgresql)"
    exit 3
fi

as=()
if [ "$(id -u)" -eq 0 ]; then
    if ! id postgres >/dev/null 2>&1; then
        echo "PostgreSQL does not run as root, and there is no user postgres"
        exit 3
    fi
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chown postgres "$folder"
fi
cd "$folder" || exit 2

settings=(-c listen_addresses= -c unix_socket_directories="$folder" -c max_connections=300)
for setting in fsync=off "$@"; do
    settings+=(-c "$setting")
done

# Standard input is the other side's; no child may read from it or keep it open.
server() {
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/log" "$@" </dev/null >/dev/null 2>&1
}

start() {
    server start -o "${settings[*]}" || { tail -n 5 "$folder/log" >&2; return 1; }
}

echo postgres >"$folder/password"
chmod 644 "$folder/password"
"${as[@]}" "$bin/initdb" -D "$folder/data" -U postgres --pwfile="$folder/password" --auth=scram-sha-256 --locale=C --encoding=UTF8 \
    --no-sync </dev/null >/dev/null || exit 2
start || exit 2
echo ready

while read -r command; do
    case $command in
        stop) server stop -m fast ;;
        kill) server stop -m immediate ;;
        start) start ;;
    esac && echo done || echo failed
done
server stop -m immediate
