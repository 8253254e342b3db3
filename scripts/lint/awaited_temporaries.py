#!/usr/bin/env python3
"""Finds what g++ 12 compiles into a double free: an aggregate made inside a co_await expression.

    auto job = co_await store.claim({.queue = name});      crashes, and so does Options{.queue = name}
    ClaimOptions options{.queue = name};                   works
    auto job = co_await store.claim(std::move(options));

g++ 12 copies such a temporary bit by bit, so that a short std::string in it points into the wrong
object. Types that have a constructor are not affected. Neither g++ nor clang warns.

Prints a line per place; exit 1 if there is any.
"""

import pathlib
import re
import sys

# From co_await to the end of its statement: a designated initialiser as (part of) an argument. The
# body of a lambda in between is other statements' business, and ends the search at its first ";".
PLACE = re.compile(r"\bco_await\b[^;]*?[(,]\s*[\w:]*\{\s*\.\w")
COMMENT = re.compile(r"//[^\n]*")

found = 0
for folder in ("src", "tests", "bench"):
    for path in sorted(pathlib.Path(folder).rglob("*.[ch]pp")):
        # Comments become blanks, so that places keep their line.
        text = COMMENT.sub(lambda match: " " * len(match[0]), path.read_text())
        for match in PLACE.finditer(text):
            found += 1
            print(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: an aggregate is made inside "
                  "co_await; give it a name before (scripts/lint/awaited_temporaries.py says why)")
sys.exit(1 if found else 0)
