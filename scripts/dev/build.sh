#!/usr/bin/env bash
## builds everything into build/PRESET (release, debug, asan or tsan; default release)
##
## usage: ./dev build [PRESET] [arguments for cmake --build, such as --target NAME]
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

preset=release
if names_preset "${1:-}"; then
  preset=$1
  shift
fi

scripts/dev/setup.sh --quick

# Ninja itself configures again when a CMakeLists.txt has changed, but it does not know of the
# presets. CMake writes the cache at each run, so its age is that of the last configuration.
build=build/$preset
if [[ ! -f $build/build.ninja || CMakePresets.json -nt $build/CMakeCache.txt ]]; then
  cmake --preset "$preset"
fi
cmake --build --preset "$preset" "$@"
