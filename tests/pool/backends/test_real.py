"""The contract of `Backend` and `NetworkStream`, over real sockets in each world."""

import socket
import time

import pytest

from httpcore_pool import (
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)

SHORT = 0.05  # seconds: long enough to be measured, short enough for a test


@pytest.fixture
def connect(world, peer):
    """Connects to a peer: `stream = await connect(handler)`."""

    async def make(handler):
        started = peer(handler)
        stream = await world.Backend().connect_tcp([("127.0.0.1", started.port)], 5)
        assert f"127.0.0.1:{started.port}" == stream.peer
        return stream

    return make


def greets(sock):
    sock.sendall(b"hello")
    while sock.recv(100):
        pass


def leaves(sock):
    sock.sendall(b"bye")
    sock.shutdown(socket.SHUT_WR)
    sock.recv(100)


def resets(sock):
    sock.recv(1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def echoes(sock):
    while data := sock.recv(65536):
        sock.sendall(data)


def never_reads(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    # Waits for the end of the test without taking a byte.
    import select

    poller = select.poll()
    poller.register(sock, select.POLLHUP | select.POLLRDHUP | select.POLLERR)
    poller.poll(5000)


def silent(sock):
    while sock.recv(100):
        pass


def test_a_read_gives_what_is_there_cut_at_its_limit(world, connect):
    async def scenario():
        stream = await connect(greets)
        parts = [await stream.read(4, 5), await stream.read(4, None)]
        await stream.close()
        return parts

    assert [b"hell", b"o"] == world.run(scenario)


def test_the_end_is_no_bytes_again_and_again(world, connect):
    async def scenario():
        stream = await connect(leaves)
        parts = [await stream.read(100, 5) for _ in range(3)]
        readable = stream.is_readable()
        await stream.close()
        return parts, readable

    assert ([b"bye", b"", b""], True) == world.run(scenario)


def test_megabytes_go_both_ways(world, connect):
    data = bytes(range(256)) * 8192

    async def scenario():
        stream = await connect(echoes)

        async def write():
            await stream.write(data, 5)

        async def read():
            parts, left = [], len(data)
            while left:
                parts.append(await stream.read(65536, 5))
                left -= len(parts[-1])
            return b"".join(parts)

        _, got = await world.gather(write, read)
        await stream.close()
        return got == data

    assert world.run(scenario)


def test_a_silent_peer_is_a_read_timeout(world, connect):
    async def scenario():
        stream = await connect(silent)
        for _ in range(2):
            with pytest.raises(ReadTimeout, match="sent nothing for 0.05 s") as caught:
                await stream.read(100, SHORT)
        readable = stream.is_readable()
        await stream.close()
        return caught.value.limit, readable

    assert (SHORT, False) == world.run(scenario)


def test_no_time_left_is_a_timeout_at_once(world, connect):
    async def scenario():
        stream = await connect(silent)
        with pytest.raises(ReadTimeout, match="no time left to read"):
            await stream.read(100, 0)
        with pytest.raises(WriteTimeout, match="no time left to write"):
            await stream.write(b"x", 0)
        await stream.close()

    world.run(scenario)


def test_a_peer_that_takes_nothing_is_a_write_timeout(world, connect):
    async def scenario():
        stream = await connect(never_reads)
        with pytest.raises(WriteTimeout, match="took nothing for 0.05 s"):
            await stream.write(bytes(64_000_000), SHORT)
        await stream.close()

    world.run(scenario)


def test_the_write_limit_is_on_progress_not_on_the_whole(world, connect):
    def slow(sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        left = size
        while left:
            time.sleep(0.005)  # a slow peer: what is measured is its pace
            left -= len(sock.recv(262144))
        sock.sendall(b"done")

    size = 24_000_000

    async def scenario():
        stream = await connect(slow)
        began = time.monotonic()
        await stream.write(bytes(size), 0.3)
        got = await stream.read(4, 5)
        await stream.close()
        return got, time.monotonic() - began > 0.3

    assert (b"done", True) == world.run(scenario)


def test_a_reset_connection_is_an_error(world, connect):
    async def scenario():
        stream = await connect(resets)
        await stream.write(b"x", 5)
        with pytest.raises(ReadError, match="the connection broke: .*eset"):
            while await stream.read(100, 5):
                pass
        with pytest.raises(WriteError, match="the connection broke"):
            for _ in range(10):
                await stream.write(b"x" * 100_000, 5)
        readable = stream.is_readable()
        await stream.close()
        return readable

    assert world.run(scenario)


def test_a_closed_stream_is_an_error_and_closes_again_in_silence(world, connect):
    async def scenario():
        stream = await connect(silent)
        await stream.close()
        await stream.close()
        with pytest.raises(ReadError, match="the connection broke"):
            await stream.read(100, 5)
        with pytest.raises(WriteError, match="the connection broke"):
            await stream.write(b"x", 5)
        return stream.is_readable()

    assert world.run(scenario)


def test_an_idle_stream_becomes_readable_by_what_comes(world, connect):
    def greets_when_asked(sock):
        sock.recv(100)
        greets(sock)

    async def scenario():
        stream = await connect(greets_when_asked)
        before = stream.is_readable()
        await stream.write(b"?", 5)
        first = await stream.read(1, 5)
        after = stream.is_readable()
        await stream.close()
        return before, first, after

    assert (False, b"h", True) == world.run(scenario)


def test_events_wake_their_waiter_or_time_out(world):
    async def scenario():
        backend = world.Backend()
        event, other = backend.event(), backend.event()

        async def sets():
            event.set()

        async def waits():
            return await event.wait(5)

        _, came = await world.gather(sets, waits)
        return came, await event.wait(None), await other.wait(0.001)

    assert (True, True, False) == world.run(scenario)


def test_an_event_wakes_who_waits_already(world):
    async def scenario():
        backend = world.Backend()
        event, started = backend.event(), backend.event()

        async def waits():
            started.set()
            return await event.wait(5)

        async def sets():
            await started.wait(5)
            event.set()
            event.set()

        came, _ = await world.gather(waits, sets)
        return came

    assert world.run(scenario) is True


def test_locks_shields_and_clocks_are_there(world):
    async def scenario():
        backend = world.Backend()
        with backend.lock(), backend.shield():
            return backend.name, repr(backend), backend.now() <= backend.now()

    assert (world.name, f"<{world.Backend.__name__}>", True) == world.run(scenario)
