"""Dialling by way of a proxy, interrupted at any await: cancelled in asyncio and Trio, by Ctrl-C in threads.

Each stream is closed, the pool's accounts are right, and the next request works.
"""

import pytest

from httpcore_client import PoolLimits
from testkit.awaits import WalkBackend, walk_through
from testkit.interrupts import interrupt
from testkit.jobs import get
from testkit.tiny import Talk, TLSTalk


class Step:
    """A proxy's part of the talk, in answers to whole messages; then what is behind it speaks."""

    def __init__(self, behind, *answers):
        self._behind = behind
        self._answers = list(answers)

    def feed(self, data):
        return self._answers.pop(0) if self._answers else self._behind.feed(data)


CONNECT = (b"HTTP/1.1 200 Connected\r\n\r\n",)
SOCKS = (b"\5\2", b"\1\0", b"\5\0\0\3\3abc\0\0")

# The proxy, the origin, and how they talk: what TLS is around what.
WAYS = {
    "CONNECT": ("http", "https", lambda tls: Step(tls(Talk()), *CONNECT)),
    "CONNECT over TLS": ("https", "https", lambda tls: tls(Step(tls(Talk()), *CONNECT))),
    "SOCKS": ("socks5h", "https", lambda tls: Step(tls(Talk()), *SOCKS)),
    "SOCKS, no TLS": ("socks5h", "http", lambda tls: Step(Talk(), *SOCKS)),
}


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_is_interrupted_leaves_all_in_order(world, authority, way, first, again):
    scheme, origin, talk = WAYS[way]
    context = authority.server_context()

    async def run(walk):
        backend = WalkBackend(
            world.name, walk, talk=lambda: talk(lambda inner: TLSTalk(context, inner))
        )
        options = {"ssl": authority.bundle, "http2": False, "trust_env": False}
        proxy = f"{scheme}://me:s3cret@127.0.0.1:3128"
        limits = PoolLimits(max_connections=1)
        async with world.client(
            backend=backend, pool_limits=limits, proxy=proxy, **options
        ) as client:
            await interrupt(world, walk, backend, client, f"{origin}://127.0.0.1", get, first=first)
        assert [] == [stream for stream in backend.streams if not stream.closed]

    points = walk_through(world, run, again=again)
    assert points >= (8 if first else 3), "points"
