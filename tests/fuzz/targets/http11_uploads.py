"""Content in pieces over HTTP/1.1, one request after another, while a server says anything at any moment.

- By a naive reading of what went out, each request begins behind one that is whole, and its content is a
  beginning of what was meant, or all of it where its end is told, or nobody ended it early, as far as
  Content-Length lets it go.
- It ends in time, whatever the server takes or leaves, with a response or an error of the tree, whose text
  is plain; then the caller's generator is closed. A connection that failed, or whose request is not whole, is
  closed.
"""

import re

from httpcore_pool import (
    ClosedError,
    HTTP11Connection,
    HTTPError,
    InvalidRequest,
    Request,
    ScriptedBackend,
    run_sync,
)

from ..judges import plain_error
from ..peer import (
    FAREWELL_SECONDS,
    TIMEOUTS,
    ContentError,
    Peer,
    are_closed,
    some_content,
    some_fields,
)
from ..shapes import Source

_SAID = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    b"hello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno",
    b"HTTP/1.1 302 \r\nLocation: /\r\nContent-Length: 2\r\n\r\n",
    b"HTTP/1.1 204 \r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 2",
    b"00 OK\r\n",
    b"Content-Encoding: gzip\r\n\r\n",
    b"",
]
# How many requests there are and how each is sent and read; then what the server does.
SEEDS = [
    bytes([2, 3, 1, 2, 5, 2, 0, 0, 0]) + rest
    for rest in (
        b"\x00" * 9,
        b"\x01\x00" * 30,
        bytes(range(0, 256, 3)),
        bytes([1, 1, 4, 3, 20, 5] * 20),
    )
] + [bytes([2, 2, 3, 2, kind, 2, 0, 1]) + bytes(range(kind, 256, 7)) for kind in range(7)]
_HEAD = re.compile(rb"POST /(\d) HTTP/1\.1\r\n((?:[!-~]+: [ -~]*\r\n)*)\r\n")
_CHUNK = re.compile(rb"([0-9a-f]+)\r\n")


def check(data):
    source = Source(data)
    backend = ScriptedBackend()
    peer = Peer(source, backend, lambda: source.pick(_SAID) if source else None)
    choice = source.octet()
    timeout = TIMEOUTS[choice // 3 % len(TIMEOUTS)]
    connection = HTTP11Connection(peer, backend, timeout=timeout)
    contents, wholes = [], []
    for number in range(1 + choice % 3):
        content, whole = some_content(source, number)
        fields, whole = some_fields(source, whole)
        contents.append(content)
        wholes.append(whole)
        url = f"http://user:hunter2@example.org/{number}"
        try:
            request = Request("POST", url, content, fields)
        except InvalidRequest:  # octets in memory that are another number
            continue
        began = backend.time
        try:
            status = run_sync(_exchange(connection, request, source))
        except ClosedError:
            assert peer.closed
            break
        except (HTTPError, ContentError) as error:
            plain_error(error, "hunter2")
            assert connection.is_closed
            status = 0
        assert timeout.total is None or backend.time - began < timeout.total + FAREWELL_SECONDS
        _is_right(peer, wholes, connection, status, expects="Expect" in fields)
    run_sync(connection.close())
    assert are_closed(contents)


async def _exchange(connection, request, source):
    response = await connection.send(request)
    try:
        if response.network_stream is not None or source.octet() % 4 == 3:
            return 0
        await response.read()
        return response.status_code
    finally:
        await response.close()


def _is_right(peer, wholes, connection, status, *, expects):
    """Read all requests so far."""
    written = peer.written
    last, sent, is_whole = 0, b"", True
    while written:
        assert is_whole, written[:100]
        head = _HEAD.match(written)
        if head is None:  # it is cut
            assert not connection.is_closed or b"\r\n\r\n" not in written
            is_whole = False
            break
        last = int(head[1])
        sent, is_whole, written = _content(head[2], written[head.end() :])
        assert wholes[last].startswith(sent), last
        assert not is_whole or sent == wholes[last], last
    assert is_whole or connection.is_closed
    if last == len(wholes) - 1 and 200 <= status < 300 and not peer.failed:
        assert is_whole or (expects and not sent), status


def _content(fields, octets):
    """Give the content, whether it is all of it, and what is behind it."""
    length = re.search(rb"(?m)^Content-Length: (\d+)\r$", fields)
    if length is not None:
        size = int(length[1])
        return octets[:size], len(octets) >= size, octets[size:]
    assert b"Transfer-Encoding: chunked" in fields
    said = b""
    while (chunk := _CHUNK.match(octets)) is not None:
        size, octets = int(chunk[1], 16), octets[chunk.end() :]
        said += octets[:size]
        if not size and octets.startswith(b"\r\n"):
            return said, True, octets[2:]
        octets = octets[size:]
        if not octets.startswith(b"\r\n"):
            break
        octets = octets[2:]
    return said, False, b""
