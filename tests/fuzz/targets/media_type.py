"""Content-Type and the charset and text that follow from it.

- Nothing is raised. A media type's text reads back as itself; names are lower-case tokens.
- A body becomes the same text however it comes in pieces, and lines of it are those of the whole. It is that
  of Python's codec for the encoding that is told.
"""

import codecs

from httpcore_headers import Headers, InvalidHeader, is_token, parse_media_type
from httpcore_pool import Request, Response, run_sync
from httpcore_pool._streams import ByteSource

from ..shapes import Source, spell, splits

PIECES = [
    *('"', "\\", '\\"', ";", "; ", "=", " ", "\t", "\n", "\r", "/", ",", "'", "\x00", "\x0b"),
    *("\xa0", "\x80", "\u212a", "text/html", "text/plain", "application/json", "Text/HTML"),
    *("charset=", "charset=utf-8", 'charset="utf-8"', "latin-1", "utf-16", "utf-16le", "utf-7"),
    *("shift_jis", "gb18030", "iso-2022-jp", "utf-8-sig", "ascii", "hex", "zlib", "rot13", "idna"),
    *("punycode", "unicode_escape", "utf-32", "big5", "windows-1252", "x-unknown", "charset"),
    *("boundary=x", "*/*", "text/", "cp037", "undefined"),
]  # fmt: skip
SEEDS = [
    spell(each, PIECES) + b"\xfe" + body
    for each, body in (
        ('Text/HTML; charset="utf-8"; x=y', b"caf\xc3\xa9\r\nb\n"),
        ("text/plain;charset=utf-16", b"\xff\xfea\x00b\x00"),
        ("application/json", b"\xef\xbb\xbf{}"),
        ("text/plain; charset=shift_jis", b"\x83\x65\x83"),
        ("text/html", b'<meta charset="latin-1">\xe9'),
    )
]


class _Pieces(ByteSource):
    """A body in pieces."""

    closed = False

    def __init__(self, pieces):
        self._pieces = list(pieces)

    async def read_chunk(self):
        self.closed = not self._pieces
        return b"" if self.closed else self._pieces.pop(0)

    async def close(self):
        self.closed = True


def check(data):
    source = Source(data)
    said = source.text(PIECES)
    media = parse_media_type(said)
    if media is not None:
        assert is_token(media.type)
        assert is_token(media.subtype)
        assert media == parse_media_type(str(media)), (media, str(media))
        for name in media.parameters:
            assert is_token(name)
            assert name == name.lower()
    try:
        headers = Headers([("Content-Type", said)])
    except InvalidHeader:
        return
    _text(headers, source.rest)


def _text(headers, octets):
    request = Request("GET", "http://example.org/")
    whole = Response(200, headers, octets, request=request)
    run_sync(whole.read())
    text = whole.text
    expected = octets.decode(whole.encoding, "replace")
    if codecs.lookup(whole.encoding).name not in ("utf-16", "utf-32", "utf-8-sig"):
        expected = expected.removeprefix("\ufeff")  # these have taken the mark away
    assert expected == text
    for pieces in splits(octets):
        response = Response(
            200, headers, _Pieces(piece for piece in pieces if piece), request=request
        )
        found = "".join(_drain(response.stream_text()))
        assert text == found, (text, found, pieces)
        response = Response(
            200, headers, _Pieces(piece for piece in pieces if piece), request=request
        )
        assert _lines(text) == _drain(response.stream_lines())


def _lines(text):
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _drain(stream):
    async def drain():
        return [piece async for piece in stream]

    return run_sync(drain())
