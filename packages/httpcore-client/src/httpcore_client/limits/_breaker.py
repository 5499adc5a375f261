"""`CircuitBreaker`: circuits by key, and who passes them. The rule of one is `_circuit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..backends._shared import Shared
from ._circuit import Circuit, Thresholds
from ._errors import CircuitOpen
from ._keys import Keyed, shown

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ._circuit import CircuitState

__all__ = ["CircuitBreaker", "Pass"]


class Pass(NamedTuple):
    """A request that was let through a circuit, to be told what came of it."""

    circuit: Circuit
    era: int


class CircuitBreaker(Shared):
    """A circuit for each key; shared by all who hold the object.

    A circuit opens after too many failures: then nothing is sent for a while, so that callers fail at once
    and the server has peace. Then some requests are let through to try. It pickles, and
    is forked, as a new one.

    Args:
        consecutive: failures in a row that open it; None for not by these.
        failure_rate: the part of the requests in the window, above 0 and up to 1, that opens it when it
            fails; None for not by that.
        window: of how many seconds.
        min_requests: how many requests there must be in the window, so that the rate says something.
        cooldown: seconds that it stays open.
        probes: how many requests are let through then; it closes when all of them were good. If nothing
            is heard of them for as long as the cool-down, others are.

    Raises:
        TypeError, ValueError: a number is none, or out of range.
    """

    def __init__(
        self,
        *,
        consecutive: int | None = 5,
        failure_rate: float | None = 0.5,
        window: float = 30.0,
        min_requests: int = 20,
        cooldown: float = 10.0,
        probes: int = 1,
    ) -> None:
        self._thresholds = Thresholds(
            consecutive, failure_rate, window, min_requests, cooldown, probes
        )
        self._circuits: Keyed[Circuit] = Keyed(lambda: Circuit(self._thresholds))
        super().__init__()

    def state(self, key: Hashable) -> CircuitState:
        """Return "closed", "open" or "half-open": an `Origin`'s, if no other key was chosen."""
        with self._lock:
            return self._circuits[key].state

    def enter(self, key: Hashable, now: float) -> Pass:
        """Let a request through.

        Raises:
            CircuitOpen: the circuit is open, or tried already.
        """
        with self._lock:
            circuit = self._circuits[key]
            era = circuit.admit(now)
            if era is not None:
                return Pass(circuit, era)
            open_for, retry_in = max(now - circuit.opened, 0.0), circuit.retry_in(now)
            when = f"in {retry_in:.1f} s" if retry_in else "at this moment"
            error = CircuitOpen(
                f"the circuit of {shown(key)} is {circuit.state}, since {open_for:.1f} s, as "
                f"{circuit.reason}; it is tried {when}"
            )
            error.reason, error.open_for, error.retry_in = circuit.reason, open_for, retry_in
            raise error

    def leave(self, passed: Pass, now: float, outcome: str | None) -> None:
        """Say what came of a request.

        Args:
            passed: what `enter` has returned for it.
            now: the time.
            outcome: why it failed; "" if it did not; None if what happened says nothing of the server.
        """
        circuit, era = passed
        with self._lock:
            if outcome is None:
                circuit.withdrawn(era)
            elif outcome:
                circuit.failed(era, now, outcome)
            else:
                circuit.succeeded(era, now)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._thresholds)

    def __repr__(self) -> str:
        rules = self._thresholds
        return f"<CircuitBreaker consecutive={rules.consecutive} failure_rate={rules.failure_rate}>"


def _restored(kind: type[CircuitBreaker], thresholds: Thresholds) -> CircuitBreaker:
    return kind(**vars(thresholds))
