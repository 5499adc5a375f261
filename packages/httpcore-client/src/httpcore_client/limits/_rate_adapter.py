"""`RateLimitAdapter`: sends no more requests in a time than a `RateLimiter` lets go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Never

from .._options import refuse_others
from .._siblings import headers, pool
from ..adapters import AddedAdapter
from ..backends._shared import shared_event
from ..retry._checks import check_number
from ._keys import Key, as_key, shown, steady
from ._rate import RateLimiter
from ._waiting import check_max_wait, longest_wait, too_long

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ..adapters import Clock

__all__ = ["RateLimitAdapter"]

_LONG_SECONDS = 3600.0  # no thread waits for longer at once: there is a most that the system takes


class RateLimitAdapter(AddedAdapter):
    """Lets requests wait for their turn, so that no more go than a rate allows.

    It stands over the pool, so that redirects, retries and what authentication asks for count as well. They
    go first come, first served; who gives up leaves its turn to the others.

    Args:
        limiter: the rate, as a `RateLimiter`, which several clients may share, or the requests a second.
        key: returns what a request is limited by; None for its origin. A function that always returns
            the same makes one limit for all.
        max_wait: the most seconds that a request may wait; None for no limit but its deadline.
        max_pause: the most seconds that all requests of a key are held back for when a 429 (Too Many
            Requests) asks for it by Retry-After; 0 for never.
        clock: tells the time and waits, for tests; None for the client's world.

    Raises:
        TypeError, ValueError: an argument is of another kind, or out of range.
    """

    def __init__(
        self,
        limiter: RateLimiter | float,
        *,
        key: Key | None = None,
        max_wait: float | None = None,
        max_pause: float = 60.0,
        clock: Clock | None = None,
        **others: Never,
    ) -> None:
        super().__init__()
        known, rules = ("limiter", "key", "max_wait", "max_pause"), ("rate", "per", "burst")
        refuse_others("RateLimitAdapter", others, known, "RateLimiter", rules)
        check_max_wait(max_wait)
        check_number("max_pause", max_pause, least=0)
        if not isinstance(limiter, RateLimiter):
            check_number("the limiter, if it is no RateLimiter,", limiter)
            limiter = RateLimiter(limiter)
        self.limiter: RateLimiter = limiter
        self._key = as_key(key)
        self._max_wait = max_wait
        self._max_pause = max_pause
        self._own_clock = clock
        self._now = steady(clock)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request when its turn has come.

        Raises:
            LimitExceeded: it would have to wait for longer than it may; this is known at once.
            HTTPError: what the levels below raise.
        """
        key = self._key(request)
        if not self.limiter.passes(key, self._now()):
            await self._turn(request, key)
        response = await self._inner.send(request)
        try:
            if response.status_code == 429 and self._max_pause:
                self._hold(key, response)
        except BaseException:  # from a clock of the caller's, or Ctrl-C
            await response.close()
            raise
        return response

    async def _turn(self, request: pool.Request, key: Hashable) -> None:
        """Wait until the request may go."""
        limiter = self.limiter
        place = shared_event(self.backend)
        now = self._now()
        longest = longest_wait(request, self._max_wait, self.clock.now)
        until = now + longest
        wait: float | None = limiter.enter(key, now, place)
        first = False
        try:
            while wait is not None:
                left = until - now
                if wait > left or left <= 0:
                    what = (
                        f"the rate limit of {shown(key)}, {limiter!r}, has no room for {wait:.2f} s"
                    )
                    raise too_long(request, what, longest, self.clock.now())
                if first:
                    await self.clock.sleep(wait)
                else:
                    await place.wait(min(left, _LONG_SECONDS))
                now = self._now()
                first, wait = limiter.ask(key, now, place)
        finally:
            limiter.leave(key, place)

    def _hold(self, key: Hashable, response: pool.Response) -> None:
        """Hold a key back for as long as the server asks to."""
        today = datetime.fromtimestamp(self.clock.time(), UTC)
        seconds = headers.parse_retry_after(response.headers.get("Retry-After", ""), now=today)
        if seconds is not None:
            self.limiter.pause(key, self._now() + min(seconds, self._max_pause))

    def __repr__(self) -> str:
        return f"<RateLimitAdapter {self.limiter!r}>"
