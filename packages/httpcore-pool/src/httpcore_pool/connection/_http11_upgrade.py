"""What is left of an HTTP/1.1 connection once it has switched to another protocol: a raw stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backends.base import NetworkStream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._connection_info import TLSInfo

__all__ = ["UpgradedStream"]


class UpgradedStream(NetworkStream):
    """The stream behind a 101 or a 2xx to CONNECT (RFC 9110 7.8, 9.3.6).

    Args:
        stream: the connection.
        received: what came behind the head already; it is read first.
        close: closes the connection and whatever else the exchange holds.
    """

    __slots__ = ("_close", "_received", "_stream")

    def __init__(
        self, stream: NetworkStream, received: bytes, close: Callable[[], Awaitable[None]]
    ) -> None:
        self._stream = stream
        self._received = received
        self._close = close

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._received:
            data, self._received = self._received[:max_bytes], self._received[max_bytes:]
            return data
        return await self._stream.read(max_bytes, timeout)

    async def read_available(self, max_bytes: int) -> bytes | None:
        # Over TLS what can be read may be a session ticket, which is nothing to wait behind.
        return await (self.read if self._received else self._stream.read_available)(max_bytes)

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        await self._stream.write(data, timeout)

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        return 0 if self._received else await self._stream.write_some(data, timeout)

    async def close(self) -> None:
        await self._close()

    def forget(self) -> None:
        self._stream.forget()

    def is_readable(self) -> bool:
        return bool(self._received) or self._stream.is_readable()

    def is_writable(self) -> bool:
        return self._stream.is_writable()

    @property
    def peer(self) -> str:
        return self._stream.peer

    @property
    def local(self) -> str:
        return self._stream.local

    @property
    def tls_info(self) -> TLSInfo | None:
        return self._stream.tls_info
