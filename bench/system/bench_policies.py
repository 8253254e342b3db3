"""What limits, vendors with keys and a listener of events cost the main call.

Both are the same program on the same machine. One is open: no vendor, no limit, nobody who listens. The other knows
its callers by their keys, counts each of its limits, and tells every event to a listener of the vendor's."""

import json
import threading
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from .figures import Section, Target, compared, interleaved, samples_of
from .load import CONNECTIONS, VENDORS, Client, enqueue_load
from .servers import UNREACHABLE_LIMITS, Cutroom

RATE = "requests_per_second"
ADMIN_KEY = "the-bench-administers"

# The same options as those that set a limit nobody reaches.
NO_LIMITS = ["off" if part.endswith("/1s") else part for part in UNREACHABLE_LIMITS]


@dataclass
class Contestant:
    server: Cutroom
    key_file: object = None


def run(setting):
    if setting.only_peer:
        return None
    folder = setting.folder("policies")
    with ExitStack() as started:
        bare = started.enter_context(Cutroom(setting.build, folder / "bare", workers=False, extra=NO_LIMITS))
        full = started.enter_context(Cutroom(setting.build, folder / "full", workers=False,
                                             environment={"CUTROOM_ADMIN_KEY": ADMIN_KEY}))
        keys = _vendor_keys(full)
        started.enter_context(_listener(full, keys[0]))
        key_file = folder / "keys"
        key_file.write_text("\n".join(keys) + "\n")
        contestants = {"bare": Contestant(bare), "full": Contestant(full, key_file)}
        for contestant in contestants.values():
            _load(contestant, setting.warm_up_seconds)
        results = interleaved(contestants, setting.rounds, lambda c: _load(c, setting.seconds))

    section = Section("policies", f"POST remove-bg-queue, {CONNECTIONS} connections: limits, {VENDORS} vendors with "
                                  "keys, one of them listening, against none of these")
    section.rows.append(compared("accepted", "requests/s", samples_of(results, "full", RATE),
                                 samples_of(results, "bare", RATE), "open server", Target(">= 0.9", at_least=0.9)))
    for what, percentile in (("p50", "p50_ms"), ("p99", "p99_ms")):
        section.rows.append(compared(what, "ms", samples_of(results, "full", percentile),
                                     samples_of(results, "bare", percentile), "open server"))
    return section


def _vendor_keys(server):
    """A key of each vendor of wrk/enqueue.lua, in its order."""
    client = Client(server.client.url, {"Authorization": f"Bearer {ADMIN_KEY}"})
    keys = []
    for n in range(VENDORS):
        vendor = f"vendor-{n}"
        _made(client.post("/api/admin/vendors", {"id": vendor}))
        keys.append(_made(client.post(f"/api/admin/vendors/{vendor}/keys", {}))["key"])
    client.close()
    return keys


def _made(answer):
    if answer.status != 201:
        raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
    return json.loads(answer.body)


@contextmanager
def _listener(server, key):
    request = urllib.request.Request(f"{server.client.url}/api/image-queue/events",
                                     headers={"Authorization": f"Bearer {key}"})
    stream = urllib.request.urlopen(request, timeout=600)

    def read():
        while stream.read1(1 << 16):
            pass

    # It ends with the server, which is stopped after it: nothing is left to wait for here.
    threading.Thread(target=read, daemon=True).start()
    yield


def _load(contestant, seconds):
    figures = enqueue_load(contestant.server, seconds, contestant.key_file)
    contestant.server.settle()
    return figures
