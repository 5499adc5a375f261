"""`HedgeAdapter`: asks a second time where the first answer is late, and takes the one that comes first."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self

from .._siblings import pool
from ..adapters import AddedAdapter, EnvironmentAdapter
from ..retry import RetryBudget
from ..retry._checks import check_number, members
from ._keys import Keyed
from ._latencies import Latencies
from ._race import Race

__all__ = ["HedgeAdapter"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110 9.2.1


class HedgeAdapter(AddedAdapter):
    """Sends a copy of a request that is late, takes the first good answer, and gives up the other.

    That cuts the slowest answers of servers of which some are slow at times; where all are, the budget keeps
    the copies few. Only requests without a body, or with one in memory, are copied. An answer is good
    unless it is a 429 or 5xx. For async clients: a thread that waits can't be told to stop.

    It stands over cookies and credentials, so that each copy gets its own, and under a `RetryAdapter`
    that comes before it in the list. Each copy goes through the limits over the pool.

    Args:
        delay: seconds after which an answer is late; None to learn it for each origin from its last
            hundred answers, of which the first twenty only teach.
        percentile: which part of the answers, in percent, is not late, if that is learnt.
        methods: those whose requests may be copied; by default the safe ones (RFC 9110 9.2.1).
        budget: a copy takes a token of it and a good answer brings a part of one; None for
            `RetryBudget(10, 0.1)`: copies are a tenth of the requests at most, and ten.

    Raises:
        TypeError, ValueError: an argument is of another kind, or out of range.
    """

    level: ClassVar[type[pool.Adapter]] = EnvironmentAdapter
    _latencies: Keyed[Latencies]  # by origin; each placed one's own, as they are not locked

    def __init__(
        self,
        delay: float | None = None,
        *,
        percentile: float = 95.0,
        methods: Collection[str] = _SAFE,
        budget: RetryBudget | None = None,
    ) -> None:
        super().__init__()
        if delay is not None:
            check_number("delay", delay)
        check_number("percentile", percentile)
        if percentile >= 100:
            raise ValueError(f"percentile must be less than 100, not {percentile:g}")
        budget = RetryBudget(10, 0.1) if budget is None else budget
        if not isinstance(budget, RetryBudget):
            raise TypeError(f"budget must be a RetryBudget, not {type(budget).__name__}")
        self.budget: RetryBudget = budget
        self._delay = delay
        self._percentile = percentile
        self._methods = frozenset(map(str.upper, members("methods", methods, str)))

    def over(self, inner: pool.Adapter, backend: pool.Backend) -> Self:
        """Return this adapter in its place; see `AddedAdapter.over`.

        Raises:
            TypeError: the world is that of threads.
        """
        if backend.name not in ("asyncio", "trio"):
            raise TypeError(
                "HedgeAdapter needs an async client, Client or TrioClient: in the world of "
                f"{backend.name} a request that waits can't be given up for another"
            )
        placed = super().over(inner, backend)
        placed._latencies = Keyed(Latencies)
        return placed

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, and a copy if its answer is late.

        Raises:
            HTTPError: what the levels below raise: if both failed, what the request itself met.
        """
        if not self._may_copy(request):
            return await self._inner.send(request)
        latencies = self._latencies[request.url.origin]
        delay = self._delay
        if delay is None:
            delay = latencies.percentile(self._percentile)
        began = self.clock.now()
        if delay is None:
            response = await self._inner.send(request)
        else:
            race = Race(self._inner, self.backend, request, _is_good)
            response = await race.run(delay, self.budget.take)
        if _is_good(response):
            latencies.add(self.clock.now() - began)
            self.budget.answered()
        return response

    def _may_copy(self, request: pool.Request) -> bool:
        in_memory = request.body is None or isinstance(request.body, pool.BytesBody)
        # What a connection is switched for is no answer.
        return in_memory and request.method in self._methods and "Upgrade" not in request.headers

    def __repr__(self) -> str:
        late = f"{self._percentile:g} %" if self._delay is None else f"{self._delay:g} s"
        return f"<HedgeAdapter after {late}>"


def _is_good(response: pool.Response) -> bool:
    return response.status_code < 500 and response.status_code != 429
