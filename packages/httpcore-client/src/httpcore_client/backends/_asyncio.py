"""Tasks of asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from ._base import Tasks, Ts, first_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

__all__ = ["AsyncioTasks"]


class AsyncioTasks(Tasks):
    """A task group."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[object]] = set()
        self._loop: asyncio.AbstractEventLoop

    def start(self, function: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        async def run() -> None:
            await function(*args)

        task: asyncio.Task[object] = self._group.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        for task in self._running:
            task.cancel()

    def abandon(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self.cancel)
        except RuntimeError:  # the loop is closed, and what ran in it has ended
            pass

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        try:
            await self._group.__aexit__(exc_type, exc, traceback)
        except BaseExceptionGroup as group:
            first = first_of(group)
        else:
            return False
        raise first  # out here, where it keeps its context
