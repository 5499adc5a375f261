"""One exchange over HTTP/2: the request, its response, 1xx, trailers, paces, and how it fails alone."""

import h2.errors
import h2.events
import h2.settings
import pytest

from httpcore_pool import (
    HTTP2Settings,
    Options,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    StreamClosed,
    Timeout,
    run_sync,
)
from testkit.scripted_h2 import facts_of, get, raised_by, respond

ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


# One exchange.


def test_a_response_has_status_phrase_protocol_fields_and_body(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: p.answer(1, b"hello", 200, ("x-a", "b"))))
        response = await connection.send(get())
        facts = (response.status_code, response.reason_phrase, response.protocol)
        return facts, response.headers.raw, await response.read(), response.is_closed

    assert ((200, "OK", "HTTP/2"), [(b"x-a", b"b")], b"hello", True) == run(scenario)


def test_a_request_becomes_pseudo_fields_and_fields(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1)))
    run_sync(facts_of(connection, get(headers={"X-Upper": "a", "Keep-Alive": "1"})))
    (event,) = peer.of(h2.events.RequestReceived)
    assert [
        (":method", "GET"),
        (":authority", "example.org"),
        (":scheme", "https"),
        (":path", "/path?q=1"),
        ("x-upper", "a"),
    ] == [tuple(field) for field in event.headers]


def test_every_split_gives_the_same_answer(h2_peer):
    peer, heard = h2_peer(), []
    answer = peer.step(respond(1, b"hello"))
    connection = peer.connect(lambda stream: heard.append(answer(stream)) or b"")
    with pytest.raises(ReadError):
        run_sync(facts_of(connection))
    for at in range(1, len(heard[0])):
        connection = h2_peer().connect(heard[0][:at], heard[0][at:])
        assert (200, "HTTP/2", b"hello") == run_sync(facts_of(connection))


def test_a_response_without_a_body_ends_at_once(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1, status=204)))
        response = await connection.send(get())
        return response.is_closed, await response.read(), repr(connection)

    assert (True, b"", "<HTTP2Connection to scripted:0, 0 streams, 1 requests>") == run(scenario)


def test_what_happens_is_traced(h2_peer):
    peer, seen = h2_peer(), []
    connection = peer.connect(peer.step(respond(1)), peer.step(respond(3)))
    options = Options(trace=lambda event: seen.append(event.name))
    run_sync(facts_of(connection, get(options=options)))
    run_sync(facts_of(connection, get("POST", b"x", options=options)))
    steps = ["send.start", "send.head", "send.done", "wait.start", "wait.done"]
    assert [*steps, "receive.start", "receive.done"] * 2 == seen


def test_a_head_that_goes_first_and_what_comes_before_the_answer_are_traced(h2_peer):
    def go_ahead(peer):
        peer.h2.send_headers(1, [(":status", "100")])

    peer, seen = h2_peer(), []
    connection = peer.connect(peer.step(go_ahead), peer.step(respond(1)))
    options = Options(trace=lambda event: seen.append(event.name))
    request = get("POST", b"x", headers={"Expect": "100-continue"}, options=options)
    run_sync(facts_of(connection, request))
    assert ["send.start", "send.head", "response.informational", "send.done"] == seen[:4]


def test_a_failure_is_traced(h2_peer):
    seen = []
    options = Options(trace=lambda event: seen.append(event.name))
    run_sync(raised_by(h2_peer().connect(b"").send(get(options=options))))
    assert "wait.failed" == seen[-1]


def test_padding_and_empty_frames_are_no_body(h2_peer):
    def act(p):
        p.head(1)
        p.h2.send_data(1, b"")
        p.h2.send_data(1, b"hello", pad_length=100)
        p.h2.send_data(1, b"", end_stream=True)

    peer = h2_peer()
    assert (200, "HTTP/2", b"hello") == run_sync(facts_of(peer.connect(peer.step(act))))


def test_fields_up_to_what_we_announce_are_taken(h2_peer):
    fields = [(f"x-{i}", "a" * 1000) for i in range(90)]
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.answer(1, b"hello", 200, *fields)))
    assert 200 == run_sync(facts_of(connection))[0]
    assert 100 * 1024 == peer.h2.remote_settings.max_header_list_size


def test_more_fields_than_we_announce_break_the_connection(h2_peer):
    fields = [(f"x-{i}", "a" * 1000) for i in range(110)]
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.answer(1, b"hello", 200, *fields)))
    assert RemoteProtocolError is type(run_sync(raised_by(facts_of(connection))))
    assert connection.is_closed


# Informational responses (RFC 9110 15.2).


def hints(number):
    return lambda peer: [peer.head(1, 103, ("link", f"</{each}>")) for each in range(number)]


def test_informational_responses_reach_whoever_asked_for_them(run, h2_peer):
    async def scenario():
        seen, peer = [], h2_peer()
        connection = peer.connect(
            peer.step(lambda p: hints(2)(p)),
            peer.step(lambda p: (p.head(1, 100), p.answer(1, b"hello"))),
        )
        facts = await facts_of(connection, get(options=Options(on_informational=seen.append)))
        return facts, [(each.status_code, each.headers.raw) for each in seen]

    assert (
        (200, "HTTP/2", b"hello"),
        [(103, [(b"link", b"</0>")]), (103, [(b"link", b"</1>")]), (100, [])],
    ) == run(scenario)


def test_nobody_has_to_ask_for_them_and_a_flood_fails_its_stream(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        flood = peer.step(lambda p: [p.head(3, 103) for _ in range(33)])
        connection = peer.connect(peer.step(lambda p: (hints(32)(p), p.answer(1))), flood)
        facts = await facts_of(connection)
        error = await raised_by(connection.send(get()))
        return facts, type(error), str(error), connection.is_closed

    facts, kind, text, closed = run(scenario)
    assert ((200, "HTTP/2", b""), RemoteProtocolError, False) == (facts, kind, closed)
    assert "more than 32 informational (1xx) responses" in text


def test_informational_responses_that_another_took_in_are_told_all_the_same(run, h2_peer):
    async def scenario():
        seen, peer = [], h2_peer()
        connection = peer.connect(
            peer.step(), peer.step(lambda p: (p.head(1, 103), p.answer(1), p.answer(3)))
        )

        async def pieces():
            yield b"a"
            await facts_of(connection)  # which reads for both
            yield b"b"

        request = get("POST", pieces(), options=Options(on_informational=seen.append))
        return await facts_of(connection, request), [each.status_code for each in seen]

    assert ((200, "HTTP/2", b""), [103]) == run(scenario)


def test_a_callback_that_fails_fails_its_exchange_only(h2_peer):
    def fails(informational):
        raise KeyError("mine")

    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: hints(1)(p)), peer.step(respond(3)))
    request = get(options=Options(on_informational=fails))
    assert KeyError is type(run_sync(raised_by(connection.send(request))))
    assert 200 == run_sync(facts_of(connection))[0]
    assert [(1, ERRORS.CANCEL)] == peer.resets()


# Trailers (RFC 9113 8.1).


@pytest.mark.parametrize("at_once", [True, False])
def test_trailers_are_there_behind_the_body(run, h2_peer, at_once):
    async def scenario():
        def begin(p):
            p.head(1)
            p.h2.send_data(1, b"hello")

        def end(p):
            p.h2.send_headers(1, [("x-trailer", "a")], end_stream=True)

        peer = h2_peer()
        steps = (
            [peer.step(lambda p: (begin(p), end(p)))] if at_once else map(peer.step, [begin, end])
        )
        connection = peer.connect(*steps)
        response = await connection.send(get())
        body = await response.read()
        return body, response.trailers.raw, connection.state.streams

    assert (b"hello", [(b"x-trailer", b"a")], {}) == run(scenario)


def test_a_response_without_trailers_has_none(h2_peer):
    peer = h2_peer()
    connection = peer.connect(
        peer.step(lambda p: p.head(1)),
        peer.step(lambda p: p.h2.send_data(1, b"x", end_stream=True)),
    )

    async def scenario():
        response = await connection.send(get())
        await response.read()
        return len(response.trailers)

    assert 0 == run_sync(scenario())


# Our window (RFC 9113 5.2).


def feed(peer, left, size=16_384):
    """A step that sends as much of what is left as the windows allow, in frames of so many bytes."""

    def act(p):
        while left[0] and (room := min(p.h2.local_flow_control_window(1), left[0], size)):
            left[0] -= room
            p.h2.send_data(1, bytes(room), end_stream=not left[0])

    return peer.step(act)


def test_a_download_gives_the_windows_back(run, h2_peer):
    # More than the connection's 16 MiB and the stream's 4 MiB go through.
    async def scenario():
        peer, left = h2_peer(), [20 * 1024 * 1024]
        connection = peer.connect(peer.step(lambda p: p.head(1)), *[feed(peer, left)] * 64)
        response, size = await connection.send(get()), 0
        async for piece in response.raw():
            size += len(piece)
        return size, left[0]

    assert (20 * 1024 * 1024, 0) == run(scenario)


@pytest.mark.parametrize("lowest_rate", [None, 1])
def test_a_window_that_one_read_uses_up_is_given_back(h2_peer, lowest_rate):
    peer, left = h2_peer(), [100_000]
    settings = HTTP2Settings(stream_window_bytes=10_000)
    timeout = Timeout(read=3, lowest_rate=lowest_rate)
    connection = peer.connect(
        peer.step(lambda p: p.head(1)), *[feed(peer, left)] * 20, settings=settings, timeout=timeout
    )

    async def scenario():
        return len(await (await connection.send(get())).read())

    assert (100_000, 0) == (run_sync(scenario()), left[0])


def test_a_body_that_nobody_reads_holds_up_its_own_stream_only(h2_peer):
    peer, left = h2_peer(), [10_000_000]
    connection = peer.connect(
        peer.step(lambda p: p.head(1)), feed(peer, left), peer.step(respond(3, b"hello"))
    )

    async def scenario():
        response = await connection.send(get())
        facts = await facts_of(connection)
        await response.close()
        return facts

    assert (200, "HTTP/2", b"hello") == run_sync(scenario())
    assert 10_000_000 - 1024 * 1024 == left[0]


# The lowest rate.


def test_a_drip_below_the_lowest_rate_ends_the_exchange(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def drip(p):
            peer.backend.time += 1.0
            p.h2.send_data(1, b"x")

        connection = peer.connect(
            peer.step(lambda p: p.head(1)), *[peer.step(drip)] * 9, timeout=Timeout(lowest_rate=100)
        )
        response = await connection.send(get())
        error = await raised_by(response.read())
        return type(error), str(error), error.answered, peer.backend.time, peer.resets()

    kind, text, answered, time, resets = run(scenario)
    assert (ReadTimeout, True, 5.0, [(1, ERRORS.CANCEL)]) == (kind, answered, time, resets)
    assert "below the lowest rate of 100 bytes a second" in text


def test_above_the_lowest_rate_it_goes_on_and_frames_for_others_are_no_bytes(h2_peer):
    peer = h2_peer()

    def drip(p):
        peer.backend.time += 1.0
        p.h2.send_data(1, bytes(200))

    ends = peer.step(lambda p: p.h2.send_data(1, b"", end_stream=True))
    windows = peer.step(lambda p: p.h2.increment_flow_control_window(1, 1))
    connection = peer.connect(
        peer.step(lambda p: p.head(1)),
        *[windows, peer.step(drip)] * 12,
        ends,
        timeout=Timeout(lowest_rate=100),
    )
    assert 2400 == len(run_sync(facts_of(connection))[2])


def test_a_body_that_is_closed_while_it_is_read_ends_without_a_word(run, h2_peer):
    """Who asked for bytes is not given those that came after the end that another has made."""

    async def scenario():
        peer, given = h2_peer(), []

        def close_and_give(p):
            run_sync(given[0].close())
            p.h2.send_data(1, b"late") if 1 in p.h2.streams and not p.resets() else None

        connection = peer.connect(
            peer.step(lambda p: (p.head(1), p.h2.send_data(1, b"a"))), peer.step(close_and_give)
        )
        response = await connection.send(get())
        given.append(response)
        pieces = response.raw()
        assert b"a" == await anext(pieces)
        return type(await raised_by(anext(pieces))), response.is_closed, peer.resets()

    assert (StreamClosed, True, [(1, ERRORS.CANCEL)]) == run(scenario)
