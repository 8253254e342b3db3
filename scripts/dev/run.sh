#!/usr/bin/env bash
## builds Cutroom, starts it and cuts out the sample photos as a demonstration
##
## usage: ./dev run [--once] [--port N] [PHOTO...]
##
## The server then stays until Ctrl-C. Its data and its log lie in data/.
##
##   --once    stops the server after the photos; the exit code tells whether they all worked
##   --port N  listens on 127.0.0.1:N instead of 127.0.0.1:3001
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

once=no port=3001 photos=()
while (($#)); do
  case $1 in
    --once) once=yes ;;
    --port)
      port=${2:-}
      [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || die '--port needs a number from 1 to 65535'
      shift
      ;;
    -*) die "unknown argument \"$1\"; see ./dev run --help" ;;
    *) photos+=("$1") ;;
  esac
  shift
done

url=http://127.0.0.1:$port
log=data/serve.log
server=
seconds_until_ready=60

# Asked before the build, so that nobody waits for it in vain, and again before the start.
port_must_be_free() {
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    die "port $port is taken; is Cutroom running already?" "./dev run --port $((port + 1)) takes another one"
  fi
}

start_server() {
  mkdir -p data
  # The two limits on single photos are off: whoever tries Cutroom out on the own machine hands in as many as
  # there are, time and again. Counts are in memory, so a restart begins anew anyway.
  # A process group of its own: Ctrl-C reaches this script alone, which then asks the server to stop, once.
  setsid build/release/cutroom serve --listen "127.0.0.1:$port" --data-dir ./data \
    --model isnet-imgly-medium --fetch-allow 127.0.0.1/32 \
    --limits-global off --limits-background-removal off >"$log" 2>&1 </dev/null &
  server=$!
  trap stop_server EXIT
  trap 'exit 130' INT TERM HUP
}

# Lets the server end what it is doing; sets $server_code.
stop_server() {
  trap - EXIT
  kill -TERM "$server" 2>/dev/null || true
  server_code=0
  wait "$server" || server_code=$?
}

not_ready() {
  stop_server
  die "$1" 'the last lines of its log:' "$(last_lines_of "$log")" "all of it: $log"
}

wait_until_ready() {
  local deadline=$((SECONDS + seconds_until_ready))
  until curl --silent --fail --output /dev/null --max-time 2 "$url/readyz"; do
    kill -0 "$server" 2>/dev/null || not_ready 'the server ended instead of becoming ready'
    ((SECONDS < deadline)) || not_ready "the server was not ready after $seconds_until_ready s"
    sleep 0.1
  done
}

port_must_be_free
scripts/dev/build.sh release
((${#photos[@]})) || photos=(.deps/samples/*.png)
port_must_be_free
start_server
wait_until_ready
say "Cutroom is at $url, its log in $log"

submit_code=0
build/release/cutroom submit --server "$url" "${photos[@]}" || submit_code=$?

if [[ $once == yes ]]; then
  stop_server
  ((server_code == 0)) || say "the server ended with code $server_code; see $log"
  exit "$submit_code"
fi
((submit_code == 0)) || say "the photos did not all work (code $submit_code); see $log"
say "Cutroom keeps running at $url; Ctrl-C stops it"
trap 'stop_server; exit "$server_code"' INT TERM HUP
server_code=0
wait "$server" || server_code=$?
trap - EXIT
die "the server ended by itself with code $server_code; see $log"
