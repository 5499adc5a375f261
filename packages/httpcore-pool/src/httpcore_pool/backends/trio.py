"""The world of Trio. Using it needs the extra `httpcore-pool[trio]`; importing this module does not."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast

from .._errors import ConnectError, ConnectTimeout, ReadError, ReadTimeout, WriteError, WriteTimeout
from ._sockets import address, fails, is_readable
from .base import Backend, Event, NetworkStream, T, Ts

if TYPE_CHECKING:
    from collections.abc import Callable

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
                with trio.fail_after(_limit(timeout)):
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
        deadline = trio.current_time() + _limit(timeout)
        try:
            while taken < len(view):
                # Trio waits for one thing at a time; two tasks for the other would cost more.
                with trio.move_on_at(min(deadline, trio.current_time() + _LOOK_SECONDS)) as scope:
                    taken += await sock.send(view[taken:])
                    deadline = trio.current_time() + _limit(timeout)
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

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def local(self) -> str:
        return self._local


def _limit(timeout: float | None) -> float:
    return float("inf") if timeout is None else timeout


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

    async def connect_tcp(self, host: str, port: int, timeout: float | None) -> NetworkStream:
        try:
            with trio.fail_after(_limit(timeout)):
                stream = await trio.open_tcp_stream(host, port)
        except trio.TooSlowError:
            raise ConnectTimeout(
                f"can't connect to {host}:{port} within {timeout:g} s", timeout
            ) from None
        except OSError as error:
            raise ConnectError(fails(host, port, _root(error))) from error
        except UnicodeError as error:
            raise ConnectError(f"can't resolve {host!r}: not a host name") from error
        try:
            return _TrioStream(stream)
        except OSError as error:  # reset since, so that it has no peer any more
            stream.socket.close()
            raise ConnectError(fails(host, port, error)) from error

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


def _root(error: OSError) -> OSError:
    """Trio sums up several failed addresses in one error; the cause holds the reason."""
    cause = error.__cause__
    if isinstance(cause, BaseExceptionGroup):
        first: object = cast("Any", cause).exceptions[0]
        return first if isinstance(first, OSError) else error
    return cause if isinstance(cause, OSError) else error


def _not_running() -> RuntimeError:
    return RuntimeError("Trio is not running here: under asyncio use Client, in threads SyncClient")
