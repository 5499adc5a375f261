"""What our pool has to be told to stand under a client of httpx, or of httpx2, which has the same interface.

`_httpx` and `_httpx2` make their transports of this. It knows neither: what it makes for them is made by the
classes that each of them brings (`Theirs`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Unpack

from .._siblings import URL, InvalidHeader, InvalidURL, pool
from ._settings import PoolSettings, check_given

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["AsyncPoolTransport", "PoolTransport", "Theirs"]

# Their error for each of ours, by name; the nearest class that stands here counts.
_ERRORS = {
    "PoolTimeout": "PoolTimeout",
    "ConnectTimeout": "ConnectTimeout",
    "WriteTimeout": "WriteTimeout",
    "ReadTimeout": "ReadTimeout",
    "RequestTimeout": "TimeoutException",
    "ConnectError": "ConnectError",
    "ReadError": "ReadError",
    "WriteError": "WriteError",
    "NetworkError": "NetworkError",
    "RemoteProtocolError": "RemoteProtocolError",
    "ProtocolError": "LocalProtocolError",
    "InvalidHeader": "LocalProtocolError",
    "ProxyError": "ProxyError",
    "UnsupportedScheme": "UnsupportedProtocol",
    "InvalidURL": "UnsupportedProtocol",
    "InvalidRequest": "LocalProtocolError",
    "HTTPError": "TransportError",
}
FAILURES = (pool.HTTPError, InvalidURL, InvalidHeader)


class Theirs:
    """The module of theirs, and what is made of its classes.

    Args:
        module: httpx or httpx2.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module: Any = module
        self.body = type("Body", (_Body, self._module.SyncByteStream), {})
        self.async_body = type("AsyncBody", (_AsyncBody, self._module.AsyncByteStream), {})

    def error(self, error: Exception, request: Any) -> Exception:
        """Return their error for one of ours."""
        name = next(
            _ERRORS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _ERRORS
        )
        made: Exception = getattr(self._module, name)(str(error), request=request)
        return made

    def content(self, request: Any) -> Any:
        """Return what is to be sent as the body, which can be sent once unless it is in memory."""
        try:
            return request.content or None
        except self._module.RequestNotRead:
            fields, stream = request.headers, request.stream
        if "Transfer-Encoding" not in fields and fields.get("Content-Length", "0") == "0":
            return None  # of a redirect, which has a stream always
        return aiter(stream) if hasattr(stream, "__aiter__") else iter(stream)

    def response(self, head: pool.Response | pool.SyncResponse, body: Any) -> Any:
        """Return their response with a head of ours."""
        extensions: dict[str, object] = {
            "http_version": head.protocol.encode(),
            "reason_phrase": head.reason_phrase.encode("latin-1"),
        }
        if head.network_stream is not None:
            extensions["network_stream"] = head.network_stream
        return self._module.Response(
            head.status_code, headers=head.headers.raw, stream=body, extensions=extensions
        )


class _Body:
    """A body as transferred, which they decode. Where protocols were switched it is empty."""

    def __init__(self, theirs: Theirs, request: Any, response: pool.SyncResponse) -> None:
        self._theirs = theirs
        self._request = request
        self._raw = response.raw() if response.network_stream is None else None
        self._held = self._raw or response

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        if self._raw is None:
            raise StopIteration
        try:
            return next(self._raw)
        except FAILURES as error:
            raise self._theirs.error(error, self._request) from error

    def close(self) -> None:
        self._held.close()


class _AsyncBody:
    def __init__(self, theirs: Theirs, request: Any, response: pool.Response) -> None:
        self._theirs = theirs
        self._request = request
        self._raw = response.raw() if response.network_stream is None else None
        self._held = self._raw or response

    def __aiter__(self) -> _AsyncBody:
        return self

    async def __anext__(self) -> bytes:
        if self._raw is None:
            raise StopAsyncIteration
        try:
            return await anext(self._raw)
        except FAILURES as error:
            raise self._theirs.error(error, self._request) from error

    async def aclose(self) -> None:
        await self._held.close()


def _ours(theirs: Theirs, request: Any) -> pool.Request:
    """Return a request of ours for one of theirs."""
    extensions: dict[str, Any] = request.extensions
    limits = extensions.get("timeout")
    url = URL(str(request.url))
    target = extensions.get("target", request.url.raw_path)
    if isinstance(target, bytes):
        target = target.decode("ascii")
    options = pool.Options(
        timeout=None if limits is None else _timeout(*limits.items()),
        # What they would send, which they may have signed: we write some URLs in another way.
        target=None if target == url.full_path else target,
    )
    content = theirs.content(request)
    return pool.Request(request.method, url, content, request.headers.raw, options=options)


@lru_cache(maxsize=64, typed=True)  # a client gives the same to all its requests
def _timeout(*limits: tuple[str, float | None]) -> pool.Timeout:
    return pool.Timeout(**dict(limits), total=None)


class PoolTransport:
    """A transport for their client that blocks, with our pool under it.

    Their client does what it does: redirects, cookies, credentials, decoding, timeouts. What it would do by
    its own transport (`verify`, `cert`, `http2`, `limits`, `proxy`) it leaves to this one, which takes:

    Args:
        over: a pool to use, which stays open when the transport is closed; None for one of its own.
        settings: what its own pool is made with; see `ConnectionPool`.
    """

    _theirs: Theirs

    def __init__(
        self, over: pool.SyncConnectionPool | None = None, **settings: Unpack[PoolSettings]
    ) -> None:
        check_given(over, pool.SyncConnectionPool, settings)
        self._owns_pool = over is None
        self._pool = pool.SyncConnectionPool(**settings) if over is None else over

    def handle_request(self, request: Any) -> Any:
        """Send a request of theirs and return a response of theirs, its body open."""
        try:
            response = self._pool.send(_ours(self._theirs, request))
        except FAILURES as error:
            raise self._theirs.error(error, request) from error
        return self._theirs.response(response, self._theirs.body(self._theirs, request, response))

    def close(self) -> None:
        """Close every connection, unless the pool is the caller's."""
        if self._owns_pool:
            self._pool.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} over {self._pool!r}>"


class AsyncPoolTransport:
    """The same for their async client, in asyncio or in Trio.

    Args:
        over: a pool to use, which stays open when the transport is closed; None for one of its own.
        backend: the world of its own pool; None for asyncio.
        settings: what its own pool is made with; see `ConnectionPool`.
    """

    _theirs: Theirs

    def __init__(
        self,
        over: pool.ConnectionPool | None = None,
        *,
        backend: pool.Backend | None = None,
        **settings: Unpack[PoolSettings],
    ) -> None:
        check_given(over, pool.ConnectionPool, settings)
        self._owns_pool = over is None
        if over is None:
            over = pool.ConnectionPool(backend or pool.AsyncioBackend(), **settings)
        self._pool = over

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request of theirs and return a response of theirs, its body open."""
        try:
            response = await self._pool.send(_ours(self._theirs, request))
        except FAILURES as error:
            raise self._theirs.error(error, request) from error
        return self._theirs.response(
            response, self._theirs.async_body(self._theirs, request, response)
        )

    async def aclose(self) -> None:
        """Close every connection, unless the pool is the caller's."""
        if self._owns_pool:
            await self._pool.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} over {self._pool!r}>"
