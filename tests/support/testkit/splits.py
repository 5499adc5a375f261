"""Octets of a peer, split: whole, octet by octet, and in two pieces at every place."""

from __future__ import annotations


def ways_of(octets, splits=None):
    """Yield each way as a list of pieces; `splits` are the places for two pieces, if not all."""
    yield [octets]
    yield [octets[at : at + 1] for at in range(len(octets))]
    for at in splits or range(1, len(octets)):
        yield [octets[:at], octets[at:]]


def behind_head(octets):
    """Return the places behind a head that is the same in many messages: it need not be split in each."""
    return range(octets.index(b"\r\n\r\n"), len(octets))


def script_of(pieces, then="hold"):
    """Return the steps of a scripted stream: these pieces, as soon as something was asked."""
    first, *rest = pieces
    return [lambda _: first, *rest, *([b""] if then == "close" else [])]
