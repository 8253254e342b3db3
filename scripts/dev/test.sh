#!/usr/bin/env bash
## builds and runs the tests (--fast leaves out the slow ones)
##
## usage: ./dev test [PRESET] [--fast] [arguments for ctest, such as -R NAME or -j 2]
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

preset=release
if names_preset "${1:-}"; then
  preset=$1
  shift
fi
arguments=()
for argument in "$@"; do
  case $argument in
    --fast) arguments+=(-LE slow) ;;
    *) arguments+=("$argument") ;;
  esac
done

scripts/dev/build.sh "$preset"
# The last lines printed are ctest's own summary.
exec ctest --preset "$preset" --output-on-failure "${arguments[@]}"
