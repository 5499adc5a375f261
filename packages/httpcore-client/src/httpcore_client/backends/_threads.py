"""Tasks for the world of threads: a thread for each."""

from __future__ import annotations

import errno
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Self

from .._siblings import pool
from ._base import Tasks, Ts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

__all__ = ["ThreadTasks"]


class ThreadTasks(Tasks):
    """Threads that nobody waits for at exit: Ctrl-C in the block leaves them to themselves."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._first: BaseException | None = None
        self._abandoned = False

    def start(self, function: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        async def awaited() -> None:
            await function(*args)

        def run() -> None:
            error: BaseException | None = None
            try:
                pool.run_sync(awaited())
            except BaseException as raised:  # noqa: BLE001 - the block raises it
                error = raised
            with self._changed:
                self._running -= 1
                if self._first is None:
                    self._first = error
                self._changed.notify_all()

        thread = threading.Thread(
            target=copy_context().run, args=(run,), name="httpcore", daemon=True
        )
        with self._changed:
            self._running += 1
        try:
            thread.start()
        except RuntimeError as error:  # the system has none left
            with self._changed:
                self._running -= 1
            raise OSError(errno.EAGAIN, str(error)) from error

    def cancel(self) -> None:
        pass

    def abandon(self) -> None:
        self._abandoned = True  # and no more: a finaliser takes no lock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        if exc is None or isinstance(exc, Exception):
            with self._changed:
                while self._running and not self._abandoned:
                    self._changed.wait()
        if self._first is not None and exc is None:
            raise self._first
        return False
