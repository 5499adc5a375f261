"""`Ways`: how requests get to where they go, and so which of them may share connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._errors import LocalProtocolError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._request import Request
    from .._trust import TLSConfig
    from ..connection import Proxy
    from ..network._network import Network

__all__ = ["Ways"]

_MOST_HTTP1_ONLY = 1000  # places that are remembered for not wanting HTTP/2
_HTTP1_ONLY = "HTTP/1.1 only"


class Ways:
    """What a pool was made with, for requests that say nothing else.

    Args:
        ssl: whom to trust.
        proxy: the proxy, if any.
        network: how hosts become connections.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be.
    """

    def __init__(
        self, ssl: TLSConfig, proxy: Proxy | None, network: Network, *, http1: bool, http2: bool
    ) -> None:
        self.ssl = ssl
        self._proxy = proxy
        self._proxy_ssl = ssl.for_others()  # unless a proxy or a request brings its own
        self.network = network
        self.http1 = http1
        self._http2 = http2
        self._http1_only: dict[tuple[Hashable, ...], None] = {}  # where servers do not want HTTP/2

    def key(self, request: Request) -> tuple[Hashable, ...]:
        """What requests must have in common to share connections; of plain values, which hash quickly."""
        options = request.options
        url = request.url
        # An `Origin` would say the same, and cost more.
        key: tuple[Hashable, ...] = (url.host, url.port, url.scheme)
        if (
            options.ssl is not None
            or options.proxy is not None
            or self._proxy is not None
            or options.network is not None
            or options.upgrade
        ):
            _, proxy, *others = route = self.route(request)
            forwarded = proxy is not None and proxy.forwards(tls=url.is_ssl, http1=self.http1)
            if forwarded and not options.upgrade:
                key = (proxy, *others)  # one connection serves all origins
            elif route != (self.ssl, self._proxy, self._proxy_ssl, self.network):
                key = (*key, *route)
            if options.upgrade:
                return (*key, _HTTP1_ONLY)
        return (*key, _HTTP1_ONLY) if key in self._http1_only else key

    def route(self, request: Request) -> tuple[TLSConfig, Proxy | None, TLSConfig, Network]:
        """Whom this request trusts, its proxy, whom it trusts for that, and how it dials."""
        options = request.options
        ssl = options.ssl if options.ssl is not None else self.ssl
        proxy = options.proxy if options.proxy is not None else self._proxy
        proxy_ssl = self._proxy_ssl
        if proxy is not None and options.proxy_ssl is not None:
            proxy_ssl = options.proxy_ssl
        network = self.network
        if options.network is not None:
            network = options.network.under(network.address_policy)
        return ssl, proxy, proxy_ssl, network

    def may_speak_http2(self, key: Hashable) -> bool:
        """Whether HTTP/2 may be spoken to where a key leads."""
        return self._http2 and cast("tuple[Hashable, ...]", key)[-1] != _HTTP1_ONLY

    def may_share(self, request: Request, key: Hashable) -> bool:
        """Whether a connection for a request may turn out to carry several at once.

        Raises:
            LocalProtocolError: there is no protocol to speak.
        """
        # It is known beforehand except with ALPN.
        http2 = self.may_speak_http2(key)
        if not (http2 or self.http1):
            raise LocalProtocolError("an upgrade needs HTTP/1.1, which this pool does not speak")
        return http2 and (request.url.is_ssl or not self.http1)

    def give_up_http2(self, key: tuple[Hashable, ...]) -> bool:
        """Remember that what a key leads to is to be had over HTTP/1.1 only, if we may speak that."""
        if not self.http1 or not self.may_speak_http2(key):
            return False
        if len(self._http1_only) >= _MOST_HTTP1_ONLY:
            del self._http1_only[next(iter(self._http1_only))]
        self._http1_only[key] = None
        return True
