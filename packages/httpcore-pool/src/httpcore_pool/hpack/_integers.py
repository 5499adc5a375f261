"""Integers with a prefix (RFC 7541 5.1)."""

from __future__ import annotations

from typing import Final

from hpack.exceptions import HPACKDecodingError

__all__ = ["decode_integer", "encode_integer"]

_MOST_OCTETS: Final = 5  # after the prefix: enough for 32 bits
_OCTETS: Final = [bytes((value,)) for value in range(256)]


def encode_integer(value: int, prefix_bits: int, pattern: int = 0) -> bytes:
    """Write an integer behind the bits that say what it is, `pattern`."""
    most = (1 << prefix_bits) - 1
    if value < most:
        return _OCTETS[pattern | value]
    octets = bytearray((pattern | most,))
    value -= most
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def decode_integer(data: bytes, position: int, prefix_bits: int) -> tuple[int, int]:
    """Read the integer at a position; return it and the position behind it.

    Raises:
        HPACKDecodingError: it takes more octets than any use of it can need.
        IndexError: the data ends in it.
    """
    most = (1 << prefix_bits) - 1
    value = data[position] & most
    position += 1
    if value < most:
        return value, position
    if data[position] < 0x80:
        return value + data[position], position + 1
    for shift in range(0, 7 * _MOST_OCTETS, 7):
        octet = data[position]
        position += 1
        value += (octet & 0x7F) << shift
        if octet < 0x80:
            return value, position
    raise HPACKDecodingError(f"an integer takes more than {_MOST_OCTETS} octets after its prefix")
