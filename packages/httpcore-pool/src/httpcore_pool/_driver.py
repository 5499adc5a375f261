"""Running one source in several worlds: `run_sync`, and a mutex that is fair in each of them.

A coroutine over the backend for threads never suspends, so it finishes on its first `send(None)`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .backends.base import Backend, Event

__all__ = ["Mutex", "run_sync"]

T = TypeVar("T")


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends and return its value.

    Raises:
        RuntimeError: it suspended; it is closed before this is raised.
        TypeError: it is no coroutine.
    """
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    except AttributeError:
        if hasattr(coroutine, "send"):
            raise
        raise TypeError(f"run_sync takes a coroutine, not {type(coroutine).__name__}") from None
    name = getattr(coroutine, "__qualname__", repr(coroutine))
    coroutine.close()
    raise RuntimeError(
        f"{name} waited for an event loop, but runs in a thread-synchronous client: "
        "give it a body, auth, hook or adapter that does not await"
    )


class Mutex:
    """A lock that may be held across awaits, first come first served, in every world."""

    __slots__ = ("_backend", "_held", "_lock", "_waiting")

    def __init__(self, backend: Backend) -> None:
        try:
            self._lock = backend.lock()
        except AttributeError:
            raise TypeError(f"backend must be a Backend, not {type(backend).__name__}") from None
        self._backend = backend
        self._held = False
        self._waiting: deque[Event] = deque()

    @property
    def is_held(self) -> bool:
        """Whether somebody holds it at this moment."""
        return self._held

    async def acquire(self, timeout: float | None) -> bool:
        """Take the lock and return True, or return False after `timeout` seconds."""
        with self._lock:
            if not self._held:
                self._held = True
                return True
            event = self._backend.event()
            self._waiting.append(event)
        taken = False
        try:
            taken = await event.wait(timeout)
        finally:
            if not taken:
                with self._lock:
                    # No longer queued means that the holder passed the lock to us just now.
                    passed = event not in self._waiting
                    if not passed:
                        self._waiting.remove(event)
                if passed:
                    self.release()
        return taken

    def release(self) -> None:
        """Pass the lock to the first in line, or free it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False
