"""Coded bytes that wait for a codec, and are handed to it slice by slice.

A codec gives back what it did not use as a copy. Of a slice that is little; of a whole body it would
be the square of it, once for each member or piece.
"""

from __future__ import annotations

__all__ = ["Input"]

_SLICE_BYTES = 32 * 1024


class Input:
    """A queue of bytes, whose last slice can be given back in part."""

    __slots__ = ("_at", "_data")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0

    def __len__(self) -> int:
        return len(self._data) - self._at

    def add(self, data: bytes) -> None:
        """Append bytes; what is still there is expected to be little."""
        self._data = self._data[self._at :] + data
        self._at = 0

    def put_back(self, data: bytes) -> None:
        """Prepend bytes that were taken before."""
        self._data = data + self._data[self._at :]
        self._at = 0

    def peek(self, count: int) -> bytes:
        """Return the first bytes, fewer where there are no more."""
        return self._data[self._at : self._at + count]

    def take(self, most: int = _SLICE_BYTES) -> bytes:
        """Remove and return the first bytes."""
        start = self._at
        self._at = end = min(start + most, len(self._data))
        return self._data[start:end]

    def give_back(self, count: int) -> None:
        """Keep the last `count` bytes of what was just taken."""
        self._at -= count

    def clear(self) -> None:
        """Forget all."""
        self._data = b""
        self._at = 0
