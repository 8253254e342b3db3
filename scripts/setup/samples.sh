#!/usr/bin/env bash
# Gets a few photos to try things on: .deps/samples (what ./dev run shows) and .deps/samples-more.
set -euo pipefail
speaker=setup
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"
source scripts/setup/pins.sh
# shellcheck source=scripts/setup/cache.sh
source scripts/setup/cache.sh
# shellcheck source=scripts/setup/apt.sh
source scripts/setup/apt.sh

in_place() {
  local file sha256 size
  while read -r file sha256 size; do
    file_is "$file" "$sha256" "$size" || return 1
  done < <(printf '%s\n' "${samples[@]}")
}

all_cached() {
  local sha256
  while read -r _ sha256 _; do
    cached "$sha256" || return 1
  done < <(printf '%s\n' "${samples[@]}")
}

get_photos() {
  [[ -n $(offered $samples_deb) ]] || refresh_lists
  say "getting sample photos from Debian's $samples_deb (about 20 MB; unpacked, not installed)"
  attempt 'the sample photos' "Is the network up? apt-cache policy $samples_deb tells what apt knows of it." \
    apt-get -q -o APT::Sandbox::User="$(id -un)" download $samples_deb
  local found=("$scratch"/"$samples_deb"_*.deb)
  [[ ${found[0]##*/} != "$samples_deb_known" ]] ||
    verify "${found[0]}" "$samples_deb_sha256" "$samples_deb_known"

  local file sha256 members=() folder=./usr/lib/python3/dist-packages/skimage/data
  while read -r file _; do
    members+=("$folder/${file##*/}")
  done < <(printf '%s\n' "${samples[@]}")
  dpkg-deb --fsys-tarfile "${found[0]}" | tar -x -C "$scratch" "${members[@]}"
  while read -r file sha256 _; do
    keep "$scratch/$folder/${file##*/}" "$sha256" "${file##*/}"
  done < <(printf '%s\n' "${samples[@]}")
}

begin_step "$@"
all_cached || get_photos
while read -r file sha256 _; do
  place "$sha256" "$file"
done < <(printf '%s\n' "${samples[@]}")
say 'sample photos are in .deps/samples and .deps/samples-more'
