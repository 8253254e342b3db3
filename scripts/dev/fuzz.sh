#!/usr/bin/env bash
## runs the fuzzers of fuzz/
##
## usage: ./dev fuzz [--seconds N] [TARGET...]
## Each for N seconds (600), from fuzz/make_seeds.cpp and what it has found worth keeping so far
## (build/fuzz/corpus), with the words of fuzz/dictionaries. Ends with an error at the first finding. Leaks are not looked for here: Boost 1.81's result, compiled by clang++, leaves strings
## behind that g++ frees; the tests under the asan preset look for them.
set -euo pipefail
export ASAN_OPTIONS=detect_leaks=0
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

seconds=600
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
folder=build/fuzz/fuzz
if [ ${#targets[@]} -eq 0 ]; then
  for source in fuzz/fuzz_*.cpp; do targets+=("$(basename "$source" .cpp)"); done
fi
seeds=build/fuzz/seeds
"$folder/make_seeds" "$seeds"
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  words=()
  if [ -f "fuzz/dictionaries/$target.dict" ]; then words=("-dict=fuzz/dictionaries/$target.dict"); fi
  echo "$target for $seconds s"
  "$folder/$target" -max_total_time="$seconds" -timeout=10 -detect_leaks=0 \
    -rss_limit_mb=2048 -print_final_stats=1 "${words[@]}" \
    -artifact_prefix="build/fuzz/" "build/fuzz/corpus/$target" "$seeds/$target" 2>"build/fuzz/$target.log" ||
    { tail -40 "build/fuzz/$target.log"; exit 1; }
  grep -E "DONE|stat::number_of_executed_units|stat::new_units_added" "build/fuzz/$target.log"
done
