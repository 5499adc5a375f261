"""`SyncWebSocket`: the WebSocket for threads. Each method only drives the async one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from .._siblings import pool

if TYPE_CHECKING:
    from ._socket import WebSocket

__all__ = ["SyncWebSocket"]


class SyncWebSocket(pool.SyncClosing):
    """`WebSocket` for threads: one may receive while others send."""

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            from .._names_elsewhere import no_websocket_attribute

            raise no_websocket_attribute(self, name)

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.response: pool.SyncResponse = pool.SyncResponse(socket.response)
        self.subprotocol: str | None = socket.subprotocol
        self.extensions: tuple[str, ...] = socket.extensions

    @property
    def protocol(self) -> str:
        """What it runs over: "HTTP/1.1" or "HTTP/2"."""
        return self._socket.protocol

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with; see `WebSocket.close_code`."""
        return self._socket.close_code

    @property
    def close_reason(self) -> str | None:
        """What was said with the code; None while it is open."""
        return self._socket.close_reason

    def send(self, message: str | bytes | bytearray | memoryview) -> None:
        """Send a message: text, or bytes; see `WebSocket.send`."""
        pool.run_sync(self._socket.send(message))

    def send_text(self, message: str) -> None:
        """Send text; see `WebSocket.send`."""
        pool.run_sync(self._socket.send_text(message))

    def send_bytes(self, message: bytes | bytearray | memoryview) -> None:
        """Send bytes; see `WebSocket.send`."""
        pool.run_sync(self._socket.send_bytes(message))

    def send_json(self, value: Any) -> None:
        """Send JSON in text; see `WebSocket.send_json`."""
        pool.run_sync(self._socket.send_json(value))

    def receive(self, timeout: float | None = None) -> str | bytes:
        """Return the next message; see `WebSocket.receive`."""
        return pool.run_sync(self._socket.receive(timeout))

    def receive_text(self, timeout: float | None = None) -> str:
        """Return the next message, which must be text; see `WebSocket.receive_text`."""
        return pool.run_sync(self._socket.receive_text(timeout))

    def receive_bytes(self, timeout: float | None = None) -> bytes:
        """Return the next message, which must be bytes; see `WebSocket.receive_bytes`."""
        return pool.run_sync(self._socket.receive_bytes(timeout))

    def receive_json(self, timeout: float | None = None) -> Any:
        """Return what the next message says in JSON; see `WebSocket.receive_json`."""
        return pool.run_sync(self._socket.receive_json(timeout))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str | bytes:
        """Return the next message; see `WebSocket.__anext__`."""
        try:
            return pool.run_sync(self._socket.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def ping(self, data: bytes | None = None, timeout: float | None = None) -> float:
        """Send a ping and return the seconds until its pong came; see `WebSocket.ping`."""
        return pool.run_sync(self._socket.ping(data, timeout))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Do the closing handshake and close the connection; see `WebSocket.close`."""
        pool.run_sync(self._socket.close(code, reason))

    def __repr__(self) -> str:
        return f"<Sync{repr(self._socket)[1:]}"
