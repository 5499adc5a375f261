"""The world of Trio. Using it needs the extra `httpcore-pool[trio]`; importing this module does not."""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, cast

from .._errors import ReadError, ReadTimeout, WriteError, WriteTimeout
from .._until import anew
from ..network._sockets import SocketSettings
from ._sockets import address, is_readable, is_writable
from .base import Backend, Event, NetworkStream, T, Ts

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    import trio

    _installed = True
else:
    try:
        import trio
    except ImportError:
        _installed = False
    else:
        _installed = True

__all__ = ["TrioBackend"]

_LOOK_SECONDS = 0.05  # how often a blocked upload looks whether the peer has spoken


def _why(error: BaseException) -> str:
    return str(error.__cause__ or error) or type(error).__name__


class _TrioStream(NetworkStream):
    __slots__ = ("_local", "_peer", "_stream")

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._peer = address(stream.socket.getpeername())
        self._local = address(stream.socket.getsockname())

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if timeout is not None and timeout <= 0:
            raise ReadTimeout("no time left to read", timeout)
        try:
            with trio.fail_after(_limit(timeout)):
                return bytes(await self._stream.receive_some(max_bytes))
        except trio.TooSlowError:
            raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout) from None
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ReadError(f"the connection broke: {_why(error)}") from error

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        view = memoryview(data)
        try:
            # By the piece, not send_all: the limit is on progress, not on the whole.
            while view:
                with trio.fail_after(_anew(timeout)):
                    sent = await self._stream.socket.send(view)
                view = view[sent:]
        except trio.TooSlowError:
            raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout) from None
        except (OSError, trio.ClosedResourceError) as error:
            raise WriteError(f"the connection broke: {_why(error)}") from error

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        sock = self._stream.socket
        view = memoryview(data)
        taken = 0
        deadline = trio.current_time() + _anew(timeout)
        try:
            while taken < len(view):
                # Trio waits for one thing at a time; two tasks for the other would cost more.
                with trio.move_on_at(min(deadline, trio.current_time() + _LOOK_SECONDS)) as scope:
                    taken += await sock.send(view[taken:])
                    deadline = trio.current_time() + _anew(timeout)
                if not scope.cancelled_caught:
                    continue
                if is_readable(sock):
                    return taken
                if trio.current_time() >= deadline:
                    break
        except (OSError, trio.ClosedResourceError) as error:
            raise WriteError(f"the connection broke: {_why(error)}") from error
        if taken < len(view):
            slow = WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)
            slow.taken = taken
            raise slow
        return taken

    async def close(self) -> None:
        self._stream.socket.close()  # what aclose does, without its checkpoint

    def forget(self) -> None:
        # Not its close, which tells the running loop: there may be none, or another.
        fd = self._stream.socket.detach()
        if fd >= 0:
            os.close(fd)

    def is_readable(self) -> bool:
        return is_readable(self._stream.socket)

    def is_writable(self) -> bool:
        return is_writable(self._stream.socket)

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def local(self) -> str:
        return self._local


def _limit(timeout: float | None) -> float:
    return float("inf") if timeout is None else max(timeout, 0.0)  # Trio refuses less


def _anew(timeout: float | None) -> float:
    return _limit(anew(timeout))


class _TrioEvent:
    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = trio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, timeout: float | None = None) -> bool:
        with trio.move_on_after(_limit(timeout)):
            await self._event.wait()
        return self._event.is_set()


class TrioBackend(Backend):
    """I/O in the running Trio loop.

    Raises:
        ImportError: Trio is not installed.
    """

    name = "trio"

    def __init__(self) -> None:
        if not _installed:
            raise ImportError(
                "Trio is not installed: install httpcore-pool[trio] (or httpcore-client[trio])"
            )
        self._nothing = nullcontext()

    def now(self) -> float:
        """Trio's own clock, so that its `MockClock` drives our deadlines too."""
        try:
            return trio.current_time()
        except RuntimeError:
            raise _not_running() from None

    async def connect_tcp(
        self,
        addresses: Sequence[tuple[str, int]],
        timeout: float | None,
        how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
    ) -> NetworkStream:
        from ._trio_dial import dial  # here: it needs Trio itself

        return _stream(await dial(addresses, timeout, how), how)

    async def wrap_socket(self, sock: socket.socket) -> NetworkStream:
        try:
            sock.setblocking(False)  # noqa: FBT003 - the standard library's
            return _stream(trio.socket.from_stdlib_socket(sock))
        except BaseException:
            sock.close()
            raise

    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T:
        call: Callable[[*Ts], Any] = function
        made: Any
        try:
            with trio.fail_after(_limit(timeout)):
                if iscoroutinefunction(call):
                    made = call(*args)
                else:
                    made = await _in_thread(lambda: call(*args))
                return cast("T", await made if isinstance(made, Awaitable) else made)
        except trio.TooSlowError:
            raise TimeoutError from None

    def loop(self) -> object:
        try:
            return trio.lowlevel.current_trio_token()
        except RuntimeError:
            raise _not_running() from None

    def lock(self) -> AbstractContextManager[object]:
        return self._nothing  # nothing runs between two checkpoints

    def event(self) -> Event:
        return _TrioEvent()

    def shield(self) -> AbstractContextManager[object]:
        return trio.CancelScope(shield=True)

    async def to_thread(
        self, function: Callable[[*Ts], T], *args: *Ts, abandon_on_cancel: bool = False
    ) -> T:
        return await trio.to_thread.run_sync(function, *args, abandon_on_cancel=abandon_on_cancel)


def _stream(
    sock: trio.socket.SocketType,
    how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
) -> _TrioStream:
    try:
        stream = _TrioStream(trio.SocketStream(sock))
        for option in how.socket_options:  # again, as Trio has set some of its own
            sock.setsockopt(*option)
    except BaseException:  # reset since, so that it has no peer any more
        sock.close()
        raise
    return stream


async def _in_thread(call: Callable[[], T]) -> T:
    """Make a call in a thread that nobody waits for once this is cancelled.

    Raises:
        OSError: there is no thread to be had.
    """
    # Not Trio's own: a few calls that hang would keep all others waiting.
    limiter = trio.CapacityLimiter(1)
    started: list[None] = []

    def run() -> tuple[T]:
        started.append(None)
        return (call(),)  # in a tuple, as Trio takes a coroutine for a mistake

    try:
        (made,) = await trio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=limiter)
    except RuntimeError as error:
        if started:
            raise
        raise OSError(errno.EAGAIN, str(error)) from error
    return made


def _not_running() -> RuntimeError:
    return RuntimeError("Trio is not running here: under asyncio use Client, in threads SyncClient")
