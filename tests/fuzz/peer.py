"""Content to send, and `Peer`: a server that takes it and speaks whenever its octets say so."""

import inspect

from httpcore_pool import (
    ReadError,
    ReadTimeout,
    ScriptedStream,
    Timeout,
    WriteError,
    WriteTimeout,
)

_MOST_CALLS = 20_000  # of one input, which has 2000 octets
_SIZES = [1, 100, 5000, 16_384, 70_000, 300_000]
_LIMITS = Timeout(connect=5, read=5, write=5, pool=5)
TIMEOUTS = [_LIMITS, _LIMITS.copy_with(lowest_rate=1000), _LIMITS.copy_with(total=2)]
FAREWELL_SECONDS = 2  # what an exchange may take beyond its total, to say that it is over
_TIMES_OUT, _BREAKS, _TAKES_SOME, _WAYS = 1, 2, 3, 8


class Peer(ScriptedStream):
    """The stream to it.

    Args:
        source: what decides.
        backend: whose clock moves where we wait in vain.
        speak: what it says next: octets, b"" for its end, or None for nothing now.
        went, came: are told what goes out and what comes in, each in its place in time.

    Attributes:
        failed: whether we have waited for it in vain, or it broke the connection.
    """

    failed = False

    def __init__(self, source, backend, speak, went=None, came=None):
        super().__init__()
        self._source = source
        self._backend = backend
        self._speak = speak
        self._went, self._came = went, came
        self._queue = b""
        self._ended = self._broken = False
        self._calls = 0

    def is_readable(self):
        self._is_in_bounds()
        if not self._queue and self._source.octet() % 3 == 1:
            self._say()
        return bool(self._queue) or self._ended or self.closed

    async def read(self, max_bytes, timeout=None):
        self._is_in_bounds()
        if self.closed:
            raise ReadError("the connection broke: it was closed")
        while not self._queue and not self._ended and self._source:
            self._say()
        if self._queue:
            size = self._source.octet() or len(self._queue)
            said, self._queue = self._queue[:size], self._queue[size:]
            if self._came is not None:
                self._came(said)
            return said
        if self._broken:
            raise ReadError("the connection broke")
        if self._ended:
            return b""
        self._wait(timeout)
        raise ReadTimeout("it is silent", timeout)

    async def write(self, data, timeout=None):
        self._begin(timeout)
        if self._source.octet() % _WAYS == _BREAKS:
            raise self._break(data)
        self._take(data)

    async def write_some(self, data, timeout=None):
        self._begin(timeout)
        match self._source.octet() % _WAYS:
            case way if way == _BREAKS:
                raise self._break(data)
            case way if way == _TIMES_OUT:
                self._wait(timeout)
                error = WriteTimeout("it takes nothing", timeout)
                error.taken = self._part(data)
                raise error
            case way if way == _TAKES_SOME:
                self._say()
                if self._queue or self._ended:  # else it has no reason to take less
                    return self._part(data)
        self._take(data)
        return len(data)

    def _part(self, data):
        size = len(data) * self._source.octet() // 256
        self._take(data[:size])
        return size

    def _take(self, data):
        self.written += data
        if self._went is not None:
            self._went(data)

    def _begin(self, timeout):
        self._is_in_bounds()
        if self.closed or self._broken:
            raise WriteError("the connection broke")
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)

    def _break(self, data):
        self._part(data)
        self._broken = self._ended = self.failed = True
        return WriteError("the connection broke")

    def _wait(self, timeout):
        assert timeout is not None, "nothing would end this wait"
        self.failed = True
        self._backend.time += max(0.0, timeout)

    def _say(self):
        said = None if self._ended else self._speak()
        if said is not None:
            self._queue += said
            self._ended = not said

    def _is_in_bounds(self):
        self._calls += 1
        assert self._calls < _MOST_CALLS, "it does not end"


class ContentError(Exception):
    """What a caller's generator raises."""


def some_content(source, number):
    """Give content, of one of four kinds, and all of it; each number has letters of its own."""
    sizes = [source.pick(_SIZES) for _ in range(source.octet() % 4)]
    pieces = [bytes([97 + 4 * number + at]) * size for at, size in enumerate(sizes)]
    whole = b"".join(pieces)
    return source.pick([whole, pieces, (piece for piece in pieces), _failing(pieces)]), whole


def _failing(pieces):
    yield from pieces
    raise ContentError


def some_fields(source, whole):
    """Give fields that go with content, and how much of it they let go out."""
    fields = {"Expect": "100-continue"} if source.octet() % 8 == 7 else {}
    size = source.octet() % 8
    length = len(whole) + {6: -min(1, len(whole)), 7: 1}.get(size, 0)
    if size % 2 or size == 6:
        fields["Content-Length"] = str(length)
    return fields, whole[:length]


def are_closed(contents):
    """Whether all generators are over, if they were begun."""
    states = [inspect.getgeneratorstate(each) for each in contents if inspect.isgenerator(each)]
    return {*states} <= {inspect.GEN_CREATED, inspect.GEN_CLOSED}
