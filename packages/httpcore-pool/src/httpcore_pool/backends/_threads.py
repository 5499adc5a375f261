"""Threads for calls that may never end, such as a name look-up: nobody waits for one, at exit neither.

A thread that has nothing more to do waits a little for the next call: to start one costs more than most
calls. There is no limit: with one, a few calls that hang would keep all others waiting.
"""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING, cast

from .base import T, Ts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["call_for", "start"]

_IDLE_SECONDS = 5.0

_idle: list[_Thread] = []


class _Thread:
    __slots__ = ("_call", "_given")

    def __init__(self) -> None:
        self._call: Callable[[], object] | None = None
        self._given = threading.Lock()
        self._given.acquire()
        try:
            threading.Thread(target=self._run, name="httpcore", daemon=True).start()
        except RuntimeError as error:  # the system has none left, or Python is about to end
            raise OSError(errno.EAGAIN, str(error)) from error

    def give(self, call: Callable[[], object]) -> None:
        self._call = call
        self._given.release()

    def _run(self) -> None:
        while self._wait():
            call, self._call = self._call, None
            cast("Callable[[], object]", call)()
            del call  # and what it holds
            _idle.append(self)

    def _wait(self) -> bool:
        """Return whether there is a call; otherwise this thread is no longer in the list."""
        if self._given.acquire(timeout=_IDLE_SECONDS):
            return True
        try:
            _idle.remove(self)
        except ValueError:  # taken out at this very moment: the call is on its way
            return self._given.acquire()
        return False


def start(call: Callable[[], object]) -> None:
    """Make a call, which may not raise, in a thread, and return at once.

    Raises:
        OSError: there is no thread to be had.
    """
    try:
        thread = _idle.pop()
    except IndexError:
        thread = _Thread()
    thread.give(call)


def call_for(timeout: float | None, function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Call a function in a thread and wait for it, no longer than `timeout` seconds.

    Raises:
        TimeoutError: it took longer; it is left to itself.
        OSError: there is no thread to be had.
    """
    ended = threading.Lock()  # an event would cost three of them
    ended.acquire()
    returned: list[T] = []
    raised: list[BaseException] = []

    def call() -> None:
        try:
            returned.append(function(*args))
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is waited for
            raised.append(error)
        ended.release()

    start(call)
    if not ended.acquire(timeout=-1 if timeout is None else max(timeout, 0.0)):
        raise TimeoutError
    if raised:
        raise raised.pop()
    return returned.pop()


# The threads stay in the parent. Windows can't fork and has no such function.
getattr(os, "register_at_fork", dict)(after_in_child=_idle.clear)
