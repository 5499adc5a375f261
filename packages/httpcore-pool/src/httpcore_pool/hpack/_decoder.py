"""Header blocks to fields (RFC 7541 3.2 and 6), strictly.

Three things are remembered, each in bounded memory: the dynamic table, whole blocks while the table stays
as it is, and the last Huffman-coded strings. The error of a block ends the connection (RFC 9113 4.3).
"""

from __future__ import annotations

from typing import Final, Literal, TypeVar

from hpack.exceptions import (
    HPACKDecodingError,
    InvalidTableIndexError,
    InvalidTableSizeError,
    OversizedHeaderListError,
)

from ._huffman import decode_huffman
from ._integers import decode_integer
from ._table import DecodingTable, Field, entry_size

__all__ = ["Decoder"]

_T = TypeVar("_T")

_DEFAULT_LIST_SIZE: Final = 64 * 1024  # as in the library hpack
_MOST_BLOCKS: Final = 32
_LARGEST_BLOCK: Final = 4096  # octets as sent and as a header list, taken together
_MOST_STRINGS: Final = 128
_LARGEST_STRING: Final = 64  # octets as sent


class Decoder:
    """Reads the header blocks of one peer, one after the other.

    Args:
        max_header_list_size: the most that the fields of a block may count (RFC 9113 6.5.2).
    """

    def __init__(self, max_header_list_size: int = _DEFAULT_LIST_SIZE) -> None:
        self._table = DecodingTable()
        self._max_list_size = max_header_list_size
        self._max_table_size = self._table.max_size
        self._smallest = self._table.max_size
        self._blocks: dict[bytes, list[Field]] = {}
        self._strings: dict[bytes, bytes] = {}

    @property
    def max_header_list_size(self) -> int:
        """The most that the fields of a block may count (RFC 9113 6.5.2)."""
        return self._max_list_size

    @max_header_list_size.setter
    def max_header_list_size(self, value: int) -> None:
        self._max_list_size = value
        self._blocks = {}

    @property
    def max_allowed_table_size(self) -> int:
        """Our SETTINGS_HEADER_TABLE_SIZE, once the peer has acknowledged it."""
        return self._max_table_size

    @max_allowed_table_size.setter
    def max_allowed_table_size(self, value: int) -> None:
        self._max_table_size = value
        self._smallest = min(value, self._smallest)
        self._blocks = {}

    def decode(self, data: bytes, *, raw: Literal[True] = True) -> list[Field]:
        """Return the fields of a block, in order; the list is the caller's.

        Args:
            data: the whole block.
            raw: always true: names and values are octets.

        Raises:
            OversizedHeaderListError: the fields are more than `max_header_list_size` allows.
            InvalidTableSizeError: the table is larger than it may be.
            InvalidTableIndexError: an index has no entry.
            HPACKDecodingError: the block breaks the standard in another way.
        """
        known = self._blocks.get(data)
        if known is not None:
            return known.copy()
        version = self._table.version
        blocks, self._blocks = self._blocks, {}
        try:
            fields, size = self._read_fields(data, self._read_size_updates(data))
        except IndexError:
            raise HPACKDecodingError("the block is cut off") from None
        if version == self._table.version:
            self._blocks = blocks
            if len(data) + size <= _LARGEST_BLOCK:
                _remember(blocks, data, fields.copy(), _MOST_BLOCKS)
        return fields

    def _read_size_updates(self, data: bytes) -> int:
        """Take the changes of the table's size that open a block (RFC 7541 4.2 and 6.3).

        After we lowered the size, one must come, and go down to the smallest that we asked for.
        """
        position = 0
        due = self._table.max_size > self._smallest
        while position < len(data) and data[position] & 0xE0 == 0x20:
            size, position = decode_integer(data, position, 5)
            if size > (self._smallest if due else self._max_table_size):
                raise InvalidTableSizeError(f"the table's new size, {size}, is more than allowed")
            self._table.resize(size)
            due = False
        if due:
            raise InvalidTableSizeError("the table was to shrink, and the block does not say so")
        self._smallest = self._max_table_size
        return position

    def _read_fields(self, data: bytes, position: int) -> tuple[list[Field], int]:
        """Return the fields from a position on, and what they count."""
        table = self._table
        entries = table.entries
        fields: list[Field] = []
        total = 0
        end = len(data)
        while position < end:
            octet = data[position]
            if octet & 0x80:  # RFC 7541 6.1: indexed
                index = octet & 0x7F
                position += 1
                if index == 0x7F:
                    index, position = decode_integer(data, position - 1, 7)
                if not 0 < index < len(entries):
                    raise InvalidTableIndexError(f"the index {index} has no entry")
                field, size = entries[index]
            elif octet & 0x40:  # 6.2.1: with incremental indexing
                field, position = self._read_literal(data, position, 6)
                size = entry_size(*field)
                table.insert(field, size)
            elif octet & 0x20:
                raise HPACKDecodingError("the table's size changes in the middle of a block")
            else:  # 6.2.2 and 6.2.3: not indexed, or never
                field, position = self._read_literal(data, position, 4)
                size = entry_size(*field)
            total += size
            if total > self._max_list_size:
                raise OversizedHeaderListError(f"the fields count over {self._max_list_size}")
            fields.append(field)
        return fields, total

    def _read_literal(self, data: bytes, position: int, prefix_bits: int) -> tuple[Field, int]:
        """Return the literal field at a position (RFC 7541 6.2) and the position behind it."""
        index, position = decode_integer(data, position, prefix_bits)
        if index:
            if index >= len(self._table.entries):
                raise InvalidTableIndexError(f"the index {index} has no entry")
            name = self._table.entries[index][0][0]
        else:
            name, position = self._read_string(data, position)
        value, position = self._read_string(data, position)
        return (name, value), position

    def _read_string(self, data: bytes, position: int) -> tuple[bytes, int]:
        """Return the string at a position (RFC 7541 5.2) and the position behind it."""
        octet = data[position]
        length = octet & 0x7F
        position += 1
        if length == 0x7F:
            length, position = decode_integer(data, position - 1, 7)
        end = position + length
        if end > len(data):
            raise HPACKDecodingError("the block is cut off in a string")
        octets = data[position:end]
        if octet < 0x80:
            return octets, end
        plain = self._strings.get(octets)
        if plain is None:
            plain = decode_huffman(octets)
            if length <= _LARGEST_STRING:
                _remember(self._strings, octets, plain, _MOST_STRINGS)
        return plain, end


def _remember(memory: dict[bytes, _T], octets: bytes, meaning: _T, most: int) -> None:
    """Note what octets mean; a memory that is full begins anew."""
    if len(memory) >= most:
        memory.clear()
    memory[octets] = meaning
