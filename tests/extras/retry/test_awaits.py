"""A request that is interrupted at any await while it is sent again leaves nothing behind."""

import httpcore_client as httpcore
from httpcore_client.retry import RetryAdapter, RetryPolicy
from testkit.awaits import WalkBackend, walk_through
from testkit.faults import nothing_left
from testkit.interrupts import interrupt
from testkit.peer import response
from testkit.tiny import Talk


class Busy(Talk):
    """Answers every first request on a connection with 503, and a body that comes in pieces."""

    def __init__(self):
        super().__init__()
        self._asked = False

    def _answer(self, target, content):
        if self._asked or not target.endswith(b"/123"):
            return super()._answer(target, content)
        self._asked = True
        return response(bytes(3000), "503 Service Unavailable")


async def get(client, url):
    return (await client.get(f"{url}/id/123")).content


def test_an_interruption_at_any_await_leaves_all_in_order(world):
    async def run(walk):
        backend = WalkBackend(world.name, walk, talk=Busy)
        # The wait is no point: it holds nothing.
        adapter = RetryAdapter(RetryPolicy(backoff_initial=0.0))
        limits = httpcore.PoolLimits(max_connections=1)
        async with world.client(
            backend=backend, trust_env=False, pool_limits=limits, adapters=[adapter]
        ) as client:
            await interrupt(world, walk, backend, client, "http://127.0.0.1", get, first=True)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 8
