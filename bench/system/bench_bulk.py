"""(c) How long one bulk call of 1,000 photos takes."""

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .load import bulk_order
from .servers import Cutroom, Peer, Redis

PHOTOS = 1000
CALLS_PER_ROUND = 10


@dataclass
class CallFigures:
    median_ms: float
    worst_ms: float


def run(setting):
    folder = setting.folder("bulk")
    with ExitStack() as started:
        redis = started.enter_context(Redis(folder))
        contestants = {"peer": started.enter_context(Peer(folder, redis))}
        if not setting.only_peer:
            contestants["ours"] = started.enter_context(Cutroom(setting.build, folder / "ours", workers=False))
        for server in contestants.values():
            _calls(server)
        results = interleaved(contestants, setting.rounds, _calls)

    section = Section("bulk", f"one bulk-remove-bg call of {PHOTOS:,} photos, {CALLS_PER_ROUND} calls a round")
    for what, attribute, target in (("median call", "median_ms", Target("<= 50 ms", at_most=50)),
                                    ("slowest call", "worst_ms", None)):
        row = compared(what, "ms", samples_of(results, "ours", attribute), samples_of(results, "peer", attribute),
                       target=target)
        row.target_of = "ours"
        section.rows.append(row)
    return section


def _calls(server):
    times = []
    for call in range(CALLS_PER_ROUND):
        order = bulk_order(PHOTOS, f"vendor-{call}")
        began = time.perf_counter()
        answer = server.client.post("/api/image-queue/bulk-remove-bg", order)
        times.append((time.perf_counter() - began) * 1e3)
        if answer.json()["count"] != PHOTOS:
            raise RuntimeError("a bulk call was answered with another number of jobs than it had photos")
    server.settle()
    return CallFigures(statistics.median(times), max(times))
