"""Which octets of a file are there (`Ranges`), and who fetches what is missing (`Shares`). Without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Ranges", "Shares", "Span"]

_LEAST_SHARE_BYTES = 2**20
_MOST_SHARE_BYTES = 2**25
_SHARES_EACH = 4  # so that no worker is waited for long by the others


class Span(NamedTuple):
    """Octets from `first` on, up to but without `end`; None for all there are."""

    first: int
    end: int | None = None


class Ranges:
    """Spans that do not touch, in order."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans: list[tuple[int, int]] = []
        for first, end in spans:
            self.add(first, end)

    def add(self, first: int, end: int) -> None:
        """Note that these octets are there."""
        if self.end < first < end:  # as mostly
            self._spans.append((first, end))
            return
        kept: list[tuple[int, int]] = []
        for other in self._spans:
            if other[1] < first or end < other[0]:
                kept.append(other)
            else:
                first, end = min(first, other[0]), max(end, other[1])
        if first < end:
            kept.append((first, end))
        self._spans = sorted(kept)

    @property
    def total(self) -> int:
        """How many octets are there."""
        return sum(end - first for first, end in self._spans)

    @property
    def end(self) -> int:
        """Where the last of them ends."""
        return self._spans[-1][1] if self._spans else 0

    def gaps(self, within: Span) -> list[Span]:
        """Return what is missing of a span, in order; of one without an end, the last has none."""
        found: list[Span] = []
        at, stop = within
        for first, end in self._spans:
            if stop is not None and first >= stop:
                break
            if at < first:
                found.append(Span(at, first))
            at = max(at, end)
        if stop is None or at < stop:
            found.append(Span(at, stop))
        return found

    def as_list(self) -> list[tuple[int, int]]:
        """Return the spans as pairs."""
        return list(self._spans)


class Shares:
    """What is missing of a file, for workers to take a share of, one after another. However large it is.

    Args:
        gaps: what is missing; each has an end.
        most: how many workers there may be.

    Attributes:
        workers: how many there are at work.
    """

    def __init__(self, gaps: Iterable[Span], most: int) -> None:
        self._gaps = [(first, end or 0) for first, end in reversed(list(gaps))]
        missing = sum(end - first for first, end in self._gaps)
        size = missing // (most * _SHARES_EACH)
        self._size = min(max(size, _LEAST_SHARE_BYTES), _MOST_SHARE_BYTES)
        shares = sum(-((first - end) // self._size) for first, end in self._gaps)
        self.workers = min(most, shares)

    def take(self) -> Span | None:
        """Return the next share; None if all are taken, and then this worker goes."""
        if not self._gaps:
            self.workers -= 1
            return None
        first, end = self._gaps.pop()
        if end - first > self._size:
            self._gaps.append((first + self._size, end))
            end = first + self._size
        return Span(first, end)

    def leave(self, share: Span) -> bool:
        """Let a worker leave its share to the others, and say whether there are any."""
        if self.workers == 1:
            return False
        self.workers -= 1
        self._gaps.append((share.first, share.end or 0))
        return True
