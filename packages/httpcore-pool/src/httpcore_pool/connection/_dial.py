"""Dialling: from an origin and the way to it, to a connection that speaks HTTP with it.

The way may lead through a proxy, and through TLS with the proxy, with the origin, or with both. What is
spoken in the end is what ALPN says. Who may dial when, and what becomes of the connection, is not decided
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._connect_attempt import ConnectAttempt
from .._errors import ConnectError, ConnectTimeout, NetworkError, ProxyError
from ..network._dial import addresses_of, connect
from ..network._hosts import written
from ._http11 import HTTP11Connection
from ._proxy import authority

if TYPE_CHECKING:
    from .._config import Budget, HTTP2Settings, MessageLimits, Timeout
    from .._connection_info import Dial, TLSInfo
    from .._request import Request
    from .._siblings import Origin
    from .._trust import TLSConfig
    from ..backends.base import Backend, NetworkStream
    from ..network import Network
    from ..tls._sessions import SessionCache
    from ..tls._stream import TLSStream
    from ._http2 import HTTP2Connection
    from ._proxy import Proxy

__all__ = ["Dialler"]


class Dialler:
    """Makes connections to one origin, one way; see `HTTPConnection` for the arguments.

    Attributes:
        forwards: whether they end at a proxy, which forwards each request.
    """

    def __init__(
        self,
        origin: Origin,
        backend: Backend,
        *,
        ssl: TLSConfig,
        proxy: Proxy | None,
        proxy_ssl: TLSConfig,
        tunnel: bool,
        network: Network,
        http1: bool,
        http2: bool,
        timeout: Timeout,
        limits: MessageLimits | None,
        http2_settings: HTTP2Settings | None,
        sessions: SessionCache | None,
    ) -> None:
        self._origin = origin
        self._backend = backend
        self._ssl = ssl
        self._proxy = proxy
        self._proxy_ssl = proxy_ssl
        self._network = network
        self.forwards = (
            proxy is not None and not tunnel and proxy.forwards(tls=origin.is_ssl, http1=http1)
        )
        self._http1 = http1
        self._http2 = http2
        self._timeout = timeout
        self._limits = limits
        self._http2_settings = http2_settings
        self._sessions = sessions

    async def dial(
        self, request: Request, budget: Budget, dial: Dial
    ) -> HTTP11Connection | HTTP2Connection:
        """Return a new connection.

        Args:
            request: what it is for, whose watcher is told.
            budget: how long it may take.
            dial: is told how long each phase took.

        Raises:
            ConnectError, CertificateError, ProxyError: it can't be made.
            ConnectTimeout, NetworkError: a step on the way took too long, or broke.
        """
        proxy, tls = self._proxy, self._origin.is_ssl
        dial.start(request, self._backend.now)
        stream = await self._reach(budget, dial)
        proxy_tls = stream.tls_info  # what leads to an origin itself has none yet
        try:
            alpn = self._alpn()
            if tls:
                with dial.phase("tls", host=self._origin.host) as known:
                    stream = await self._tls(stream, self._ssl, alpn, budget, known)
                    chosen = stream.alpn or alpn[-1]
                    if chosen not in alpn:
                        raise _not_to_be_spoken(chosen)
                    inner = self._speaker(stream, chosen)  # which takes time when it is the first
            else:
                # Without TLS nothing is negotiated: RFC 9113 3.3.
                inner = self._speaker(stream, "http/1.1" if self._http1 else "h2")
        except BaseException:
            await self._drop(stream)
            raise
        if proxy is not None:
            origin_tls = inner.info.tls if tls else None
            inner.info = inner.info.copy_with(
                proxy=proxy.url.masked, tls=origin_tls, proxy_tls=proxy_tls
            )
        return inner

    def _speaker(self, stream: NetworkStream, chosen: str) -> HTTP11Connection | HTTP2Connection:
        """Return what speaks the protocol that was chosen."""
        if chosen == "h2":
            from ._http2 import HTTP2Connection

            return HTTP2Connection(
                stream,
                self._backend,
                timeout=self._timeout,
                limits=self._limits,
                settings=self._http2_settings,
            )
        return HTTP11Connection(
            stream,
            self._backend,
            timeout=self._timeout,
            limits=self._limits,
            forward=self._proxy if self.forwards else None,
        )

    async def _reach(self, budget: Budget, dial: Dial) -> NetworkStream:
        """Return a stream that leads to the origin, or to the proxy that forwards to it."""
        proxy, origin = self._proxy, self._origin
        if proxy is None:
            return await connect(
                self._network, self._backend, origin.host, origin.port, budget, dial
            )
        if self.forwards:
            return await self._to_proxy(proxy, budget, dial)
        if proxy.is_socks:
            return await self._through_socks(proxy, budget, dial)
        return await self._through_tunnel(proxy, budget, dial)

    async def _through_tunnel(self, proxy: Proxy, budget: Budget, dial: Dial) -> NetworkStream:
        """Return a stream to the origin, by CONNECT: on as many connections as the proxy has questions."""
        from ._tunnel import open_tunnel  # here, as few have a proxy

        target, tls = authority(self._origin), self._origin.is_ssl
        flow = proxy.flow("CONNECT", target)
        try:
            while True:
                stream = await self._to_proxy(proxy, budget, dial)
                try:
                    with dial.phase("proxy", proxy=proxy.url.masked, step="CONNECT"):
                        is_open = await open_tunnel(stream, proxy, target, flow, budget, tls=tls)
                    if is_open:
                        return stream
                except BaseException:
                    await self._drop(stream)
                    raise
                await self._drop(stream)
        finally:
            flow.close()

    async def _through_socks(self, proxy: Proxy, budget: Budget, dial: Dial) -> NetworkStream:
        """Return a stream to the origin, by SOCKS5: to the first of its addresses that is reached."""
        from ._socks import open_socks, try_another

        origin, now = self._origin, self._backend.now
        attempts: list[ConnectAttempt] = []
        places = [(origin.host, origin.port)]
        if proxy.url.scheme == "socks5":  # else the proxy resolves it
            places = await addresses_of(self._network, self._backend, *places[0], budget, dial)
        while True:
            place, began = places.pop(0), now()
            stream = await self._to_proxy(proxy, budget, dial)
            try:
                with dial.phase("proxy", proxy=proxy.url.masked, step="SOCKS"):
                    await open_socks(stream, proxy, *place, budget)
            except BaseException as error:
                await self._drop(stream)
                if isinstance(error, ProxyError):
                    attempts.append(ConnectAttempt(written(*place), error.message, now() - began))
                    error.attempts = tuple(attempts)
                if not places or not try_another(error):
                    raise
            else:
                return stream

    async def _to_proxy(self, proxy: Proxy, budget: Budget, dial: Dial) -> NetworkStream:
        """Return a stream to the proxy itself."""
        host = proxy.url.host
        try:
            network = self._network.for_proxy()
            stream = await connect(network, self._backend, host, proxy.port, budget, dial)
            if proxy.url.is_ssl:
                ssl = proxy.ssl if proxy.ssl is not None else self._proxy_ssl
                try:
                    with dial.phase("proxy", proxy=proxy.url.masked, step="TLS") as known:
                        stream = await self._tls(stream, ssl, ("http/1.1",), budget, known, proxy)
                except BaseException:
                    await self._drop(stream)
                    raise
        except (NetworkError, ConnectTimeout) as error:
            by = (
                "" if self._network.unix_socket is None else ", to which the Unix socket is to lead"
            )
            error.args = (f"can't get to the proxy {proxy.url.masked}{by}: {error.message}",)
            raise
        return stream

    async def _drop(self, stream: NetworkStream) -> None:
        with self._backend.shield():
            await stream.close()

    def _alpn(self) -> tuple[str, ...]:
        """What to offer, best first (RFC 7301)."""
        offered: list[str] = []
        if self._http2:
            offered.append("h2")
        if self._http1:
            offered.append("http/1.1")
        return tuple(offered)

    async def _tls(
        self,
        stream: NetworkStream,
        config: TLSConfig,
        alpn: tuple[str, ...],
        budget: Budget,
        known: dict[str, object],
        proxy: Proxy | None = None,
    ) -> TLSStream:
        """Return a stream with TLS to the origin, or to a proxy, and say what was agreed for watchers."""
        from ..tls._stream import TLSStream

        origin = self._origin
        host, port = (origin.host, origin.port) if proxy is None else (proxy.url.host, proxy.port)
        # With one session for several ways the peer could tell that all of them are us: RFC 8446 C.4.
        way = (self._proxy, self._network)
        secure = TLSStream(
            stream,
            config,
            host,
            self._backend,
            port=port,
            way=way,
            alpn=alpn,
            sessions=self._sessions,
            is_proxy=proxy is not None,
        )
        await secure.handshake(budget)
        agreed = cast("TLSInfo", secure.tls_info)
        known.update(version=agreed.version, cipher=agreed.cipher, alpn=agreed.alpn)
        known["resumed"] = agreed.resumed
        return secure


def _not_to_be_spoken(chosen: str) -> ConnectError:
    """Return the error for what only a caller's own context offers, whatever may be spoken."""
    argument = {"h2": "http2", "http/1.1": "http1"}.get(chosen)
    but = "nothing here speaks it" if argument is None else f"{argument}=False"
    otherwise = "" if argument is None else f", or give {argument}=True"
    return ConnectError(
        f"the server chose {chosen!r}, which the ssl.SSLContext offers, but {but}: "
        f"leave it out of the context's set_alpn_protocols(){otherwise}"
    )
