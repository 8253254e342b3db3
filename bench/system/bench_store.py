"""(d) The job store alone, without HTTP: the program bench_store, whose own table and figures are taken over as they
are."""

import json

from .figures import Section
from .processes import run_tool

SECONDS_MAX = 900


def run(setting):
    if setting.only_peer:
        return None
    folder = setting.folder("store")
    figures = folder / "figures.json"
    table = run_tool([setting.build / "bench" / "store" / "bench_store", "--folder", folder, "--json", figures,
                      *(["--quick"] if setting.quick else [])], SECONDS_MAX)
    section = Section("store", "job store alone (bench_store)")
    section.text = table
    section.details["bench_store"] = json.loads(figures.read_text())
    return section
