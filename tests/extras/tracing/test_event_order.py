"""The events of a request keep their order, whatever becomes of it: a walk over requests of all kinds."""

import random
from collections import Counter

import pytest

from httpcore_client import HTTPError, PoolLimits, Proxy, Timeout
from testkit.peer import Peer, response
from testkit.relay import Relay

ENDS = ("done", "failed", "closed")
DIAL = ("dns", "connect", "proxy", "tls")


def phases_of(events):
    """The phases that events tell of, each with its times. They follow each other, and all end."""
    found, open_phase = [], None
    for event in events:
        phase, _, step = event.name.partition(".")
        if step == "start":
            assert open_phase is None, event.name
            open_phase = phase, event.at
        elif phase != "connection" and step in ENDS:
            assert phase == open_phase[0], event.name
            found.append((phase, step, event.at - open_phase[1]))
            open_phase = None
        elif event.name == "send.head":
            assert open_phase[0] == "send"
        elif event.name == "response.informational":
            assert open_phase[0] in ("send", "wait")
        else:
            assert open_phase is None, event.name
    assert open_phase is None
    assert sorted(event.at for event in events) == [event.at for event in events]
    return found


class Walk:
    """Sends one request after the other, each of them watched.

    Attributes:
        told: the events of each.
        ends: how phases ended, and how often.
    """

    def __init__(self, client, world, origin, relay, peer):
        self._client = client
        self._world = world
        self._peer = peer.url
        self._base = origin
        self._relay = relay
        self.told = []

    async def send(self, path="/", method="GET", *, read=True, **options):
        """Send one, whatever it comes to."""
        events = []
        self.told.append(events)
        url = path if "://" in path else self._base + path
        try:
            async with self._client.stream(method, url, trace=events.append, **options) as answer:
                if read:
                    await answer.read()
        except HTTPError:
            return
        timings = answer.connection.timings
        if all(getattr(timings, phase) is None for phase in DIAL):
            return  # another hop, or another request, has dialled
        took = Counter()
        for phase, _, seconds in phases_of(events):
            took[phase] += seconds
        for phase in DIAL:
            assert pytest.approx(getattr(timings, phase) or 0.0) == took[phase], phase

    async def step(self, choice):
        match choice:
            case 0:
                await self.send()
            case 1:
                await self.send("/redirect/2")
            case 2:
                await self.send("/basic/me/pw", auth=("me", "pw"))
            case 3:
                await self.send("/echo", "POST", content=[b"ab", b"c"] * 3)
            case 4:
                options = {"headers": {"Expect": "100-continue"}, "timeout": Timeout(expect=0.01)}
                await self.send("/echo", "POST", content=b"abc", **options)
            case 5:
                await self.send("/stall", read=False)
            case 6:
                await self.send("/stream/100000")
            case 7:
                await self.send("http://127.0.0.1:1/")
            case 8:
                await self.send("/slow/9", timeout=Timeout(read=0.01))
            case 9:
                await self.send("/stall", timeout=Timeout(total=0.02))
            case 10:
                proxy = Proxy(self._relay.url(user="me:hunter2"))
                await self.send(proxy=proxy)
            case 11:
                await self.send(proxy=Proxy(self._relay.url("socks5")))
            case 12:
                await self._world.gather(*[lambda: self.send("/stream/100")] * 3)
            case 13:
                await self.send(self._peer)
            case _:
                await self.send("", "HEAD", ssl=True)


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_each_phase_that_starts_ends_once_and_before_the_next(run_client, world, origin, http2):
    async def scenario(client, relay, peer):
        walk = Walk(client, world, origin.tls if http2 else origin.plain, relay, peer)
        steps = list(range(15)) * 2
        random.Random(world.name).shuffle(steps)
        for step in steps:
            await walk.step(step)
        return walk.told

    with Relay() as relay, Peer() as peer:
        cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
        early = b"HTTP/1.1 103 Early Hints\r\n\r\n" + response()
        kept, handlers = peer.answering(early), (peer.answering(cut), peer.resetting(response()))
        peer.handlers = (kept, *handlers) * 9
        told = run_client(
            lambda client: scenario(client, relay, peer), http2=http2, pool_limits=PoolLimits(2)
        )
    assert told
    for events in told:
        phases_of(events)
