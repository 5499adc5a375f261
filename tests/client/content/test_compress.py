"""Compressed content: in every coding, at once or as it is sent."""

import gzip
import random
import sys
import zlib

import brotli
import pytest

from httpcore_client import BodyNotReplayable, InvalidRequest
from httpcore_client.content import compressed
from httpcore_pool import BytesBody, ScriptedBackend, make_body, run_sync
from httpcore_pool.decoders._codecs import zstd
from testkit import bodies

CODINGS = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": zstd().decompress,
}
TEXT = b"some text that repeats itself " * 5000

coding = pytest.mark.parametrize("coding", CODINGS)


class Threads(ScriptedBackend):
    jobs = 0

    async def to_thread(self, function, *args, abandon_on_cancel=False):
        self.jobs += 1
        return function(*args)


def read(body, backend=None):
    return b"".join(bodies.read(body, backend))


@coding
@pytest.mark.parametrize("content", [b"", b"a", TEXT])
def test_what_is_in_memory_is_compressed_at_once(coding, content):
    body = compressed(BytesBody(content), coding)
    assert (BytesBody, content) == (type(body), CODINGS[coding](body.data))
    assert len(body.data) == body.length
    assert len(body.data) <= len(content) / 10 or content != TEXT


@coding
@pytest.mark.parametrize("content", [[], [b"a"], [TEXT[:1000], TEXT[1000:]]])
def test_a_stream_is_compressed_as_it_is_sent(coding, content):
    body = compressed(make_body(content), coding)
    assert (None, True, False) == (body.length, body.replayable, body.needs_loop)
    assert b"".join(content) == CODINGS[coding](read(body))
    assert read(body) == read(body)


@coding
def test_the_same_bytes_give_the_same_bytes(coding):
    assert compressed(BytesBody(TEXT), coding).data == compressed(BytesBody(TEXT), coding).data


def test_gzip_says_no_time():
    assert bytes(4) == compressed(BytesBody(b"a"), "gzip").data[4:8]


def test_large_pieces_are_compressed_in_a_thread():
    backend = Threads()
    body = compressed(make_body([b"small", TEXT, TEXT]), "gzip")
    assert b"small" + TEXT + TEXT == gzip.decompress(read(body, backend))
    assert 2 == backend.jobs


def test_what_is_ready_leaves_before_the_rest_is_read():
    pieces = [random.Random(n).randbytes(50_000) for n in range(10)]
    found = run_sync(bodies.pieces_of(compressed(make_body(pieces), "gzip")))
    assert b"".join(pieces) == gzip.decompress(b"".join(found))
    assert len(found) > 5


def test_a_one_shot_body_stays_one():
    async def source():
        try:
            yield b"a"
        finally:
            ended.append(True)

    ended = []
    body = compressed(make_body(source()), "gzip")
    facts = (body.replayable, body.needs_loop, str(body))
    assert (False, True, "an async_generator") == facts
    assert b"a" == gzip.decompress(read(body))
    assert [True] == ended
    with pytest.raises(BodyNotReplayable):
        body.open()


def test_an_unknown_coding_is_refused_with_those_that_are_known():
    with pytest.raises(InvalidRequest, match="one of gzip, deflate, br, zstd, not 'lzma'"):
        compressed(BytesBody(b""), "lzma")


@pytest.mark.parametrize(
    ("coding", "modules", "extra"),
    [
        ("br", ["brotli", "brotlicffi"], "brotli"),
        ("zstd", ["compression.zstd", "backports.zstd"], "zstd"),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(coding, modules, extra, monkeypatch):
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidRequest, match=rf"install httpcore-client\[{extra}\]"):
        compressed(BytesBody(b""), coding)


def test_a_generator_is_closed_when_the_rest_of_it_is_not_wanted():
    ended = []

    def pieces():
        try:
            yield TEXT
            yield TEXT
        finally:
            ended.append("closed")

    async def scenario():
        reader = compressed(make_body(pieces()), "gzip").open()
        await reader.read_chunk()
        await reader.close()

    run_sync(scenario())
    assert ["closed"] == ended
