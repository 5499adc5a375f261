"""Tasks of an application in the running loop of asyncio, or in one in a thread."""

from __future__ import annotations

import asyncio
import errno
import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING

from .._siblings import pool
from ._app import AppTasks, Cancel, Ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context

__all__ = ["AsyncioAppTasks", "LoopThread"]

_END_SECONDS = (
    5.0  # that tasks have which survive being cancelled, before they are left to themselves
)


class AsyncioAppTasks(AppTasks):
    """Tasks in the loop that is running here."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[BaseException | None]] = set()  # which a loop forgets
        self._backend = pool.AsyncioBackend()

    def start(
        self,
        function: Callable[[], Awaitable[None]],
        ended: Ended,
        context: Context | None = None,
    ) -> Cancel:
        async def run() -> BaseException | None:
            try:
                await function()
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - it is the caller who is told
                return error
            return None

        def at_end(task: asyncio.Task[BaseException | None]) -> None:
            self._tasks.discard(task)
            ended(None if task.cancelled() else task.result())

        task = self._loop.create_task(run(), context=context)
        self._tasks.add(task)
        task.add_done_callback(at_end)

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(task.cancel)

        return cancel

    def event(self) -> pool.Event:
        return self._backend.event()


class LoopThread(AppTasks):
    """Tasks in a loop of asyncio that runs in a thread of its own, until this is closed."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._stopping: asyncio.Event
        self._tasks: AsyncioAppTasks
        self._loop: asyncio.AbstractEventLoop
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="httpcore application", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # the system has none left
            raise OSError(errno.EAGAIN, str(error)) from error
        self._ready.wait()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        running = self._run()
        try:
            asyncio.run(running)
        except Exception as error:  # noqa: BLE001 - no loop can be made: no file is left for it, say
            self._error = error
        finally:
            running.close()
            self._ready.set()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks = AsyncioAppTasks()
        self._stopping = asyncio.Event()
        self._ready.set()
        await self._stopping.wait()

    def start(self, function: Callable[[], Awaitable[None]], ended: Ended) -> Cancel:
        cancels: list[Cancel] = []
        context = copy_context()  # the caller's, as in a loop of its own

        def begin() -> None:
            cancels.append(self._tasks.start(function, ended, context))

        self._loop.call_soon_threadsafe(begin)

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(lambda: cancels[0]())

        return cancel

    def event(self) -> pool.Event:
        return _LoopEvent(self._loop)

    def abandon(self) -> bool:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._stopping.set)
        return True

    async def close(self) -> None:
        self.abandon()
        self._thread.join(_END_SECONDS)


class _LoopEvent:
    """An event that a task waits for, and any thread may set."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._event = pool.AsyncioBackend().event()
        self._loop = loop

    def set(self) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout: float | None = None) -> bool:
        return await self._event.wait(timeout)
