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

    def start(self, function: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        async def run() -> None:
            await function(*args)

        task: asyncio.Task[object] = self._group.create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        for task in self._running:
            task.cancel()

    async def __aenter__(self) -> Self:
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
            if first is exc:
                return False
            raise first from first.__cause__
        return False
