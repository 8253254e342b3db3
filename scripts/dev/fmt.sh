#!/usr/bin/env bash
## formats all C++ files in place
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../lib.sh"

scripts/dev/setup.sh --quick
cpp_files | xargs -0 -r clang-format-19 -i
