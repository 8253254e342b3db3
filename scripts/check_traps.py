#!/usr/bin/env python3
"""Finds what g++ 12 compiles wrongly without a word (docs/decisions/0004-toolchain-traps.md).

A braced temporary with designated initialisers inside a co_await expression is destroyed twice:
  co_await store.claim({.queue = q});          // crashes
  ClaimOptions options{.queue = q};            // works
  co_await store.claim(std::move(options));

Usage: check_traps.py FOLDER...    exit 1 and a line per finding.
"""

import pathlib
import re
import sys

STATEMENT = re.compile(r"co_await\b[^;]*?\{\s*\.[a-z_]+\s*=", re.DOTALL)
# A lambda's body inside the expression is another function.
LAMBDA = re.compile(r"\[[^\]]*\]\s*(\([^)]*\))?\s*(mutable|noexcept|->\s*[\w:<>, *&]+|\s)*\{")


def findings(file: pathlib.Path):
    text = re.sub(r"//[^\n]*", "", file.read_text(encoding="utf-8"))
    for match in STATEMENT.finditer(text):
        if not LAMBDA.search(match.group()):
            yield f"{file}:{text.count(chr(10), 0, match.start()) + 1}: braced temporary inside co_await"


def main() -> int:
    files = sorted(f for folder in sys.argv[1:] for f in pathlib.Path(folder).rglob("*") if f.suffix in {".cpp", ".hpp"})
    if not files:
        print("check_traps: no sources", file=sys.stderr)
        return 2
    found = [line for file in files for line in findings(file)]
    print("\n".join(found) if found else f"traps: {len(files)} files, none found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
