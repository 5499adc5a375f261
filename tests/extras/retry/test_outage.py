"""A server that fails under load: retries do not make it worse than the budget allows."""

import math

from httpcore_client import PoolLimits
from httpcore_client.retry import RetryAdapter, RetryBudget, RetryPolicy
from httpcore_client.testing import ManualClock
from testkit.peer import Peer, response
from testkit.worlds import ThreadWorld

WORKERS, GOOD, BAD = 8, 5, 20
SENT = WORKERS * (GOOD + BAD)


class Failing(Peer):
    """Answers well until it is told not to, and counts."""

    def __init__(self):
        super().__init__(self._serve_all)
        self.well = True

    def _serve_all(self, connection):
        while self.read_request(connection):
            connection.sendall(response() if self.well else response(b"", "503 Overloaded"))


def load(world, budget):
    """Put a client under load before and in an outage; return how often the server was asked."""
    adapter = RetryAdapter(RetryPolicy(attempts=4), budget=budget, clock=ManualClock())

    async def scenario():
        with Failing() as server:
            limits = PoolLimits(max_connections=WORKERS)
            async with world.client(
                trust_env=False, pool_limits=limits, adapters=[adapter]
            ) as client:
                for well, times in ((True, GOOD), (False, BAD)):
                    server.well = well

                    async def work(times=times):
                        return [(await client.get(server.url)).status_code for _ in range(times)]

                    await world.gather(*[work] * WORKERS)
            return len(server.requests)

    return world.run(scenario)


def test_an_outage_costs_a_server_no_more_than_the_budget(world):
    """The share that answers bring, and what is saved, of all that is sent: here a tenth of it."""
    capacity, refill = 16, 0.1
    asked = load(world, RetryBudget(capacity, refill))
    assert SENT < asked <= SENT + capacity + refill * WORKERS * GOOD
    assert asked <= 1.1 * SENT


def test_without_a_budget_it_would_be_all_tries():
    assert SENT + 3 * WORKERS * BAD == load(ThreadWorld(), RetryBudget(math.inf))
