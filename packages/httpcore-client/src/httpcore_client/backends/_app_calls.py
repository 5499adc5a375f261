"""Calls from the thread in which a WSGI application runs to the world of its caller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

from .._siblings import pool

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    import trio

__all__ = ["CallsBack", "calls_back_to"]

T = TypeVar("T")


class CallsBack(ABC):
    """Calls async functions where the caller is, from where the application is."""

    @abstractmethod
    def call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Call a function, wait for it and return its value.

        Raises:
            OSError: the caller has given up.
        """
        ...

    @abstractmethod
    def give_up(self) -> None:
        """End the call that runs, and let there be no further one. From the caller's side."""
        ...


def calls_back_to(backend: pool.Backend) -> CallsBack:
    """Return what calls functions in the world of a backend, and in its loop that is running here."""
    match backend.name:
        case "asyncio":
            import asyncio

            return _ToAsyncio(asyncio.get_running_loop())
        case "trio":
            import trio

            return _ToTrio(trio.lowlevel.current_trio_token())
        case _:
            return _Here()


_GONE = "the client has gone"


class _Here(CallsBack):
    """The application runs in the caller's own thread."""

    def call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return pool.run_sync(function())

    def give_up(self) -> None:
        pass


class _ToAsyncio(CallsBack):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._guard = pool.SyncBackend().lock()
        self._gone = False
        self._outcome: Future[Any] | None = None  # what the application's thread waits for
        self._running: asyncio.Task[Any] | None = None

    def call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        outcome: Future[T] = Future()
        with self._guard:
            if self._gone:
                raise OSError(_GONE)
            self._outcome = outcome

        def begin() -> None:
            if not self._gone:
                self._running = self._loop.create_task(function())
                self._running.add_done_callback(tell)

        def tell(task: asyncio.Task[T]) -> None:
            self._running = None
            error = None if task.cancelled() else task.exception()
            if task.cancelled() or not outcome.set_running_or_notify_cancel():
                outcome.cancel()
            elif error is not None:
                outcome.set_exception(error)
            else:
                outcome.set_result(task.result())

        try:
            self._loop.call_soon_threadsafe(begin)
        except RuntimeError as error:  # the loop has ended
            raise OSError(_GONE) from error
        try:
            return outcome.result()
        except CancelledError:
            raise OSError(_GONE) from None

    def give_up(self) -> None:
        with self._guard:
            self._gone = True
        if self._outcome is not None:
            self._outcome.cancel()  # whether or not the loop ever comes to it
        if self._running is not None:
            self._running.cancel()


class _ToTrio(CallsBack):
    def __init__(self, token: trio.lowlevel.TrioToken) -> None:
        import trio

        self._token = token
        self._scope = trio.CancelScope()
        self._gone = False

    def call(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        import trio

        got: list[T] = []

        async def run() -> None:
            self._scope = scope = trio.CancelScope()
            if not self._gone:
                with scope:
                    got.append(await function())

        try:
            trio.from_thread.run(run, trio_token=self._token)
        except (trio.Cancelled, trio.RunFinishedError):
            raise OSError(_GONE) from None
        if not got:
            raise OSError(_GONE)
        return got.pop()

    def give_up(self) -> None:
        self._gone = True
        self._scope.cancel()
