"""`hatch run soak`: mixed load in three worlds against a server that misbehaves, and a ledger of it.

A fault is a wrong or short body, an error without a cause, a request that came to no end or was acted on
twice, a connection, thread or task that is left behind, and memory that grows. Ctrl-C ends a run early.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from testkit.soak.report import summary
from testkit.soak.run import WORLDS, Soak


def _least(kind, least):
    """Return what reads a number that is not less than `least`."""

    def number(text):
        value = kind(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {text}")
        return value

    return number


def parser():
    """Return what reads the command line."""
    reads = argparse.ArgumentParser("hatch run soak", description=__doc__.partition("\n\n")[2])
    add = reads.add_argument
    add("--minutes", type=_least(float, 0), default=5, help="how long (5)")
    add("--requests", type=_least(int, 1), help="how many at most, in all worlds together")
    add(
        "--rate",
        type=_least(float, 0),
        default=100,
        help="most requests a second (100); 0: no limit",
    )
    add("--seed", type=int, default=1, help="what everything is drawn from (1)")
    add("--worlds", nargs="+", choices=WORLDS, default=WORLDS, help="which (all)")
    add("--workers", type=_least(int, 1), default=12, help="tasks or threads in each world (12)")
    add("--restart", type=_least(float, 1), default=10, help="mean seconds till a kill (10)")
    add("--sample", type=_least(float, 0.1), default=5, help="seconds between two samples (5)")
    add("--keep", type=Path, help="a folder for all logs, which are else thrown away")
    add("--plant", action="store_true", help=argparse.SUPPRESS)  # faults that must be found
    return reads


def main(arguments=None):
    """Play a run; return 1 if anything was wrong."""
    options = parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        logs = options.keep or Path(folder)
        logs.mkdir(parents=True, exist_ok=True)
        soak = Soak(options, folder, logs)
        soak.play()
        for line in summary(soak):
            print(line, flush=True)
    return 1 if soak.ledger.faults else 0


if __name__ == "__main__":
    sys.exit(main())
