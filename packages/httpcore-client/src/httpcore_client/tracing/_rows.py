"""What a waterfall draws, whatever it draws on: rows, an axis, and how times are written. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from .._counted import counted
from ._secrets import masked_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .events import Exchange, Phase

__all__ = [
    "PHASES",
    "Row",
    "axis",
    "facts",
    "mark",
    "phases_in",
    "row_of",
    "span",
    "written",
]

PHASES: tuple[str, ...] = ("pool", "dns", "connect", "proxy", "tls", "send", "wait", "receive")
"""All phases, in the order in which they follow each other."""

_STEPS = (1, 2, 2.5, 5, 10)  # of ten, between two marks of an axis


class Row(NamedTuple):
    """One request as it went out.

    Attributes:
        label: its method and URL, without secrets.
        status: the status of its response, or "failed", or "..." while it runs.
        start: when it began, on the backend's clock, in seconds.
        end: when it ended, or the latest moment that is known.
        phases: what it spent its time on.
        notes: what else is known: bytes, connection, error.
    """

    label: str
    status: str
    start: float
    end: float
    phases: tuple[Phase, ...]
    notes: tuple[str, ...]


def row_of(exchange: Exchange) -> Row:
    """Return the row of an exchange, as far as it has come."""
    notes: list[str] = []
    if exchange.error is not None:
        notes.append(exchange.error)
    if exchange.status_code is not None:
        notes += [exchange.protocol, counted(exchange.received, "byte")]
    if exchange.closed:
        notes.append("closed before its end")
    if exchange.connection:
        notes.append(f"{'reused' if exchange.reused else 'new'} connection {exchange.connection}")
    status = "..." if exchange.ended is None else "failed"
    if exchange.status_code is not None:
        status = str(exchange.status_code)
    return Row(
        f"{exchange.request.method} {masked_url(exchange.request.url, userinfo='')}",
        status,
        exchange.started,
        exchange.latest,
        tuple(exchange.phases),
        tuple(note for note in notes if note),
    )


def span(rows: Sequence[Row]) -> tuple[float, float]:
    """Return when the first of some rows began, and how long all of them took; never nothing."""
    start = min(row.start for row in rows)
    return start, max(max(row.end for row in rows) - start, 1e-6)


def phases_in(rows: Sequence[Row]) -> list[str]:
    """Return the names of the phases that there are."""
    found = {phase.name for row in rows for phase in row.phases}
    return [name for name in PHASES if name in found]


def facts(row: Row) -> list[str]:
    """Say how long each phase took, and what else is known."""
    took: dict[str, float] = {}
    for phase in row.phases:
        took[phase.name] = took.get(phase.name, 0.0) + phase.end - phase.start
    times = [f"{name} {written(took[name])}" for name in PHASES if name in took]
    return [*times, *row.notes]


def written(seconds: float) -> str:
    """Write a time as people read it: three digits or so, and a unit."""
    if seconds >= 0.9995:
        return f"{seconds:.{0 if seconds >= 99.995 else 2}f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.{0 if milliseconds >= 99.95 else 1}f} ms"


def mark(seconds: float) -> str:
    """Write a time of an axis."""
    if not seconds:
        return "0"
    return f"{seconds:g} s" if seconds >= 1 else f"{round(seconds * 1000, 6):g} ms"


def axis(seconds: float, most: int) -> list[float]:
    """Return the times at which an axis has its marks: round ones, from 0 on, at most so many."""
    about = seconds / most * 1.001  # with a mark at each end there is one more
    ten = 10 ** math.floor(math.log10(about))
    step = next(ten * each for each in _STEPS if ten * each >= about)
    return [step * number for number in range(int(seconds / step * 1.001) + 1)]
