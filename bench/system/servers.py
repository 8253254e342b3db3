"""The servers that are measured, each in folders of its own and on free ports of 127.0.0.1."""

import socket
import time
from pathlib import Path

from .load import Client
from .processes import Process, free_port, run_tool, wait_until_idle

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent


def address_in(line):
    """Of "... listens on http://127.0.0.1:PORT"."""
    return line.split()[-1]


class Redis:
    """Durable by its append-only file. Snapshots are off: they would only cost the peer time."""

    def __init__(self, folder, appendfsync="everysec"):
        data = Path(folder) / "redis"
        data.mkdir()
        self.port = free_port()
        self.process = Process(
            "redis-server",
            ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--dir", data, "--daemonize", "no",
             "--appendonly", "yes", "--appendfsync", appendfsync, "--save", "", "--loglevel", "warning"],
            Path(folder) / "redis.log",
        )
        self._wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()

    def command(self, *words):
        """One command; the reply as raw protocol text."""
        request = f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request.encode())
            reply = connection.makefile("rb")
            head = reply.readline().decode().strip()
            if head.startswith("-"):
                raise RuntimeError(f"redis-server: {head}")
            return reply.read(int(head[1:])).decode() if head.startswith("$") else head

    def set_fsync(self, policy):
        self.command("CONFIG", "SET", "appendfsync", policy)

    def settle(self, seconds=60):
        """Waits for a rewrite of the append-only file, so that it doesn't run in another's round."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            info = self.command("INFO", "persistence")
            if "aof_rewrite_in_progress:0" in info and "aof_rewrite_scheduled:0" in info:
                return
            time.sleep(0.05)
        raise RuntimeError("redis-server still rewrites its file")

    def _wait(self):
        for _ in range(200):
            try:
                if self.command("PING") == "+PONG":
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise self.process.not_started()


class Peer:
    """Bull 4 and Express, the stack that is replaced (bench/peer)."""

    def __init__(self, folder, redis, db=0, rate_limits=True):
        self.redis = redis
        name = f"peer-{db}-{'limits' if rate_limits else 'no-limits'}"
        self.process = Process(
            name,
            ["node", BENCH / "peer" / "server.js"],
            Path(folder) / f"{name}.log",
            {"NODE_ENV": "production", "PORT": "0", "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(redis.port),
             "REDIS_DB": str(db), "RATE_LIMITS": "on" if rate_limits else "off"},
        )
        self.client = Client(address_in(self.process.first_line()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.stop()

    def settle(self):
        wait_until_idle([self.process, self.redis.process])
        self.redis.settle()

    @staticmethod
    def install():
        """Its packages, at the versions of the lock file, where they aren't there yet."""
        folder = BENCH / "peer"
        lock = (folder / "package-lock.json").read_bytes()
        installed = folder / "node_modules" / ".installed-from.json"
        if installed.exists() and installed.read_bytes() == lock:
            return
        run_tool(["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"], 300)
        installed.write_bytes(lock)


# Counted, as in production, but never refused: a bench is more requests from one address than any limit allows.
UNREACHABLE_LIMITS = [
    part
    for name in ("global", "reads", "image-processing", "background-removal", "bulk")
    for part in (f"--limits-{name}", "10000000/1s")
]


class Cutroom:
    """`cutroom serve` of the release build."""

    def __init__(self, build, folder, workers, extra=(), model="isnet-imgly-medium", environment=None):
        data = Path(folder)
        data.mkdir(parents=True)
        self.process = Process(
            "cutroom",
            [build / "cutroom", "serve", "--listen", "127.0.0.1:0", "--data-dir", data / "data",
             "--workers", "true" if workers else "false", "--model", model,
             "--limits-waiting-max", 100_000_000, "--log-level", "warn", *UNREACHABLE_LIMITS, *extra],
            data / "cutroom.log",
            environment,
        )
        self.client = Client(address_in(self.process.first_line()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.stop()

    def settle(self):
        wait_until_idle([self.process])

    def wait_ready(self, seconds=120):
        """Until the model is loaded and warm."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.client.get("/readyz").status == 200:
                return
            time.sleep(0.1)
        raise RuntimeError("cutroom did not become ready")


class PhotoServer:
    """Serves a folder of photos."""

    def __init__(self, build, folder, log_folder):
        self.process = Process("photo_server", [build / "tests" / "support" / "photo_server", "--dir", folder],
                               Path(log_folder) / "photo_server.log")
        self.port = int(self.process.first_line())
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
