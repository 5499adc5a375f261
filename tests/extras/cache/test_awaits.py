"""A request that is interrupted at any await of its cache leaves nothing behind."""

import httpcore_client as httpcore
from httpcore_client.cache import CacheAdapter, MemoryStorage
from testkit.awaits import WalkBackend, walk_through
from testkit.cache_cases import CaseClock
from testkit.faults import nothing_left
from testkit.interrupts import interrupt
from testkit.peer import response
from testkit.tiny import Talk

FIELDS = (b"Cache-Control: max-age=60, stale-if-error=60", b'ETag: "1"')


class Shop(Talk):
    """Confirms what it is asked about, changes what it is told to, and fails elsewhere."""

    def __init__(self):
        super().__init__()
        self._asked = 0

    def _answer(self, target, content):
        if not target.endswith(b"/123"):
            return super()._answer(target, content)
        self._asked += 1
        if self._asked == 1:
            return response(bytes(3000) + b"123", "200 OK", *FIELDS)
        if self._asked == 2:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
        return response(bytes(3000), "503 Service Unavailable")


class Slow(MemoryStorage):
    """One that is called in a thread."""

    blocks = True


def test_an_interruption_at_any_await_leaves_all_in_order(world):
    async def run(walk):
        backend = WalkBackend(world.name, walk, talk=Shop)
        clock = CaseClock()

        async def get(client, url):
            for _ in range(2):
                await client.get(f"{url}/id/123")
                clock.seconds += 61
            return (await client.get(f"{url}/id/123")).content[-3:]

        adapter = CacheAdapter(Slow(), clock=clock)
        limits = httpcore.PoolLimits(max_connections=1)
        async with world.client(
            backend=backend, trust_env=False, pool_limits=limits, adapters=[adapter]
        ) as client:
            await interrupt(world, walk, backend, client, "http://127.0.0.1", get, first=True)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 8
