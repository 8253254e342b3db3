#!/usr/bin/env python3
"""Runs clang-tidy-19 over source files, and not again over what has passed before.

    tidy.py DATABASE_FOLDER CACHE_FOLDER SECONDS   < source files, one a line

Files are started in the order given until SECONDS have passed; what is left then is named in the
last line and does not count as a failure. Any finding does.

A file has passed before when it, every header it includes, its flags, the .clang-tidy files and
clang-tidy itself are what they were: headers of Boost take seconds a file, so this is what makes
checking everything each time bearable.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path.cwd()
TIDY = "clang-tidy-19"
# What only g++ knows, and what is about building rather than about the source: a precompiled header
# of g++ is nothing clang can read, and whether a warning is an error is decided here, for all.
DROPPED = {"-Winvalid-pch", "-fpch-preprocess", "-Werror", "-c", "-MD", "-MMD", "-fno-gnu-unique",
           "-fanalyzer", "-fmodules-ts"}
DROPPED_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ"}
# clang does not know each warning that g++ has.
ADDED = ["-Wno-unknown-warning-option"]


def flags_for_clang(arguments):
    """The flags of a compile command, without compiler launchers, source file and DROPPED ones."""
    while pathlib.Path(arguments[0]).name not in ("g++", "c++", "clang++"):
        arguments = arguments[1:]
    flags, rest = [], iter(arguments[1:])
    for argument in rest:
        if argument in DROPPED_WITH_VALUE:
            next(rest)
        elif argument == "-include":
            header = next(rest)
            # g++'s compiled form of the precompiled header means nothing to clang; its source does.
            flags += [argument, str(ROOT / "src/pch.hpp") if "cmake_pch" in header else header]
        elif argument not in DROPPED and not argument.startswith("-Werror="):
            flags.append(argument)
    return flags + ADDED


def read_database(folder):
    """Source file -> compile database entry that clang can follow."""
    entries = {}
    for entry in json.loads((folder / "compile_commands.json").read_text()):
        arguments = entry.get("arguments") or shlex.split(entry["command"])
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        flags = [flag for flag in flags_for_clang(arguments) if flag != entry["file"]]
        entries[path] = {"directory": entry["directory"], "file": str(path),
                         "arguments": ["g++", *flags, str(path)]}
    return entries


@functools.cache
def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def rules():
    version = subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout
    files = sorted(path for folder in ("src", "tests", ".") for path in ROOT.glob(
        ".clang-tidy" if folder == "." else f"{folder}/**/.clang-tidy"))
    return [version, *(f"{path.relative_to(ROOT)} {digest(path)}" for path in files)]


def key_of(entry):
    """Hash of all that the findings in this file depend on; None if it cannot be told."""
    run = subprocess.run([*entry["arguments"], "-M", "-MT", "x"], cwd=entry["directory"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        return None
    headers = sorted(set(shlex.split(run.stdout.replace("\\\n", " "))[1:]))
    # Another clone of the project may lie elsewhere and has passed all the same.
    parts = [*rules(), *entry["arguments"]]
    for header in headers:
        parts.append(f"{header} {digest(pathlib.Path(entry['directory'], header).resolve())}")
    return hashlib.sha256("\n".join(parts).replace(str(ROOT), ".").encode()).hexdigest()


def check(entry, database, passed, deadline):
    """One of "same", "clean", "late" or the findings as text."""
    if time.monotonic() > deadline:
        return "late"
    key = key_of(entry)
    if key and (passed / key).exists():
        return "same"
    run = subprocess.run([TIDY, "--quiet", "--warnings-as-errors=*", "-p", database, entry["file"]],
                         capture_output=True, text=True)
    if run.returncode != 0:
        # Its error stream only counts warnings, unless it could not work at all.
        return run.stdout or run.stderr
    if key:
        (passed / key).touch()
    return "clean"


def main():
    folder, cache, seconds = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])
    deadline = time.monotonic() + seconds
    known = read_database(folder)
    wanted = dict.fromkeys((ROOT / line.strip()).resolve() for line in sys.stdin if line.strip())
    entries = [known[path] for path in wanted if path in known]
    for path in wanted:
        if path not in known:
            print(f"tidy: {path.relative_to(ROOT)} is in no target, so it is not checked")

    # clang-tidy wants its own copy of the database, with the flags clang understands.
    database = folder / "tidy"
    database.mkdir(exist_ok=True)
    draft = database / f"compile_commands.json.{os.getpid()}"
    draft.write_text(json.dumps(list(known.values())))
    draft.replace(database / "compile_commands.json")
    passed = cache / "tidy"
    passed.mkdir(parents=True, exist_ok=True)

    counts = dict.fromkeys(("clean", "same", "late", "bad"), 0)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for outcome in pool.map(lambda entry: check(entry, database, passed, deadline), entries):
            if outcome in counts:
                counts[outcome] += 1
            else:
                counts["bad"] += 1
                print(outcome, flush=True)
    print("tidy: {clean} files are clean, {same} are as when they passed before, {bad} have findings, "
          "{late} not looked at for lack of time".format(**counts))
    sys.exit(1 if counts["bad"] else 0)


main()
