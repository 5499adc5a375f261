"""Content over HTTP/2: as far as the server's windows allow, and as long as the server wants it."""

import h2.errors
import h2.events
import h2.settings
import pytest

from httpcore_pool import (
    LocalProtocolError,
    ReadTimeout,
    ScriptedStream,
    Timeout,
    WriteTimeout,
    run_sync,
)
from testkit.scripted_h2 import facts_of, post, raised_by, respond, widen

CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


# All of it.


@pytest.mark.parametrize("length", [None, 5])
def test_content_comes_whole_and_ends_the_request(run, h2_peer, length):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(), peer.step(respond(1)))
        headers = {} if length is None else {"Content-Length": "5"}
        await facts_of(connection, post([b"he", b"llo"], headers=headers))
        (event,) = peer.of(h2.events.RequestReceived)
        return dict(event.headers).get("content-length"), peer.content(1)

    expected = None if length is None else "5"
    assert (expected, (b"hello", True)) == run(scenario)


def test_content_waits_for_the_windows_of_stream_and_connection(run, h2_peer):
    async def scenario():
        peer, content = h2_peer(), bytes(range(250)) * 400
        more = peer.step(widen(30_000, 1, None))
        connection = peer.connect(peer.step(), more, more, peer.step(respond(1, b"thanks")))
        return await facts_of(connection, post(content)), peer.content(1) == (content, True)

    assert ((200, "HTTP/2", b"thanks"), True) == run(scenario)


def test_a_window_that_does_not_open_is_a_write_timeout(h2_peer):
    peer = h2_peer()
    error = run_sync(raised_by(peer.connect(peer.step()).send(post(bytes(100_000)))))
    assert (WriteTimeout, 4, "write") == (type(error), error.limit, error.phase)
    assert "no room for more of the request (flow control) for 4 s" in str(error)
    assert [(1, ERRORS.CANCEL)] == peer.resets()
    peer = h2_peer()
    connection = peer.connect(peer.step(), timeout=Timeout.of(None))
    error = run_sync(raised_by(connection.send(post(bytes(100_000)))))
    assert WriteTimeout is type(error)
    assert "(flow control) in time" in str(error)


def test_a_setting_that_widens_the_window_lets_the_upload_go_on(h2_peer):
    peer = h2_peer()
    connection = peer.connect(
        peer.step(widen(1_000_000, None)),
        peer.step(lambda p: p.h2.update_settings({CODES.INITIAL_WINDOW_SIZE: 1_000_000})),
        peer.step(respond(1)),
    )
    assert 200 == run_sync(facts_of(connection, post(bytes(100_000))))[0]


def test_a_setting_may_drive_a_window_below_nothing(h2_peer):
    # RFC 9113 6.9.2: 65,535 were sent; 20,000 remain, less what comes until the window is positive.
    peer, content = h2_peer(), bytes(80_000)
    sent = []

    def note(act):
        return peer.step(lambda p: (sent.append(len(p.content(1)[0])), act(p)))

    connection = peer.connect(
        note(lambda p: p.h2.update_settings({CODES.INITIAL_WINDOW_SIZE: 20_000})),
        note(widen(100_000, None)),
        note(widen(45_535, 1)),  # it is 0 now
        note(widen(5000, 1)),
        note(widen(50_000, 1)),
        note(respond(1)),
    )
    assert 200 == run_sync(facts_of(connection, post(content)))[0]
    assert [65_535, 65_535, 65_535, 65_535, 70_535, 80_000] == sent


@pytest.mark.parametrize("crumbs", [1, 255, 1365])
def test_crumbs_of_a_window_wait_for_more(run, h2_peer, crumbs):
    # RFC 9293 3.8.6.2.1, which holds for any window: frames of a few octets cost more than they carry.
    async def scenario():
        peer, content = h2_peer(), bytes(80_000)
        crumb = peer.step(widen(crumbs, 1, None))
        rest = peer.step(lambda p: (widen(50_000, 1, None)(p), respond(1)(p)))
        connection = peer.connect(peer.step(), crumb, crumb, crumb, rest)
        assert 200 == (await facts_of(connection, post(content)))[0]
        assert (content, True) == peer.content(1)
        return [size for size in peer.sizes() if size < 4095]

    assert [] == run(scenario)


@pytest.mark.parametrize("crumbs", [1, 255, 1365])
def test_crumbs_are_taken_when_no_more_comes(run, h2_peer, crumbs):
    # A server may want to have them before it gives more.
    async def scenario():
        peer, content = h2_peer(), bytes(65_535 + 2 * crumbs + 5000)

        crumb = peer.step(widen(crumbs, 1, None))
        silence = ReadTimeout("nothing comes", 0.1)
        connection = peer.connect(
            *(peer.step(), crumb, silence, crumb, silence),
            *(peer.step(widen(5000, 1, None)), peer.step(respond(1))),
        )
        assert 200 == (await facts_of(connection, post(content)))[0]
        assert (content, True) == peer.content(1)
        return peer.sizes()[-3:]

    assert [crumbs, crumbs, 5000] == run(scenario)


def test_a_window_of_few_octets_is_no_crumb(run, h2_peer):
    async def scenario():
        peer = h2_peer({CODES.INITIAL_WINDOW_SIZE: 10})
        again = [peer.step(widen(5, 1)) for _ in range(18)]
        connection = peer.connect(peer.step(), *again, peer.step(respond(1)))
        return (await facts_of(connection, post([bytes(100)])))[0], peer.content(1)[1]

    assert (200, True) == run(scenario)


# A server that wants no more (RFC 9113 8.1).


def test_a_response_before_the_upload_ends_stops_it(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1, b"too large", 413)), peer.step(respond(3)))
        facts = await facts_of(connection, post(bytes(100_000)))
        return facts, peer.resets(), (await facts_of(connection))[0]

    assert ((413, "HTTP/2", b"too large"), [(1, ERRORS.CANCEL)], 200) == run(scenario)


@pytest.mark.parametrize(
    ("status", "sent"), [(200, 70_000), (299, 70_000), (300, 65_535), (413, 65_535)]
)
def test_a_head_that_is_a_success_lets_the_upload_go_on(run, h2_peer, status, sent):
    async def scenario():
        peer = h2_peer()
        rest = peer.step(lambda p: p.h2.send_data(1, b"done", end_stream=True))
        connection = peer.connect(
            peer.step(lambda p: (p.head(1, status), widen(10_000, 1, None)(p))), rest
        )
        facts = await facts_of(connection, post(bytes(70_000)))
        return facts[0], facts[2], len(peer.content(1)[0])

    assert (status, b"done", sent) == run(scenario)


@pytest.mark.parametrize("length", [69_999, 70_001])
@pytest.mark.parametrize("whole", [True, False])
def test_an_early_response_hides_no_mistake_of_the_caller(run, h2_peer, length, whole):
    async def scenario():
        def early(p):
            p.head(1, 200)
            if whole:
                p.h2.send_data(1, b"done", end_stream=True)
            widen(10_000, 1, None)(p)

        peer = h2_peer()
        rest = [] if whole else [peer.step(lambda p: p.h2.send_data(1, b"done", end_stream=True))]
        connection = peer.connect(peer.step(early), *rest)
        headers = {"Content-Length": str(length)}
        content = [bytes(35_000), bytes(35_000)]
        error = await raised_by(facts_of(connection, post(content, headers=headers)))
        return type(error), peer.resets()

    assert (LocalProtocolError, [(1, ERRORS.CANCEL)]) == run(scenario)


def test_a_whole_response_and_no_error_is_no_failure(h2_peer):
    # RFC 9113 8.1: the server may stop an upload with RST_STREAM NO_ERROR after its response.
    peer = h2_peer()
    connection = peer.connect(
        peer.step(lambda p: (p.answer(1, b"enough"), p.h2.reset_stream(1, ERRORS.NO_ERROR)))
    )
    assert (200, "HTTP/2", b"enough") == run_sync(facts_of(connection, post(bytes(100_000))))
    assert not connection.is_closed


def test_behind_a_whole_success_the_rest_is_sent(run, h2_peer):
    """RFC 9113 8.1: unless the server asks for an end, by RST_STREAM."""

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(respond(1, b"thanks")),
            peer.step(widen(10_000, 1, None)),
            peer.step(respond(3)),
        )
        facts = await facts_of(connection, post(bytes(70_000)))
        sent = peer.content(1)
        return facts, sent == (bytes(70_000), True), peer.resets(), (await facts_of(connection))[0]

    assert ((200, "HTTP/2", b"thanks"), True, [], 200) == run(scenario)


def test_a_server_that_asks_for_an_end_behind_a_whole_success_gets_no_more(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(respond(1, b"thanks")),
            peer.step(lambda p: p.h2.reset_stream(1, ERRORS.NO_ERROR)),
            peer.step(respond(3)),
        )
        facts = await facts_of(connection, post(bytes(70_000)))
        return facts, len(peer.content(1)[0]), peer.resets(), (await facts_of(connection))[0]

    assert ((200, "HTTP/2", b"thanks"), 65_535, [], 200) == run(scenario)


def test_a_server_that_takes_no_more_behind_a_whole_success_has_answered_all_the_same(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1, b"thanks")))
    assert (200, "HTTP/2", b"thanks") == run_sync(facts_of(connection, post(bytes(70_000))))
    assert [(1, ERRORS.CANCEL)] == peer.resets()


def test_a_response_without_a_body_before_the_upload_ends_stops_it(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1, status=413)))
    response = run_sync(connection.send(post(bytes(100_000))))
    assert (True, 1) == (response.is_closed, len(peer.resets()))


def test_a_response_that_ends_between_two_pieces_ends_the_upload(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(respond(1, status=413)), peer.step(respond(3)))

    async def pieces():
        yield bytes(65_535)
        yield b"x"  # waits for room, and meets the response instead
        raise AssertionError

    assert 413 == run_sync(facts_of(connection, post(pieces())))[0]
    assert 200 == run_sync(facts_of(connection))[0]


@pytest.mark.parametrize("more", [False, True])
def test_a_response_that_another_took_in_ends_the_upload(h2_peer, more):
    peer = h2_peer()
    connection = peer.connect(
        peer.step(), peer.step(lambda p: (respond(1, status=413)(p), respond(3)(p)))
    )

    async def pieces():
        yield b"a"
        await facts_of(connection)  # which reads for both
        if more:
            yield b"b"

    assert 413 == run_sync(facts_of(connection, post(pieces())))[0]
    assert b"a" == peer.content(1)[0]


@pytest.mark.parametrize("more", [False, True])
def test_a_reset_between_two_pieces_ends_the_upload(h2_peer, more):
    peer = h2_peer()
    connection = peer.connect(
        peer.step(),
        peer.step(lambda p: (p.h2.reset_stream(1, ERRORS.INTERNAL_ERROR), respond(3)(p))),
    )

    async def pieces():
        yield b"a"
        await facts_of(connection)  # which reads for both
        if more:
            yield b"b"

    error = run_sync(raised_by(connection.send(post(pieces()))))
    assert "reset the stream (INTERNAL_ERROR)" in str(error)


def test_a_long_upload_looks_now_and_then_whether_the_server_speaks(h2_peer):
    # The windows are wide, so that it never has to wait.
    peer = h2_peer({CODES.INITIAL_WINDOW_SIZE: 2**31 - 1})
    peer.h2.increment_flow_control_window(2**30)
    answered = []

    class Speaking(ScriptedStream):
        def is_readable(self):
            return len(self.written) > 500_000 and bool(self._steps)

    connection = peer.connect(
        peer.step(respond(1)), peer.step(respond(3, status=413)), stream=Speaking
    )
    run_sync(facts_of(connection))

    async def pieces():
        for number in range(100):
            answered.append(number)
            yield bytes(100_000)

    assert 413 == run_sync(facts_of(connection, post(pieces())))[0]
    assert 5 < len(answered) < 12


@pytest.mark.parametrize("more", [False, True])
def test_a_response_that_came_while_content_was_awaited_spares_the_rest(run, h2_peer, more):
    async def scenario():
        peer, spoken = h2_peer(), []

        class Speaking(ScriptedStream):
            def is_readable(self):
                return bool(spoken and self._steps)

        async def pieces():
            yield b"a"
            peer.backend.time += 1
            spoken.append(True)
            if more:
                yield b"b"
                raise AssertionError

        connection = peer.connect(peer.step(), peer.step(respond(1, status=413)), stream=Speaking)
        facts = await facts_of(connection, post(pieces()))
        return facts[0], peer.content(1), peer.resets()

    assert (413, (b"a", False), [(1, ERRORS.CANCEL)]) == run(scenario)


# Our own faults.


@pytest.mark.parametrize(
    ("pieces", "words"), [([b"abcd"], "longer"), ([b"ab", b"cd"], "longer"), ([b"ab"], "shorter")]
)
def test_a_body_that_does_not_fit_its_length_is_our_error_and_ends_its_stream(
    pieces, words, h2_peer
):
    peer = h2_peer()
    connection = peer.connect(peer.step())
    request = post(pieces, headers={"Content-Length": "3"})
    error = run_sync(raised_by(connection.send(request)))
    assert (LocalProtocolError, [(1, ERRORS.CANCEL)], False) == (
        type(error),
        peer.resets(),
        connection.is_closed,
    )
    assert f"content is {words} than its Content-Length" in str(error)


# Content that is long in coming.


def test_the_settings_are_heard_before_content_of_unknown_length_is_asked_for(run, h2_peer):
    """Others of the pool wait for them, and who waits for its own content reads for nobody."""
    seen = []

    async def scenario():
        peer = h2_peer({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 7})
        connection = peer.connect(peer.step(), peer.step(respond(1)))

        class Body(list):
            def __iter__(self):
                seen.append((connection.is_settled, connection.capacity))
                return super().__iter__()

        return await facts_of(connection, post(Body([b"hello"])))

    assert (200, "HTTP/2", b"") == run(scenario)
    assert [(True, 7)] == seen


def test_a_server_that_says_no_settings_is_not_waited_for_long(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        silence = ReadTimeout("nothing came")
        connection = peer.connect(silence, peer.step(respond(1)))
        return await facts_of(connection, post(iter([b"hello"]))), peer.content(1)

    assert ((200, "HTTP/2", b""), (b"hello", True)) == run(scenario)


def test_a_one_shot_body_counts_as_used_only_once_the_server_has_asked_for_it(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1, status=417)))
        request = post(iter([b"hello"]), headers={"Expect": "100-continue"})
        return (await facts_of(connection, request))[0], request.body.opened

    assert (417, False) == run(scenario)
