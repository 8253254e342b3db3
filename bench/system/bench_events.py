"""How quickly events reach 2,000 listeners, and what a listener costs."""

import asyncio
import json
import resource
import statistics
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from .figures import Row, Samples, Section, Target
from .servers import Cutroom

SUBSCRIBERS = 2_000
VENDORS = 200
EVENTS_PER_SECOND = 500
GREETING_SECONDS_MAX = 30


def run(setting):
    _raise_file_limit()
    with ExitStack() as started:
        server = started.enter_context(Cutroom(setting.build, setting.folder("events") / "ours", workers=False))
        before = server.process.memory_mb()
        figures = asyncio.run(_measure(server, setting))
    section = Section("events", f"{SUBSCRIBERS:,} subscribers of {VENDORS} vendors, {EVENTS_PER_SECOND} events/s, "
                                "from the request that causes an event to its listeners")
    for what, unit, values, target in (
            ("delivery, p50", "ms", figures["p50"], None),
            ("delivery, p99", "ms", figures["p99"], Target("<= 50 ms", at_most=50)),
            ("events sent", "1/s", figures["rate"], None),
            ("deliveries", "1/s", figures["deliveries"], None),
            ("memory of a subscriber", "KB", [(figures["rss"] - before) * 1024 / SUBSCRIBERS], None)):
        section.rows.append(Row(what, unit, ours=Samples(values), target=target, target_of="ours"))
    section.notes.append("each event reached each of its listeners exactly once" if figures["exact"]
                         else "events were missed or came twice")
    return section


def _raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _greeting(reader):
    await reader.readuntil(b"\r\n\r\n")
    await reader.readuntil(b"retry: ")
    await reader.readuntil(b"\n\n")


class _Listener:
    def __init__(self, vendor):
        self.vendor = vendor
        self.arrivals = []  # (job, when)

    async def listen(self, host, port):
        reader, self._writer = await asyncio.open_connection(host, port)
        self._writer.write(f"GET /api/image-queue/events?vendorId={self.vendor} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        await asyncio.wait_for(_greeting(reader), GREETING_SECONDS_MAX)
        self._task = asyncio.create_task(self._read(reader))

    async def _read(self, reader):
        while True:
            line = await reader.readline()
            if not line:
                return
            if line.startswith(b"data: {\"jobId\":\""):
                now = time.perf_counter()
                self.arrivals.append((line.split(b'"', 4)[3].decode(), now))

    def close(self):
        self._task.cancel()
        self._writer.close()


async def _measure(server, setting):
    address = urlsplit(server.client.url)
    listeners = [_Listener(f"vendor-{n % VENDORS}") for n in range(SUBSCRIBERS)]
    for begin in range(0, SUBSCRIBERS, 100):
        await asyncio.gather(*(one.listen(address.hostname, address.port) for one in listeners[begin:begin + 100]))
    figures = {"p50": [], "p99": [], "rate": [], "deliveries": [], "exact": True, "rss": server.process.memory_mb()}
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for _ in range(setting.rounds):
        for one in listeners:
            one.arrivals.clear()
        sent = await _send(reader, writer, setting.seconds)
        await asyncio.sleep(0.5)
        delays = [(when - sent[job]) * 1e3 for one in listeners for job, when in one.arrivals]
        delays.sort()
        figures["p50"].append(statistics.median(delays))
        figures["p99"].append(delays[int(len(delays) * 0.99)])
        figures["rate"].append(len(sent) / setting.seconds)
        figures["deliveries"].append(len(delays) / setting.seconds)
        figures["exact"] &= len(delays) == len(sent) * SUBSCRIBERS // VENDORS
    for one in listeners:
        one.close()
    writer.close()
    return figures


async def _send(reader, writer, seconds):
    """At a fixed rate, whatever the answers do; when each job's request went out."""
    sent = {}
    begin = time.perf_counter()
    for n in range(seconds * EVENTS_PER_SECOND):
        delay = begin + n / EVENTS_PER_SECOND - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        body = json.dumps({"recordId": n, "projectId": "p", "photoUrl": "https://example.com/photo.jpg",
                           "vendorId": f"vendor-{n % VENDORS}"})
        at = time.perf_counter()
        writer.write((f"POST /api/image-queue/remove-bg-queue HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                      f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = json.loads(await reader.readexactly(length))
        sent[answer["jobId"]] = at
    return sent
