"""`CircuitBreakerAdapter`: sends nothing where a `CircuitBreaker` says that it would be in vain."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Never

from .._options import refuse_others
from .._siblings import pool
from ..adapters import AddedAdapter
from ..retry._checks import members
from ._breaker import CircuitBreaker
from ._circuit import Thresholds
from ._errors import CircuitOpen
from ._keys import Key, as_key, steady

if TYPE_CHECKING:
    from ..adapters import Clock

__all__ = ["CircuitBreakerAdapter"]

_STATUSES = range(500, 600)
_ERRORS: tuple[type[Exception], ...] = (
    *(pool.RequestTimeout, pool.NetworkError, pool.RemoteProtocolError, pool.ProxyError),
)


class CircuitBreakerAdapter(AddedAdapter):
    """Fails at once, without sending anything, while the circuit of a request is open.

    It stands over the pool, so that each try of a `RetryAdapter` counts. Put it before rate and
    concurrency limits in the list: then what it refuses does not wait there first.

    What fails for reasons of our own counts neither as a failure nor as a success: a request that waited in
    vain for a connection or a limit, was cancelled, or can't be sent.

    Args:
        breaker: the circuits, which several clients may share; None for a `CircuitBreaker()` of its own.
        key: returns which circuit a request passes; None for that of its origin.
        statuses: those that are failures.
        errors: the classes of errors that are.
        clock: tells the time, for tests; None for the system's.

    Raises:
        TypeError: an argument is of another kind.
    """

    def __init__(
        self,
        breaker: CircuitBreaker | None = None,
        *,
        key: Key | None = None,
        statuses: Collection[int] = _STATUSES,
        errors: Collection[type[Exception]] = _ERRORS,
        clock: Clock | None = None,
        **others: Never,
    ) -> None:
        super().__init__()
        known, rules = ("breaker", "key", "statuses", "errors"), Thresholds._fields
        refuse_others("CircuitBreakerAdapter", others, known, "CircuitBreaker", rules)
        breaker = CircuitBreaker() if breaker is None else breaker
        if not isinstance(breaker, CircuitBreaker):
            raise TypeError(f"breaker must be a CircuitBreaker, not {type(breaker).__name__}")
        self.breaker: CircuitBreaker = breaker
        self._key = as_key(key)
        self._statuses = frozenset(members("statuses", statuses, int))
        self._errors = tuple(members("errors", errors, type))
        self._own_clock = clock
        self._now = steady(clock)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, if its circuit lets it through.

        Raises:
            CircuitOpen: it does not.
            HTTPError: what the levels below raise.
        """
        breaker = self.breaker
        try:
            passed = breaker.enter(self._key(request), self._now())
        except CircuitOpen as error:
            error.about(request)
            raise
        try:
            response = await self._inner.send(request)
        except BaseException as error:
            why = type(error).__name__ if self._is_failure(error) else None
            breaker.leave(passed, self._now(), why)
            raise
        try:
            failed = response.status_code in self._statuses
            why = f"status {response.status_code}" if failed else ""
            breaker.leave(passed, self._now(), why)
        except BaseException:  # from a clock of the caller's, or Ctrl-C
            await response.close()
            raise
        return response

    def _is_failure(self, error: BaseException) -> bool:
        if isinstance(error, pool.AddressRefused) or getattr(error, "phase", None) == "pool":
            return False
        return isinstance(error, self._errors)

    def __repr__(self) -> str:
        return f"<CircuitBreakerAdapter {self.breaker!r}>"
