"""Measures Cutroom against the stack it replaces. Prints a table a bench and writes a JSON file.

A figure is the median of several rounds with its range; every round measures both sides in turn. A missed target is
said and changes nothing else: the exit status tells only whether everything could be measured."""

import argparse
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from . import (bench_bulk, bench_enqueue, bench_events, bench_latency, bench_memory, bench_neighbour, bench_photos,
               bench_policies, bench_queue, bench_status, bench_store, report)
from .quietness import QUIET_SHARE, Quietness
from .servers import BENCH, ROOT, Peer

BENCHES = {
    "enqueue": bench_enqueue.run,
    "status": bench_status.run,
    "bulk": bench_bulk.run,
    "store": bench_store.run,
    "queue": bench_queue.run,
    "latency": bench_latency.run,
    "events": bench_events.run,
    "policies": bench_policies.run,
    "neighbour": bench_neighbour.run,
    "photos": bench_photos.run,
    "memory": bench_memory.run,
}


@dataclass
class Setting:
    """What every bench is told."""

    build: Path
    scratch: Path
    only_peer: bool
    rounds: int
    seconds: int
    warm_up_seconds: int
    waiting_jobs: int
    images: int
    quick: bool
    long: bool

    def folder(self, name):
        path = self.scratch / name
        path.mkdir()
        return path


def parse_arguments():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"some of: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--only-peer", action="store_true", help="measure the replaced stack alone")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of each bench (default: 5)")
    parser.add_argument("--seconds", type=int, default=6, metavar="N", help="load of one round (default: 6)")
    parser.add_argument("--images", type=int, default=12, metavar="N",
                        help="images of one round of the photos bench (default: 12)")
    parser.add_argument("--quick", action="store_true",
                        help="one short round of each, to see that the bench works; its figures mean nothing")
    parser.add_argument("--long", action="store_true", help="also what takes minutes: memory over 500 images")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="DIR",
                        help="where the programs are (default: build/release)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="default: bench/results/TIME.json")
    options = parser.parse_args()
    unknown = [name for name in options.benches if name not in BENCHES]
    if unknown:
        parser.error(f"there is no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
    if options.quick:
        options.rounds, options.seconds, options.images = 1, 1, 3
    return options


def run_all(options, scratch):
    setting = Setting(build=options.build.resolve(), scratch=scratch, only_peer=options.only_peer,
                      rounds=options.rounds, seconds=options.seconds, warm_up_seconds=1,
                      waiting_jobs=5_000 if options.quick else 100_000, images=options.images,
                      quick=options.quick, long=options.long)
    sections, all_measured = [], True
    for name in options.benches or BENCHES:
        print(f"{name} ...", flush=True)
        quietness = Quietness()
        try:
            section = BENCHES[name](setting)
        except Exception:
            # The other benches are still worth their time.
            traceback.print_exc()
            all_measured = False
            continue
        if section is None:
            print("    nothing to measure of the peer\n")
            continue
        others = quietness.others_share()
        section.details["others_share"] = round(others, 3)
        if others > QUIET_SHARE:
            section.notes.append(f"disturbed: other programs used {others:.0%} of the machine meanwhile")
        sections.append(section)
        print(report.table(section), end="\n\n", flush=True)
    return sections, all_measured


def main():
    options = parse_arguments()
    # Ends by exception, so that every server is stopped and every folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    Peer.install()
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as folder:
        scratch = Path(folder)
        facts = {"began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "quick": options.quick,
                 "machine": report.machine(scratch), "versions": report.versions()}
        sections, all_measured = run_all(options, scratch)
    path = options.json or BENCH / "results" / (time.strftime("%Y%m%d-%H%M%S") + ".json")
    report.write_json(path, facts, sections)
    print(f"written: {path}")
    return 0 if all_measured else 1


if __name__ == "__main__":
    sys.exit(main())
