"""What an HTTP/1.1 exchange does beside the usual: 1xx, Expect, early answers, trailers, upgrades, rests."""

import io
import re

import pytest

from httpcore_pool import (
    HTTP11Connection,
    Informational,
    MessageLimits,
    Options,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    StreamClosed,
    Timeout,
    TotalTimeout,
    WriteError,
    run_sync,
)

URL = "http://example.org/path"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"


def asked(data):
    """A step that stands for the answer to what was just written: nothing to read before."""
    return lambda stream: data


def over(*script, **options):
    stream = ScriptedStream(script)
    backend = options.pop("backend", None) or ScriptedBackend()
    return HTTP11Connection(stream, backend, **options), stream


async def answer_to(connection, request):
    response = await connection.send(request)
    return response.status_code, await response.read()


@pytest.fixture(autouse=True, params=["quick", "h11"])
def lane(request, monkeypatch):
    """Each of these tests holds whoever reads the responses."""
    monkeypatch.setattr(HTTP11Connection, "h11_only", request.param == "h11")


# Informational responses (RFC 9110 15.2).


def test_informational_responses_reach_whoever_asked_for_them(run):
    async def scenario():
        seen = []
        connection, _ = over(HINTS + CONTINUE, HINTS + OK)
        request = Request("GET", URL, options=Options(on_informational=seen.append))
        answer = await answer_to(connection, request)
        return (
            answer,
            [(type(one), one.status_code, one.reason_phrase) for one in seen],
            [one.headers.get("Link") for one in seen],
        )

    assert (
        (200, b"hello"),
        [
            (Informational, 103, "Early Hints"),
            (Informational, 100, "Continue"),
            (Informational, 103, "Early Hints"),
        ],
        ["</a.css>", None, "</a.css>"],
    ) == run(scenario)


def test_what_a_callback_raises_ends_the_exchange():
    def fail(informational):
        raise KeyError("mine")

    connection, stream = over(HINTS + OK)
    with pytest.raises(KeyError):
        run_sync(connection.send(Request("GET", URL, options=Options(on_informational=fail))))
    assert stream.closed


# Expect: 100-continue (RFC 9110 10.1.1).


def expecting(content=b"content", **options):
    return Request("POST", URL, content, {"Expect": "100-continue"}, **options)


def test_content_waits_for_the_go_ahead(run):
    async def scenario():
        written = []

        def go_ahead(stream):
            written.append(stream.written)
            return CONTINUE

        connection, stream = over(go_ahead, asked(OK))
        answer = await answer_to(connection, expecting())
        return answer, written[0][-4:], stream.written[len(written[0]) :], connection.is_closed

    assert ((200, b"hello"), b"\r\n\r\n", b"content", False) == run(scenario)


def test_other_informational_responses_are_no_go_ahead():
    connection, stream = over(asked(HINTS), asked(CONTINUE), asked(OK))
    assert (200, b"hello") == run_sync(answer_to(connection, expecting()))
    assert stream.written.endswith(b"\r\n\r\ncontent")


@pytest.mark.parametrize("content", [b"content", [b"con", b"tent"], iter([b"content"])])
def test_a_final_response_instead_of_the_go_ahead_keeps_the_content_back(content):
    connection, stream = over(asked(TOO_LARGE))
    assert (413, b"no") == run_sync(answer_to(connection, expecting(content)))
    assert stream.written.endswith(b"\r\n\r\n")
    assert connection.is_closed  # the server may still wait for the content


def test_without_a_go_ahead_the_content_is_sent_after_the_wait():
    waits = []

    class Silent(ScriptedStream):
        async def read(self, max_bytes, timeout=None):
            waits.append(timeout)
            return await super().read(max_bytes, timeout)

    backend = ScriptedBackend()
    stream = Silent()
    connection = HTTP11Connection(stream, backend, timeout=Timeout(expect=0.25))

    def sent_all_the_same(stream):
        return OK

    async def scenario():
        write = stream.write_some

        async def answered(data, timeout=None):
            stream._steps.append(sent_all_the_same)
            return await write(data, timeout)

        stream.write_some = answered
        return await answer_to(connection, expecting())

    assert (200, b"hello") == run_sync(scenario())
    assert 0.25 == waits[0]
    assert not connection.is_closed


def test_a_total_that_ends_while_waiting_for_the_go_ahead_is_met():
    backend = ScriptedBackend()

    class Late(ScriptedStream):
        async def read(self, max_bytes, timeout=None):
            backend.time += timeout
            return await super().read(max_bytes, timeout)

        async def write_some(self, data, timeout=None):
            assert 0.0 == timeout
            raise WriteError("no time left") if timeout else TimeoutError

    connection = HTTP11Connection(Late(), backend, timeout=Timeout(total=0.5, expect=9))
    with pytest.raises(TimeoutError):
        run_sync(connection.send(expecting()))
    assert 0.5 == backend.time


def test_a_connection_that_breaks_before_the_go_ahead_is_an_error():
    connection, _ = over(asked(b""))
    with pytest.raises(RemoteProtocolError, match="without a response"):
        run_sync(connection.send(expecting()))


def test_other_expectations_are_sent_as_they_are():
    connection, stream = over(asked(OK))
    request = Request("POST", URL, b"x", {"Expect": "x-other"})
    assert (200, b"hello") == run_sync(answer_to(connection, request))
    assert b"Expect: x-other\r\n" in stream.written


# Early answers (RFC 9112 9.5).


class Answering(ScriptedStream):
    """A server that answers once it has taken some bytes, and then takes no more."""

    def __init__(self, takes, answer, then=b""):
        super().__init__()
        self.takes = takes
        self.answers = [answer, then]

    async def write_some(self, data, timeout=None):
        room = self.takes - len(self.written)
        self.written += data[:room]
        if len(self.written) >= self.takes and self.answers:
            self._steps.extend(self.answers)
            self.answers = []
        return min(len(data), room)


@pytest.mark.parametrize("takes", [1, 200, 300_000, 700_000])
@pytest.mark.parametrize("then", [b"", ReadError("reset")], ids=["end", "reset"])
@pytest.mark.parametrize(
    "content",
    [
        lambda: bytes(1_000_000),
        lambda: io.BytesIO(bytes(1_000_000)),
        lambda: iter([bytes(500_000)] * 2),
    ],
    ids=["bytes", "file", "iterator"],
)
def test_an_early_answer_stops_the_upload_and_is_returned(run, takes, then, content):
    async def scenario():
        stream = Answering(takes, TOO_LARGE, then)
        connection = HTTP11Connection(stream, ScriptedBackend())
        answer = await answer_to(connection, Request("POST", URL, content()))
        return answer, len(stream.written), connection.is_closed

    assert ((413, b"no"), takes, True) == run(scenario)


def test_informational_responses_do_not_stop_an_upload(run):
    async def scenario():
        stream = Answering(300_000, HINTS, CONTINUE)
        taken = []

        async def patient(data, timeout=None):
            taken.append(await Answering.write_some(stream, data, timeout))
            if taken[-1] < len(data):
                stream.takes += 500_000
            if len(stream.written) > 600_000:
                stream._steps.append(asked(OK))
            return taken[-1]

        stream.write_some = patient
        connection = HTTP11Connection(stream, ScriptedBackend())
        answer = await answer_to(connection, Request("POST", URL, bytes(600_000)))
        return answer, len(stream.written) > 600_000, connection.is_closed

    assert ((200, b"hello"), True, False) == run(scenario)


def test_an_end_in_the_middle_of_an_upload_is_an_error():
    connection = HTTP11Connection(Answering(10, b""), ScriptedBackend())
    with pytest.raises(RemoteProtocolError, match="without a response"):
        run_sync(connection.send(Request("POST", URL, bytes(300_000))))


def test_a_break_that_a_look_meets_is_one_of_the_upload():
    stream = Answering(10, ReadError("the connection broke: reset"), b"")
    connection = HTTP11Connection(stream, ScriptedBackend())
    with pytest.raises(WriteError, match="broke while the request was sent: reset"):
        run_sync(connection.send(Request("POST", URL, bytes(300_000))))
    assert connection.is_closed


def test_the_source_of_an_upload_that_was_stopped_is_closed():
    ended = []

    def source():
        try:
            while True:
                yield bytes(100_000)
        finally:
            ended.append(True)

    connection = HTTP11Connection(Answering(250_000, TOO_LARGE), ScriptedBackend())
    assert (413, b"no") == run_sync(answer_to(connection, Request("POST", URL, source())))
    assert [True] == ended


# Trailers (RFC 9112 7.1.2).

WITH_TRAILERS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
    b"5\r\nhello\r\n0\r\nX-Sum: abc\r\nContent-Type: text/html\r\n\r\n"
)


@pytest.mark.parametrize("at", [len(WITH_TRAILERS), 70, 90, 100, 105, 110])
def test_trailers_come_with_the_end_and_are_not_merged(run, at):
    async def scenario():
        connection, _ = over(asked(WITH_TRAILERS[:at]), asked(WITH_TRAILERS[at:]))
        response = await connection.send(Request("GET", URL))
        await response.read()
        return response.trailers.multi_items(), response.headers["Content-Type"]

    assert ([("X-Sum", "abc"), ("Content-Type", "text/html")], "text/plain") == run(scenario)


def test_a_response_without_trailers_has_none():
    connection, _ = over(asked(OK))
    assert [] == run_sync(connection.send(Request("GET", URL))).trailers.raw


# Upgrade and CONNECT (RFC 9110 7.8, 9.3.6).

SWITCHED = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "head", "headers"),
    [
        ("GET", SWITCHED, {"Connection": "Upgrade", "Upgrade": "echo"}),
        ("GET", HINTS + SWITCHED, {"Connection": "Upgrade", "Upgrade": "echo"}),
        ("CONNECT", b"HTTP/1.1 200 Fine\r\nContent-Length: 3\r\n\r\n", {}),
    ],
)
def test_a_switched_connection_is_handed_over_with_what_came_behind_the_head(
    run, method, head, headers
):
    async def scenario():
        connection, stream = over(asked(head + b"early "), asked(b"bird"))
        response = await connection.send(Request(method, URL, headers=headers))
        raw = response.network_stream
        facts = raw.is_readable(), raw.peer, await response.read(), response.is_closed
        pieces = [await raw.read(2), await raw.read(100), await raw.read(100)]
        await raw.write(b"out")
        readable = raw.is_readable()
        await raw.close()
        return facts, pieces, stream.written[-3:], readable, connection.is_closed, stream.closed

    assert (
        (True, "scripted:0", b"", False),
        [b"ea", b"rly ", b"bird"],
        b"out",
        False,
        True,
        True,
    ) == run(scenario)


def test_who_writes_to_a_switched_connection_hears_first_what_came_behind_the_head(run):
    async def scenario():
        connection, stream = over(asked(SWITCHED + b"early"))
        fields = {"Connection": "Upgrade", "Upgrade": "echo"}
        raw = (await connection.send(Request("GET", URL, headers=fields))).network_stream
        before = len(stream.written)
        taken = await raw.write_some(b"out"), await raw.read(9), await raw.write_some(b"out")
        await raw.close()
        return taken, stream.written[before:]

    assert ((0, b"early", 3), b"out") == run(scenario)


def test_an_upgrade_that_is_refused_is_an_ordinary_response(run):
    async def scenario():
        connection, _ = over(asked(OK))
        headers = {"Connection": "Upgrade", "Upgrade": "echo"}
        response = await connection.send(Request("GET", URL, headers=headers))
        return response.network_stream, await response.read(), connection.is_closed

    assert (None, b"hello", False) == run(scenario)


@pytest.mark.parametrize(
    ("method", "target", "line"),
    [
        ("CONNECT", None, b"CONNECT example.org:80 HTTP/1.1\r\n"),
        ("CONNECT", "other.test:443", b"CONNECT other.test:443 HTTP/1.1\r\n"),
        ("OPTIONS", "*", b"OPTIONS * HTTP/1.1\r\n"),
        ("GET", None, b"GET /path HTTP/1.1\r\n"),
    ],
)
def test_the_target_is_the_urls_or_what_was_asked_for(method, target, line):
    connection, stream = over(asked(TOO_LARGE))
    run_sync(connection.send(Request(method, URL, options=Options(target=target))))
    assert stream.written.startswith(line + b"Host: example.org\r\n")


# Rests that nobody reads (RFC 9112 9.3).

LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"
LONGER = b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ([asked(LONG), asked(bytes(60_000))], True),
        ([asked(LONG), asked(bytes(30_000)), asked(bytes(30_000))], True),
        ([asked(LONG), asked(bytes(60_001))], False),
        ([asked(LONG), asked(bytes(30_000)), asked(b"")], False),
        ([asked(LONG), asked(bytes(30_000))], False),
        ([asked(LONGER), asked(bytes(70_000))], False),
        ([asked(LONGER), asked(bytes(10_000))], False),
        ([asked(CHUNKS), b"0\r\n\r\n"], True),
        ([asked(CHUNKS), b"0\r\nX-T: 1\r\n\r\n"], True),
        ([asked(CHUNKS), asked(b"0\r\n\r\n")], False),
        ([asked(CHUNKS), b"6\r\nhello", b" \r\n0\r\n\r\n"], True),
        ([asked(CHUNKS), b"bad"], False),
        ([asked(CHUNKS), b"20000\r\n" + bytes(0x20000) + b"\r\n0\r\n\r\n"], False),
        ([asked(CHUNKS + b"bad\r\n")], False),
        ([asked(b"HTTP/1.1 200 OK\r\n\r\nuntil the end"), b""], False),
    ],
)
def test_a_small_rest_is_read_and_a_large_one_is_not(run, script, kept):
    async def scenario():
        connection, stream = over(*script)
        response = await connection.send(Request("GET", URL))
        await response.close()
        with pytest.raises(StreamClosed):
            await response.read()
        return not connection.is_closed, not stream.closed, connection.is_busy and not stream.closed

    assert (kept, kept, False) == run(scenario)


@pytest.mark.parametrize(
    ("rest", "given", "says"),
    [
        (b"zz\r\n", b"hello", "illegal chunk header"),
        (b"5\r\nworldzz", b"helloworld", "malformed chunk footer|Too little data"),
        (b"5;a=b\r\nworld\r\n0\r\nX y\r\n\r\n", b"helloworld", "illegal header line"),
        (b"5\r\nwo", b"hellowo", "incomplete chunked read"),
        # A plain chunk may have 24 octets beside its content; these have left 37 over.
        (b"5\r\nhello\r\n5;" + b"x" * 98 + b"\r\nhello\r\nz\r\n", b"hello" * 3, "illegal chunk"),
        (b"5\r\nhello\r\n5;" + b"x" * 199, b"hello" * 2, "more than 64 bytes of chunk ext"),
    ],
    ids=["line", "footer", "trailer", "end", "extension", "long extension"],
)
def test_what_comes_before_a_fault_is_given_in_every_split(rest, given, says):
    octets = CHUNKS + rest
    for size in (len(octets), 60, 50, 7, 1):
        pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
        connection, _ = over(
            asked(pieces[0]), *pieces[1:], b"", limits=MessageLimits(chunk_overhead_bytes=64)
        )
        received, error = run_sync(_until_the_fault(connection))
        assert given == received
        assert re.search(says, error), error


async def _until_the_fault(connection):
    received = b""
    response = await connection.send(Request("GET", URL))
    with pytest.raises(RemoteProtocolError) as caught:
        async for piece in response.raw():
            received += piece
    return received, caught.value.message


@pytest.mark.parametrize("asks", [True, False])
def test_a_rest_on_a_connection_that_ends_anyway_is_not_read(asks):
    field = b"" if asks else b"Connection: close\r\n"
    connection, stream = over(
        asked(b"HTTP/1.1 200 OK\r\n" + field + LONG[17:]), asked(bytes(60_000))
    )
    headers = {"Connection": "close"} if asks else {}
    run_sync(run_sync(connection.send(Request("GET", URL, headers=headers))).close())
    assert stream.closed


def test_an_interrupt_while_a_rest_is_read_closes_the_connection():
    connection, stream = over(asked(LONG), KeyboardInterrupt())
    response = run_sync(connection.send(Request("GET", URL)))
    with pytest.raises(KeyboardInterrupt):
        run_sync(response.close())
    assert stream.closed


def test_a_body_that_proved_false_takes_its_connection_with_it(run):
    """Framing that was right is no reason to trust a peer whose content is not what it says."""

    async def scenario():
        gzip = OK.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
        connection, stream = over(asked(gzip))
        response = await connection.send(Request("GET", URL))
        source = response._body.source
        await source.abort()
        await source.abort()
        return stream.closed, source.cut

    assert (True, True) == run(scenario)


# Limits.


@pytest.mark.parametrize(
    ("limits", "answer", "error"),
    [
        (MessageLimits(), OK, None),
        (MessageLimits(head_bytes=1024), OK[:17] + b"X: " + b"a" * 900 + b"\r\n" + OK[17:], None),
        (
            MessageLimits(head_bytes=1024),
            OK[:17] + b"X: " + b"a" * 1024 + b"\r\n" + OK[17:],
            "the head is longer than 1024 bytes",
        ),
        (MessageLimits(fields=2), OK[:17] + b"X: 1\r\n" + OK[17:], None),
        (MessageLimits(fields=2), OK[:17] + b"X: 1\r\n" * 2 + OK[17:], "more than 2 fields"),
        (MessageLimits(informational=1), HINTS + OK, None),
        (MessageLimits(informational=1), HINTS * 2 + OK, "more than 1 informational"),
        (MessageLimits(chunk_overhead_bytes=50), CHUNKS + b"0;" + b"x" * 40 + b"\r\n\r\n", None),
        (
            MessageLimits(chunk_overhead_bytes=50),
            CHUNKS + b"0;" + b"x" * 90 + b"\r\n\r\n",
            "more than 50 bytes of chunk extensions and trailers",
        ),
        (
            MessageLimits(chunk_overhead_bytes=50),
            CHUNKS + b"0\r\nX: " + b"x" * 90 + b"\r\n\r\n",
            "more than 50 bytes of chunk extensions and trailers",
        ),
        (
            MessageLimits(fields=1),
            CHUNKS + b"0\r\nX: 1\r\nY: 2\r\n\r\n",
            "more than 1 trailer fields",
        ),
    ],
)
def test_limits_hold(limits, answer, error):
    connection, _ = over(asked(answer), limits=limits)
    if error is None:
        assert (200, b"hello") == run_sync(answer_to(connection, Request("GET", URL)))
        assert not connection.is_closed
    else:
        with pytest.raises(RemoteProtocolError, match=error):
            run_sync(answer_to(connection, Request("GET", URL)))


def test_overhead_is_counted_over_all_chunks():
    """Each line is short, and yet the peer sends next to nothing but extensions."""
    chunk = b"1;" + b"x" * 60 + b"\r\na\r\n"
    script = [asked(CHUNKS), *[asked(chunk * 100)] * 20, asked(b"0\r\n\r\n")]
    connection, _ = over(*script)
    with pytest.raises(RemoteProtocolError, match="chunk extensions"):
        run_sync(answer_to(connection, Request("GET", URL)))


def test_plain_chunks_are_no_overhead_however_they_come():
    """Each line by itself, as servers write them: h11 does not tell then that a chunk has begun."""
    limits = MessageLimits(chunk_overhead_bytes=64)
    pieces = [asked(CHUNKS + b"1;a=b\r\n"), b"a\r\n", *[b"1\r\n", b"a\r\n"] * 100, b"0\r\n\r\n"]
    connection, _ = over(*pieces, limits=limits)
    assert (200, b"hello" + b"a" * 101) == run_sync(answer_to(connection, Request("GET", URL)))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "'Content-Length: 6'",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "b'Content-Length: +5'"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "b'Transfer-Encoding: gzip'"),
        (b"HTTP/1.1 200 OK\r\nX Y: \x1b[2J\r\n\r\n", r"X Y: \x1b[2J"),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", "2x0"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "answered in HTTP/2.0, not HTTP/1.1"),
        (b"HTTP/0.9 200 OK\r\n\r\n", "answered in HTTP/0.9, not HTTP/1.1"),
        (b"HTTP/1.1 200 a\x01b\r\n\r\n", r"the reason phrase has control characters: b'a\x01b'"),
        (b"SSH-2.0-OpenSSH_9\r\n", r"it sent b'SSH-2.0-OpenSSH_9\r\n'"),
        (b"\x15\x03\x01\x00\x02\x02F", "it looks like TLS"),
        (b"HTTP/1.1 200 OK\r\nX" + b"y" * 400 + b" : 1\r\n\r\n", "..."),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n", "XX"),
    ],
)
def test_an_error_shows_the_line_cut_and_escaped(answer, shown):
    connection, _ = over(asked(answer))
    with pytest.raises(RemoteProtocolError) as caught:
        run_sync(answer_to(connection, Request("GET", URL)))
    assert shown in str(caught.value)
    assert len(caught.value.message) < 400
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("at", range(1, 5))
def test_what_may_still_become_http_is_waited_for(at):
    connection, _ = over(asked(OK[:at]), asked(OK[at:]))
    assert (200, b"hello") == run_sync(answer_to(connection, Request("GET", URL)))


# The lowest transfer rate.


def paced(rate, sizes, seconds=1.0, read=30):
    """Read a body that comes in pieces of these sizes, one in so many seconds; return the error."""
    backend = ScriptedBackend()

    class Slow(ScriptedStream):
        async def read(self, max_bytes, timeout=None):
            if seconds > timeout:
                backend.time += timeout
                raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout)
            backend.time += seconds
            return await super().read(max_bytes, timeout)

    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % sum(sizes)
    connection = HTTP11Connection(
        Slow([asked(head), *(asked(bytes(size)) for size in sizes)]),
        backend,
        timeout=Timeout(read=read, lowest_rate=rate),
    )
    try:
        run_sync(answer_to(connection, Request("GET", URL)))
    except ReadTimeout as error:
        assert connection.is_closed
        return error.message
    return None


@pytest.mark.parametrize(
    ("rate", "sizes", "seconds", "error"),
    [
        (None, [1] * 50, 1.0, None),
        (100, [100] * 50, 1.0, None),
        (100, [1, 1, 1, 1, 500] * 5, 1.0, None),
        (
            100,
            [100] * 5 + [99] * 5,
            1.0,
            "sent 495 bytes in 5.0 s, which is below the lowest rate of 100",
        ),
        (100, [10_000] * 3 + [1] * 9, 1.0, "sent 5 bytes in 5.0 s"),
        (100, [100], 9.0, "sent 0 bytes in 5.0 s"),
    ],
)
def test_a_body_slower_than_the_lowest_rate_ends(rate, sizes, seconds, error):
    found = paced(rate, sizes, seconds)
    assert (error is None) is (found is None)
    assert error is None or error in found


def test_a_read_timeout_shorter_than_the_window_comes_first():
    assert "the server sent nothing for 2 s" == paced(100, [100], 9.0, read=2)


# What happened, for who watches.


def test_the_steps_of_an_exchange_can_be_watched(run):
    async def scenario():
        events = []
        connection, _ = over(asked(OK))
        request = Request("GET", URL, options=Options(trace=events.append))
        await answer_to(connection, request)
        return [(event.name, dict(event.details)) for event in events], events[0].request.url

    assert (
        [
            ("send.start", {}),
            ("send.head", {}),
            ("send.done", {"bytes": 0, "whole": True}),
            ("wait.start", {}),
            ("wait.done", {"status_code": 200, "protocol": "HTTP/1.1"}),
            ("receive.start", {}),
            ("receive.done", {"bytes": 5}),
        ],
        Request("GET", URL).url,
    ) == run(scenario)


def test_both_fields_of_framing_end_the_connection():
    """RFC 9112 6.1: somebody between us and the server may have read it the other way."""
    answer = CHUNKS[:17] + b"Content-Length: 5\r\n" + CHUNKS[17:] + b"0\r\n\r\n"
    connection, _ = over(asked(answer))
    assert (200, b"hello") == run_sync(answer_to(connection, Request("GET", URL)))
    assert connection.is_closed


def test_a_total_ends_a_drip(run):
    async def scenario():
        backend = ScriptedBackend()

        def drip(stream):
            backend.time += 1.0
            return b"x"

        class Slow(ScriptedStream):
            async def read(self, max_bytes, timeout=None):
                return await super().read(max_bytes, timeout)

        connection = HTTP11Connection(
            Slow([asked(LONG), *[drip] * 20]), backend, timeout=Timeout(total=5)
        )
        response = await connection.send(Request("GET", URL))
        pieces = []
        with pytest.raises(TotalTimeout):
            async for piece in response.stream():
                pieces.append(piece)
                if backend.time >= 5:
                    connection.stream._steps.clear()
        return len(pieces)

    assert 5 == run(scenario)
