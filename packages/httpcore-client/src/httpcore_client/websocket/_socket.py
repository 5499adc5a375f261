"""`WebSocket`: what callers do with one. `_state` knows what frames mean, `_wire` reads and writes them."""

from __future__ import annotations

import json
from os import urandom
from typing import TYPE_CHECKING, Any, Self

from .._peers_json import parse_json
from .._siblings import pool
from ._errors import UnexpectedMessage, WebSocketClosed
from ._frames import CODES
from ._state import State
from ._wire import Wire

if TYPE_CHECKING:
    from types import TracebackType

    from ._deflate import Payloads
    from ._handshake import Handshake
    from ._state import Limits

__all__ = ["WebSocket"]

_EOF_SECONDS = 1.0  # for the server to end the connection, as it should first (RFC 6455 7.1.1)
_MOST_CONTROL_BYTES = 125  # RFC 6455 5.5
_NORMAL = frozenset({1000, 1001, 1005})
_LOST = 1006


class WebSocket(pool.Closing):
    """An open WebSocket. `Client.websocket` makes one, in a block that closes it.

    One task (or thread) may receive while others send. A send that is cancelled or fails half-way ends the
    connection; a receive may be cancelled, no message is lost. Pings are answered while somebody waits in
    `receive` (or `ping`, `close`), and with each message that is sent.

    Args:
        response: what the server answered to the handshake.
        stream: the connection behind it.
        backend: the world that it lives in.
        handshake: what was agreed.
        payloads: bounds and inflates messages.
        limits: see `Limits`.

    Attributes:
        response: the answer to the handshake, with its fields.
        subprotocol: the one that the server chose, or None.
        extensions: those that it agreed to, with their parameters.
    """

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            from .._names_elsewhere import no_websocket_attribute

            raise no_websocket_attribute(self, name)

    def __init__(
        self,
        response: pool.Response,
        stream: pool.NetworkStream,
        backend: pool.Backend,
        handshake: Handshake,
        payloads: Payloads,
        limits: Limits,
    ) -> None:
        self.response: pool.Response = response
        self.subprotocol: str | None = handshake.subprotocol
        self.extensions: tuple[str, ...] = handshake.extensions
        self._backend = backend
        self._limits = limits
        self._state = State(payloads, limits, backend.now, response.request)
        self._wire = Wire(stream, backend, self._state, limits.write)
        self._receiving = False

    @property
    def protocol(self) -> str:
        """What it runs over: "HTTP/1.1" or "HTTP/2"."""
        return self.response.protocol

    @property
    def close_code(self) -> int | None:
        """The code that it was closed with, as in `WebSocketClosed`; None while it is open."""
        end = self._state.end
        return None if end is None else end.code

    @property
    def close_reason(self) -> str | None:
        """What was said with the code; None while it is open."""
        end = self._state.end
        return None if end is None else end.reason

    # Messages out.

    async def send(self, message: str | bytes | bytearray | memoryview) -> None:
        """Send a message: text, or bytes.

        Raises:
            TypeError: it is neither.
            WebSocketClosed: the WebSocket is closed, or the connection was lost.
            WriteTimeout: another message is still being sent; nothing of this one was.
        """
        if isinstance(message, (bytearray, memoryview)):
            message = bytes(message)
        elif not isinstance(message, (str, bytes)):
            raise TypeError(
                f"a message is text or bytes, not {type(message).__name__}; send_json() sends JSON"
            )
        await self._wire.look()
        await self._wire.write(lambda: self._state.message(message))
        await self._wire.answer()

    async def send_text(self, message: str) -> None:
        """Send text; see `send`."""
        if not isinstance(message, str):
            raise TypeError(f"send_text() takes a str, not {type(message).__name__}")
        await self.send(message)

    async def send_bytes(self, message: bytes | bytearray | memoryview) -> None:
        """Send bytes; see `send`."""
        if isinstance(message, str):
            raise TypeError("send_bytes() takes bytes, not str")
        await self.send(message)

    async def send_json(self, value: Any) -> None:
        """Send anything that `json.dumps` takes, as compact JSON in text; see `send`."""
        await self.send(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    # Messages in.

    async def receive(self, timeout: float | None = None) -> str | bytes:
        """Return the next message, whole: text as a str, or bytes.

        Args:
            timeout: seconds that it may take; None for as long as it takes.

        Raises:
            WebSocketClosed: no further one comes.
            ReadTimeout: none came in time; the WebSocket stays as it is.
            RuntimeError: another task is receiving.
        """
        state = self._state
        with self._wire.lock:
            if self._receiving:
                raise RuntimeError(
                    "another task is receiving from this WebSocket: one can at a time"
                )
            self._receiving = True
        found: list[str | bytes] = []

        def take() -> bool:
            if state.messages:
                found.append(state.take())
                self._wire.wake()  # there may be room for more
                return True
            return state.end is not None

        try:
            await self._wire.answer()
            came = await self._wire.turn(take, timeout)
        finally:
            self._receiving = False
        if found:
            return found[0]
        if came:
            raise state.closed()
        raise self._late("no message came", timeout)

    async def receive_text(self, timeout: float | None = None) -> str:
        """Return the next message, which must be text; see `receive`.

        Raises:
            UnexpectedMessage: it is bytes.
        """
        message = await self.receive(timeout)
        if isinstance(message, str):
            return message
        raise self._unexpected("bytes", "text", message)

    async def receive_bytes(self, timeout: float | None = None) -> bytes:
        """Return the next message, which must be bytes; see `receive`.

        Raises:
            UnexpectedMessage: it is text.
        """
        message = await self.receive(timeout)
        if isinstance(message, bytes):
            return message
        raise self._unexpected("text", "bytes", message)

    async def receive_json(self, timeout: float | None = None) -> Any:
        """Return what the next message says in JSON; see `receive`.

        Raises:
            ValueError: it is not JSON; a `json.JSONDecodeError` or `UnicodeDecodeError`.
        """
        return parse_json(await self.receive(timeout))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str | bytes:
        """Return the next message; the end is a WebSocket that was closed normally, or here."""
        try:
            return await self.receive()
        except WebSocketClosed as error:
            if error.code in _NORMAL or (self._state.closing and error.code != _LOST):
                raise StopAsyncIteration from None
            raise

    # Pings.

    async def ping(self, data: bytes | None = None, timeout: float | None = None) -> float:
        """Send a ping and return the seconds until its pong came.

        Args:
            data: up to 125 bytes, for the server to send back; None for some of ours.
            timeout: seconds that it may take; None for `ping_timeout`.

        Raises:
            TypeError, ValueError: the data are wrong, or on their way already.
            WebSocketClosed: the WebSocket is closed, or was meanwhile.
            ReadTimeout: no pong came in time; the WebSocket stays as it is.
        """
        if data is None:
            data = urandom(8)
        elif not isinstance(data, bytes):
            raise TypeError(f"a ping has bytes, not {type(data).__name__}")
        if len(data) > _MOST_CONTROL_BYTES:
            raise ValueError(f"a ping has at most {_MOST_CONTROL_BYTES} bytes, not {len(data)}")
        timeout = self._limits.ping_timeout if timeout is None else timeout
        state = self._state
        with self._wire.lock:
            state.check_open()
            ping = state.ping(data)
        try:
            await self._wire.answer()
            await self._wire.turn(lambda: ping.came is not None or state.end is not None, timeout)
        finally:
            with self._wire.lock:
                state.pings.pop(data, None)
        if ping.came is not None:
            return ping.came - ping.sent
        if state.end is not None:
            raise state.closed()
        raise self._late("no pong came", timeout)

    # The end.

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Do the closing handshake and close the connection; messages that nobody received are dropped.

        It takes `close_timeout` at most. A connection that is lost is closed, too. Again does nothing.

        Args:
            code: why: 1000, or another one of RFC 6455 7.4, or from 3000 to 4999.
            reason: more about it, up to 123 bytes of UTF-8.

        Raises:
            ValueError: that is no code, or too much of a reason.
        """
        if code not in CODES:
            raise ValueError(
                f"{code!r} is no code to close with (RFC 6455 7.4): try 1000, or 3000-4999"
            )
        if len(reason.encode()) > _MOST_CONTROL_BYTES - 2:
            raise ValueError("a reason has at most 123 bytes of UTF-8 (RFC 6455 5.5)")
        state, wire, limit = self._state, self._wire, self._limits.close_timeout
        with wire.lock:
            state.close(code, reason)
        ends = self._backend.now() + limit
        try:
            await wire.answer()
            if not await wire.turn(lambda: state.end is not None, limit):
                with wire.lock:
                    state.lose(f"the server did not close it within {limit:g} s")
            if self.protocol != "HTTP/2":  # there a stream has no end that could linger
                left = min(_EOF_SECONDS, ends - self._backend.now())
                await wire.turn(lambda: state.eof or state.broken, max(0.0, left))
        finally:
            await self._wire.drop()

    async def _abort(self) -> None:
        """Close it without waiting for the server."""
        with self._wire.lock:
            self._state.close(1001, "")
        with self._backend.shield():
            try:
                await self._wire.answer()
            finally:
                await self._wire.drop()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc is None:
            await self.close()
        elif isinstance(exc, Exception):
            await self.close(1001)
        else:  # cancelled, or Ctrl-C
            await self._abort()

    # Errors.

    def _late(self, what: str, limit: float | None) -> pool.ReadTimeout:
        within = "in time" if limit is None else f"within {limit:g} s"
        return pool.ReadTimeout(f"{what} {within}", limit).about(self.response.request)

    def _unexpected(self, came: str, wanted: str, message: str | bytes) -> UnexpectedMessage:
        error = UnexpectedMessage(f"a message in {came} came, not in {wanted}", message)
        return error.about(self.response.request)

    def __repr__(self) -> str:
        end = self._state.end
        state = "open" if end is None else f"closed, {end.code}"
        return f"<WebSocket {self.response.url.masked}, {self.protocol}, {state}>"
