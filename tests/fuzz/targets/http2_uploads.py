"""Content in pieces over HTTP/2, up to three at once, while a server says anything at any moment.

- By a naive reading of the frames, no more goes out than the server's windows allow, in no larger frames, and
  nothing behind the end of a stream, its reset or our GOAWAY. h2's server takes all of it.
- What goes out is a beginning of the content; where its end is told, or nobody ended it early, all of it, as
  far as Content-Length lets it go.
- It ends in time, whatever the server takes or leaves, with a response or an error of the tree, whose text
  is plain; then the caller's generators are closed, and the connection keeps nothing of it.
"""

from httpcore_pool import (
    HTTP2Connection,
    HTTPError,
    InvalidRequest,
    Request,
    ScriptedBackend,
    run_sync,
)

from ..http2_server import HTTP2Server, Referee
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
from .http2 import h2_takes

_CANCEL = 8  # RFC 9113 7
# How many requests there are, what each sends and how it is read; then what the server does.
SEEDS = [
    bytes([0, 1, 4, 1, 2, 1, 0]) + rest
    for rest in (
        b"\x00\x00\x00",
        b"\x01" * 60,
        bytes(range(0, 256, 3)),
        bytes([3, 8, 1, 0, 6, 3, 8, 0, 0, 6, 1, 1, 0, 0, 1] * 8),
    )
] + [bytes([2, 2, 3, 1, 2, 1, 1, 2, 5, 2, 2, 1, 1]) + bytes(range(n, 256, 7)) for n in range(7)]
# SETTINGS drive a window below 0, and an update does not bring it back above.
SEEDS.append(
    bytes.fromhex(
        "0002040500000004010501000003080403020210000805000009020503090805090005090400040009000008080008f2"
        "0100010d000901010501000108055e01080405000003040304010009050000082d090401030201"
    )
)


def check(data):
    source = Source(data)
    backend, referee = ScriptedBackend(), Referee()
    server = HTTP2Server(source, referee)
    peer = Peer(source, backend, server.speak, referee.went, referee.came)
    choice = source.octet()
    timeout = TIMEOUTS[choice // 3 % len(TIMEOUTS)]
    connection = HTTP2Connection(peer, backend, timeout=timeout)
    contents, opened = [], []
    for number in range(1 + choice % 3):
        content, whole = some_content(source, number)
        fields, whole = some_fields(source, whole)
        contents.append((content, whole))
        try:
            request = Request("POST", "https://user:hunter2@example.org/", content, fields)
        except InvalidRequest:  # octets in memory that are another number
            continue
        began = backend.time
        response = _outcome(connection.send(request))
        assert timeout.total is None or backend.time - began < timeout.total + FAREWELL_SECONDS
        if response is not None:
            opened.append((max(referee.streams), response))
        if source.flag():
            _read(source, connection, peer, referee, opened)
    while opened:
        _read(source, connection, peer, referee, opened)
    _is_right(referee, [whole for _, whole in contents])
    state = connection.state
    assert {} == state.streams == state.openers == state.windows._line
    assert 0 == state.windows._dealt
    h2_takes(peer.written)
    run_sync(connection.close())
    assert are_closed(content for content, _ in contents)


def _outcome(coroutine):
    try:
        return run_sync(coroutine)
    except ContentError:
        return None
    except HTTPError as error:
        plain_error(error, "hunter2")
        return None


def _read(source, connection, peer, referee, opened):
    if not opened:
        return
    stream_id, response = opened.pop(source.octet() % len(opened))
    if source.octet() % 4 == 3:
        run_sync(response.close())
        return
    stream = referee.streams[stream_id]
    may_be_unused = "Expect" in response.request.headers and not stream.content
    if _outcome(response.read()) is not None and response.status_code < 300 and not may_be_unused:
        was_given_up = stream.reset == _CANCEL and not peer.failed
        assert not was_given_up or stream.over or connection.is_closed, stream_id
        assert stream.ended or stream.over or connection.is_closed or stream.reset, stream_id


def _is_right(referee, contents):
    for stream in referee.streams.values():
        sent = bytes(stream.content)
        assert any(whole.startswith(sent) for whole in contents)
        assert not stream.ended or sent in contents, (len(sent), stream.ended)
