"""Tasks of an application in the running loop of Trio."""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING

import trio

from .._siblings import pool
from ._app import AppTasks, Cancel, Ended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["TrioAppTasks"]


class TrioAppTasks(AppTasks):
    """System tasks: no nursery of the caller's is open for as long as the application runs."""

    def __init__(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._backend = pool.TrioBackend()

    def start(self, function: Callable[[], Awaitable[None]], ended: Ended) -> Cancel:
        scope = trio.CancelScope()

        async def run() -> None:
            raised: BaseException | None = None
            try:
                with scope:
                    await function()
            except BaseException as error:  # noqa: BLE001 - a system task may not raise
                raised = error
            ended(raised)

        trio.lowlevel.spawn_system_task(run, name="httpcore application", context=copy_context())

        def cancel() -> None:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(scope.cancel)

        return cancel

    def event(self) -> pool.Event:
        return self._backend.event()
