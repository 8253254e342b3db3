"""(e) Photos a second through the whole system, against ONNX Runtime alone on the same model file.

The time runs from the order to the last record written: the first photo's steps before the model and the last one's
steps after it are in it, with nothing to overlap them."""

import statistics

from .figures import Section, Row, Samples, Target, compared, interleaved, samples_of
from .photo_work import MP2, MP12, PhotoLine, bare_loop

TARGETS = ((MP2, Target(">= 0.95", at_least=0.95)), (MP12, Target(">= 0.85", at_least=0.85)))
RATE = "images_per_second"


def run(setting):
    section = Section("photos", f"whole system, {setting.images} photos a round, PNG, isnet-imgly-medium")
    for size, target in TARGETS:
        section.rows += _rows(setting, size, target)
    section.notes.append("a step's time includes its wait for a core; modelWait is the wait for the model's turn")
    return section


def _rows(setting, size, target):
    runs = {"bare loop": lambda: bare_loop(setting.build, setting.images)}
    if setting.only_peer:
        results = interleaved(runs, setting.rounds, lambda work: work())
    else:
        # One more, for the warm-up.
        photos = setting.rounds * setting.images + 1
        with PhotoLine(setting.build, setting.folder("photos " + size.name), size, photos) as line:
            line.work(1)
            runs["ours"] = lambda: line.work(setting.images)
            results = interleaved(runs, setting.rounds, lambda work: work())
    rows = [compared(size.name, "images/s", samples_of(results, "ours", RATE),
                     samples_of(results, "bare loop", RATE), "ONNX Runtime alone", target)]
    return rows + _step_rows(size, results.get("ours", []))


def _step_rows(size, rounds):
    steps = rounds[0].step_ms if rounds else {}
    return [Row(f"{size.name}: {step}", "ms, mean",
                Samples([statistics.fmean(round_.step_ms.get(step, [0])) for round_ in rounds])) for step in steps]
