#!/usr/bin/env bash
## builds and runs the benchmarks
##
## usage: ./dev bench [arguments for bench/run.sh]
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

scripts/dev/build.sh release
exec bench/run.sh "$@"
