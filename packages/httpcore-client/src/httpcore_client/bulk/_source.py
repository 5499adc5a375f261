"""Taking requests one at a time out of what the caller has them in."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, cast

from .._siblings import URL, pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["END", "End", "Mappable", "Source", "checked", "source_of"]

T_co = TypeVar("T_co", covariant=True)

Mappable: TypeAlias = "str | URL | pool.Request"
"""A request: a URL to GET, or one that is sent as it is."""


class End:
    """What a source has when it has nothing more."""


END = End()


class Source(Protocol[T_co]):
    """Where requests, or whatever else there is work for, come from."""

    async def take(self) -> T_co | End:
        """Return the next, or `END`. Not to be called again before it has returned."""
        ...


class _Here:
    def __init__(self, iterator: Iterator[object]) -> None:
        self._iterator = iterator

    async def take(self) -> Mappable | End:
        given = next(self._iterator, END)
        return given if isinstance(given, End) else checked(given)


class _Awaited:
    def __init__(self, iterator: AsyncIterator[object]) -> None:
        self._iterator = iterator

    async def take(self) -> Mappable | End:
        given = await anext(self._iterator, END)
        return given if isinstance(given, End) else checked(given)


def source_of(requests: object, *, awaits: bool) -> Source[Mappable]:
    """Return what is taken from an iterable or, where one may await, an async iterable.

    Raises:
        TypeError: it is neither, or one request.
    """
    if awaits and isinstance(requests, AsyncIterable):
        return _Awaited(aiter(cast("AsyncIterable[object]", requests)))
    if isinstance(requests, (str, bytes)) or not isinstance(requests, Iterable):
        if isinstance(requests, AsyncIterable):
            raise TypeError(
                "requests is an async iterable, which needs an async client; here it must be an iterable"
            )
        raise TypeError(
            "requests must be several, such as a list or a generator of URLs and Requests, not "
            f"{type(requests).__name__}"
        )
    return _Here(iter(cast("Iterable[object]", requests)))


def checked(given: object) -> Mappable:
    """Return one of the requests.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(given, (str, URL, pool.Request)):
        raise TypeError(
            "each of the requests must be a URL (str or URL) to GET, or a Request, such as "
            f"client.build('POST', url, json=...), not {type(given).__name__}"
        )
    return given
