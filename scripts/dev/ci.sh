#!/usr/bin/env bash
## does all that continuous integration does, and says how long each stage took
##
## The release tests come last, so that the last lines are ctest's summary of the whole suite.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

took=()
# stage NAME COMMAND...
stage() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n=== %s\n' "$name"
  "$@" || die "stage \"$name\" failed after $((SECONDS - begin)) s" "command: $*"
  took+=("$((SECONDS - begin)) s  $name")
}

stage 'set-up' scripts/dev/setup.sh
stage 'format, layers, scripts' scripts/dev/lint.sh --no-tidy
# Warnings are errors in every preset.
stage 'build release' scripts/dev/build.sh release
# All files would take longer than all the rest together (./dev lint does that); what has changed counts.
stage 'clang-tidy' scripts/dev/lint.sh --only-tidy --changed --minutes 8
stage 'address and undefined behaviour sanitizers, fast tests' scripts/dev/test.sh asan --fast
stage 'thread sanitizer, fast tests' scripts/dev/test.sh tsan --fast

printf '\n=== stages so far\n'
printf '%s\n' "${took[@]}"
printf '\n=== all tests, release\n'
exec scripts/dev/test.sh release
