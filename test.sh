#!/usr/bin/env bash
# Builds everything and runs every test. The last line is "N passed, N failed, N skipped". ./test.sh --help
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/build/prerequisites.sh"

filter=()
while (($#)); do
    case "$1" in
        --filter)
            (($# > 1)) || fail "--filter needs a value, as dotnet test --filter takes it."
            filter=(--filter "$2")
            shift 2
            ;;
        --pictures) export PORTAL_PICTURES=1 && shift ;;
        -h | --help)
            echo "./test.sh [--filter EXPRESSION] [--pictures]   builds everything and runs every test (or those dotnet test --filter selects);"
            echo "--pictures takes the user guide's pictures anew"
            exit 0
            ;;
        *) fail "Unknown option '$1' (--help shows every option)." ;;
    esac
done

require_packages "postgresql:/usr/lib/postgresql/*/bin/postgres" "docker-registry:docker-registry" \
    "libzstd1:libzstd.so.1" "libicu72:libicuuc.so.*" "libssl3:libssl.so.3" "ca-certificates:/etc/ssl/certs/ca-certificates.crt" "libldap-2.5-0:libldap-2.5.so.*" "util-linux:setpriv" \
    "slapd:/usr/sbin/slapd" "ldap-utils:ldapadd" "skopeo:skopeo" "podman:podman" "buildah:buildah" "openssl:openssl" "uidmap:newuidmap" "chromium:chromium" \
    "nodejs:node" "npm:npm"
# After the packages: dotnet itself needs ICU before it can say its version.
require_dotnet "$root"

cd "$root"
results="$root/artifacts/test-results"
rm -rf "$results" && mkdir -p "$results" || fail "$results cannot be written; run this as the owner of the clone."
# No build server may outlive the script: it would hold files of the clone.
export MSBUILDDISABLENODEREUSE=1

step() {
    local name="$1" started=$SECONDS
    shift
    echo "== $name"
    "$@" || {
        echo "$name failed." >&2
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    }
    echo "   $name: $((SECONDS - started)) s"
}

step "restore" dotnet restore Portal.sln --locked-mode -v q --nologo
# The identity provider that sign-in is tested against.
step "identity provider" npm ci --prefix tests/Portal.TestKit/IdentityProvider --ignore-scripts --no-audit --no-fund --silent
step "build" dotnet build Portal.sln -c Release --no-restore --nologo -v q -warnaserror
# Style rules are held by the build; this holds the layout of the files.
step "format" dotnet format whitespace Portal.sln --no-restore --verify-no-changes -v q

# count NAME FILE ...: one number of the results files, summed over all of them.
count() {
    local name="$1"
    shift
    { grep -ho "<Counters [^>]*" "$@" || true; } | sed -n "s/.* $name=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Tests of races and kills share two processors with everything else. A few that fail are run once more, alone: what passes then counts as passed and is named as unsteady, to be mended; what does not has failed.
unsteady=0
run_again() {
    local project="$1" name="$2" names failures
    failures="$(count failed "$results/$name.trx")"
    ((failures > 0 && failures <= 5)) || return 0
    names="$({ grep -o '<UnitTestResult [^>]*outcome="Failed"[^>]*' "$results/$name.trx" || true; } | sed -n 's/.* testName="\([A-Za-z0-9_.]*\).*/\1/p' | sort -u)"
    [[ -n "$names" ]] || return 0
    echo "== $name, again: ${names//$'\n'/ }"
    dotnet test "$project" -c Release --no-build --nologo -v q --results-directory "$results/again" \
        --blame-hang --blame-hang-timeout 8m --blame-hang-dump-type none \
        --filter "$(sed 's/^/FullyQualifiedName=/' <<<"$names" | paste -sd '|')" \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" </dev/null || return 0
    (($(count passed "$results/again/$name.trx") >= failures)) || return 0
    unsteady=$((unsteady + failures))
    echo "UNSTEADY, failed once and passed alone: ${names//$'\n'/ }"
}

broken=0
for project in tests/*.Tests/*.csproj; do
    name="$(basename "$project" .csproj)"
    started=$SECONDS
    echo "== $name"
    status=0
    # a test that never ends is named and ends the run, instead of holding it up for ever
    dotnet test "$project" -c Release --no-build --nologo -v q --results-directory "$results" \
        --blame-hang --blame-hang-timeout 8m --blame-hang-dump-type none \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" "${filter[@]}" </dev/null || status=$?
    trx="$results/$name.trx"
    if [[ -e "$trx" ]]; then
        # A run that broke without a failed test (a crash, a time-out) must not look green.
        ((status == 0)) || (($(count failed "$trx") > 0)) || broken=$((broken + 1))
        run_again "$project" "$name"
    elif ((status != 0 || ${#filter[@]} == 0)) && compgen -G "tests/$name/*/*.cs" >/dev/null; then
        echo "$name left no results." >&2
        broken=$((broken + 1))
    fi
    echo "   $name: $((SECONDS - started)) s"
done

trxs=("$results"/*.trx)
[[ -e "${trxs[0]}" ]] || trxs=(/dev/null)
passed="$(($(count passed "${trxs[@]}") + unsteady))"
failed="$(($(count failed "${trxs[@]}") - unsteady + broken))"
total="$(count total "${trxs[@]}")"
skipped=$((total - passed - failed + broken))
echo "All of it: $SECONDS s"
((total > 0)) || echo "No test ran." >&2
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && total > 0))
