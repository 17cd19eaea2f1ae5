# Sourced by run.sh and test.sh: says or installs what is missing on Debian.

fail() {
    echo "$*" >&2
    exit 1
}

# The SDK is not in Debian: say so in one sentence rather than let the build fail in twenty.
require_dotnet() {
    local root="$1" wanted
    wanted="$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' "$root/global.json" | head -n 1)"
    command -v dotnet >/dev/null || fail "The .NET SDK $wanted is missing: install it from https://dotnet.microsoft.com/download and put dotnet on the PATH."
    (cd "$root" && dotnet --version >/dev/null 2>&1) || fail "The .NET SDK $wanted (or a later patch of it) is missing; 'dotnet --list-sdks' shows: $(dotnet --list-sdks | sed 's/ .*//' | paste -sd, - | sed 's/,/, /g')."
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
}

as_root() {
    if [[ "$(id -u)" == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Is what a package brings there? A pattern of a path, a shared library, or a command.
present() {
    case "$1" in
        /*) compgen -G "$1" >/dev/null ;;
        *.so.*) compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/lib/*/$1" >/dev/null ;;
        *) command -v "$1" >/dev/null || [[ -x "/usr/sbin/$1" ]] ;;
    esac
}

# require_packages package:proof ... installs the packages whose proof is missing.
require_packages() {
    local missing=() entry
    for entry in "$@"; do
        present "${entry#*:}" || missing+=("${entry%%:*}")
    done
    ((${#missing[@]})) || return 0

    command -v apt-get >/dev/null || fail "Missing: ${missing[*]}; this is not Debian, so install what these packages hold yourself."
    [[ "$(id -u)" == 0 ]] || command -v sudo >/dev/null || fail "Missing: ${missing[*]}; run this as root or with sudo, or install them: apt-get install ${missing[*]}"
    echo "Installing ${missing[*]} ..."

    # Portal starts clusters and a registry of its own: the services that Debian would start stay out of the way.
    local cluster=/etc/postgresql-common/createcluster.d/portal.conf policy=/usr/sbin/policy-rc.d own_policy=""
    as_root mkdir -p "${cluster%/*}"
    echo "create_main_cluster = false" | as_root tee "$cluster" >/dev/null
    if [[ ! -e "$policy" ]]; then
        own_policy=1
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod +x "$policy"
    fi

    local log status=0
    log="$(mktemp)"
    {
        as_root apt-get update -q &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    } >"$log" 2>&1 || status=$?

    as_root rm -f "$cluster"
    [[ -z "$own_policy" ]] || as_root rm -f "$policy"
    if [[ " ${missing[*]} " == *" docker-registry "* ]] && command -v systemctl >/dev/null; then
        # Debian's own service would serve an open registry on port 5000 after the next boot.
        as_root systemctl disable docker-registry >>"$log" 2>&1 || true
    fi
    if ((status)); then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install ${missing[*]}; its last words are above."
    fi
    rm -f "$log"
}
