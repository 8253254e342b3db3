"""The table for people and the JSON for machines."""

import dataclasses
import json
import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path

from .figures import Samples
from .servers import BENCH, ROOT


def short(value):
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def with_range(samples):
    if samples is None:
        return "-"
    if len(samples.values) == 1:
        return short(samples.median)
    return f"{short(samples.median)} ({short(samples.low)} .. {short(samples.high)})"


def table(section):
    lines = [("", "Cutroom", "compared with", "", "ratio", "target")]
    for row in section.rows:
        target = "" if row.target is None else f"{row.target.text}: {row.verdict() or 'not measured'}"
        lines.append((f"{row.what}, {row.unit}", with_range(row.ours), with_range(row.other),
                      row.other_name if row.other else "", with_range(row.ratio), target))
    widths = [max(len(cell) for cell in column) for column in zip(*lines)]
    text = [section.title]
    if section.rows:
        text += ["  " + "  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    text += ["  " + line for line in section.text.splitlines()]
    text += [f"  note: {note}" for note in section.notes]
    return "\n".join(text)


def machine(scratch):
    """What a reader must know to judge the figures."""
    cpu_info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", cpu_info, re.M)
    return {
        "cpu": model.group(1) if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text()).group(1)) / 2**20),
        "kernel": platform.release(),
        "disk_sync_ms": round(_disk_sync_ms(scratch), 2),
    }


def versions():
    locked = json.loads((BENCH / "peer" / "package-lock.json").read_text())["packages"]
    said = {
        "commit": ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
        "redis": ["redis-server", "--version"],
        "node": ["node", "--version"],
    }
    found = {name: _first_line(command) for name, command in said.items()}
    for package in ("bull", "express", "express-rate-limit", "rate-limit-redis"):
        found[package] = locked[f"node_modules/{package}"]["version"]
    return found


def write_json(path, facts, sections):
    path.parent.mkdir(parents=True, exist_ok=True)
    document = facts | {"sections": [_plain(section) for section in sections]}
    path.write_text(json.dumps(document, indent=2) + "\n")


def _plain(section):
    rows = []
    for row in section.rows:
        plain = dataclasses.asdict(row)
        for name in ("ours", "other", "ratio"):
            samples = getattr(row, name)
            plain[name] = _samples(samples)
        plain["verdict"] = row.verdict() or None
        rows.append(plain)
    return {"name": section.name, "title": section.title, "rows": rows, "notes": section.notes,
            "details": section.details}


def _samples(samples: Samples | None):
    if samples is None:
        return None
    return {"median": samples.median, "low": samples.low, "high": samples.high, "values": samples.values}


def _first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip().splitlines()[0]
    except (OSError, IndexError):
        return "unknown"


def _disk_sync_ms(folder, writes=100):
    """Median time until one small write is on disk: what bounds every durable answer."""
    times = []
    with (folder / "sync-probe").open("wb", buffering=0) as file:
        for _ in range(writes):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)
