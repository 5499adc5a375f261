"""What a world (asyncio, Trio, threads, a script) must offer, and nothing more.

All code above is written once, as coroutines over these interfaces. A backend for threads has the same
`async def` methods, which block instead of suspending (see `_driver`). Only modules in this folder may
import asyncio, trio, socket, select or threading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, TypeVarTuple, overload

from ..network._sockets import SocketSettings

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AbstractContextManager

    from .._connection_info import TLSInfo

__all__ = ["Backend", "Event", "Made", "NetworkStream"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class NetworkStream(ABC):
    """A connected, ordered byte stream: TCP, or TLS over one.

    One task may read while another writes; two may not read, nor write, at once.
    """

    __slots__ = ()

    @abstractmethod
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, at least one and at most `max_bytes`; b"" at the end of the stream.

        Cancelling loses no bytes.

        Raises:
            ReadTimeout: nothing came within `timeout` seconds.
            ReadError: the connection broke, or was closed here.
        """
        ...

    @abstractmethod
    async def write(self, data: bytes, timeout: float | None = None) -> None:
        """Send all of `data`. If this raises or is cancelled, some of it may have been sent.

        The limit is on progress: it begins anew with what the peer takes, unless it is what is left of a
        total (`_until`).

        Raises:
            WriteTimeout: the peer took nothing for `timeout` seconds.
            WriteError: the connection broke, or was closed here.
        """
        ...

    async def read_available(self, max_bytes: int) -> bytes | None:
        """Return what is there without waiting: None if nothing is, b"" at the end of the stream.

        Raises:
            ReadError: the connection broke, or was closed here.
        """
        return await self.read(max_bytes) if self.is_readable() else None

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        """Send `data` until all of it is taken or the peer has sent something.

        Returns:
            How many bytes were taken: all, or fewer where the peer spoke before it took the rest.

        Raises:
            WriteTimeout: the peer took nothing for `timeout` seconds; `taken` says how much before.
            WriteError: the connection broke, or was closed here.
        """
        await self.write(data, timeout)
        return len(data)

    @abstractmethod
    async def close(self) -> None:
        """Close the connection. Never raises and takes a bounded time; again does nothing."""
        ...

    @abstractmethod
    def forget(self) -> None:
        """Let go of our descriptor of the connection without a word to the peer, and without waiting.

        For a forked child, whose parent goes on using the connection, and for finalisers. Never raises;
        afterwards the stream is closed, and closing it does nothing.
        """
        ...

    @abstractmethod
    def is_readable(self) -> bool:
        """Whether a read would return at once: with bytes, with the end, or with an error.

        An idle HTTP connection for which this is true is dead or out of step.
        """
        ...

    def is_writable(self) -> bool:
        """Whether a short write would be done at once; True where that can't be known beforehand."""
        return True

    @property
    @abstractmethod
    def peer(self) -> str:
        """The address at the other end, as `host:port`, IPv6 in brackets."""
        ...

    @property
    def local(self) -> str:
        """Our own address in the same form; "" where it is not known."""
        return ""

    @property
    def tls_info(self) -> TLSInfo | None:
        """What was agreed in the TLS handshake; None where there was none."""
        return None


Made: TypeAlias = "NetworkStream | socket.socket"
"""What a function of the caller's may return as a connection."""


class Event(Protocol):
    """Something one waiter waits for; `set` may come before `wait`, from any task or thread."""

    def set(self) -> None:
        """Let the waiter go on."""
        ...

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until set and return True, or return False after `timeout` seconds."""
        ...


class Backend(ABC):
    """A world to do I/O in."""

    name: str

    @abstractmethod
    async def connect_tcp(
        self,
        addresses: Sequence[tuple[str, int]],
        timeout: float | None,
        how: SocketSettings = SocketSettings(),  # noqa: B008 - frozen
    ) -> NetworkStream:
        """Connect to the first of the addresses that answers (Happy Eyeballs, RFC 8305).

        Args:
            addresses: pairs of an IP address as text and a port, the preferred one first. Nothing here
                looks up names.
            timeout: seconds for all of it together.
            how: how the sockets are made, and how soon the next address is tried.

        Raises:
            ConnectTimeout: none answered within `timeout` seconds.
            ConnectError: every address refused. Both errors have the `attempts`.
        """
        ...

    async def connect_unix(self, path: str, timeout: float | None) -> NetworkStream:
        """Connect to a socket of this machine: a path, or after a NUL a name in Linux's abstract space.

        Raises:
            ConnectTimeout: it takes nobody within `timeout` seconds.
            ConnectError: there is none, or nobody listens.
        """
        from ._unix import connect_unix

        return await connect_unix(self, path, timeout)

    @abstractmethod
    async def wrap_socket(self, sock: socket.socket) -> NetworkStream:
        """Return a stream over a connected socket, which belongs to it from then on.

        Raises:
            OSError: it is connected no more.
        """
        ...

    async def resolve(self, host: str, timeout: float | None) -> Sequence[str]:
        """Return the addresses of a name by the operating system, the preferred one first.

        It is asked in a thread, so that nothing else waits, and a system that does not answer is waited
        for no longer than `timeout` seconds.

        Raises:
            TimeoutError: it took longer.
            OSError: the name does not resolve.
            UnicodeError: it is no host name.
        """
        from ._lookup import look_up

        return await self.call_within(timeout, look_up, host)

    @overload
    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T]], *args: *Ts
    ) -> T: ...
    @overload
    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T: ...
    @abstractmethod
    async def call_within(
        self, timeout: float | None, function: Callable[[*Ts], Awaitable[T] | T], *args: *Ts
    ) -> T:
        """Call a function that may block in a thread, or here if it is async, and await what it returns.

        Raises:
            TimeoutError: it took longer than `timeout` seconds. What runs in a thread is left to itself.
        """
        ...

    @abstractmethod
    def lock(self) -> AbstractContextManager[object]:
        """A lock for short sections without an await inside. Free where tasks can't interleave."""
        ...

    @abstractmethod
    def event(self) -> Event:
        """A new event."""
        ...

    def loop(self) -> object:
        """The event loop that is running, by identity; None where there is none."""
        return None

    @abstractmethod
    def shield(self) -> AbstractContextManager[object]:
        """A block in which awaits of clean-up run to their end although the task is cancelled.

        What runs inside must be bounded in time by itself.
        """
        ...

    async def to_thread(
        self, function: Callable[[*Ts], T], *args: *Ts, abandon_on_cancel: bool = False
    ) -> T:
        """Call a function that may block, a read from a disk, without holding up other tasks.

        Args:
            function: is called once, or not at all if it had not begun when this was cancelled.
            args: for it.
            abandon_on_cancel: whether cancelling leaves the function to itself, which may never end,
                or waits until it has ended, so that nothing runs on behind the caller's back.
        """
        return function(*args)

    # Not a method around it: each request looks at the clock several times.
    now: Callable[[], float] = staticmethod(monotonic)
    """Return seconds on the monotonic clock that all timeouts and deadlines use."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
