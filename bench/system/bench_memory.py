"""(f) Memory and idle CPU of `cutroom serve` with the medium model."""

import time

from .figures import Row, Samples, Section
from .photo_work import MP2, MP12, PhotoLine

IDLE_SECONDS = 10
LONG_RUN = (50, 500)  # Photos after which memory is read.


def run(setting):
    if setting.only_peer:
        return None
    section = Section("memory", "memory and idle CPU of cutroom serve, isnet-imgly-medium")
    _working(setting, section)
    if setting.long:
        _growing(setting, section)
    return section


def _working(setting, section):
    photos = setting.images
    with PhotoLine(setting.build, setting.folder("memory"), MP12, photos) as line:
        process = line.server.process
        section.rows.append(_row("resident when ready", "MB", process.memory_mb()))
        section.rows.append(_row("idle before any job", f"ms of CPU in {IDLE_SECONDS} s", _idle_ms(process)))
        line.work(photos)
        section.rows.append(_row(f"peak over {photos} photos of 12 MP", "MB", process.memory_mb("VmHWM")))
        section.rows.append(_row("resident afterwards", "MB", process.memory_mb()))
        section.rows.append(_row("idle afterwards", f"ms of CPU in {IDLE_SECONDS} s", _idle_ms(process)))


def _growing(setting, section):
    early, late = LONG_RUN
    with PhotoLine(setting.build, setting.folder("memory growth"), MP2, late) as line:
        process = line.server.process
        line.work(early)
        resident_early = process.memory_mb()
        line.work(late - early)
        resident_late = process.memory_mb()
        section.rows.append(_row(f"resident after {early} photos of 2 MP", "MB", resident_early))
        section.rows.append(_row(f"resident after {late}", "MB", resident_late))
        section.rows.append(_row("growth", "MB", resident_late - resident_early))
        section.rows.append(_row(f"peak over {late} photos of 2 MP", "MB", process.memory_mb("VmHWM")))


def _idle_ms(process):
    """CPU time that the kernel counts in steps of its clock, 10 ms as a rule."""
    # What ended a moment ago may still be cleaning up.
    time.sleep(1)
    before = process.cpu_seconds()
    time.sleep(IDLE_SECONDS)
    return (process.cpu_seconds() - before) * 1e3


def _row(what, unit, value):
    return Row(what, unit, Samples([value]))
