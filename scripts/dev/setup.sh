#!/usr/bin/env bash
## installs what building and running Cutroom needs
##
## usage: ./dev setup [--quick]
##
## Packages come from apt-get (with sudo where you are not root), ONNX Runtime, the model and the
## sample photos go to .deps/, npm's packages beside their lock files. What is in place is left
## alone. Downloads but npm's are kept by their sha256 in $CUTROOM_CACHE (default:
## ~/.cache/cutroom), so that a second clone needs no network for them.
##
##   --quick   compares sizes, not hashes, and says nothing if all is in place (for other tasks)
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

quick=
case ${1:-} in
  '') ;;
  --quick) quick=--quick ;;
  *) die "unknown argument \"$1\"; see ./dev setup --help" ;;
esac

cache_folder >/dev/null # ends here, and not in each step, where there can be none
todo=()
for step in packages onnxruntime model samples node_modules; do
  scripts/setup/$step.sh --check $quick || todo+=("$step")
done

if ((${#todo[@]} == 0)); then
  [[ -n $quick ]] || say 'everything is in place'
  exit 0
fi

for step in "${todo[@]}"; do
  scripts/setup/"$step".sh
done
say "done in $SECONDS s"
