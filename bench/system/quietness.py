"""Whether the machine was the bench's own while it measured."""

import os
import resource
import time
from pathlib import Path

from .processes import TICKS_PER_SECOND

# Other work of more than this share of the machine, and figures are called disturbed.
QUIET_SHARE = 0.03


class Quietness:
    """From its making until others_share(): how much of the machine others used. Counts right only once all of the
    bench's processes have ended, since the kernel hands their time to the bench then."""

    def __init__(self):
        self._began = time.monotonic()
        self._all = _all_seconds()
        self._own = _own_seconds()

    def others_share(self):
        others = (_all_seconds() - self._all) - (_own_seconds() - self._own)
        return max(0.0, others / ((time.monotonic() - self._began) * os.cpu_count()))


def _all_seconds():
    # user, nice, system, and steal (what other machines on the same hardware took). Not the interrupts: those of
    # the bench's own loopback traffic belong to no process.
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (fields[0] + fields[1] + fields[2] + fields[7]) / TICKS_PER_SECOND


def _own_seconds():
    return sum(usage.ru_utime + usage.ru_stime
               for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
