#!/bin/bash
# Runs the suite on the build with Microsoft Orleans, on clusters of two and of three silos: what cannot be serialised fails only between
# silos. It starts a PostgreSQL of its own in a temporary folder. Where packages or PostgreSQL cannot be had it says so and ends with 0.
# With arguments it runs those test projects only, on two silos: tests/orleans.sh tests/Silo
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export Hosting=Orleans DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
unset Aspire

# What states the same of both builds, and what is about clusters.
readonly on_three_silos=(tests/OrleansContract tests/Silo tests/Cluster)

work=$(mktemp -d)
server=
stop() {
    # It ends, and its folder is ours again, when its input does.
    [ -n "$server" ] && exec {postgres_in}>&- && wait "$server" 2>/dev/null
    rm -rf "$work"
}
trap stop EXIT

skip() {
    echo "skipped: the suite on Microsoft Orleans: $1"
    exit 0
}

# A package that the registry lacks is a reason to skip; any other failure is one to fail.
restore() {
    dotnet restore ControlPlane.sln >"$work/restore" 2>&1 && return
    local lacking
    lacking=$(grep -oE 'NU1(101|102|103|301): [^[]*' "$work/restore" | sort -u | head -n 3)
    [ -n "$lacking" ] && skip "$lacking"
    cat "$work/restore" >&2
    exit 1
}

start_postgres() {
    local said
    mkdir "$work/postgres" && chmod 711 "$work"
    coproc postgres { exec bash tests/TestKit/postgres.sh "$work/postgres" max_connections=500; }
    server=$postgres_PID
    exec {postgres_in}>&"${postgres[1]}" {postgres[1]}>&-
    read -r said <&"${postgres[0]}" || said="it said nothing"
    [ "$said" = ready ] || skip "$said"
    export MPTEST_DATABASE="Host=$work/postgres;Username=postgres;Password=postgres;Database=postgres"
    export MPLAB_DATABASE=$MPTEST_DATABASE
}

status=0
run() {
    local silos=$1 results=${VSTestResultsDirectory:-}
    shift
    echo "+ Hosting=Orleans MPTEST_SILOS=$silos dotnet test $*"
    if [ -n "$results" ]; then
        VSTestResultsDirectory="$results/orleans-$silos" MPTEST_SILOS=$silos dotnet test --no-restore "$@" || status=1
    else
        MPTEST_SILOS=$silos dotnet test --no-restore "$@" || status=1
    fi
}

restore
start_postgres
dotnet publish Silo/Silo.csproj --no-restore -v q -o "$work/silo" || exit 1
export MPTEST_SILO="$work/silo/mpsilo.dll"
if [ $# -gt 0 ]; then
    for project in "$@"; do run 2 "$project"; done
else
    run 2 ControlPlane.sln
    for project in "${on_three_silos[@]}"; do run 3 "$project"; done
fi
exit $status
