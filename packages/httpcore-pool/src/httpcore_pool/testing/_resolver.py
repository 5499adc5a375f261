"""What a `Resolver` must do."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from ..network import Resolver
from ._rules import Rules, demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..backends.base import Backend

__all__ = ["ResolverRules"]


class ResolverRules(Rules):
    """What a `Resolver` must do.

    Args:
        make: returns a new resolver; calling it again returns an equal configuration.
        backend: the world to ask in.
        known: a name that it finds addresses for.
        unknown: a name that it finds none for; None if there is no such name.
    """

    def __init__(
        self,
        make: Callable[[], Resolver],
        backend: Backend,
        *,
        known: str,
        unknown: str | None = None,
    ) -> None:
        self._make = make
        self._backend = backend
        self._known = known
        self._unknown = unknown

    async def is_a_resolver(self) -> None:
        """It is made from the class, so that a network takes it."""
        demand(
            isinstance(self._make(), Resolver),
            f"{self._make()!r} must be a subclass of httpcore_pool.Resolver",
        )

    async def is_hashable(self) -> None:
        """It is part of what tells connections apart: it can be a key, and is equal to itself."""
        resolver = self._make()
        try:
            numbers = {hash(resolver), hash(resolver)}
        except TypeError as error:
            raise AssertionError(f"a resolver must be hashable: {error}") from error
        same = resolver
        demand(
            len(numbers) == 1 and same == resolver,
            "a resolver must be equal to itself, and keep its hash",
        )

    async def answers_a_known_name_with_addresses(self) -> None:
        """The answer is a sequence of IP addresses as text, the preferred one first."""
        answer: object = await self._make().resolve(self._known, self._backend, 5.0)
        demand(
            isinstance(answer, (list, tuple)) and answer,
            f"resolve({self._known!r}) must return a list or tuple of addresses, not {answer!r:.100}",
        )
        for address in answer if isinstance(answer, (list, tuple)) else ():
            demand(
                isinstance(address, str) and _is_address(address),
                f"resolve({self._known!r}) must return IP addresses as str, not {address!r}",
            )

    async def answers_again(self) -> None:
        """A resolver is asked many times, and its answers are the caller's to keep."""
        resolver = self._make()
        first = tuple(await resolver.resolve(self._known, self._backend, 5.0))
        again = tuple(await resolver.resolve(self._known, self._backend, 5.0))
        demand(
            first and again, f"resolve({self._known!r}) must answer again: {first}, then {again}"
        )

    async def answers_without_a_limit(self) -> None:
        """`timeout` may be None: then it takes as long as it takes."""
        answer = await self._make().resolve(self._known, self._backend, None)
        demand(answer, f"resolve({self._known!r}) without a timeout must answer, not {answer!r}")

    async def refuses_an_unknown_name(self) -> None:
        """A name without addresses is an OSError, a LookupError or a UnicodeError; or nothing comes."""
        if self._unknown is None:
            return
        call = self._make().resolve(self._unknown, self._backend, 5.0)
        try:
            answer = await call
        except (OSError, LookupError, UnicodeError) as error:
            demand(
                not isinstance(error, TimeoutError),
                f"resolve({self._unknown!r}) took longer than 5 seconds to say that there is no such name",
            )
        except Exception as error:
            raise AssertionError(
                f"resolve({self._unknown!r}) must raise an OSError, a LookupError or a UnicodeError, "
                f"not {error!r}"
            ) from error
        else:
            demand(not answer, f"{self._unknown!r} was to be unknown, and has {answer!r:.100}")

    async def takes_the_news_that_a_name_failed(self) -> None:
        """`failed` takes every name, those too that were never asked for, and it answers afterwards."""
        resolver = self._make()
        resolver.failed("never-asked-for.invalid")
        resolver.failed(self._known)
        answer = await resolver.resolve(self._known, self._backend, 5.0)
        demand(answer, f"after failed({self._known!r}) it must still answer, not {answer!r}")


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
