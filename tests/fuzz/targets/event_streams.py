"""A whole stream of events, over connections that end, break, are refused, or lead elsewhere.

- The events are those of a naive reading of each connection (WHATWG HTML 9.2.6), one after the other: none is
  lost, none comes twice, and what had not ended when its connection did is none.
- Each request says the last ID that was known before it, or none where a field can't hold it. Before it there
  is the time that the server asks for, twice as long with each failure in a row, and up to half of it more.
- It ends with 204, after as many attempts in a row as were allowed, or with the documented error; the same
  in every split, and nothing is left open. An error's text is plain and tells no password, which no other
  host is sent.
"""

import gzip
import re
import zlib
from base64 import b64encode

from httpcore_client import (
    ConnectError,
    HTTPError,
    HTTPStatusError,
    ReadError,
    ScriptedBackend,
    SyncClient,
    TransportError,
)
from httpcore_client.events import EventStreamError, EventTooLarge

from ..judges import plain_error
from ..shapes import Source, spell, splits, text
from .events import PIECES, naive_events

_SECRET = "hunter2"
_URL = f"http://user:{_SECRET}@a.test/events"
_CREDENTIALS = b64encode(f"user:{_SECRET}".encode())
_IDS = ["", "", "7", "é"]
_ATTEMPTS = [None, None, True, 0, 1, 2]
_LARGE = 2**20
_MOST_BYTES = [_LARGE, _LARGE, _LARGE, 12]
_STATUSES = [*[200] * 12, 204, 302, 302, 307, 301, 401, 404, 500, 503, 206, 201, 304]
_TYPES = [
    *["text/event-stream"] * 5,
    "Text/Event-Stream;charset=x",
    "text/plain",
    "",
    "text/event-streams",
]
_GARBAGE = [b"HTTP/1.1 200\nx y\r\n\r\n", b"HTTP/9 no\r\n\r\n", b"\0", b""]
_FRAMINGS = ["close", "length", "chunked"]
_ENDS = ["end", "end", "cut", "error"]
_MOST_CONNECTIONS = 6
_FIRST_RETRY_MS = 3000  # as documented
_LEAST_SECONDS, _MOST_SECONDS = 0.5, 60  # between failures in a row
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LAST_ID = re.compile(rb"\r\nLast-Event-ID: *([^\r\n]*)\r\n", re.IGNORECASE)
_SEPARATOR = b"\xfe"
SEEDS = [
    bytes(how) + _SEPARATOR.join(bytes(each) + spell(said, PIECES) for each, said in connections)
    for how in ([0, 0, 0, 0], [2, 2, 0, 0], [0, 4, 0, 1], [3, 5, 3, 0])
    for connections in (
        [([0, 0, 0, 0, 0, 0, 0], "data: a\n\nid: 1\n\n"), ([0, 0, 0, 1, 1, 0, 0], "data: b\n\n")],
        [([0, 0, 0, 1, 2, 2, 0], "id: 5\ndata: x\n\nid: 6\ndata"), ([0, 13, 0, 0, 0, 0, 0], "")],
        [([0, 0, 0, 0, 2, 3, 99], "retry: 1000\ndata\n\n"), ([3], ""), ([4, 0], ""), ([0, 12], "")],
        [([0, 17, 0, 0, 0, 0, 0], "no"), ([0, 0, 6, 0, 0, 0, 0], "data\n\n")],
        [([0, 0, 0, 0, 0, 0, 0], "id: 1\ndata: a\n\nid: \x0b\ndata: b\n\n")],
    )
]  # fmt: skip


class _Connection:
    """One connection of the server's: what it says, and what that means."""

    def __init__(self, said):
        source = Source(said)
        self.kind = ["answer", "answer", "answer", "refused", "garbage"][source.octet() % 5]
        if self.kind == "garbage":
            self.octets, self.error = source.pick(_GARBAGE), None
        if self.kind != "answer":
            return
        self.status, self.type = source.pick(_STATUSES), source.pick(_TYPES)
        coded, framing, end = source.flag(), source.pick(_FRAMINGS), source.pick(_ENDS)
        place = source.octet()
        content = text(source.rest, PIECES).encode("latin-1")
        sent = gzip.compress(content, 1, mtime=0) if coded else content
        whole = end == "end"
        if not whole:
            sent = sent[: len(sent) * place // 256]
        self.content = zlib.decompressobj(31).decompress(sent) if coded else sent
        self.breaks = not whole and (
            end == "error" or framing != "close" or (coded and sent != b"")
        )
        self.error = ReadError("the connection broke") if end == "error" else None
        self.octets = self._head(coded, framing, len(sent) + (not whole)) + self._body(
            framing, sent, whole
        )

    def _head(self, coded, framing, size):
        lines = [f"HTTP/1.1 {self.status} Yes", "Connection: close"]
        lines += [f"Content-Type: {self.type}"] if self.type else []
        lines += ["Content-Encoding: gzip"] if coded else []
        lines += {
            "close": [],
            "length": [f"Content-Length: {size}"],
            "chunked": ["Transfer-Encoding: chunked"],
        }[framing]
        if self.status in (301, 302, 307):
            lines.append("Location: http://b.test/elsewhere")
        return "\r\n".join([*lines, "", ""]).encode()

    def _body(self, framing, sent, whole):
        if self.status in (204, 304):
            return b""
        if framing != "chunked":
            return sent
        half = len(sent) // 2
        chunks = [
            b"%x\r\n%b\r\n" % (len(each), each) for each in (sent[:half], sent[half:]) if each
        ]
        return b"".join(chunks) + (b"0\r\n\r\n" if whole else b"")


def check(data):
    source = Source(data)
    last_id, attempts = source.pick(_IDS), source.pick(_ATTEMPTS)
    limit, most = source.pick(_MOST_BYTES), source.octet() % 8 or None
    parts = source.rest.split(_SEPARATOR, _MOST_CONNECTIONS - 1)
    connections = [_Connection(part) for part in parts]
    expected = _Naive(connections, last_id, attempts)
    outcomes = []
    for number in range(4):
        world = _World(connections, number)
        outcomes.append(_play(world, expected, last_id, attempts, limit, most))
    assert all(each == outcomes[0] for each in outcomes), outcomes


def _play(world, expected, last_id, attempts, limit, most):
    """Take so many events, or all, and look at what went out."""
    given, ended = [], None
    with SyncClient(backend=world, trust_env=False) as client:
        try:
            with client.events(
                _URL, reconnect=attempts, last_event_id=last_id, max_event_bytes=limit
            ) as events:
                for event in events:
                    given.append(tuple(event))
                    if len(given) == most:
                        assert events.last_event_id in expected.ids_behind(most)
                        break
        except HTTPError as error:
            plain_error(error, _SECRET)
            ended = type(error)
        assert client.stats().open == 0
    assert expected.events[: len(given)] == given, (expected.events, given)
    is_whole = len(given) != most and ended is not EventTooLarge
    if is_whole:
        assert expected.events == given, (expected.events, given)
        assert expected.is_end(ended), (expected.ends, ended)
    assert limit < _LARGE or ended is not EventTooLarge
    asked = [_asked(stream) for stream in world.streams]
    assert expected.asked[: len(asked)] == asked, (expected.asked, asked)
    assert not is_whole or expected.asked == asked, (expected.asked, asked)
    for (least, longest), waited in zip(expected.pauses, world.pauses, strict=False):
        assert least <= waited <= longest, (least, waited, longest)
    return given, ended, asked


def _asked(stream):
    """Give the ID that a request tells, and whether it has the password."""
    found = _LAST_ID.findall(stream.written)
    assert len(found) < 2
    return found[0] if found else None, _CREDENTIALS in stream.written


class _Naive:
    """What has to happen.

    Attributes:
        events: that are given.
        asked: the ID that each request says, and whether it has the credentials.
        pauses: the bounds of each wait.
        ends: what it ends with: a class of errors, or None.
    """

    def __init__(self, connections, last_id, attempts):
        self.events, self.asked, self.pauses, self._ids = [], [], [], []
        self._connections = list(connections)
        self._last, self._retry = last_id, None
        self._most = 2**31 if attempts is None or attempts is True else attempts
        self.ends = self._run()

    def ids_behind(self, count):
        """The IDs that were the last one at or after this event."""
        return {each for before, each in self._ids if before >= count}

    def is_end(self, ended):
        return (
            ended is self.ends
            if self.ends is None
            else ended is not None and issubclass(ended, self.ends)
        )

    def _run(self):
        error, stream = self._connect()
        if error is not None:
            return error
        left = self._most
        while stream is not None:
            events, self._last, self._retry, ids = naive_events(
                stream.content, self._last, self._retry
            )
            self._ids += [(len(self.events) + before, each) for before, each in ids]
            self.events += events
            left = self._most if events else left
            broken, stream = HTTPError if stream.breaks else None, None
            while stream is None and left:
                left -= 1
                self._pause(self._most - left)
                error, stream = self._connect()
                if error is not None and error is not TransportError:
                    return error
                if error is None and stream is None:
                    return None
                broken = error
            if stream is None:
                return broken
        return None

    def _connect(self):
        """Give the error, or the connection that has the events; neither for 204."""
        elsewhere = False
        while True:
            if not self._connections:
                self._note(elsewhere)
                return None, None
            connection = self._connections.pop(0)
            if connection.kind == "refused":
                return TransportError, None
            self._note(elsewhere)
            if connection.kind == "garbage":
                return TransportError, None
            if connection.status in (301, 302, 307):
                elsewhere = True
                continue
            if connection.status == 204:
                return None, None
            if connection.status >= 400:
                return HTTPStatusError, None
            essence = connection.type.partition(";")[0].lower()
            if connection.status != 200 or essence != "text/event-stream":
                return EventStreamError, None
            return None, connection

    def _note(self, elsewhere):
        said = self._last.encode()
        is_said = said and not _UNSENDABLE.search(said)
        self.asked.append((said.strip(b" \t") if is_said else None, not elsewhere))

    def _pause(self, failures):
        seconds = (_FIRST_RETRY_MS if self._retry is None else self._retry) / 1000
        if failures > 1:  # it doubles, up to a minute
            longer = max(seconds, _LEAST_SECONDS) * 2 ** min(failures - 1, 20)
            seconds = min(longer, max(seconds, _MOST_SECONDS))
        self.pauses.append((seconds, 1.5 * seconds))


class _World(ScriptedBackend):
    """Has one connection after the other, each cut into pieces in one way; after the last 204."""

    def __init__(self, connections, number):
        super().__init__()
        self._connections = list(connections)
        self._number = number
        self.pauses = []

    async def connect_tcp(self, addresses, timeout, how=None):
        if not self._connections:
            self._scripts.append([b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n"])
            return await super().connect_tcp(addresses, timeout)
        connection = self._connections.pop(0)
        if connection.kind == "refused":
            raise ConnectError("refused")
        ways = list(splits(connection.octets)) or [[]]
        first, *rest = ways[self._number % len(ways)] or [b""]
        self._scripts.append([lambda stream: first, *rest, connection.error or b""])
        return await super().connect_tcp(addresses, timeout)

    def event(self):
        return _Pause(self)


class _Pause:
    def __init__(self, world):
        self._world = world

    def set(self):
        pass

    async def wait(self, timeout=None):
        self._world.pauses.append(timeout)
        self._world.time += timeout
        return False
