"""Photos from their order to their recorded cut-outs, through all of `cutroom serve`."""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass

from .processes import run_tool
from .servers import ROOT, Cutroom, PhotoServer

MODEL = ROOT / ".deps" / "models" / "isnet-imgly-medium.onnx"
SAMPLES = ROOT / ".deps" / "samples"
SECONDS_PER_PHOTO_MAX = 60


@dataclass(frozen=True)
class PhotoSize:
    name: str
    width: int
    height: int


MP2 = PhotoSize("2 MP", 1632, 1224)
MP12 = PhotoSize("12 MP", 4000, 3000)


def photo_folder(build, size, count):
    """`count` distinct JPEGs of the size. They stay in the build folder for the next run."""
    folder = build / "bench" / "photos" / f"{size.width}x{size.height}"
    samples = sorted(SAMPLES.glob("*.png"))
    if not samples:
        raise RuntimeError(f"no sample photos in {SAMPLES}; ./dev setup puts them there")
    run_tool([build / "bench" / "make_photos" / "make_photos", "--out", folder, "--count", count,
              "--width", size.width, "--height", size.height, *samples], 120 + count * 10)
    return folder


@dataclass
class Work:
    """What came of one bulk order."""

    images_per_second: float
    step_ms: dict  # Step -> its time in each job.


class PhotoLine:
    """A server with its workers on, and photos for it to fetch, each only once."""

    def __init__(self, build, folder, size, count):
        self._size = size
        self._next = 0
        self._photos = photo_folder(build, size, count)
        with ExitStack() as started:
            folder.mkdir(parents=True, exist_ok=True)
            source = started.enter_context(PhotoServer(build, self._photos, folder))
            self._source_url = source.url
            self.server = started.enter_context(
                Cutroom(build, folder / "ours", workers=True,
                        extra=["--fetch-allow", "127.0.0.1/32", "--fetch-ports", source.port]))
            self.server.wait_ready()
            self._started = started.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._started.close()

    def work(self, photos):
        """Orders the next photos in one call and waits until each is completed and recorded."""
        first, self._next = self._next, self._next + photos
        order = {"recordIds": [f"{self._size.name} {n}" for n in range(first, self._next)],
                 "photoUrls": [f"{self._source_url}/{n}.jpg" for n in range(first, self._next)],
                 "projectId": "p1", "vendorId": "vendor-1"}
        before = self._ended()
        began = time.perf_counter()
        job_ids = self.server.client.post("/api/image-queue/bulk-remove-bg", order).json()["jobIds"]
        self._wait_for_ended(before + photos, began + SECONDS_PER_PHOTO_MAX * photos)
        seconds = time.perf_counter() - began
        return Work(photos / seconds, self._step_times(job_ids))

    def _ended(self):
        counts = self.server.client.get("/api/image-queue/queue-stats").json()["backgroundRemoval"]
        return counts["completed"] + counts["failed"]

    def _wait_for_ended(self, count, deadline):
        while self._ended() < count:
            if time.perf_counter() > deadline:
                raise RuntimeError(f"of {count} jobs only {self._ended()} ended in time")
            time.sleep(0.02)

    def _step_times(self, job_ids):
        """Of jobs that all made a PNG of their photo's size; anything else fails the bench."""
        steps = {}
        for job_id in job_ids:
            job = self.server.client.get(f"/api/image-queue/job/{job_id}").json()
            result = job["result"]
            if job["state"] != "completed" or result["format"] != "png" or result["width"] != self._size.width:
                raise RuntimeError(f"job {job_id} did not make its cut-out: {job['state']}, {job['failedReason']}")
            for step, took in result["timings"].items():
                steps.setdefault(step.removesuffix("Ms"), []).append(took)
        return steps


def bare_loop(build, runs):
    """Images a second of ONNX Runtime alone."""
    output = run_tool([build / "bench" / "bare_loop" / "bare_loop", MODEL, runs],
                      120 + SECONDS_PER_PHOTO_MAX * runs)
    return Work(runs / json.loads(output)["seconds"], {})
