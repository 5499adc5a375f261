"""Uploads over HTTP/1.1 that wait, behind the head of a success, for a server that takes little."""

import pytest

from httpcore_pool import (
    HTTP11Connection,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    TotalTimeout,
    discard,
)
from testkit.scripted_h2 import raised_by

URL = "http://example.org/path"
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1\r\nx\r\n"
LARGE = bytes(1_000_000)


@pytest.fixture(autouse=True, params=["quick", "h11"])
def lane(request, monkeypatch):
    """Each of these tests holds whoever reads the responses."""
    monkeypatch.setattr(HTTP11Connection, "h11_only", request.param == "h11")


class Speaking(ScriptedStream):
    """A server that takes some content first, and then speaks, a second for each time that it is heard.

    Args:
        backend: has the clock.
        then: how much it takes each time from then on.
    """

    def __init__(self, backend, then=0):
        super().__init__()
        self.backend = backend
        self.then = then

    async def write_some(self, data, timeout=None):
        first = not self.written
        taken = data[: 1000 if first else self.then]
        self.written += taken
        if not first:
            self.tick(1)
        self._steps.append(HEAD if first else CHUNK)
        return len(taken)

    def tick(self, seconds):
        self.backend.time += seconds
        assert self.backend.time < 100  # nobody listens for so long


class Flooding(Speaking):
    """One that always has something to say."""

    def is_readable(self):
        return bool(self.written)

    async def read(self, max_bytes, timeout=None):
        self.tick(0.1)
        return await super().read(max_bytes, timeout) if self._steps else CHUNK


async def error_of(stream, content=LARGE, **limits):
    connection = HTTP11Connection(stream, stream.backend, timeout=Timeout(**limits))
    response = await connection.send(Request("POST", URL, content))
    error = await raised_by(response.read())
    return type(error), connection.is_closed, error.elapsed


@pytest.mark.parametrize("kind", [Speaking, Flooding])
def test_a_total_ends_an_upload_whose_server_speaks_without_end(run, kind):
    async def scenario():
        return await error_of(kind(ScriptedBackend()), total=3)

    error, closed, elapsed = run(scenario)
    assert (TotalTimeout, True) == (error, closed)
    assert 3 == pytest.approx(elapsed, abs=0.2)


def test_a_drip_is_below_the_lowest_rate_though_an_upload_waits(run):
    async def scenario():
        return await error_of(Speaking(ScriptedBackend()), lowest_rate=100, write=2)

    assert (ReadTimeout, True, 5) == run(scenario)


@pytest.mark.parametrize(("then", "rate"), [(1000, 100), (0, 5)])
def test_a_server_that_takes_the_rest_or_says_enough_is_quick_enough(run, then, rate):
    async def scenario():
        return await error_of(
            Speaking(ScriptedBackend(), then=then), lowest_rate=rate, total=10, write=2
        )

    assert (TotalTimeout, True, 10) == run(scenario)


def test_to_discard_a_response_takes_no_longer_for_an_upload_that_waits(run):
    async def scenario():
        stream = Speaking(ScriptedBackend())
        connection = HTTP11Connection(stream, stream.backend, timeout=Timeout(write=30))
        await discard(await connection.send(Request("POST", URL, LARGE)))
        return connection.is_closed, stream.backend.time

    assert (True, 1) == run(scenario)


@pytest.mark.parametrize("at", range(1, 30, 7))
def test_what_can_be_no_answer_ends_the_upload_and_closes_its_source(run, at):
    """RFC 9110 7.8: nothing is switched to in the middle of a request."""
    ended = []
    head = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"

    def source():
        try:
            while True:
                yield bytes(100_000)
        finally:
            ended.append(True)

    class Switching(ScriptedStream):
        async def write_some(self, data, timeout=None):
            if not self.written:
                self._steps += [head[:at], head[at:]]
            self.written += data[:100]
            return len(data[:100])

    async def scenario():
        connection = HTTP11Connection(Switching(), ScriptedBackend())
        fields = {"Connection": "Upgrade", "Upgrade": "echo"}
        content = source()
        error = await raised_by(connection.send(Request("POST", URL, content, fields)))
        return type(error), "101" in str(error), connection.is_closed

    assert (RemoteProtocolError, True, True) == run(scenario)
    assert [True] == ended
