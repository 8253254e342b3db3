#!/usr/bin/env bash
## runs Bull's own tests with our workers and producers behind them
##
## usage: ./dev bull-suite BULL_CHECKOUT [L2|L3|L2+L3|Bull]... [test_FILE.js]... [--grep TEXT] [--note FILE]
## tests/bull/suite/README.md says what the levels are, and how to come by a checkout.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

scripts/dev/build.sh release --target bull_driver
CUTROOM_BULL_DRIVER=$PWD/build/release/tests/bull/bull_driver exec node tests/bull/suite/run.mjs "$@"
