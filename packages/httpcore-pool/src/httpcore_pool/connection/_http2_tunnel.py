"""What a stream of an HTTP/2 connection is after a 2xx to CONNECT: a raw stream (RFC 9113 8.5, RFC 8441)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import ReadError, ReadTimeout, WriteError, WriteTimeout
from ..backends.base import NetworkStream
from ._http2_streams import News
from ._http2_upload import send_piece

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._connection_info import TLSInfo
    from ._http2_exchange import Exchange

__all__ = ["TunnelStream"]

_SHORT_BYTES = 256  # a short write, for `is_writable`


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
        self._received: bytes | memoryview = b""
        exchange.stream.uploader = News()  # one task may read while another writes

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._closed:
            raise ReadError("the connection broke: it was closed")
        exchange, now = self._exchange, self._exchange.backend.now
        end = None if timeout is None else now() + timeout
        while not self._received:
            with exchange.wire.lock:
                if data := exchange.stream.take():
                    exchange.protocol.credit(exchange.stream)
            if data is None:
                left = None if end is None else end - now()
                if left is not None and left <= 0:  # frames without a byte do not put it off
                    raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout)
                await exchange.wait(left)
                continue
            # Before anything is awaited: to cancel loses nothing. A view: to read little copies little.
            self._received = memoryview(data) if len(data) > max_bytes else data
            if not data:
                return b""
            await exchange.wire.answer()
        received, self._received = self._received[:max_bytes], self._received[max_bytes:]
        return bytes(received)

    async def read_available(self, max_bytes: int) -> bytes | None:
        # What can be read may be for other streams.
        await self._exchange.wire.look()
        return await self.read(max_bytes) if self._has_news else None

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        await self._send(data, timeout, lambda: True)

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        return await self._send(data, timeout, lambda: not self._has_news)

    async def _send(self, data: bytes, timeout: float | None, goes_on: Callable[[], bool]) -> int:
        if timeout is not None and timeout <= 0:
            raise WriteTimeout("no time left to write", timeout)
        if self._closed:
            raise WriteError("the connection broke: it was closed")

        def limit(waited: float) -> float | None:
            return None if timeout is None else timeout - waited

        sent = await send_piece(self._exchange, data, limit, goes_on)
        if sent is None:
            raise WriteError("the server has ended the stream")
        return sent

    @property
    def _has_news(self) -> bool:
        return bool(self._closed or self._received or self._exchange.stream.has_news)

    async def close(self) -> None:
        self._closed = True
        exchange, protocol, stream = self._exchange, self._exchange.protocol, self._exchange.stream
        with exchange.wire.lock:
            if stream.ended and stream.id in protocol.streams and protocol.failure is None:
                protocol.end(stream)  # as by a FIN, in order, and not by a reset: RFC 8441 5
            stream.fail(ReadError("the connection broke: it was closed"))
            protocol.tell(stream)
        await self._close()

    def forget(self) -> None:
        self._exchange.wire.stream.forget()

    def is_readable(self) -> bool:
        return self._has_news or self._exchange.wire.stream.is_readable()

    def is_writable(self) -> bool:
        exchange, stream = self._exchange, self._exchange.stream
        if self._closed or stream.ended or stream.failure is not None:
            return True
        windows = exchange.protocol.windows
        return windows.has_room(stream, _SHORT_BYTES) and exchange.wire.stream.is_writable()

    @property
    def peer(self) -> str:
        return self._exchange.wire.stream.peer

    @property
    def local(self) -> str:
        return self._exchange.wire.stream.local

    @property
    def tls_info(self) -> TLSInfo | None:
        return self._exchange.wire.stream.tls_info
