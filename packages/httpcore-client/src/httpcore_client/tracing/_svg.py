"""A waterfall as an SVG: one file that needs nothing else, light or dark as its reader has it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .._counted import counted
from ._rows import axis, facts, mark, phases_in, span, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._rows import Row

__all__ = ["draw"]

# Light and dark, told apart by those who see few colours, too: what follows each other differs in lightness.
_COLORS = {
    "pool": ("#b8bec6", "#5d6570"),
    "dns": ("#0f8b8d", "#2fc4c6"),
    "connect": ("#e08e0b", "#f2b04c"),
    "proxy": ("#7a5c3e", "#b48a62"),
    "tls": ("#9a4fc4", "#c78be8"),
    "send": ("#244fa6", "#6f9bf0"),
    "wait": ("#46a657", "#62c475"),
    "receive": ("#2f7fe0", "#58a6ff"),
}
_STYLE = """
svg { color-scheme: light dark; }
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
.back { fill: #ffffff; } .stripe { fill: #f3f5f7; } .grid { stroke: #d4d9df; }
.dim { fill: #59636e; } .bad { fill: #c62828; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.failed { stroke: #c62828; stroke-width: 2; }
"""
_DARK = """
text { fill: #e6edf3; }
.back { fill: #0d1117; } .stripe { fill: #161b22; } .grid { stroke: #30363d; }
.dim { fill: #9198a1; } .bad { fill: #ff7b72; } .failed { stroke: #ff7b72; }
"""
_LEAST, _NARROW = 320, 640  # pixels; under the latter a label has a line of its own
_EDGE, _TOP, _BAR = 12, 34, 14
_CHARACTER = 7.2  # pixels, on average, of the font above
_STATUS, _TIME = 52, 66
_LEGEND = 86  # for one phase


def draw(rows: Sequence[Row], width: int) -> str:
    """Draw rows.

    Args:
        rows: what to draw.
        width: in pixels; less than 320 are taken for 320.
    """
    return _Drawing(rows, max(width, _LEAST)).svg()


class _Drawing:
    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self._rows = rows
        self._width = width
        self._narrow = width < _NARROW
        self._start, self._seconds = span(rows) if rows else (0.0, 1.0)
        longest = max((len(row.label) for row in rows), default=0) * _CHARACTER
        self._label = 0.0 if self._narrow else min(longest + 8, width * 0.36)
        self._left = _EDGE + (0 if self._narrow else self._label + _STATUS)
        self._right = width - _EDGE - (0 if self._narrow else _TIME)
        self._height = 44 if self._narrow else 26  # of a row

    def svg(self) -> str:
        rows, phases = self._rows, phases_in(self._rows)
        bottom = _TOP + self._height * max(len(rows), 1)
        in_line = max(int((self._width - 2 * _EDGE) // _LEGEND), 1)
        height = bottom + 20 + 20 * (-(-len(phases) // in_line))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width}" height="{height}" '
            f'viewBox="0 0 {self._width} {height}" role="img">',
            f"<title>{counted(len(rows), 'request')} in {written(self._seconds if rows else 0.0)}</title>",
            f"<style>{_styles(phases)}</style>",
            f'<rect class="back" width="{self._width}" height="{height}"/>',
            *self._grid(bottom),
        ]
        if not rows:
            parts.append(_text(_EDGE, _TOP + 18, "no requests", "dim"))
        for number, row in enumerate(rows):
            parts += self._row(row, _TOP + number * self._height, striped=number % 2 == 0)
        for number, name in enumerate(phases):
            x = _EDGE + number % in_line * _LEGEND
            y = bottom + 14 + number // in_line * 20
            parts.append(f'<rect class="{name}" x="{x}" y="{y}" width="12" height="12" rx="2"/>')
            parts.append(_text(x + 18, y + 10, name, "dim"))
        return "\n".join([*parts, "</svg>", ""])

    def _x(self, at: float) -> float:
        share = (at - self._start) / self._seconds
        return self._left + share * (self._right - self._left)

    def _grid(self, bottom: int) -> list[str]:
        parts: list[str] = []
        for at in axis(self._seconds, max(int((self._right - self._left) // 90), 2)):
            x = self._x(self._start + at)
            parts.append(
                f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{bottom}"/>'
            )
            side = "middle" if at and x + 24 < self._width else "end" if at else ""
            parts.append(_text(x, _TOP - 12, mark(at), f"dim {side}".strip()))
        return parts

    def _row(self, row: Row, y: int, *, striped: bool) -> list[str]:
        bad = "bad" if row.status == "failed" or row.status[0] in "45" else ""
        took = written(row.end - row.start)
        room = self._width - 2 * _EDGE - _STATUS - _TIME if self._narrow else self._label
        middle = y + 17
        status_at = (self._width - _EDGE - _TIME if self._narrow else self._left) - 10
        bar_at = y + (24 if self._narrow else 6)
        shown = _cut(row.label, int(room // _CHARACTER))
        known = escape(f"{row.label}\n{', '.join(facts(row))}")
        parts = [f"<g><title>{known}</title>"]
        if striped:
            size = f'width="{self._width}" height="{self._height}"'
            parts.append(f'<rect class="stripe" opacity="0.6" y="{y}" {size}/>')
        parts.append(_text(_EDGE, middle, shown, bad))
        parts.append(_text(status_at, middle, row.status, f"{bad} end".strip()))
        parts.append(_text(self._width - _EDGE, middle, took, "dim end"))
        for phase in row.phases:
            x, end = self._x(phase.start), self._x(phase.end)
            name = f"{phase.name} failed" if phase.failed else phase.name
            parts.append(
                f'<rect class="{name}" x="{x:.2f}" y="{bar_at}" width="{max(end - x, 0.75):.2f}" '
                f'height="{_BAR}"><title>{phase.name} {written(phase.end - phase.start)}</title></rect>'
            )
        return [*parts, "</g>"]


def _styles(phases: Sequence[str]) -> str:
    light = "".join(f".{name} {{ fill: {_COLORS[name][0]}; }}\n" for name in phases)
    dark = "".join(f".{name} {{ fill: {_COLORS[name][1]}; }}\n" for name in phases)
    return f"{_STYLE}{light}@media (prefers-color-scheme: dark) {{{_DARK}{dark}}}\n"


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{shown}>{escape(text)}</text>'


def _cut(text: str, length: int) -> str:
    """Leave out the middle of what is too long: the ends tell more."""
    if len(text) <= length:
        return text
    room = max(length - 1, 2)
    return f"{text[: room - room // 2]}…{text[len(text) - room // 2 :]}"
