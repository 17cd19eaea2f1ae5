#!/usr/bin/env bash
# Measures Portal against its peers on this machine and writes bench/results. bench/run.sh [B1 ... B8] [--pairs N] [--seconds N] [--busy] ...
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
source "$root/build/prerequisites.sh"
require_packages "postgresql:/usr/lib/postgresql/*/bin/postgres" "docker-registry:docker-registry" "wrk:wrk" "nginx-light:/usr/sbin/nginx" \
    "libicu72:libicuuc.so.*" "libssl3:libssl.so.3" "util-linux:setpriv"
require_dotnet "$root"
cd "$root"
published="$(mktemp -d)"
trap 'rm -rf "$published"' EXIT
dotnet publish src/Portal.Launcher -c Release -o "$published" --nologo -v q
dotnet build bench/Portal.Benchmarks -c Release --nologo -v q
dotnet bench/Portal.Benchmarks/bin/Release/net10.0/Portal.Benchmarks.dll "$published/Portal.Launcher.dll" --nginx --results bench/results "$@"
