"""How an exchange over HTTP/2 fails: alone where it can, and after what came before."""

import gc

import h2.errors
import h2.events
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    ClosedError,
    HTTP11Required,
    LocalProtocolError,
    Options,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Timeout,
    TotalTimeout,
    WriteError,
    run_sync,
)
from testkit.scripted_h2 import facts_of, get, raised_by, respond

ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


def reset(stream_id, code=ERRORS.INTERNAL_ERROR):
    return lambda peer: peer.h2.reset_stream(stream_id, code)


# Our own faults.


def test_a_request_that_can_not_be_sent_opens_no_stream(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1)))
    request = get(options=Options(connect_protocol="websocket"))  # which needs CONNECT
    error = run_sync(raised_by(connection.send(request)))
    assert LocalProtocolError is type(error)
    assert str(error).startswith(
        "GET https://user:[secure]@example.org/path?q=1: the request can't"
    )
    assert (200, 1) == (run_sync(facts_of(connection))[0], connection.exchanges)


def test_a_body_iterator_that_fails_ends_its_stream_only(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(), peer.step(respond(3, b"hello")))

    async def pieces():
        yield b"a"
        raise KeyError("mine")

    assert KeyError is type(run_sync(raised_by(connection.send(get("POST", pieces())))))
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))
    assert [(1, ERRORS.CANCEL)] == peer.resets()


# Resets.


def test_a_reset_fails_its_stream_only(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)),
            peer.step(reset(3, ERRORS.REFUSED_STREAM)),
            peer.step(lambda p: p.h2.send_data(1, b"hello", end_stream=True)),
        )
        first = await connection.send(get())
        error = await raised_by(connection.send(get()))
        return type(error), error.sent, str(error), await first.read()

    kind, sent, text, body = run(scenario)
    assert (RemoteProtocolError, False, b"hello") == (kind, sent, body)
    assert (
        "GET https://user:[secure]@example.org/path?q=1: the server reset the stream (REFUSED_STREAM)"
        in text
    )


def test_a_server_may_want_http_1(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(reset(1, ERRORS.HTTP_1_1_REQUIRED)))
    error = run_sync(raised_by(connection.send(get())))
    assert (HTTP11Required, False) == (type(error), error.sent)


@pytest.mark.parametrize("in_one_read", [True, False])
@pytest.mark.parametrize("end", ["reset", "goaway and end", "break"])
def test_a_failure_comes_after_what_came_before_it(run, h2_peer, in_one_read, end):
    async def scenario():
        def act(p):
            p.head(1)
            p.h2.send_data(1, b"some")

        peer = h2_peer()
        last = {
            "reset": frames.RstStreamFrame(1, ERRORS.INTERNAL_ERROR).serialize(),
            "goaway and end": frames.GoAwayFrame(0, 0, 0).serialize(),
            "break": b"\0\0\1\0\0\0\0\0\0x",
        }[end]
        steps = [peer.step(act, last)] if in_one_read else [peer.step(act), lambda stream: last]
        connection = peer.connect(*steps, lambda stream: b"")
        source = (await connection.send(get()))._body.source
        data = await source.read_chunk()
        error = await raised_by(source.read_chunk())
        again = await source.read_chunk()
        return data, type(error), error.answered, source.closed, source.cut, again

    assert (b"some", RemoteProtocolError, True, True, True, b"") == run(scenario)


def test_a_reset_after_much_data_is_that_reset(h2_peer):
    def act(p):
        for _ in range(40):
            p.h2.send_data(1, bytes(16_384))
        reset(1)(p)

    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1)), peer.step(act), peer.step(respond(3)))

    async def scenario():
        response = await connection.send(get())
        await facts_of(connection)  # which reads it all
        return await raised_by(response.read())

    error = run_sync(scenario())
    assert RemoteProtocolError is type(error)
    assert "reset the stream (INTERNAL_ERROR)" in str(error)


def test_a_malformed_response_fails_its_stream_only(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        bad = frames.DataFrame(1, b"too early").serialize()
        connection = peer.connect(peer.step(raw=bad), peer.step(respond(3, b"hello")))
        error = await raised_by(connection.send(get()))
        return type(error), error.answered, error.sent, await facts_of(connection), peer.resets()

    assert (
        RemoteProtocolError,
        True,
        True,
        (200, "HTTP/2", b"hello"),
        [(1, ERRORS.PROTOCOL_ERROR)],
    ) == run(scenario)


def test_content_that_ends_too_early_is_an_error_behind_what_came(h2_peer):
    def act(p):
        p.head(1, 200, ("content-length", "5"))
        p.h2.send_data(1, b"hel")

    peer = h2_peer()
    end = frames.DataFrame(1, b"", flags=["END_STREAM"]).serialize()
    connection = peer.connect(peer.step(act), lambda stream: end, peer.step(respond(3)))

    async def scenario():
        source = (await connection.send(get()))._body.source
        return await source.read_chunk(), await raised_by(source.read_chunk())

    data, error = run_sync(scenario())
    assert (b"hel", RemoteProtocolError) == (data, type(error))
    assert "3 bytes of content instead of 5" in str(error)
    assert 200 == run_sync(facts_of(connection))[0]


# Responses that are left early.


def test_closing_a_response_early_resets_its_stream_only(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: p.head(1)), peer.step(respond(3, b"hello")))
        response = await connection.send(get())
        shown = repr(response._body.source)
        await response.close()
        await response.close()
        facts = await facts_of(connection)
        return facts, peer.resets(), connection.is_closed, peer.stream.closed, shown

    assert (
        (200, "HTTP/2", b"hello"),
        [(1, ERRORS.CANCEL)],
        False,
        False,
        "<body of GET https://user:[secure]@example.org/path?q=1>",
    ) == run(scenario)


def test_bytes_for_a_stream_that_was_given_up_are_ignored(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        late = frames.DataFrame(1, b"late").serialize() + frames.WindowUpdateFrame(1, 5).serialize()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)), peer.step(respond(3, b"hello"), late)
        )
        await (await connection.send(get())).close()
        return await facts_of(connection)

    assert (200, "HTTP/2", b"hello") == run(scenario)


def test_the_farewell_to_a_stream_may_fail(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1)))

    async def scenario():
        response = await connection.send(get())
        peer.stream.write_error = WriteError("broken pipe")
        await response.close()

    run_sync(scenario())
    assert connection.is_closed


def test_a_stream_that_both_sides_have_ended_needs_no_farewell(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1, b"hello")))

    async def scenario():
        await (await connection.send(get())).close()

    run_sync(scenario())
    assert [] == peer.resets()


def test_a_dropped_response_warns_and_ends_the_connection_for_new_requests(h2_peer):
    peer = h2_peer()
    connection = peer.connect(
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


# The end of the connection.


def test_a_whole_response_survives_the_end_of_the_connection(h2_peer):
    peer = h2_peer()
    connection = peer.connect(
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

    peer = h2_peer()
    connection = peer.connect(peer.step(raw=b"\0"), breaks)
    assert RemoteProtocolError is type(run_sync(raised_by(connection.send(get()))))


# Limits.


def test_the_limit_of_a_read_is_named_whoever_reads(h2_peer):
    # The bytes of others do not count: what is left of the limit shrinks, what is told does not.
    peer = h2_peer()

    def others(stream):
        peer.backend.time += 1.0
        return frames.PingFrame(0, b"12345678").serialize()

    connection = peer.connect(peer.step(), others, others, lambda stream: None)
    error = run_sync(raised_by(connection.send(get())))
    assert (ReadTimeout, 3) == (type(error), error.limit)
    assert "sent nothing for 3 s" in str(error)


def test_the_limit_for_the_head_is_another_where_that_is_said(h2_peer):
    limits = Timeout(read=3, head=9)
    connection = h2_peer().connect(lambda stream: None, timeout=limits)
    assert 9 == run_sync(raised_by(connection.send(get()))).limit
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1)), lambda stream: None, timeout=limits)
    response = run_sync(connection.send(get()))
    assert 3 == run_sync(raised_by(response.read())).limit


def test_without_limits_a_silent_server_is_still_told(h2_peer):
    connection = h2_peer().connect(timeout=Timeout.of(None))
    error = run_sync(raised_by(connection.send(get())))
    assert ReadTimeout is type(error)
    assert "sent nothing in time" in str(error)


@pytest.mark.parametrize("spoke", [False, True])
@pytest.mark.parametrize("phase", ["head", "body"])
def test_a_connection_without_a_word_for_anybody_takes_no_new_requests(h2_peer, phase, spoke):
    # What is between may have forgotten it.
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1)), peer.step(lambda p: p.head(3)))

    async def scenario():
        first, second = await connection.send(get()), await connection.send(get())
        if spoke:
            peer.stream._steps.append(lambda stream: frames.PingFrame(0, bytes(8)).serialize())
        silent = first.read() if phase == "body" else connection.send(get())
        error, closed = await raised_by(silent), connection.is_closed
        ends = peer.step(lambda p: p.h2.send_data(3, b"hello", end_stream=True))
        peer.stream._steps.append(ends)  # who has a stream may wait on
        body = await second.read()
        await first.close()
        return type(error), closed, body

    assert (ReadTimeout, not spoke, b"hello") == run_sync(scenario())


def test_a_length_that_swallows_what_follows_is_no_word(h2_peer):
    """What comes is taken for the rest of a frame, which never ends."""
    peer = h2_peer()
    head = (1_000).to_bytes(3, "big") + bytes(6)
    connection = peer.connect(peer.step(lambda p: p.head(1)), lambda stream: head + bytes(99))

    async def scenario():
        first = await connection.send(get())
        error, closed = await raised_by(connection.send(get())), connection.is_closed
        await first.close()
        return type(error), closed

    assert (ReadTimeout, True) == run_sync(scenario())


def test_after_the_deadline_a_timeout_is_the_total(h2_peer):
    peer = h2_peer()

    def late(stream):
        peer.backend.time = 9.0

    connection = peer.connect(late, timeout=Timeout(total=8))
    error = run_sync(raised_by(connection.send(get())))
    assert (TotalTimeout, 8, 9.0) == (type(error), error.limit, error.elapsed)


def test_after_the_deadline_a_timeout_in_the_body_is_the_total(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1)), timeout=Timeout(total=8))

    async def scenario():
        response = await connection.send(get())
        peer.backend.time = 8.5
        return await raised_by(response.read())

    error = run_sync(scenario())
    assert (TotalTimeout, True) == (type(error), error.answered)


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
