"""How soon a job in Redis is begun, and how soon its result is known: Cutroom's store against Bull, on one Redis."""

import json
from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .processes import run_tool
from .servers import BENCH, Redis

RATE = 3_000  # Jobs a second, about half of what Bull adds and works off at the same time on a machine with 2 cores.
SECONDS = 10
SLOTS = 50
CALLERS = 10
CALLS = 600  # Bull's finished() misses one result in twenty, for 5 s each.
SECONDS_MAX = 300


@dataclass
class LatencyFigures:
    pickup_p50: float
    pickup_p99: float
    wait_p50: float
    wait_p99: float


class Side:
    def __init__(self, redis, pickup, wait):
        self.redis = redis
        self.pickup = pickup
        self.wait = wait

    def measure(self):
        figures = []
        for command in (self.pickup, self.wait):
            self.redis.command("FLUSHALL")
            answer = json.loads(run_tool(command, SECONDS_MAX))
            if answer["failed"] != 0:
                raise RuntimeError(f"not all jobs went through: {answer}")
            figures += [answer["p50_ms"], answer["p99_ms"]]
        return LatencyFigures(*figures)


def _ours(build, redis, jobs, calls):
    tool = [build / "bench" / "queue" / "bench_latency", "--redis", f"redis://127.0.0.1:{redis.port}"]
    return Side(redis, [*tool, "--jobs", jobs, "--rate", RATE, "--slots", SLOTS, "pickup"],
                [*tool, "--jobs", calls, "--slots", CALLERS, "--callers", CALLERS, "wait"])


def _peer(redis, jobs, calls):
    tool = ["node", BENCH / "peer" / "queue_latency.js"]
    return Side(redis, [*tool, "pickup", redis.port, "bench", jobs, RATE, SLOTS, 0],
                [*tool, "wait", redis.port, "bench", calls, 0, CALLERS, CALLERS])


def run(setting):
    jobs = RATE * (1 if setting.quick else SECONDS)
    calls = 60 if setting.quick else CALLS
    with ExitStack() as started:
        redis = started.enter_context(Redis(setting.folder("latency")))
        sides = {"peer": _peer(redis, jobs, calls)}
        if not setting.only_peer:
            sides["ours"] = _ours(setting.build, redis, jobs, calls)
        results = interleaved(sides, setting.rounds, Side.measure)

    def row(what, attribute, target=None):
        return compared(what, "ms", samples_of(results, "ours", attribute), samples_of(results, "peer", attribute), "Bull",
                        target)

    section = Section("latency", f"jobs in Redis, {RATE:,} a second to {SLOTS} slots; {CALLERS} callers that wait for results")
    section.rows = [
        row("added until begun, p50", "pickup_p50"),
        row("added until begun, p99", "pickup_p99", Target("< 1", at_most=1)),
        row("added until answered, p50", "wait_p50"),
        row("added until answered, p99", "wait_p99", Target("< 1", at_most=1)),
    ]
    return section
