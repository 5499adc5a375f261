"""What a stream of an HTTP/2 connection is after a 2xx to CONNECT: a raw stream (RFC 9113 8.5, RFC 8441)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import ReadError, WriteError, WriteTimeout
from ..backends.base import NetworkStream
from ._http2_streams import News
from ._http2_upload import send_piece

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._connection_info import TLSInfo
    from ._http2_exchange import Exchange

__all__ = ["TunnelStream"]


class TunnelStream(NetworkStream):
    """The octets of one HTTP/2 stream, both ways.

    Args:
        exchange: the CONNECT that opened it.
        close: closes the stream and whatever else the exchange holds.
    """

    __slots__ = ("_close", "_closed", "_exchange", "_received")

    def __init__(self, exchange: Exchange, close: Callable[[], Awaitable[None]]) -> None:
        self._exchange = exchange
        self._close = close
        self._closed = False
        self._received = b""
        exchange.stream.uploader = News()  # one task may read while another writes

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._closed:
            raise ReadError("the connection broke: it was closed")
        received = self._received or await self._exchange.receive(lambda: timeout)
        self._received = received[max_bytes:]
        return received[:max_bytes]

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        if self._closed:
            raise WriteError("the connection broke: it was closed")
        if not await send_piece(self._exchange, data, lambda: timeout):
            raise WriteError("the server has ended the stream")

    async def close(self) -> None:
        self._closed = True
        exchange = self._exchange
        with exchange.wire.lock:
            exchange.stream.fail(ReadError("the connection broke: it was closed"))
            exchange.protocol.tell(exchange.stream)
        await self._close()

    def forget(self) -> None:
        self._exchange.wire.stream.forget()

    def is_readable(self) -> bool:
        stream = self._exchange.stream
        return bool(
            self._closed
            or self._received
            or stream.has_news
            or self._exchange.wire.stream.is_readable()
        )

    @property
    def peer(self) -> str:
        return self._exchange.wire.stream.peer

    @property
    def local(self) -> str:
        return self._exchange.wire.stream.local

    @property
    def tls_info(self) -> TLSInfo | None:
        return self._exchange.wire.stream.tls_info
