"""`HTTPConnection`: one connection to an origin, from the first dial to the end.

It dials once for all who ask, and leaves every exchange to the `HTTP11Connection` or `HTTP2Connection` that
comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._adapter import Adapter
from .._config import Budget, HTTP2Settings, MessageLimits, Timeout, check_type
from .._connect_attempt import summary
from .._connection_info import Dial, note_prelude
from .._discard import discard
from .._driver import Mutex
from .._errors import (
    AddressRefused,
    ClosedError,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    NetworkError,
    PoolTimeout,
    ProxyError,
    RequestTimeout,
)
from .._named import named
from .._siblings import URL, Origin
from .._trust import TLSConfig
from ..backends.base import Backend
from ..network._network import PLAIN, Network
from ._dial import Dialler
from ._http11 import HTTP11Connection
from ._proxy import AUTHORIZATION, Proxy, for_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._request import Request
    from .._response import Response
    from ..tls._sessions import SessionCache
    from ._http2 import HTTP2Connection
    from ._proxy import ProxyFlow

__all__ = ["HTTPConnection"]


class HTTPConnection(Adapter):
    """One connection to one origin. It is dialled by the first `send` (or by `connect`).

    Args:
        origin: where to: an `Origin` or the URL of anything there.
        backend: the world to do I/O in.
        ssl: whom to trust for https.
        proxy: the proxy to go through, if any.
        proxy_ssl: whom to trust for an https proxy that brings no settings of its own; None for the same
            CAs as `ssl`.
        tunnel: whether a proxy is asked for a tunnel to an http origin, too, instead of to forward.
        network: how hosts become connections.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be spoken. With `http1=False` it is spoken without asking, over
            cleartext too (prior knowledge, RFC 9113 3.3).
        timeout: the limits for requests that bring none.
        limits: how much of what frames a response is accepted.
        http2_settings: what an HTTP/2 connection is opened with.
        sessions: TLS sessions, to be resumed and to be left to others; None for neither.
    """

    def __init__(
        self,
        origin: Origin | URL | str,
        backend: Backend,
        *,
        ssl: TLSConfig | None = None,
        proxy: Proxy | None = None,
        proxy_ssl: TLSConfig | None = None,
        tunnel: bool = False,
        network: Network | None = None,
        http1: bool = True,
        http2: bool = True,
        timeout: Timeout | None = None,
        limits: MessageLimits | None = None,
        http2_settings: HTTP2Settings | None = None,
        sessions: SessionCache | None = None,
    ) -> None:
        if not (http1 or http2):
            raise ValueError("http1 and http2 can't both be False")
        check_type("backend", backend, Backend, needed=True)
        check_type("proxy", proxy, Proxy)
        check_type("network", network, Network)
        check_type("timeout", timeout, Timeout)
        check_type("limits", limits, MessageLimits)
        check_type("http2_settings", http2_settings, HTTP2Settings)
        self._origin = origin if isinstance(origin, Origin) else Origin(origin)
        self._backend = backend
        self._proxy = proxy
        self._network = network if network is not None else PLAIN
        self._timeout = timeout if timeout is not None else Timeout()
        ssl = TLSConfig.of(ssl)
        self._dialler = Dialler(
            self._origin,
            backend,
            ssl=ssl,
            proxy=proxy,
            proxy_ssl=proxy_ssl if proxy_ssl is not None else ssl.for_others(),
            tunnel=tunnel,
            network=self._network,
            http1=http1,
            http2=http2,
            timeout=self._timeout,
            limits=limits,
            http2_settings=http2_settings,
            sessions=sessions,
        )
        self._forwards = self._dialler.forwards
        # Whether each request has to be looked at, whose way leads through the proxy.
        self._looks = proxy is not None and not (
            self._forwards and proxy.auth is None and self._network.address_policy is None
        )
        self._inner: HTTP11Connection | HTTP2Connection | None = None
        self._dialling = Mutex(backend)
        self._closed = False

    @property
    def origin(self) -> Origin:
        """Where the connection leads."""
        return self._origin

    @property
    def is_connected(self) -> bool:
        """Whether it was dialled."""
        return self._inner is not None

    @property
    def is_closed(self) -> bool:
        """Whether it can carry no further exchange."""
        return self._closed or (self._inner is not None and self._inner.is_closed)

    @property
    def is_stuck(self) -> bool:
        """Whether an exchange keeps others from being begun: after it has broken, for ever."""
        return isinstance(self._inner, HTTP11Connection) and self._inner.is_busy

    @property
    def capacity(self) -> int:
        """How many exchanges it carries at once."""
        return 1 if self._inner is None else self._inner.capacity

    @property
    def extends(self) -> bool:
        """Whether the server takes an extended CONNECT (RFC 8441 3)."""
        inner = self._inner
        return not (inner is None or isinstance(inner, HTTP11Connection)) and inner.extends

    def watch(self, on_resize: Callable[[], None]) -> bool:
        """Ask to be told when `capacity` changes while an exchange runs.

        Returns:
            Whether it still has to be learnt from the server (RFC 9113 3.4).
        """
        inner = self._inner
        if inner is None or isinstance(inner, HTTP11Connection):
            return False
        inner.wire.on_resize = on_resize
        return not inner.is_settled

    @property
    def protocol(self) -> str | None:
        """The protocol spoken, "HTTP/1.1" or "HTTP/2"; None before it was dialled."""
        return None if self._inner is None else self._inner.protocol

    @property
    def number(self) -> int:
        """That of the connection, as in `ConnectionInfo`; 0 before it was dialled."""
        return 0 if self._inner is None else self._inner.info.number

    @property
    def exchanges(self) -> int:
        """How many requests were begun on it."""
        return 0 if self._inner is None else self._inner.exchanges

    async def is_stale(self) -> bool:
        """Whether it died, or got out of step, while it was idle."""
        return self._closed or (self._inner is not None and await self._inner.is_stale())

    async def connect(
        self, request: Request, dial: Dial | None = None
    ) -> HTTP11Connection | HTTP2Connection:
        """Dial, if that was not done yet, within the limits of this request; return what speaks.

        Args:
            request: whose limits hold.
            dial: is told how long that took.

        Raises:
            ConnectError, CertificateError, ConnectTimeout, ProxyError, TotalTimeout: it failed; the
                next call tries again.
        """
        return await self._connected(request, dial) if self._inner is None else self._inner

    async def _connected(
        self, request: Request, dial: Dial | None, old: HTTP11Connection | None = None
    ) -> HTTP11Connection | HTTP2Connection:
        """Dial, unless somebody else has done so, in the place of the old one."""
        proxy = self._proxy
        if proxy is not None:
            self._check_proxied(proxy, request)
        request = request.with_options(request.options.begun(self._backend.now(), self._timeout))
        budget = Budget(request.options, self._backend.now)
        connect = budget.timeout.connect
        countdown = budget.countdown(connect)
        try:
            if not await self._dialling.acquire(countdown.cut(None)):
                raise PoolTimeout("another request was still dialling this connection", connect)
            try:
                if self._closed:
                    raise ClosedError("the connection is closed")
                inner = self._inner
                if inner is None or inner is old:
                    self._inner = inner = await self._dialler.dial(
                        request, countdown, dial or Dial()
                    )
                return inner
            finally:
                self._dialling.release()
        except BaseException as error:
            masked = None if proxy is None else proxy.url.masked
            if isinstance(error, ProxyError) and error.status_code == 407:
                _explain(error, request)
            failed = _as_connect_error(error, connect)
            better = named(failed, request, self._backend.now(), masked)
            if better is not error:
                raise better from error
            raise

    async def send(self, request: Request) -> Response:
        """Send one request and return its response with the body open.

        Raises:
            ClosedError: the connection is closed.
            TransportError: see `HTTP11Connection.send` and `HTTP2Connection.send`.
        """
        inner = self._inner
        if inner is None:
            return await self._dial_and_send(request)
        if self._looks:
            return await self._send_through(cast("Proxy", self._proxy), inner, request)
        return await inner.send(request)

    async def _send_through(
        self, proxy: Proxy, inner: HTTP11Connection | HTTP2Connection, request: Request
    ) -> Response:
        """Send a request through a proxy, if it may be, and showing who asks."""
        self._check_proxied(proxy, request)
        if not self._forwards:
            request = for_origin(request)
        elif proxy.auth is not None and AUTHORIZATION not in request.headers:
            return await self._send_with_auth(proxy, request)
        return await inner.send(request)

    def _check_proxied(self, proxy: Proxy, request: Request) -> None:
        """Refuse what may not be asked of a proxy: each time, as one that forwards leads to all origins."""
        policy = self._network.address_policy
        try:
            if policy is not None and proxy.url.scheme != "socks5":
                from ..network._policy import judge_behind_proxy

                judge_behind_proxy(policy, request.url.host, request.url.origin.port)
                if self._forwards and request.options.target not in (None, "*"):
                    raise AddressRefused(
                        "the address policy judges URLs: no other target may be asked for"
                    )
        except HTTPError as error:
            named(error, request, self._backend.now(), proxy.url.masked)
            raise

    async def _dial_and_send(self, request: Request) -> Response:
        started, dial = self._backend.now(), Dial()
        await self.connect(request, dial)
        begun = self._backend.now()
        response = await self.send(request)
        note_prelude(response._times, begun, started, dial=dial)
        return response

    async def _send_with_auth(self, proxy: Proxy, request: Request) -> Response:
        """Send a request through a forwarding proxy that wants to know who asks (RFC 9110 11.7)."""
        flow: ProxyFlow | None = None
        dial: Dial | None = None
        started = begun = self._backend.now()
        inner = cast("HTTP11Connection", await self.connect(request))  # no other is forwarded
        try:
            while True:
                if flow is None:
                    flow = proxy.flow(request.method, inner.target(request))
                inner.shown = flow.fields
                response = await inner.send(request)
                try:
                    if not flow.may_pass(response.status_code, response.headers):
                        note_prelude(response._times, begun, started, dial=dial)
                        return response
                    await discard(response)
                except BaseException:
                    await response.close()
                    raise
                if await inner.is_stale():  # the proxy wants to be asked on a new one
                    dial = Dial()
                    inner = cast("HTTP11Connection", await self._connected(request, dial, inner))
                begun = self._backend.now()
        except ProxyError as error:
            error.sent = inner.exchanges > 0  # then it is nobody's to send again
            named(error, request, self._backend.now(), proxy.url.masked)
            raise
        finally:
            if flow is not None:
                flow.close()

    async def close(self) -> None:
        """Close the connection; running exchanges fail."""
        self._closed = True
        if self._inner is not None:
            await self._inner.close()

    def forget(self) -> None:
        """Let go of the connection without a word to the peer; see `NetworkStream.forget`."""
        self._closed = True
        if self._inner is not None:
            self._inner.forget()

    def __repr__(self) -> str:
        inner = "closed" if self._closed else "not dialled" if self._inner is None else self._inner
        return f"<HTTPConnection {self._origin}, {inner!s}>"


def _explain(error: ProxyError, request: Request) -> None:
    """Tell whoever has shown credentials to the wrong one where they belong."""
    if AUTHORIZATION in request.headers:
        error.args = (
            f"{error.message}; {AUTHORIZATION} among a request's own fields is not for a tunnel: give it "
            'to the proxy, as proxy="http://user:password@host" or Proxy(url, headers={...})',
        )


def _as_connect_error(error: BaseException, limit: float | None) -> BaseException:
    """Whatever went wrong with bytes while dialling is a failure to connect."""
    if isinstance(error, ConnectError):
        return error
    if isinstance(error, RequestTimeout):
        # The limit is the whole of the phase, not what was left of it for one step.
        shown = "its limit" if limit is None else f"{limit:g} s"
        if not isinstance(error, ConnectTimeout):
            return ConnectTimeout(f"the connection was not ready within {shown}", limit)
        told = f" ({summary(error.attempts)})" if len(error.attempts) > 1 else ""
        late = ConnectTimeout(f"{error.message} within {shown}{told}", limit)
        late.attempts, late.step = error.attempts, f"{error.message}{told}"
        return late
    if isinstance(error, OSError):  # no descriptor is left to import with what few need
        return ConnectError(f"the connection could not be made: {error.strerror or error}")
    if isinstance(error, NetworkError):
        return ConnectError(f"the connection broke before it was ready: {error.message}")
    return error
