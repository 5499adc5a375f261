"""`SyncConnectionPool`: the pool for threads. Each method only drives the async one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._closing import SyncClosing
from ._config import HTTP2Settings, MessageLimits, PoolLimits, Timeout, TimeoutTypes
from ._driver import run_sync
from ._response import SyncResponse
from .pool import ConnectionPool, PoolStats

if TYPE_CHECKING:
    from ._config import Options
    from ._request import Request
    from ._siblings import URL, Origin
    from ._trust import SSLTypes, TLSConfig
    from .backends.base import Backend
    from .connection import Proxy
    from .network import Network

__all__ = ["SyncConnectionPool"]


class SyncConnectionPool(SyncClosing):
    """`ConnectionPool` for threads; one may be shared by many.

    Args:
        backend: the world to do I/O in; None for blocking sockets.
        ssl, limits, timeout, proxy, http1, http2, message_limits, http2_settings: see
            `ConnectionPool`.
    """

    def __init__(
        self,
        backend: Backend | None = None,
        *,
        ssl: SSLTypes = None,
        limits: PoolLimits | None = None,
        timeout: TimeoutTypes = Timeout(),  # noqa: B008 - frozen
        proxy: str | URL | Proxy | None = None,
        network: Network | None = None,
        http1: bool = True,
        http2: bool = True,
        message_limits: MessageLimits | None = None,
        http2_settings: HTTP2Settings | None = None,
    ) -> None:
        if backend is None:
            from .backends.sync import SyncBackend  # here: it brings socket and threading

            backend = SyncBackend()
        self._pool = ConnectionPool(
            backend,
            ssl=ssl,
            limits=limits,
            timeout=timeout,
            proxy=proxy,
            network=network,
            http1=http1,
            http2=http2,
            message_limits=message_limits,
            http2_settings=http2_settings,
        )

    @property
    def backend(self) -> Backend:
        """The world that the pool does I/O in."""
        return self._pool.backend

    @property
    def ssl(self) -> TLSConfig:
        """Whom it trusts, for requests that say nothing of that."""
        return self._pool.ssl

    @property
    def network(self) -> Network:
        """How hosts become connections, for requests that say nothing of that."""
        return self._pool.network

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._pool.connections_opened

    def stats(self) -> PoolStats:
        """How many connections and requests there are now, and were so far."""
        return self._pool.stats()

    def send(self, request: Request) -> SyncResponse:
        """Send one request and return its response with the body open; see `ConnectionPool.send`."""
        return SyncResponse(run_sync(self._pool.send(request)))

    def warm(
        self, origin: URL | Origin | str, count: int = 1, *, options: Options | None = None
    ) -> int:
        """Open connections ahead, so that `count` are idle; see `ConnectionPool.warm`."""
        return run_sync(self._pool.warm(origin, count, options=options))

    def offers_extended_connect(
        self, origin: URL | Origin | str, *, options: Options | None = None
    ) -> bool:
        """Whether an open connection takes an extended CONNECT (RFC 8441); see `ConnectionPool`."""
        return self._pool.offers_extended_connect(origin, options=options)

    def close(self) -> None:
        """Close every connection; running and waiting requests fail."""
        run_sync(self._pool.close())

    def __repr__(self) -> str:
        return f"<Sync{repr(self._pool)[1:]}"
