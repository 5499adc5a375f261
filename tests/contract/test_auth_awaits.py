"""Authentication that is interrupted at any await: cancelled in asyncio and Trio, by Ctrl-C in threads.

Flows are closed, the turn to renew credentials passes on, nothing stays open, and nobody else notices.
"""

import pytest

from httpcore_client import AuthRequest, Exclusive, PoolLimits, Proxy
from testkit.awaits import WalkBackend, walk_through
from testkit.interrupts import interrupt
from testkit.jobs import get
from testkit.peer import response
from testkit.tiny import Talk, TLSTalk

BASE = "127.0.0.1"


class Shown:
    """A scheme of proxies: asked once, it shows "second"."""

    def __init__(self):
        self.begun = self.ended = 0

    def proxy_flow(self, proxy, method, target):
        self.begun += 1
        try:
            status, _ = yield ()
            if status == 407:
                yield (("Proxy-Authorization", "second"),)
        finally:
            self.ended += 1


class Renewing:
    """A scheme of origins: asked once, it gets the word that it shows then, for all."""

    def __init__(self):
        self.word = None
        self.begun = self.ended = 0

    def flow(self, request):
        self.begun += 1
        try:
            answer = yield () if self.word is None else (("X-Word", self.word),)
            if answer.status_code == 401:
                yield Exclusive(self, self._renewed(request.origin))
                yield (("X-Word", self.word),)
        finally:
            self.ended += 1

    def _renewed(self, origin):
        if self.word is None:
            answer = yield AuthRequest("GET", f"{origin}/chunked/word")
            self.word = answer.content.decode()


class Asking(Talk):
    """A server that answers only who shows its word."""

    asks = response(b"who?", "401 Who")
    shows = b"X-Word: word"
    base = b""

    def _next(self, fresh):
        self._head = self._data.partition(b"\r\n\r\n")[0]
        return super()._next(fresh)

    def _answer(self, target, content):
        if self.shows not in self._head and b"/word" not in target:
            return self.asks
        return super()._answer(target.removeprefix(self.base), content)


class Forwarding(Asking):
    """A proxy that forwards to nobody: it answers itself. After it has asked, it closes."""

    asks = response(b"who?", "407 Who", b"Connection: close")
    shows = b"Proxy-Authorization: second"
    base = f"http://{BASE}".encode()


class Staying(Forwarding):
    """One that keeps the connection."""

    asks = response(b"who?", "407 Who")


class Tunnel:
    """A proxy with a server that speaks TLS behind it."""

    def __init__(self, context):
        self._behind = TLSTalk(context, Talk())
        self._data = b""
        self._open = False

    def feed(self, data):
        if self._open:
            return self._behind.feed(data)
        self._data += data
        head, blank, _ = self._data.partition(b"\r\n\r\n")
        if not blank:
            return b""
        if b"Proxy-Authorization: second" not in head:
            return response(b"who?", "407 Who")
        self._open = True
        return b"HTTP/1.1 200 Connected\r\n\r\n"


async def one_run(world, walk, talk, *, scheme="http", auth=None, shown=None, first, ssl=None):
    """Run a request beside another, and check what all runs have in common."""
    backend = WalkBackend(world.name, walk, talk=talk)
    url = f"{scheme}://{BASE}"
    proxy = None if shown is None else Proxy("http://proxy.test:3128", auth=shown)
    options = {"proxy": proxy, "auth": auth, "ssl": ssl, "http2": False, "trust_env": False}
    limits = PoolLimits(max_connections=1 if auth is None else 3)
    async with world.client(backend=backend, pool_limits=limits, **options) as client:
        await interrupt(world, walk, backend, client, url, get, first=first)
        for each in filter(None, (auth, shown)):
            assert each.begun == each.ended, walk.points
    assert [] == [stream for stream in backend.streams if not stream.closed]


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
@pytest.mark.parametrize("talk", [Forwarding, Staying])
def test_a_forwarded_request_that_is_interrupted_leaves_all_in_order(world, talk, first, again):
    async def run(walk):
        await one_run(world, walk, talk, shown=Shown(), first=first)

    points = walk_through(world, run, again=again)
    assert points >= 8, "points"


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
def test_a_tunnel_whose_opening_is_interrupted_leaves_all_in_order(world, authority, again):
    context = authority.server_context()

    async def run(walk):
        await one_run(
            world,
            walk,
            lambda: Tunnel(context),
            scheme="https",
            shown=Shown(),
            first=True,
            ssl=authority.bundle,
        )

    points = walk_through(world, run, again=again)
    assert points >= 15, "points"


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
def test_a_renewal_that_is_interrupted_passes_its_turn_on(world, first, again):
    """Whoever holds the turn, or waits for it: the other request gets the word."""

    async def run(walk):
        await one_run(world, walk, Asking, auth=Renewing(), first=first)

    points = walk_through(world, run, again=again)
    assert points >= 5, "points"
