"""(b) How fast a job's state is answered: against the peer, and whether a long queue makes it slower."""

from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .load import CONNECTIONS, fill, status_load
from .servers import Cutroom, Peer, Redis

SHORT_QUEUE = 100
RATE = "requests_per_second"


@dataclass
class StatusFigures:
    requests_per_second: float
    p99_ms: float
    cpu_us: float  # Of the server's process for one request. Tells apart what slows the server from what slows wrk.


class Queue:
    """A server with a number of waiting jobs, and the file of their ids."""

    def __init__(self, server, waiting, id_file):
        self.server = server
        self.id_file = id_file
        id_file.write_text("\n".join(str(job_id) for job_id in fill(server.client, waiting)) + "\n")
        server.settle()

    def load(self, seconds):
        process = self.server.process
        before = process.cpu_seconds()
        figures = status_load(self.server, seconds, self.id_file)
        spent = process.cpu_seconds() - before
        self.server.settle()
        # A warm-up of the peer may end before its first answer.
        return StatusFigures(figures.requests_per_second, figures.p99_ms, spent / max(1, figures.requests) * 1e6)


def run(setting):
    long_queue = setting.waiting_jobs
    with ExitStack() as started:
        queues = _queues(setting, started, long_queue)
        for queue in queues.values():
            queue.load(setting.warm_up_seconds)
        results = interleaved(queues, setting.rounds, lambda queue: queue.load(setting.seconds))

    long, short = f"{long_queue:,} waiting", f"{SHORT_QUEUE} waiting"
    section = Section("status", f"GET job/:id, {CONNECTIONS} connections, ids spread over all waiting jobs")
    for what, queue, target in ((long, "long", Target(">= 50", at_least=50)), (short, "short", None)):
        section.rows.append(compared(what, "requests/s", samples_of(results, f"ours {queue}", RATE),
                                     samples_of(results, f"peer {queue}", RATE), "peer", target))
    section.rows.append(compared(f"{long} to {short}", "requests/s", samples_of(results, "ours long", RATE),
                                 samples_of(results, "ours short", RATE), "Cutroom's short queue",
                                 Target(">= 0.9", at_least=0.9)))
    section.rows.append(compared(f"{long} to {short}: CPU of the server", "us/request",
                                 samples_of(results, "ours long", "cpu_us"),
                                 samples_of(results, "ours short", "cpu_us"), "Cutroom's short queue"))
    section.rows.append(compared(f"{long}, p99", "ms", samples_of(results, "ours long", "p99_ms"),
                                 samples_of(results, "peer long", "p99_ms")))
    return section


def _queues(setting, started, long_queue):
    folder = setting.folder("status")
    redis = started.enter_context(Redis(folder))
    peers = {"peer long": (0, long_queue), "peer short": (1, SHORT_QUEUE)}
    ours = {} if setting.only_peer else {"ours long": long_queue, "ours short": SHORT_QUEUE}
    queues = {}
    for name, (db, waiting) in peers.items():
        server = started.enter_context(Peer(folder, redis, db=db))
        queues[name] = Queue(server, waiting, folder / f"{name}.ids")
    for name, waiting in ours.items():
        server = started.enter_context(Cutroom(setting.build, folder / name, workers=False))
        queues[name] = Queue(server, waiting, folder / f"{name}.ids")
    return queues
