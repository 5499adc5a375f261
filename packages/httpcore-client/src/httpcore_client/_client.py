"""`Client`: the client for asyncio, and the base of the one for Trio.

It composes: settings build a request, the stack sends it. No rule of the protocol lives here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Unpack

from ._base import Settings
from ._options import as_jar
from ._siblings import URL, CookieJar, Headers, Origin, pool
from ._stack import build_stack
from .adapters import CookieAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from ._options import AuthTypes, CookieTypes, HeaderTypes, ParamTypes, RequestOptions

__all__ = ["Client", "ResponseContext"]


class Client(pool.Closing):
    """The HTTP client for asyncio; `TrioClient` and `SyncClient` are the same in their worlds.

    Use it as a context manager, or `close` it. One client serves many tasks at once, and should: it
    keeps connections and cookies.

    Args:
        ssl: whom to trust: None for certifi's bundle, a path to CA certificates, an
            `ssl.SSLContext`, "system" for the system's store, or False for no verification.
        timeout: a `Timeout`, seconds for every phase, or None for no limits.
        pool_limits: how many connections there may be.
        max_redirects: how many redirects are followed for one request.
        headers: fields for every request.
        cookies: cookies for every request that the caller makes (not for where redirects lead), or
            a jar to use (one of `http.cookiejar` is copied).
        auth: what `RequestOptions` takes, for every origin that the caller asks.
        params: appended to the query of every URL.
        proxy: an HTTP proxy for every request.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be spoken: over TLS where the server offers it. With `http1=False`
            it is spoken in cleartext too, without asking (prior knowledge).
        message_limits: how much of what frames a response is accepted.
        http2_settings: what HTTP/2 connections are opened with: windows, PING.
        trust_env: whether proxy variables, CA bundles and netrc of the environment are used.
        backend: the world to do I/O in; None for the client's own.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    def __init__(
        self,
        ssl: pool.SSLTypes = None,
        timeout: pool.TimeoutTypes = pool.Timeout(),  # noqa: B008 - frozen
        pool_limits: pool.PoolLimits | None = None,
        max_redirects: int = 20,
        *,
        headers: HeaderTypes = None,
        cookies: CookieTypes = None,
        auth: AuthTypes = None,
        params: ParamTypes = None,
        proxy: str | URL | pool.Proxy | None = None,
        http1: bool = True,
        http2: bool = True,
        message_limits: pool.MessageLimits | None = None,
        http2_settings: pool.HTTP2Settings | None = None,
        trust_env: bool = True,
        backend: pool.Backend | None = None,
    ) -> None:
        self._settings = Settings(
            timeout=timeout, headers=headers, cookies=cookies, auth=auth, params=params
        )
        environ: Mapping[str, str] = os.environ if trust_env else {}
        self._pool = pool.ConnectionPool(
            self._default_backend() if backend is None else backend,
            ssl=environ.get("SSL_CERT_FILE") or None if ssl is None else ssl,
            limits=pool_limits,
            timeout=timeout,
            proxy=proxy,
            http1=http1,
            http2=http2,
            message_limits=message_limits,
            http2_settings=http2_settings,
        )
        self._stack = build_stack(
            self._pool,
            self._pool.backend,
            cookies=self._settings.cookies,
            environ=environ,
            proxies=proxy is None,
            max_redirects=max_redirects,
        )
        self._now = self._pool.backend.now
        self._closed = False

    @staticmethod
    def _default_backend() -> pool.Backend:
        return pool.AsyncioBackend()

    @property
    def cookies(self) -> CookieJar:
        """The cookies that are kept between requests. A mapping or a jar may be assigned in their place."""
        return self._settings.cookies

    @cookies.setter
    def cookies(self, cookies: CookieTypes) -> None:
        self._settings.cookies = as_jar(cookies)
        for level in self._stack:
            if isinstance(level, CookieAdapter):
                level.jar = self._settings.cookies

    @property
    def headers(self) -> Headers:
        """The fields that every request gets unless it brings its own."""
        return self._settings.headers

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._pool.connections_opened

    def stats(self) -> pool.PoolStats:
        """How many connections and requests there are now, and were so far."""
        return self._pool.stats()

    async def warm(self, origin: Origin | URL | str, count: int = 1) -> int:
        """Open up to `count` connections ahead; see `ConnectionPool.warm`."""
        return await self._pool.warm(origin, count)

    async def request(
        self, method: str, url: str | URL, **options: Unpack[RequestOptions]
    ) -> pool.Response:
        """Send a request and return the response, with its body read.

        Args:
            method: the method, such as "GET".
            url: an absolute http or https URL.
            options: see `RequestOptions`. With `stream=True` the body is left open, for the caller to
                read or close.

        Raises:
            TypeError: an option is unknown or has the wrong type.
            InvalidURL, InvalidRequest, InvalidHeader: what was given can't be sent.
            HTTPError: the request failed; see its tree.
        """
        return await self.send(
            self.build(method, url, **options), stream=options.get("stream", False)
        )

    async def get(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a GET request; see `request`."""
        return await self.request("GET", url, **options)

    async def options(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send an OPTIONS request; see `request`."""
        return await self.request("OPTIONS", url, **options)

    async def head(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a HEAD request; see `request`."""
        return await self.request("HEAD", url, **options)

    async def post(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a POST request; see `request`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a PUT request; see `request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a PATCH request; see `request`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Response:
        """Send a DELETE request; see `request`."""
        return await self.request("DELETE", url, **options)

    def stream(
        self, method: str, url: str | URL, **options: Unpack[RequestOptions]
    ) -> ResponseContext:
        """Send a request in a block that has the response with its body open, and closes it.

        ``async with client.stream("GET", url) as response: ...``

        Raises:
            TypeError: an option is unknown or has the wrong type.
            InvalidURL, InvalidRequest, InvalidHeader: what was given can't be sent.
        """
        return ResponseContext(self, self.build(method, url, **options))

    def build(self, method: str, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Request:
        """Build the request that `request` would send, with the client's defaults in it.

        Cookies of the jar and credentials are added on its way, by their adapters.
        """
        return self._settings.build(method, url, options)

    def prepare_request(self, request: pool.Request) -> pool.Request:
        """Return a request of the caller's own with the client's defaults where it leaves them open."""
        if not isinstance(request, pool.Request):
            raise TypeError(f"request must be a Request, not {type(request).__name__}")
        return self._settings.prepare(request, {})

    async def send(self, request: pool.Request, *, stream: bool = False) -> pool.Response:
        """Send a request as it is and return the response.

        Args:
            request: usually made by `build` or `prepare_request`.
            stream: whether to return with the body open, instead of reading it.

        Raises:
            ClosedError: the client is closed.
            HTTPError: the request failed; see its tree.
        """
        if not isinstance(request, pool.Request):
            raise TypeError(f"request must be a Request, not {type(request).__name__}")
        if self._closed:
            raise pool.ClosedError("the client is closed").about(request)
        begun = request.options.begun(self._now(), self._settings.timeout, anew=True)
        response = await self._stack[0].send(request.with_options(begun))
        if not (stream or response.network_stream):
            try:
                await response.read()
            except BaseException:
                await response.close()
                raise
        return response

    async def close(self) -> None:
        """Close every connection; running requests fail. Again does nothing."""
        self._closed = True
        await self._stack[0].close()

    def __repr__(self) -> str:
        state = " (closed)" if self._closed else ""
        return f"<{type(self).__name__}{state}: {' > '.join(map(repr, self._stack))}>"


class ResponseContext:
    """What `Client.stream` returns: an ``async with`` block around one response."""

    __slots__ = ("_client", "_request", "_response")

    def __init__(self, client: Client, request: pool.Request) -> None:
        self._client = client
        self._request = request
        self._response: pool.Response | None = None

    async def __aenter__(self) -> pool.Response:
        self._response = await self._client.send(self._request, stream=True)
        return self._response

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._response is not None:
            await self._response.close()
