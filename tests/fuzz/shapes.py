"""How octets of a fuzzer become what a target takes: texts of grammar, choices, cuts.

A fuzzer knows octets and which of them led somewhere new. So each octet is one decision: below 128 it is
that character, above it one of the target's PIECES, the words of its grammar. Two have other uses:
SEPARATOR ends a text where there are several, REPEAT says once more what stood before, many times, which
is how a short input finds what grows faster than its length.
"""

import hashlib

SEPARATOR = 0xFE
REPEAT = 0xFF
MOST_CHARACTERS = 20_000
_FIRST_PIECE = 0x80
_MOST_PIECES = SEPARATOR - _FIRST_PIECE


def text(data, pieces):
    """Give the text that octets stand for."""
    assert len(pieces) <= _MOST_PIECES
    said, size = [], 0
    octets = iter(data)
    for octet in octets:
        if octet < _FIRST_PIECE:
            piece = chr(octet)
        elif octet == REPEAT:
            last = "".join(said[-1 - next(octets, 0) % 16 :])
            room = max(0, MOST_CHARACTERS - size) // max(1, len(last))
            times = next(octets, 0)
            piece = last * min(room, min(times, 0xFF - times) ** 2)  # fuzzers love 0 and 255
        elif octet == SEPARATOR:
            continue
        else:
            piece = pieces[(octet - _FIRST_PIECE) % len(pieces)]
        said.append(piece)
        size += len(piece)
    return "".join(said)


def texts(data, pieces, most):
    """Give at most so many texts."""
    return [text(part, pieces) for part in data.split(bytes([SEPARATOR]), most - 1)]


def spell(wanted, pieces):
    """Give octets that stand for a text, or None if no piece has one of its characters."""
    longest_first = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    spelt, at = bytearray(), 0
    while at < len(wanted):
        for index in longest_first:
            if pieces[index] and wanted.startswith(pieces[index], at):
                spelt.append(_FIRST_PIECE + index)
                at += len(pieces[index])
                break
        else:
            if not wanted[at].isascii():
                return None
            spelt.append(ord(wanted[at]))
            at += 1
    return bytes(spelt)


class Source:
    """Octets, taken from the front for one decision after the other; zeros once there are no more."""

    def __init__(self, data):
        self.rest = data

    def __bool__(self):
        return bool(self.rest)

    def octet(self):
        octet, self.rest = self.rest[:1], self.rest[1:]
        return octet[0] if octet else 0

    def number(self, octets):
        return int.from_bytes(bytes(self.octet() for _ in range(octets)))

    def flag(self):
        return self.octet() % 2 == 1

    def pick(self, options):
        return options[self.octet() % len(options)]

    def octets(self, count):
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def text(self, pieces):
        """Take a text, up to the next separator or the end."""
        part, _, self.rest = self.rest.partition(bytes([SEPARATOR]))
        return text(part, pieces)


def splits(octets):
    """Give ways to cut octets in pieces: whole, one by one, and some that follow from the octets."""
    yield [octets]
    if len(octets) > 1:
        seed = hashlib.sha256(octets).digest()
        middle = int.from_bytes(seed[:4]) % (len(octets) - 1) + 1
        yield [octets[:middle], octets[middle:]]
        ends = sorted(
            {int.from_bytes(seed[i : i + 2]) % len(octets) for i in range(4, 16, 2)} | {0}
        )
        yield [octets[a:b] for a, b in zip(ends, [*ends[1:], len(octets)], strict=True)]
        if len(octets) <= 600:
            yield [octets[at : at + 1] for at in range(len(octets))]
