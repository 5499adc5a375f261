"""Dialling: from an origin and the way to it, to a connection that speaks HTTP with it.

The way may lead through a proxy, and through TLS with the proxy, with the origin, or with both. What is
spoken in the end is what ALPN says. Who may dial when, and what becomes of the connection, is not decided
here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import ConnectError, InvalidRequest
from ._http11 import HTTP11Connection
from ._proxy import authority, open_tunnel

if TYPE_CHECKING:
    import ssl

    from .._config import Budget, HTTP2Settings, MessageLimits, Timeout
    from .._connection_info import Dial
    from .._siblings import Origin
    from .._tls import TLSStream
    from .._trust import TLSConfig
    from ..backends.base import Backend, NetworkStream
    from ._http2 import HTTP2Connection
    from ._proxy import Proxy

__all__ = ["Dialler"]


class Dialler:
    """Makes connections to one origin, one way; see `HTTPConnection` for the arguments."""

    def __init__(
        self,
        origin: Origin,
        backend: Backend,
        *,
        ssl: TLSConfig,
        proxy: Proxy | None,
        proxy_ssl: TLSConfig,
        http1: bool,
        http2: bool,
        timeout: Timeout,
        limits: MessageLimits | None,
        http2_settings: HTTP2Settings | None,
    ) -> None:
        self._origin = origin
        self._backend = backend
        self._ssl = ssl
        self._proxy = proxy
        self._proxy_ssl = proxy_ssl
        self._http1 = http1
        self._http2 = http2
        self._timeout = timeout
        self._limits = limits
        self._http2_settings = http2_settings

    async def dial(self, budget: Budget, dial: Dial) -> HTTP11Connection | HTTP2Connection:
        """Return a new connection.

        Args:
            budget: how long it may take.
            dial: is told how long each phase took.

        Raises:
            ConnectError, CertificateError, ProxyError: it can't be made.
            RequestTimeout, NetworkError: a step on the way took too long, or broke.
        """
        proxy, tls = self._proxy, self._origin.is_ssl
        dial.start(self._backend.now())
        stream = await self._reach(budget, dial)
        proxy_tls = stream.tls_info  # what leads to an origin itself has none yet
        try:
            alpn = self._alpn()
            if tls:
                stream = await self._tls(stream, self._ssl, self._origin.host, alpn, budget)
                dial.lap("tls", self._backend.now())
                chosen = stream.alpn or alpn[-1]
                if chosen not in alpn:
                    raise ConnectError(f"the server chose {chosen!r}, which was not offered")
            else:
                # Without TLS nothing is negotiated: RFC 9113 3.3.
                chosen = "http/1.1" if self._http1 else "h2"
            inner = self._speaker(stream, chosen)
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
        forward = self._proxy if not self._origin.is_ssl else None
        return HTTP11Connection(
            stream,
            self._backend,
            timeout=self._timeout,
            limits=self._limits,
            forward=forward,
        )

    async def _reach(self, budget: Budget, dial: Dial) -> NetworkStream:
        """Return a stream that leads to the origin, or to the proxy that forwards to it."""
        proxy, origin = self._proxy, self._origin
        if proxy is None:
            return await self._tcp(origin.host, origin.port, budget, dial)
        if not origin.is_ssl:
            return await self._to_proxy(proxy, budget, dial)
        target = authority(origin)
        flow = proxy.flow("CONNECT", target)
        try:
            while True:
                stream = await self._to_proxy(proxy, budget, dial)
                try:
                    is_open = await open_tunnel(stream, proxy, target, flow, budget)
                    dial.lap("proxy", self._backend.now())
                    if is_open:
                        return stream
                except BaseException:
                    await self._drop(stream)
                    raise
                await self._drop(stream)
        finally:
            flow.close()

    async def _to_proxy(self, proxy: Proxy, budget: Budget, dial: Dial) -> NetworkStream:
        host = proxy.url.host
        stream = await self._tcp(host, proxy.url.port or 0, budget, dial)
        if proxy.url.is_ssl:
            stream = await self._tls(stream, self._proxy_ssl, host, ("http/1.1",), budget)
            dial.lap("proxy", self._backend.now())
        return stream

    async def _tcp(self, host: str, port: int, budget: Budget, dial: Dial) -> NetworkStream:
        stream = await self._backend.connect_tcp(host, port, budget.cut(None))
        dial.lap("connect", self._backend.now())
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
        host: str,
        alpn: tuple[str, ...],
        budget: Budget,
    ) -> TLSStream:
        from .._tls import TLSStream

        try:
            secure = TLSStream(stream, _context(config, alpn), host, self._backend)
            await secure.handshake(budget)
        except BaseException:
            await self._drop(stream)
            raise
        return secure


def _context(config: TLSConfig, alpn: tuple[str, ...]) -> ssl.SSLContext:
    try:
        return config.context(alpn)
    except (
        ValueError,
        OSError,
    ) as error:  # certificates are read when the first connection needs them
        raise InvalidRequest(str(error)) from error
