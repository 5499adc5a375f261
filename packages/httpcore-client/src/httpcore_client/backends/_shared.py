"""What clients of several worlds may share: state with a lock, and events that anybody may set."""

from __future__ import annotations

import copy
import os
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["Shared", "shared_event"]

# How a loop is told from another thread to call something soon.
_SOON = {"asyncio": "call_soon_threadsafe", "trio": "run_sync_soon"}


class Shared:
    """State that threads, loops and worlds share, with a lock for short sections without an await inside.

    A forked child has it as a copy of it would be, which says what `__reduce__` does: those in the parent
    who hold its lock, or stand in its lines, would never leave them there.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _all.add(self)

    def _forked(self) -> None:
        vars(self).update(vars(copy.copy(self)))


_all: WeakSet[Shared] = WeakSet()


def _at_fork() -> None:
    for state in list(_all):
        state._forked()


# Windows can't fork and has no such function.
getattr(os, "register_at_fork", dict)(after_in_child=_at_fork)


def shared_event(backend: pool.Backend) -> pool.Event:
    """Return an event for the caller to wait for, which may be set in any thread, loop and world."""
    event = backend.event()
    return _OfLoop(backend, event) if backend.name in _SOON else event


class _OfLoop:
    """An event of the loop that runs now. Set elsewhere, it is set by that loop."""

    __slots__ = ("_backend", "_event", "_loop", "wait")

    def __init__(self, backend: pool.Backend, event: pool.Event) -> None:
        self._backend = backend
        self._event = event
        self._loop = backend.loop()
        self.wait = event.wait

    def set(self) -> None:
        if self._here() is self._loop:
            self._event.set()
            return
        try:
            getattr(self._loop, _SOON[self._backend.name])(self._event.set)
        except RuntimeError:
            pass  # the loop is over: nobody waits there any more

    def _here(self) -> object:
        try:
            return self._backend.loop()
        except RuntimeError:  # no loop runs here
            return None
