"""One HTTP/1.1 connection over scripted bytes: framing, reuse, the end, and what fails."""

import gc
import io

import pytest

from httpcore_pool import (
    BodyNotReplayable,
    ClosedError,
    HTTP11Connection,
    LocalProtocolError,
    Proxy,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    TotalTimeout,
    WriteError,
    run_sync,
)

HERE = "http://user:hunter2@example.org/path?q=1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
)
UNTIL_END = b"HTTP/1.1 200 OK\r\n\r\nhello"
HTTP_1_0 = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def connection_over(*script, **options):
    """A connection whose peer answers each step only when it is read."""
    backend = ScriptedBackend()
    stream = ScriptedStream(script)
    return HTTP11Connection(stream, backend, **options), stream


def asked(data):
    """A step that stands for the answer to what was just written."""
    return lambda stream: data


async def facts_of(connection, request):
    response = await connection.send(request)
    return response.status_code, response.reason_phrase, response.protocol, await response.read()


def get(method="GET", content=None, **options):
    return Request(method, HERE, content, **options)


@pytest.fixture(autouse=True, params=["quick", "h11"])
def lane(request, monkeypatch):
    """Each of these tests holds whoever reads the responses."""
    monkeypatch.setattr(HTTP11Connection, "h11_only", request.param == "h11")


# Responses.


def test_a_response_has_status_reason_protocol_fields_and_body(run):
    async def scenario():
        connection, stream = connection_over(OK)
        response = await connection.send(get())
        closed = response.is_closed
        body = await response.read()
        return closed, response.headers.raw, body, response.is_closed, stream.written

    assert (
        True,  # it came whole, so the connection is free before anybody reads the body
        [(b"Content-Length", b"5"), (b"X-A", b"b")],
        b"hello",
        True,
        b"GET /path?q=1 HTTP/1.1\r\nHost: example.org\r\n\r\n",
    ) == run(scenario)


@pytest.mark.parametrize(
    ("answer", "protocol"),
    [(OK, "HTTP/1.1"), (CHUNKED, "HTTP/1.1"), (UNTIL_END, "HTTP/1.1"), (HTTP_1_0, "HTTP/1.0")],
    ids=["length", "chunked", "until the end", "HTTP/1.0"],
)
def test_every_split_of_a_response_gives_the_same_answer(answer, protocol):
    for at in range(1, len(answer)):
        connection, _ = connection_over(answer[:at], answer[at:], b"")
        assert (200, "OK", protocol, b"hello") == run_sync(facts_of(connection, get()))


@pytest.mark.parametrize("answer", [OK, CHUNKED, UNTIL_END])
def test_byte_by_byte_gives_the_same_answer(run, answer):
    async def scenario():
        pieces = [answer[i : i + 1] for i in range(len(answer))]
        connection, _ = connection_over(*pieces, b"")
        return await facts_of(connection, get())

    assert (200, "OK", "HTTP/1.1", b"hello") == run(scenario)


def test_a_body_is_streamed_as_it_comes():
    connection, _ = connection_over(OK[:-3], b"l", b"lo")

    async def scenario():
        response = await connection.send(get())
        return [piece async for piece in response.raw()]

    assert [b"he", b"l", b"lo"] == run_sync(scenario())


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ],
)
def test_a_response_without_a_body_ends_at_once_and_frees_the_connection(run, method, answer):
    async def scenario():
        connection, _ = connection_over(asked(answer), asked(OK))
        response = await connection.send(get(method))
        ended = response.is_closed
        return ended, await response.read(), (await facts_of(connection, get()))[3]

    assert (True, b"", b"hello") == run(scenario)


def test_an_empty_chunked_body_is_empty():
    connection, _ = connection_over(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: a\r\n\r\n"
    )
    assert (200, "OK", "HTTP/1.1", b"") == run_sync(facts_of(connection, get()))


def test_informational_responses_are_skipped(run):
    async def scenario():
        connection, _ = connection_over(
            b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK
        )
        return await facts_of(connection, get())

    assert (200, "OK", "HTTP/1.1", b"hello") == run(scenario)


def failure_of(connection, request=None, then=None):
    """What sending (or reading the body) raised; the connection is closed by it."""

    async def scenario():
        response = await connection.send(request or get())
        await (then(response) if then else response.read())

    with pytest.raises(BaseException) as caught:
        run_sync(scenario())
    assert connection.is_closed
    assert connection.stream.closed
    return caught.value


def test_a_flood_of_informational_responses_is_refused():
    thirty_two = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 32
    connection, _ = connection_over(thirty_two + OK)
    assert 200 == run_sync(facts_of(connection, get()))[0]
    connection, _ = connection_over(b"HTTP/1.1 103 Early Hints\r\n\r\n" + thirty_two + OK)
    error = failure_of(connection)
    assert (RemoteProtocolError, True) == (type(error), error.answered)
    assert "more than 32 informational (1xx) responses" in str(error)


def test_a_switch_of_protocols_that_nobody_asked_for_is_refused():
    connection, _ = connection_over(
        b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    assert RemoteProtocolError is type(failure_of(connection, get()))


# Reuse.


def test_a_connection_carries_one_exchange_after_the_other(run):
    async def scenario():
        connection, stream = connection_over(asked(OK), asked(CHUNKED))
        first = await facts_of(connection, get())
        idle = repr(connection), connection.is_closed, await connection.is_stale()
        second = await facts_of(connection, get())
        return first == second, idle, connection.exchanges, stream.closed

    assert (
        True,
        ("<HTTP11Connection to scripted:0, idle, 1 requests>", False, False),
        2,
        False,
    ) == run(scenario)


@pytest.mark.parametrize("body", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", b"\r\n", b"x"])
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "later"])
def test_leftover_bytes_never_answer_the_next_request(run, body, apart):
    async def scenario():
        connection, stream = connection_over(*((OK, body) if apart else (OK + body,)))
        first = await facts_of(connection, get())
        with pytest.raises(ClosedError, match="the connection is closed"):
            await connection.send(get())
        return first[3], connection.is_closed, stream.closed

    assert (b"hello", True, True) == run(scenario)


@pytest.mark.parametrize(
    "answer", [OK.replace(b"X-A: b", b"Connection: close"), UNTIL_END, HTTP_1_0], ids=range(3)
)
def test_a_connection_that_the_server_ends_is_closed_after_the_body(run, answer):
    async def scenario():
        connection, stream = connection_over(answer, b"")
        facts = await facts_of(connection, get())
        return facts[3], connection.is_closed, stream.closed, repr(connection)

    assert (b"hello", True, True, "<HTTP11Connection to scripted:0, closed, 1 requests>") == run(
        scenario
    )


def test_asking_for_close_closes_after_the_body():
    connection, stream = connection_over(OK)
    run_sync(facts_of(connection, get(headers={"Connection": "close"})))
    assert stream.closed


@pytest.mark.parametrize("step", [b"", b"HTTP/1.1 408 Too Late\r\n\r\n"], ids=["end", "bytes"])
def test_what_comes_while_idle_makes_it_stale_and_closes_it(run, step):
    async def scenario():
        connection, stream = connection_over(asked(OK))
        await facts_of(connection, get())
        stream._steps.append(step)
        return await connection.is_stale(), connection.is_closed, stream.closed

    assert (True, True, True) == run(scenario)


def test_a_closed_connection_is_stale():
    connection, _ = connection_over()
    run_sync(connection.close())
    assert run_sync(connection.is_stale())


def test_one_exchange_at_a_time(run):
    async def scenario():
        connection, _ = connection_over(OK[:-2], OK[-2:])
        response = await connection.send(get())
        busy = repr(connection)
        with pytest.raises(LocalProtocolError, match="one exchange at a time"):
            await connection.send(get())
        return busy, await response.read()

    assert ("<HTTP11Connection to scripted:0, busy, 1 requests>", b"hello") == run(scenario)


def test_closing_a_response_early_closes_the_connection(run):
    async def scenario():
        connection, stream = connection_over(OK[:-2])
        response = await connection.send(get())
        await response.close()
        await response.close()
        return connection.is_closed, stream.closed, await response._body.source.read_chunk()

    assert (True, True, b"") == run(scenario)


def test_a_dropped_response_warns_and_its_connection_is_not_used_again():
    connection, _ = connection_over(OK[:-2])

    async def scenario():
        await connection.send(get())

    with pytest.warns(ResourceWarning, match="body of GET http://user:.*was dropped") as caught:
        run_sync(scenario())
        gc.collect()
    assert connection.is_closed
    assert "hunter2" not in str(caught[0].message)


# Requests.


def sent_by(request, answer=OK, **options):
    connection, stream = connection_over(asked(answer), **options)
    run_sync(facts_of(connection, request))
    return stream.written


def writes_of(request):
    """The separate writes that a request took."""
    connection, stream = connection_over(asked(OK))
    writes, write = [], stream.write

    async def noting(data, timeout=None):
        writes.append(data)
        await write(data, timeout)

    stream.write = noting
    run_sync(facts_of(connection, request))
    return writes


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", b"Content-Length: 0\r\n\r\n"),
        (b"abc", b"Content-Length: 3\r\n\r\nabc"),
        (lambda: io.BytesIO(b"abc"), b"Content-Length: 3\r\n\r\nabc"),
        ([], b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ],
)
def test_head_and_small_body_leave_in_one_write(content, body):
    content = content() if callable(content) else content
    assert [b"POST /path?q=1 HTTP/1.1\r\nHost: example.org\r\n" + body] == writes_of(
        get("POST", content)
    )


def test_a_large_body_leaves_in_pieces():
    large = bytes(range(250)) * 2400
    pieces = writes_of(get("POST", large))
    head, _, first = pieces[0].partition(b"\r\n\r\n")
    assert large == first + b"".join(pieces[1:])
    assert [262_144, 262_144, 75_712] == [len(first), *map(len, pieces[1:])]


def test_what_is_streamed_leaves_as_it_comes():
    """Nobody knows when the next piece comes, so none waits for it."""
    pieces = writes_of(get("POST", [b"a", b"b", b"c"]))
    assert [b"1\r\na\r\n", b"1\r\nb\r\n", b"1\r\nc\r\n", b"0\r\n\r\n"] == [
        pieces[0].partition(b"\r\n\r\n")[2],
        *pieces[1:],
    ]


def test_a_streamed_body_with_a_length_is_sent_as_it_is():
    written = sent_by(get("POST", [b"ab", b"c"], headers={"Content-Length": "3"}))
    assert written.endswith(b"Content-Length: 3\r\n\r\nabc")


@pytest.mark.parametrize("pieces", [[b"abcd"], [b"ab", b"cd"], [b"ab"]])
def test_a_body_that_does_not_fit_its_length_is_our_error(pieces):
    connection, _ = connection_over(asked(OK))
    error = failure_of(connection, get("POST", pieces, headers={"Content-Length": "3"}))
    assert LocalProtocolError is type(error)
    assert "of its Content-Length" in str(error)


def test_fields_spoilt_after_the_request_was_made_are_our_error():
    connection, _ = connection_over(OK)
    request = get()
    request.headers.remove("Host")
    error = failure_of(connection, request)
    assert LocalProtocolError is type(error)
    assert "GET http://user:" in str(error)


def test_a_body_iterator_that_fails_is_closed_and_its_error_passes():
    ended = []

    async def source():
        try:
            yield b"a"
            raise KeyError("mine")
        finally:
            ended.append(True)

    connection, _ = connection_over(asked(OK))
    assert KeyError is type(failure_of(connection, get("POST", source())))
    assert [True] == ended


def test_a_used_body_is_an_error():
    request = get("POST", iter([b"a"]))
    sent_by(request)
    connection, _ = connection_over(OK)
    assert BodyNotReplayable is type(failure_of(connection, request))


def test_a_forward_proxy_gets_the_absolute_form_and_its_credentials():
    proxy = Proxy.of("http://me:secret@proxy.test:3128")
    assert (
        b"GET http://example.org/path?q=1 HTTP/1.1\r\nHost: example.org\r\n"
        b"Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"
    ) == sent_by(get(), forward=proxy)
    bare = sent_by(get(), forward=Proxy.of("http://proxy.test"))
    assert bare.startswith(b"GET http://example.org/path?q=1 HTTP/1.1\r\n")
    assert b"Proxy-Authorization" not in bare


# Failures.


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("how", [b"", ReadError("reset")], ids=["end", "reset"])
def test_no_response_is_a_protocol_error_that_knows_whether_bytes_came(how, answered):
    connection, _ = connection_over(*([b"HTTP/1.1 2"] if answered else []), how)
    error = failure_of(connection)
    assert answered is error.answered
    if not answered:
        assert RemoteProtocolError is type(error)
        assert "closed the connection without a response" in str(error)


def test_an_end_after_an_informational_response_is_a_protocol_error():
    connection, _ = connection_over(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    error = failure_of(connection)
    assert (RemoteProtocolError, True) == (type(error), error.answered)


def test_an_end_before_the_second_response_is_one_without_an_answer():
    connection, _ = connection_over(asked(OK), lambda stream: b"")
    run_sync(facts_of(connection, get()))
    error = failure_of(connection)
    assert (RemoteProtocolError, False, True) == (type(error), error.answered, error.sent)


@pytest.mark.parametrize("answer", [OK, CHUNKED], ids=["length", "chunked"])
def test_a_truncated_body_is_a_protocol_error(run, answer):
    async def scenario(at):
        connection, stream = connection_over(answer[:at], b"")
        response = await connection.send(get())
        with pytest.raises(RemoteProtocolError) as caught:
            await response.read()
        assert (True, True, True) == (response.is_closed, stream.closed, caught.value.answered)
        return str(caught.value).partition(": ")[0]

    for at in range(answer.index(b"\r\n\r\n") + 4, len(answer)):
        assert "GET http://user:[secure]@example.org/path?q=1" == run(lambda at=at: scenario(at))


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000,
    ],
    ids=range(6),
)
def test_a_malformed_head_is_a_protocol_error(answer):
    connection, _ = connection_over(answer, b"")
    error = failure_of(connection)
    assert (RemoteProtocolError, "read", True) == (type(error), error.phase, error.answered)
    assert len(str(error)) < 400
    assert str(error).isascii()


def test_a_bad_chunk_is_a_protocol_error():
    connection, _ = connection_over(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + "ü".encode() * 300
    )
    assert RemoteProtocolError is type(failure_of(connection))


BUFFERED = [
    (b"HTTP/1.1 2000 no\r\n\r\n", b"", "illegal status line: b'HTTP/1.1 2000 no'"),
    (b"HTTP/1.1 200 OK\r\nA: b\r\n c\0\r\n\r\n", b"", "illegal header line: b'A: b c\\x00'"),
    (CHUNKED[:47], b"zz'\"\r\n", "illegal chunk header: b'zz\\'\"\\r\\n'"),
    (CHUNKED[:47], b"2\r\nabc\r\n", "malformed chunk footer: b'c\\r' (expected b'\\r\\n')"),
    (CHUNKED[:47], b"0\r\nno\r\n\r\n", "illegal header line: b'no'"),
]


@pytest.mark.parametrize(("head", "body", "said"), BUFFERED, ids=range(len(BUFFERED)))
def test_what_was_wrong_is_shown_as_octets(head, body, said):
    connection, _ = connection_over(head + body, b"")
    assert f" {said}, after" in str(failure_of(connection))


def test_a_silent_server_is_a_read_timeout():
    connection, _ = connection_over(timeout=Timeout(read=3))
    error = failure_of(connection)
    assert (ReadTimeout, 3, False) == (type(error), error.limit, error.answered)


def test_the_limit_for_the_head_is_another_where_that_is_said():
    connection, _ = connection_over(timeout=Timeout(read=3, head=9))
    assert 9 == failure_of(connection).limit
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    connection, _ = connection_over(head, timeout=Timeout(read=3, head=9))
    assert 3 == failure_of(connection).limit


def test_a_silent_server_after_the_deadline_is_a_total_timeout():
    backend = ScriptedBackend()

    def late(stream):
        backend.time = 9.0
        return b"HTTP/1.1 200"

    connection = HTTP11Connection(ScriptedStream([late]), backend, timeout=Timeout(total=8))
    error = failure_of(connection)
    assert (TotalTimeout, 8, 9.0, "read", True) == (
        type(error),
        error.limit,
        error.elapsed,
        error.phase,
        error.answered,
    )


def test_a_silent_body_after_the_deadline_is_a_total_timeout():
    backend = ScriptedBackend()
    connection = HTTP11Connection(ScriptedStream([OK[:-2]]), backend, timeout=Timeout(total=8))

    async def later(response):
        backend.time = 8.0
        assert b"hel" == await response._body.source.read_chunk()
        await response._body.source.read_chunk()

    error = failure_of(connection, then=later)
    assert (TotalTimeout, True) == (type(error), error.answered)


@pytest.mark.parametrize("where", ["head", "body"])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, ReadError, GeneratorExit])
def test_whatever_is_raised_closes_the_connection(where, kind):
    connection, _ = connection_over(*([] if where == "head" else [OK[:-2]]), kind("x"))
    error = failure_of(connection)
    assert issubclass(
        RemoteProtocolError if (kind, where) == (ReadError, "head") else kind, type(error)
    )


def test_an_interrupted_write_closes_the_connection():
    connection, stream = connection_over(OK)
    stream.write_error = KeyboardInterrupt()
    assert KeyboardInterrupt is type(failure_of(connection))


def breaks_on_write(*script, after=0):
    """A connection whose writes fail after some of them."""
    connection, stream = connection_over(*script)
    write, left = stream.write, [after]

    async def failing(data, timeout=None):
        if not left[0]:
            raise WriteError("broken pipe")
        left[0] -= 1
        await write(data, timeout)

    stream.write = failing
    return connection


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_response_that_came_although_the_write_broke_is_read(run, after):
    async def scenario():
        connection = breaks_on_write(
            b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", after=after
        )
        facts = await facts_of(connection, get("POST", [b"a", b"b", b"c", b"d"]))
        return facts, connection.is_closed

    assert ((413, "Too Large", "HTTP/1.1", b"no"), True) == run(scenario)


def test_an_end_after_a_broken_write_is_no_end_of_a_body():
    """The system tells of a reset once, to whoever asks first; then it looks like an end."""
    connection = breaks_on_write(UNTIL_END, b"")
    assert ReadError is type(failure_of(connection, get("POST", b"abc")))


@pytest.mark.parametrize("how", [b"", ReadError("reset")])
def test_a_broken_write_without_a_response_is_a_write_error(how):
    error = failure_of(breaks_on_write(how), get("POST", b"abc"))
    assert (WriteError, False) == (type(error), error.answered)
    assert "broke while the request was sent" in str(error)


def test_a_broken_write_with_half_a_response_is_the_error_of_the_response():
    error = failure_of(breaks_on_write(b"HTTP/1.1 4", b""), get("POST", b"abc"))
    assert (RemoteProtocolError, True) == (type(error), error.answered)


def test_errors_mask_the_password_and_know_the_time():
    connection, _ = connection_over(b"")
    error = failure_of(connection)
    assert "hunter2" not in str(error) + repr(error) + repr(error.__dict__)
    assert ("GET", 0.0) == (error.method, error.elapsed)


def test_a_closed_connection_refuses(run):
    async def scenario():
        connection, stream = connection_over(OK)
        async with connection:
            pass
        await connection.aclose()
        with pytest.raises(ClosedError):
            await connection.send(get())
        return stream.closed, stream.written

    assert (True, b"") == run(scenario)


def test_what_is_asked_of_it_is_known():
    connection, _ = connection_over()
    assert (1, "HTTP/1.1", 0, False) == (
        connection.capacity,
        connection.protocol,
        connection.exchanges,
        connection.is_closed,
    )
