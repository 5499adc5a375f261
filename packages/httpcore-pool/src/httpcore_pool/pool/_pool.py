"""`ConnectionPool`: a thin driver that does what `PoolState` decides.

It waits, dials, closes, and replays once where the server can't have acted. Every connection that a
request holds is held by a `_Lease`, which lets go of it exactly once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias, cast

from .._adapter import Adapter
from .._config import Budget, PoolLimits, Timeout, TimeoutTypes
from .._errors import ClosedError, PoolTimeout, named
from .._streams import ByteSource
from .._tls import SSLTypes, TLSConfig
from ..connection import HTTPConnection, Proxy
from ._replay import may_replay
from ._state import Entry, PoolState, Waiter

if TYPE_CHECKING:
    from .._request import Request
    from .._response import Response
    from .._siblings import URL
    from ..backends.base import Backend, Event

__all__ = ["ConnectionPool"]

_MOST_CLOSED = 4  # attempts that may meet a connection which closes before it can be used

_Entry: TypeAlias = Entry[HTTPConnection]


class _Waiter(Waiter[HTTPConnection]):
    __slots__ = ("event",)

    def __init__(self, key: object, *, may_share: bool) -> None:
        super().__init__(key, may_share=may_share)
        self.event: Event | None = None

    def wake(self) -> None:
        cast("Event", self.event).set()  # who is queued has one


class ConnectionPool(Adapter):
    """Sends each request over a connection to its origin, kept alive between requests.

    Args:
        backend: the world to do I/O in.
        ssl: whom to trust; see `TLSConfig`.
        limits: how many connections there may be.
        timeout: the limits for requests that bring none.
        proxy: an HTTP proxy for all requests that bring none.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be spoken; with `http1=False` in cleartext too.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        ssl: SSLTypes = None,
        limits: PoolLimits | None = None,
        timeout: TimeoutTypes = Timeout(),  # noqa: B008 - frozen
        proxy: str | URL | Proxy | None = None,
        http1: bool = True,
        http2: bool = True,
    ) -> None:
        if limits is not None and not isinstance(limits, PoolLimits):
            raise TypeError(f"limits must be a PoolLimits or None, not {type(limits).__name__}")
        if not (http1 or http2):
            raise ValueError("http1 and http2 can't both be False")
        self._backend = backend
        self._ssl = TLSConfig.of(ssl)
        self._timeout = Timeout.of(timeout)
        self._proxy = None if proxy is None else Proxy.of(proxy)
        self._http1 = http1
        self._http2 = http2
        self._state: PoolState[HTTPConnection] = PoolState(limits or PoolLimits())
        self._lock = backend.lock()
        self._dropped: deque[_Lease] = deque()  # by finalisers, which may not lock or wait
        self._closed = False
        self._opened = 0

    @property
    def backend(self) -> Backend:
        """The world that the pool does I/O in."""
        return self._backend

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._opened

    async def send(self, request: Request) -> Response:
        """Send one request and return its response with the body open.

        Raises:
            ClosedError: the pool is closed.
            PoolTimeout: all connections were busy for too long.
            TransportError: the exchange failed; its connection is closed.
        """
        request = request.with_options(request.options.begun(self._backend.now(), self._timeout))
        attempts = 0
        while True:
            attempts += 1
            lease = await self._acquire(request)
            connection = lease.connection
            reused = connection.exchanges > 0
            try:
                response = await connection.send(request)
            except BaseException as error:
                await lease.release()
                most = _MOST_CLOSED if isinstance(error, ClosedError) else 2
                if (
                    self._closed
                    or attempts >= most
                    or not may_replay(request, error, reused=reused)
                ):
                    # Connections name their errors, except for ClosedError.
                    named(error, request, self._backend.now())
                    raise
                continue
            body = response._body
            if body.source.closed:
                await lease.release()
            else:
                body.source = _PooledSource(body.source, lease)
            return response

    async def close(self) -> None:
        """Close every connection; running and waiting requests fail."""
        with self._lock:
            self._closed = True
            entries, waiters = self._state.clear()
            for waiter in waiters:
                waiter.wake()
        await self._close_all(entries)

    # Getting a connection.

    async def _acquire(self, request: Request) -> _Lease:
        """Return a lease on a connected, live connection for this request."""
        await self._reap()
        options = request.options
        ssl = options.ssl if options.ssl is not None else self._ssl
        proxy = options.proxy if options.proxy is not None else self._proxy
        origin = request.url.origin
        if not origin.is_ssl and proxy is not None:
            key: object = (proxy, ssl)  # forwarded: one connection serves all origins
        else:
            key = (origin, proxy, ssl)
        # Whether a connection can carry several requests is known beforehand except with ALPN.
        may_share = self._http2 and (origin.is_ssl or not self._http1)
        began = self._backend.now()
        while True:
            waiter = _Waiter(key, may_share=may_share)
            entry = await self._wait(waiter, request, began)
            lease = _Lease(self, entry)
            try:
                if entry.connection is None:
                    await self._dial(entry, request, ssl, proxy)
                elif entry.connection.exchanges and await entry.connection.is_stale():
                    await lease.release()
                    continue
            except BaseException:
                await lease.release()
                raise
            return lease

    async def _wait(self, waiter: _Waiter, request: Request, began: float) -> _Entry:
        """Wait for an entry; one pool limit, counted from `began`, holds for all waits of a request."""
        with self._lock:
            self._check_open(request)
            closing = self._state.request(waiter, self._backend.now())
            if waiter.entry is None:
                waiter.event = self._backend.event()
        try:
            await self._close_all(closing)
            budget = Budget(request.options, self._backend.now)
            if waiter.event is not None:
                countdown = budget.countdown(budget.timeout.pool, began)
                await waiter.event.wait(countdown.cut(None))
            with self._lock:
                self._check_open(request)
                entry = waiter.entry
                if entry is not None:
                    return entry
            limit = budget.timeout.pool
            timeout = PoolTimeout(
                f"no connection became free within {limit:g} s ({self!r})"
                if limit is not None
                else f"no connection became free in time ({self!r})",
                limit,
            )
            raise named(timeout, request, self._backend.now())
        except BaseException:
            with self._lock:
                closing = self._state.cancel(waiter, self._backend.now())
            await self._close_all(closing)
            raise

    async def _dial(
        self, entry: _Entry, request: Request, ssl: TLSConfig, proxy: Proxy | None
    ) -> None:
        connection = HTTPConnection(
            request.url.origin,
            self._backend,
            ssl=ssl,
            proxy=proxy,
            proxy_ssl=self._ssl,
            http1=self._http1,
            http2=self._http2,
            timeout=self._timeout,
        )
        await connection.connect(request)
        with self._lock:
            self._opened += 1
            entry.connection = connection
            closing = [] if self._closed else self._state.connected(entry, connection.capacity)
        await self._close_all(closing)
        self._check_open(request)

    def _check_open(self, request: Request) -> None:
        if self._closed:
            raise named(ClosedError("the pool is closed"), request, self._backend.now())

    # Letting go.

    async def _release(self, entry: _Entry) -> None:
        now = self._backend.now()
        with self._lock:
            connection = entry.connection
            if connection is None:
                closing = self._state.failed(entry, now)
            else:
                usable = not (connection.is_closed or self._closed)
                closing = self._state.release(
                    entry, now, usable=usable, capacity=connection.capacity
                )
        await self._close_all(closing)

    async def _reap(self) -> None:
        """Let go of what finalisers have left behind.

        `abandon` has made the connection one for no further exchange; it is closed once the other
        streams on it (HTTP/2) are done too.
        """
        while self._dropped:
            await self._dropped.popleft().release()

    async def _close_all(self, entries: list[_Entry]) -> None:
        if not entries:
            return
        interrupt: BaseException | None = None
        with self._backend.shield():
            for entry in entries:
                try:
                    if entry.connection is not None:
                        await entry.connection.close()
                except BaseException as error:  # noqa: BLE001 - a cancel must not leave the rest open
                    interrupt = error
        if interrupt is not None:
            raise interrupt

    def __repr__(self) -> str:
        state = self._state
        shown = f"{state.open} open, {state.idle} idle, {state.queued} waiting"
        return f"<ConnectionPool on {self._backend.name}, {'closed' if self._closed else shown}>"


class _Lease:
    """The hold of one request on one connection, which is dialled before anybody asks for it."""

    __slots__ = ("_entry", "_pool", "_released")

    def __init__(self, pool: ConnectionPool, entry: _Entry) -> None:
        self._pool = pool
        self._entry = entry
        self._released = False

    @property
    def connection(self) -> HTTPConnection:
        return cast("HTTPConnection", self._entry.connection)

    async def release(self) -> None:
        if not self._released:
            self._released = True
            await self._pool._release(self._entry)

    def drop(self) -> None:
        """For finalisers: the pool releases it when it is used next."""
        self._pool._dropped.append(self)


class _PooledSource(ByteSource):
    """A body whose end lets go of the connection."""

    def __init__(self, source: ByteSource, lease: _Lease) -> None:
        self._source = source
        self._lease = lease

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        try:
            data = await self._source.read_chunk()
        except BaseException:
            self.closed = self.cut = True
            await self._lease.release()
            raise
        if not data:
            self.closed = True
            await self._lease.release()
        return data

    async def close(self) -> None:
        if not self.closed:
            self.closed = self.cut = True
            try:
                await self._source.close()
            finally:
                await self._lease.release()

    def abandon(self) -> None:
        self._source.closed = True  # one warning is enough
        self._source.abandon()
        self._lease.drop()

    def __repr__(self) -> str:
        return repr(self._source)
