"""(a) How fast single photos are accepted, and how long one waits for its answer.

Ours answers after its commit is on disk (synchronous=FULL). The peer is measured as it is usually durable (the
append-only file is synced once a second, so up to a second of accepted jobs is lost with the machine), with the same
durability as ours (synced before each answer), and without its rate limits.
"""

from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .load import CONNECTIONS, enqueue_load
from .servers import Cutroom, Peer, Redis

RATE = "requests_per_second"


@dataclass
class Contestant:
    server: object
    fsync: str = ""


def run(setting):
    with ExitStack() as started:
        contestants = _contestants(setting, started)
        for contestant in contestants.values():
            _load(contestant, setting.warm_up_seconds)
        results = interleaved(contestants, setting.rounds, lambda c: _load(c, setting.seconds))

    section = Section("enqueue", f"POST remove-bg-queue, {CONNECTIONS} connections, no job is worked on")
    for peer, target in (("peer", Target(">= 5", at_least=5)), ("peer, fsync always", None),
                         ("peer, no rate limits", None)):
        section.rows.append(compared("accepted", "requests/s", samples_of(results, "ours", RATE),
                                     samples_of(results, peer, RATE), peer, target))
    for what, percentile in (("p50", "p50_ms"), ("p99", "p99_ms")):
        target = Target("< 1", at_most=0.9999) if what == "p99" else None
        section.rows.append(compared(what, "ms", samples_of(results, "ours", percentile),
                                     samples_of(results, "peer", percentile), "peer", target))
    section.rows.append(compared("p99", "ms", samples_of(results, "ours", "p99_ms"),
                                 samples_of(results, "peer, fsync always", "p99_ms"), "peer, fsync always"))
    return section


def _contestants(setting, started):
    folder = setting.folder("enqueue")
    redis = started.enter_context(Redis(folder))
    peer = started.enter_context(Peer(folder, redis))
    unlimited = started.enter_context(Peer(folder, redis, db=1, rate_limits=False))
    contestants = {"peer": Contestant(peer, "everysec"), "peer, fsync always": Contestant(peer, "always"),
                   "peer, no rate limits": Contestant(unlimited, "everysec")}
    if not setting.only_peer:
        contestants["ours"] = Contestant(started.enter_context(Cutroom(setting.build, folder / "ours", workers=False)))
    return contestants


def _load(contestant, seconds):
    if contestant.fsync:
        contestant.server.redis.set_fsync(contestant.fsync)
    figures = enqueue_load(contestant.server, seconds)
    contestant.server.settle()
    return figures
