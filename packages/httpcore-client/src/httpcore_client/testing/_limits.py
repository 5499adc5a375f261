"""How long an adapter that answers by itself may let its caller wait, and whose its errors are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Limits"]

_Error = TypeVar("_Error", bound=BaseException)


class Limits:
    """The limits of one request, as a connection would keep them.

    Args:
        request: the request.
        now: the monotonic clock that its deadline is on.

    Attributes:
        answered: whether the head of the response is there.
    """

    def __init__(self, request: pool.Request, now: Callable[[], float]) -> None:
        options = request.options.begun(now(), pool.Timeout())
        self._request = request
        self._now = now
        self._started = options.started or now()
        self._deadline = options.deadline
        self._timeout = options.timeout or pool.Timeout()
        self.answered: bool = False

    @property
    def _read(self) -> float | None:
        timeout = self._timeout
        return timeout.read if self.answered or timeout.head is None else timeout.head

    def left(self) -> float | None:
        """Seconds that the next wait for the peer may take; None for no limit."""
        seconds, left = self._read, self.until_deadline()
        if seconds is None or left is None:
            return left if seconds is None else seconds
        return min(left, seconds)

    def until_deadline(self) -> float | None:
        """Seconds that are left of the whole request; None for no limit."""
        return None if self._deadline is None else max(0.0, self._deadline - self._now())

    def hurry(self, seconds: float) -> None:
        """Let all that is still waited for come within so many seconds."""
        end = self._now() + seconds
        self._deadline = end if self._deadline is None else min(end, self._deadline)

    def too_late(self) -> pool.RequestTimeout:
        """Return the error of a wait that took all that was `left`."""
        total = self._timeout.total
        if total is not None and self._deadline is not None and self._now() >= self._deadline:
            error: pool.RequestTimeout = pool.TotalTimeout(
                f"the request took longer than its total of {total:g} s (phase: read)", total
            )
            error.phase = "read"
            return self.named(error)
        read = self._read
        limit = "" if read is None else f" for {read:g} s"
        return self.named(pool.ReadTimeout(f"the server sent nothing{limit}", read))

    def named(self, error: _Error) -> _Error:
        """Say whose error it is, and after how long, unless that is known; return it."""
        if isinstance(error, pool.HTTPError) and error.method is None:
            error.about(self._request)
            error.elapsed = max(0.0, self._now() - self._started)
        return error
