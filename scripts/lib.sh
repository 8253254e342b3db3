# shellcheck shell=bash
# What every task and set-up step needs: the project's root as working directory, one voice, one
# way to fail. To be sourced.

# With it, cd could print where it goes.
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

# The name in front of each line; a set-up step says "setup", like the task it belongs to.
speaker=${speaker:-$(basename "$0" .sh)}

say() { printf '%s: %s\n' "$speaker" "$*"; }

# die MESSAGE [MORE...]: each further argument is a line of its own, or several.
die() {
  printf '%s: %s\n' "$speaker" "$1" >&2
  shift
  (($# == 0)) || printf '%s\n' "$@" | sed 's/^/  /' >&2
  exit 1
}

# The end of a log, to be shown in a message.
last_lines_of() { tail -n 12 "$1" | sed 's/^/| /'; }

# names_preset ARGUMENT: is it a preset? Nothing and options are not; any other word is a mistake.
names_preset() {
  case $1 in
    release | debug | asan | tsan) return 0 ;; # as in CMakePresets.json
    '' | -*) return 1 ;;
    *) die "there is no preset \"$1\"; there are release, debug, asan and tsan" ;;
  esac
}

# Our own C++ files, each ended by a zero byte.
cpp_files() { find src tests bench -name node_modules -prune -o -name '*.[ch]pp' -type f -print0 | sort -z; }

# Where what is expensive to get or to compute again is kept, outside the checkout.
cache_folder() {
  if [[ -z ${CUTROOM_CACHE:-}${XDG_CACHE_HOME:-}${HOME:-} ]]; then
    die 'neither HOME nor CUTROOM_CACHE is set; where may downloads be kept?'
  fi
  printf '%s' "${CUTROOM_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/cutroom}"
}
