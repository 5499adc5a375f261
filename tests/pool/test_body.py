"""Request bodies: length, replay and pieces, for all that callers may give."""

import gzip
import io
import os
import tempfile

import pytest

from httpcore_pool import (
    BodyNotReplayable,
    BytesBody,
    InvalidRequest,
    RequestBody,
    make_body,
    run_sync,
)


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


async def pieces_of(body):
    reader, found = body.open(), []
    while piece := await reader.read_chunk():
        found.append(piece)
    assert b"" == await reader.read_chunk()
    await reader.close()
    return found


def read(body):
    return run_sync(pieces_of(body))


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

        def _open(self):
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


@pytest.mark.parametrize("content", [["text"], AsyncWorld(1)], ids=["text", "number"])
def test_pieces_must_be_bytes(content):
    with pytest.raises(TypeError, match=r"must yield bytes, but .* yielded (str|int)"):
        read(make_body(content))


def test_a_file_in_memory_is_sent_from_where_it_stands_each_time():
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    body = make_body(file)
    assert ([b"3456789"], [b"3456789"], 7) == (read(body), read(body), body.length)
    assert "a BytesIO" == str(body)


def test_a_file_on_disk_is_sent_in_pieces_of_64_kib(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(150_000))
    for buffering in (-1, 0):
        with path.open("rb", buffering=buffering) as file:
            body = make_body(file)
            assert ([65536, 65536, 18928], 150_000) == ([len(p) for p in read(body)], body.length)


def test_files_open_for_update_and_temporary_files_have_a_length(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    with path.open("r+b") as file:
        assert 5 == make_body(file).length
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"123")
        file.flush()
        file.seek(0)
        assert (3, [b"123"]) == (make_body(file).length, read(make_body(file)))


def test_a_file_is_not_read_past_the_length_that_was_announced(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"123")
    with path.open("rb") as file:
        body = make_body(file)
        path.write_bytes(b"12345")
        assert [b"123"] == read(body)


def test_a_position_behind_the_end_leaves_nothing(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"123")
    with path.open("rb") as file:
        file.seek(10)
        assert 0 == make_body(file).length
    memory = io.BytesIO(b"1")
    memory.seek(5)
    assert (0, []) == (make_body(memory).length, read(make_body(memory)))


def test_a_compressed_file_has_no_known_length_but_replays(tmp_path):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b"plain"))
    with gzip.open(path) as file:
        body = make_body(file)
        assert (None, True, [b"plain"], [b"plain"]) == (
            body.length,
            body.replayable,
            read(body),
            read(body),
        )


def test_a_device_has_no_known_length():
    with open(os.devnull, "rb", buffering=0) as file:
        assert make_body(file).length is None


def test_a_pipe_can_be_sent_once():
    reading, writing = os.pipe()
    with open(reading, "rb") as file:
        os.write(writing, b"piped")
        os.close(writing)
        body = make_body(file)
        assert (None, False, [b"piped"]) == (body.length, body.replayable, read(body))
        with pytest.raises(BodyNotReplayable):
            body.open()


def test_what_only_has_read_is_a_file_without_a_position():
    class Reader:
        def __init__(self):
            self.left = [b"a", b"b"]

        def read(self, size):
            return self.left.pop(0) if self.left else b""

    body = make_body(Reader())
    assert (None, False, [b"a", b"b"]) == (body.length, body.replayable, read(body))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (io.StringIO("text"), "open it in binary mode"),
        ({"a": "b"}, "data= for a form or json= for JSON"),
        (12, "not int"),
    ],
)
def test_what_gives_no_bytes_is_refused(content, words):
    with pytest.raises(TypeError, match=words):
        make_body(content)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(InvalidRequest, match="surrogates not allowed at position 1"):
        make_body("a\ud800")
