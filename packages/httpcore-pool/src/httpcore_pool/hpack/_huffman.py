"""Huffman-coded strings, read an octet at a time (RFC 7541 5.2 and Appendix B).

Where the code tree stands between two octets is a node: 256 of them at most. What each octet does there
is worked out when it is first met, by walking the tree bit by bit, and then known to the process.
"""

from __future__ import annotations

from typing import Final

from hpack.exceptions import HPACKDecodingError
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

__all__ = ["decode_huffman"]

# Bits are an integer with a 1 in front of them, so that those that begin with 0 differ.
_SYMBOLS: Final = {
    1 << length | code: symbol
    for symbol, (code, length) in enumerate(zip(REQUEST_CODES, REQUEST_CODES_LENGTH, strict=True))
}
_EOS: Final = 256
_PADDINGS: Final = frozenset((1 << bits + 1) - 1 for bits in range(8))  # up to 7 ones


class _Node(dict[int, tuple["_Node", bytes]]):
    """Maps the next octet to the node that it leads to and the octets that it completes.

    Attributes:
        bits: what of the current code was read.
    """

    __slots__ = ("bits",)

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits

    def __missing__(self, octet: int) -> tuple[_Node, bytes]:
        bits = self.bits
        completed: list[int] = []
        for shift in range(7, -1, -1):
            bits = bits << 1 | octet >> shift & 1
            symbol = _SYMBOLS.get(bits)
            if symbol == _EOS:
                raise HPACKDecodingError("a Huffman-coded string has EOS in it")
            if symbol is not None:
                completed.append(symbol)
                bits = 1
        node = _NODES.get(bits) or _NODES.setdefault(bits, _Node(bits))
        step = self[octet] = (node, bytes(completed))
        return step


_ROOT = _Node(1)
_NODES: Final = {_ROOT.bits: _ROOT}


def decode_huffman(data: bytes) -> bytes:
    """Return the octets that a string stands for.

    Raises:
        HPACKDecodingError: it contains EOS, or its padding is not up to 7 bits of ones.
    """
    node = _ROOT
    pieces: list[bytes] = []
    for octet in data:
        node, completed = node[octet]
        pieces.append(completed)
    if node.bits not in _PADDINGS:
        raise HPACKDecodingError("a Huffman-coded string ends in bits that are no padding")
    return b"".join(pieces)
