"""The limits of a body: what is too large, what is a bomb, and what becomes of the connection."""

import gzip
import math
import pickle
import tracemalloc
import zlib

import pytest

from httpcore_headers import Headers
from httpcore_pool import (
    BodyLimits,
    ByteSource,
    ContentTooLarge,
    DecodingError,
    HTTPError,
    Options,
    Request,
    Response,
    StreamClosed,
    run_sync,
)
from httpcore_pool._connection_info import ENDED


class Pieces(ByteSource):
    """A source of given pieces, which notes how it ends."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)
        self.ends = []
        self.taken = 0

    async def read_chunk(self):
        piece = next(self.pieces, b"")
        self.taken += len(piece)
        self.closed = self.closed or not piece
        return piece

    async def close(self):
        self.closed = True
        self.ends.append("closed")

    async def abort(self):
        self.closed = True
        self.ends.append("aborted")


def answer(pieces, limits=None, *, method="GET", status=200, started=None, **fields):
    options = Options(body_limits=limits, started=started)
    request = Request(method, "http://user:hunter2@example.org/", options=options)
    found = Headers({name.replace("_", "-"): value for name, value in fields.items()})
    source = pieces if isinstance(pieces, ByteSource) else Pieces(pieces)
    return Response(status, found, source, request=request)


def ends(made):
    return made._body.source.ends


async def items_of(stream):
    return [item async for item in stream]


WAYS = {
    "read": lambda made: made.read(),
    "stream": lambda made: items_of(made.stream()),
    "text": lambda made: items_of(made.stream_text()),
    "lines": lambda made: items_of(made.stream_lines()),
    "raw": lambda made: items_of(made.raw()),
}


@pytest.fixture(params=WAYS)
def consume(request):
    return WAYS[request.param]


def test_a_body_of_just_the_size_is_taken(run, consume):
    limits = BodyLimits(max_bytes=6)
    got = run(lambda: consume(answer([b"abc", b"def"], limits, Content_Length="6")))
    assert got in (b"abcdef", [b"abc", b"def"], ["abc", "def"], ["abcdef"])


def test_one_that_says_it_is_larger_is_refused_before_anything_is_read(run, consume):
    async def scenario():
        made = answer([b"abc", b"defg"], BodyLimits(max_bytes=6), Content_Length="7")
        with pytest.raises(ContentTooLarge, match="has 7 bytes; at most 6 are taken") as caught:
            await consume(made)
        return made._body.source.taken, ends(made), caught.value.limit

    assert (0, ["aborted"], 6) == run(scenario)


def test_one_that_turns_out_to_be_larger_is_refused_there(run, consume):
    async def scenario():
        made = answer([b"abc", b"defg", b"never"], BodyLimits(max_bytes=6))
        with pytest.raises(ContentTooLarge, match="GET http://user:.* more than 6 bytes"):
            await consume(made)
        return made._body.source.taken, ends(made)

    assert (7, ["aborted"]) == run(scenario)


def test_what_came_before_is_handed_out():
    made = answer([b"abc", b"defg"], BodyLimits(max_bytes=6))
    stream = made.stream()
    assert b"abc" == run_sync(stream.__anext__())
    with pytest.raises(ContentTooLarge):
        run_sync(stream.__anext__())


def test_no_bytes_at_all_may_be_taken():
    assert b"" == run_sync(answer([], BodyLimits(max_bytes=0)).read())
    with pytest.raises(ContentTooLarge):
        run_sync(answer([b"a"], BodyLimits(max_bytes=0)).read())


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 304)], ids=["HEAD", "Not Modified"]
)
def test_a_length_of_what_is_not_sent_does_not_count(method, status):
    made = answer([], BodyLimits(max_bytes=1), method=method, status=status, Content_Length="9")
    assert b"" == run_sync(made.read())


def test_of_a_coded_body_the_decoded_size_counts_but_raw():
    coded = gzip.compress(b"a" * 1000)
    fields = {"Content_Encoding": "gzip", "Content_Length": str(len(coded))}
    limits = BodyLimits(max_bytes=999)
    with pytest.raises(ContentTooLarge):
        run_sync(answer([coded], limits, **fields).read())
    assert [coded] == run_sync(items_of(answer([coded], limits, **fields).raw()))
    packed = BodyLimits(max_bytes=len(coded) - 1)
    with pytest.raises(ContentTooLarge, match=f"has {len(coded)} bytes"):
        run_sync(items_of(answer([coded], packed, **fields).raw()))
    noise = bytes(range(256))
    coded = gzip.compress(noise, 0)  # larger than what it holds
    fields["Content_Length"] = str(len(coded))
    assert noise == run_sync(answer([coded], BodyLimits(max_bytes=256), **fields).read())


BOMB_BYTES = 100 * 2**20


def bomb():
    """100 MiB of zeros, a thousandth of that as transferred, made by the piece."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    for _ in range(BOMB_BYTES >> 20):
        if piece := packer.compress(zeros):
            yield piece
    yield packer.flush()


def test_a_bomb_is_an_error_and_its_connection_is_closed(run):
    async def scenario():
        made = answer(bomb(), BodyLimits(bomb_bytes=2**20), Content_Encoding="gzip")
        with pytest.raises(DecodingError, match="it looks like a bomb") as caught:
            await made.read()
        assert "hunter2" not in str(caught.value)
        return ends(made)

    assert ["aborted"] == run(scenario)


def test_a_bomb_is_found_within_bounded_memory():
    tracemalloc.start()
    try:
        made = answer(bomb(), BodyLimits(bomb_bytes=64 * 2**20), Content_Encoding="gzip")
        given = 0

        async def scenario():
            nonlocal given
            async for piece in made.stream():
                given += len(piece)

        with pytest.raises(DecodingError):
            run_sync(scenario())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 63 * 2**20 < given <= 64 * 2**20
    assert peak < 4 * 2**20  # one MiB of it is the maker's


def test_what_grows_less_is_no_bomb_whatever_its_size():
    coded = gzip.compress(bytes(2**20))
    just = math.ceil(2**20 / len(coded))
    for limits in (
        BodyLimits(bomb_bytes=0, bomb_ratio=just),
        BodyLimits(bomb_bytes=2**20, bomb_ratio=1),
        BodyLimits(bomb_bytes=None),
        None,
    ):
        made = answer([coded], limits, Content_Encoding="gzip")
        assert 2**20 == len(run_sync(made.read()))
    with pytest.raises(DecodingError):
        run_sync(answer([coded], BodyLimits(bomb_bytes=0), Content_Encoding="gzip").read())


def test_an_uncoded_body_is_no_bomb():
    assert b"abc" == run_sync(answer([b"abc"], BodyLimits(3, bomb_bytes=0)).read())


def test_too_many_codings_are_an_error_that_names_the_request():
    made = answer([b"x"], Content_Encoding="gzip, " * 6)
    with pytest.raises(DecodingError, match="GET http://user:"):
        run_sync(made.read())
    run_sync(made.close())


@pytest.mark.parametrize("fields", [{"Content_Encoding": "gzip"}, {}], ids=["decoding", "size"])
def test_such_an_error_tells_the_time_where_the_connection_noted_it(fields):
    made = answer([b"not gzip"], BodyLimits(max_bytes=1), started=40.0, **fields)
    made._times = [None] * 7
    made._times[ENDED] = 42.5
    with pytest.raises(HTTPError, match=r"after 2\.50 s") as caught:
        run_sync(made.read())
    assert (2.5, "GET", "read") == (caught.value.elapsed, caught.value.method, caught.value.phase)


def test_the_error_pickles_with_its_limit():
    error = ContentTooLarge("too much", 5).about(Request("GET", "http://example.org/"))
    copy = pickle.loads(pickle.dumps(error))
    assert (str(error), 5) == (str(copy), copy.limit)


def test_an_interrupt_passes_and_leaves_the_source_to_itself():
    def pieces():
        raise KeyboardInterrupt
        yield b""

    made = answer(pieces(), BodyLimits(max_bytes=5))
    with pytest.raises(KeyboardInterrupt):
        run_sync(made.read())
    assert [] == ends(made)
    run_sync(made.close())


# -- two at once --


class Closing(Pieces):
    """A source that somebody else closes while it gives its next piece."""

    made = None

    async def read_chunk(self):
        piece = await super().read_chunk()
        await self.made.close()
        return piece


@pytest.mark.parametrize("way", ["read", "raw", "stream", "stream_text", "stream_lines"])
@pytest.mark.parametrize("coding", [{}, {"Content_Encoding": "gzip"}])
def test_what_was_closed_while_a_piece_was_given_is_never_taken_for_whole(way, coding):
    content = gzip.compress(b"hello\n") if coding else b"hello\n"
    source = Closing([content])
    source.made = made = answer(source, **coding)

    async def draw():
        if way == "read":
            return await made.read()
        return await items_of(getattr(made, way)())

    with pytest.raises(StreamClosed, match="the response was closed while it was read"):
        run_sync(draw())
    assert ["aborted"] == ends(made)


def test_a_body_that_is_closed_between_two_pieces_is_not_whole():
    made = answer([b"a", b"b"])
    source = made._body.source

    async def draw():
        pieces = made.raw()
        await anext(pieces)
        source.closed = source.cut = True
        return await items_of(pieces)

    with pytest.raises(StreamClosed, match="was closed, or broke, before its end"):
        run_sync(draw())


@pytest.mark.parametrize(
    "endless",
    [gzip.compress(b"hello") + bytes(1000), gzip.compress(b"")],
    ids=["junk behind the end", "empty members"],
)
def test_a_coded_body_that_gives_nothing_has_an_end_all_the_same(endless):
    limits = BodyLimits(max_bytes=1000)
    made = answer((endless for _ in range(100_000)), limits, Content_Encoding="gzip")
    with pytest.raises(ContentTooLarge, match="bytes came for a body of at most 1000"):
        run_sync(made.read())
    assert 100_000 > made._body.source.taken
    assert "aborted" in ends(made)
