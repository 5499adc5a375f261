"""Request bodies: length, replay and pieces, for all that callers may give."""

import asyncio
import io
from pathlib import Path

import pytest

from httpcore_pool import (
    BodyNotReplayable,
    BytesBody,
    InvalidRequest,
    Request,
    RequestBody,
    Response,
    make_body,
    run_sync,
)
from testkit.bodies import read


class World:
    """A source that gives its bytes anew on each iteration."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        return iter(self.pieces)


class AsyncWorld(World):
    __iter__ = None

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b"bytes", b"bytes"),
        ("grüße", "grüße".encode()),
        (bytearray(b"array"), b"array"),
        (memoryview(b"view"), b"view"),
        (b"", b""),
    ],
)
def test_what_is_in_memory_has_a_length_and_can_be_sent_again(content, data):
    body = make_body(content)
    first = b"".join(read(body))
    assert (data, data) == (first, b"".join(read(body)))
    assert (len(data), True, False) == (body.length, body.replayable, body.needs_loop)
    assert f"{len(data)} bytes" == str(body)


def test_none_and_bodies_pass_unchanged():
    body = BytesBody(b"x")
    assert make_body(None) is None
    assert body is make_body(body)


def test_a_body_of_the_callers_own_is_named_by_its_class():
    class Own(RequestBody):
        replayable = False

        def _open(self, backend):
            return BytesBody(b"own").open()

    body = Own()
    assert [b"own"] == read(body)
    with pytest.raises(BodyNotReplayable, match="the request body, Own, was used already"):
        body.open()


def test_an_iterable_is_replayable_and_its_empty_pieces_are_skipped():
    body = make_body(World(b"a", b"", bytearray(b"b"), memoryview(b"c")))
    assert [b"a", b"b", b"c"] == read(body) == read(body)
    assert (None, True, "a World") == (body.length, body.replayable, str(body))


def test_an_iterator_can_be_used_once():
    body = make_body(iter([b"a"]))
    assert ([b"a"], False) == (read(body), body.replayable)
    with pytest.raises(BodyNotReplayable, match="a list_iterator, was used already"):
        body.open()


def test_an_async_iterable_is_replayable_and_its_generator_is_closed():
    body = make_body(AsyncWorld(b"a", b"", b"b"))
    assert [b"a", b"b"] == read(body) == read(body)
    assert (True, True, "an AsyncWorld") == (body.replayable, body.needs_loop, str(body))


def test_an_async_iterator_can_be_used_once():
    class Once:
        left = 1

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return b"a"

    body = make_body(Once())
    assert ([b"a"], False) == (read(body), body.replayable)
    with pytest.raises(BodyNotReplayable):
        body.open()


def test_giving_up_an_async_generator_closes_it():
    ended = []

    async def source():
        try:
            yield b"a"
        finally:
            ended.append(True)

    async def scenario():
        reader = make_body(source()).open()
        await reader.read_chunk()
        await reader.close()

    run_sync(scenario())
    assert [True] == ended


class Caller:
    """An iterator that is somebody's, who may want to go on with it."""

    def __init__(self):
        self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        return b"a"

    def close(self):
        self.closed = True


async def given_up(body):
    reader = body.open()
    await reader.read_chunk()
    await reader.close()


def test_giving_up_a_generator_closes_it_and_no_other_iterator():
    ended = []

    def source():
        try:
            yield b"a"
        finally:
            ended.append(True)

    run_sync(given_up(make_body(source())))
    assert [True] == ended
    caller = Caller()
    run_sync(given_up(make_body(caller)))
    assert caller.closed is False


def test_an_async_iterator_that_is_no_generator_is_left_to_its_owner():
    class Channel(Caller):
        def __aiter__(self):
            return self

        async def __anext__(self):
            return b"a"

        async def aclose(self):
            self.closed = True

        __iter__ = None

    channel = Channel()
    run_sync(given_up(make_body(channel)))
    assert channel.closed is False


def test_an_iterable_that_gives_one_iterator_for_ever_is_not_sent_empty():
    class One:
        def __init__(self):
            self.iterator = iter([b"a"])

        def __iter__(self):
            return self.iterator

    body = make_body(One())
    assert [b"a"] == read(body)
    with pytest.raises(BodyNotReplayable, match="a One, can't be read again: it gives the same"):
        body.open()


def test_an_async_iterable_that_gives_one_iterator_for_ever_is_not_sent_empty():
    class One:
        def __init__(self):
            self.iterator = aiter(AsyncWorld(b"a"))

        def __aiter__(self):
            return self.iterator

    body = make_body(One())
    assert [b"a"] == read(body)
    with pytest.raises(BodyNotReplayable, match="an One, can't be read again: it gives the same"):
        body.open()


@pytest.mark.parametrize("content", [["text"], AsyncWorld(1)], ids=["text", "number"])
def test_pieces_must_be_bytes(content):
    with pytest.raises(TypeError, match=r"must yield bytes, but .* yielded (str|int)"):
        read(make_body(content))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (io.StringIO("text"), "open it in binary mode"),
        ({"a": "b"}, "data= for a form or json= for JSON"),
        (12, "not int"),
        (Path("a.txt"), r"content is a path; open the file that it names: open\(path, 'rb'\)"),
    ],
)
def test_what_gives_no_bytes_is_refused(content, words):
    with pytest.raises(TypeError, match=words):
        make_body(content)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(InvalidRequest, match="surrogates not allowed at position 1"):
        make_body("a\ud800")


def test_a_generator_that_has_ended_is_not_sent_as_nothing():
    def pieces():
        yield b"once"

    used = pieces()
    assert b"once" == b"".join(used)
    with pytest.raises(BodyNotReplayable, match="a generator, was used up before; make a new one"):
        make_body(used).open()


def test_an_async_generator_that_has_ended_is_not_sent_as_nothing():
    async def pieces():
        yield b"once"

    async def scenario():
        used = pieces()
        assert [b"once"] == [piece async for piece in used]
        with pytest.raises(BodyNotReplayable, match="a async_generator, was used up before"):
            make_body(used).open()

    asyncio.run(scenario())


def test_a_response_is_no_content_but_has_some():
    with pytest.raises(
        TypeError, match="content is a response; give its content, or what its stream"
    ):
        make_body(Response(200, request=Request("GET", "http://a.test/")))
