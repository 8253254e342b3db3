"""What a vendor with 10,000 waiting jobs costs another one that comes with 20, and what that one costs it.

The model is the tests' tiny one: the queue decides here, not the inference. Each job is worked on in whole all the
same, since each has a photo of its own; the results are not."""

import itertools
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass

from .figures import Row, Section, Target, compared, interleaved, samples_of
from .photo_work import PhotoSize, photo_folder
from .processes import wait_until_idle
from .servers import Cutroom, PhotoServer

SMALL = PhotoSize("0.08 MP", 320, 240)
QUEUE = "background-removal"
SLOTS = 3  # Jobs of the queue that run at once, as by default.

NOISY = "noisy"
QUIET = "quiet"
NOISY_JOBS = 10_000
QUIET_JOBS = 20
ORDERS_PER_ROUND = 5  # Of the quiet vendor, for a round's median.
# For the shares: long enough that what is under way at its ends doesn't matter.
LONG_JOBS = 300
ALONE_SECONDS = 1.5

WAIT = "60s"  # The longest that one long poll takes.
SECONDS_MAX = 300


@dataclass
class Neighbours:
    """One round."""

    alone_ms: float  # From the quiet vendor's order to its last job's end, with nobody else there.
    beside_ms: float  # The same beside the noisy one.
    promised_ms: float  # Twice the first and one running job of the noisy vendor.
    noisy_alone: float  # Jobs a second.
    noisy_beside: float
    all_beside: float  # Both vendors'.

    @property
    def noisy_share(self):
        return self.noisy_beside / self.all_beside


def run(setting):
    if setting.only_peer:
        return None
    with ExitStack() as started:
        folder = setting.folder("neighbour")
        photos = photo_folder(setting.build, SMALL, 1)
        source = started.enter_context(PhotoServer(setting.build, photos, folder))
        server = started.enter_context(
            Cutroom(setting.build, folder / "ours", workers=True, model="tiny",
                    extra=["--models", setting.build / "tests" / "models" / "files",
                           "--fetch-allow", "127.0.0.1/32", "--fetch-ports", source.port]))
        server.wait_ready()
        street = _Street(server, source)
        street.round(projects=1)  # Warms up.
        results = interleaved({"one project": 1, "10 projects": 10}, setting.rounds, street.round)

    section = Section("neighbour", f"{QUIET_JOBS} jobs of one vendor beside {NOISY_JOBS:,} of another, {SLOTS} slots, "
                                   "tiny model")
    for name in results:
        section.rows += _rows(name, lambda attribute, name=name: samples_of(results, name, attribute))
    section.notes.append("one running job lasts, on average, the slots divided by the jobs a second (Little's law)")
    return section


def _rows(name, of):
    share = Row(f"{name}: noisy vendor's part of all, quiet one there", "share", ours=of("noisy_share"),
                target=Target(">= 0.5", at_least=0.5), target_of="ours")
    return [
        compared(f"{name}: quiet vendor's order, last job done", "ms", of("beside_ms"), of("alone_ms"), "alone"),
        compared(f"{name}: the same", "ms", of("beside_ms"), of("promised_ms"), "2 x alone + a job",
                 Target("<= 1", at_most=1)),
        compared(f"{name}: noisy vendor, quiet one there", "jobs/s", of("noisy_beside"), of("noisy_alone"), "alone"),
        share,
        compared(f"{name}: both vendors", "jobs/s", of("all_beside"), of("noisy_alone"), "noisy one alone",
                 Target(">= 0.95", at_least=0.95)),
    ]


class _Street:
    """Two vendors of one server. Whatever waits for jobs does so by long poll: asking again and again would take
    of the cores that the jobs need."""

    def __init__(self, server, source):
        self._server = server
        self._client = server.client
        self._source_url = source.url
        self._numbers = itertools.count(1)

    def round(self, projects):
        alone = self._order_time()
        batches = [self._order(NOISY, NOISY_JOBS // projects, f"project-{n}") for n in range(projects)]
        self._first_ended(batches)
        before = self._rate_alone(batches)
        beside = self._order_time()
        noisy_beside, all_beside = self._rates_beside(batches)
        # Measured on both sides, so that a machine that gets slower or faster meets both.
        noisy_alone = statistics.fmean((before, self._rate_alone(batches)))
        self._clear(batches)
        return Neighbours(alone_ms=alone, beside_ms=beside, promised_ms=2 * alone + SLOTS / noisy_alone * 1e3,
                          noisy_alone=noisy_alone, noisy_beside=noisy_beside, all_beside=all_beside)

    def _order(self, vendor, count, project="p1"):
        """Its batch."""
        numbers = [next(self._numbers) for _ in range(count)]
        order = {"recordIds": numbers, "photoUrls": [f"{self._source_url}/0.jpg?{n}" for n in numbers],
                 "projectId": project, "vendorId": vendor}
        return self._client.post("/api/image-queue/bulk-remove-bg", order).json()["batchId"]

    def _order_time(self):
        times = []
        for _ in range(ORDERS_PER_ROUND):
            began = time.perf_counter()
            self._wait(self._order(QUIET, QUIET_JOBS))
            times.append((time.perf_counter() - began) * 1e3)
        return statistics.median(times)

    def _rate_alone(self, batches):
        done, began = self._completed(batches), time.perf_counter()
        time.sleep(ALONE_SECONDS)
        return (self._completed(batches) - done) / (time.perf_counter() - began)

    def _rates_beside(self, batches):
        """The noisy vendor's and both vendors', from the quiet one's long order to its end."""
        done, began = self._completed(batches), time.perf_counter()
        self._wait(self._order(QUIET, LONG_JOBS))
        noisy, seconds = self._completed(batches) - done, time.perf_counter() - began
        return noisy / seconds, (noisy + LONG_JOBS) / seconds

    def _batch(self, batch, query=""):
        figures = self._client.get(f"/api/image-queue/batch/{batch}{query}").json()
        if figures["failed"]:
            raise RuntimeError(f"of batch {batch} {figures['failed']} jobs failed")
        return figures

    def _wait(self, batch):
        deadline = time.monotonic() + SECONDS_MAX
        while not self._batch(batch, f"?wait={WAIT}")["done"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"batch {batch} did not end in time")

    def _completed(self, batches):
        """Of the noisy vendor, which must still have jobs that wait: else it isn't noisy."""
        figures = [self._batch(batch) for batch in batches]
        if not any(batch["waiting"] for batch in figures):
            raise RuntimeError("the noisy vendor's jobs were done before the round was over")
        return sum(batch["completed"] for batch in figures)

    def _first_ended(self, batches):
        deadline = time.monotonic() + SECONDS_MAX
        while not self._completed(batches):
            if time.monotonic() > deadline:
                raise RuntimeError("the noisy vendor's jobs did not begin")
            time.sleep(0.05)

    def _clear(self, batches):
        self._client.post(f"/api/image-queue/queues/{QUEUE}/drain", {"vendorId": NOISY}).json()
        for batch in batches:
            self._wait(batch)
        wait_until_idle([self._server.process])
