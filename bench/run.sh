#!/usr/bin/env bash
# Measures the whole system against the stack it replaces. bench/run.sh --help tells the options.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec python3 -B -m system "$@"
