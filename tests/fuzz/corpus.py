"""The inputs that are kept: a file for each target, one Python literal a line.

A line that begins with "#" says why the next input is kept, whatever it covers: these are the finds.
"""

import ast
import sys
import time
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_OURS = str(Path(__file__).parents[2] / "packages")
_MOST_OCTETS = 12_000  # of a target's file
_LONGEST = 400  # octets of an input that was not a find
_SLOWEST_SECONDS = 0.05


def path_of(target):
    return CORPUS / f"{target}.txt"


def read(target):
    """Give inputs and why each is kept ("" for what it covers)."""
    path, kept, why = path_of(target), {}, ""
    for line in path.read_text("ascii").splitlines() if path.exists() else ():
        if line.startswith("#"):
            why = line.removeprefix("#").strip()
        elif line:
            kept[ast.literal_eval(line)] = why
            why = ""
    return kept


def write(target, inputs):
    lines = [(f"# {why}\n" if why else "") + f"{data!r}\n" for data, why in inputs.items()]
    path_of(target).write_text("".join(lines), "ascii")


def steps(check, data):
    """Give the steps from line to line of our packages that an input leads to."""
    seen = set()

    def on_call(frame, event, argument):
        code = frame.f_code
        if not code.co_filename.startswith(_OURS):
            return None
        last = 0

        def on_line(frame, event, argument):
            nonlocal last
            if event == "line":
                seen.add((code.co_filename, last, frame.f_lineno))
                last = frame.f_lineno
            return on_line

        return on_line

    sys.settrace(on_call)
    try:
        check(data)
    finally:
        sys.settrace(None)
    return seen


def minimise(check, inputs):
    """Give the finds, and of the others the short ones that together lead to all the same steps."""
    covered, kept, size = set(), {}, 0
    for data, why in sorted(inputs.items(), key=lambda item: (not item[1], len(item[0]), item[0])):
        if not why and (
            len(data) > _LONGEST or size > _MOST_OCTETS or _seconds(check, data) > _SLOWEST_SECONDS
        ):
            continue
        new = steps(check, data) - covered
        if new or why:
            covered |= new
            kept[data] = why
            size += len(repr(data)) + 1
    return kept


def _seconds(check, data):
    begin = time.process_time()
    check(data)
    return time.process_time() - begin
