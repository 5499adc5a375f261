"""Signs of life over HTTP/2 (RFC 9113 6.7): when a silent server is asked, and when it is given up."""

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames

from httpcore_pool import (
    HTTP2Settings,
    ReadError,
    ReadTimeout,
    ScriptedStream,
    Timeout,
    WriteError,
    run_sync,
)
from testkit.scripted_h2 import facts_of, get, raised_by, respond

PING = frames.PingFrame(0, b"12345678").serialize()


class Timed(ScriptedStream):
    """A number in its script is so much silence, in seconds of the scripted clock."""

    backend = None

    async def read(self, max_bytes, timeout=None):
        while self._steps and isinstance(self._steps[0], float):
            silence = self._steps.popleft()
            if timeout is not None and silence > timeout:
                self._steps.appendleft(silence - timeout)
                self.backend.time += timeout
                raise ReadTimeout("silence", timeout)
            self.backend.time += silence
            timeout = None if timeout is None else timeout - silence
        return await super().read(max_bytes, timeout)


def timed(peer, *script, read=60, after=10, patience=2, **options):
    connection = peer.connect(
        *script,
        stream=Timed,
        settings=HTTP2Settings(ping_after=after, ping_timeout=patience),
        timeout=Timeout(read=read),
    )
    peer.stream.backend = peer.backend
    return connection


def pings(peer):
    return len(peer.of(h2.events.PingReceived))


def test_a_silent_server_is_asked_and_may_answer(run, h2_peer):
    async def scenario():
        peer, asked = h2_peer(), []

        def note(act=lambda p: None):
            return peer.step(lambda p: (asked.append((p.backend.time, pings(p))), act(p)))

        connection = timed(
            peer, note(), 9.0, PING, 10.5, note(), 10.5, note(), 10.5, note(respond(1))
        )
        facts = await facts_of(connection)
        return facts, asked

    facts, asked = run(scenario)
    assert (200, "HTTP/2", b"") == facts
    # Asked at 19.0, answered at 19.5; at 29.5, answered at 30.0 ...
    assert [(0.0, 0), (19.5, 1), (30.0, 2), (40.5, 3)] == asked


def test_a_server_that_does_not_answer_is_given_up(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = timed(peer, peer.step(lambda p: p.head(1)), 100.0)
        first = await connection.send(get())
        error = await raised_by(connection.send(get()))
        other = await raised_by(first.read())
        times = peer.backend.time, pings(peer), connection.is_closed
        return type(error), str(error), type(other), times

    kind, text, other, times = run(scenario)
    assert (ReadError, ReadError, (12.0, 1, True)) == (kind, other, times)
    assert "the server answered no PING for 2 s" in text


def test_any_octet_is_a_sign_of_life(h2_peer):
    peer = h2_peer()
    connection = timed(peer, peer.step(), 11.0, PING, 100.0)
    error = run_sync(raised_by(connection.send(get())))
    assert (ReadError, 23.0) == (type(error), peer.backend.time)


def test_the_limit_of_the_request_comes_first_if_it_is_nearer(h2_peer):
    peer = h2_peer()
    connection = timed(peer, peer.step(), 100.0, read=11)
    error = run_sync(raised_by(connection.send(get())))
    assert (ReadTimeout, 11, 11.0, 1, False) == (
        type(error),
        error.limit,
        peer.backend.time,
        pings(peer),
        connection.is_closed,
    )


def test_without_any_limit_a_silent_server_is_asked_too(h2_peer):
    peer = h2_peer()
    connection = timed(peer, peer.step(), 100.0, read=None)
    assert ReadError is type(run_sync(raised_by(connection.send(get()))))
    assert 12.0 == peer.backend.time


def test_an_answer_that_a_look_takes_in_is_a_sign_of_life(h2_peer):
    # The first request gives up 1 s after the question; the answer comes while nobody waits.
    peer = h2_peer()
    connection = timed(peer, peer.step(), 11.0, read=11)
    assert ReadTimeout is type(run_sync(raised_by(connection.send(get()))))
    assert 1 == pings(peer)
    peer.stream._steps.append(peer.h2.data_to_send())
    assert not run_sync(connection.is_stale())
    peer.backend.time += 1000.0
    peer.stream._steps += [1.0, peer.step(respond(3))]
    assert 200 == run_sync(facts_of(connection))[0]


def test_silence_counts_only_while_a_request_waits(h2_peer):
    peer = h2_peer()
    connection = timed(peer, peer.step(respond(1)))
    run_sync(facts_of(connection))
    peer.backend.time += 1000.0
    peer.stream._steps += [1.0, peer.step(respond(3))]
    assert 200 == run_sync(facts_of(connection))[0]
    assert 0 == pings(peer)


def test_a_ping_that_can_not_be_written_ends_the_connection(h2_peer):
    peer = h2_peer()

    def breaks(stream):
        stream.write_error = WriteError("broken pipe")
        return PING

    connection = timed(peer, peer.step(), breaks, 100.0)
    assert WriteError is type(run_sync(raised_by(connection.send(get()))))
