"""`Pace`: the lowest transfer rate of a body, which ends a drip that no limit on a single read does.

Only the time spent waiting for the server counts: a caller that takes its time is not the server's fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import ReadTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Pace"]

_WINDOW_SECONDS = 5.0  # of waiting, over which the rate is taken


class Pace:
    """Measures how fast one body comes in.

    Args:
        rate: the lowest, in bytes a second.
        now: the monotonic clock, in seconds.
    """

    __slots__ = ("_now", "_rate", "_received", "_waited")

    def __init__(self, rate: float, now: Callable[[], float]) -> None:
        self._rate = rate
        self._now = now
        self._received = 0
        self._waited = 0.0

    async def read(
        self, read: Callable[[float | None], Awaitable[bytes]], timeout: float | None
    ) -> bytes:
        """Read once, for at most `timeout` seconds or as long as the rate leaves.

        Raises:
            ReadTimeout: the server is slower than the lowest rate, or sent nothing in time.
        """
        left = _WINDOW_SECONDS - self._waited
        began = self._now()
        data = b""
        try:
            data = await read(left if timeout is None or left < timeout else timeout)
        finally:
            # On a timeout that the window has cut short, this raises in its place.
            self.count(len(data), self._now() - began)
        return data

    def count(self, received: int, waited: float) -> None:
        """Count what came after so many seconds of waiting.

        Raises:
            ReadTimeout: the server is slower than the lowest rate.
        """
        self._received += received
        self._waited += waited
        if self._waited < _WINDOW_SECONDS:
            return
        if self._received < self._rate * self._waited:
            raise ReadTimeout(
                f"the server sent {self._received} bytes in {self._waited:.1f} s, which is below the "
                f"lowest rate of {self._rate:g} bytes a second",
                _WINDOW_SECONDS,
            )
        self._received, self._waited = 0, 0.0
