"""The end of a body that is watched is told once, whatever else happens to it."""

import pytest

from httpcore_pool import ByteSource, Options, ReadError, Request, Response, run_sync
from httpcore_pool.connection._traced import Steps


class Source(ByteSource):
    """Gives pieces, each after it was asked whether to close what reads it."""

    def __init__(self, *pieces, before=None):
        self._pieces = list(pieces)
        self._before = before
        self.calls = []

    async def read_chunk(self):
        if self._before is not None:
            await self._before()
        piece = self._pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        self.closed = self.closed or not piece
        return piece

    async def close(self):
        self.closed = True
        self.calls.append("close")

    async def abort(self):
        self.closed = True
        self.calls.append("abort")

    def hurry(self, seconds):
        self.calls.append(f"hurry {seconds}")


def watched(source):
    """The source of a response that is watched, and what its watcher is told."""
    told = []
    options = Options(trace=lambda event: told.append((event.name, dict(event.details))))
    request = Request("GET", "http://example.org/", options=options)
    response = Response(200, source=source, request=request)
    steps = Steps(request, lambda: 0.0)
    steps.start("receive")
    steps.watch(response)
    return response._body.source, told


def test_the_end_is_told_once():
    source, told = watched(Source(b"ab", b"c", b""))
    assert [b"ab", b"c", b"", b""] == [run_sync(source.read_chunk()) for _ in range(4)]
    run_sync(source.close())
    run_sync(source.abort())
    assert [("receive.start", {}), ("receive.done", {"bytes": 3})] == told


@pytest.mark.parametrize("how", ["close", "abort"])
def test_who_leaves_is_told_once(how):
    inner = Source(b"ab", b"")
    source, told = watched(inner)
    run_sync(source.read_chunk())
    source.hurry(1)
    run_sync(getattr(source, how)())
    run_sync(source.close())
    assert [("receive.closed", {"bytes": 2})] == told[1:]
    assert ["hurry 1", how] == inner.calls
    assert b"" == run_sync(source.read_chunk())


@pytest.mark.parametrize("piece", [b"late", ReadError("late")])
def test_what_comes_after_the_end_is_not_told(piece):
    async def leave():
        await source.close()

    source, told = watched(Source(piece, before=leave))
    if piece == b"late":
        assert b"" == run_sync(source.read_chunk())
    else:
        with pytest.raises(ReadError):
            run_sync(source.read_chunk())
    assert [("receive.closed", {"bytes": 0})] == told[1:]
