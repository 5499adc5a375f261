"""Files as request bodies: how long they are, who reads them, and whether they can be sent again."""

import asyncio
import codecs
import gzip
import io
import os
import socket
import tempfile

import aiofiles
import anyio
import pytest
import trio

from httpcore_pool import (
    BodyNotReplayable,
    LocalProtocolError,
    ScriptedBackend,
    make_body,
    run_sync,
)
from testkit.bodies import pieces_of, read

MIB = 1024 * 1024


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    return path


class Threads(ScriptedBackend):
    """A world that notes what it was given to do in a thread, and does it here."""

    def __init__(self):
        super().__init__()
        self.jobs = []

    async def to_thread(self, function, *args, abandon_on_cancel=False):
        self.jobs.append(abandon_on_cancel)
        return function(*args)


def test_a_file_in_memory_is_sent_from_where_it_stands_each_time():
    file = io.BytesIO(b"0123456789")
    file.seek(3)
    body = make_body(file)
    assert ([b"3456789"], [b"3456789"], 7) == (read(body), read(body), body.length)
    assert "a BytesIO" == str(body)


def test_a_file_on_disk_is_sent_in_pieces_of_a_mebibyte(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(MIB + 1000))
    for buffering in (-1, 0):
        with path.open("rb", buffering=buffering) as file:
            body = make_body(file)
            assert ([MIB, 1000], MIB + 1000) == ([len(p) for p in read(body)], body.length)


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


def test_a_device_has_no_known_length_and_no_position():
    for buffering in (-1, 0):
        with open("/dev/zero", "rb", buffering=buffering) as file:
            body = make_body(file)
            assert (None, False) == (body.length, body.replayable)
            reader = body.open()
            assert bytes(10) == run_sync(reader.read_chunk())[:10]
            assert bytes(10) == run_sync(reader.read_chunk())[:10]


def test_a_file_that_is_made_as_it_is_read_has_no_known_length(path):
    with open("/proc/self/status", "rb") as file:
        body = make_body(file)
        assert (None, True) == (body.length, body.replayable)
        assert b"".join(read(body)).startswith(b"Name:")
    path.write_bytes(b"")
    with path.open("rb") as file:
        assert (0, []) == (make_body(file).length, read(make_body(file)))


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


def test_a_pipe_is_sent_as_it_comes():
    reading, writing = os.pipe()
    with open(reading, "rb") as file:
        os.write(writing, b"first")
        reader = make_body(file).open()
        assert b"first" == run_sync(reader.read_chunk())
        os.write(writing, b"second")
        os.close(writing)
        assert [b"second", b""] == [run_sync(reader.read_chunk()) for _ in range(2)]


def test_the_file_of_a_socket_can_be_sent_once():
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as file:
        theirs.sendall(b"over a socket")
        theirs.shutdown(socket.SHUT_WR)
        body = make_body(file)
        assert (None, False, [b"over a socket"]) == (body.length, body.replayable, read(body))


def test_a_temporary_file_that_may_be_in_memory_has_a_length():
    for most in (0, 2):  # in memory, on disk
        with tempfile.SpooledTemporaryFile(most) as file:
            file.write(b"12345")
            file.seek(2)
            body = make_body(file)
            assert (3, [b"345"], [b"345"]) == (body.length, read(body), read(body))
            assert "a SpooledTemporaryFile" == str(body)


@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")  # from Python 3.14
def test_a_temporary_file_lives_as_long_as_its_body():
    file = tempfile.NamedTemporaryFile()  # noqa: SIM115
    file.write(b"12345")
    file.seek(0)
    body = make_body(file)
    plain = file.file
    del file
    assert ([b"12345"], "a _TemporaryFileWrapper") == (read(body), str(body))
    plain.close()


def test_a_wrapper_that_changes_the_bytes_is_believed_to_and_has_no_length(path):
    class Upper:
        def __init__(self, file):
            self.file = self.wrapped = file

        def read(self, size):
            return self.file.read(size).replace(b"0", b"zero")

    with path.open("rb") as file:
        body = make_body(Upper(file))
        assert (None, [b"zero123456789"]) == (body.length, read(body))


def test_a_file_that_shrinks_while_it_is_sent_is_an_error(path):
    with path.open("rb", buffering=0) as file:
        file.seek(2)
        body = make_body(file)
        path.write_bytes(b"0123")
        reader = body.open()
        assert b"23" == run_sync(reader.read_chunk())
        with pytest.raises(LocalProtocolError, match="the file ended 6 bytes before the length"):
            run_sync(reader.read_chunk())


def test_a_file_that_is_moved_by_others_between_two_pieces_is_sent_right(path):
    with path.open("rb") as file:
        one, two = make_body(file), make_body(file)
        assert [b"0123456789"] == read(one)
        first, second = one.open(), two.open()
        file.seek(7)
        assert b"0123456789" == run_sync(first.read_chunk())
        assert b"0123456789" == run_sync(second.read_chunk())
        assert [b""] * 2 == [run_sync(first.read_chunk()), run_sync(second.read_chunk())]


def test_a_file_that_is_moved_by_others_while_it_is_read_is_an_error(path):
    class Shared(io.FileIO):
        def read(self, size):
            self.seek(3)  # as another thread could just now
            return super().read(size)

    with Shared(path) as file, pytest.raises(LocalProtocolError, match="moved elsewhere while"):
        read(make_body(file))


def test_files_of_the_system_are_read_in_threads_and_nobody_elses(path):
    class Own:
        def read(self, size):
            return b""

    class Seekable(Own):
        def seekable(self):
            return True

        def seek(self, position):
            pass

        def tell(self):
            return 0

    reading, writing = os.pipe()
    os.close(writing)
    with path.open("rb") as file, open(reading, "rb") as pipe:
        cases = [
            (file, [False]),
            (pipe, [True, True]),  # who waits for a pipe may leave it to itself
            (io.BytesIO(b"memory"), []),
            (Own(), []),
            (Seekable(), []),
        ]
        for content, expected in cases:
            backend = Threads()
            run_sync(pieces_of(make_body(content), backend))
            assert expected == backend.jobs


class AsyncReader:
    def __init__(self, *pieces):
        self.pieces = list(pieces)

    async def read(self, size=-1):
        return self.pieces.pop(0) if self.pieces else b""


class AsyncLines(AsyncReader):
    """As asyncio.StreamReader: iterating gives lines."""

    def __aiter__(self):
        raise AssertionError("iterated")


@pytest.mark.parametrize("kind", [AsyncReader, AsyncLines])
def test_what_has_an_async_read_can_be_sent_once(kind):
    body = make_body(kind(b"a", b"b"))
    assert (None, False, True) == (body.length, body.replayable, body.needs_loop)
    assert ([b"a", b"b"], f"a {kind.__name__}") == (read(body), str(body))
    with pytest.raises(BodyNotReplayable):
        body.open()


@pytest.mark.parametrize("open_file", [anyio.open_file, trio.open_file], ids=["anyio", "trio"])
def test_an_async_file_that_wraps_one_of_the_system_is_that_one(path, open_file):
    async def scenario():
        async with await open_file(path, "rb") as file:
            await file.seek(4)
            body = make_body(file)
            return body.length, body.replayable, body.needs_loop, await pieces_of(body)

    assert (6, True, False, [b"456789"]) == trio.run(scenario)


def test_a_file_of_aiofiles_is_the_one_that_it_wraps(path):
    async def scenario():
        async with aiofiles.open(path, "rb") as file:
            await file.seek(4)
            body = make_body(file)
            return body.length, body.replayable, body.needs_loop, await pieces_of(body)

    assert (6, True, False, [b"456789"]) == asyncio.run(scenario())


def test_a_file_in_text_mode_is_refused_whatever_is_around_it(path):
    async def scenario():
        async with await trio.open_file(path) as file:
            refused(file)

    def refused(file):
        with pytest.raises(TypeError, match="text mode; open it in binary mode"):
            make_body(file)

    trio.run(scenario)
    with path.open() as file:
        refused(file)
    utf8 = codecs.lookup("utf-8")
    with codecs.StreamReaderWriter(path.open("rb"), utf8.streamreader, utf8.streamwriter) as file:
        refused(file)
    with tempfile.NamedTemporaryFile("w+") as file:
        refused(file)
    with tempfile.SpooledTemporaryFile(mode="w+") as file:
        refused(file)


class Encoder(io.BytesIO):
    """Gives bytes, and has the charset of what they are made of, as forms of other libraries have."""

    encoding = "utf-8"


class Decoder:
    """Gives text, and has no file of Python's own in it."""

    encoding = "utf-8"

    def read(self, size=-1):
        return ""


class AsyncDecoder(Decoder):
    async def read(self, size=-1):
        return ""


def test_what_has_an_encoding_is_a_text_if_it_gives_text():
    assert [b"abc"] == run_sync(pieces_of(make_body(Encoder(b"abc"))))
    for text in (Decoder(), AsyncDecoder()):
        with pytest.raises(TypeError, match="text mode; open it in binary mode"):
            make_body(text)


def test_a_file_that_can_not_be_read_is_refused(path):
    with path.open("ab") as file, pytest.raises(TypeError, match="not open for reading"):
        make_body(file)
    with path.open("rb") as file:
        pass
    with pytest.raises(ValueError, match="closed file"):
        make_body(file)
