"""Tasks of Trio."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Self

import trio

from ._base import Tasks, Ts, first_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

__all__ = ["TrioTasks"]


class TrioTasks(Tasks):
    """A nursery."""

    block_only = True

    def __init__(self) -> None:
        self._manager: AbstractAsyncContextManager[trio.Nursery] = trio.open_nursery()
        self._nursery: trio.Nursery
        self._running: set[trio.CancelScope] = set()

    def start(self, function: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        scope = trio.CancelScope()  # each its own: the nursery's would end the block too
        self._running.add(scope)

        async def run() -> None:
            try:
                with scope:
                    await function(*args)
            finally:
                self._running.discard(scope)

        self._nursery.start_soon(run)

    def cancel(self) -> None:
        for scope in tuple(self._running):
            scope.cancel()

    def abandon(self) -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        self._nursery = await self._manager.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        try:
            return await self._manager.__aexit__(exc_type, exc, traceback)
        except BaseExceptionGroup as group:
            errors = group.split(trio.Cancelled)[1]  # what ended because of them, or from outside
            first = first_of(errors or group)
        raise first  # out here, where it keeps its context
