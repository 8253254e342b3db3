#!/usr/bin/env bash
# Installs the packages Cutroom is built, tested and checked with.
set -euo pipefail
speaker=setup
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"
# shellcheck source=scripts/setup/apt.sh
source scripts/setup/apt.sh

# One need a line; where distributions name it differently, the first name that is offered counts.
needs='
g++
cmake
ninja-build
ccache
mold
pkg-config
git
ca-certificates
curl
python3
python3-yaml
libboost1.81-dev      libboost1.83-dev      libboost1.88-dev      libboost1.90-dev
libboost-json1.81-dev libboost-json1.83-dev libboost-json1.88-dev libboost-json1.90-dev
libboost-url1.81-dev  libboost-url1.83-dev  libboost-url1.88-dev  libboost-url1.90-dev
libsqlite3-dev
libcurl4-openssl-dev
libvips-dev
libssl-dev
libspdlog-dev
libfmt-dev
libcctz-dev
libcli11-dev
libtomlplusplus-dev
libdeflate-dev
libarchive-dev
libhiredis-dev
libdlib-dev
libgtest-dev
libgmock-dev
libbenchmark-dev
clang-tidy-19
clang-19
libclang-rt-19-dev
clang-format-19
shellcheck
redis-server
faketime
openssl
wrk
nodejs
chromium chromium-browser
'
# An npm that came another way is as good.
command -v npm >/dev/null || needs+=$'npm\n'

# Prints the needs of which no name is installed.
unmet() {
  local have need name
  # shellcheck disable=SC2086 # a list of names, to be split
  have=" $(installed $needs | tr '\n' ' ') "
  while read -r need; do
    for name in $need; do
      [[ $have != *" $name "* ]] || continue 2
    done
    [[ -z $need ]] || printf '%s\n' "$need"
  done <<<"$needs"
}

missing=$(unmet)
[[ -n $missing ]] || exit 0
[[ ${1:-} != --check ]] || exit 1

# Before apt knows what is offered, the first name of each need must do.
must_become_root "$(awk '{ print $1 }' <<<"$missing" | tr '\n' ' ')"
refresh_lists
# shellcheck disable=SC2086 # a list of names, to be split
available=" $(offered $missing | tr '\n' ' ') "
wanted=() nowhere=()
while read -r need; do
  for name in $need; do
    if [[ $available == *" $name "* ]]; then
      wanted+=("$name")
      continue 2
    fi
  done
  nowhere+=("$need")
done <<<"$missing"

if ((${#nowhere[@]})); then
  die "no package source of this machine offers: ${nowhere[*]}" \
    'Cutroom is made for Debian 12 and 13 and for Ubuntu 24.04 and later, with their main package' \
    'source (Ubuntu: main and universe).'
fi
apt_install "${wanted[@]}"
