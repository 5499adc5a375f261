"""Who reads, who writes and who waits on an HTTP/2 connection; signs of life; what a broken write ends."""

import asyncio

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    HTTP2Connection,
    Options,
    ReadTimeout,
    Request,
    ScriptedStream,
    Timeout,
    TrioBackend,
    WriteError,
    WriteTimeout,
    run_sync,
)
from testkit.scripted_h2 import HERE, facts_of, get, raised_by, respond

CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes
PING = frames.PingFrame(0, b"12345678").serialize()


# Reading: one reads for all, and hands the role on.


def test_one_reads_for_all_in_whatever_order_the_answers_come(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        tasks = [asyncio.ensure_future(facts_of(connection)) for _ in range(4)]
        done = []
        for number in (3, 1, 7, 5):
            await settled()
            peer.stream.feed(peer.step(respond(number, b"%d" % number)))
            await settled()
            done.append([task.done() for task in tasks].count(True))
        return done, [task.result()[2] for task in tasks]

    assert ([1, 2, 3, 4], [b"1", b"3", b"5", b"7"]) == asyncio.run(scenario())


@pytest.mark.parametrize("how", ["cancel", "limit"])
def test_a_reader_that_gives_up_hands_the_role_on(h2_peer, live, settled, how):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        limit = Options(timeout=Timeout(read=0.01 if how == "limit" else 5))
        reader = asyncio.ensure_future(raised_by(connection.send(get(options=limit))))
        await settled()
        other = asyncio.ensure_future(facts_of(connection))
        await settled()
        if how == "cancel":
            reader.cancel()
            await settled()
        else:
            await reader
        peer.stream.feed(peer.step(respond(3, b"hello")))
        return await other

    assert (200, "HTTP/2", b"hello") == asyncio.run(scenario())


def test_who_waits_for_another_to_read_has_a_limit_of_its_own(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        reader = asyncio.ensure_future(facts_of(connection))
        await settled()
        hasty = get(options=Options(timeout=Timeout(read=0.01)))
        error = await raised_by(connection.send(hasty))
        peer.stream.feed(peer.step(respond(1, b"hello")))
        return type(error), error.limit, await reader, peer.resets()

    expected = ReadTimeout, 0.01, (200, "HTTP/2", b"hello"), [(3, ERRORS.CANCEL)]
    assert expected == asyncio.run(scenario())


def test_who_gives_up_as_it_is_made_the_reader_hands_the_role_on(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        tasks = [asyncio.ensure_future(facts_of(connection)) for _ in range(3)]
        await settled()

        def act(p):
            p.answer(1)  # so the first reads no more, and makes the second the reader
            tasks[1].cancel()

        peer.stream.feed(peer.step(act))
        await settled()
        peer.stream.feed(peer.step(respond(5, b"hello")))
        return await tasks[2], tasks[1].cancelled()

    assert ((200, "HTTP/2", b"hello"), True) == asyncio.run(scenario())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_read_may_have_lost_octets_and_kills_the_connection(h2_peer, kind):
    peer = h2_peer()
    connection = peer.connect(peer.step(), kind(), peer.step(respond(3, b"hello")))
    with pytest.raises(kind):
        run_sync(connection.send(get()))
    assert connection.is_closed
    assert isinstance(run_sync(raised_by(connection.send(get()))), ClosedError)


def test_what_comes_is_answered_by_whoever_reads(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(raw=PING), peer.step(respond(1)))
        await facts_of(connection)
        kinds = h2.events.SettingsAcknowledged, h2.events.PingAckReceived
        return [len(peer.of(kind)) for kind in kinds]

    assert [1, 1] == run(scenario)


def test_the_limit_on_the_stream_runs_out_although_others_get_bytes(h2_peer):
    peer = h2_peer()

    def others(stream):
        peer.backend.time += 1.0
        return PING

    class Impatient(ScriptedStream):
        async def read(self, max_bytes, timeout=None):
            if timeout is not None and timeout <= 0:
                raise ReadTimeout("no time left to read", timeout)
            return await super().read(max_bytes, timeout)

    connection = peer.connect(peer.step(), *[others] * 9, stream=Impatient)
    error = run_sync(raised_by(connection.send(get())))
    assert (3, 3.0) == (error.limit, peer.backend.time)


def test_half_a_record_while_idle_is_no_end(h2_peer):
    class Half(ScriptedStream):
        def is_readable(self):
            return True

        async def read_available(self, max_bytes):
            return None

    connection = h2_peer().connect(stream=Half)
    assert not run_sync(connection.is_stale())


def test_a_change_of_how_many_streams_there_may_be_is_told_once(run, h2_peer):
    async def scenario():
        told, peer = [], h2_peer({CODES.MAX_CONCURRENT_STREAMS: 7})
        connection = peer.connect(
            peer.step(respond(1)),
            peer.step(respond(3)),
            peer.step(lambda p: p.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: 9})),
            peer.step(respond(5)),
        )
        connection.wire.on_resize = lambda: told.append(connection.capacity)
        for _ in range(3):
            await facts_of(connection)
        return told

    assert [7, 9] == run(scenario)


# Writing.


def test_a_broken_write_kills_the_connection(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: p.head(1)))
        first = await connection.send(get())
        peer.stream.write_error = WriteError("broken pipe")
        error = await raised_by(connection.send(get()))
        return type(error), type(await raised_by(first.read())), connection.is_closed

    assert (WriteError, WriteError, True) == run(scenario)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_write_may_have_torn_a_frame_and_kills_the_connection(h2_peer, kind):
    peer = h2_peer()
    connection = peer.connect()
    peer.stream.write_error = kind()
    with pytest.raises(kind):
        run_sync(connection.send(get()))
    assert connection.is_closed


class Deaf(ScriptedStream):
    """Takes nothing."""

    async def write(self, data, timeout=None):
        with trio.move_on_after(float("inf") if timeout is None else timeout):
            await trio.sleep_forever()
        raise WriteTimeout("deaf", timeout)


@pytest.mark.parametrize("limit", [None, 0.2])
def test_a_cancel_ends_a_write_that_the_server_does_not_take(limit):
    """Without a limit the write is not shielded, and the connection, in mid-frame, is given up."""

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


def test_a_write_that_waits_for_another_is_limited():
    async def scenario():
        connection = HTTP2Connection(Deaf(), TrioBackend())
        patient, hasty = Options(timeout=Timeout(write=0.2)), Options(timeout=Timeout(write=0.05))
        errors = {}

        async def one(name, options):
            errors[name] = await raised_by(connection.send(get(options=options)))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(one, "patient", patient)
            await wait_all_tasks_blocked()
            nursery.start_soon(one, "hasty", hasty)
        return [(type(errors[name]), errors[name].limit) for name in ("hasty", "patient")]

    assert [(WriteTimeout, 0.05), (WriteTimeout, 0.2)] == trio.run(
        scenario, clock=MockClock(autojump_threshold=0)
    )


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


def test_a_writer_lets_the_one_who_reads_hear_the_server(h2_peer, live, settled):
    async def scenario():
        class Stuck(live):
            """Takes the rest only once the server was heard."""

            stuck = False

            async def write_some(self, data, timeout=None):
                if not self.stuck:
                    return await super().write_some(data, timeout)
                tried.append(len(self._steps))
                self.feed(PING)
                self.stuck = len(tried) < 3
                await asyncio.sleep(0)
                return 0

        tried, peer = [], h2_peer()
        connection = peer.connect(stream=Stuck, backend=AsyncioBackend())
        first = asyncio.ensure_future(facts_of(connection))
        peer.stream.feed(peer.step())
        await settled()
        peer.stream.stuck = True
        second = asyncio.ensure_future(facts_of(connection))
        while peer.stream.stuck:
            await asyncio.sleep(0)
        await settled()
        while len(peer.of(h2.events.RequestReceived)) < 2:
            await asyncio.sleep(0)
        peer.stream.feed(peer.step(lambda p: (respond(1)(p), respond(3)(p))))
        return await first, await second, len(tried)

    assert ((200, "HTTP/2", b""), (200, "HTTP/2", b""), 3) == asyncio.run(scenario())
