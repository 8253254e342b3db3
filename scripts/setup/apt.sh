# shellcheck shell=bash
# apt-get, asked politely. To be sourced after lib.sh.

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# must_become_root NAME...: what for, so that it can be told where there is no way.
must_become_root() {
  ((EUID == 0)) || command -v sudo >/dev/null ||
    die 'packages are missing, and there is neither root nor sudo to install them' \
      "Have somebody install them: $*" 'Then run ./dev setup again.'
}

# installed NAME...: prints those that are.
installed() {
  # dpkg-query fails when it does not know one of the names, which is an answer, not an error.
  { dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true; } |
    sed -n 's/^installed //p' | sort -u
}

# offered NAME...: prints those that the machine's configured sources have.
offered() {
  apt-cache policy "$@" | awk '/^[^ ]/ { name = substr($1, 1, length($1) - 1) }
    $1 == "Candidate:" && $2 != "(none)" { print name }'
}

# Has apt any package list at all? Fresh machines and container images often have none.
# shellcheck disable=SC2016 # apt-get's own variables
have_lists() { [[ -n $(apt-get indextargets --format '$(URI)' 'Created-By: Packages') ]]; }

# A source that does not answer is no reason to stop: what is needed may come from the others, and
# the next command tells.
refresh_lists() {
  say 'apt-get update'
  as_root apt-get -qq -o DPkg::Lock::Timeout=120 update </dev/null ||
    say 'apt-get update had trouble (see above); going on with what is known'
}

# A package must not leave a daemon running that nobody asked for (redis-server would take its
# port). Debian's way to say so is this file; one that is there already is somebody's decision.
# To be called in a subshell, whose end takes the file away again.
services_stay_down() {
  local file=/usr/sbin/policy-rc.d
  [[ ! -e $file ]] || return 0
  say "services of new packages stay stopped (by $file, which goes again at the end)"
  draft=$(mktemp)
  # shellcheck disable=SC2064 # the names as they are now
  trap "rm -f $draft; as_root rm -f $file" EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$draft"
  as_root install -m 755 "$draft" "$file"
}

# apt_install NAME...
apt_install() (
  must_become_root "$@"
  # Whatever a package starts must not inherit the set-up's lock.
  exec 9>&-
  say "apt-get will install: $*"
  services_stay_down
  log=$(mktemp "${TMPDIR:-/tmp}/cutroom-apt.XXXXXX")
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 install "$@" >"$log" 2>&1 </dev/null; then
    die 'apt-get could not install the packages' \
      "command: apt-get install --no-install-recommends $*" 'its last words:' \
      "$(last_lines_of "$log")" "all it said: $log" \
      'Is the network up, and does the machine have its main package source configured?' \
      'Then run ./dev setup again.'
  fi
  rm -f "$log"
)
