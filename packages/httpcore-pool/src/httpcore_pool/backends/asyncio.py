"""The world of asyncio: one `Protocol` a connection, futures, and one lazily re-armed timer.

StreamReader and a timeout scope for each read would cost more than the whole exchange above them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from .._errors import ConnectError, ConnectTimeout, ReadError, ReadTimeout, WriteError, WriteTimeout
from ._sockets import address, fails, is_readable, tune
from .base import Backend, Event, NetworkStream

__all__ = ["AsyncioBackend"]

_HIGH_WATER_BYTES = 256 * 1024  # unread bytes at which the transport is told to pause
_HAPPY_EYEBALLS_SECONDS = 0.25  # RFC 8305 8, the delay between two attempts


class _Timer:
    """Ends a wait at a deadline. Re-arming for the next wait usually only stores the deadline."""

    __slots__ = ("_deadline", "_handle", "_loop", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._waiter: asyncio.Future[None] | None = None

    def start(self, waiter: asyncio.Future[None], seconds: float) -> None:
        self._waiter = waiter
        self._deadline = deadline = self._loop.time() + seconds
        if self._handle is not None:
            if self._handle.when() <= deadline:
                return  # it fires too early, looks again, and re-arms itself
            self._handle.cancel()
        self._handle = self._loop.call_at(deadline, self._fire)

    def stop(self) -> None:
        self._waiter = None

    def cancel(self) -> None:
        self._waiter = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        waiter = self._waiter
        if waiter is None or waiter.done():
            return
        # The loop may call a little early: its clock's resolution.
        if self._loop.time() < self._deadline - 0.001:
            self._handle = self._loop.call_at(self._deadline, self._fire)
        else:
            waiter.set_exception(TimeoutError())


class _Stream(asyncio.Protocol, NetworkStream):
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport = cast("Any", None)
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._eof = False
        self._lost = False
        self._error: Exception | None = None
        self._paused_reading = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._writable = True
        self._read_timer = _Timer(loop)
        self._write_timer = _Timer(loop)
        self._closed = loop.create_future()
        self._peer = ""

    # The transport's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._peer = address(transport.get_extra_info("peername"))
        tune(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        if self._size > _HIGH_WATER_BYTES and not self._paused_reading:
            self._paused_reading = True
            self._transport.pause_reading()
        self._wake_reader()

    def eof_received(self) -> bool:
        self._eof = True
        self._wake_reader()
        return True  # keep the writing half: whoever owns the stream decides when to close

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._error = exc
        self._wake_reader()
        self._wake_writer()
        self._read_timer.cancel()
        self._write_timer.cancel()
        self._closed.set_result(None)

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

    def _why_broken(self) -> str | None:
        if self._lost or self._transport.is_closing():
            return "it was closed" if self._error is None else str(self._error)
        if self._loop is not asyncio.get_running_loop():
            return "it was made in another event loop"
        return None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while not self._chunks:
            if self._eof:
                return b""
            if why := self._why_broken():
                raise ReadError(f"the connection broke: {why}") from self._error
            if timeout is not None and timeout <= 0:
                raise ReadTimeout("no time left to read", timeout)
            await self._wait_readable(timeout)
        data = self._chunks.popleft()
        if len(data) > max_bytes:
            self._chunks.appendleft(data[max_bytes:])
            data = data[:max_bytes]
        self._size -= len(data)
        if self._paused_reading and self._size <= _HIGH_WATER_BYTES // 2:
            self._paused_reading = False
            self._transport.resume_reading()
        return data

    async def _wait_readable(self, timeout: float | None) -> None:
        if self._reader is not None:
            raise RuntimeError("two tasks read one connection at once")
        self._reader = reader = self._loop.create_future()
        if timeout is not None:
            self._read_timer.start(reader, timeout)
        try:
            await reader
        except TimeoutError:
            raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout) from None
        finally:
            self._reader = None
            self._read_timer.stop()

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if why := self._why_broken():
            raise WriteError(f"the connection broke: {why}") from self._error
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        # All of it is queued before the first suspension, so a cancel tears nothing.
        self._transport.write(data)
        while not self._writable and not self._lost:
            left = self._transport.get_write_buffer_size()
            self._writer = writer = self._loop.create_future()
            if timeout is not None:
                self._write_timer.start(writer, timeout)
            try:
                await writer
            except TimeoutError:
                if self._transport.get_write_buffer_size() < left:
                    continue  # the limit is on progress, not on the whole
                raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout) from None
            finally:
                self._writer = None
                self._write_timer.stop()
        if why := self._why_broken():
            raise WriteError(f"the connection broke: {why}") from self._error

    async def close(self) -> None:
        self._read_timer.cancel()
        self._write_timer.cancel()
        if self._loop.is_closed():
            return
        # abort, not close: nothing of ours may linger in a buffer when the caller goes on. What was
        # written and fits the socket's buffer is on its way already.
        self._transport.abort()
        if self._loop is asyncio.get_running_loop():
            await asyncio.shield(self._closed)  # one turn of the loop

    def is_readable(self) -> bool:
        if self._chunks or self._eof or self._why_broken():
            return True
        # The loop may not have looked since the peer closed.
        return is_readable(self._transport.get_extra_info("socket"))

    @property
    def peer(self) -> str:
        return self._peer


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
            return bool(await waiter)
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

    async def connect_tcp(self, host: str, port: int, timeout: float | None) -> NetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, stream = await loop.create_connection(
                    lambda: _Stream(loop),
                    host,
                    port,
                    happy_eyeballs_delay=_HAPPY_EYEBALLS_SECONDS,
                )
        except TimeoutError:
            raise ConnectTimeout(
                f"can't connect to {host}:{port} within {timeout:g} s"
                if timeout is not None
                else f"can't connect to {host}:{port}: timed out",
                timeout,
            ) from None
        except OSError as error:
            raise ConnectError(fails(host, port, error)) from error
        except UnicodeError as error:
            raise ConnectError(f"can't resolve {host!r}: not a host name") from error
        return stream

    def lock(self) -> AbstractContextManager[object]:
        return self._nothing  # nothing runs between two awaits

    def event(self) -> Event:
        return _AsyncioEvent()

    def shield(self) -> AbstractContextManager[object]:
        # Streams of this backend queue a write whole and close at once, so clean-up does not depend
        # on its awaits being finished.
        return self._nothing
