"""`write_some` and `read_available`: writing with an eye on what the peer says, over real sockets."""

import asyncio
import select
import socket
import struct
import threading

import pytest

from httpcore_pool import (
    AsyncioBackend,
    ReadError,
    ScriptedStream,
    WriteError,
    WriteTimeout,
    run_sync,
)
from httpcore_pool._until import Until
from httpcore_pool.backends import _sockets

LARGE = bytes(8_000_000)
SHORT = 0.2  # seconds


@pytest.fixture
def connect(world, peer):
    async def make(handler):
        return await world.Backend().connect_tcp([("127.0.0.1", peer(handler).port)], 5)

    return make


def takes_all(sock):
    while sock.recv(1 << 20):
        pass


def silent_until(event):
    return lambda sock: event.wait(5)


async def available(stream):
    """Poll, as an exchange does between two writes."""
    while (data := await stream.read_available(100)) is None:
        await stream.write_some(b"x", 5)
    return data


def test_all_is_taken_by_a_peer_that_reads(world, connect):
    async def scenario():
        stream = await connect(takes_all)
        taken = [await stream.write_some(LARGE, 5), await stream.write_some(b"", 5)]
        nothing = await stream.read_available(100)
        await stream.close()
        return taken, nothing

    assert ([len(LARGE), 0], None) == world.run(scenario)


def test_a_write_returns_when_the_peer_speaks_instead_of_reading(world, connect):
    over = threading.Event()

    def speaks(sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.recv(1)
        sock.sendall(b"stop")
        over.wait(5)

    async def scenario():
        stream = await connect(speaks)
        taken = await stream.write_some(LARGE, 5)
        heard = await available(stream)
        over.set()
        await stream.close()
        return taken <= len(LARGE), heard

    assert (True, b"stop") == world.run(scenario)


def test_an_end_is_something_the_peer_says(world, connect):
    over = threading.Event()

    def ends(sock):
        sock.recv(1)
        sock.shutdown(socket.SHUT_WR)
        over.wait(5)

    async def scenario():
        stream = await connect(ends)
        await stream.write_some(LARGE, 5)
        heard = await available(stream)
        over.set()
        await stream.close()
        return heard

    assert b"" == world.run(scenario)


def test_a_peer_that_neither_reads_nor_speaks_is_a_write_timeout(world, connect):
    over = threading.Event()

    async def scenario():
        stream = await connect(silent_until(over))
        with pytest.raises(WriteTimeout, match="took nothing for 0.2 s"):
            while True:
                await stream.write_some(LARGE, SHORT)
        over.set()
        await stream.close()

    world.run(scenario)


def test_a_write_timeout_says_how_much_was_taken_so_that_another_write_can_go_on(world, connect):
    over, content = threading.Event(), bytes(range(256)) * 31_250
    received = []

    def slow(sock):
        over.wait(5)
        while sum(map(len, received)) < len(content):
            received.append(sock.recv(1 << 20))
        sock.sendall(b"all")
        takes_all(sock)

    async def scenario():
        stream = await connect(slow)
        with pytest.raises(WriteTimeout) as caught:
            await stream.write_some(content, SHORT)
        over.set()
        rest = content[caught.value.taken :]
        while rest:
            rest = rest[await stream.write_some(rest, 5) :]
        said = await stream.read(10, 5)
        await stream.close()
        return said

    assert b"all" == world.run(scenario)
    assert content == b"".join(received)


def test_no_time_left_is_a_write_timeout(world, connect):
    async def scenario():
        stream = await connect(takes_all)
        with pytest.raises(WriteTimeout, match="no time left") as caught:
            await stream.write_some(b"x", 0)
        assert 0 == caught.value.taken
        await stream.close()

    world.run(scenario)


@pytest.mark.parametrize("write", ["write", "write_some"])
def test_octets_that_are_taken_put_off_a_limit_but_not_a_moment(world, write):
    """A total is a moment: who takes an octet now and then does not put it off."""

    def slow(sock, over):
        while not over.wait(0.01) and sock.recv(2048):
            pass

    async def sent(limit):
        backend, over = world.Backend(), threading.Event()
        ours, theirs = socket.socketpair()  # TCP would open its window in leaps
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        with theirs:
            reader = threading.Thread(target=slow, args=(theirs, over))
            reader.start()
            stream = await backend.wrap_socket(ours)
            try:
                # It takes longer than the limit, in steps that are shorter than the limit.
                await getattr(stream, write)(bytes(100_000), limit(backend.now))
            finally:
                over.set()
                await stream.close()
                reader.join()

    async def scenario():
        await sent(lambda now: SHORT)
        for most in (None, SHORT / 2, 2 * SHORT):
            with pytest.raises(WriteTimeout):
                await sent(lambda now, most=most: Until(now() + SHORT, now, most))

    world.run(scenario)


def test_a_write_that_is_cancelled_in_asyncio_has_sent_all_also_behind_another(peer):
    """What it is given is queued whole, so that whoever goes on knows where."""
    go, received = threading.Event(), []

    def late(sock):
        go.wait(5)
        while not (received and received[-1].endswith(b"third")):
            received.append(sock.recv(1 << 20))
        sock.sendall(b"all")
        takes_all(sock)

    async def scenario():
        stream = await AsyncioBackend().connect_tcp([("127.0.0.1", peer(late).port)], 5)
        with pytest.raises(WriteTimeout):
            await stream.write_some(LARGE, SHORT)
        second = asyncio.ensure_future(stream.write_some(b"second", 5))
        await asyncio.sleep(0)
        second.cancel()
        (error,) = await asyncio.gather(second, return_exceptions=True)
        go.set()
        await stream.write(b"third", 5)
        said = await stream.read(10, 5)
        await stream.close()
        return type(error), said

    assert (asyncio.CancelledError, b"all") == asyncio.run(scenario())
    assert LARGE + b"secondthird" == b"".join(received)


def test_who_speaks_and_takes_nothing_fills_no_memory(world, connect):
    """What was not taken is not followed by more, for each octet that comes back."""
    over, piece, pieces = threading.Event(), bytes(2**20), 40  # more than sockets hold

    def speaks(sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not over.wait(0.001):
            sock.sendall(b"x")

    async def scenario():
        stream, taken, heard = await connect(speaks), 0, 0
        while heard < pieces:
            taken += await stream.write_some(piece, 5)
            heard += len(await stream.read_available(1) or b"")
        over.set()
        await stream.close()
        return taken

    assert world.run(scenario) < pieces * len(piece) / 2


def test_a_reset_is_an_error_or_an_end(world, connect):
    """The system tells of it once, to a write or a read; whoever asks next sees an end."""

    def resets(sock):
        sock.recv(1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def scenario():
        stream = await connect(resets)
        heard = None
        try:
            while heard is None:
                await stream.write_some(LARGE, 5)
                heard = await stream.read_available(100)
        except (WriteError, ReadError):
            heard = b""
        await stream.close()
        return heard

    assert b"" == world.run(scenario)


def test_what_came_before_a_reset_is_read_after_the_write_has_failed(world, connect):
    """However the two race: the answer is there, and must not be lost (RFC 9112 9.6)."""

    def answers_and_resets(sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.recv(1)
        sock.sendall(b"answer")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def scenario():
        heard = set()
        for _ in range(30):
            stream = await connect(answers_and_resets)
            with pytest.raises(WriteError):
                while True:
                    await stream.write(LARGE, 5)
            heard.add(await stream.read(100, 5))
            await stream.close()
            with pytest.raises(ReadError):
                await stream.read(100, 5)
        return heard

    assert {b"answer"} == world.run(scenario)


def test_a_closed_stream_takes_nothing(world, connect):
    async def scenario():
        stream = await connect(takes_all)
        await stream.close()
        with pytest.raises(WriteError):
            await stream.write_some(b"x", 5)
        with pytest.raises(ReadError):
            await stream.read_available(100)

    world.run(scenario)


def test_a_backend_without_its_own_way_writes_all_and_reads_what_is_there():
    stream = ScriptedStream([b"there"])
    assert 3 == run_sync(stream.write_some(b"abc"))
    assert b"there" == run_sync(stream.read_available(100))
    assert run_sync(stream.read_available(100)) is None
    assert b"abc" == stream.written


@pytest.mark.parametrize("polls", [True, False], ids=["poll", "select"])
def test_which_of_the_two_comes_first(monkeypatch, polls):
    if not polls:
        monkeypatch.delattr(select, "poll")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        found = [_sockets.wait_either(ours, 1)]
        with pytest.raises(BlockingIOError):
            while True:
                ours.send(LARGE)
        found.append(_sockets.wait_either(ours, 0.01))
        theirs.send(b"x")
        found.append(_sockets.wait_either(ours, 1))
    assert [False, None, True] == found


def test_a_stream_is_writable_until_the_peer_takes_nothing_more(world, connect):
    over = threading.Event()

    async def scenario():
        stream = await connect(silent_until(over))
        before = stream.is_writable()
        with pytest.raises(WriteTimeout):
            while True:
                await stream.write(LARGE, SHORT)
        after = stream.is_writable()
        over.set()
        await stream.close()
        return before, after, stream.is_writable()  # where it would fail at once

    assert (True, False, True) == world.run(scenario)
