"""What `client.map` returns: an iterator over responses, or over results, that begins and ends the work.

Tasks must not outlive it. In a block (`async with`, `with`) they end before the block does. Without one
they are ended as soon as anything is raised out of it, and by its finaliser when it is dropped, as a loop
that is left by `break` drops it: asyncio's tasks are cancelled then, threads end after the request that they
are at. Trio knows no tasks without a block.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._siblings import Value, pool
from ..backends import tasks_in
from ._source import End, Mappable, Source, source_of
from ._work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from .._client import Client
    from .._sync import SyncClient

__all__ = [
    "MapIterator",
    "MapResult",
    "SyncMapIterator",
    "at_least_one",
    "mapped",
    "sync_mapped",
    "unpacking",
]

T = TypeVar("T")
R = TypeVar("R")

_MOST_BY_DEFAULT = 20


class MapResult(Value, Generic[R]):
    """What came of one of many requests: a response or an error.

    Attributes:
        index: how many requests came before it in the source.
        request: what the source gave.
        response: the response, with its body read; None where there is an error.
        error: why there is none, usually an `HTTPError` or an `InvalidURL`.
    """

    index: int
    request: Mappable
    response: R | None = None
    error: Exception | None = None


class MapIterator(pool.Closing, Generic[T]):
    """Responses, or results, as they come in; see `Client.map`.

    Several tasks may iterate over one at once: each gets what the others don't.
    """

    def __init__(
        self,
        backend: pool.Backend,
        work: Work[Any, Any],
        unpack: Callable[[Any], T],
    ) -> None:
        self._in_block = self._entered = self._over = False
        self._work = work
        self._unpack = unpack
        self._tasks = tasks_in(backend)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Return the next one.

        Raises:
            StopAsyncIteration: there is none, or this is closed.
            RuntimeError: under Trio this is not in an ``async with`` block.
            Exception: the request failed, where errors are to be raised; or the source raised it. It is
                over then.
        """
        if self._over:
            raise StopAsyncIteration
        if self._tasks.block_only and not self._in_block:
            raise RuntimeError(
                "under Trio the tasks of map() need a block to live in: "
                "async with client.map(...) as results: async for each in results: ..."
            )
        try:
            await self._enter()
            self._work.begin(self._tasks)
            found = await self._work.next()
            if isinstance(found, End):
                raise StopAsyncIteration
            return self._unpack(found)
        except BaseException as error:
            # A wait that is called off in a block may be begun anew: the block's end is what ends it all.
            if isinstance(error, Exception) or not self._in_block:
                self._stop()
            raise

    async def close(self) -> None:
        """End what is under way. It ends before this returns; in threads by its own time limits.

        Any task may do it, in a block too. Again does nothing.
        """
        self._stop()
        await self._work.settled()
        if not self._in_block:
            await self._leave(None)

    async def __aenter__(self) -> Self:
        self._in_block = True
        await self._enter()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()
        try:
            # Not until the source has given something, which may never be; and after Ctrl-C for nothing.
            if exc is None or isinstance(exc, Exception):
                await self._work.settled()
        finally:
            await self._leave(exc)

    async def _enter(self) -> None:
        if not (self._entered or self._over):
            self._entered = True
            await self._tasks.__aenter__()

    def _stop(self) -> None:
        self._over = True
        self._work.stop()
        if self._entered:
            self._tasks.abandon()

    async def _leave(self, exc: BaseException | None) -> None:
        if self._entered:
            self._entered = False
            kind = None if exc is None else type(exc)
            await self._tasks.__aexit__(kind, exc, None if exc is None else exc.__traceback__)

    def __del__(self) -> None:
        if self._entered and not self._over:
            self._work.abandon()
            self._tasks.abandon()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' (over)' if self._over else ''}: {self._work!r}>"


class SyncMapIterator(pool.SyncClosing, Generic[T]):
    """Responses, or results, as they come in; see `SyncClient.map`. Several threads may iterate over one."""

    def __init__(self, iterator: MapIterator[T]) -> None:
        self._iterator = iterator

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Return the next one; see `MapIterator.__anext__`."""
        try:
            return pool.run_sync(self._iterator.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Take no more requests, and wait until those under way have ended."""
        pool.run_sync(self._iterator.close())

    def __enter__(self) -> Self:
        pool.run_sync(self._iterator.__aenter__())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool.run_sync(self._iterator.__aexit__(exc_type, exc, traceback))

    def __repr__(self) -> str:
        return f"<Sync{repr(self._iterator)[1:]}"


def mapped(
    client: Client, requests: object, concurrency: int | None, ordered: object, errors: object
) -> MapIterator[Any]:
    """What `Client.map` does."""

    async def send(request: Mappable) -> pool.Response:
        if not isinstance(request, pool.Request):
            request = client.build("GET", request)
        return await client.send(request, timeout=_in_line(client, request))

    return _iterator(
        client, send, source_of(requests, awaits=True), concurrency, ordered=ordered, errors=errors
    )


def sync_mapped(
    client: SyncClient, requests: object, concurrency: int | None, ordered: object, errors: object
) -> SyncMapIterator[Any]:
    """What `SyncClient.map` does."""

    async def send(request: Mappable) -> pool.SyncResponse:
        if not isinstance(request, pool.Request):
            request = client.build("GET", request)
        return client.send(request, timeout=_in_line(client._client, request))

    source = source_of(requests, awaits=False)
    return SyncMapIterator(
        _iterator(client._client, send, source, concurrency, ordered=ordered, errors=errors)
    )


def _iterator(
    client: Client,
    send: Callable[[Mappable], Awaitable[R]],
    source: Source[Mappable],
    concurrency: int | None,
    *,
    ordered: object,
    errors: object,
) -> MapIterator[Any]:
    if concurrency is None:
        limits: pool.PoolLimits = client._given["pool_limits"] or pool.PoolLimits()
        concurrency = min(limits.max_connections or _MOST_BY_DEFAULT, _MOST_BY_DEFAULT)

    async def carry_out(index: int, request: Mappable) -> MapResult[R]:
        try:
            return MapResult(index, request, await send(request))
        except Exception as error:  # noqa: BLE001 - it is raised, or returned, in its place
            return MapResult(index, request, None, error)

    unpack = unpacking(errors)
    work = Work(
        client._pool.backend,
        source,
        carry_out,
        concurrency=at_least_one("concurrency", concurrency),
        ordered=bool(ordered),
    )
    return MapIterator(client._pool.backend, work, unpack)


def _in_line(client: Client, request: pool.Request) -> pool.Timeout:
    """Return the time limits of a request that may have to wait for others of the same run."""
    return _without_pool(request.options.timeout or client._settings.timeout)


@lru_cache(maxsize=16)  # as a rule all have the same
def _without_pool(timeout: pool.Timeout) -> pool.Timeout:
    return timeout.copy_with(pool=None)


def unpacking(errors: object) -> Callable[[MapResult[Any]], Any]:
    """Return what makes of a result what the caller is given.

    Raises:
        ValueError: it is neither "raise" nor "return".
    """
    match errors:
        case "raise":
            return _response_of
        case "return":
            return _itself
        case _:
            raise ValueError(
                f"errors must be 'raise', or 'return' to get MapResults, not {errors!r}"
            )


def _response_of(result: MapResult[R]) -> R | None:
    if result.error is not None:
        raise result.error
    return result.response


def _itself(result: MapResult[R]) -> MapResult[R]:
    return result


def at_least_one(name: str, value: object) -> int:
    """Return a number that is more than zero.

    Raises:
        TypeError, ValueError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return value
