#!/usr/bin/env bash
# Gets ONNX Runtime: the distribution's package where there is one, else library and headers from
# two sources into .deps/onnxruntime/{lib,include}.
set -euo pipefail
speaker=setup
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"
source scripts/setup/pins.sh
# shellcheck source=scripts/setup/cache.sh
source scripts/setup/cache.sh
# shellcheck source=scripts/setup/apt.sh
source scripts/setup/apt.sh

target=.deps/onnxruntime
arch=$(dpkg --print-architecture)
read -r lib_folder lib_sha256 lib_size <<<"${ort_lib[$arch]:-}" || true
# Written last: what the folder was made from, so that new pins replace an old one.
made_from="$lib_sha256 $ort_headers_sha256"

in_place() {
  if [[ -f $target/made-from && $(<$target/made-from) == "$made_from" ]] &&
    file_is $target/lib/libonnxruntime.so.1 "$lib_sha256" "$lib_size"; then
    return 0
  fi
  [[ -n $(installed libonnxruntime-dev) ]]
}

get_library() {
  npm_tarball "$ort_npm" "$ort_npm_sha256" "ONNX Runtime's library (about 110 MB)"
  local member=package/bin/napi-v6/linux/$lib_folder/libonnxruntime.so.1
  tar -xzf "$scratch/package.tgz" -C "$scratch" "$member"
  rm "$scratch/package.tgz"
  keep "$scratch/$member" "$lib_sha256" 'libonnxruntime.so.1'
}

# Where this machine gets its distribution from, as apt itself understands its configuration.
mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt-get's own variable
  apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Label: Debian' "Codename: $codename" 'Component: main' | head -n 1
}

# The headers' package is of a newer release than this machine, so it gets lists of its own and is
# unpacked, not installed: the machine's package system never hears of it.
get_headers() {
  local uri
  uri=$(mirror)
  [[ -n $uri ]] || die "found no Debian mirror in apt's configuration to get ONNX Runtime's headers from" \
    'Install ONNX Runtime yourself so that the folder .deps/onnxruntime has lib/libonnxruntime.so.1,' \
    'the link lib/libonnxruntime.so, include/onnxruntime_cxx_api.h with its companions, and a file' \
    "made-from with this line: $made_from"

  say "getting ONNX Runtime's headers from Debian's $ort_headers_deb ($ort_headers_suite)"
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  {
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$ort_headers_suite"
    [[ ! -f $keyring ]] || printf 'Signed-By: %s\n' "$keyring"
  } >"$scratch/headers.sources"
  mkdir -p "$scratch/lists/partial" "$scratch/archives/partial"
  cat >"$scratch/headers.conf" <<EOF
Dir::Etc::sourcelist "$scratch/headers.sources";
Dir::Etc::sourceparts "-";
Dir::State::lists "$scratch/lists";
Dir::State::status "/dev/null";
Dir::Cache "$scratch";
# amd64's package on every machine: one pin, and its headers are the same for all.
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
# The package index and nothing else.
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Update::Error-Mode "any";
# The scratch folder is private to this user, so apt's own download user could not read it.
APT::Sandbox::User "$(id -un)";
EOF
  local apt=(apt-get -c "$scratch/headers.conf")
  local hint="Can this machine's mirror ($uri) be reached, and does it have the suite $ort_headers_suite?"
  attempt "the package index of $ort_headers_suite" "$hint" "${apt[@]}" update
  attempt "$ort_headers_deb" "$hint" "${apt[@]}" download "$ort_headers_deb"
  local found=("$scratch"/libonnxruntime-dev_*.deb)
  keep "${found[0]}" "$ort_headers_sha256" "$ort_headers_deb"
}

begin_step "$@"

have_lists || refresh_lists
if [[ -n $(offered libonnxruntime-dev) ]]; then
  apt_install libonnxruntime-dev
  exit
fi
[[ -n $lib_folder ]] || die "there is no ONNX Runtime for the architecture $arch; amd64 and arm64 have one"

cached "$lib_sha256" || get_library
cached "$ort_headers_sha256" || get_headers

draft=$(mktemp -d .deps/tmp.XXXXXX)
trap 'rm -rf "$scratch" "$draft"' EXIT
mkdir -p "$draft/lib" "$draft/include"
place "$lib_sha256" "$draft/lib/libonnxruntime.so.1"
ln -s libonnxruntime.so.1 "$draft/lib/libonnxruntime.so"
dpkg-deb -x "$cache/$ort_headers_sha256" "$draft/deb"
mv "$draft"/deb/usr/include/onnxruntime/* "$draft/include/"
rm -r "$draft/deb"
printf '%s\n' "$made_from" >"$draft/made-from"
chmod 755 "$draft"
rm -rf "$target"
mv "$draft" "$target"
say "ONNX Runtime is in $target"
