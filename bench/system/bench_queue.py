"""The queue in Redis alone, without HTTP: Cutroom's store in Bull's keys against Bull, on one Redis."""

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .processes import run_tool
from .servers import BENCH, Redis

JOBS = 20_000
SLOTS = 50  # Callers at the same time.
SECONDS_MAX = 300
VENDORS_MANY = 1_000
# Jobs that wait while some are taken and completed, and vendors that they are of: few, and a great many.
SHALLOW = (1_000, 1_000)
DEEP = (1_000_000, 10_000)
DEEP_QUICK = (20_000, 10_000)


@dataclass
class DepthFigures:
    cpu_us: float


@dataclass
class QueueFigures:
    add_rate: float
    add_cpu_us: float  # Of Redis, for one job.
    work_rate: float
    work_cpu_us: float
    bytes_per_job: float  # Of Redis, while it waits.

    @property
    def cpu_us(self):
        return self.add_cpu_us + self.work_cpu_us


class Side:
    """One contestant: the same number of jobs added, then taken and completed, in a queue that is empty before."""

    def __init__(self, redis, jobs, command):
        self.redis = redis
        self.jobs = jobs
        self.command = command  # (what) -> words

    def measure(self):
        self.redis.command("FLUSHALL")
        empty = self._memory()
        add_rate, add_cpu = self._run("add")
        bytes_per_job = (self._memory() - empty) / self.jobs
        work_rate, work_cpu = self._run("work")
        return QueueFigures(add_rate, add_cpu, work_rate, work_cpu, bytes_per_job)

    def _run(self, what):
        before = self.redis.process.cpu_seconds()
        figures = json.loads(run_tool(self.command(what), SECONDS_MAX))
        spent = self.redis.process.cpu_seconds() - before
        if figures["jobs"] != self.jobs or figures["failed"] != 0:
            raise RuntimeError(f"not all jobs went through: {figures}")
        return figures["jobs_per_second"], spent / self.jobs * 1e6

    def _memory(self):
        return int(re.search(r"used_memory:(\d+)", self.redis.command("INFO", "memory")).group(1))


def _ours(build, redis, jobs, vendors=1):
    return Side(redis, jobs, lambda what: [build / "bench" / "queue" / "bench_queue", what, "--redis",
                                           f"redis://127.0.0.1:{redis.port}", "--jobs", jobs, "--slots", SLOTS,
                                           "--vendors", vendors])


class Depth:
    """What it costs Redis to take and complete a job while many wait."""

    def __init__(self, build, redis, depth, taken):
        self.build = build
        self.redis = redis
        self.waiting, self.vendors = depth
        self.taken = taken

    def measure(self):
        spent = 0.0
        for _ in range(max(1, self.taken // self.waiting)):
            self.redis.command("FLUSHALL")
            self._tool("add", self.waiting, "--bulk", min(100, self.waiting))
            self.redis.settle()
            before = self.redis.process.cpu_seconds()
            self._tool("work", min(self.taken, self.waiting))
            spent += self.redis.process.cpu_seconds() - before
        return DepthFigures(spent / self.taken * 1e6)

    def _tool(self, what, jobs, *more):
        run_tool([self.build / "bench" / "queue" / "bench_queue", what, "--redis", f"redis://127.0.0.1:{self.redis.port}",
                  "--jobs", jobs, "--slots", SLOTS, "--vendors", self.vendors, *more], SECONDS_MAX)


def _depth_row(setting, redis):
    taken = 2_000 if setting.quick else JOBS
    deep = DEEP_QUICK if setting.quick else DEEP
    results = interleaved({"ours": Depth(setting.build, redis, deep, taken),
                           "peer": Depth(setting.build, redis, SHALLOW, taken)}, setting.rounds, Depth.measure)
    return compared(f"CPU of Redis, take and complete, {deep[0]:,} waiting of {deep[1]:,} vendors", "us/job",
                    samples_of(results, "ours", "cpu_us"), samples_of(results, "peer", "cpu_us"),
                    f"{SHALLOW[0]:,} waiting", Target("<= 1.5", at_most=1.5))


def run(setting):
    jobs = 2_000 if setting.quick else JOBS
    with ExitStack() as started:
        redis = started.enter_context(Redis(setting.folder("queue")))
        sides = {"peer": Side(redis, jobs, lambda what: ["node", BENCH / "peer" / "queue_load.js", what, redis.port,
                                                         "bench", jobs, SLOTS, 1])}
        if not setting.only_peer:
            sides["ours"] = _ours(setting.build, redis, jobs)
            sides["ours, vendors"] = _ours(setting.build, redis, jobs, VENDORS_MANY)
        results = interleaved(sides, setting.rounds, Side.measure)
        depth = [] if setting.only_peer else [_depth_row(setting, redis)]

    def row(what, unit, attribute, target=None, ours="ours"):
        return compared(what, unit, samples_of(results, ours, attribute), samples_of(results, "peer", attribute),
                        "Bull", target)

    section = Section("queue", f"the queue in Redis, {jobs:,} jobs, {SLOTS} at a time")
    section.rows = [
        row("add", "jobs/s", "add_rate", Target(">= 2", at_least=2)),
        row("take and complete", "jobs/s", "work_rate", Target(">= 2", at_least=2)),
        row("take and complete, 1,000 vendors", "jobs/s", "work_rate", ours="ours, vendors"),
        row("CPU of Redis, add", "us/job", "add_cpu_us"),
        row("CPU of Redis, take and complete", "us/job", "work_cpu_us"),
        row("CPU of Redis, all", "us/job", "cpu_us", Target("<= 0.6", at_most=0.6)),
        row("memory of a waiting job", "bytes", "bytes_per_job", Target("<= 1.15", at_most=1.15)),
        *depth,
    ]
    return section
