"""(d) The job store alone, without HTTP: the program bench_store, whose own figures are taken over as they are."""

import json

from .figures import Section
from .processes import run_tool

SECONDS_MAX = 900


def run(setting):
    if setting.only_peer:
        return None
    program = setting.build / "bench" / "store" / "bench_store"
    section = Section("store", "job store alone (bench_store)")
    if not program.exists():
        section.notes.append("not measured: bench_store is not built")
        return section
    output = run_tool([program], SECONDS_MAX)
    section.details["bench_store"] = json.loads(output)
    return section
