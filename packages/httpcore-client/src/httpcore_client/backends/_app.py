"""Where an application runs that a client calls without a network: tasks that outlive one request.

In event loops that is the client's own loop, for threads one of asyncio in a thread beside them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._siblings import pool

__all__ = ["AppTasks", "Cancel", "Ended", "app_tasks_in"]

Ended: TypeAlias = "Callable[[BaseException | None], None]"
"""Is told once of the end of a task: what it raised, or None; None, too, where it was cancelled."""
Cancel: TypeAlias = "Callable[[], None]"
"""Cancels a task, soon: from any thread, from a finaliser, and when it has ended."""


class AppTasks(ABC):
    """Runs functions beside whoever starts them."""

    @abstractmethod
    def start(self, function: Callable[[], Awaitable[None]], ended: Ended) -> Cancel:
        """Begin to run a function in a task, and return what cancels it.

        Args:
            function: is called and awaited in the application's loop.
            ended: is called there, whatever happens to the task.
        """
        ...

    @abstractmethod
    def event(self) -> pool.Event:
        """A new event for the application to wait for, which may be set by the caller's side."""
        ...

    async def close(self) -> None:  # noqa: B027 - a loop of another has nothing to be closed
        """Release what was made for the tasks, in a bounded time. Never raises."""

    def abandon(self) -> bool:
        """Release it, soon, from a finaliser; tell whether there was anything."""
        return False


def app_tasks_in(backend: pool.Backend) -> AppTasks:
    """Return where applications run for the world of a backend.

    Raises:
        TypeError: it is no world that this is known for.
        OSError: there is no thread to be had.
    """
    match backend.name:
        case "asyncio":
            from ._app_asyncio import AsyncioAppTasks

            return AsyncioAppTasks()
        case "trio":
            from ._app_trio import TrioAppTasks

            return TrioAppTasks()
        case "threads":
            from ._app_asyncio import LoopThread

            return LoopThread()
        case name:
            raise TypeError(f"no application can be run for the backend {name!r}")
