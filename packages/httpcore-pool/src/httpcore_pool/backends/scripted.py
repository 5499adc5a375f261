"""A network without a network: each connection plays a script. It runs in every world.

Its methods never suspend, so the same test drives it from asyncio, from Trio and from threads. It is
public: whoever builds on the pool can test with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._errors import ConnectError, ConnectTimeout, ReadError, ReadTimeout, WriteError, WriteTimeout
from ..network._sockets import SocketSettings
from .base import Backend, Event, NetworkStream, T, Ts

if TYPE_CHECKING:
    import socket


__all__ = ["ScriptedBackend", "ScriptedStream", "Step"]

Step: TypeAlias = bytes | BaseException | Callable[["ScriptedStream"], "bytes | None"]


class ScriptedStream(NetworkStream):
    """Plays one script.

    Each read takes the next step: bytes are returned (`b""` is the end of the stream), an exception is
    raised, a callable is called with the stream and returns the bytes to give (None: nothing, take the
    next step). After the last step a read raises `ReadTimeout`: a silent peer. A limit of zero or less is
    over at once, as it is everywhere.

    Attributes:
        written: all bytes written so far.
        closed: whether it was closed.
        write_error: raised by every write when set.
    """

    def __init__(self, script: Iterable[Step] = (), peer: str = "scripted:0") -> None:
        self._steps: deque[Step] = _steps(script)
        self._peer = peer
        self.written: bytes = b""
        self.closed: bool = False
        self.write_error: BaseException | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.closed:
            raise ReadError("the connection broke: it was closed")
        if timeout is not None and timeout <= 0:
            raise ReadTimeout("no time left to read", timeout)
        while self._steps:
            step = self._steps.popleft()
            data: bytes | None
            if isinstance(step, BaseException):
                raise step
            data = step if isinstance(step, bytes) else step(self)
            if data is None:
                continue
            if len(data) > max_bytes:
                self._steps.appendleft(data[max_bytes:])
                data = data[:max_bytes]
            return data
        raise ReadTimeout("the script is at its end", timeout)

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if self.closed:
            raise WriteError("the connection broke: it was closed")
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        if self.write_error is not None:
            raise self.write_error
        self.written += data

    async def close(self) -> None:
        self.closed = True

    def forget(self) -> None:
        self.closed = True

    def is_readable(self) -> bool:
        # A callable stands for what the peer answers to something still to be written.
        return self.closed or bool(self._steps and not callable(self._steps[0]))

    @property
    def peer(self) -> str:
        return self._peer

    @property
    def local(self) -> str:
        return "scripted:0"


def _steps(script: Iterable[Step]) -> deque[Step]:
    given: object = script
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        kind = type(given).__name__
        raise TypeError(f"a script must be a list of steps, such as [b'HTTP/1.1 ...'], not {kind}")
    return deque(script)


class _ScriptedEvent:
    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        self._set = True

    async def wait(self, timeout: float | None = None) -> bool:
        return self._set  # nobody else runs meanwhile, so waiting longer would change nothing


class ScriptedBackend(Backend):
    """Gives out scripted streams, one script per connection, in order.

    Attributes:
        streams: the streams given out so far.
        dialled: the (host, port) of each attempt; for a Unix socket its path and 0.
    """

    name = "scripted"

    def __init__(self, *scripts: Sequence[Step] | BaseException) -> None:
        self._scripts = deque(scripts)
        self.streams: list[ScriptedStream] = []
        self.dialled: list[tuple[str, int]] = []
        self.time: float = 0.0

    def now(self) -> float:
        """The scripted clock: `time`, which only a test moves."""
        return self.time

    async def connect_tcp(
        self,
        addresses: Sequence[tuple[str, int]],
        timeout: float | None,
        how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
    ) -> NetworkStream:
        host, port = addresses[0]
        self.dialled.append((host, port))
        if timeout is not None and timeout <= 0:
            raise ConnectTimeout(f"no time left to connect to {host}:{port}", timeout)
        if not self._scripts:
            raise ConnectError(f"can't connect to {host}:{port}: no script left")
        script = self._scripts.popleft()
        if isinstance(script, BaseException):
            raise script
        stream = ScriptedStream(script, f"{host}:{port}")
        self.streams.append(stream)
        return stream

    async def connect_unix(self, path: str, timeout: float | None) -> NetworkStream:
        return await self.connect_tcp([(path, 0)], timeout)

    async def wrap_socket(self, sock: socket.socket) -> NetworkStream:
        raise NotImplementedError("a script has no sockets")

    async def resolve(self, host: str, timeout: float | None) -> Sequence[str]:
        """Every name is its own address: nothing here asks the system."""
        return [host]

    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T:
        made: Any = function(*args)
        return cast("T", await made if isinstance(made, Awaitable) else made)

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()

    def event(self) -> Event:
        return _ScriptedEvent()

    def shield(self) -> AbstractContextManager[object]:
        return nullcontext()
