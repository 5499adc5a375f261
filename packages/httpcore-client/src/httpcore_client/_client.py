"""`Client`: the client for asyncio, and the base of the one for Trio.

It composes: settings build a request, the stack sends it. No rule of the protocol lives here.
"""

from __future__ import annotations

import os
from types import NoneType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ._base import Settings
from ._blocks import AsyncBlock
from ._conveniences import Conveniences
from ._hooks import Hooks
from ._options import ClientOptions, ShownField, as_jar
from ._settings import (
    ClientChanges,
    ClientSettings,
    Settled,
    check_changes,
    check_settings,
    once,
    with_network,
)
from ._siblings import URL, CookieJar, Headers, Origin, pool
from ._stack import build_stack
from ._trust_env import TrustEnv
from .adapters import AuthAdapter, CookieAdapter, EnvironmentAdapter, Layer

if TYPE_CHECKING:
    from types import TracebackType

    from ._options import CookieTypes, HeaderTypes, RequestOptions, SendOptions
    from ._sync import SyncClient

__all__ = ["Client", "ResponseContext", "more_of", "restored"]

_GO_ALONG = (CookieAdapter, AuthAdapter)  # with a request, whichever way it takes


class Client(Settled, Conveniences, pool.Closing):
    """The HTTP client for asyncio; `TrioClient` and `SyncClient` are the same in their worlds.

    Use it as a context manager, or `close` it. One client serves many tasks at once, and should: it
    keeps connections and cookies. It pickles as what it was made with, and its cookies: what comes out is a
    client with connections of its own. After a fork the child's dials anew.

    Args:
        ssl: whom to trust: None for certifi's bundle, a path to CA certificates, an
            `ssl.SSLContext`, "system" for the system's store, or False for no verification.
        timeout: a `Timeout`, seconds for every phase, or None for no limits.
        pool_limits: how many connections there may be.
        max_redirects: how many redirects are followed for one request.
        settings: see `ClientSettings`.

    Raises:
        TypeError, ValueError: an argument is wrong, or unknown.
    """

    def __init__(
        self,
        ssl: pool.SSLTypes = None,
        timeout: pool.TimeoutTypes = pool.Timeout(),  # noqa: B008 - frozen
        pool_limits: pool.PoolLimits | None = None,
        max_redirects: int = 20,
        **settings: Unpack[ClientSettings],
    ) -> None:
        check_settings(settings)
        settings = with_network(settings)
        if not isinstance(pool_limits, (pool.PoolLimits, NoneType)):
            raise TypeError(
                f"pool_limits must be a PoolLimits or None, not {type(pool_limits).__name__}"
            )
        backend = settings.get("backend")
        self._pool = pool.ConnectionPool(
            self._default_backend() if backend is None else backend,
            ssl=ssl,
            limits=pool_limits,
            timeout=timeout,
            network=settings.get("network"),
            http1=settings.get("http1", True),
            http2=settings.get("http2", True),
            message_limits=settings.get("message_limits"),
            http2_settings=settings.get("http2_settings"),
        )
        named = {"ssl": ssl, "timeout": timeout, "pool_limits": pool_limits}
        self._compose({**named, "max_redirects": max_redirects, **settings}, self._pool)

    def _compose(self, given: dict[str, Any], bottom: pool.Adapter) -> None:
        """Make the stack over the pool, of what the client was given."""
        given = once(given)
        self._given = given
        self._settings = settings = Settings(given)
        hooks = given.get("hooks")
        self._hooks = None if hooks is None else Hooks(hooks)
        if self._hooks is not None:
            given["hooks"] = self._hooks.functions  # which may have been given as iterators
        self._owns_pool = bottom is self._pool
        self._stack, self._cookie_level = build_stack(
            bottom,
            self._pool.backend,
            cookies=settings.cookies,
            environ=os.environ,
            trust_env=TrustEnv.of(given.get("trust_env", True)),
            ssl=given["ssl"],
            max_redirects=given["max_redirects"],
            allow_downgrade=given.get("allow_downgrade", True),
            sensitive=settings.sensitive,
            hooks=self._hooks,
            routes=given.get("routes"),
            proxy=given.get("proxy"),
            network=given.get("network"),
            adapters=given.get("adapters"),
        )
        self._now = self._pool.backend.now
        self._closed = False

    @staticmethod
    def _default_backend() -> pool.Backend:
        return pool.AsyncioBackend()

    def replace(self, **changes: Unpack[ClientChanges]) -> Self:
        """Return a client that is otherwise in some things, and shares this one's connections.

        It shares the cookies too, unless `cookies` is among the changes. To close it closes no connections;
        to close this client does.

        Args:
            changes: see `ClientSettings`; not what the pool was made with.

        Raises:
            TypeError, ValueError: an argument is wrong, or unknown.
        """
        check_changes(changes)
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))  # a subclass may have more
        given = {**self._given, "cookies": self.cookies, **changes}
        twin._compose(given, _Borrowed(self._pool))
        if "headers" not in changes:
            twin.headers = self.headers.copy()
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (type(self), Client, *self._to_ship()), more_of(self)

    def _to_ship(self) -> tuple[dict[str, Any], Headers]:
        """Return what makes such a client as this one is now."""
        if hasattr(self._given["ssl"], "wrap_socket"):
            raise TypeError(
                "a client with an ssl.SSLContext can't be pickled: give it the path to the certificates"
            )
        given = {name: value for name, value in self._given.items() if name != "headers"}
        return {**given, "cookies": self.cookies}, self.headers

    @property
    def cookies(self) -> CookieJar:
        """The cookies that are kept between requests. A mapping or a jar may be assigned in their place."""
        return self._settings.cookies

    @cookies.setter
    def cookies(self, cookies: CookieTypes) -> None:
        self._settings.cookies = self._cookie_level.jar = as_jar(cookies)

    @property
    def headers(self) -> Headers:
        """The fields that every request gets unless it brings its own. Others may be assigned."""
        return self._settings.headers

    @headers.setter
    def headers(self, headers: HeaderTypes) -> None:
        self._settings.headers = Headers(headers, sensitive=self._settings.sensitive)

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._pool.connections_opened

    def stats(self) -> pool.PoolStats:
        """How many connections and requests there are now, and were so far."""
        return self._pool.stats()

    async def warm(self, origin: Origin | URL | str, count: int = 1) -> int:
        """Open up to `count` connections ahead; see `ConnectionPool.warm`."""
        if self._closed:
            raise pool.ClosedError("the client is closed")
        url = str(origin) if isinstance(origin, Origin) else origin
        options = self._routed(self.build("HEAD", url)).options
        return await self._pool.warm(origin, count, options=options)

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
        request = self.build(method, url, **options)
        return await self._send(request, stream=options.get("stream", False))

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
        """Return a request as it would be sent: with the client's defaults where it leaves them open.

        It shows the jar's cookies and the credentials, too, as far as they are known without asking anybody.
        When it is sent they are made anew, unless the caller has changed them.
        """
        if not isinstance(request, pool.Request):
            raise TypeError(f"request must be a Request, not {type(request).__name__}")
        before = self._settings.prepare(request)
        request = self._filled(before)
        shown = tuple(
            ShownField(name, before.headers.get(name), value)
            for name in ("Authorization", "Cookie")
            if (value := request.headers.get(name)) != before.headers.get(name)
            and value is not None
        )
        return request.with_options(ClientOptions.of(before.options).copy_with(shown=shown))

    def proxy_for(self, url: str | URL) -> pool.Proxy | None:
        """Return the proxy that a request to a URL would go through if it was sent now; None for none.

        To ask does nothing else: no cookies, no credentials and no files are looked at.

        Raises:
            InvalidURL, InvalidRequest: what was given can't be sent.
            ProxyError: the environment's variable for it makes no sense.
        """
        request = self.build("GET", url)
        for level in self._stack:
            if isinstance(level, EnvironmentAdapter):
                request = level.with_proxy(request)
            elif isinstance(level, Layer) and not isinstance(level, _GO_ALONG):
                request = level.fill(request)
        return request.options.proxy

    def _routed(self, request: pool.Request) -> pool.Request:
        """Return the request with the way that it takes, and nothing that would go along."""
        return self._filled(request, _GO_ALONG)

    def _filled(self, request: pool.Request, without: tuple[type[Layer], ...] = ()) -> pool.Request:
        """Return the request with what the levels add to it, but for some of them."""
        for level in self._stack:
            if isinstance(level, Layer) and not isinstance(level, without):
                request = level.fill(request)
        return request

    async def send(self, request: pool.Request, **options: Unpack[SendOptions]) -> pool.Response:
        """Send a request as it is and return the response.

        Args:
            request: usually made by `build` or `prepare_request`.
            options: see `SendOptions`. With `stream=True` the body is left open, instead of being read.

        Raises:
            TypeError: an option is unknown or has the wrong type.
            ClosedError: the client is closed.
            HTTPError: the request failed; see its tree.
        """
        if not isinstance(request, pool.Request):
            raise TypeError(f"request must be a Request, not {type(request).__name__}")
        request = self._settings.sending(request, options)
        return await self._send(request, stream=options.get("stream", False))

    async def _send(self, request: pool.Request, *, stream: bool) -> pool.Response:
        begun = request.options.begun(self._now(), self._settings.timeout, anew=True)
        try:
            if self._closed:
                raise pool.ClosedError("the client is closed").about(request)
            response = await self._stack[0].send(request.with_options(begun))
            if not (stream or response.network_stream):
                try:
                    await response.read()
                except BaseException:
                    await response.close()
                    raise
        except pool.HTTPError as error:
            if self._hooks is not None:
                await self._hooks.tell("error", request, error)
            raise
        return response

    async def close(self) -> None:
        """Close every connection; running requests fail. Again does nothing."""
        self._closed = True
        try:
            await self._stack[0].close()
        finally:
            if self._owns_pool:
                await self._pool.close()  # whatever adapters of the caller's do

    def __repr__(self) -> str:
        state = " (closed)" if self._closed else ""
        return f"<{type(self).__name__}{state}: {' > '.join(map(repr, self._stack))}>"


_Kind = TypeVar("_Kind", "Client", "SyncClient")


def restored(
    kind: type[_Kind], base: type[_Kind], given: dict[str, Any], headers: Headers
) -> _Kind:
    """Make a client that was pickled; a subclass may be made with other arguments than its base."""
    client = object.__new__(kind)
    base.__init__(client, **given)
    client.headers = headers
    return client


def more_of(client: object) -> dict[str, Any] | None:
    """Return what a subclass has kept on a client, by its public names."""
    return {name: value for name, value in vars(client).items() if name[0] != "_"} or None


class _Borrowed(pool.Adapter):
    """Another client's pool, as the bottom of a variant: to close the variant leaves it open."""

    def __init__(self, lender: pool.ConnectionPool) -> None:
        self._lender = lender

    async def send(self, request: pool.Request) -> pool.Response:
        return await self._lender.send(request)

    async def close(self) -> None:
        pass

    def __repr__(self) -> str:
        return repr(self._lender)


class ResponseContext(AsyncBlock):
    """What `Client.stream` returns: an ``async with`` block around one response."""

    __slots__ = ("_client", "_request", "_response")

    _call, _gives = "stream", ("a response", "response")

    def __init__(self, client: Client, request: pool.Request) -> None:
        self._client = client
        self._request = request
        self._response: pool.Response | None = None

    async def __aenter__(self) -> pool.Response:
        self._response = await self._client._send(self._request, stream=True)
        return self._response

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._response is not None:
            await self._response.close()
