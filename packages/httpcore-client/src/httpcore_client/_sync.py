"""`SyncClient`: the client for threads. Each method only drives the async one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, Unpack

from ._blocks import SyncBlock
from ._client import Client, ResponseContext, more_of, restored
from ._conveniences import SyncConveniences
from ._hooks import for_threads
from ._settings import ClientChanges, ClientSettings, Settled
from ._siblings import URL, CookieJar, Headers, Origin, pool

if TYPE_CHECKING:
    from types import TracebackType

    from ._options import CookieTypes, HeaderTypes, RequestOptions, SendOptions

__all__ = ["SyncClient", "SyncResponseContext"]


class SyncClient(Settled, SyncConveniences, pool.SyncClosing):
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
        **settings: Unpack[ClientSettings],
    ) -> None:
        if settings.get("backend") is None:
            settings["backend"] = pool.SyncBackend()
        _for_threads(settings)
        self._client = Client(ssl, timeout, pool_limits, max_redirects, **settings)

    def replace(self, **changes: Unpack[ClientChanges]) -> Self:
        """Return a client that is otherwise in some things; see `Client.replace`."""
        _for_threads(changes)
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))  # a subclass may have more
        twin._client = self._client.replace(**changes)
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), SyncClient, *self._client._to_ship()), more_of(self)

    @property
    def cookies(self) -> CookieJar:
        """The cookies that are kept between requests; see `Client.cookies`."""
        return self._client.cookies

    @cookies.setter
    def cookies(self, cookies: CookieTypes) -> None:
        self._client.cookies = cookies

    @property
    def headers(self) -> Headers:
        """The fields that every request gets unless it brings its own; see `Client.headers`."""
        return self._client.headers

    @headers.setter
    def headers(self, headers: HeaderTypes) -> None:
        self._client.headers = headers

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
        request = self.build(method, url, **options)
        sending = self._client._send(request, stream=options.get("stream", False))
        return pool.SyncResponse(pool.run_sync(sending))

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

    def proxy_for(self, url: str | URL) -> pool.Proxy | None:
        """Return the proxy that a request to a URL would go through; see `Client.proxy_for`."""
        return self._client.proxy_for(url)

    def send(self, request: pool.Request, **options: Unpack[SendOptions]) -> pool.SyncResponse:
        """Send a request as it is and return the response; see `Client.send`."""
        sending = self._client.send(_without_loop(request), **options)
        return pool.SyncResponse(pool.run_sync(sending))

    def close(self) -> None:
        """Close every connection; running requests fail. Again does nothing."""
        pool.run_sync(self._client.close())

    def __repr__(self) -> str:
        return f"<Sync{repr(self._client)[1:]}"


def _for_threads(settings: ClientSettings | ClientChanges) -> None:
    hooks = settings.get("hooks")
    if hooks is not None:
        settings["hooks"] = for_threads(hooks)


def _without_loop(request: pool.Request) -> pool.Request:
    """Return the request, or refuse a body that only an event loop can read."""
    # What is no request at all is for `Client.send` to refuse.
    body = getattr(request, "body", None)
    if body is not None and body.needs_loop:
        raise TypeError("content has to be awaited, which needs an async client")
    return request


class SyncResponseContext(SyncBlock):
    """What `SyncClient.stream` returns: a ``with`` block around one response."""

    __slots__ = ("_context",)

    _call, _gives = "stream", ("a response", "response")

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
