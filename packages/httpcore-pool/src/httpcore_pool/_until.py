"""`Until`: a limit that is what is left until a moment, for waits that begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["Until", "anew"]


class Until(float):
    """The seconds that are left until a moment.

    A limit on a wait is one on progress, and begins anew with each octet that a peer takes. What is left of a
    total does not: a peer that takes an octet now and then can't put it off. To all others it is a number.

    Args:
        moment: on a clock.
        now: returns the time there. Who waits may have another clock: a mock's is not the event loop's.
        most: the seconds of each wait until then, which begin anew; None for no such limit.
    """

    __slots__ = ("moment", "most", "now")

    moment: float
    now: Callable[[], float]
    most: float | None

    def __new__(cls, moment: float, now: Callable[[], float], most: float | None = None) -> Self:
        left = max(0.0, moment - now())
        self = super().__new__(cls, left if most is None or left < most else most)
        self.moment = moment
        self.now = now
        self.most = most
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return float, (float(self),)  # a clock is of one process


def anew(timeout: float | None, waited: float = 0.0) -> float | None:
    """Return how long a wait may take that begins anew, or goes on after so much was `waited` in vain."""
    if isinstance(timeout, Until):
        most = timeout.most
        return Until(timeout.moment, timeout.now, None if most is None else most - waited)
    return None if timeout is None else timeout - waited
