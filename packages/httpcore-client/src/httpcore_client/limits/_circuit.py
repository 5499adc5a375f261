"""`Circuit`: whether requests to one place are let through. Pure: it is told the time, and what came of each.

::

    closed ──(too many failures)──> open ──(cool-down over)──> half-open ──(all probes good)──> closed
                                      ^─────────(a probe failed)─────────┘
"""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

from .._siblings import Value
from ..retry._checks import check_count, check_number

__all__ = ["Circuit", "CircuitState", "Thresholds"]

CircuitState: TypeAlias = Literal["closed", "open", "half-open"]

_PARTS = 10  # of the window, of which the oldest is forgotten at a time


class Thresholds(Value):
    """When a circuit opens, and closes again.

    Attributes:
        consecutive: failures in a row that open it; None for not by these.
        failure_rate: the part of the requests in the window, above 0 and up to 1, that opens it when it
            fails; None for not by that.
        window: of how many seconds.
        min_requests: how many there must be in it, so that the rate says something.
        cooldown: seconds that it stays open.
        probes: how many requests are let through then at once, all of which must be good. If nothing is
            heard of them for as long as the cool-down, others are.
    """

    consecutive: int | None = 5
    failure_rate: float | None = 0.5
    window: float = 30.0
    min_requests: int = 20
    cooldown: float = 10.0
    probes: int = 1

    def _check(self) -> None:
        if self.consecutive is not None:
            check_count("consecutive", self.consecutive)
        if self.failure_rate is not None:
            check_number("failure_rate", self.failure_rate)
            if self.failure_rate > 1:
                raise ValueError(f"failure_rate must be 1 at most, not {self.failure_rate}")
        if self.consecutive is None and self.failure_rate is None:
            raise ValueError(
                "consecutive and failure_rate can't both be None: nothing would open it"
            )
        check_number("window", self.window)
        check_count("min_requests", self.min_requests)
        check_number("cooldown", self.cooldown)
        check_count("probes", self.probes)


class Circuit:
    """One circuit.

    Attributes:
        state: "closed" lets all through, "open" none, "half-open" some, to try.
        opened: when it opened last.
        reason: what opened it.
    """

    __slots__ = (
        "_era",
        "_in_row",
        "_parts",
        "_passed",
        "_probed",
        "_probing",
        "_rules",
        "opened",
        "reason",
        "state",
    )

    def __init__(self, rules: Thresholds) -> None:
        self._rules = rules
        self.opened: float = 0.0
        self.reason: str = ""
        self._era = 0  # how often it has changed its state: what began before says nothing any more
        self._probing = 0  # requests that try it, as far as they are waited for
        self._probed = 0.0  # when the last of them was let through
        self._passed = 0  # those that were good
        self._become("closed")

    def admit(self, now: float) -> int | None:
        """Let a request through, or return None. What is returned is given back with its outcome."""
        if self.state == "open" and now >= self.opened + self._rules.cooldown:
            self._become("half-open")
        if self.state == "open":
            return None
        if self.state == "half-open":
            if self._probing + self._passed >= self._rules.probes:
                if now < self._probed + self._rules.cooldown:
                    return None
                self._probing = 0  # nobody waits for longer for those that nothing is heard of
            self._probing += 1
            self._probed = now
        return self._era

    def retry_in(self, now: float) -> float:
        """Return the seconds until a request is let through; 0 where that depends on those on their way."""
        return max(0.0, self.opened + self._rules.cooldown - now) if self.state == "open" else 0.0

    def succeeded(self, era: int, now: float) -> None:
        """A request that was let through ended well."""
        if era != self._era:
            return
        if self.state == "half-open":
            self._probing = max(self._probing - 1, 0)
            self._passed += 1
            if self._passed >= self._rules.probes:
                self._become("closed")
            return
        self._in_row = 0
        self._count(now, failed=0)

    def failed(self, era: int, now: float, why: str) -> None:
        """A request that was let through failed."""
        if era != self._era:
            return
        if self.state == "half-open":
            self._open(now, f"a request to try it failed: {why}")
            return
        rules = self._rules
        self._in_row += 1
        requests, failures = self._count(now, failed=1)
        if rules.consecutive is not None and self._in_row >= rules.consecutive:
            alone = self._in_row == 1
            row = (
                "a request failed"
                if alone
                else f"{self._in_row} requests in a row failed, the last"
            )
            self._open(now, f"{row} with: {why}")
        elif (
            rules.failure_rate is not None
            and requests >= rules.min_requests
            and failures >= rules.failure_rate * requests
        ):
            within = f"{failures} of {requests} requests within {rules.window:g} s"
            self._open(now, f"{within} failed, the last with: {why}")

    def withdrawn(self, era: int) -> None:
        """Nothing came of a request that was let through that says anything."""
        if era == self._era and self.state == "half-open":
            self._probing = max(self._probing - 1, 0)

    def _open(self, now: float, reason: str) -> None:
        self._become("open")
        self.opened, self.reason = now, reason

    def _become(self, state: CircuitState) -> None:
        self.state: CircuitState = state
        self._era += 1
        self._probing = self._passed = self._in_row = 0
        self._parts: deque[list[int]] = deque()  # [number of the part, requests, failures]

    def _count(self, now: float, failed: int) -> tuple[int, int]:
        """Note a request; return how many there were in the window, and how many of them failed."""
        part = int(now / self._rules.window * _PARTS)
        parts = self._parts
        while parts and parts[0][0] <= part - _PARTS:
            parts.popleft()
        if not parts or parts[-1][0] != part:
            parts.append([part, 0, 0])
        parts[-1][1] += 1
        parts[-1][2] += failed
        return sum(each[1] for each in parts), sum(each[2] for each in parts)
