"""Literal addresses: how the standard reads and writes IPv4 and IPv6.

Decides: which text is an address, and its one spelling. Names, and what surrounds an address in a
URL (brackets, ports), may not live here.
"""

import re

from ._errors import RefusedError

_IPV4_LAST = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_DECIMAL = re.compile(r"[0-9]+")
_OCTAL = re.compile(r"[0-7]+")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")
_IPV6_PIECE = re.compile(r"[0-9A-Fa-f]{1,4}")
_IPV4_IN_IPV6 = re.compile(r"(0|[1-9][0-9]{0,2})(?:\.(0|[1-9][0-9]{0,2})){3}")
_IPV6_PIECES = 8


def ends_in_number(host: str) -> bool:
    """Whether the host must be an IPv4 address (WHATWG URL 3.5, ends-in-a-number checker)."""
    return _IPV4_LAST.fullmatch(host.removesuffix(".").rpartition(".")[2]) is not None


def parse_ipv4(host: str) -> str:
    """Read one to four numbers, decimal, octal or hexadecimal (WHATWG URL 3.5, IPv4 parser)."""
    parts = host.removesuffix(".").split(".")
    if len(parts) > 4:
        raise RefusedError("an IPv4 address has at most four numbers")
    numbers = [_ipv4_number(part) for part in parts]
    # The last number fills all the octets that the others leave.
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise RefusedError("a number of the IPv4 address is too large")
    value = numbers[-1]
    for index, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - index))
    return ".".join(str(octet) for octet in value.to_bytes(4, "big"))


def _ipv4_number(text: str) -> int:
    digits, base, allowed = text, 10, _DECIMAL
    if text[:2] in ("0x", "0X"):
        digits, base, allowed = text[2:] or "0", 16, _HEXADECIMAL
    elif text[:1] == "0" and len(text) > 1:
        digits, base, allowed = text[1:], 8, _OCTAL
    # int() also takes signs, blanks, underscores, a second prefix and other scripts' digits.
    if allowed.fullmatch(digits) is None:
        raise RefusedError("the host ends in a number but is no IPv4 address")
    return int(digits, base)


def parse_ipv6(text: str) -> str:
    """Read what stands between the brackets and compress it (WHATWG URL 3.5, 3.6; RFC 5952 4)."""
    if "%" in text:
        # RFC 6874 was withdrawn from the URL Standard: a zone means something on this machine only.
        raise RefusedError("zone identifiers in IPv6 addresses are not supported")
    head, gap, tail = text.partition("::")
    left = _ipv6_pieces(head, last=not gap) if head or not gap else []
    right = _ipv6_pieces(tail, last=True) if tail else []
    missing = _IPV6_PIECES - len(left) - len(right)
    if missing < (1 if gap else 0) or (missing and not gap):
        raise RefusedError("the IPv6 address has too few or too many parts")
    return _compress(left + [0] * missing + right)


def _ipv6_pieces(text: str, *, last: bool) -> list[int]:
    items = text.split(":")
    pieces: list[int] = []
    # Only the end of the whole address may be a dotted quad.
    if last and _IPV4_IN_IPV6.fullmatch(items[-1]):
        octets = [int(octet) for octet in items.pop().split(".")]
        if max(octets) > 255:
            raise RefusedError("a number of the IPv4 part of the IPv6 address is too large")
        pieces = [octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]]
    if any(_IPV6_PIECE.fullmatch(item) is None for item in items):
        raise RefusedError("the IPv6 address is malformed")
    return [int(item, 16) for item in items] + pieces


def _compress(pieces: list[int]) -> str:
    start, length = _longest_zeros(pieces)
    if length < 2:
        return ":".join(f"{piece:x}" for piece in pieces)
    head = ":".join(f"{piece:x}" for piece in pieces[:start])
    return f"{head}::{':'.join(f'{piece:x}' for piece in pieces[start + length :])}"


def _longest_zeros(pieces: list[int]) -> tuple[int, int]:
    """Start and length of the first longest run of zeros (WHATWG URL 3.6)."""
    best = (0, 0)
    start = 0
    for index, piece in enumerate(pieces):
        if piece:
            start = index + 1
        elif index + 1 - start > best[1]:
            best = (start, index + 1 - start)
    return best
