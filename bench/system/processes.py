"""Processes that the bench starts, measures and ends: only ever these, by their ids."""

import ctypes
import os
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
IDLE_MAX = 0.015  # Seconds on a CPU in 0.2 s.
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def free_port():
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    """In the child: ended by the kernel too when the bench dies without a chance to clean up."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def run_tool(command, seconds_max, environment=None):
    """Runs a program to its end; its standard output."""
    words = [str(word) for word in command]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=seconds_max,
                           env=os.environ | (environment or {}), preexec_fn=end_with_parent)
    if ended.returncode != 0:
        raise RuntimeError(f"{Path(words[0]).name} failed ({ended.returncode}): {ended.stderr[-2000:].strip()}")
    return ended.stdout


class Process:
    """A server of the bench, from its start to its end. A context manager."""

    def __init__(self, name, command, log_file, environment=None):
        self.name = name
        self._log_file = Path(log_file)
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log_file.open("ab"),
            env=os.environ | (environment or {}),
            preexec_fn=end_with_parent,
        )
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def first_line(self, seconds=60):
        """What it says on standard output once it serves."""
        output = self._process.stdout
        ready = select.select([output], [], [], seconds)[0]
        line = output.readline().decode(errors="replace").strip() if ready else ""
        if not line:
            raise self.not_started()
        return line

    def not_started(self):
        """Stopped, since nobody else will stop it; the error to raise."""
        self.stop()
        return RuntimeError(f"{self.name} did not start: {self._last_words()}")

    def stop(self, seconds=20):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process.stdout.close()

    def memory_mb(self, field="VmRSS"):
        """VmRSS: memory held now; VmHWM: the most it has ever held."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"{self.name} has ended: {self._last_words()}")

    def cpu_seconds(self):
        """On a CPU, of all threads that it has. By the scheduler's own clock: ticks would miss most of short runs."""
        threads = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def _last_words(self):
        if not self._log_file.exists():
            return "(no output)"
        return self._log_file.read_text(errors="replace")[-2000:].strip() or "(no output)"


def wait_until_idle(processes, seconds_max=60):
    """What a load leaves behind (requests of connections that are gone, files being rewritten) must not run on in
    another's round."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        before = sum(process.cpu_seconds() for process in processes)
        time.sleep(0.2)
        # Redis' clock takes some.
        if sum(process.cpu_seconds() for process in processes) - before <= IDLE_MAX * len(processes):
            return
    raise RuntimeError(f"{processes[0].name} did not come to rest")
