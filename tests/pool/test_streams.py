"""Byte sources and the iterators over them."""

import gc
import subprocess
import sys
from contextlib import aclosing

import pytest

from httpcore_pool import (
    ByteSource,
    BytesSource,
    ByteStream,
    SyncByteStream,
    SyncTextStream,
    TextStream,
    WrappedSource,
    run_sync,
)


def stream_of(*pieces):
    """A stream over pieces, and the list of its closes."""
    left, closes = list(pieces), []

    async def next_():
        return left.pop(0) if left else b""

    async def close():
        closes.append("closed")

    return ByteStream(next_, close), closes


def test_a_stream_ends_at_the_first_empty_piece(run):
    async def scenario():
        stream, _ = stream_of(b"a", b"b", b"", b"c")
        return [piece async for piece in stream]

    assert [b"a", b"b"] == run(scenario)


def test_a_stream_closes_by_close_aclose_and_leaving_its_block(run):
    async def scenario():
        stream, closes = stream_of(b"a")
        await stream.close()
        async with stream as same:
            assert stream is same
        async with aclosing(stream):
            pass
        return closes

    assert ["closed"] * 3 == run(scenario)


def test_the_twin_iterates_and_closes():
    stream, closes = stream_of(b"a", b"b")
    twin = SyncByteStream(stream)
    assert [b"a", b"b"] == list(twin)
    twin.close()
    with twin as same:
        assert twin is same
    assert ["closed"] * 2 == closes


def test_bytes_in_memory_are_a_source_that_needs_no_close():
    source = BytesSource(b"abc")
    assert (True, b"abc", b"", b"") == (
        source.closed,
        run_sync(source.read_chunk()),
        run_sync(source.read_chunk()),
        run_sync(source.read_chunk()),
    )
    run_sync(source.close())
    assert not source.cut


def test_bytes_in_memory_that_are_closed_unread_are_cut():
    source = BytesSource(b"abc")
    run_sync(source.close())
    run_sync(source.close())
    assert (True, b"") == (source.cut, run_sync(source.read_chunk()))


class Source(ByteSource):
    async def read_chunk(self):
        return b""

    async def close(self):
        self.closed = True

    def __repr__(self):
        return "<a source>"


def test_a_source_that_is_dropped_open_warns_and_is_abandoned():
    abandoned = []

    class Noting(Source):
        def abandon(self):
            super().abandon()
            abandoned.append(self.closed)

    with pytest.warns(ResourceWarning, match="<a source> was dropped"):
        Noting()
        gc.collect()
    assert [True] == abandoned


def test_a_source_that_was_closed_is_dropped_in_silence():
    source = Source()
    run_sync(source.close())
    del source
    gc.collect()


class Through(WrappedSource):
    async def read_chunk(self):
        return await self.source.read_chunk()


@pytest.mark.parametrize("how", ["close", "abort"])
def test_a_wrapped_source_is_given_up_once_with_the_one_below(how):
    told = []

    class Below(Source):
        async def close(self):
            await super().close()
            told.append("close")

        async def abort(self):
            await super().close()
            told.append("abort")

        def hurry(self, seconds):
            told.append(seconds)

    class Telling(Through):
        async def given_up(self):
            told.append("given up")

    source = Telling(Below())
    source.hurry(2.0)
    run_sync(getattr(source, how)())
    run_sync(source.close())
    assert (True, True, "<a source>") == (source.closed, source.cut, repr(source))
    assert [2.0, how, "given up"] == told


def test_a_wrapped_source_lets_go_even_if_the_one_below_fails_to_close():
    class Failing(Source):
        async def close(self):
            self.closed = True
            raise KeyboardInterrupt

    source = Through(Failing())
    with pytest.raises(KeyboardInterrupt):
        run_sync(source.close())
    assert source.closed


def test_a_wrapped_source_that_is_dropped_warns_once():
    with pytest.warns(ResourceWarning) as warned:
        Through(Source())
        gc.collect()
    assert ["<a source> was dropped without being read to its end or closed"] == [
        str(each.message) for each in warned
    ]


def text_stream_of(*items):
    """A stream over text, and the list of its closes."""
    left, closes = list(items), []

    async def next_():
        return left.pop(0) if left else None

    async def close():
        closes.append("closed")

    return TextStream(next_, close), closes


def test_a_stream_of_text_ends_at_none_and_may_have_empty_lines(run):
    async def scenario():
        stream, closes = text_stream_of("a", "", "b", None, "c")
        async with stream as same:
            assert stream is same
            return [line async for line in stream], closes

    assert (["a", "", "b"], ["closed"]) == run(scenario)


def test_the_twin_of_a_stream_of_text_iterates_and_closes():
    stream, closes = text_stream_of("a", "")
    with SyncTextStream(stream) as twin:
        assert ["a", ""] == list(twin)
    assert ["closed"] == closes


# A script that ends before it has read a body: by then nothing can be imported, as showing its URL may need.
LEFT_OPEN = """
from httpcore_pool import BytesSource

class Body(BytesSource):
    closed = False

    def __repr__(self):
        import colorsys
        return "a body"

kept = Body(b"hello")
"""


def test_a_body_that_is_open_at_the_end_of_a_script_ends_it_in_silence():
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", LEFT_OPEN], capture_output=True, check=True
    )
    assert (b"", b"") == (done.stdout, done.stderr)
