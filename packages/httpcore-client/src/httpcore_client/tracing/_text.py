"""A waterfall in text: a table with a bar for each request, and under it what the bars are made of."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from ._rows import PHASES, axis, facts, mark, phases_in, span, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._rows import Row
    from .events import Phase

__all__ = ["draw", "has_blocks", "terminal_columns"]

_BLOCKS: dict[str, str] = dict(zip(PHASES, "·░▒▚▓▶─█", strict=True))
_ASCII: dict[str, str] = dict(zip(PHASES, ".dcpt>-#", strict=True))
# SGR parameters (ECMA-48 8.3.117). No two that follow each other are alike.
_COLORS: dict[str, int] = dict(zip(PHASES, (90, 36, 33, 34, 35, 34, 32, 94), strict=True))
_FAILED = 31
_NARROW = 64  # columns, under which a label has a line of its own
_LEAST = 24
_STATUS, _TIME = 7, 9  # columns


def terminal_columns() -> int:
    """Return how many columns the terminal has; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def has_blocks() -> bool:
    """Whether standard output can show what we draw with."""
    try:
        "".join(_BLOCKS.values()).encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def draw(rows: Sequence[Row], width: int, *, color: bool = False, blocks: bool = True) -> str:
    """Draw rows.

    Args:
        rows: what to draw.
        width: the columns that there are; less than 24 are taken for 24.
        color: whether to colour the phases.
        blocks: whether to draw with more than ASCII.
    """
    if not rows:
        return "no requests"
    return _Drawing(rows, max(width, _LEAST), color=color, blocks=blocks).lines()


class _Drawing:
    def __init__(self, rows: Sequence[Row], width: int, *, color: bool, blocks: bool) -> None:
        self._rows = rows
        self._width = width
        self._color = color
        self._glyphs = _BLOCKS if blocks else _ASCII
        self._dots = "…" if blocks else "..."
        self._start, self._seconds = span(rows)
        self._digits = len(str(len(rows)))
        narrow = width < _NARROW
        longest = max(len(row.label) for row in rows)
        self._label = 0 if narrow else min(longest, (width - _STATUS - _TIME) * 2 // 5)
        before = self._digits + 1 + (0 if narrow else self._label + 1 + _STATUS)
        self._before = before
        self._bar = width - before - (0 if narrow else _TIME + 1)

    def lines(self) -> str:
        lines = [f"{'':{self._before}}{self._scale()}".rstrip()]
        for number, row in enumerate(self._rows, 1):
            place = f"{number:>{self._digits}} "
            took = f"{written(row.end - row.start):>{_TIME}}"
            if self._label:
                label = _cut(row.label, self._label, self._dots)
                status = f"{row.status:>{_STATUS}}"[:_STATUS]
                lines.append(f"{place}{label:<{self._label}}{status} {self._bar_of(row)} {took}")
            else:
                room = self._width - len(place) - _STATUS - _TIME - 2
                label = f"{_cut(row.label, room, self._dots):<{room}}"
                lines.append(f"{place}{label} {row.status:>{_STATUS}} {took}")
                lines.append(f"{'':{self._before}}{self._bar_of(row)}".rstrip())
        lines += ["", *_wrapped(self._legend(), self._width)]
        for number, row in enumerate(self._rows, 1):
            known = [f"{fact}," for fact in facts(row)]
            known[-1:] = [fact.removesuffix(",") for fact in known[-1:]]
            lines += _wrapped([f"{number:>{self._digits}}", *known], self._width)
        return "\n".join(line.rstrip() for line in lines)

    def _scale(self) -> str:
        """The axis over the bars."""
        scale = ""
        for at in axis(self._seconds, max(self._bar // 8, 2)):
            column, shown = int(at / self._seconds * self._bar), mark(at)
            if column >= len(scale) and column + len(shown) <= self._bar:
                scale = f"{scale:<{column}}{shown} "
        return scale

    def _bar_of(self, row: Row) -> str:
        """One column after the other: of the phases in it the one that has most of it."""
        each = self._seconds / self._bar
        most: dict[int, tuple[float, Phase]] = {}
        for phase in row.phases:
            start, end = phase.start - self._start, phase.end - self._start
            for column in range(int(start / each), min(int(end / each) + 1, self._bar)):
                part = min(end, (column + 1) * each) - max(start, column * each)
                if part > most.get(column, (0.0, None))[0]:
                    most[column] = part, phase
        if row.phases:  # what takes no time is seen, too
            begins = min(int((row.start - self._start) / each), self._bar - 1)
            most.setdefault(begins, (0.0, row.phases[0]))
        bar, last = "", None
        for column in range(self._bar):
            glyph, color = " ", None
            if column in most:
                phase = most[column][1]
                glyph = self._glyphs[phase.name]
                color = _FAILED if phase.failed else _COLORS[phase.name]
            bar += self._turned(last, color) + glyph
            last = color
        return bar + self._turned(last, None)

    def _turned(self, last: int | None, color: int | None) -> str:
        return f"\x1b[{color or 0}m" if self._color and color != last else ""

    def _legend(self) -> list[str]:
        return [
            f"{self._turned(None, _COLORS[name])}{self._glyphs[name]}{self._turned(0, None)} {name} "
            for name in phases_in(self._rows)
        ]


def _cut(text: str, width: int, dots: str) -> str:
    """Leave out the middle of what is too long: the ends tell more."""
    if len(text) <= width:
        return text
    room = max(width - len(dots), 2)
    return f"{text[: room - room // 2]}{dots}{text[len(text) - room // 2 :]}"[:width]


def _wrapped(words: list[str], width: int) -> list[str]:
    """Put words into lines; what is continued is indented."""
    lines = [""]
    for word in words:
        shown = len(_plain(lines[-1])) + 1 + len(_plain(word.rstrip()))
        if lines[-1] and shown > width:
            lines.append(" " * 4 + word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _plain(text: str) -> str:
    """Return text without what colours it."""
    if "\x1b" not in text:
        return text
    import re

    return re.sub(r"\x1b\[[0-9]+m", "", text)
