"""Several uploads at once over HTTP/2: they share the connection's window, and nothing of it is lost."""

import asyncio

import h2.errors
import h2.events
import h2.settings
import pytest

from httpcore_pool import (
    AsyncioBackend,
    Timeout,
)
from testkit.scripted_h2 import facts_of, post, respond

CODES = h2.settings.SettingCodes

pytestmark = pytest.mark.usefixtures("request_lane")


def test_several_uploads_share_the_window_fairly(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.INITIAL_WINDOW_SIZE: 2**31 - 1})
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        peer.stream.feed(peer.step())
        uploads = [
            asyncio.ensure_future(facts_of(connection, post(bytes(200_000)))) for _ in range(3)
        ]
        await settled()
        first = [len(peer.content(number)[0]) for number in (1, 3, 5)]
        peer.h2.increment_flow_control_window(90_000)
        peer.stream.feed(peer.step())
        await settled()
        shares = [
            len(peer.content(number)[0]) - before
            for number, before in zip((1, 3, 5), first, strict=True)
        ]
        uploads[0].cancel()
        await settled()
        peer.h2.increment_flow_control_window(600_000)
        peer.stream.feed(peer.step())
        await settled()
        rest = [peer.content(number)[1] for number in (3, 5)]
        peer.stream.feed(peer.step(lambda p: (respond(3)(p), respond(5)(p))))
        answers = await asyncio.gather(*uploads, return_exceptions=True)
        return sum(first), shares, rest, [answer[0] for answer in answers[1:]]

    assert (65_535, [30_000] * 3, [True, True], [200, 200]) == asyncio.run(scenario())


def test_what_a_small_upload_leaves_goes_to_the_one_who_reads(h2_peer, live, settled):
    # b waits for room, and reads for both; a's last piece leaves some of its share. b learns it by a PING.
    async def scenario():
        peer = h2_peer({CODES.INITIAL_WINDOW_SIZE: 2**31 - 1})
        connection = peer.connect(stream=live, backend=AsyncioBackend(), timeout=Timeout.of(None))
        peer.stream.feed(peer.step())
        gate = asyncio.Event()

        async def pieces():
            yield bytes(65_535)
            yield bytes(100)
            await gate.wait()
            yield bytes(10)

        small = asyncio.ensure_future(facts_of(connection, post(pieces())))
        await settled()
        large = asyncio.ensure_future(facts_of(connection, post(bytes(50_000))))
        await settled()
        peer.h2.increment_flow_control_window(8192)
        peer.stream.feed(peer.step())
        await settled()
        peer.stream.feed(peer.step())  # the answer to a PING
        await settled()
        sent = [len(peer.content(number)[0]) for number in (1, 3)]
        small.cancel(), large.cancel()
        await asyncio.gather(small, large, return_exceptions=True)
        return sent, connection.is_closed

    assert ([65_635, 8092], False) == asyncio.run(scenario())


def test_what_a_cancelled_upload_leaves_goes_to_the_one_who_reads(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.INITIAL_WINDOW_SIZE: 2**31 - 1})
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        peer.stream.feed(peer.step())
        first = asyncio.ensure_future(facts_of(connection, post(bytes(65_535 + 10))))
        await settled()
        second = asyncio.ensure_future(facts_of(connection, post(bytes(60))))
        await settled()
        peer.h2.increment_flow_control_window(100)

        def at_once(p):
            first.cancel()  # it has been dealt a share, and never sees it

        peer.stream.feed(peer.step(at_once))
        await settled()
        peer.stream.feed(peer.step())  # the answer to a PING, if one was needed
        await settled()
        sent = peer.content(3)
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        return len(sent[0]), sent[1]

    assert (60, True) == asyncio.run(scenario())
