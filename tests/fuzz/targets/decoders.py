"""Content codings, one or several in a row, of what is right, damaged, cut off or anything.

- What comes out is what zlib, brotli and zstd make of the whole; or a DecodingError, and what came before it
  is the beginning of that.
- It is the same in every split, and for every limit of a piece; no piece is larger than its limit.
"""

import gzip
import re
import zlib

import backports.zstd as zstd
import brotli

from httpcore_pool import DecodingError
from httpcore_pool.decoders._chain import make_decoder

from ..judges import plain_error
from ..shapes import Source, splits

_CODINGS = ["gzip", "deflate", "br", "zstd", "raw"]
_NAMES = {"raw": "deflate"}
SEEDS = [
    bytes([first, second, how, 0, 3, 1, 0, 0, 0]) + b"hello"
    for first in range(5)
    for second, how in ((9, 0), (0, 0), (9, 1), (9, 2), (9, 3))
]
_MOST = 2**22


def check(data):
    source = Source(data)
    codings = [_CODINGS[first % 5] for first in (source.octet(), source.octet()) if first < 8] or [
        "gzip"
    ]
    damage, at = source.octet() % 6, source.number(2)
    plain, made = _content(source, codings[0], source.octet() % 4, source.number(2))
    if len(codings) > 1:
        made = _coded(codings[1], made)
    octets = _damaged(made, damage, at)
    names = [_NAMES.get(coding, coding) for coding in codings]
    expected = _decoded(names, [octets], 65536)
    if damage == 0:
        assert (plain, True) == expected
    for pieces in splits(octets):
        for limit in (1, 7, 65536) if len(expected[0]) < 500 else (1000, 65536):
            found = _decoded(names, pieces, limit)
            assert expected[1] == found[1], (names, octets, pieces, limit)
            longer, shorter = sorted((expected[0], found[0]), key=len, reverse=True)
            assert longer.startswith(shorter)
            assert longer == shorter or not expected[1], (names, octets, pieces, limit)
    _as_the_library_says(names, octets, expected)


def _content(source, coding, members, repeats):
    """Give some content, and it coded in so many members."""
    plain, made = b"", b""
    for _ in range(members if coding in ("gzip", "zstd") else 1):
        part = source.octets(source.octet()) * (1 + repeats % 300)
        plain += part
        made += _coded(coding, part)
    return plain, made


def _coded(coding, content):
    match coding:
        case "gzip":
            return gzip.compress(content, mtime=0)
        case "deflate":
            return zlib.compress(content)
        case "raw":
            return zlib.compress(content, wbits=-15)
        case "br":
            return brotli.compress(content, quality=2)
        case _:
            return zstd.compress(content)


def _damaged(made, damage, at):
    at = at % (len(made) + 1)
    match damage:
        case 1:  # cut off
            return made[:at]
        case 2:  # one octet is another
            return (
                made[:at] + bytes([made[at] ^ (at % 255 + 1)]) + made[at + 1 :]
                if made[at:]
                else made
            )
        case 3:  # followed by others
            return made + bytes([at % 256]) * (at % 40)
        case 4:  # a piece is missing
            return made[:at] + made[at + 3 :]
        case 5:  # nothing but rubbish
            return bytes([at % 256, at // 256]) * (at % 30)
        case _:
            return made


def _decoded(names, pieces, limit):
    """Give what comes out, and whether it ends well."""
    decoder, out = make_decoder(names), b""
    try:
        for piece in pieces:
            decoder.feed(piece)
            while part := decoder.drain(limit):
                assert len(part) <= limit
                out += part
                assert len(out) < _MOST
        decoder.finish()
    except DecodingError as error:
        plain_error(error)
        return out, False
    return out, True


# What the libraries take and we don't: reserved flags of gzip (RFC 1952 2.3.1.2), windows of zstd above 8 MiB
# (RFC 9659 3), which are told where no single segment is.
_REFUSED = re.compile(
    rb"\x1f\x8b\x08[\x20-\xff]"
    rb"|\x28\xb5\x2f\xfd[\x00-\x1f\x40-\x5f\x80-\x9f\xc0-\xdf][\x69-\xff]",
    re.DOTALL,
)


def _as_the_library_says(names, octets, expected):
    """Where one coding of one member is taken whole, so it is by ours."""
    if len(names) > 1 or not octets or _REFUSED.search(octets):
        return
    try:
        match names[0]:
            case "gzip":
                theirs = gzip.decompress(octets)
            case "br":
                theirs = brotli.decompress(octets)
            case "zstd":
                theirs = zstd.decompress(octets)
            case _:
                theirs = zlib.decompress(octets)
    except (zlib.error, OSError, EOFError, brotli.error, zstd.ZstdError):
        return
    assert (theirs, True) == expected, (names, octets)
