#!/usr/bin/env bash
# Builds Portal, starts it with a PostgreSQL and a registry of its own, and says how to use it. ./run.sh --help
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/build/prerequisites.sh"

usage() {
    cat <<'TEXT'
./run.sh [--demo] [--data DIR] [--port N] [--listen ADDR]

  --demo          fill in projects, users and images to look at
  --data DIR      folder for everything Portal keeps (default: data, beside this script)
  --port N        port of Portal (default 8080)
  --listen ADDR   IP address to listen on (default 127.0.0.1; 0.0.0.0 for every interface)

PORTAL_ADMIN_PASSWORD, when set at the first start, is the password of the user admin.
TEXT
}

data="$root/data" port=8080 listen=127.0.0.1 demo=()
while (($#)); do
    case "$1" in
        --data | --port | --listen)
            (($# > 1)) || fail "$1 needs a value (--help shows every option)."
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        --data=* | --port=* | --listen=*)
            name="${1%%=*}"
            printf -v "${name#--}" '%s' "${1#*=}"
            shift
            ;;
        --demo) demo=(--demo) && shift ;;
        -h | --help) usage && exit 0 ;;
        *) fail "Unknown option '$1' (--help shows every option)." ;;
    esac
done
[[ "$data" = /* ]] || data="$PWD/$data"

require_packages "postgresql:/usr/lib/postgresql/*/bin/postgres" "docker-registry:docker-registry" \
    "libzstd1:libzstd.so.1" "libicu72:libicuuc.so.*" "libssl3:libssl.so.3" "ca-certificates:/etc/ssl/certs/ca-certificates.crt" "libldap-2.5-0:libldap-2.5.so.*" "util-linux:setpriv"
# After the packages: dotnet itself needs ICU before it can say its version.
require_dotnet "$root"

# Publishing takes a while even when nothing has changed: do it only when something has.
out="$root/artifacts/launcher"
stamp="$out/.built"
sources=("$root/src" "$root/build" "$root/Directory.Build.props" "$root/Directory.Build.targets" "$root/Directory.Packages.props" "$root/global.json")
if [[ ! -e "$stamp" ]] || [[ -n "$(find "${sources[@]}" \( -name bin -o -name obj \) -prune -o -newer "$stamp" -type f -print -quit)" ]]; then
    echo "Building Portal ..."
    mkdir -p "$out" 2>/dev/null && [[ -w "$out" ]] || fail "$out cannot be written; run this as the owner of the clone."
    log="$out.log"
    if ! dotnet publish "$root/src/Portal.Launcher" -c Release -o "$out" --nologo -v q >"$log" 2>&1; then
        cat "$log" >&2
        fail "The build failed; its output is above and in $log."
    fi
    touch "$stamp"
fi

launcher=""
stop() {
    [[ -n "$launcher" ]] && kill -TERM "$launcher" 2>/dev/null || true
}
trap stop INT TERM HUP

# The status of a background process, however many signals interrupt the waiting.
await_launcher() {
    local status=0
    while true; do
        wait "$launcher" && status=0 || status=$?
        kill -0 "$launcher" 2>/dev/null || break
    done
    return "$status"
}

case "$listen" in
    0.0.0.0 | localhost | 127.0.0.1) host=localhost address=127.0.0.1 ;;
    ::) host=localhost address=::1 ;;
    *:*) host="[$listen]" address="$listen" ;;
    *) host="$listen" address="$listen" ;;
esac

healthy() {
    local line
    exec {connection}<>"/dev/tcp/$address/$port" || return 1
    printf 'GET /healthz HTTP/1.0\r\nHost: %s:%s\r\n\r\n' "$host" "$port" >&"$connection"
    read -r -t 5 line <&"$connection" || line=""
    exec {connection}>&-
    [[ "$line" == "HTTP/1."?" 200 "* ]]
}

# Were this script killed without a word, the Launcher would be asked to stop.
setpriv --pdeathsig TERM dotnet "$out/Portal.Launcher.dll" --data "$data" --port "$port" --listen "$listen" "${demo[@]}" &
launcher=$!

# Only our own process may answer: another program on that port would let the Launcher end at once.
deadline=$((SECONDS + 180))
until { healthy; } 2>/dev/null; do
    if ! kill -0 "$launcher" 2>/dev/null; then
        await_launcher && exit 0 || exit $?
    fi
    if ((SECONDS > deadline)); then
        echo "Portal is not healthy after 180 seconds; see $data/logs." >&2
        stop
        await_launcher || true
        exit 1
    fi
    sleep 0.3
done
if ! kill -0 "$launcher" 2>/dev/null; then
    await_launcher && exit 0 || exit $?
fi

password_file="$data/first-run-password"
echo
echo "  Portal is at      http://$host:$port"
if [[ -n "${PORTAL_ADMIN_PASSWORD:-}" ]]; then
    echo "  Sign in as        admin, with the password from PORTAL_ADMIN_PASSWORD if this was the first start"
elif [[ -s "$password_file" ]]; then
    echo "  Sign in as        admin"
    echo "  One-time password $(<"$password_file")   (to be changed at the first sign-in)"
else
    echo "  Sign in as        admin; the one-time password has been used already, your own password is in force"
fi
cat <<TEXT

  Make a project named demo in the browser, then:

    podman login --tls-verify=false $host:$port
    podman tag  IMAGE $host:$port/demo/IMAGE:latest
    podman push --tls-verify=false $host:$port/demo/IMAGE:latest

  Everything is kept in $data; Ctrl+C stops it.

TEXT
await_launcher
