"""What the additions to the client need of a world, beyond the pool's `Backend`: tasks side by side.

The only folder of this package that may import asyncio, trio or threading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import Tasks

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["Tasks", "tasks_in"]


def tasks_in(backend: pool.Backend) -> Tasks:
    """Return a block for tasks in the world of a backend, for ``async with``.

    Raises:
        TypeError: it is no world that tasks are known for.
    """
    match backend.name:
        case "asyncio":
            from ._asyncio import AsyncioTasks

            return AsyncioTasks()
        case "trio":
            from ._trio import TrioTasks

            return TrioTasks()
        case "threads":
            from ._threads import ThreadTasks

            return ThreadTasks()
        case name:
            raise TypeError(f"no tasks are known for the backend {name!r}")
