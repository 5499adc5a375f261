"""`client.events`: what is sent, when it connects anew, and when it is over; in three worlds."""

import gzip
import socket

import pytest

import httpcore_client
from httpcore_client import Timeout
from httpcore_client.adapters import Clock
from httpcore_client.events import EventStream, EventStreamError, EventTooLarge, SyncEventStream
from httpcore_client.events._patience import pause
from httpcore_client.retry import RetryAdapter
from httpcore_client.testing import ManualClock
from testkit.peer import Peer, response
from testkit.worlds import WORLDS, Lifted

# For what is decided without waiting.
in_one_world = pytest.mark.parametrize("world", WORLDS[2:], ids=["threads"], indirect=True)
KIND = b"Content-Type: text/event-stream"
NO_MORE = response(b"", "204 No Content")
QUICK = b"retry: 0\n\n"


def stream(content, *fields):
    """A response whose stream ends as its length says."""
    return response(content, "200 OK", KIND, *fields)


def broken(content):
    """A response that has more to come when the connection ends."""
    return stream(content).replace(b"Content-Length: ", b"Content-Length: 9")


def endless(content):
    """A response that is never at its end."""
    return b"HTTP/1.1 200 OK\r\n" + KIND + b"\r\n\r\n" + content


def fields(peer, name):
    """The values of a field in each request, None where it was not sent."""
    found = []
    for head in peer.requests:
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        found.append(lines.get(name))
    return found


class Told(Clock):
    """Notes how long is waited, and does not."""

    def __init__(self, backend):
        super().__init__(backend)
        self.slept = []

    async def sleep(self, seconds, until=None):
        self.slept.append(seconds)


def told(client, url, **settings):
    """A stream with a clock of its own, in the client's world."""
    inner = client._target._client if isinstance(client, Lifted) else client
    clock = Told(inner._pool.backend)
    events = EventStream(inner, inner.build("GET", url), clock=clock, **settings)
    return clock.slept, Lifted(SyncEventStream(events)) if inner is not client else events


async def data_of(events):
    return [event.data async for event in events]


def test_events_come_and_a_204_ends_them(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.answering(
                stream(QUICK + b"id: 1\ndata: a\n\nevent: x\ndata: b\n\ndata: lost"),
                stream(b"data: c\n\n"),
                NO_MORE,
            )
        ]

        async def scenario(client):
            async with client.events(peer.url, params={"q": "1"}) as events:
                assert events.response.status_code == 200
                found = [(e.event, e.data, e.id) async for e in events]
                assert events.response.status_code == 204
                assert (events.last_event_id, events.retry) == ("1", 0)
                assert await data_of(events) == []
                return found

        assert run_client(scenario) == [
            ("message", "a", "1"),
            ("x", "b", "1"),
            ("message", "c", "1"),
        ]
        assert [head.split(b"\r\n")[0] for head in peer.requests] == [b"GET /?q=1 HTTP/1.1"] * 3
        assert fields(peer, b"Accept") == [b"text/event-stream"] * 3
        assert fields(peer, b"Cache-Control") == [b"no-store"] * 3
        assert fields(peer, b"Last-Event-ID") == [None, b"1", b"1"]


def test_an_own_accept_is_sent(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(NO_MORE)]

        async def scenario(client):
            own = {"Accept": "application/json, text/event-stream"}
            async with client.events(peer.url, headers=own) as events:
                assert await data_of(events) == []

        run_client(scenario)
        assert fields(peer, b"Accept") == [b"application/json, text/event-stream"]


def test_a_break_and_a_refusal_are_overcome(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.answering(broken(QUICK + b"id: \xc3\xa9\ndata: a\n\ndata: lo")),
            peer.resetting(),
            peer.answering(b"HTTP/1.1 200 OK\r\n"),
            peer.answering(stream(b"id\ndata: b\n\n"), NO_MORE),
        ]

        async def scenario(client):
            _, events = told(client, peer.url)
            async with events:
                return await data_of(events)

        assert run_client(scenario) == ["a", "b"]
        # A reset is seen before its request is read, or after.
        assert fields(peer, b"Last-Event-ID")[-2:] == [b"\xc3\xa9", None]


def test_pauses_grow_until_an_event_comes(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.answering(stream(b"retry: 1000\n\n")),
            peer.answering(b""),
            peer.answering(b""),
            peer.answering(stream(b"data: a\n\n"), NO_MORE),
        ]

        async def scenario(client):
            slept, events = told(client, peer.url)
            async with events:
                assert await data_of(events) == ["a"]
            return slept

        first, second, third, fourth = run_client(scenario)
        assert 0.99 <= first <= 1.5
        assert 1.99 <= second <= 3
        assert 3.99 <= third <= 6
        assert 0.99 <= fourth <= 1.5


@pytest.mark.parametrize(
    ("retry", "failures", "least", "most"),
    [
        (3000, 1, 3, 4.5), (3000, 2, 6, 9), (3000, 5, 48, 72), (3000, 6, 60, 90), (3000, 10**6, 60, 90),
        (120_000, 1, 120, 180), (120_000, 9, 120, 180), (0, 1, 0, 0), (0, 2, 1, 1.5), (0, 9, 60, 90),
    ],
    ids=str,
)  # fmt: skip
def test_pause_doubles_up_to_a_minute_or_what_the_server_says(retry, failures, least, most):
    assert pause(retry, failures, lambda low, high: low) == least
    assert pause(retry, failures, lambda low, high: high) == most


def test_so_many_attempts_in_a_row_without_an_event(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.answering(stream(b"data: a\n\n"), stream(b""), stream(b"data: b\n\n")),
            peer.answering(stream(b""), stream(b""), stream(b"data: never\n\n")),
        ]

        async def scenario(client):
            slept, events = told(client, peer.url, reconnect=2)
            async with events:
                return await data_of(events), len(slept)

        # The one that finds the connection closed after "b" is sent again by the pool.
        assert run_client(scenario) == (["a", "b"], 4)


def test_the_last_failure_is_raised_when_the_attempts_are_used_up(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(broken(b"data: a\n\n")), peer.resetting()]

        async def scenario(client):
            slept, events = told(client, peer.url, reconnect=1)
            found = []
            async with events:
                with pytest.raises(httpcore_client.TransportError):
                    async for event in events:
                        found.append(event.data)
                assert await data_of(events) == []
            return found, len(slept)

        assert run_client(scenario) == (["a"], 1)


def test_a_coding_that_is_cut_short_is_a_break(run_client):
    half = gzip.compress(b"data: a\n\n" + bytes(range(256)))[:-200]
    with Peer() as peer:
        cut = response(half, "200 OK", KIND, b"Content-Encoding: gzip")
        peer.handlers = [peer.answering(cut, stream(b"data: b\n\n"), NO_MORE)]

        async def scenario(client):
            slept, events = told(client, peer.url)
            async with events:
                return (await data_of(events))[-1], len(slept)

        assert run_client(scenario) == ("b", 2)


def test_what_is_over_for_a_while_is_for_a_retry_adapter(run_client):
    busy = response(b"", "503 Busy", b"Retry-After: 7")
    clock = ManualClock()
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(QUICK + b"data: a\n\n"), busy, busy, NO_MORE)]

        async def scenario(client):
            async with client.events(peer.url) as events:
                return await data_of(events)

        assert run_client(scenario, adapters=[RetryAdapter(clock=clock)]) == ["a"]
        assert [int(seconds) for seconds in clock.sleeps] == [7, 7]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_reconnecting_the_end_is_the_end(run_client, method):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(b'data: {"a": 1}\n\ndata: [DONE]\n\n'))]
        how = {"GET": {"reconnect": False}, "POST": {"json": {"stream": True}}}[method]

        async def scenario(client):
            async with client.events(peer.url, method, **how) as events:
                return await data_of(events)

        assert run_client(scenario) == ['{"a": 1}', "[DONE]"]
        assert len(peer.requests) == 1


CHUNKED = b"HTTP/1.1 200 OK\r\n" + KIND + b"\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        broken(b"data: a\n\n"),
        CHUNKED + b"9\r\ndata: a\n\n\r\n",
        CHUNKED + b"ff\r\ndata: a\n\n",
    ],
    ids=["within its length", "between chunks", "in a chunk"],
)
def test_without_reconnecting_a_break_is_an_error(run_client, answer):
    with Peer() as peer:
        peer.handlers = [peer.answering(answer)]

        async def scenario(client):
            found = []
            async with client.events(peer.url, "POST", content="x") as events:
                with pytest.raises(httpcore_client.RemoteProtocolError):
                    async for event in events:
                        found.append(event.data)
            return found

        assert run_client(scenario) == ["a"]


def test_content_goes_along_again_on_request(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(QUICK), NO_MORE)]

        async def scenario(client):
            async with client.events(peer.url, "POST", content="x", reconnect=True) as events:
                assert await data_of(events) == []

        run_client(scenario)
        assert fields(peer, b"Content-Length") == [b"1", b"1"]


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (response(b'{"error": "no key"}', "401 Unauthorized", b"Content-Type: application/json"),
         httpcore_client.HTTPStatusError, 'client error 401 Unauthorized: {"error": "no key"}'),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 9999999\r\n\r\n",
         httpcore_client.HTTPStatusError, "server error 500 Oh"),
        (response(b"<p>", "200 OK", b"Content-Type: text/html"),
         EventStreamError, "it has status 200 and Content-Type text/html; "),
        (response(b"x"), EventStreamError, "it has status 200 and Content-Type none; "),
        (stream(b"data: a\n\n").replace(b"200 OK", b"202 Accepted"),
         EventStreamError, "it has status 202 and Content-Type text/event-stream; "),
    ],
    ids=["401", "500", "another type", "no type", "202"],
)  # fmt: skip
def test_other_answers_fail_at_once_later_too(run_client, answer, kind, says):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(QUICK), answer)]

        async def scenario(client):
            with pytest.raises(kind) as caught:
                async with client.events(peer.url) as events:
                    await data_of(events)
            assert says in str(caught.value)
            assert str(caught.value).startswith(f"GET {peer.url}/: ")
            assert client.stats().in_use == 0
            return caught.value.status_code

        assert str(run_client(scenario)).encode() in answer


def test_failure_of_the_first_attempt_is_an_error(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(b""), peer.answering(response(b"", "404 No"))]

        async def scenario(client):
            for kind in (httpcore_client.TransportError, httpcore_client.HTTPStatusError):
                with pytest.raises(kind):
                    async with client.events(peer.url):
                        pass
            assert client.stats().in_use == 0

        run_client(scenario)


def test_redirects_are_followed_each_time_from_the_start(run_client):
    """No redirect is remembered, as WHATWG HTML has it since it dropped the rule for 301."""
    moved = response(b"", "301 Moved Permanently", b"Location: /there")
    with Peer() as peer:
        peer.handlers = [
            peer.answering(moved, stream(QUICK + b"id: 5\ndata: a\n\n"), moved, NO_MORE)
        ]

        async def scenario(client):
            async with client.events(peer.url) as events:
                assert events.response.url.path == "/there"
                return await data_of(events)

        assert run_client(scenario) == ["a"]
        paths = [head.split()[1] for head in peer.requests]
        assert paths == [b"/", b"/there", b"/", b"/there"]
        assert fields(peer, b"Last-Event-ID") == [None, None, b"5", b"5"]


def test_begins_behind_an_event(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(QUICK + b"data: a\n\ndata: b\n\n"), NO_MORE)]

        async def scenario(client):
            async with client.events(peer.url, last_event_id="41") as events:
                found = [event async for event in events]
            return [event.id for event in found]

        assert run_client(scenario) == ["41", "41"]
        assert fields(peer, b"Last-Event-ID") == [b"41", b"41"]


def test_id_that_a_field_cannot_hold_is_not_sent(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.answering(
                stream(QUICK + b"id: a\x01b\ndata: a\n\n"), stream(b"id\ndata: b\n\n"), NO_MORE
            )
        ]

        async def scenario(client):
            async with client.events(peer.url, last_event_id="41") as events:
                return await data_of(events)

        assert run_client(scenario) == ["a", "b"]
        assert fields(peer, b"Last-Event-ID") == [b"41", None, None]


def test_last_event_id_is_that_of_the_last_one_given_out(run_client):
    with Peer() as peer:
        peer.handlers = [
            peer.holding(stream(b"id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\n", b"X: y"))
        ]

        async def scenario(client):
            seen = []
            async with client.events(peer.url, reconnect=False) as events:
                async for _ in events:
                    seen.append(events.last_event_id)
            return seen

        assert run_client(scenario) == ["1", "3"]


def test_silence_is_no_fault_until_a_heartbeat_is_asked_for(run_client):
    """The limit on reads is for the head; the stream then may be quiet."""
    with Peer() as peer:

        def quiet(connection):
            peer.read_request(connection)
            connection.sendall(stream(QUICK + b"data: a\n\n").replace(b"Length: ", b"Length: 9"))
            later.recv(1)
            connection.sendall(b"data: b\n\n")
            peer.read_request(connection)

        later, now = socket.socketpair()
        peer.handlers = [quiet, peer.answering(NO_MORE)]

        async def scenario(client):
            limits = Timeout(read=0.03, lowest_rate=1000)
            async with client.events(peer.url, timeout=limits, heartbeat=0.1) as events:
                kept = events.response.request.options.timeout
                assert (kept.head, kept.read, kept.lowest_rate) == (0.03, 0.1, None)
                found = []
                async for event in events:
                    found.append(event.data)
                    clock = Clock(backend_of(client))
                    if event.data == "a":
                        await clock.sleep(0.05)
                        now.send(b"x")
                return found

        with later, now:
            assert run_client(scenario) == ["a", "b"]
            assert peer.accepted == 2


def backend_of(client):
    return client._client._pool.backend if isinstance(client, Lifted) else client._pool.backend


def test_head_is_waited_for_as_long_as_any(run_client):
    with Peer() as peer:
        peer.handlers = [peer.holding(b"")]

        async def scenario(client):
            with pytest.raises(httpcore_client.ReadTimeout):
                async with client.events(peer.url, timeout=Timeout(read=0.05)):
                    pass

        run_client(scenario)


@in_one_world
def test_total_limit_is_for_what_a_refusal_says_too(run_client):
    with Peer() as peer:
        peer.handlers = [peer.holding(b"HTTP/1.1 500 Oh\r\nContent-Length: 20\r\n\r\n")]

        async def scenario(client):
            with pytest.raises(httpcore_client.TotalTimeout):
                async with client.events(peer.url, timeout=Timeout(total=0.1)):
                    pass
            assert client.stats().in_use == 0

        run_client(scenario)


def test_total_limit_is_for_all_of_it(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(b"data: a\n\n")), peer.holding(b"")]

        async def scenario(client):
            found, clock = [], Clock(backend_of(client))
            began = clock.now()
            async with client.events(peer.url, timeout=Timeout(total=0.15)) as events:
                with pytest.raises(httpcore_client.TotalTimeout) as caught:
                    async for event in events:
                        found.append(event.data)
                assert "longer than its total of 0.15 s" in str(caught.value)
            assert clock.now() - began < 2
            return found

        assert run_client(scenario) == ["a"]


def test_event_that_is_too_large_ends_the_stream(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(b"data: a\n\ndata: " + b"x" * 500))]

        async def scenario(client):
            found = []
            async with client.events(peer.url, max_event_bytes=100) as events:
                with pytest.raises(EventTooLarge) as caught:
                    async for event in events:
                        found.append(event.data)
                assert events.response.is_closed
            assert str(caught.value).startswith(
                f"GET {peer.url}/: an event has more than 100 bytes"
            )
            return found

        assert run_client(scenario) == ["a"]


@pytest.mark.parametrize("size", [500, 95], ids=["on its way", "at the end"])
def test_event_that_is_too_large_alone_is_told_of_its_request(run_client, size):
    with Peer() as peer:
        peer.handlers = [peer.answering(stream(b"data: " + b"x" * size))]

        async def scenario(client):
            async with client.events(peer.url, max_event_bytes=100) as events:
                with pytest.raises(EventTooLarge, match=f"^GET {peer.url}/: an event has more"):
                    await data_of(events)

        run_client(scenario)


def test_leaving_the_block_closes_the_response(run_client):
    with Peer() as peer:
        peer.handlers = [peer.holding(endless(b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"))]

        async def scenario(client):
            async with client.events(peer.url) as events:
                async for event in events:
                    assert event.data == "a"
                    break
                assert "(open)" in repr(events)
            assert "(closed)" in repr(events)
            assert events.last_event_id == "1"  # the other was not given out
            assert client.stats().in_use == 0
            assert events.response.is_closed
            return await data_of(events)

        assert run_client(scenario) == []


def test_block_has_to_be_entered(run_client):
    async def scenario(client):
        events = client.events("http://user:secret@localhost:1/")
        assert repr(events).endswith("EventStream GET http://user:[secure]@localhost:1/ (new)>")
        target = events._target if isinstance(events, Lifted) else events
        block = "async with" if target is events else "with"
        with pytest.raises(RuntimeError, match=rf"events\(\) gives a block: {block} client"):
            _ = events.response
        with pytest.raises(RuntimeError, match=rf"events\(\) gives a block: {block} client"):
            (target.__iter__ if target is not events else target.__aiter__)()
        await events.close()
        with pytest.raises(RuntimeError, match=r"each has its own client.events\(url\)"):
            await events.__aenter__()

    run_client(scenario)


def test_block_is_entered_once(run_client):
    with Peer() as peer:
        peer.handlers = [peer.answering(NO_MORE)]

        async def scenario(client):
            async with client.events(peer.url) as events:
                with pytest.raises(RuntimeError, match="this block was entered before"):
                    await events.__aenter__()

        run_client(scenario)
        assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("how", "kind", "says"),
    [
        ({"reconnect": "yes"}, TypeError, "reconnect must be True, False, a number or None, not str"),
        ({"reconnect": -1}, ValueError, "reconnect must not be negative, as -1 is"),
        ({"reconnect": True, "content": iter([b"x"])}, ValueError, "can't be sent again: reconnect=False"),
        ({"heartbeat": 0}, ValueError, "heartbeat must be more than 0 seconds"),
        ({"heartbeat": "1"}, TypeError, "heartbeat must be a number of seconds or None, not str"),
        ({"max_event_bytes": 0}, ValueError, "max_event_bytes must be at least 1"),
        ({"last_event_id": "a\nb"}, ValueError, "Last-Event-ID"),
        ({"last_event_id": "a\ud800"}, ValueError, "last_event_id has a surrogate at 1"),
        ({"last_event_id": 41}, TypeError, "last_event_id must be a str, not int"),
        ({"heartbeats": 1}, TypeError, "unknown option 'heartbeats'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
@in_one_world
def test_arguments_are_checked_where_they_are_given(run_client, how, kind, says):
    async def scenario(client):
        with pytest.raises(kind) as caught:
            client.events("http://localhost:1/", **how)
        assert says in str(caught.value)

    run_client(scenario)
