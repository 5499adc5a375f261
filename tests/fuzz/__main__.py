"""Runs targets with inputs that a fuzzer makes up (README.md says what they check).

    hatch run fuzz:run TARGET --seconds 1200    one target
    hatch run fuzz:all --seconds 120            all of them, which share the time
    hatch run fuzz:minimise [TARGET]            take what was found worth keeping into corpus/
    hatch run fuzz:replay TARGET 00ff41         one input, without a fuzzer

Seconds are of the processor. A find is printed as a Python literal, with the command that replays it.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from . import corpus

TARGETS = sorted(path.stem for path in (Path(__file__).parent / "targets").glob("[!_]*.py"))
_WORK = Path(tempfile.gettempdir()) / "httpcore-fuzz"


def load(target):
    return importlib.import_module(f".targets.{target}", __package__)


def replay(arguments):
    load(arguments.target).check(bytes.fromhex(arguments.data))
    print("nothing is wrong with it")
    return 0


def run(arguments):
    from .drive import Campaign

    return Campaign(arguments.work, 1).run([arguments.target], arguments.seconds)


def run_all(arguments):
    from .drive import Campaign

    return Campaign(arguments.work, arguments.jobs).run(TARGETS, arguments.seconds)


def check(arguments):
    """Begin with nothing but the corpus, so that what fails depends on the tree alone."""
    from .drive import Campaign

    with tempfile.TemporaryDirectory() as folder:
        return Campaign(Path(folder), arguments.jobs, seed=1).run(TARGETS, arguments.seconds)


def minimise(arguments):
    for target in [arguments.target] if arguments.target else TARGETS:
        module = load(target)
        inputs = dict.fromkeys(module.SEEDS, "")
        for path in (arguments.work / target).glob("*"):
            inputs.setdefault(path.read_bytes(), "")
        inputs |= corpus.read(target)
        began = time.monotonic()
        kept = corpus.minimise(module.check, inputs)
        corpus.write(target, kept)
        size, seconds = corpus.path_of(target).stat().st_size, time.monotonic() - began
        print(f"{target}: {len(kept)} of {len(inputs)} inputs, {size} bytes, {seconds:.0f} s")
    return 0


def child(arguments):
    from .drive import fuzz

    fuzz(arguments.target, arguments.seconds, arguments.options)


def main():
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--work", type=Path, default=_WORK, help="where what is found goes (%(default)s)"
    )
    commands = parser.add_subparsers(required=True)

    def command(function, name, target=None):
        added = commands.add_parser(name)
        added.set_defaults(function=function)
        if target is not None:
            added.add_argument("target", choices=TARGETS, nargs=target or None, metavar="TARGET")
        return added

    command(replay, "replay", "").add_argument("data", help="in hexadecimal")
    command(run, "run", "").add_argument("--seconds", type=float, default=60)
    for function, name in ((run_all, "all"), (check, "check")):
        every = command(function, name)
        every.add_argument("--seconds", type=float, default=120)
        every.add_argument("--jobs", type=int, default=2)
    command(minimise, "minimise", "?")
    inner = command(child, "child", "")  # what the others start
    inner.add_argument("seconds", type=float)
    inner.add_argument("options", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
