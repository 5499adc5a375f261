"""Bodies that are long, explode, or are hard to make sense of."""

from functools import cache

import brotli

from httpcore_client import BodyLimits
from testkit.codings import CODERS, packed
from testkit.peer import response
from testkit.spend import ANSWER, Attack, MiB
from testkit.spend.http1 import OK, endless

_ZEROS = bytes(MiB)
SMALL = {"body_limits": BodyLimits(max_bytes=16 * MiB)}


@cache
def exploding(coding):
    """About 64 MiB of nothing, as small as a coding makes it."""
    if coding == "br":
        coder = brotli.Compressor(quality=1)
        return b"".join(map(coder.process, [_ZEROS] * 64)) + coder.finish()
    if coding == "gzip, gzip":
        return packed(exploding("gzip") * 8)
    return CODERS[coding](_ZEROS * 64)


def prepare():
    """Make the bombs, which takes a while."""
    for coding in ("gzip", "gzip, gzip", "deflate", "br", "zstd"):
        exploding(coding)


def bomb(coding):
    """A body that goes on exploding, as members or frames; where there are none, once."""

    def play(wire):
        wire.request()
        wire.send(OK + b"Content-Encoding: " + coding.encode() + b"\r\n\r\n")
        once = coding in ("br", "deflate")
        wire.send(exploding(coding)) if once else wire.pour(exploding(coding))

    return play


def whole(content, *fields):
    """Answer with as much of a text as was asked for: a function of the size."""

    def play(wire):
        wire.request()
        wire.send(response(content(wire.size), "200 OK", *fields))
        wire.hold()

    return play


def streamed(client, url):
    with client.stream("GET", url) as answer:
        for _ in answer.stream():
            pass


def lines(client, url):
    with client.stream("GET", url) as answer:
        for _ in answer.stream_lines():
            pass


def text(client, url):
    return client.get(url).text


def parsed(client, url):
    return client.get(url).json()


def told(client, url):
    client.get(url).raise_for_status()


JSON = b"Content-Type: application/json"
BOMBS = [
    Attack(
        "gzip bomb", "bomb_bytes: 1 GiB and hundredfold", bomb("gzip"), "DecodingError", share=0.5
    ),
    Attack(
        "the same, streamed",
        "bomb_bytes; 64 KiB at a time",
        bomb("gzip"),
        "DecodingError",
        streamed,
        share=0.5,
    ),
    *[
        Attack(
            f"{coding} bomb",
            "BodyLimits(max_bytes=16 MiB)",
            bomb(coding),
            "ContentTooLarge",
            options=SMALL,
            share=0.2,
        )
        for coding in ("gzip", "deflate", "br", "zstd", "gzip, gzip")
    ],
    Attack(
        "gzip, six times",
        "5 codings",
        endless(OK + b"Content-Encoding: " + b", ".join([b"gzip"] * 6) + b"\r\n\r\n", b"a"),
        "DecodingError",
    ),
    Attack(
        "gzip members of one octet",
        "linear",
        endless(OK + b"Content-Encoding: gzip\r\n\r\n", packed(b"a")),
        ANSWER,
        share=0.25,
    ),
    Attack(
        "gzip members of nothing",
        "linear",
        endless(OK + b"Content-Encoding: gzip\r\n\r\n", packed(b"")),
        ANSWER,
        share=0.25,
    ),
]

TEXTS = [
    Attack(
        "a body without end",
        "BodyLimits(max_bytes=16 MiB)",
        endless(OK + b"\r\n", b"a"),
        "ContentTooLarge",
        options=SMALL,
        share=2,
    ),
    Attack("the same, without limits", "nothing", endless(OK + b"\r\n", b"a"), ANSWER, share=2),
    Attack(
        "text in no known charset",
        "linear",
        whole(lambda size: b"\xff\xfe\0" * (size // 3)),
        ANSWER,
        text,
    ),
    Attack("a line without end", "BodyLimits", endless(OK + b"\r\n", b"a"), ANSWER, lines),
    Attack(
        "JSON, nested without end",
        "the parser",
        whole(lambda size: b"[" * size, JSON),
        "JSONDecodeError",
        parsed,
    ),
    Attack(
        "JSON, a number without end",
        "the parser",
        whole(lambda size: b"9" * size, JSON),
        "ValueError",
        parsed,
    ),
    Attack(
        "JSON, a string of escapes",
        "linear",
        whole(lambda size: b'"' + b"\\ud83d" * (size // 6) + b'"', JSON),
        ANSWER,
        parsed,
    ),
    Attack(
        "JSON, small numbers",
        "linear: Python's objects",
        whole(lambda size: b"[1" + b",1" * (size // 2) + b"]", JSON),
        ANSWER,
        parsed,
    ),
    Attack(
        "an error's text without end",
        "200 characters are shown",
        lambda wire: (
            wire.request(),
            wire.send(response(b"\x1b" * wire.size, "500 No", b"Content-Type: text/plain")),
            wire.hold(),
        ),
        "HTTPStatusError",
        told,
    ),
]
ATTACKS = [*BOMBS, *TEXTS]
