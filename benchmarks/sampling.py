"""A sampling profiler: where the process is at each millisecond of CPU.

cProfile makes small functions look dear; this leaves them alone. Only frames of Python show: what C code
takes, a system call included, counts for the line that called it.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from pathlib import Path
from types import CodeType

_SECONDS = 0.001
_LINES = 40


class Sampler:
    """Counts lines and files (where it is) and functions (where it is, or what it waits in)."""

    def __init__(self) -> None:
        self._lines: Counter[tuple[CodeType, int]] = Counter()
        self._own: Counter[CodeType] = Counter()
        self._within: Counter[CodeType] = Counter()
        self._samples = 0

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, _SECONDS, _SECONDS)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _sample(self, number, frame) -> None:
        self._samples += 1
        self._lines[frame.f_code, frame.f_lineno] += 1
        self._own[frame.f_code] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self._within.update(seen)

    def report(self) -> None:
        lines = Counter({f"{_name(code)}:{line}": n for (code, line), n in self._lines.items()})
        files: Counter[str] = Counter()
        for code, count in self._own.items():
            files[_file(code)] += count
        self._print("Files, alone", files)
        self._print("Functions, with all that they call", _named(self._within))
        self._print("Functions, alone", _named(self._own))
        self._print("Lines", lines)

    def _print(self, title: str, counts: Counter[str]) -> None:
        print(f"\n{title} ({self._samples} samples)", file=sys.stderr)
        for name, count in counts.most_common(_LINES):
            print(f"{count / self._samples:7.1%}  {name}", file=sys.stderr)


def _named(counts: Counter[CodeType]) -> Counter[str]:
    named: Counter[str] = Counter()
    for code, count in counts.items():
        named[_name(code)] += count
    return named


def _name(code: CodeType) -> str:
    return f"{_file(code)} {code.co_qualname}"


def _file(code: CodeType) -> str:
    return "/".join(Path(code.co_filename).parts[-2:])
