"""The static table, what an entry counts, and the decoder's table (RFC 7541 2.3 and 4)."""

from __future__ import annotations

from typing import Final

from hpack.table import HeaderTable

__all__ = [
    "DEFAULT_TABLE_SIZE",
    "STATIC_FIELDS",
    "STATIC_NAMES",
    "STATIC_TABLE",
    "DecodingTable",
    "Field",
    "entry_size",
]

Field = tuple[bytes, bytes]
"""Name and value."""

DEFAULT_TABLE_SIZE: Final = 4096  # RFC 9113 6.5.2

STATIC_TABLE: Final[tuple[Field, ...]] = HeaderTable.STATIC_TABLE
STATIC_FIELDS: Final = {field: index for index, field in enumerate(STATIC_TABLE, 1)}
STATIC_NAMES: Final = {field[0]: STATIC_FIELDS[field] for field in reversed(STATIC_TABLE)}
"""The lowest index of each name."""

_ENTRY_OVERHEAD: Final = 32  # RFC 7541 4.1


def entry_size(name: bytes, value: bytes) -> int:
    """What a field counts in a table (RFC 7541 4.1), and in a header list (RFC 9113 6.5.2)."""
    return len(name) + len(value) + _ENTRY_OVERHEAD


# The index 0 means no entry: something has to be in its place.
_STATIC_ENTRIES: Final = [(field, entry_size(*field)) for field in ((b"", b""), *STATIC_TABLE)]


class DecodingTable:
    """Static and dynamic entries in one index space.

    Attributes:
        entries: by their index (RFC 7541 2.3.3), each with its size. What has the index 0 is none.
        max_size: what the dynamic entries may take (4.2).
        version: another number after each change.
    """

    __slots__ = ("_size", "entries", "max_size", "version")

    def __init__(self) -> None:
        self.entries = _STATIC_ENTRIES.copy()
        self.max_size = DEFAULT_TABLE_SIZE
        self.version = 0
        self._size = 0

    def resize(self, max_size: int) -> None:
        """Change the maximum size, evicting what has no place (RFC 7541 4.3)."""
        if max_size != self.max_size:
            self.max_size = max_size
            self.version += 1
            self._evict(max_size)

    def insert(self, field: Field, size: int) -> None:
        """Add an entry; one that is too large only empties the table (RFC 7541 4.4)."""
        self._evict(self.max_size - size)
        if size <= self.max_size:
            self.entries.insert(len(_STATIC_ENTRIES), (field, size))
            self._size += size
            self.version += 1

    def _evict(self, room: int) -> None:
        """Drop the oldest entries until the rest takes no more than `room`."""
        while self._size > max(room, 0):
            self._size -= self.entries.pop()[1]
            self.version += 1
