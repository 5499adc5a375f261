"""What only asyncio can meet: cancelled and foreign loops, back-pressure, one lazy timer."""

import asyncio

import pytest

from httpcore_pool import (
    AsyncioBackend,
    ConnectionPool,
    ReadError,
    ReadTimeout,
    Request,
    WriteError,
)
from httpcore_pool.backends.asyncio import _AsyncioEvent, _Timer


@pytest.fixture
def connect(peer):
    async def make(handler):
        return await AsyncioBackend().connect_tcp([("127.0.0.1", peer(handler).port)], 5)

    return make


def test_two_readers_at_once_are_refused_and_a_cancel_loses_no_bytes(connect):
    def answers(sock):
        sock.recv(100)
        sock.sendall(b"hello")
        sock.recv(100)

    async def scenario():
        stream = await connect(answers)
        reading = asyncio.ensure_future(stream.read(100, None))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="two tasks read one connection"):
            await stream.read(100, None)
        reading.cancel()
        await asyncio.wait([reading])
        await stream.write(b"x")
        got = await stream.read(100, None)
        await stream.close()
        return got

    assert b"hello" == asyncio.run(scenario())


def test_a_flood_is_paused_until_it_is_read(connect):
    size = 3_000_000

    def floods(sock):
        sock.sendall(bytes(size))

    async def scenario():
        stream = await connect(floods)
        while not stream._paused_reading:
            await asyncio.sleep(0)
        held, got = stream._size, 0
        while data := await stream.read(65536, 5):
            got += len(data)
        await stream.close()
        return held < size, got

    assert (True, size) == asyncio.run(scenario())


@pytest.mark.parametrize("timeout", [None, 5])
def test_a_write_that_waits_ends_when_the_connection_breaks(connect, handlers, timeout):
    async def scenario():
        stream = await connect(handlers.read_head)
        # Far more than the socket takes: the peer reads no head in it, and the other end is ours.
        writing = asyncio.ensure_future(stream.write(b"\r\n\r\n" + bytes(30_000_000), timeout))
        with pytest.raises(WriteError, match="the connection broke"):
            await writing
        await stream.close()

    asyncio.run(scenario())


def test_closing_while_another_reads_or_writes_wakes_it(connect, handlers):
    async def scenario():
        stream = await connect(lambda sock: handlers.read_head(sock))
        reading = asyncio.ensure_future(stream.read(100, 5))
        await asyncio.sleep(0)
        await stream.close()
        with pytest.raises(ReadError, match="it was closed"):
            await reading
        with pytest.raises(WriteError, match="it was closed"):
            await stream.write(b"x")

    asyncio.run(scenario())


def test_a_cancel_during_close_is_not_lost(connect, handlers):
    async def scenario():
        stream = await connect(handlers.drain)
        closing = asyncio.ensure_future(stream.close())
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the transport is closed now, and the task not yet told
        closing.cancel()
        await asyncio.wait([closing])
        return closing.cancelled()

    assert asyncio.run(scenario())


def test_closing_from_another_loop_does_not_wait(connect, handlers):
    first = asyncio.new_event_loop()
    stream = first.run_until_complete(connect(handlers.drain))
    asyncio.run(stream.close())
    first.run_until_complete(stream._closed)
    first.close()
    asyncio.run(stream.close())  # and after the end of its own loop there is nothing to do
    assert stream._lost


def test_an_event_that_is_set_as_its_time_runs_out_counts_as_set():
    async def scenario():
        event = _AsyncioEvent()
        waiting = asyncio.ensure_future(event.wait(0))
        await asyncio.sleep(0)  # it waits
        await asyncio.sleep(0)  # and its timer is due in this turn of the loop, after us
        event.set()
        return await waiting

    assert asyncio.run(scenario()) is True


def test_the_timer_is_re_armed_lazily_and_never_too_early():
    async def scenario():
        loop = asyncio.get_running_loop()
        timer = _Timer(loop)
        first, second = loop.create_future(), loop.create_future()
        timer.start(first, 0.01)
        handle = timer._handle
        timer.waiter = None
        timer.start(second, 0.03)
        kept = timer._handle is handle
        with pytest.raises(TimeoutError):
            await second
        late = loop.time() >= timer._deadline - 0.001
        third = loop.create_future()
        timer.start(third, 60)
        timer.start(third, 0.001)  # a nearer deadline needs another handle
        with pytest.raises(TimeoutError):
            await third
        timer.start(third, 0.001)  # it is done already: nothing to tell
        timer._fire()
        timer.cancel()
        timer.cancel()
        return kept, late, first.done()

    assert (True, True, False) == asyncio.run(scenario())


def test_a_read_timeout_leaves_the_stream_usable(connect):
    def answers(sock):
        sock.sendall(sock.recv(100))
        sock.recv(100)

    async def scenario():
        stream = await connect(answers)
        with pytest.raises(ReadTimeout):
            await stream.read(100, 0.01)
        await stream.write(b"hello", None)
        got = await stream.read(100, 5)
        await stream.close()
        return got

    assert b"hello" == asyncio.run(scenario())


@pytest.mark.parametrize("http2", [False, True])
def test_a_connection_of_another_loop_is_replaced(origin, http2):
    pool = ConnectionPool(AsyncioBackend(), ssl=origin.authority.bundle, http2=http2)

    async def get():
        response = await pool.send(Request("GET", origin.tls))
        return await response.read()

    async def get_and_close():
        async with pool:
            return await get()

    first = asyncio.new_event_loop()
    try:
        assert first.run_until_complete(get()) == b"hello, world"
        assert asyncio.run(get_and_close()) == b"hello, world"
        assert pool.connections_opened == 2
        first.run_until_complete(asyncio.sleep(0))  # the turn in which its connection is closed
    finally:
        first.close()


def test_using_a_stream_in_another_loop_says_so(origin):
    backend = AsyncioBackend()
    port = int(origin.plain.rpartition(":")[2])
    first = asyncio.new_event_loop()
    stream = first.run_until_complete(backend.connect_tcp([("127.0.0.1", port)], 5))
    with pytest.raises(ReadError, match="made in another event loop"):
        asyncio.run(stream.read(1))
    with pytest.raises(WriteError, match="made in another event loop"):
        asyncio.run(stream.write(b"x"))
    first.run_until_complete(stream.close())
    first.close()


def test_a_large_chunk_is_given_in_small_pieces(connect):
    data = bytes(range(256)) * 256

    def answers(sock):
        sock.sendall(data)
        sock.recv(100)

    async def scenario():
        stream = await connect(answers)
        while stream._size < len(data):
            await asyncio.sleep(0)
        pieces = []
        while stream._size:
            pieces.append(await stream.read(1000))
        await stream.close()
        return {type(piece) for piece in pieces}, b"".join(pieces) == data

    assert ({bytes}, True) == asyncio.run(scenario())
