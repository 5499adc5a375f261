"""One HTTP/2 connection over scripted frames: many streams, windows, resets, and the end."""

import asyncio
import gc

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest
import trio

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    HTTP2Connection,
    LocalProtocolError,
    Options,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    TotalTimeout,
    TrioBackend,
    WriteError,
    WriteTimeout,
    run_sync,
)
from httpcore_pool.connection._http2_streams import Stream

HERE = "https://user:hunter2@example.org/path?q=1"
CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes
NO_PAUSE = Timeout(read=3, write=4)


def get(method="GET", content=None, **options):
    return Request(method, HERE, content, **options)


def connection_over(*script, **options):
    backend = ScriptedBackend()
    stream = ScriptedStream(script)
    return HTTP2Connection(stream, backend, **{"timeout": NO_PAUSE, **options}), stream


async def facts_of(connection, request=None):
    response = await connection.send(request or get())
    return response.status_code, response.protocol, await response.read()


def raw(*made):
    return b"".join(frame.serialize() for frame in made)


def respond(stream_id, body=b"", status=200):
    return lambda peer: peer.answer(stream_id, body, status)


async def raised_by(awaitable):
    with pytest.raises(Exception) as caught:
        await awaitable
    return caught.value


# One exchange.


def test_a_response_has_status_phrase_protocol_fields_and_body(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, _ = connection_over(
            peer.step(lambda p: p.answer(1, b"hello", 200, ("x-a", "b")))
        )
        response = await connection.send(get())
        facts = (response.status_code, response.reason_phrase, response.protocol)
        return facts, response.headers.raw, await response.read(), response.is_closed

    assert ((200, "OK", "HTTP/2"), [(b"x-a", b"b")], b"hello", True) == run(scenario)


def test_a_request_becomes_pseudo_fields_and_fields(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1)))
    fields = {
        "X-Upper": "a",
        "Connection": "keep-alive",
        "Keep-Alive": "1",
        "Proxy-Connection": "x",
        "Upgrade": "x",
        "TE": "trailers",
    }
    run_sync(facts_of(connection, get(headers=fields)))
    (event,) = peer.of(h2.events.RequestReceived)
    assert [
        (":method", "GET"),
        (":authority", "example.org"),
        (":scheme", "https"),
        (":path", "/path?q=1"),
        ("x-upper", "a"),
        ("te", "trailers"),
    ] == [tuple(field) for field in event.headers]


def test_the_callers_host_is_the_authority_and_other_te_is_dropped(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1)))
    run_sync(facts_of(connection, get(headers={"Host": "other", "TE": "gzip"})))
    fields = dict(peer.of(h2.events.RequestReceived)[0].headers)
    assert ("other", False) == (fields[":authority"], "te" in fields)


def test_a_chunked_body_has_no_transfer_encoding(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1)))
    run_sync(facts_of(connection, get("POST", [b"a", b"b"])))
    fields = dict(peer.of(h2.events.RequestReceived)[0].headers)
    data = b"".join(event.data for event in peer.of(h2.events.DataReceived))
    assert (False, b"ab", 1) == (
        "transfer-encoding" in fields,
        data,
        len(peer.of(h2.events.StreamEnded)),
    )


def test_every_split_gives_the_same_answer(h2_peer):
    peer = h2_peer()
    probe = ScriptedStream()
    connection, _ = connection_over(
        lambda stream: probe.__dict__.update(answer=peer.step(respond(1, b"hello"))(stream)) or b""
    )
    with pytest.raises(ReadError):
        run_sync(facts_of(connection))
    for at in range(1, len(probe.answer)):
        connection, _ = connection_over(probe.answer[:at], probe.answer[at:])
        assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))


def test_a_response_without_a_body_ends_at_once(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, _ = connection_over(peer.step(respond(1, status=204)))
        response = await connection.send(get())
        return response.is_closed, await response.read(), repr(connection)

    assert (True, b"", "<HTTP2Connection to scripted:0, 0 streams, 1 requests>") == run(scenario)


def test_informational_responses_are_skipped_and_a_flood_is_refused(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def flood(number, then):
            def act(p):
                for _ in range(number):
                    p.head(p.stream, 103, ("link", "</a>"))
                then(p)

            return peer.step(act)

        peer.stream = 1
        connection, _ = connection_over(flood(32, respond(1, b"hello")), flood(33, lambda p: None))
        facts = await facts_of(connection)
        peer.stream = 3
        error = await raised_by(connection.send(get()))
        return facts, type(error), "more than 32 informational" in str(error), connection.is_closed

    assert ((200, "HTTP/2", b"hello"), RemoteProtocolError, True, False) == run(scenario)


def test_trailers_are_taken_and_forgotten(h2_peer):
    def act(p):
        p.head(1)
        p.h2.send_data(1, b"hello")
        p.h2.send_headers(1, [("x-trailer", "a")], end_stream=True)

    peer = h2_peer()
    connection, _ = connection_over(peer.step(act))
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))


def test_padding_and_empty_frames_are_no_body(h2_peer):
    def act(p):
        p.head(1)
        p.h2.send_data(1, b"")
        p.h2.send_data(1, b"hello", pad_length=100)
        p.h2.send_data(1, b"", end_stream=True)

    peer = h2_peer()
    connection, _ = connection_over(peer.step(act))
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))


def test_fields_up_to_what_we_announce_are_taken(h2_peer):
    peer = h2_peer()
    fields = [(f"x-{i}", "a" * 1000) for i in range(100)]
    connection, _ = connection_over(peer.step(lambda p: p.answer(1, b"hello", 200, *fields)))
    assert 200 == run_sync(facts_of(connection))[0]


def test_more_fields_than_we_announce_break_the_connection(h2_peer):
    peer = h2_peer()
    fields = [(f"x-{i}", "a" * 1000) for i in range(140)]
    connection, _ = connection_over(peer.step(lambda p: p.answer(1, b"hello", 200, *fields)))
    assert RemoteProtocolError is type(run_sync(raised_by(facts_of(connection))))


# Many at once.


def test_several_streams_run_at_once(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        bodies = peer.step(
            lambda p: [p.h2.send_data(i, b"body %d" % i, end_stream=True) for i in (3, 1)]
        )
        connection, _ = connection_over(
            peer.step(lambda p: p.head(1)), peer.step(lambda p: p.head(3)), bodies
        )
        first, second = await connection.send(get()), await connection.send(get())
        shown = repr(connection)
        return await first.read(), await second.read(), shown, connection.exchanges

    assert (
        b"body 1",
        b"body 3",
        "<HTTP2Connection to scripted:0, 2 streams, 2 requests>",
        2,
    ) == run(scenario)


def test_many_requests_at_once_over_one_connection(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:

            async def one():
                response = await pool.send(Request("GET", f"{origin.tls}/bytes/100000"))
                return response.protocol, len(await response.read())

            answers = await world.gather(*[one] * 50)
            return set(answers), len(answers), pool.connections_opened

    assert ({("HTTP/2", 100_000)}, 50, 1) == world.run(scenario)


def test_more_requests_at_once_than_the_server_allows_on_one_connection(world, pool_of, origin):
    # The origin allows 100, and says so only after the first of them have left.
    async def scenario():
        async with pool_of(world) as pool:

            async def one():
                response = await pool.send(Request("GET", origin.tls))
                return response.protocol, await response.read()

            answers = await world.gather(*[one] * 150)
            return set(answers), len(answers), pool.connections_opened < 60

    assert ({("HTTP/2", b"hello, world")}, 150, True) == world.run(scenario)


def test_large_bodies_go_both_ways_at_once(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:

            async def up():
                response = await pool.send(Request("POST", f"{origin.tls}/echo", bytes(700_000)))
                return (await response.read(), response.json()["length"])[1]

            async def down():
                response = await pool.send(Request("GET", f"{origin.tls}/stream/3000000"))
                return len(await response.read())

            answers = await world.gather(*[up, down] * 3)
            return answers, pool.connections_opened

    assert ([700_000, 3_000_000] * 3, 1) == world.run(scenario)


def test_a_slow_stream_times_out_alone(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:
            await (await pool.send(Request("GET", origin.tls))).read()

            async def stalls():
                options = Request("GET", origin.tls).options.begun(
                    pool.backend.now(), Timeout(read=0.2)
                )
                response = await pool.send(Request("GET", f"{origin.tls}/stall", options=options))
                return await raised_by(response.read())

            async def works():
                response = await pool.send(Request("GET", f"{origin.tls}/slow/0.4"))
                return await response.read()

            error, body = await world.gather(stalls, works)
            return type(error), error.limit, body, pool.connections_opened

    assert (ReadTimeout, 0.2, b"at last", 1) == world.run(scenario)


def test_the_limit_of_a_read_is_named_whoever_reads(h2_peer):
    # The bytes of others do not count: what is left of the limit shrinks, what is told does not.
    def others(stream):
        connection._backend.time += 1.0
        return raw(frames.PingFrame(0, b"12345678"))

    connection, _ = connection_over(h2_peer().step(), others, others, lambda s: None)
    error = run_sync(raised_by(connection.send(get())))
    assert (ReadTimeout, 3) == (type(error), error.limit)
    assert "sent nothing for 3 s" in str(error)


def test_the_limit_on_the_stream_runs_out_although_others_get_bytes(h2_peer):
    def others(stream):
        connection._backend.time += 1.0
        return raw(frames.PingFrame(0, b"12345678"))

    class Impatient(ScriptedStream):
        async def read(self, max_bytes, timeout=None):
            if timeout is not None and timeout <= 0:
                raise ReadTimeout("no time left to read", timeout)
            return await super().read(max_bytes, timeout)

    script = [h2_peer().step(), *[others] * 9]
    connection = HTTP2Connection(Impatient(script), ScriptedBackend(), timeout=NO_PAUSE)
    assert 3 == run_sync(raised_by(connection.send(get()))).limit
    assert 3.0 == connection._backend.time


def test_without_limits_a_silent_server_is_still_told(h2_peer):
    connection, _ = connection_over(timeout=Timeout.of(None))
    assert ReadTimeout is type(run_sync(raised_by(connection.send(get()))))


def test_after_the_deadline_a_timeout_is_the_total():
    def late(stream):
        connection._backend.time = 9.0

    connection, _ = connection_over(late, timeout=Timeout(total=8))
    error = run_sync(raised_by(connection.send(get())))
    assert (TotalTimeout, 8, 9.0) == (type(error), error.limit, error.elapsed)


def test_after_the_deadline_a_timeout_in_the_body_is_the_total(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(lambda p: p.head(1)), timeout=Timeout(total=8))

    async def scenario():
        response = await connection.send(get())
        connection._backend.time = 8.5
        return await raised_by(response.read())

    error = run_sync(scenario())
    assert (TotalTimeout, True) == (type(error), error.answered)


def test_a_waiter_that_gives_up_as_it_is_made_the_reader_hands_the_role_on(h2_peer):
    async def scenario():
        peer = h2_peer()
        stream = ScriptedStream([peer.step(respond(3))])
        connection = HTTP2Connection(stream, AsyncioBackend(), timeout=Timeout(read=5))
        connection._reading = True  # as if a third one read
        impatient = get(options=Options(timeout=Timeout(read=0.01)))
        first = asyncio.ensure_future(raised_by(connection.send(impatient)))
        second = asyncio.ensure_future(facts_of(connection))
        while len(connection._waiting) < 2:
            await asyncio.sleep(0)
        connection._reading = False  # ... and left, having woken nobody
        return type(await first), await second

    assert (ReadTimeout, (200, "HTTP/2", b"")) == asyncio.run(scenario())


# Windows.


def test_an_upload_waits_for_the_windows_of_stream_and_connection(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def more(p):
            p.h2.increment_flow_control_window(30_000, 1)
            p.h2.increment_flow_control_window(30_000)

        connection, _ = connection_over(
            peer.step(), *[peer.step(more)] * 2, peer.step(respond(1, b"thanks"))
        )
        facts = await facts_of(connection, get("POST", bytes(100_000)))
        return facts, sum(len(event.data) for event in peer.of(h2.events.DataReceived))

    assert ((200, "HTTP/2", b"thanks"), 100_000) == run(scenario)


def test_a_window_that_does_not_open_is_a_write_timeout(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step())
    error = run_sync(raised_by(connection.send(get("POST", bytes(100_000)))))
    assert (WriteTimeout, 4, "write") == (type(error), error.limit, error.phase)
    assert "no room for more of the request (flow control) for 4 s" in str(error)
    connection, _ = connection_over(h2_peer().step(), timeout=Timeout.of(None))
    error = run_sync(raised_by(connection.send(get("POST", bytes(100_000)))))
    assert WriteTimeout is type(error)


def test_a_setting_that_widens_the_window_lets_the_upload_go_on(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(lambda p: p.h2.increment_flow_control_window(1_000_000)),
        peer.step(lambda p: p.h2.update_settings({CODES.INITIAL_WINDOW_SIZE: 1_000_000})),
        peer.step(respond(1)),
    )
    assert 200 == run_sync(facts_of(connection, get("POST", bytes(100_000))))[0]


def test_a_download_gives_the_windows_back(run, h2_peer):
    # More than the connection's 16 MiB and the stream's 1 MiB go through.
    async def scenario():
        peer = h2_peer()
        left = [20 * 1024 * 1024]

        def feed(p):
            p.h2.max_outbound_frame_size = 16384
            while left[0] and (room := p.h2.local_flow_control_window(1)):
                size = min(room, left[0], 16384)
                left[0] -= size
                p.h2.send_data(1, bytes(size), end_stream=not left[0])

        connection, _ = connection_over(peer.step(lambda p: p.head(1)), *[peer.step(feed)] * 64)
        response, size = await connection.send(get()), 0
        async for piece in response.raw():
            size += len(piece)
        return size, left[0]

    assert (20 * 1024 * 1024, 0) == run(scenario)


# Responses before the request was all sent.


def test_a_response_before_the_upload_ends_stops_it(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def refuse(p):
            p.answer(1, b"too large", 413)

        connection, _ = connection_over(peer.step(refuse), peer.step())
        facts = await facts_of(connection, get("POST", bytes(100_000)))
        stream = connection._stream
        peer.take(stream)
        return facts, [int(e.error_code) for e in peer.of(h2.events.StreamReset)]

    assert ((413, "HTTP/2", b"too large"), [ERRORS.CANCEL]) == run(scenario)


def test_a_whole_response_and_no_error_is_no_failure(h2_peer):
    # RFC 9113 8.1: the server may stop an upload with RST_STREAM NO_ERROR after its response.
    def refuse(p):
        p.answer(1, b"enough", 200)
        p.h2.reset_stream(1, ERRORS.NO_ERROR)

    peer = h2_peer()
    connection, _ = connection_over(peer.step(refuse))
    assert (200, "HTTP/2", b"enough") == run_sync(facts_of(connection, get("POST", bytes(100_000))))
    assert not connection.is_closed


def test_a_response_without_a_body_before_the_upload_ends_stops_it(h2_peer):
    peer = h2_peer()
    connection, stream = connection_over(peer.step(respond(1, status=413)))
    response = run_sync(connection.send(get("POST", bytes(100_000))))
    peer.take(stream)
    assert (True, 1) == (response.is_closed, len(peer.of(h2.events.StreamReset)))


def test_a_response_that_ends_between_two_pieces_ends_the_upload(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1, status=413)), peer.step(respond(3)))

    async def pieces():
        yield bytes(65_535)
        yield b"x"  # waits for room, and meets the response instead
        raise AssertionError

    assert 413 == run_sync(facts_of(connection, get("POST", pieces())))[0]
    assert 200 == run_sync(facts_of(connection))[0]


def test_a_response_that_came_with_the_last_piece_is_no_failure(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1, status=413)))

    async def pieces():
        yield bytes(65_535)
        await connection._read_once(None, 1)  # as if another stream had read just now

    assert 413 == run_sync(facts_of(connection, get("POST", pieces())))[0]


def test_a_reset_between_two_pieces_ends_the_upload(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(lambda p: p.h2.reset_stream(1, ERRORS.INTERNAL_ERROR))
    )

    async def pieces():
        yield b"a"
        await connection._read_once(None, 1)  # as if another stream had read just now
        yield b"b"

    error = run_sync(raised_by(connection.send(get("POST", pieces()))))
    assert "reset the stream (INTERNAL_ERROR)" in str(error)


# Our own faults.


@pytest.mark.parametrize(
    ("pieces", "words"), [([b"abcd"], "longer"), ([b"ab", b"cd"], "longer"), ([b"ab"], "shorter")]
)
def test_a_body_that_does_not_fit_its_length_is_our_error_and_ends_its_stream(
    pieces, words, h2_peer
):
    peer = h2_peer()
    connection, stream = connection_over(peer.step())
    request = get("POST", pieces, headers={"Content-Length": "3"})
    error = run_sync(raised_by(connection.send(request)))
    peer.take(stream)
    assert (LocalProtocolError, 1, False) == (
        type(error),
        len(peer.of(h2.events.StreamReset)),
        connection.is_closed,
    )
    assert f"content is {words} than its Content-Length" in str(error)


def test_fields_that_http_2_forbids_are_our_error():
    connection, _ = connection_over()
    connection._h2.send_headers = refusing
    error = run_sync(raised_by(connection.send(get())))
    assert LocalProtocolError is type(error)
    assert "the request can't be sent" in str(error)


def refusing(*args, **options):
    raise h2.exceptions.ProtocolError("forbidden")


def test_a_body_iterator_that_fails_ends_its_stream_only(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(3, b"hello")))

    async def pieces():
        yield b"a"
        raise KeyError("mine")

    assert KeyError is type(run_sync(raised_by(connection.send(get("POST", pieces())))))
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))


# Failures of one stream.


@pytest.mark.parametrize(
    ("code", "sent", "name"),
    [
        (ERRORS.INTERNAL_ERROR, True, "INTERNAL_ERROR"),
        (ERRORS.REFUSED_STREAM, False, "REFUSED_STREAM"),
        (ERRORS.NO_ERROR, True, "NO_ERROR"),
        (0xABC, True, "error 0xabc"),
    ],
)
def test_a_reset_fails_its_stream_only(run, h2_peer, code, sent, name):
    async def scenario():
        peer = h2_peer()
        connection, _ = connection_over(
            peer.step(lambda p: p.head(1)),
            peer.step(lambda p: p.h2.reset_stream(3, code)),
            peer.step(lambda p: p.h2.send_data(1, b"hello", end_stream=True)),
        )
        first = await connection.send(get())
        error = await raised_by(connection.send(get()))
        return type(error), error.sent, error.answered, str(error), await first.read()

    kind, was_sent, answered, text, body = run(scenario)
    assert (RemoteProtocolError, sent, False, b"hello") == (kind, was_sent, answered, body)
    assert (
        f"GET https://user:[secure]@example.org/path?q=1: the server reset the stream ({name})"
        in text
    )


def test_a_reset_in_the_body_comes_after_the_bytes_before_it(h2_peer):
    def act(p):
        p.head(1)
        p.h2.send_data(1, b"some")

    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(act), peer.step(lambda p: p.h2.reset_stream(1, ERRORS.INTERNAL_ERROR))
    )

    async def scenario():
        source = (await connection.send(get()))._body.source
        return await source.read_chunk(), await raised_by(source.read_chunk()), source

    data, error, source = run_sync(scenario())
    assert (b"some", RemoteProtocolError, True, True) == (
        data,
        type(error),
        error.answered,
        source.closed,
    )
    assert b"" == run_sync(source.read_chunk())


def test_a_reset_after_much_data_is_that_reset(h2_peer):
    def act(p):
        for _ in range(40):
            p.h2.send_data(1, bytes(16_384))
        p.h2.reset_stream(1, ERRORS.INTERNAL_ERROR)

    peer = h2_peer()
    connection, _ = connection_over(peer.step(lambda p: p.head(1)), peer.step(act))

    async def scenario():
        response = await connection.send(get())
        await connection._read_once(None, 1)  # as if another stream had read it all
        return await raised_by(response.read())

    error = run_sync(scenario())
    assert RemoteProtocolError is type(error)
    assert "reset the stream (INTERNAL_ERROR)" in str(error)


def test_a_body_before_the_head_fails_its_stream():
    stream = Stream(1)
    event = h2.events.DataReceived(stream_id=1, data=b"x", flow_controlled_length=1)
    stream.file(event)
    first = stream.failure
    stream.fail(ReadError("later"))
    assert "a body before the response's head" in str(first)
    assert first is stream.failure


def test_what_nobody_waits_for_changes_nothing():
    stream = Stream(1)
    stream.file(h2.events.PriorityUpdated())
    assert not stream.changed


def test_closing_a_response_early_resets_its_stream_only(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, stream = connection_over(
            peer.step(lambda p: p.head(1)), peer.step(respond(3, b"hello"))
        )
        response = await connection.send(get())
        await response.close()
        await response.close()
        facts = await facts_of(connection)
        resets = [(e.stream_id, int(e.error_code)) for e in peer.of(h2.events.StreamReset)]
        return facts, resets, connection.is_closed, stream.closed

    assert ((200, "HTTP/2", b"hello"), [(1, ERRORS.CANCEL)], False, False) == run(scenario)


def test_bytes_for_a_stream_that_was_given_up_are_ignored(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        late = raw(frames.DataFrame(1, b"late"), frames.WindowUpdateFrame(1, 5))
        connection, _ = connection_over(
            peer.step(lambda p: p.head(1)), peer.step(respond(3, b"hello"), late)
        )
        await (await connection.send(get())).close()
        return await facts_of(connection)

    assert (200, "HTTP/2", b"hello") == run(scenario)


def test_the_farewell_to_a_stream_may_fail(h2_peer):
    peer = h2_peer()
    connection, stream = connection_over(peer.step(lambda p: p.head(1)))

    async def scenario():
        response = await connection.send(get())
        stream.write_error = WriteError("broken pipe")
        await response.close()

    run_sync(scenario())
    assert connection.is_closed


def test_a_stream_that_both_sides_have_ended_needs_no_farewell(h2_peer):
    peer = h2_peer()
    connection, stream = connection_over(peer.step(respond(1, b"hello")))

    async def scenario():
        response = await connection.send(get())
        peer.take(stream)
        await response.close()

    run_sync(scenario())
    peer.take(stream)
    assert [] == peer.of(h2.events.StreamReset)


def test_a_dropped_response_warns_and_ends_the_connection_for_new_requests(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(lambda p: p.head(1)),
        peer.step(lambda p: p.head(3)),
        peer.step(lambda p: p.h2.send_data(3, b"hello", end_stream=True)),
    )

    async def scenario():
        dropped, kept = await connection.send(get()), await connection.send(get())
        del dropped
        gc.collect()
        return await kept.read(), await raised_by(connection.send(get()))

    with pytest.warns(ResourceWarning, match="body of GET https://user:.secure.@"):
        body, error = run_sync(scenario())
    assert (b"hello", ClosedError) == (body, type(error))


# The end of a connection.


def test_a_goaway_fails_the_streams_above_the_last_and_others_go_on(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        goaway = frames.GoAwayFrame(0, last_stream_id=1, error_code=0)
        connection, _ = connection_over(
            peer.step(lambda p: p.head(1)),
            peer.step(raw=raw(goaway)),
            peer.step(lambda p: p.h2.send_data(1, b"hello", end_stream=True)),
        )
        first = await connection.send(get())
        error = await raised_by(connection.send(get()))
        closed = connection.is_closed
        refused = await raised_by(connection.send(get()))
        return type(error), error.sent, str(error), closed, type(refused), await first.read()

    kind, sent, text, closed, refused, body = run(scenario)
    assert (RemoteProtocolError, False, True, ClosedError, b"hello") == (
        kind,
        sent,
        closed,
        refused,
        body,
    )
    assert "going away (NO_ERROR) and did not process the request" in text


@pytest.mark.parametrize(
    "end",
    [b"", ReadError("reset"), b"\0\0\1\0\0\0\0\0\0x", b"\0\0\5\4\0\0\0\0\0hello"],
    ids=["end", "reset", "data on stream 0", "odd settings"],
)
def test_a_dead_connection_fails_every_stream_with_an_error_of_its_own(run, h2_peer, end):
    async def scenario():
        peer = h2_peer()
        connection, _ = connection_over(
            peer.step(lambda p: p.head(1)), peer.step(lambda p: p.head(3)), end
        )
        first, second = await connection.send(get()), await connection.send(get())
        third = await raised_by(connection.send(get()))
        errors = [third, await raised_by(first.read()), await raised_by(second.read())]
        refused = await raised_by(connection.send(get()))
        return errors, connection.is_closed, type(refused)

    errors, closed, refused = run(scenario)
    assert (3, {True}, True, ClosedError) == (
        len(set(map(id, errors))),
        {type(error) in (ReadError, RemoteProtocolError) for error in errors},
        closed,
        refused,
    )
    assert [False, True, True] == [error.answered for error in errors]


def test_a_whole_response_survives_the_end_of_the_connection(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(lambda p: p.head(1)),
        peer.step(lambda p: [p.head(3), p.h2.send_data(1, b"hello", end_stream=True)]),
        b"",
    )

    async def scenario():
        first, second = await connection.send(get()), await connection.send(get())
        error = await raised_by(second.read())
        return type(error), await first.read()

    assert (ReadError, b"hello") == run_sync(scenario())


def test_a_protocol_error_is_told_although_the_goaway_can_not_be_sent(h2_peer):
    def breaks(stream):
        stream.write_error = WriteError("broken pipe")
        return b"\0\0\1\0\0\0\0\0\0x"

    connection, _ = connection_over(breaks)
    assert RemoteProtocolError is type(run_sync(raised_by(connection.send(get()))))


def test_a_broken_write_kills_the_connection(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, stream = connection_over(peer.step(lambda p: p.head(1)))
        first = await connection.send(get())
        stream.write_error = WriteError("broken pipe")
        error = await raised_by(connection.send(get()))
        return type(error), type(await raised_by(first.read())), connection.is_closed

    assert (WriteError, WriteError, True) == run(scenario)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_write_may_have_torn_a_frame_and_kills_the_connection(h2_peer, kind):
    connection, stream = connection_over()
    stream.write_error = kind()
    with pytest.raises(kind):
        run_sync(connection.send(get()))
    assert connection.is_closed


def test_an_interrupted_read_gives_up_its_stream_only(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(
        peer.step(), KeyboardInterrupt(), peer.step(respond(3, b"hello"))
    )
    with pytest.raises(KeyboardInterrupt):
        run_sync(connection.send(get()))
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))
    assert 1 == len(peer.of(h2.events.StreamReset))


def test_a_write_that_waits_for_another_is_limited():
    connection, _ = connection_over()
    run_sync(connection._writing.acquire(None))
    error = run_sync(raised_by(connection.send(get())))
    assert (WriteTimeout, 4) == (type(error), error.limit)


def test_close_says_goodbye_and_fails_what_runs(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, stream = connection_over(peer.step(lambda p: p.head(1)))
        response = await connection.send(get())
        await connection.close()
        await connection.close()
        error = await raised_by(response.read())
        peer.take(stream)
        goodbyes = peer.of(h2.events.ConnectionTerminated)
        refused = await raised_by(connection.send(get()))
        return type(error), len(goodbyes), stream.closed, repr(connection), type(refused)

    shown = "<HTTP2Connection to scripted:0, closed, 1 requests>"
    assert (ReadError, 1, True, shown, ClosedError) == run(scenario)


@pytest.mark.parametrize("error", [WriteError("broken pipe"), KeyboardInterrupt()])
def test_close_closes_although_goodbye_can_not_be_said(error):
    connection, stream = connection_over()
    stream.write_error = error
    try:
        run_sync(connection.close())
    except KeyboardInterrupt:
        pass
    assert (True, True) == (stream.closed, connection.is_closed)


def test_close_after_a_failure_closes_the_stream(h2_peer):
    connection, stream = connection_over(b"")
    run_sync(raised_by(connection.send(get())))
    run_sync(connection.close())
    assert stream.closed


def test_close_after_h2_has_given_up_closes_the_stream():
    connection, stream = connection_over()
    connection._h2.close_connection = refusing
    run_sync(connection.close())
    assert stream.closed


# Idle.


def test_frames_that_come_while_idle_are_taken_in(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection, stream = connection_over(peer.step(respond(1)))
        await facts_of(connection)
        quiet = await connection.is_stale()
        stream._steps.append(raw(frames.PingFrame(0, b"12345678")))
        busy = await connection.is_stale()
        peer.take(stream)
        answered = len(peer.of(h2.events.PingAckReceived))
        stream._steps.append(raw(frames.GoAwayFrame(0, last_stream_id=1, error_code=0)))
        return quiet, busy, answered, await connection.is_stale()

    assert (False, False, 1, True) == run(scenario)


@pytest.mark.parametrize("end", [b"", ReadError("reset")])
def test_an_end_while_idle_is_noticed(run, h2_peer, end):
    async def scenario():
        peer = h2_peer()
        connection, stream = connection_over(peer.step(respond(1)))
        await facts_of(connection)
        stream._steps.append(end)
        return await connection.is_stale(), connection.is_closed, await connection.is_stale()

    assert (True, True, True) == run(scenario)


def test_half_a_record_while_idle_is_no_end(h2_peer):
    connection, stream = connection_over()
    stream._steps.append(ReadTimeout("nothing came", 0.01))
    assert not run_sync(connection.is_stale())


# How many.


def test_before_the_servers_settings_a_hundred_streams_are_assumed(h2_peer):
    # RFC 9113 6.5.2 recommends no fewer; until SETTINGS come the formal limit is none.
    peer = h2_peer()
    peer.h2.update_settings({})
    connection, _ = connection_over(peer.step(respond(1)))
    before = connection.capacity
    run_sync(facts_of(connection))
    assert (100, 100) == (before, connection.capacity)


@pytest.mark.parametrize(("allowed", "capacity"), [(7, 7), (500, 500), (5000, 1000)])
def test_the_capacity_is_what_the_server_allows(h2_peer, allowed, capacity):
    peer = h2_peer()
    peer.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: allowed})
    connection, _ = connection_over(peer.step(respond(1)))
    run_sync(facts_of(connection))
    assert capacity == connection.capacity


def test_more_streams_than_allowed_are_refused_before_anything_is_sent(h2_peer):
    peer = h2_peer()
    connection, stream = connection_over(
        peer.step(lambda p: p.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: 1})),
        peer.step(lambda p: p.head(1)),
    )

    async def scenario():
        response = await connection.send(get())
        before = len(stream.written)
        error = await raised_by(connection.send(get()))
        unsent = before == len(stream.written)
        await response.close()
        return type(error), unsent

    assert (ClosedError, True) == run_sync(scenario())


def test_when_the_stream_ids_are_used_up_the_connection_is(h2_peer):
    peer = h2_peer()
    connection, _ = connection_over(peer.step(respond(1)))
    connection._h2.get_next_available_stream_id = no_ids
    assert ClosedError is type(run_sync(raised_by(connection.send(get()))))
    assert connection.is_closed


def no_ids():
    raise h2.exceptions.NoAvailableStreamIDError("used up")


@pytest.mark.parametrize("limit", [None, 0.2])
def test_a_cancel_ends_a_write_that_the_server_does_not_take(limit):
    """Without a limit the write is not shielded, and the connection, in mid-frame, is given up."""

    class Deaf(ScriptedStream):
        async def write(self, data, timeout=None):
            with trio.move_on_after(float("inf") if timeout is None else timeout):
                await trio.sleep_forever()
            raise WriteTimeout("deaf", timeout)

    async def scenario():
        connection = HTTP2Connection(Deaf(), TrioBackend())
        options = Options(timeout=Timeout(write=limit))
        with trio.move_on_after(0.05) as scope:
            await connection.send(Request("GET", HERE, options=options))
        assert scope.cancelled_caught is (limit is None)
        assert connection.is_closed is True

    if limit is None:
        trio.run(scenario)
    else:
        with pytest.raises(WriteTimeout):
            trio.run(scenario)


def test_cancelling_a_write_that_is_queued_whole_leaves_the_connection_to_the_others():
    class Slow(ScriptedStream):
        """asyncio's kind: the bytes are queued at once, and then it waits for room."""

        async def write(self, data, timeout=None):
            await super().write(data, timeout)
            if not waited:
                waited.append(data)
                await asyncio.sleep(3600)

    waited = []

    async def scenario():
        connection = HTTP2Connection(Slow(), AsyncioBackend())
        sending = asyncio.ensure_future(connection.send(Request("GET", HERE)))
        while not waited:
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert connection.is_closed is False

    asyncio.run(scenario())
