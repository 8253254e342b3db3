#!/usr/bin/env bash
## checks format, layers, coroutines, shell scripts and, with clang-tidy, the C++ code
##
## usage: ./dev lint [--changed [BASE]] [--minutes N] [--no-tidy | --only-tidy]
##
##   --changed    clang-tidy looks only at files that differ from BASE (default: where this branch
##                left origin/main, else the commit before this one); a changed header stands for
##                the source file of its name
##   --minutes N  clang-tidy starts no further file after N minutes; changed files come first
##   --no-tidy    only what takes seconds
##   --only-tidy  only clang-tidy
##
## clang-tidy's passes are remembered (scripts/lint/tidy.py), so later runs are quick.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

changed=no base='' minutes=1000 tidy=yes others=yes
while (($#)); do
  case $1 in
    --changed)
      changed=only
      if [[ -n ${2:-} && $2 != -* ]]; then
        base=$2
        shift
      fi
      ;;
    --minutes)
      minutes=${2:-}
      [[ $minutes =~ ^[0-9]+$ ]] || die '--minutes needs a whole number'
      shift
      ;;
    --no-tidy) tidy=no ;;
    --only-tidy) others=no ;;
    *) die "unknown argument \"$1\"; see ./dev lint --help" ;;
  esac
  shift
done

scripts/dev/setup.sh --quick

check_format() {
  cpp_files | xargs -0 -r clang-format-19 --dry-run --Werror --ferror-limit=1 && return
  say './dev fmt puts the format right'
  return 1
}

check_scripts() {
  {
    printf '%s\0' dev .ci/run
    find . \( -name node_modules -o -path ./build -o -path ./.deps -o -path ./.git \) -prune \
      -o -name '*.sh' -type f -print0
  } | xargs -0 shellcheck -x
}

# The commit that --changed compares with. In a clone whose main is origin's there is no branching
# point to speak of; the commit before is the best guess then.
default_base() {
  local fork
  fork=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -n $fork && $fork != $(git rev-parse HEAD) ]]; then
    printf '%s' "$fork"
  else
    git rev-parse --verify --quiet 'HEAD~1' || git hash-object -t tree /dev/null
  fi
}

# The source files to look at that have changed, or whose header has, new ones too.
changed_sources() {
  {
    git diff --name-only --diff-filter=d "${base:-$(default_base)}" -- src tests
    git ls-files --others --exclude-standard -- src tests
  } | sed -n 's/\.[ch]pp$/.cpp/p' | sort -u | while read -r file; do
    if [[ -f $file ]]; then printf '%s\n' "$file"; fi
  done
}

check_tidy() {
  # The flags come from the release build's database, and generated headers from the build itself.
  scripts/dev/build.sh release || return
  {
    changed_sources
    if [[ $changed != only ]]; then find src tests -name node_modules -prune -o -name '*.cpp' -type f -print | sort; fi
  } | python3 scripts/lint/tidy.py build/release "$(cache_folder)" $((minutes * 60))
}

# One check's findings don't hide the others'.
failed=()
if [[ $others == yes ]]; then
  check_format || failed+=(format)
  python3 scripts/check_layers.py || failed+=(layers)
  python3 scripts/check_traps.py src tests bench || failed+=(coroutines)
  check_scripts || failed+=('shell scripts')
fi
if [[ $tidy == yes ]]; then
  check_tidy || failed+=(clang-tidy)
fi
((${#failed[@]} == 0)) || die "not clean: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
