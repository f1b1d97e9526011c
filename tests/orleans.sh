#!/bin/bash
# Runs on the build with Microsoft Orleans what differs between the builds: the contract of grains, the silo, the Lab's scenarios, and what
# is about clusters. On two and on three silos, never on one: what cannot be serialised fails only between silos. The other projects
# (policies, protocol, agent, ...) compile to the same in both builds. It starts a PostgreSQL of its own in a temporary folder. Where
# packages or PostgreSQL cannot be had it says so and ends with 0.
#
#   tests/orleans.sh [PROJECT...]     these alone, such as tests/Silo
#
# Needs the .NET SDK on the PATH. With VSTestLogger=trx and VSTestResultsDirectory it leaves its records there.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export Hosting=Orleans DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
unset Aspire

readonly projects=tests/orleans.slnf

# A lab has two silos; these are its tests with silos in them.
readonly scenarios='FullyQualifiedName~.Simulated.|FullyQualifiedName~.Demo.|FullyQualifiedName~.WholeTrace|FullyQualifiedName~.TunFleet'

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

# A package that the registry lacks, or a registry that does not answer, is a reason to skip; any other failure is one to fail.
restore() {
    dotnet restore "$projects" >"$work/restore" 2>&1 && return
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

run() {
    local silos=$1
    shift
    echo "+ Hosting=Orleans MPTEST_SILOS=$silos dotnet test $*"
    if [ -n "$results" ]; then export VSTestResultsDirectory="$results/orleans-$silos/$1"; fi
    MPTEST_SILOS=$silos dotnet test --no-build "$@"
}

on_two_and_three() {
    local project failed=0
    for project in "$@"; do
        run 2 "$project" || failed=1
        run 3 "$project" || failed=1
    done
    return $failed
}

results=${VSTestResultsDirectory:-}
restore
start_postgres
dotnet build "$projects" --no-restore -v q || exit 1
export MPTEST_SILO="$PWD/artifacts/Orleans/bin/Silo/debug/mpsilo.dll"
if [ $# -gt 0 ]; then
    on_two_and_three "$@"
    exit
fi

# What loses silos and databases waits for most of its time, so the others run beside it.
on_two_and_three tests/Cluster >"$work/cluster" 2>&1 &
beside=$!
status=0
on_two_and_three tests/OrleansContract tests/Silo || status=1
run 2 tests/Lab --filter "$scenarios" || status=1
wait "$beside" || status=1
cat "$work/cluster"
exit $status
