"""Which address is tried when, over a loop that resolves and connects as a test says."""

import asyncio
import socket

import pytest

from httpcore_pool.backends import _asyncio_dial
from httpcore_pool.backends._asyncio_dial import dial

V4, V6 = socket.AF_INET, socket.AF_INET6


def address(name, family=V4):
    return (family, socket.SOCK_STREAM, 6, "", (name, 80))


class Loop:
    """The running loop, with a resolver and a network of its own.

    `network` has for each name of an address what connecting to it does: None connects, an exception is
    raised, an event is awaited first.
    """

    def __init__(self, *addresses, **network):
        self.create_task = asyncio.get_running_loop().create_task
        self.addresses = addresses
        self.network = network
        self.resolved = []
        self.tried = []
        self.sockets = {}

    async def getaddrinfo(self, host, port, type):  # noqa: A002 - the loop's
        self.resolved.append((host, port, type))
        return self.addresses

    async def sock_connect(self, sock, sockaddr):
        name = sockaddr[0]
        self.tried.append(name)
        self.sockets[name] = sock
        does = self.network.get(name)
        if isinstance(does, Exception):
            raise does
        if does is not None:
            await does.wait()

    def closed(self, name):
        return self.sockets[name].fileno() == -1


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch):
    monkeypatch.setattr(_asyncio_dial, "ATTEMPT_DELAY_SECONDS", 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_is_not_resolved(host):
    async def scenario():
        loop = Loop()
        with await dial(loop, host, 80) as sock:
            return loop.resolved, loop.tried, sock.gettimeout()

    assert ([], [host], 0.0) == asyncio.run(scenario())


@pytest.mark.parametrize("host", ["example.test", "server1"])
def test_a_name_is_resolved_and_its_only_address_tried(host):
    async def scenario():
        loop = Loop(address("a"))
        with await dial(loop, host, 80):
            return loop.resolved, loop.tried

    assert ([(host, 80, socket.SOCK_STREAM)], ["a"]) == asyncio.run(scenario())


def test_an_only_address_that_refuses_is_the_error():
    async def scenario():
        loop = Loop(address("a"), a=ConnectionRefusedError(111, "refused"))
        with pytest.raises(ConnectionRefusedError):
            await dial(loop, "example.test", 80)
        return loop.closed("a")

    assert asyncio.run(scenario())


def test_families_take_turns_and_the_last_refusal_is_the_error():
    async def scenario():
        names = {name: ConnectionRefusedError(111, name) for name in "abcd"}
        loop = Loop(address("a", V6), address("b", V6), address("c", V6), address("d", V4), **names)
        with pytest.raises(ConnectionRefusedError, match="c"):
            await dial(loop, "example.test", 80)
        return loop.tried, all(loop.closed(name) for name in names)

    assert (["a", "d", "b", "c"], True) == asyncio.run(scenario())


def test_a_name_without_addresses_is_told():
    async def scenario():
        with pytest.raises(OSError, match="the name has no address"):
            await dial(Loop(), "example.test", 80)

    asyncio.run(scenario())


def test_the_next_address_is_tried_when_the_one_before_takes_long():
    async def scenario():
        never = asyncio.Event()
        loop = Loop(address("slow"), address("quick"), slow=never)
        with await dial(loop, "example.test", 80) as sock:
            won = sock is loop.sockets["quick"]
        await asyncio.sleep(0)  # the turn in which the other is cancelled
        return won, loop.tried, loop.closed("slow")

    assert (True, ["slow", "quick"], True) == asyncio.run(scenario())


def test_an_attempt_that_fails_after_the_race_is_forgotten():
    async def scenario():
        loop = Loop(address("slow"), address("quick"))

        class Breaks:
            async def wait(self):
                try:
                    await asyncio.Event().wait()
                finally:
                    raise OSError("broke as it was cancelled")

        loop.network["slow"] = Breaks()
        with await dial(loop, "example.test", 80):
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return loop.closed("slow")

    assert asyncio.run(scenario())


def test_the_first_may_still_win_and_a_second_connection_is_closed():
    async def scenario():
        both = asyncio.Event()
        loop = Loop(address("a"), address("b"), a=both, b=both)
        dialling = asyncio.ensure_future(dial(loop, "example.test", 80))
        while len(loop.tried) < 2:
            await asyncio.sleep(0)
        both.set()
        with await dialling as sock:
            await asyncio.sleep(0)  # the turn in which the other is closed
            lost = [name for name in "ab" if loop.sockets[name] is not sock]
            return len(lost), loop.closed(lost[0]), sock.fileno() >= 0

    assert (1, True, True) == asyncio.run(scenario())


def test_a_cancelled_race_closes_its_sockets():
    async def scenario():
        never = asyncio.Event()
        loop = Loop(address("a"), address("b"), a=never, b=never)
        dialling = asyncio.ensure_future(dial(loop, "example.test", 80))
        while len(loop.tried) < 2:
            await asyncio.sleep(0)
        dialling.cancel()
        await asyncio.wait([dialling])
        await asyncio.sleep(0)
        return dialling.cancelled(), loop.closed("a"), loop.closed("b")

    assert (True, True, True) == asyncio.run(scenario())
