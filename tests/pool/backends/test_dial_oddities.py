"""What only one world's race can meet: two winners at once, and a cancel at each moment."""

import asyncio
import os
import signal
import socket
import threading

import pytest
import trio

from httpcore_pool import AsyncioBackend, ConnectError, SocketSettings, TrioBackend
from httpcore_pool.backends._asyncio_dial import dial as asyncio_dial
from httpcore_pool.backends._attempts import address_of, open_socket
from httpcore_pool.backends._trio_dial import dial as trio_dial
from testkit.sockets import black_hole, closed_port, descriptors, listening

PLACES = [("127.0.0.1", 80), ("127.0.0.2", 80)]
QUICK = SocketSettings(attempt_delay=0.01)


class Loop:
    """The running loop, in which every connection is made when `ready` says so."""

    def __init__(self):
        running = asyncio.get_running_loop()
        self.create_task, self.time = running.create_task, running.time
        self.ready = asyncio.Event()
        self.both = asyncio.Event()
        self.sockets = []

    async def sock_connect(self, sock, sockaddr):
        self.sockets.append(sock)
        if len(self.sockets) == 2:
            self.both.set()
        await self.ready.wait()


def is_closed(sock):
    return sock.fileno() == -1


def test_in_asyncio_a_second_winner_is_closed():
    async def scenario():
        loop = Loop()
        dialling = asyncio.create_task(asyncio_dial(loop, PLACES, 5, QUICK))
        await loop.both.wait()
        loop.ready.set()
        with await dialling as won:
            await asyncio.sleep(0)  # the turn in which the other is closed
            return [is_closed(sock) for sock in loop.sockets if sock is not won]

    assert [True] == asyncio.run(scenario())


@pytest.mark.parametrize("connected", [False, True])
def test_a_cancelled_race_of_asyncio_closes_all(connected):
    async def scenario():
        loop = Loop()
        dialling = asyncio.create_task(asyncio_dial(loop, PLACES, 5, QUICK))
        await loop.both.wait()
        if connected:
            loop.ready.set()
            await asyncio.sleep(0)  # the attempts have ended, and the race does not know
        dialling.cancel()
        await asyncio.wait([dialling])
        await asyncio.sleep(0)
        return dialling.cancelled(), [is_closed(sock) for sock in loop.sockets]

    assert (True, [True, True]) == asyncio.run(scenario())


def test_a_race_of_asyncio_that_is_cancelled_over_real_sockets_leaves_nothing():
    async def scenario():
        with black_hole() as one, black_hole() as other:
            before = descriptors()
            backend = AsyncioBackend()
            dialling = asyncio.create_task(backend.connect_tcp([one, other], 5, QUICK))
            while descriptors() < before + 2:
                await asyncio.sleep(0)
            dialling.cancel()
            await asyncio.wait([dialling])
            await asyncio.sleep(0)
            assert before == descriptors()

    asyncio.run(scenario())


def test_what_is_no_failure_of_the_network_ends_a_race_of_asyncio_unchanged():
    class Broken(Loop):
        async def sock_connect(self, sock, sockaddr):
            self.sockets.append(sock)
            raise ZeroDivisionError

    async def scenario():
        loop = Broken()
        with pytest.raises(ZeroDivisionError):
            await asyncio_dial(loop, PLACES, 5, QUICK)
        return [is_closed(sock) for sock in loop.sockets]

    assert [True] == asyncio.run(scenario())


@pytest.fixture
def connect(monkeypatch):
    """Has Trio's sockets connect as a function says."""

    def use(function):
        sockets = []

        async def connect(self, address):
            sockets.append(self)
            await function(len(sockets))

        with trio.socket.socket() as any_socket:
            monkeypatch.setattr(type(any_socket), "connect", connect)
        return sockets

    return use


def test_in_trio_a_second_winner_is_closed(connect):
    async def scenario():
        both = trio.Event()

        async def together(number):
            if number == 2:
                both.set()
            with trio.CancelScope(
                shield=True
            ):  # as if it had been connected before the cancel came
                await both.wait()

        sockets = connect(together)
        with await trio_dial(PLACES, 5, QUICK) as won:
            return [is_closed(sock) for sock in sockets if sock is not won]

    assert [True] == trio.run(scenario)


def test_a_winner_of_trio_is_closed_where_the_caller_is_cancelled(connect):
    async def scenario():
        async def cancels(number):
            scope.cancel()

        sockets = connect(cancels)
        with trio.CancelScope() as scope:
            await trio_dial(PLACES, 5, QUICK)
        return scope.cancelled_caught, [is_closed(sock) for sock in sockets]

    assert (True, [True]) == trio.run(scenario)


def test_a_race_of_trio_that_is_cancelled_leaves_nothing():
    async def scenario():
        with black_hole() as one, black_hole() as other:
            before = descriptors()
            with trio.move_on_after(0.05) as scope:
                await TrioBackend().connect_tcp([one, other], 5, QUICK)
            assert scope.cancelled_caught
            assert before == descriptors()

    trio.run(scenario)


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_no_failure_of_the_network_ends_a_race_of_trio_unchanged(connect, count):
    async def scenario():
        async def breaks(number):
            raise ZeroDivisionError

        sockets = connect(breaks)
        with pytest.raises(ZeroDivisionError):
            await trio_dial(PLACES[:count], 5, QUICK)
        return [is_closed(sock) for sock in sockets]

    assert [True] == trio.run(scenario)


def test_ctrl_c_in_a_race_of_trio_is_no_group():
    async def scenario():
        with black_hole() as one, black_hole() as other:
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt):
                await TrioBackend().connect_tcp([one, other], 5, QUICK)

    trio.run(scenario)


def test_a_socket_that_is_reset_before_it_is_ours_is_closed(world, monkeypatch):
    def gone(sock):
        raise OSError(107, "there is no peer")

    async def scenario():
        with listening() as listener:
            before = descriptors()
            with monkeypatch.context() as patched, pytest.raises(OSError, match="no peer"):
                patched.setattr(socket.socket, "getpeername", gone)
                await world.Backend().connect_tcp([listener.getsockname()], 5)
            assert before == descriptors()

    world.run(scenario)


@pytest.mark.parametrize("count", [1, 2])
def test_a_socket_that_can_not_be_made_is_told(world, monkeypatch, count):
    """Descriptors are exhausted: for real, see the faults."""

    class Refused(socket.socket):
        def __init__(self, *args, **options):
            raise OSError(24, "too many open files")

    async def scenario():
        backend, places = world.Backend(), [("127.0.0.1", closed_port()), ("127.0.0.2", 1)]
        with monkeypatch.context() as patched, pytest.raises(ConnectError) as caught:
            patched.setattr(socket, "socket", Refused)
            await backend.connect_tcp(places[:count], 5)
        return [attempt.error for attempt in caught.value.attempts]

    assert ["Too many open files"] * count == world.run(scenario)


@pytest.mark.parametrize("text", ["localhost", "a:b", "::1x", "[::1]", "::1%nowhere", "0x7f000001"])
def test_what_is_no_address_is_never_looked_up(monkeypatch, text):
    looked_up = []

    def reads_alone(host, port, family=0, kind=0, protocol=0, flags=0):
        if not flags & socket.AI_NUMERICHOST:
            looked_up.append(host)
            raise OSError("nothing is looked up here")
        return read(host, port, family, kind, protocol, flags)

    read = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", reads_alone)
    with pytest.raises((OSError, ValueError)):
        address_of(text, 80)
    assert [] == looked_up


def test_an_option_of_the_system_that_has_another_name_is_found(monkeypatch):
    """macOS, in which TCP_KEEPIDLE is TCP_KEEPALIVE, and a system that has less than Linux."""
    from httpcore_pool import TCPKeepAlive

    monkeypatch.setattr(socket, "TCP_KEEPALIVE", socket.TCP_KEEPIDLE, raising=False)
    keepidle = socket.TCP_KEEPIDLE
    monkeypatch.delattr(socket, "TCP_KEEPIDLE")
    monkeypatch.delattr(socket, "TCP_KEEPCNT")
    how = SocketSettings(keepalive=TCPKeepAlive(idle=33))
    with open_socket(address_of("127.0.0.1", 1), how) as sock:
        assert 33 == sock.getsockopt(socket.IPPROTO_TCP, keepidle)
