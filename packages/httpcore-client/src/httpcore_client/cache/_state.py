"""`State`: what the placed copies of one adapter share: counts, and what was made invalid.

Requests that change something make invalid what is stored, and also what is on its way meanwhile: that may
say how things were before.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .._siblings import pool

if TYPE_CHECKING:
    from ._storage import StoredResponse

__all__ = ["State"]

_MOST_INVALID = 1000  # keys that are remembered


class State:
    """What the placed copies of one adapter share.

    Attributes:
        counts: how often what came of a request, by the names in `CacheStats`.
        complained: whether it was said that the storage fails.
        turn: how often something was made invalid.
        invalid: by keys, the last of these turns that was about them, and its time; of the last ones.
        forgotten: the last turn that is there no more.
    """

    def __init__(self) -> None:
        self.lock = pool.SyncBackend().lock()
        self.counts: Counter[str] = Counter()
        self.complained = False
        self.turn = self.forgotten = 0
        self.invalid: dict[bytes, tuple[int, float]] = {}

    def note_invalid(self, keys: list[bytes], time: float) -> None:
        """Note that what is stored, and responses which are on their way, may not be right any more."""
        with self.lock:
            self.turn += 1
            for key in keys:
                self.invalid.pop(key, None)
                self.invalid[key] = (self.turn, time)
            while len(self.invalid) > _MOST_INVALID:
                self.forgotten, _ = self.invalid.pop(next(iter(self.invalid)))

    def is_invalid(self, key: bytes, since: int) -> bool:
        """Whether a response that was asked for at a turn may have been outdated on its way."""
        last, _ = self.invalid.get(key, (0, 0.0))
        return max(last, self.forgotten) > since

    def is_left_over(self, key: bytes, stored: StoredResponse) -> bool:
        """Whether what is stored is older than what made it invalid: the storage could not remove it."""
        _, time = self.invalid.get(key, (0, 0.0))
        return stored.received < time

    def __reduce__(self) -> tuple[type[State], tuple[()]]:
        return State, ()  # another process counts for itself
