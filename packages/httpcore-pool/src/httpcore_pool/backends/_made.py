"""Connections that are made by a function, which may block: one that comes too late is closed."""

from __future__ import annotations

import socket
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from .base import NetworkStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import Backend

__all__ = ["make_stream"]


async def make_stream(
    backend: Backend, timeout: float | None, function: Callable[..., Any], *args: Any
) -> NetworkStream:
    """Call a function as `Backend.call_within` does; return a stream over the connection that it has made.

    Raises:
        TimeoutError: it took longer.
        TypeError: it returned something else.
        OSError: what it returned is connected no more.
    """
    if iscoroutinefunction(function):
        made = await backend.call_within(timeout, function, *args)
    else:
        parcel = _Parcel(function)
        try:
            made = await backend.call_within(timeout, parcel.make, *args)
        except BaseException:
            parcel.refuse()
            raise
    if isinstance(made, NetworkStream):
        return made
    if isinstance(made, socket.socket):
        if made.type == socket.SOCK_STREAM and not hasattr(made, "do_handshake"):  # ssl's have it
            return await backend.wrap_socket(made)
        made.close()
    raise TypeError(
        f"{function!r} must return a connected socket, without TLS, or a NetworkStream, not {made!r:.100}"
    )


class _Parcel:
    """What a thread makes for a caller who may be gone by then."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._made: list[Any] = []
        self._refused = False

    def make(self, *args: Any) -> Any:
        made = self._function(*args)
        self._made.append(made)
        if self._refused:
            self._close()
        return made

    def refuse(self) -> None:
        self._refused = True
        self._close()

    def _close(self) -> None:
        try:
            made = self._made.pop()  # thread and caller can't both succeed
        except IndexError:
            return
        if isinstance(made, NetworkStream):
            made.forget()
        elif hasattr(made, "close"):
            made.close()
