"""What is sent to the servers: single requests from here, streams of them from wrk."""

import http.client
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .processes import run_tool

SCRIPTS = Path(__file__).resolve().parent / "wrk"
CONNECTIONS = 32
VENDORS = 50  # Of every load; wrk/enqueue.lua has the same figure.

_run_numbers = itertools.count(1)


@dataclass
class Answer:
    status: int
    body: bytes

    def json(self):
        if self.status != 200:
            raise RuntimeError(f"answered {self.status}: {self.body[:300].decode(errors='replace')}")
        return json.loads(self.body)


class Client:
    """One kept-alive connection to a server."""

    def __init__(self, url, headers=None):
        self.url = url
        self._headers = headers or {}
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)

    def get(self, path):
        return self._send("GET", path)

    def post(self, path, body):
        """`body`: an object, or JSON text prepared outside of a measured time."""
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self._send("POST", path, text, {"Content-Type": "application/json"})

    def close(self):
        self._connection.close()

    def _send(self, method, path, body=None, headers=None):
        try:
            return self._exchange(method, path, body, headers or {})
        except http.client.RemoteDisconnected:
            # Idle for longer than the server keeps connections, while the other side had its turn.
            self._connection.close()
            return self._exchange(method, path, body, headers or {})

    def _exchange(self, method, path, body, headers):
        self._connection.request(method, path, body, self._headers | headers)
        response = self._connection.getresponse()
        return Answer(response.status, response.read())


def bulk_order(count, vendor):
    """The body of a bulk call; no two calls have a record or photo in common."""
    run = next(_run_numbers)
    return json.dumps({
        "recordIds": [f"b{run}-{i}" for i in range(count)],
        "photoUrls": [f"http://photos.example.org/{vendor}/b{run}-{i}.jpg" for i in range(count)],
        "projectId": "p1",
        "vendorId": vendor,
    })


def fill(client, count, per_call=1000, vendors=VENDORS):
    """`count` jobs more that wait; their ids."""
    ids = []
    for call in range(-(-count // per_call)):
        order = bulk_order(min(per_call, count - len(ids)), f"vendor-{call % vendors}")
        ids += client.post("/api/image-queue/bulk-remove-bg", order).json()["jobIds"]
    return ids


@dataclass
class LoadFigures:
    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float


def wrk(script, url, seconds, *arguments):
    """Sends as fast as the answers come, on 32 connections. An answer that isn't one fails the bench."""
    # One thread: it makes far more requests than any of the servers answers, and leaves them the cores.
    command = ["wrk", "--threads", "1", "--connections", CONNECTIONS, "--duration", f"{seconds}s",
               "--timeout", "30s", "--script", SCRIPTS / script, url, "--", *arguments]
    output = run_tool(command, seconds + 60, {"LUA_PATH": f"{SCRIPTS}/?.lua"})
    counted = json.loads(output.strip().splitlines()[-1])
    if counted["refused"] or counted["broken"]:
        raise RuntimeError(f"{url}: of {counted['requests']} answers {counted['refused']} were refusals, "
                           f"{counted['broken']} connections broke")
    return LoadFigures(requests=counted["requests"],
                       requests_per_second=counted["requests"] / (counted["duration_us"] / 1e6),
                       p50_ms=counted["p50_us"] / 1e3, p99_ms=counted["p99_us"] / 1e3)


def enqueue_load(server, seconds, key_file=None):
    """`key_file`: a key of each vendor, one a line, where the server wants them."""
    return wrk("enqueue.lua", server.client.url + "/api/image-queue/remove-bg-queue", seconds, next(_run_numbers),
               *([key_file] if key_file else []))


def status_load(server, seconds, id_file):
    return wrk("status.lua", server.client.url + "/api/image-queue/job/", seconds, id_file)
