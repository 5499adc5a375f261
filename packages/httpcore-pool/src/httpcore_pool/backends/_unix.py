"""Connecting to Unix sockets. Only a full queue makes it wait, so it is mostly done at once."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from .._connect_attempt import ConnectAttempt
from .._errors import ConnectError, ConnectTimeout
from ._sockets import address

if TYPE_CHECKING:
    from .base import Backend, NetworkStream

__all__ = ["connect_unix"]

_FIRST_DELAY_SECONDS = 0.002
_LONGEST_DELAY_SECONDS = 0.1


async def connect_unix(backend: Backend, path: str, timeout: float | None) -> NetworkStream:
    """Connect; see `Backend.connect_unix`."""
    began = backend.now()
    error: ConnectError | ConnectTimeout
    try:
        return await backend.wrap_socket(await _wait(backend, path, timeout))
    except BlockingIOError as cause:
        why, error = "no answer", ConnectTimeout("no answer", timeout)
        error.__cause__ = cause
    except (OSError, ValueError, AttributeError) as cause:
        why = _why(cause)
        error = ConnectError(why)
        error.__cause__ = cause
    error.attempts = (ConnectAttempt(address(path), why, backend.now() - began),)
    raise error


async def _wait(backend: Backend, path: str, timeout: float | None) -> socket.socket:
    """Connect, and again where the queue is full: no socket tells that there is room in one.

    Raises:
        BlockingIOError: it has been full for `timeout` seconds.
    """
    end = None if timeout is None else backend.now() + timeout
    delay = _FIRST_DELAY_SECONDS
    while True:
        try:
            return _connected(path)
        except BlockingIOError:
            left = delay if end is None else min(delay, end - backend.now())
            if left <= 0:
                raise
        await backend.event().wait(left)
        delay = min(2 * delay, _LONGEST_DELAY_SECONDS)


def _connected(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's
        sock.connect(path)
    except BaseException:
        sock.close()
        raise
    return sock


def _why(error: Exception) -> str:
    if isinstance(error, AttributeError):
        return "this system has no Unix sockets"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error)
