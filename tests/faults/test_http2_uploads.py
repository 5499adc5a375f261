"""Uploads over one HTTP/2 connection, some of which are cancelled, to a server that talks more than it takes.

No octet of those that go on may be lost: what is cancelled leaves its frames whole, or not at all.
"""

import asyncio
import random
import select
import socket

import pytest
import trio

import httpcore_client as httpcore
from testkit.faults import assert_settled, nothing_left, stats
from testkit.h2_server import (
    END_STREAM,
    INITIAL_WINDOW_SIZE,
    MAX_WINDOW,
    PING,
    H2Server,
    data,
    frame,
    headers,
    response,
)
from testkit.worlds import WORLDS

PATTERN = bytes(range(251)) * 4000
WORKERS, UPLOADS = 4, 6
SMALL_BYTES = 65_536  # of sockets: less than a segment of the loopback would keep TCP waiting


class Talking:
    """An act: takes some octets, pings, begins to answer some requests early, and answers all that are whole.

    Attributes:
        torn: the streams whose content is not what was sent.
    """

    def __init__(self, seed):
        self.torn = []
        self._chance = random.Random(seed)
        self._ended, self._begun = set(), set()

    def __call__(self, peer):
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
        peer.greet({INITIAL_WINDOW_SIZE: MAX_WINDOW}, window=MAX_WINDOW - 65_535)
        while True:
            if self._chance.random() < 0.5 and select.select([peer.connection], [], [], 0.01)[0]:
                peer.read()
            peer.send(frame(PING, 0, 0, b"anybody?"))
            for stream in [*peer.requests]:
                if stream not in self._ended:
                    self._go_on(peer, stream)

    def _go_on(self, peer, stream):
        content = peer.content(stream)
        if not PATTERN.startswith(content):
            self.torn.append(stream)
        if peer.resets(stream):
            self._ended.add(stream)
        elif any(each.flags & END_STREAM for each in peer.of(0, stream)):
            self._ended.add(stream)
            peer.send(
                data(stream, b"taken") if stream in self._begun else response(stream, b"taken")
            )
        elif stream not in self._begun and self._chance.random() < 0.05:
            self._begun.add(stream)
            peer.send(headers(stream, (":status", "200")))


async def cut(world, call, seconds):
    """Make a call that is cancelled after so many seconds, unless it has ended."""
    if world.name == "trio":
        with trio.move_on_after(seconds):
            await call()
    else:
        try:
            await asyncio.wait_for(call(), seconds)
        except TimeoutError:
            pass


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("world", WORLDS[:2], ids=lambda world: world.name)
def test_cancelled_uploads_tear_no_frame_of_the_others(world, authority, tls, seed):
    act, context = Talking(seed), None
    if tls:
        context = authority.server_context()
        context.set_alpn_protocols(["h2"])
    peer = H2Server(act, context=context)
    small = ((socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BYTES),)
    options = {
        "network": httpcore.Network(socket_options=small),
        "ssl": authority.bundle,
        "timeout": 10,
        "http1": False,
    }

    async def scenario():
        async with world.client(**options) as client:

            async def work():
                chance, found = random.Random(seed), []
                for _ in range(UPLOADS):
                    size = chance.choice([100, 70_000, 300_000])

                    async def upload(size=size):
                        found.append((await client.post(peer.url, content=PATTERN[:size])).content)

                    if chance.random() < 0.4:
                        await cut(world, upload, chance.uniform(0, 0.05))
                    else:
                        await upload()
                return found

            found = await world.gather(*[work] * WORKERS)
            assert_settled(await stats(client))
        return {answer for each in found for answer in each}

    with nothing_left(), peer:
        assert {b"taken"} == world.run(scenario)
    assert [] == act.torn
