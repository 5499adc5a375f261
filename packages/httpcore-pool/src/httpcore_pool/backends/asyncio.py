"""The world of asyncio: one `Protocol` a connection, futures, and one lazily re-armed timer.

StreamReader and a timeout scope for each read would cost more than the whole exchange above them.
"""

from __future__ import annotations

import asyncio
import os
from asyncio import get_running_loop
from collections import deque
from collections.abc import Awaitable
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from .._errors import ReadError, ReadTimeout, WriteError, WriteTimeout
from .._until import anew
from ..network._sockets import SocketSettings
from ._asyncio_dial import dial
from ._asyncio_threads import call_in_thread, call_unbound
from ._sockets import PollReadiness, Readiness, SelectReadiness, address, is_writable
from .base import Backend, Event, NetworkStream, T, Ts

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence


__all__ = ["AsyncioBackend"]

_HIGH_WATER_BYTES = 256 * 1024  # unread bytes at which the transport is told to pause


class _Timer:
    """Ends a wait at a deadline. Re-arming for the next wait usually only stores the deadline.

    Attributes:
        waiter: the future of the running wait. Its owner clears it when the wait is over.
    """

    __slots__ = ("_call_at", "_deadline", "_fires", "_handle", "_time", "waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._time = loop.time
        self._call_at = loop.call_at
        self._handle: asyncio.TimerHandle | None = None
        self._fires = 0.0  # when the handle does; asking it costs more
        self._deadline = 0.0
        self.waiter: asyncio.Future[None] | None = None

    def start(self, waiter: asyncio.Future[None], seconds: float) -> None:
        self.waiter = waiter
        self._deadline = deadline = self._time() + seconds
        if self._handle is not None:
            if self._fires <= deadline:
                return  # it fires too early, looks again, and re-arms itself
            self._handle.cancel()
        self._arm()

    def cancel(self) -> None:
        self.waiter = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self) -> None:
        self._fires = self._deadline
        self._handle = self._call_at(self._deadline, self._fire)

    def _fire(self) -> None:
        self._handle = None
        waiter = self.waiter
        if waiter is None or waiter.done():
            return
        # The loop may call a little early: its clock's resolution.
        if self._time() < self._deadline - 0.001:
            self._arm()
        else:
            waiter.set_exception(TimeoutError())


class _Stream(asyncio.Protocol, NetworkStream):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport = cast("Any", None)
        self._chunks: deque[bytes | memoryview] = deque()
        self._size = 0
        self._eof = False
        self._lost = False
        self._error: Exception | None = None
        self._paused_reading = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._writable = True
        self._aborted = False  # by us
        self._alert = False  # the writer wants to know what comes in
        self._read_timer = _Timer(loop)
        self._write_timer = _Timer(loop)
        self._closed = loop.create_future()
        self._readiness: PollReadiness | SelectReadiness = cast("Any", None)
        self._peer = self._local = ""
        self._pid = os.getpid()

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # A write is done when the system has all of it: to close then loses nothing.
        self._transport.set_write_buffer_limits(0)
        self._peer = address(transport.get_extra_info("peername"))
        self._local = address(transport.get_extra_info("sockname"))
        sock = transport.get_extra_info("socket")
        self._readiness = Readiness(sock, write=False)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        if self._size > _HIGH_WATER_BYTES and not self._paused_reading:
            self._paused_reading = True
            self._transport.pause_reading()
        self._wake_reader()
        if self._alert:
            self._wake_writer()

    def eof_received(self) -> bool:
        self._eof = True
        self._wake_reader()
        if self._alert:
            self._wake_writer()
        return True  # keep the writing half: whoever owns the stream decides when to close

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._rescue()
        self._lost = True
        self._error = exc
        self._wake_reader()
        self._wake_writer()
        self._read_timer.cancel()
        self._write_timer.cancel()
        self._closed.set_result(None)

    def _rescue(self) -> bool:
        """Take in what came before a reset that a write met: it may be the answer (RFC 9112 9.6).

        asyncio stops reading at the first error. Until `connection_lost` has returned the socket is
        open, and may hold bytes.
        """
        sock: socket.socket | None = getattr(self._transport, "_sock", None)  # uvloop has none
        if sock is None or self._lost or self._aborted:
            return False
        try:
            while self._size < _HIGH_WATER_BYTES and (data := sock.recv(_HIGH_WATER_BYTES)):
                self._chunks.append(data)
                self._size += len(data)
        except OSError:
            pass
        return bool(self._chunks)

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._wake_writer()

    def _wake_reader(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _wake_writer(self) -> None:
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)

    # The caller's side.

    def _is_broken(self) -> bool:
        """Whether it can't be used: it broke, was closed, or belongs to another loop."""
        return self._lost or self._transport.is_closing() or self._loop is not get_running_loop()

    def _why_broken(self) -> str:
        if self._lost or self._transport.is_closing():
            why = "it was closed" if self._error is None else str(self._error)
        else:
            why = "it was made in another event loop"
        return f"the connection broke: {why}"

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while not self._chunks:
            if self._eof and not self._aborted:
                return b""
            if self._is_broken():
                if self._rescue():
                    break
                raise ReadError(self._why_broken()) from self._error
            if self._reader is not None:
                raise RuntimeError("two tasks read one connection at once")
            if timeout is not None and timeout <= 0:
                raise ReadTimeout("no time left to read", timeout)
            self._reader = reader = self._loop.create_future()
            if timeout is not None:
                self._read_timer.start(reader, timeout)
            try:
                await reader
            except TimeoutError:
                raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout) from None
            finally:
                self._reader = self._read_timer.waiter = None
        data = self._chunks.popleft()
        if len(data) > max_bytes:
            # A view of the rest: however small the reads, each byte is copied once.
            view = memoryview(data)
            self._chunks.appendleft(view[max_bytes:])
            data = view[:max_bytes]
        self._size -= len(data)
        if self._paused_reading and self._size <= _HIGH_WATER_BYTES // 2:
            self._paused_reading = False
            self._transport.resume_reading()
        return bytes(data)

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if self._is_broken():
            raise WriteError(self._why_broken()) from self._error
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        # All of it is queued before the first suspension, so a cancel tears nothing.
        self._transport.write(data)
        if not self._writable:
            await self._flushed(timeout)
        if self._lost or self._transport.is_closing():
            raise WriteError(self._why_broken()) from self._error

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        if self._chunks or self._eof:
            return 0
        self._alert, queued = True, 0
        try:
            if not self._writable and not self._is_broken():
                # What was written last has not left yet. More behind it, for each octet that the peer says
                # meanwhile, would fill our memory.
                try:
                    await self._flushed(timeout)
                except asyncio.CancelledError:
                    self._transport.write(data)  # as wherever a write is cancelled
                    raise
                if self._chunks or self._eof:
                    return 0
            queued = len(data) if timeout is None or timeout > 0 else 0
            await self.write(data, timeout)
        except WriteTimeout as error:
            error.taken = queued  # it is in our buffer
            raise
        finally:
            self._alert = False
        return len(data)

    async def _flushed(self, timeout: float | None) -> None:
        """Wait until the transport takes more, or (on the alert) until the peer has spoken."""
        while not (self._writable or self._lost or (self._alert and (self._chunks or self._eof))):
            left = self._transport.get_write_buffer_size()
            self._writer = writer = self._loop.create_future()
            limit = anew(timeout)
            if limit is not None:
                self._write_timer.start(writer, limit)
            try:
                await writer
            except TimeoutError:
                if self._transport.get_write_buffer_size() < left and anew(limit):
                    continue  # the limit is on progress, not on the whole
                raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout) from None
            finally:
                self._writer = self._write_timer.waiter = None

    async def close(self) -> None:
        self._read_timer.cancel()
        self._write_timer.cancel()
        if self._loop.is_closed() or self._pid != os.getpid():
            self.forget()
            return
        self._aborted = True
        # abort, not close: nothing of ours may linger in a buffer when the caller goes on. What was
        # written and fits the socket's buffer is on its way already.
        if self._loop is asyncio.get_running_loop():
            self._transport.abort()
            await asyncio.shield(self._closed)  # one turn of the loop
        elif self._loop.is_running():  # in another thread, which alone may touch what is the loop's
            self._loop.call_soon_threadsafe(self._transport.abort)
        else:
            self._transport.abort()

    def forget(self) -> None:
        self._lost = self._aborted = True
        transport: Any = self._transport
        if self._pid == os.getpid() and not self._loop.is_closed():
            # The loop's selector knows the socket, so the loop must close it; it may be another thread's.
            self._loop.call_soon_threadsafe(transport.abort)
        # The loop is over, or it is the parent's: to unregister in a child is to do it for the parent.
        elif getattr(transport, "_sock", None) is not None:
            # Its finaliser would complain of a socket that it still has.
            sock, transport._sock = transport._sock, None
            sock.close()
        elif (fd := transport.get_extra_info("socket").fileno()) >= 0:
            # Another loop's transport (uvloop), which will close this number once more.
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, fd)
            os.close(null)

    def is_readable(self) -> bool:
        if self._chunks or self._eof or self._is_broken():
            return True
        # The loop may not have looked since the peer closed.
        return self._readiness.now()

    def is_writable(self) -> bool:
        if self._is_broken():
            return True
        free = not self._transport.get_write_buffer_size()
        return free and is_writable(self._transport.get_extra_info("socket"))

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def local(self) -> str:
        return self._local


class _AsyncioEvent:
    __slots__ = ("_set", "_waiter")

    def __init__(self) -> None:
        self._set = False
        self._waiter: asyncio.Future[bool] | None = None

    def set(self) -> None:
        self._set = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    async def wait(self, timeout: float | None = None) -> bool:
        if self._set:
            return True
        loop = asyncio.get_running_loop()
        self._waiter = waiter = loop.create_future()
        handle = None if timeout is None else loop.call_later(timeout, self._expire)
        try:
            # Set as the time ran out counts as set.
            return await waiter or self._set
        finally:
            self._waiter = None
            if handle is not None:
                handle.cancel()

    def _expire(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)


class AsyncioBackend(Backend):
    """I/O in the running asyncio loop (uvloop works too)."""

    name = "asyncio"

    def __init__(self) -> None:
        self._nothing = nullcontext()

    async def connect_tcp(
        self,
        addresses: Sequence[tuple[str, int]],
        timeout: float | None,
        how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
    ) -> NetworkStream:
        return await self.wrap_socket(await dial(get_running_loop(), addresses, timeout, how))

    async def wrap_socket(self, sock: socket.socket) -> NetworkStream:
        loop = get_running_loop()
        try:
            sock.setblocking(False)  # noqa: FBT003 - the standard library's
            peer = sock.getpeername()  # which asyncio would do without
            create = (
                loop.create_connection if isinstance(peer, tuple) else loop.create_unix_connection
            )
            _, stream = await create(lambda: _Stream(loop), sock=sock)
        except BaseException:
            sock.close()
            raise
        return stream

    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T:
        call: Callable[[*Ts], Any] = function
        async with asyncio.timeout(timeout):
            made = call(*args) if iscoroutinefunction(call) else await call_unbound(call, *args)
            return cast("T", await made if isinstance(made, Awaitable) else made)

    def loop(self) -> object:
        try:
            return asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "no asyncio event loop is running here: under Trio use TrioClient, in threads SyncClient"
            ) from None

    def lock(self) -> AbstractContextManager[object]:
        return self._nothing  # nothing runs between two awaits

    def event(self) -> Event:
        return _AsyncioEvent()

    def shield(self) -> AbstractContextManager[object]:
        # Streams of this backend queue a write whole and close at once, so clean-up does not depend
        # on its awaits being finished.
        return self._nothing

    async def to_thread(
        self, function: Callable[[*Ts], T], *args: *Ts, abandon_on_cancel: bool = False
    ) -> T:
        if abandon_on_cancel:
            return await call_unbound(function, *args)
        return await call_in_thread(function, *args)
