"""How a WebSocket is opened: by an upgrade of HTTP/1.1, or by an extended CONNECT over HTTP/2 (RFC 8441)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypedDict, cast

from .._blocks import AsyncBlock, SyncBlock
from .._options import check_options
from .._siblings import URL, pool
from ._deflate import Payloads
from ._errors import WebSocketRefused, shown
from ._handshake import Handshake
from ._socket import WebSocket
from ._state import Limits
from ._sync import SyncWebSocket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from .._client import Client
    from .._options import AuthTypes, CookieTypes, HeaderTypes, ParamTypes, ProxyTypes

__all__ = ["SyncWebSocketContext", "WebSocketContext", "WebSocketOptions"]

_MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_PING_SECONDS = 20.0
_CLOSE_SECONDS = 10.0
_MOST_SHOWN_BYTES = 64 * 1024  # of what comes with a refusal
_MOST_SHOWN_CHARACTERS = 200  # of a Location
_SCHEMES = {"ws": "http", "wss": "https"}


class WebSocketOptions(TypedDict, total=False):
    """The keyword arguments of `websocket`.

    Keys:
        subprotocols: the names of those offered, the preferred one first.
        compression: whether permessage-deflate (RFC 7692) is offered; it is by default.
        max_message_bytes: the most that a message may have, decompressed: 16 MiB by default, None for no
            limit. More ends the WebSocket with 1009.
        ping_interval: seconds of silence, while somebody waits, after which the server is asked for a sign of
            life: 20 by default, None for never.
        ping_timeout: seconds in which it must come: 20 by default.
        close_timeout: seconds that the closing handshake may take: 10 by default.
        http2: whether it goes over HTTP/2 (RFC 8441): None, the default, for yes where a connection is open
            whose server offers that; True to open one where there is none.
        params, replace_params, headers, cookies, auth, timeout, proxy, ssl, trace: of the handshake, as for
            any request; see `RequestOptions`. Of the timeout, `write` holds for messages, too.
    """

    subprotocols: Iterable[str]
    compression: bool
    max_message_bytes: int | None
    ping_interval: float | None
    ping_timeout: float
    close_timeout: float
    http2: bool | None
    params: ParamTypes
    replace_params: ParamTypes
    headers: HeaderTypes
    cookies: CookieTypes
    auth: AuthTypes
    timeout: pool.TimeoutTypes
    proxy: ProxyTypes
    ssl: pool.SSLTypes
    trace: pool.Trace | None


_KNOWN = tuple(WebSocketOptions.__annotations__)
_OWN = _KNOWN[: _KNOWN.index("params")]


class WebSocketContext(AsyncBlock):
    """What `Client.websocket` returns: an ``async with`` block that has the open WebSocket, and closes it."""

    _call, _gives = "websocket", ("a WebSocket", "ws")
    _http2: bool | None

    def __init__(self, client: Client, url: str | URL, options: Mapping[str, Any]) -> None:
        check_options(options, _KNOWN, call="websocket")
        own = {name: options[name] for name in _OWN if name in options}
        of_request = {name: value for name, value in options.items() if name not in own}
        self._client = client
        self._socket: WebSocket | None = None
        self._entered = False  # the handshake is for one connection
        self._http2 = _flag("http2", own.get("http2"), or_none=True)
        compression = _flag("compression", own.get("compression", True))
        self._most = _most(own.get("max_message_bytes", _MAX_MESSAGE_BYTES))
        self._payloads = Payloads(self._most)
        self._handshake = Handshake(
            own.get("subprotocols", ()), self._payloads if compression else None
        )
        interval = own.get("ping_interval", _PING_SECONDS)
        self._seconds = (
            None if interval is None else _seconds("ping_interval", interval),
            _seconds("ping_timeout", own.get("ping_timeout", _PING_SECONDS)),
            _seconds("close_timeout", own.get("close_timeout", _CLOSE_SECONDS)),
        )
        self._request = client.build("GET", _as_http(url), **cast("Any", of_request))
        if self._request.url.fragment:
            raise pool.InvalidRequest("the URL of a WebSocket has no fragment (RFC 6455 3)")

    async def __aenter__(self) -> WebSocket:
        if self._entered:
            raise RuntimeError("this block was entered before: call websocket() for each")
        self._entered = True
        self._socket = await self._open()
        return self._socket

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            await self._socket.__aexit__(exc_type, exc, traceback)

    async def _open(self) -> WebSocket:
        """Do the opening handshake.

        Raises:
            WebSocketRefused: the server does not want it.
            RemoteProtocolError: its answer is wrong.
            HTTPError: the request failed; see its tree.
        """
        client, handshake = self._client, self._handshake
        http2 = self._goes_over_http2()
        request = self._request.copy_with()
        handshake.dress(request.headers, http2=http2)
        if http2:
            request.method = "CONNECT"
            changes: dict[str, Any] = {"connect_protocol": "websocket"}
        else:
            changes = {"upgrade": True}
        options = request.options.copy_with(allow_redirects=False, **changes)
        response = await client._send(request.with_options(options), stream=True)
        try:
            stream = response.network_stream
            if stream is None:
                raise await _refusal(response)
            try:
                handshake.accept(response.headers, http2=http2)
            except pool.HTTPError as error:
                raise error.about(request) from None
            timeout = cast(
                "pool.Timeout", response.request.options.timeout
            )  # who sent it has filled it in
            limits = Limits(self._most, *self._seconds, timeout.write)
            return WebSocket(
                response, stream, client._pool.backend, handshake, self._payloads, limits
            )
        except BaseException:
            await response.close()
            raise

    def _goes_over_http2(self) -> bool:
        client, request = self._client, self._request
        if self._http2 is not None:
            return self._http2
        if client._given.get("http1") is False:
            return True
        options = client._routed(request).options
        return client._pool.offers_extended_connect(request.url, options=options)


class SyncWebSocketContext(SyncBlock):
    """What `SyncClient.websocket` returns: a ``with`` block; see `WebSocketContext`."""

    _call, _gives = "websocket", ("a WebSocket", "ws")

    def __init__(self, context: WebSocketContext) -> None:
        self._context = context

    def __enter__(self) -> SyncWebSocket:
        return SyncWebSocket(pool.run_sync(self._context.__aenter__()))

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool.run_sync(self._context.__aexit__(exc_type, exc, traceback))


async def _refusal(response: pool.Response) -> WebSocketRefused:
    """Return the error for a response that opens nothing, with the start of its body."""
    content = bytearray()
    try:
        async with response.stream() as pieces:
            async for piece in pieces:
                content += piece
                if len(content) >= _MOST_SHOWN_BYTES:
                    break
    except pool.HTTPError:
        pass  # what breaks off, or can't be decoded, is a refusal all the same
    status = f"{response.status_code} {shown(response.reason_phrase)}".rstrip()
    hint = ""
    if location := response.headers.get("Location"):
        from .._siblings import masking  # here, as refusals are few

        place = masking.masked_reference(location)[:_MOST_SHOWN_CHARACTERS]
        hint = f", and redirects are not followed: Location is {place!r}"
    return WebSocketRefused(
        f"the server refused the WebSocket: {status}{hint}",
        response.status_code,
        response.headers,
        bytes(content[:_MOST_SHOWN_BYTES]),
    ).about(response.request)


# Reading what callers give.


def _as_http(url: str | URL) -> str | URL:
    """Return the URL with the scheme that its handshake goes by (RFC 6455 3)."""
    if isinstance(url, str):
        scheme, colon, rest = url.partition(":")
        known = _SCHEMES.get(scheme.strip().lower())
        return url if known is None else f"{known}{colon}{rest}"
    # What is no URL is for `Client.build` to refuse.
    known = _SCHEMES.get(getattr(url, "scheme", ""))
    return url if known is None else url.copy_with(scheme=known)


def _flag(name: str, value: Any, *, or_none: bool = False) -> Any:
    if isinstance(value, bool) or (value is None and or_none):
        return value
    wanted = "True, False or None" if or_none else "True or False"
    raise TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _most(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(
            f"max_message_bytes must be a whole number or None, not {type(value).__name__}"
        )
    if value < 1:
        raise ValueError(f"max_message_bytes must be at least 1, not {value}")
    return value


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be more than 0 seconds, not {value!r}")
    return float(value)
