"""Who finds the addresses of names: the system, the caller's own function, and a cache over either."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._siblings import Value

if TYPE_CHECKING:
    from ..backends.base import Backend

__all__ = [
    "CachingResolver",
    "FunctionResolver",
    "Resolver",
    "ResolverTypes",
    "SystemResolver",
    "as_resolver",
    "read_answer",
]

_Function: TypeAlias = Callable[[str], Sequence[str] | Awaitable[Sequence[str]]]


class Resolver(ABC):
    """Finds the addresses of names. It is hashable, as it tells connections apart.

    One that knows some names itself, and asks the system for the others::

        class Lab(Resolver):
            async def resolve(self, host, backend, timeout):
                if host.endswith(".lab"):
                    return ["127.0.0.1"]
                return await backend.resolve(host, timeout)

    It runs in every world, so that all waiting is the backend's: `backend.call_within(timeout, function,
    host)` runs a function that blocks. Where `resolver=` is asked for, such a function will do, too.
    """

    @abstractmethod
    async def resolve(self, host: str, backend: Backend, timeout: float | None) -> Sequence[str]:
        """Return the IP addresses of a name as text, the preferred one first.

        Args:
            host: the name, with A-labels where it is international (RFC 5891).
            backend: the world to do I/O in.
            timeout: how many seconds are left.

        Raises:
            TimeoutError: it took longer.
            OSError, LookupError, UnicodeError: the name has no address.
        """
        ...

    def failed(self, host: str) -> None:  # noqa: B027 - most have nothing to do
        """Be told that none of the addresses of a name could be connected to."""


class SystemResolver(Value, Resolver):
    """The operating system's, with its hosts file, its cache and its order (RFC 6724)."""

    async def resolve(self, host: str, backend: Backend, timeout: float | None) -> Sequence[str]:
        return await backend.resolve(host, timeout)


class FunctionResolver(Value, Resolver):
    """A function that is given a name and returns addresses; it is called in a thread unless it is async."""

    function: _Function

    async def resolve(self, host: str, backend: Backend, timeout: float | None) -> Sequence[str]:
        return await backend.call_within(timeout, self.function, host)

    def __repr__(self) -> str:
        return getattr(self.function, "__qualname__", repr(self.function))


class CachingResolver(Resolver):
    """Keeps the answers of another resolver for a while.

    The system does not say how long an answer holds, so `ttl` is the same for all. Those of names that
    could not be connected to are dropped; failures are not kept. Threads and worlds may share it.

    Args:
        resolver: whose answers are kept; None for the system's.
        ttl: seconds that an answer is kept; None for ever.
        max_names: how many names are kept; the oldest answer goes first.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    _now = staticmethod(monotonic)  # not a backend's: each has a clock of its own

    def __init__(
        self,
        resolver: ResolverTypes = None,
        *,
        ttl: float | None = 30.0,
        max_names: int = 1000,
    ) -> None:
        self._resolver = as_resolver(resolver)
        if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, (int, float))):
            raise TypeError(f"ttl must be a number of seconds or None, not {type(ttl).__name__}")
        if ttl is not None and not ttl > 0:
            raise ValueError(f"ttl must be more than 0 seconds, not {ttl!r}")
        if isinstance(max_names, bool) or not isinstance(max_names, int):
            raise TypeError(f"max_names must be a whole number, not {type(max_names).__name__}")
        if max_names < 1:
            raise ValueError(f"max_names must be at least 1, not {max_names}")
        self._ttl = float("inf") if ttl is None else ttl
        self._max_names = max_names
        self._kept: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def resolve(self, host: str, backend: Backend, timeout: float | None) -> Sequence[str]:
        kept = self._kept.get(host)
        if kept is not None and self._now() < kept[0]:
            return kept[1]
        answer = await self._resolver.resolve(host, backend, timeout)
        addresses = read_answer(self._resolver, answer)
        if addresses:
            self._kept.pop(host, None)  # so that it is the newest
            self._kept[host] = (self._now() + self._ttl, addresses)
            while len(self._kept) > self._max_names:
                self._drop_oldest()
        return addresses

    def _drop_oldest(self) -> None:
        try:
            del self._kept[next(iter(self._kept))]
        except (KeyError, StopIteration, RuntimeError):
            pass  # another thread was quicker

    def failed(self, host: str) -> None:
        self._kept.pop(host, None)
        self._resolver.failed(host)

    def clear(self) -> None:
        """Forget all answers."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def __bool__(self) -> bool:
        return True

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_kept": {}}  # another process has another clock

    def __repr__(self) -> str:
        return f"<CachingResolver over {self._resolver!r}, {len(self)} names>"


ResolverTypes: TypeAlias = Resolver | _Function | None


def as_resolver(value: ResolverTypes) -> Resolver:
    """Read what callers may write as `resolver=`.

    Raises:
        TypeError: the value is something else.
    """
    if value is None:
        return SystemResolver()
    if isinstance(value, Resolver):
        return value
    function: object = value
    if callable(function) and not isinstance(function, type):
        return FunctionResolver(function)
    raise TypeError(f"resolver must be a Resolver, a function or None, not {value!r}")


def read_answer(resolver: Resolver, answer: object) -> tuple[str, ...]:
    """Return what a resolver has answered.

    Raises:
        TypeError: it is nothing that has addresses.
    """
    if isinstance(answer, Iterable) and not isinstance(answer, (str, bytes)):
        addresses = tuple(cast("Iterable[object]", answer))
        if all(isinstance(address, str) for address in addresses):
            return cast("tuple[str, ...]", addresses)
    raise TypeError(f"{resolver!r} must return IP addresses as a list of str, not {answer!r:.100}")
