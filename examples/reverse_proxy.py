"""A reverse proxy: an ASGI application on `httpcore-pool` alone, for any ASGI server.

    UPSTREAM=http://127.0.0.1:9000 hypercorn --bind 127.0.0.1:8000 examples/reverse_proxy.py:app

Content is streamed both ways. The upstream is told who asked (RFC 7239, and the X-Forwarded fields); what a
client says of that itself is dropped. An upstream that can't be reached or breaks is a 502, one that takes
too long a 504; when the client leaves, the request to the upstream is cancelled. It forwards no WebSockets
and no trailers. Date and Server of the upstream go through: let the server add none of its own
(include_date_header and include_server_header of hypercorn's configuration).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from httpcore_pool import (
    AsyncioBackend,
    ConnectionPool,
    HTTPError,
    Request,
    RequestTimeout,
    Timeout,
)
from httpcore_urls import URL, Origin

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Fields = list[tuple[bytes, bytes]]

TIMEOUT = Timeout(connect=3, read=60)

# About one connection, not about the message (RFC 9110 7.6.1).
HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection te transfer-encoding upgrade trailer".split()
)
# The server has answered `Expect`; the others are said anew.
REPLACED = frozenset(
    b"host expect forwarded x-forwarded-for x-forwarded-host x-forwarded-proto".split()
)


class ClientLeft(Exception):
    """Nobody waits for the response any more."""


class Incoming:
    """The content of a request, and behind it the news that the client has left."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_read = asyncio.Event()

    async def content(self) -> bytes | AsyncIterator[bytes]:
        """Return the content if it is here at once, or else what streams it."""
        piece, more = await self._piece()
        if more:
            return self._pieces(piece)
        self._is_read.set()
        return piece

    async def left(self) -> None:
        """Wait until the client has left."""
        await self._is_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass  # what the upstream did not want to read

    async def _piece(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        return message.get("body", b""), message.get("more_body", False)

    async def _pieces(self, piece: bytes) -> AsyncIterator[bytes]:
        try:
            yield piece
            more = True
            while more:
                piece, more = await self._piece()
                yield piece
        finally:
            self._is_read.set()


class ReverseProxy:
    """Forwards each request to the `upstream`, an origin such as "http://127.0.0.1:9000"."""

    def __init__(self, upstream: str, timeout: Timeout = TIMEOUT, name: str = "proxy") -> None:
        self._upstream = URL(str(Origin(upstream)))
        self._pool = ConnectionPool(AsyncioBackend(), timeout=timeout)
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            incoming = Incoming(receive)
            async with asyncio.TaskGroup() as tasks:
                forwarding = tasks.create_task(self._forward(scope, incoming, send))
                watching = tasks.create_task(incoming.left())
                forwarding.add_done_callback(lambda _: watching.cancel())
                watching.add_done_callback(lambda _: forwarding.cancel())
        else:
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _forward(self, scope: Scope, incoming: Incoming, send: Send) -> None:
        begun = False
        try:
            request = self._request(scope, await incoming.content())
            async with await self._pool.send(request) as response:
                begun = True
                fields = end_to_end(response.headers.raw)
                await send(head(response.status_code, fields))
                async for piece in response.raw():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})
        except ClientLeft:
            pass
        except (HTTPError, ValueError) as error:
            if begun:
                raise  # so that the server breaks off, too: a part is not to look like the whole
            await send(head(status_for(error), [(b"content-length", b"0")]))
            await send({"type": "http.response.body"})

    def _request(self, scope: Scope, content: bytes | AsyncIterator[bytes]) -> Request:
        """Return the request to send, or raise a ValueError for one that can't be forwarded."""
        path = scope["raw_path"].decode("ascii")
        if not path.startswith("/"):
            raise ValueError("the target must be a path (RFC 9112 3.2.1)")
        fields = end_to_end(scope["headers"], REPLACED)
        url = self._upstream.copy_with(path=path, query=scope["query_string"].decode("ascii"))
        return Request(scope["method"], url, content or None, [*fields, *self._forwarded(scope)])

    def _forwarded(self, scope: Scope) -> Fields:
        """Return the fields that say who asked, for what, and by way of whom (RFC 7239, RFC 9110 7.6.3)."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        client = (scope["client"][0] if scope.get("client") else "unknown").encode()
        node = b'"[%s]"' % client if b":" in client else client
        proto = scope["scheme"].encode()
        quoted = host.replace(b"\\", rb"\\").replace(b'"', rb"\"")
        return [
            (b"forwarded", b'for=%s;host="%s";proto=%s' % (node, quoted, proto)),
            (b"x-forwarded-for", client),
            (b"x-forwarded-host", host),
            (b"x-forwarded-proto", proto),
            (b"via", f"{scope['http_version']} {self._name}".encode()),
        ]


def end_to_end(
    fields: Iterable[tuple[bytes, bytes]], more: frozenset[bytes] = frozenset()
) -> Fields:
    """Return the fields that are forwarded: those about one connection are not."""
    lowered = [(name.lower(), value) for name, value in fields]
    named = b",".join(value for name, value in lowered if name == b"connection").lower()
    dropped = HOP_BY_HOP | more | {name.strip() for name in named.split(b",")}
    return [field for field in lowered if field[0] not in dropped]


def status_for(error: Exception) -> int:
    if isinstance(error, ValueError):
        return 400
    return 504 if isinstance(error, RequestTimeout) else 502


def head(status: int, fields: Fields) -> Message:
    return {"type": "http.response.start", "status": status, "headers": fields}


app = ReverseProxy(os.environ.get("UPSTREAM", "http://127.0.0.1:9000"))
