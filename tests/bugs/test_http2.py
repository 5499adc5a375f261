"""HTTP/2 (RFC 9113), frames in every split; over sockets: tests/conformance/http2/test_bug_reports.py."""

import pytest
from h2.errors import ErrorCodes

from httpcore_client import ReadError, RemoteProtocolError, ScriptedBackend
from httpcore_pool.connection._http2_protocol import Protocol
from testkit.h2_server import RST_STREAM, data, frame, goaway, headers, reset, response, settings
from testkit.splits import script_of, ways_of

OK = (":status", "200")
HTTP2 = {"client": {"http1": False}, "sockets": False}
BROKEN = (ReadError, RemoteProtocolError)


@pytest.fixture(params=[False, True], ids=["own", "h2"])
def only(request, monkeypatch):
    """Whether h2 looks at everything: that is slow, and the same in every split."""
    monkeypatch.setattr(Protocol, "h2_only", request.param)
    return request.param


@pytest.fixture
def converse(run_client, only):
    """Play octets in every split on a first connection, and `then` on a second; return all streams.

    Of the first one `before` comes before them and `more` behind them, each when it is waited for, and
    `end` at once.

    `async def scenario(client, url)` is run for each, with a URL of its own.
    """

    def converse(scenario, octets, *more, before=None, end=None, then=None):
        ways = list(ways_of(octets))[: 2 if only else None]
        begin = [] if before is None else script_of([before])
        rest = [*[lambda _, m=m: m for m in more], *([] if end is None else [end])]
        scripts = []
        for pieces in ways:
            scripts.append([*begin, *script_of(pieces), *rest])
            if then is not None:
                scripts.append([lambda _: then])
        backend = ScriptedBackend(*scripts)

        async def every(client):
            for number, pieces in enumerate(ways):
                try:
                    await scenario(client, f"http://h{number}.test/")
                except AssertionError as error:
                    error.add_note(f"in the split {[len(piece) for piece in pieces]}")
                    raise

        run_client(every, backend=backend, http1=False)
        assert len(scripts) == len(backend.streams)
        return backend.streams

    return converse


def test_b068_late_data_of_a_response_that_was_left_are_nobody_s(converse):
    """hc#943, h2x#536; RFC 9113 5.1: the stream was reset; the next answer is the next answer."""

    async def scenario(client, url):
        async with client.stream("GET", url) as left:
            assert b"first" == await anext(left.stream())
        assert b"hello" == (await client.get(url)).content

    first = settings() + headers(1, OK) + data(1, b"first", end=False)
    late = data(1, b"late", end=False) + data(1, b"last") + response(3, b"hello")
    streams = converse(scenario, first, late) + converse(scenario, late, before=first)
    for stream in streams:
        assert frame(RST_STREAM, 0, 1, ErrorCodes.CANCEL.to_bytes(4, "big")) in stream.written


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_b069_what_a_goaway_leaves_out_goes_out_again_and_what_it_covers_is_answered(
    converse, method
):
    """hc#1054, #730, #45; RFC 9113 6.8: with last 0, too."""
    content = b"once" if method == "POST" else None

    async def scenario(client, url):
        answer = await client.request(method, url, content=content)
        assert b"hello" == answer.content

    answer = settings() + response(1, b"hello")
    for code in (ErrorCodes.NO_ERROR, ErrorCodes.ENHANCE_YOUR_CALM):
        streams = converse(scenario, settings() + goaway(0, code), end=b"", then=answer)
        assert all(stream.closed for stream in streams[::2])
    early = settings() + goaway(1) + response(1, b"hello")
    middle = settings() + headers(1, OK) + goaway(1) + data(1, b"hello")
    twice = settings() + goaway(2**31 - 1) + goaway(1) + response(1, b"hello")
    for octets in (early, middle, twice):
        converse(scenario, octets)


ENDS = {
    "a close": b"",
    "GOAWAY": goaway(1),
    "a reset of the stream": reset(1, ErrorCodes.INTERNAL_ERROR),
    "half a frame": data(1, b"hello")[:11],
}


def test_b077_an_end_before_end_stream_is_an_error_in_every_split(receive):
    """uf 2.25.904; RFC 9113 8.1.1: with a length that was met, or none."""
    for fields in ((OK,), (OK, ("content-length", "5"))):
        for what, end in ENDS.items():
            octets = settings() + headers(1, *fields) + data(1, b"hello", end=False) + end
            assert receive(octets, "close", **HTTP2).error in BROKEN, (what, fields)
        assert receive(settings() + headers(1, *fields), "close", **HTTP2).error in BROKEN


def test_b077_a_length_that_the_data_do_not_have_is_an_error_in_every_split(receive):
    for body in (b"hell", b"hello!", b""):
        octets = settings() + response(1, body, 200, ("content-length", "5"))
        assert RemoteProtocolError is receive(octets, **HTTP2).error, body
    good = settings() + response(1, b"hello", 200, ("content-length", "5"))
    assert (None, b"hello") == (receive(good, **HTTP2).error, receive(good, **HTTP2).body)
    head = settings() + headers(1, OK, ("content-length", "5"), end=True)
    assert b"" == receive(head, method="HEAD", **HTTP2).body


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("end", ["a close", "GOAWAY"])
def test_x02_an_idle_connection_that_ended_is_not_used_in_whatever_pieces_that_came(
    converse, end, method
):
    async def scenario(client, url):
        assert b"hello" == (await client.get(url)).content
        assert b"again" == (await client.request(method, url)).content

    octets = settings() + response(1, b"hello") + (goaway(1) if end == "GOAWAY" else b"")
    converse(scenario, octets, end=b"", then=settings() + response(1, b"again"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_x03_a_refused_stream_is_tried_again_in_every_split(converse, method):
    """RFC 9113 8.7."""
    content = b"once" if method == "POST" else None

    async def scenario(client, url):
        answer = await client.request(method, url, content=content)
        assert b"hello" == answer.content

    refusal = settings() + reset(1, ErrorCodes.REFUSED_STREAM)
    converse(scenario, refusal, response(3, b"hello"))
