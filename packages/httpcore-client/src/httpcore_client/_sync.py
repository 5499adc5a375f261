"""`SyncClient`: the client for threads. Each method only drives the async one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from ._client import Client, ResponseContext
from ._siblings import URL, CookieJar, Headers, Origin, pool

if TYPE_CHECKING:
    from types import TracebackType

    from ._options import AuthTypes, CookieTypes, HeaderTypes, ParamTypes, RequestOptions

__all__ = ["SyncClient", "SyncResponseContext"]


class SyncClient(pool.SyncClosing):
    """The HTTP client for threads: one may be shared by many; see `Client` for the arguments.

    There is no event loop inside: it works in threads, in a notebook and inside a running loop (which
    it blocks).
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
        self._client = Client(
            ssl,
            timeout,
            pool_limits,
            max_redirects,
            headers=headers,
            cookies=cookies,
            auth=auth,
            params=params,
            proxy=proxy,
            http1=http1,
            http2=http2,
            message_limits=message_limits,
            http2_settings=http2_settings,
            trust_env=trust_env,
            backend=pool.SyncBackend() if backend is None else backend,
        )

    @property
    def cookies(self) -> CookieJar:
        """The cookies that are kept between requests; see `Client.cookies`."""
        return self._client.cookies

    @cookies.setter
    def cookies(self, cookies: CookieTypes) -> None:
        self._client.cookies = cookies

    @property
    def headers(self) -> Headers:
        """The fields that every request gets unless it brings its own."""
        return self._client.headers

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._client.connections_opened

    def stats(self) -> pool.PoolStats:
        """How many connections and requests there are now, and were so far."""
        return self._client.stats()

    def warm(self, origin: Origin | URL | str, count: int = 1) -> int:
        """Open up to `count` connections ahead; see `ConnectionPool.warm`."""
        return pool.run_sync(self._client.warm(origin, count))

    def request(
        self, method: str, url: str | URL, **options: Unpack[RequestOptions]
    ) -> pool.SyncResponse:
        """Send a request and return the response, with its body read; see `Client.request`."""
        return self.send(self.build(method, url, **options), stream=options.get("stream", False))

    def get(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a GET request; see `Client.request`."""
        return self.request("GET", url, **options)

    def options(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send an OPTIONS request; see `Client.request`."""
        return self.request("OPTIONS", url, **options)

    def head(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a HEAD request; see `Client.request`."""
        return self.request("HEAD", url, **options)

    def post(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a POST request; see `Client.request`."""
        return self.request("POST", url, **options)

    def put(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a PUT request; see `Client.request`."""
        return self.request("PUT", url, **options)

    def patch(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a PATCH request; see `Client.request`."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str | URL, **options: Unpack[RequestOptions]) -> pool.SyncResponse:
        """Send a DELETE request; see `Client.request`."""
        return self.request("DELETE", url, **options)

    def stream(
        self, method: str, url: str | URL, **options: Unpack[RequestOptions]
    ) -> SyncResponseContext:
        """Send a request in a block that has the response open; see `Client.stream`."""
        return SyncResponseContext(
            ResponseContext(self._client, self.build(method, url, **options))
        )

    def build(self, method: str, url: str | URL, **options: Unpack[RequestOptions]) -> pool.Request:
        """Build the request that `request` would send; see `Client.build`."""
        return _without_loop(self._client.build(method, url, **options))

    def prepare_request(self, request: pool.Request) -> pool.Request:
        """Fill the client's defaults into a request; see `Client.prepare_request`."""
        return self._client.prepare_request(request)

    def send(self, request: pool.Request, *, stream: bool = False) -> pool.SyncResponse:
        """Send a request as it is and return the response; see `Client.send`."""
        sending = self._client.send(_without_loop(request), stream=stream)
        return pool.SyncResponse(pool.run_sync(sending))

    def close(self) -> None:
        """Close every connection; running requests fail. Again does nothing."""
        pool.run_sync(self._client.close())

    def __repr__(self) -> str:
        return f"<Sync{repr(self._client)[1:]}"


def _without_loop(request: pool.Request) -> pool.Request:
    """Return the request, or refuse a body that only an event loop can read."""
    # What is no request at all is for `Client.send` to refuse.
    body = getattr(request, "body", None)
    if body is not None and body.needs_loop:
        raise TypeError("content is an async iterable, which needs an async client")
    return request


class SyncResponseContext:
    """What `SyncClient.stream` returns: a ``with`` block around one response."""

    __slots__ = ("_context",)

    def __init__(self, context: ResponseContext) -> None:
        self._context = context

    def __enter__(self) -> pool.SyncResponse:
        return pool.SyncResponse(pool.run_sync(self._context.__aenter__()))

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool.run_sync(self._context.__aexit__(exc_type, exc, traceback))
