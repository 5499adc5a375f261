"""A chart as SVG: a bar for the median of each client's rounds, and a line from the lowest to the highest.

It decides how a chart looks, and not what is shown. A chart brings its own background, light or dark as
the reader's system says, so that it can be read on any page.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from xml.sax.saxutils import escape

_WIDTH = 760
_NAMES_END, _BARS_BEGIN, _BARS_LENGTH = 148, 158, 470
_LINE, _BAR = 24, 14
_CAPTION_LETTERS = 118
# A bar that is this many times as long as the next longest is cut, and has a gap that says so.
_CUT = 5
_STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --soft: #59636e; --ours: #0a5fc2; --kin: #74a9e6; --peer: #a8b0b8; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #14181d; --ink: #e6edf3; --soft: #a3adb8; --ours: #58a6ff; --kin: #35639c; --peer: #5d6670; }
}
text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.title { font-size: 16px; font-weight: 600; }
.row, .ours { font-weight: 600; }
.caption { font-size: 11px; fill: var(--soft); }
.name { text-anchor: end; }
.paper { fill: var(--paper); }
rect.ours { fill: var(--ours); }
rect.kin { fill: var(--kin); }
rect.peer { fill: var(--peer); }
.spread { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.gap { stroke: var(--paper); stroke-width: 4; }
"""


@dataclass(frozen=True)
class Bar:
    """What one client took in each round.

    `kind` is "ours", "peer", or "kin": ours too, but not what the peers are compared with.
    """

    client: str
    rounds: tuple[float, ...]
    kind: str

    @property
    def middle(self) -> float:
        return median(self.rounds)

    @property
    def low(self) -> float:
        return min(self.rounds)

    @property
    def high(self) -> float:
        return max(self.rounds)


@dataclass(frozen=True)
class Chart:
    """Bars by row. Bars without rounds are clients that failed.

    Attributes:
        name: of the file, without its suffix.
        title: what was measured.
        unit: what the numbers count.
        rows: the clients of each scenario.
        caption: how, where and with which versions.
    """

    name: str
    title: str
    unit: str
    rows: dict[str, list[Bar]]
    caption: str


def shown(value: float) -> str:
    """A measurement as the tables have it, too."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def draw(chart: Chart) -> str:
    """Return the chart as the text of an SVG file."""
    body, y = [], 62
    limit = longest(chart)
    scale = _BARS_LENGTH / limit
    cut = any(bar.high > limit for bars in chart.rows.values() for bar in bars if bar.rounds)
    note = "A bar with a gap is longer than it is drawn. " if cut else ""
    for label, bars in chart.rows.items():
        body.append(f'<text class="row" x="16" y="{y + 14}">{escape(label)}</text>')
        y += _LINE
        for bar in bars:
            body += _bar(bar, y, scale)
            y += _LINE
        y += 8
    for line in textwrap.wrap(note + chart.caption, _CAPTION_LETTERS):
        body.append(f'<text class="caption" x="16" y="{y + 10}">{escape(line)}</text>')
        y += 16
    height = y + 8
    title, about = escape(f"{chart.title}: {chart.unit}"), escape(_words(chart))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
            f' height="{height}" role="img" aria-labelledby="title about">',
            f'<title id="title">{title}</title>',
            f'<desc id="about">{about}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="6"/>',
            f'<text class="title" x="16" y="28">{escape(chart.title)}</text>',
            f'<text class="caption" x="16" y="46">{escape(chart.unit)}; less is better</text>',
            *body,
            "</svg>\n",
        ]
    )


def has_figures(chart: Chart) -> bool:
    """Tell whether any client of it was measured."""
    return any(bar.rounds for bars in chart.rows.values() for bar in bars)


def longest(chart: Chart) -> float:
    """Return how long a bar may be, in what is measured."""
    highest = sorted(bar.high for bars in chart.rows.values() for bar in bars if bar.rounds)
    if len(highest) > 1 and highest[-1] > _CUT * highest[-2]:
        return highest[-2] * 1.2
    return highest[-1]


def _bar(bar: Bar, y: int, scale: float) -> Iterator[str]:
    middle = y + _LINE // 2
    base = middle + 4
    strong = ' class="ours"' if bar.kind == "ours" else ""
    yield f'<text class="name {bar.kind}" x="{_NAMES_END}" y="{base}">{escape(bar.client)}</text>'
    if not bar.rounds:
        yield f'<text x="{_BARS_BEGIN}" y="{base}">failed</text>'
        return
    length = min(_BARS_LENGTH, bar.middle * scale)
    end = _BARS_BEGIN + length
    yield (
        f'<rect class="{bar.kind}" x="{_BARS_BEGIN}" y="{middle - _BAR // 2}"'
        f' width="{length:.1f}" height="{_BAR}"/>'
    )
    if bar.high * scale > _BARS_LENGTH + 1:  # beyond what rounding does
        yield f'<path class="gap" d="M{end - 30:.1f} {middle + 9} l8 -18 m4 0 l-8 18"/>'
    else:
        low, end = (_BARS_BEGIN + value * scale for value in (bar.low, bar.high))
        yield (
            f'<path class="spread" d="M{low:.1f} {middle} H{end:.1f}'
            f' M{low:.1f} {middle - 4} v8 M{end:.1f} {middle - 4} v8"/>'
        )
    yield f'<text{strong} x="{end + 8:.1f}" y="{base}">{shown(bar.middle)}</text>'


def _words(chart: Chart) -> str:
    """The whole chart in words, for those who don't see it."""
    return " ".join(f"{label}: {_listed(bars)}." for label, bars in chart.rows.items())


def _listed(bars: Sequence[Bar]) -> str:
    return "; ".join(
        f"{bar.client} {shown(bar.middle)} (from {shown(bar.low)} to {shown(bar.high)})"
        if bar.rounds
        else f"{bar.client} failed"
        for bar in bars
    )
