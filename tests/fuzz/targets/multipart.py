"""Forms: multipart/form-data with any names, file names, types, fields and contents; urlencoded ones.

- What is written reads back, by a strict reader of RFC 2046, as exactly the parts that were meant, in order.
- A name that can't be written is refused with InvalidRequest; the boundary is in no part.
- A urlencoded form reads back by the standard library as the same pairs.
"""

import re
from urllib.parse import parse_qsl

from httpcore_client.content import encode_form, encode_multipart
from httpcore_pool import InvalidRequest

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *('"', "\r\n", "\r", "\n", "\x00", "\\", '\\"', "%22", "%0D%0A", "%", ";", "=", "&", "+", " "),
    *("\t", "é", "💩", "\x7f", "\x85", "\ud800", "--", "\r\n--", "\r\n\r\n", "name", "filename"),
    *('"; filename="x', "a.txt", ".gz", "Content-Disposition", "Content-Type", "X-A"),
    *("text/plain", "multipart/form-data; boundary=x", "/", "..", ":", "hello"),
    *("\r\nContent-Type: evil\r\n\r\n",),
]  # fmt: skip
_USUAL = ("name", "a.txt", "text/plain", "X-A", "hello")
SEEDS = [
    bytes([kind])
    + b"\xfe".join(spell(each, PIECES) for each in ("name", "a.txt", "text/plain", "X-A", "hello"))
    for kind in range(5)
]
_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
_HEAD = re.compile(r'form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?')


def check(data):
    source = Source(data)
    fields, files, meant, urlencoded = [], [], [], []
    while source and len(meant) < 4:
        kind, name = source.octet() % 5, source.text(PIECES)
        filename, media_type, own = (source.text(PIECES) for _ in range(3))
        content = source.text(PIECES)
        octets = content.encode("utf-8", "surrogatepass")
        if kind < 2:
            value = content if kind == 0 else octets
            fields.append((name, value))
            meant.append((0, name, None, None, octets))
            if kind == 0:
                urlencoded.append((name, content))
            continue
        own_fields = {own: "1"} if kind == 4 else None
        files.append((name, (filename, octets, media_type or None, own_fields)))
        meant.append((1, name, filename, media_type or None, octets))
    meant.sort(key=lambda part: part[0])  # fields come first
    _multipart(fields, files, meant)
    _urlencoded(urlencoded)


def _multipart(fields, files, meant):
    try:
        body, media_type = encode_multipart(fields, files)
    except InvalidRequest as error:
        plain_error(error)
        return
    boundary = media_type.removeprefix("multipart/form-data; boundary=").encode()
    assert re.fullmatch(rb"[0-9a-f]{32}", boundary)
    octets = body.data
    assert len(octets) == body.length
    first, *parts, end = octets.split(b"--" + boundary)
    assert (b"", b"--\r\n") == (first, end) or not meant
    assert len(parts) == len(meant), octets
    for part, (_, name, filename, wanted_type, content) in zip(parts, meant, strict=True):
        head, _, came = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        assert content + b"\r\n" == came, (content, part)
        _is_the_head(head, name, filename, wanted_type)


def _is_the_head(head, name, filename, wanted_type):
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")]
    assert "Content-Disposition" == lines[0][0]
    said = _HEAD.fullmatch(lines[0][2].encode("latin-1").decode("utf-8"))
    assert said, head
    assert _escaped(name) == said[1], (name, head)
    assert (None if filename is None else _escaped(filename)) == said[2], (filename, head)
    by_name = {key.lower(): value for key, _, value in lines[1:]}
    assert len(by_name) == len(lines) - 1
    if wanted_type is not None and by_name.get("content-type") != "1":
        assert wanted_type.strip(" \t") == by_name["content-type"]
    assert set(by_name.values()) <= {"1", by_name.get("content-type")}


def _escaped(name):
    for text, character in _ESCAPES.items():
        name = name.replace(character, text)
    return name


def _urlencoded(pairs):
    try:
        octets, _ = encode_form(pairs)
    except InvalidRequest as error:
        plain_error(error)
        return
    assert octets.isascii()
    read = parse_qsl(octets.decode("ascii"), keep_blank_values=True, errors="surrogatepass")
    meant = [
        tuple(text.encode("utf-8", "replace").decode("utf-8") for text in pair) for pair in pairs
    ]
    assert meant == read or any("\ud800" in text for pair in pairs for text in pair), (
        pairs,
        octets,
    )
