"""Streams of events that somebody cancels, closes or reads twice: nothing is held, nothing goes on."""

import asyncio
import threading

import pytest
import trio

import httpcore_client
from httpcore_client.adapters import Clock
from httpcore_client.events import EventStream
from testkit.peer import Peer, response
from testkit.worlds import Lifted

KIND = b"Content-Type: text/event-stream"
QUIET = b"HTTP/1.1 200 OK\r\n" + KIND + b"\r\n\r\nretry: 0\nid: 1\ndata: a\n\n"
NO_MORE = response(b"", "204 No Content")


def cancelled_in_asyncio(peer, scenario):
    async def main():
        async with httpcore_client.Client(trust_env=False) as client:
            async with client.events(peer.url) as events:
                await scenario(events, asyncio.timeout)
            assert client.stats().in_use == 0

    asyncio.run(main())


def cancelled_in_trio(peer, scenario):
    async def main():
        async with httpcore_client.TrioClient(trust_env=False) as client:
            async with client.events(peer.url) as events:
                await scenario(events, trio.fail_after)
            assert client.stats().in_use == 0

    trio.run(main)


class Block:
    """An asynchronous block of any world's limit in time."""

    def __init__(self, block):
        self._block = block

    async def __aenter__(self):
        enter = getattr(self._block, "__aenter__", None)
        return await enter() if enter else self._block.__enter__()

    async def __aexit__(self, *exc_info):
        leave = getattr(self._block, "__aexit__", None)
        return await leave(*exc_info) if leave else self._block.__exit__(*exc_info)


@pytest.mark.parametrize("run", [cancelled_in_asyncio, cancelled_in_trio], ids=["asyncio", "trio"])
def test_who_is_cancelled_may_go_on(run):
    """Behind the last event, by another connection."""

    async def scenario(events, limit):
        assert (await anext(events)).data == "a"
        with pytest.raises((TimeoutError, trio.TooSlowError)):
            async with Block(limit(0.02)):
                await anext(events)
        assert [event.data async for event in events] == []

    with Peer() as peer:
        peer.handlers = [peer.holding(QUIET), peer.answering(NO_MORE)]
        run(peer, scenario)
        assert b"Last-Event-ID: 1" in peer.requests[1]


@pytest.mark.parametrize("run", [cancelled_in_asyncio, cancelled_in_trio], ids=["asyncio", "trio"])
def test_who_is_cancelled_before_connecting_anew_waits_no_longer_for_it(run):
    async def scenario(events, limit):
        assert (await anext(events)).data == "a"
        dues = []
        for _ in range(2):
            with pytest.raises((TimeoutError, trio.TooSlowError)):
                async with Block(limit(0.02)):
                    await anext(events)
            dues.append(events._due)
        assert dues[0] is not None
        assert dues[0] == dues[1]

    with Peer() as peer:
        content = b"retry: 9000\ndata: a\n\n"
        peer.handlers = [peer.answering(response(content, "200 OK", KIND))]
        run(peer, scenario)


def test_closing_ends_the_wait_before_connecting_anew(run_client):
    """Whoever closes: here it is the clock, as soon as it is waited by."""

    class Closes(Clock):
        async def sleep(self, seconds, until=None):
            assert seconds > 5
            await self.events.close()
            began = self.now()
            await super().sleep(seconds, until)
            assert self.now() - began < 5

    async def scenario(client):
        inner = client._target._client if isinstance(client, Lifted) else client
        clock = Closes(inner._pool.backend)
        clock.events = EventStream(inner, inner.build("GET", peer.url), clock=clock)
        async with clock.events as events:
            return [event.data async for event in events]

    with Peer() as peer:
        content = b"retry: 9000\ndata: a\n\n"
        peer.handlers = [peer.answering(response(content, "200 OK", KIND))]
        assert run_client(scenario) == ["a"]
        assert len(peer.requests) == 1


@pytest.mark.parametrize("when", ["reads", "connects", "is refused"])
def test_closing_ends_the_loop_of_another(world, when):
    there, go_on = threading.Event(), threading.Event()

    def reads(connection):
        peer.read_request(connection)
        connection.sendall(QUIET)
        there.set()
        connection.recv(1)

    def connects(connection):
        peer.read_request(connection)
        there.set()
        go_on.wait(10)
        connection.sendall(QUIET if when == "connects" else response(b"", "500 Oh"))
        connection.recv(1)

    async def main():
        async with world.client(trust_env=False) as client:
            inner = client._target._client if isinstance(client, Lifted) else client
            async with client.events(peer.url) as events:

                async def read():
                    return [event.data async for event in events]

                async def close():
                    await inner._pool.backend.to_thread(there.wait, 10)
                    await events.close()
                    go_on.set()

                found, _ = await world.gather(read, close)
                assert client.stats().in_use == 0
            return found

    with Peer() as peer:
        peer.handlers = [reads] if when == "reads" else [peer.answering(QUIET), connects]
        assert "".join(world.run(main)) in ("", "a")


def test_two_do_not_read_at_once():
    async def main():
        async with (
            httpcore_client.Client(trust_env=False) as client,
            client.events(peer.url) as events,
        ):
            assert (await anext(events)).data == "a"
            reading = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            with pytest.raises(httpcore_client.StreamError, match="iterate over one stream"):
                await anext(events)
            go_on.set()
            assert (await reading).data == "b"

    def served(connection):
        peer.read_request(connection)
        connection.sendall(QUIET)
        go_on.wait(10)
        connection.sendall(b"data: b\n\n")
        connection.recv(1)

    go_on = threading.Event()
    with Peer(served) as peer:
        asyncio.run(main())
