"""The world of threads: blocking sockets behind `async def` methods that never suspend."""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast

from .._errors import ReadError, ReadTimeout, WriteError, WriteTimeout
from .._until import anew
from ..network._sockets import SocketSettings
from ._lookup import look_up
from ._sockets import Readiness, address, is_readable, is_writable, wait_either
from ._sync_dial import dial
from ._threads import call_for
from .base import Backend, Event, NetworkStream, T, Ts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


__all__ = ["SyncBackend"]


class _SyncStream(NetworkStream):
    """A non-blocking socket, and poll to wait with.

    Not `settimeout`: that is the socket's, and a reader and a writer (HTTP/2) may wait on it at once,
    each with a limit of its own.
    """

    __slots__ = ("_closed", "_idle", "_local", "_peer", "_readable", "_sock", "_writable")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's
        self._sock = sock
        self._closed = False
        self._peer = address(sock.getpeername())
        self._local = address(sock.getsockname())
        self._readable = Readiness(sock, write=False)
        self._writable = Readiness(sock, write=True)
        self._idle = Readiness(sock, write=False)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if timeout is not None and timeout <= 0:
            raise ReadTimeout("no time left to read", timeout)
        if self._closed:
            # Its descriptor may be another's by now.
            raise ReadError("the connection broke: it was closed")
        try:
            while self._readable.wait(timeout):
                try:
                    return self._sock.recv(max_bytes)
                except BlockingIOError:  # woken for nothing: it happens
                    continue
        except (OSError, ValueError) as error:
            raise ReadError(f"the connection broke: {_why(error)}") from error
        raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout)

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        rest: bytes | memoryview = data
        try:
            while rest:
                try:
                    sent = self._sock.send(rest)
                except BlockingIOError:
                    # The limit is on progress, not on the whole.
                    if not self._writable.wait(anew(timeout)):
                        break
                else:
                    if sent == len(rest):
                        return
                    rest = memoryview(rest)[sent:]
        except (OSError, ValueError) as error:
            raise WriteError(f"the connection broke: {_why(error)}") from error
        if rest:
            raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        taken = 0
        try:
            while taken < len(data):
                try:
                    taken += self._sock.send(memoryview(data)[taken:] if taken else data)
                except BlockingIOError:
                    readable = wait_either(self._sock, anew(timeout))
                    if readable is None:
                        break
                    if readable:
                        return taken
        except (OSError, ValueError) as error:
            raise WriteError(f"the connection broke: {_why(error)}") from error
        if taken < len(data):
            slow = WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)
            slow.taken = taken
            raise slow
        return taken

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            # Wakes a thread that waits in recv; close alone would not.
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()

    def forget(self) -> None:
        self._closed = True
        self._sock.close()

    def is_readable(self) -> bool:
        if self._closed:
            return True
        try:
            return self._idle.now()
        except RuntimeError:  # another thread asks at this very moment
            return is_readable(self._sock)

    def is_writable(self) -> bool:
        return is_writable(self._sock)

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def local(self) -> str:
        return self._local


def _why(error: Exception) -> str:
    """ValueError is what poll says of a socket that another thread has closed."""
    return getattr(error, "strerror", None) or str(error)


class _SyncEvent:
    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, timeout: float | None = None) -> bool:
        return self._event.wait(timeout)


class SyncBackend(Backend):
    """Blocking I/O in the calling thread; safe to share between threads."""

    name = "threads"

    async def connect_tcp(
        self,
        addresses: Sequence[tuple[str, int]],
        timeout: float | None,
        how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
    ) -> NetworkStream:
        return await self.wrap_socket(dial(addresses, timeout, how, self.now))

    async def wrap_socket(self, sock: socket.socket) -> NetworkStream:
        try:
            return _SyncStream(sock)
        except BaseException:
            sock.close()
            raise

    async def resolve(self, host: str, timeout: float | None) -> Sequence[str]:
        # For this no name server is asked (RFC 6761 6.3), and a thread would cost more than the rest.
        return look_up(host) if host == "localhost" else await super().resolve(host, timeout)

    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T:
        from inspect import iscoroutinefunction  # here: it is slow to import

        call: Callable[[*Ts], Any] = function
        made = call(*args) if iscoroutinefunction(call) else call_for(timeout, call, *args)
        return cast("T", await made if isinstance(made, Awaitable) else made)

    def lock(self) -> AbstractContextManager[object]:
        return threading.Lock()

    def event(self) -> Event:
        return _SyncEvent()

    def shield(self) -> AbstractContextManager[object]:
        return nullcontext()
