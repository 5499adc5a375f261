"""HTTP/1.1 responses, which two lanes read: ours, and h11 for all.

- Both lanes give the same head, body, trailers and error, whole and in every split.
- Nothing but errors of the tree comes out; their text is short, in printable ASCII, and has no secret.
- No more octets come out than went in. Names are tokens, and no value can end a line.
- A connection that is used again gives the second request its own answer, never what was left over.
"""

import re

from httpcore_pool import (
    ClosedError,
    HTTP11Connection,
    HTTPError,
    MessageLimits,
    ReadTimeout,
    Request,
    ScriptedBackend,
    ScriptedStream,
    run_sync,
)

from ..judges import plain_error
from ..shapes import Source, spell, splits, text

PIECES = [
    *("\r\n", "\r\n\r\n", "\r", "\n", "\n\n", " ", "\t", ": ", ":", ",", ", ", ";", "\x00"),
    *("\x7f", "\x0b", "\x80", "\xa0", "\xe9", "\xff", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 "),
    *("HTTP/1.0 ", "HTTP/2 ", "HTTP/", "200", "204", "304", "404", "100", "101", "103", "199"),
    *("599", "600", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching\r\n"),
    *("HTTP/1.1 204 No Content\r\n", "HTTP/1.1 304 \r\n", "HTTP/1.0 200 OK\r\n", "Content-Length"),
    *("content-length: ", "Content-Length: 0\r\n\r\n", "Content-Length: 5\r\n"),
    *("Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: ", "chunked", "Chunked"),
    *("identity", "gzip", "Connection: ", "close", "keep-alive", "Upgrade: ", "upgrade"),
    *("Content-Encoding: gzip\r\n", "TE", "X-A: b\r\n", "X-A", "Trailer: X-T\r\n"),
    *("Set-Cookie: a=b\r\n", "\r\n ", "\r\n\t", "Location: /\r\n", "0\r\n\r\n", "5\r\nhello\r\n"),
    *("hello", "0", "1", "5", "a", "A", "f", "10", "00", "000", "0x5", "5;a=b\r\n", ';a="b;c"'),
    *("99999999999999999999", "9" * 15, "9" * 16, "9" * 20, "FFFFFFFFFFFFFFFF"),
    *("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL", "+5", "-1", "<html>", "\x16\x03\x01"),
]  # fmt: skip
_USUAL = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nX-A: b\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello",
    "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
    "HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 5, 5\r\n\r\nhello",
]
SEEDS = [bytes([how]) + spell(each, PIECES) for each in _USUAL for how in range(0, 16, 5)]

_METHODS = ["GET", "GET", "HEAD", "POST", "CONNECT"]
_LIMITS = MessageLimits(head_bytes=2048, fields=6, informational=2, chunk_overhead_bytes=64)
_URL = "http://user:hunter2@example.org/"
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[^\x00\r\n]*")


class _Forced(HTTP11Connection):
    h11_only = True


class _Seen:
    """What a caller sees of one exchange: `head`, `body`, `trailers` or `error`, and the next `answer`."""

    head = trailers = error = answer = None
    body = b""

    def whole(self):
        return self.head, self.trailers, self.error, self.answer, self.body


def check(data):
    source = Source(data)
    choices = source.octet()
    method = _METHODS[choices // 8 % len(_METHODS)]
    end = [b""] if choices % 2 else []
    limits = _LIMITS if choices % 4 < 2 else MessageLimits()
    octets = text(source.rest, PIECES).encode("latin-1")
    if not octets:
        return
    expected = _exchange(_Forced, method, [octets, *end], limits)
    assert len(expected.body) <= len(octets)
    found = _exchange(HTTP11Connection, method, [octets, *end], limits)
    assert expected.whole() == found.whole(), (expected.whole(), found.whole())
    for pieces in splits(octets):
        for kind in (HTTP11Connection, _Forced):
            found = _exchange(kind, method, [*pieces, *end], limits)
            assert expected.whole() == found.whole(), (expected.whole(), found.whole(), pieces)


def _exchange(kind, method, pieces, limits):
    # A callable step is what the peer answers: it can't be read before the request is written.
    stream = ScriptedStream([lambda _: pieces[0], *pieces[1:]])
    connection = kind(stream, ScriptedBackend(), limits=limits)
    seen = _Seen()
    try:
        run_sync(_first(connection, method, seen))
    except HTTPError as error:
        plain_error(error, "hunter2")
        seen.error = type(error)
        _is_over(connection, error)
    if seen.head is not None:
        _look_at(seen.head[3] + (seen.trailers or []))
    seen.answer = _next(connection, stream)
    return seen


def _is_over(connection, error):
    assert connection.is_closed or isinstance(error, ReadTimeout), error


async def _first(connection, method, seen):
    response = await connection.send(Request(method, _URL))
    seen.head = (
        response.status_code,
        response.reason_phrase,
        response.protocol,
        response.headers.raw,
    )
    if (raw := response.network_stream) is not None:
        try:
            while piece := await raw.read(65536):
                seen.body += piece
        finally:
            await raw.close()
    else:
        async for piece in response.raw():
            seen.body += piece
        seen.trailers = response.trailers.raw


def _look_at(fields):
    for name, value in fields:
        assert _TOKEN.fullmatch(name), name
        assert _VALUE.fullmatch(value), value


def _next(connection, stream):
    """Ask again: the answer is the one to this request, or the connection is closed."""
    own = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown"
    stream._steps.append(lambda _: own)
    try:
        response = run_sync(connection.send(Request("GET", "http://example.org/own")))
    except ClosedError:
        return None
    assert b"own" == run_sync(response.read())
    return 200
