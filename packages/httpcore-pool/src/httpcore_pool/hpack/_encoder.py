"""Fields to header blocks (RFC 7541 6), for the heads of requests.

What is indexed: fields whose name is in the static table, save those that vary from request to request;
others once they come for the second time. So the head of an origin's requests becomes an octet a field, and
nothing that changes each time drives it out. Credentials never enter the table (7.1.3).

Strings are sent as they are. The Huffman code would take a quarter off them, which is a few octets of a
packet that is sent anyway, and ten times as long to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hpack.struct import NeverIndexedHeaderTuple

from ._integers import encode_integer
from ._table import DEFAULT_TABLE_SIZE, STATIC_FIELDS, STATIC_NAMES, Field, entry_size

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Encoder"]

_INDEXED: Final = 0x80  # RFC 7541 6.1, with 7 bits of index
_INCREMENTAL: Final = 0x40  # 6.2.1, with 6 bits
_UNINDEXED: Final = 0x00  # 6.2.2, with 4 bits
_NEVER: Final = 0x10  # 6.2.3, with 4 bits

# The same two rules as h2's own, which it leaves out where it does not normalise a head.
_SENSITIVE: Final = frozenset({b"authorization", b"proxy-authorization"})
_SHORT_COOKIE: Final = 20  # octets: what is shorter can be guessed

# With what a field of the name begins.
_VARYING: Final = {
    name: encode_integer(STATIC_NAMES[name], 4, _UNINDEXED)
    for name in (
        *(b":path", b"content-length", b"content-range", b"date", b"range", b"referer"),
        *(b"if-match", b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since"),
    )
}
_MOST_SEEN: Final = 64  # fields

_STATIC: Final = {
    field: encode_integer(index, 7, _INDEXED) for field, index in STATIC_FIELDS.items()
}


class Encoder:
    """Writes the header blocks for one peer, one after the other."""

    def __init__(self) -> None:
        self._max_size = DEFAULT_TABLE_SIZE
        self._smallest = DEFAULT_TABLE_SIZE  # since the last block
        self._announced = DEFAULT_TABLE_SIZE  # what the peer's table has
        # The dynamic table, oldest entry first: how many were inserted up to and with each.
        self._entries: dict[Field, int] = {}
        self._inserted = 0
        self._size = 0
        self._known = dict(_STATIC)  # octets of fields, as long as the table stays as it is
        self._seen: set[Field] = set()  # once, with names that are not in the static table

    @property
    def header_table_size(self) -> int:
        """The maximum size of the dynamic table: what the peer allows, up to 4096 octets."""
        return self._max_size

    @header_table_size.setter
    def header_table_size(self, value: int) -> None:
        self._max_size = min(value, DEFAULT_TABLE_SIZE)
        self._smallest = min(self._max_size, self._smallest)
        self._evict(self._max_size)

    def encode(self, fields: Iterable[Field]) -> bytes:
        """Return the block for fields, which are written in the order given."""
        block: list[bytes] = []
        if self._smallest < self._announced or self._max_size != self._announced:
            block.append(self._size_updates())
        known = self._known
        for field in fields:
            octets = known.get(field)
            block.append(self._encode_field(field) if octets is None else octets)
        return b"".join(block)

    def _size_updates(self) -> bytes:
        """Tell the peer the smallest size since the last block, and the present one (RFC 7541 4.2)."""
        sizes = [self._smallest] if self._smallest < self._announced else []
        if self._max_size != self._smallest:
            sizes.append(self._max_size)
        self._announced = self._smallest = self._max_size
        return b"".join(encode_integer(size, 5, 0x20) for size in sizes)

    def _encode_field(self, field: Field) -> bytes:
        """Write a field that is not known, and decide whether it enters the table."""
        name, value = field
        if (
            name in _SENSITIVE
            or (name == b"cookie" and len(value) < _SHORT_COOKIE)
            or isinstance(field, NeverIndexedHeaderTuple)
        ):
            return _literal(_NEVER, 4, name, value)
        if (start := _VARYING.get(name)) is not None:
            return start + _string(value)
        number = self._entries.get(field)
        if number is not None:
            index = len(STATIC_FIELDS) + 1 + self._inserted - number
            octets = self._known[field] = encode_integer(index, 7, _INDEXED)
            return octets
        if self._earns_entry(field):
            octets = _literal(_INCREMENTAL, 6, name, value)
            self._insert(field)
            return octets
        return _literal(_UNINDEXED, 4, name, value)

    def _earns_entry(self, field: Field) -> bool:
        """Whether the field leaves room for others and may be expected again; take note of it."""
        if entry_size(*field) > self._max_size // 2:
            return False
        if field[0] in STATIC_NAMES or field in self._seen:
            return True
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen.add(field)
        return False

    def _insert(self, field: Field) -> None:
        """Add an entry, which moves the others."""
        size = entry_size(*field)
        self._evict(self._max_size - size)
        self._inserted += 1
        self._entries[field] = self._inserted
        self._size += size
        self._forget()

    def _evict(self, room: int) -> None:
        """Drop the oldest entries until the rest takes no more than `room` (RFC 7541 4.3)."""
        while self._size > room:
            field = next(iter(self._entries))
            del self._entries[field]
            self._size -= entry_size(*field)
            self._forget()

    def _forget(self) -> None:
        """The table changed, so that indexes mean other entries."""
        self._known.clear()
        self._known.update(_STATIC)


def _literal(pattern: int, prefix_bits: int, name: bytes, value: bytes) -> bytes:
    """Write a field whose name is an index of the static table, or a string (RFC 7541 6.2)."""
    index = STATIC_NAMES.get(name)
    if index is None:
        start = encode_integer(0, prefix_bits, pattern) + _string(name)
    else:
        start = encode_integer(index, prefix_bits, pattern)
    return start + _string(value)


def _string(octets: bytes) -> bytes:
    return encode_integer(len(octets), 7) + octets
