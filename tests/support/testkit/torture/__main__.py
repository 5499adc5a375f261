"""`hatch run torture`: every combination, counted, or those that are named.

    hatch run torture                                  all of them
    hatch run torture --world trio --way h2            those of a world, of ways that begin so
    hatch run torture --every 50                       each fiftieth
    hatch run torture --world trio --case h1-tls/get/fin@answer+17

What fails is printed as the command that plays it again. It ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
import warnings

from testkit.certificates import Authority
from testkit.torture.cases import WAYS, Case
from testkit.torture.play import Cell, far_ends
from testkit.torture.run import Run
from testkit.worlds import WORLDS

_MOST_SHOWN = 20  # failures of a cell


def main(argv=None):
    options = _options(argv)
    warnings.simplefilter("error")
    unraisable = []
    sys.unraisablehook = unraisable.append
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        with far_ends(authority) as ends:
            for world in options.worlds:
                for way in options.ways:
                    cell = Cell(world, way, authority.bundle, *ends)
                    run = Run(cell, way, options.every, options.case).go()
                    runs.append(run)
                    _print(world.name, way, run)
    count, seconds = sum(run.count for run in runs), sum(run.seconds for run in runs)
    failed = sum(len(run.failures) for run in runs)
    print(f"{count:,} combinations, {failed} failed, {seconds:.0f} s of CPU")
    for each in unraisable:
        print(f"could not be raised: {each.exc_value!r} in {each.object!r}")
    return 1 if failed or unraisable else 0


def _print(world, way, run):
    ending = f"{len(run.failures):5} failed {run.seconds:8.1f} s"
    print(f"{world:8} {way:14} {run.count:8,} played {ending}", flush=True)
    if run.missed == run.count:
        print("    nothing went wrong: there are fewer octets, writes or awaits than that")
    for case, error in run.failures[:_MOST_SHOWN]:
        where = traceback.extract_tb(error.__traceback__)[-1:]
        print(f"    hatch run torture --world {world} --case {case}")
        print(f"        {error!r}"[:400], *(f"\n        at: {each.line}" for each in where))


def _options(argv):
    parser = argparse.ArgumentParser(
        prog="hatch run torture", description="Play faults at every place, and count."
    )
    worlds = {world.name: world for world in WORLDS}
    parser.add_argument("--world", choices=worlds, help="one instead of all three")
    parser.add_argument("--way", default="", help=f"those that begin so, of {', '.join(WAYS)}")
    parser.add_argument("--every", type=int, default=1, help="play only each so-manieth case")
    parser.add_argument("--case", type=_case, help="one case, as a failure names it")
    options = parser.parse_args(argv)
    options.worlds = [worlds[options.world]] if options.world else WORLDS
    if options.case:
        options.ways = [options.case.way]
    else:
        options.ways = [way for way in WAYS if way.startswith(options.way)]
    if not options.ways:
        parser.error(f"no way begins with {options.way!r}: there are {', '.join(WAYS)}")
    if options.every < 1:
        parser.error("--every must be 1 or more")
    return options


def _case(text):
    try:
        return Case.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
