"""Leaving a response behind, or for later: what is read of it, and that its source ends closed."""

import gzip

import pytest

from httpcore_headers import Headers
from httpcore_pool import (
    ByteSource,
    HTTP11Connection,
    ReadError,
    Request,
    Response,
    ScriptedBackend,
    ScriptedStream,
    StreamClosed,
    Timeout,
    TotalTimeout,
    discard,
    run_sync,
    set_aside,
)

PIECE = b"x" * 16_384


class Pieces(ByteSource):
    """A body in pieces; one that is an exception is raised. `cut`: it was closed before its end."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.reads = 0

    async def read_chunk(self):
        if self.closed:
            return b""
        self.reads += 1
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, BaseException):
            raise piece
        self.closed = not piece
        return piece

    async def close(self):
        self.cut = self.cut or not self.closed
        self.closed = True


def response_with(source, **fields):
    headers = Headers({name.replace("_", "-"): value for name, value in fields.items()})
    return Response(302, headers, source, request=Request("GET", "http://a.test/"))


def left_behind(source, **fields):
    run_sync(discard(response_with(source, **fields)))
    return source.reads, source.closed, source.cut


@pytest.mark.parametrize("length", [None, "3", "65536", "0x10", "", "²"])
def test_a_small_body_is_read_to_its_end(length):
    fields = {} if length is None else {"Content_Length": length}
    assert (3, True, False) == left_behind(Pieces(b"ab", b"c"), **fields)


def test_a_body_is_not_decoded():
    assert (2, True, False) == left_behind(Pieces(b"no gzip"), Content_Encoding="gzip")


@pytest.mark.parametrize("length", ["65537", "9" * 19, "9" * 5000])
def test_of_a_body_that_says_it_is_large_nothing_is_read(length):
    assert (0, True, True) == left_behind(Pieces(b"a"), Content_Length=length)


def test_a_body_that_turns_out_large_is_given_up():
    assert (4, True, True) == left_behind(Pieces(*[PIECE] * 9))


def test_a_body_that_breaks_is_no_matter():
    assert (2, True, True) == left_behind(Pieces(b"a", ReadError("reset")))


@pytest.mark.parametrize("error", [TotalTimeout("too late", 5), KeyboardInterrupt(), ValueError()])
def test_any_other_end_passes_and_leaves_it_closed(error):
    source = Pieces(b"a", error)
    with pytest.raises(type(error)) as caught:
        left_behind(source)
    assert error is caught.value
    assert (True, True) == (source.closed, source.cut)


def test_what_is_left_behind_has_a_second_to_come():
    class Hurried(Pieces):
        def hurry(self, seconds):
            self.pieces.append(b"%g" % seconds)

    source = Hurried()
    assert (2, True, False) == left_behind(source)
    source = Hurried()
    run_sync(set_aside(response_with(source)))
    assert 1 == source.reads  # who may still read it has the time that they have given


class Patient(ScriptedStream):
    """Remembers how long each read would have waited."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.waits = []

    async def read(self, max_bytes, timeout=None):
        self.waits.append(timeout)
        return await super().read(max_bytes, timeout)


HEAD = b"HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "timeout", [Timeout(read=30), Timeout(read=0.5), Timeout(connect=None), Timeout(total=0.25)]
)
@pytest.mark.parametrize("start", [b"", b"2\r\nab\r\n"])
def test_a_body_that_stalls_holds_nobody_up_over_http1(run, start, timeout):
    async def scenario():
        stream = Patient([HEAD + start])
        connection = HTTP11Connection(stream, ScriptedBackend(), timeout=timeout)
        response = await connection.send(Request("GET", "http://a.test/"))
        await discard(response)
        return stream.waits[-1], connection.is_closed

    longest = min(1.0, *(limit for limit in (timeout.read, timeout.total) if limit is not None))
    assert (longest, True) == run(scenario)


def test_a_body_that_stalls_holds_nobody_up_over_http2(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda peer: peer.head(1, 302)), stream=Patient)
        response = await connection.send(Request("GET", "https://a.test/"))
        await discard(response)
        return peer.stream.waits[-1], len(peer.resets())

    assert (1.0, 1) == run(scenario)


def test_the_second_is_for_all_of_it_together(run):
    async def scenario():
        backend = ScriptedBackend()

        def drip(stream):
            backend.time += 0.25
            return b"1\r\na\r\n"

        stream = Patient([HEAD, *[drip] * 9])
        connection = HTTP11Connection(stream, backend, timeout=Timeout(read=30))
        await discard(await connection.send(Request("GET", "http://a.test/")))
        return stream.waits[1:]

    assert [1.0, 0.75, 0.5, 0.25, 0.0] == run(scenario)[:5]


# Setting aside.


@pytest.mark.parametrize("times", [1, 3])
def test_a_small_body_is_kept_for_later(times):
    source = Pieces(b"ab", b"c")
    response = response_with(source)
    for _ in range(times):
        run_sync(set_aside(response))
    assert (True, False, 3) == (source.closed, source.cut, source.reads)
    assert b"abc" == run_sync(response.read())
    assert response.is_closed


def test_what_is_kept_is_decoded_when_it_is_read():
    source = Pieces(gzip.compress(b"abc"))
    response = response_with(source, Content_Encoding="gzip")
    run_sync(set_aside(response))
    assert b"abc" == run_sync(response.read())


def test_what_is_kept_may_be_had_as_transferred():
    async def raw():
        response = response_with(Pieces(b"ab", b"c"))
        await set_aside(response)
        return b"".join([piece async for piece in response.raw()])

    assert b"abc" == run_sync(raw())


def test_a_response_that_was_read_is_left_as_it_is():
    response = response_with(Pieces(b"abc"))
    run_sync(response.read())
    run_sync(set_aside(response))
    assert b"abc" == run_sync(response.read())


GIVEN_UP = {
    "large": (lambda: Pieces(*[PIECE] * 9), {}),
    "said to be large": (lambda: Pieces(b"a"), {"Content_Length": "65537"}),
    "broken": (lambda: Pieces(b"a", ReadError("reset")), {}),
}


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("kind", GIVEN_UP)
def test_a_body_that_was_given_up_is_never_taken_for_a_short_one(kind, times):
    make, fields = GIVEN_UP[kind]
    source = make()
    response = response_with(source, **fields)
    for _ in range(times):
        run_sync(set_aside(response))
    assert (True, True) == (source.closed, source.cut)
    with pytest.raises(StreamClosed):
        run_sync(response.read())


def test_a_body_that_is_being_streamed_is_given_up():
    async def streamed():
        source = Pieces(b"ab", b"c")
        response = response_with(source)
        await anext(response.raw())
        await set_aside(response)
        return source.cut

    assert run_sync(streamed())


def test_time_that_runs_out_passes():
    source = Pieces(b"a", TotalTimeout("too late", 5))
    with pytest.raises(TotalTimeout):
        run_sync(set_aside(response_with(source)))
    assert source.closed
