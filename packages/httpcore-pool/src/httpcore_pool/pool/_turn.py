"""`Turn`: how a request gets a connection where none is at hand. It waits in line, and dials."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._connection_info import Dial, note_prelude
from .._errors import PoolTimeout
from .._named import named
from .._trace import Phase, emit
from ..connection import HTTPConnection
from ._entry import Entry, Waiter

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._connection_info import Times
    from .._request import Request
    from ..backends.base import Event
    from ._pool import ConnectionPool

__all__ = ["Turn"]


class Turn(Waiter[HTTPConnection]):
    """One request that wants a connection; `PoolState` says which.

    Attributes:
        waited: seconds spent in line so far. One pool limit holds for all waits of a request.
    """

    __slots__ = ("_dial", "_event", "_pool", "_request", "_waited_before", "waited")

    def __init__(
        self, pool: ConnectionPool, request: Request, key: Hashable, *, may_share: bool
    ) -> None:
        super().__init__(key, may_share=may_share)
        self._pool = pool
        self._request = request
        self._event: Event | None = None
        self.waited = 0.0
        self._waited_before = 0.0  # for connections that failed
        self._dial: Dial | None = None

    def wake(self) -> None:
        cast("Event", self._event).set()  # who is queued has one

    async def connection(self, dead: Entry[HTTPConnection] | None) -> Entry[HTTPConnection]:
        """Return an entry with a live connection, in place of the dead one that is brought back."""
        self._waited_before, self._dial = self.waited, None
        while True:
            entry = await self._get(dead)
            if not entry.capacity:
                await self.dial(entry)
                return entry
            try:
                if entry.uses == 1 or not await entry.connection.is_stale():
                    return entry
            except BaseException:
                await self._pool._let_go(entry, self._request, broke=True)
                raise
            dead = entry

    def tell(self, times: Times, begun: float, started: float) -> None:
        """Note how the last connection was had."""
        waited = self.waited - self._waited_before
        note_prelude(times, begun, started, waited, self._dial)

    async def _get(self, dead: Entry[HTTPConnection] | None) -> Entry[HTTPConnection]:
        """Wait for an entry."""
        pool, request = self._pool, self._request
        self._event = None
        with pool._lock:
            closing = pool._state.request(self, pool._backend.now(), dead)
            if self.entry is None:
                self._event = pool._backend.event()
        try:
            if closing:
                await pool._close_all(closing, request)
            pool._check_open(request)
            if self._event is not None:
                with Phase(request, "pool", pool._backend.now):
                    await self._wait(self._event)
            return cast("Entry[HTTPConnection]", self.entry)
        except BaseException:
            with pool._lock:
                closing = pool._state.cancel(self, pool._backend.now())
            await pool._close_all(closing, request)
            raise

    async def _wait(self, event: Event) -> None:
        request, pool = self._request, self._pool
        now = pool._backend.now
        began = now()
        limit = self._limit()
        seconds = None if limit is None else limit - self.waited
        if (deadline := request.options.deadline) is not None:
            left = deadline - began
            seconds = left if seconds is None else min(left, seconds)
        await event.wait(None if seconds is None else max(0.0, seconds))
        self.waited += now() - began
        pool._check_open(request)
        with pool._lock:
            entry = self.entry
        if entry is None:
            raise self._timeout()

    def _limit(self) -> float | None:
        timeout = self._request.options.timeout
        return self._pool._timeout.pool if timeout is None else timeout.pool

    def _timeout(self) -> BaseException:
        limit = self._limit()
        within = "in time" if limit is None else f"within {limit:g} s"
        error = PoolTimeout(f"no connection became free {within} ({self._pool!r})", limit)
        return named(error, self._request, self._pool._backend.now())

    async def dial(self, entry: Entry[HTTPConnection]) -> None:
        """Make the connection of an entry that was given to this request for that.

        If this fails, the entry is let go.
        """
        pool, request = self._pool, self._request
        ssl, proxy, proxy_ssl, network = pool._ways.route(request)
        try:
            connection = HTTPConnection(
                request.url.origin,
                pool._backend,
                ssl=ssl,
                proxy=proxy,
                proxy_ssl=proxy_ssl,
                tunnel=request.options.upgrade,
                network=network,
                http1=pool._ways.http1,
                http2=pool._ways.may_speak_http2(self.key),
                timeout=pool._timeout,
                limits=pool._message_limits,
                http2_settings=pool._http2_settings,
                sessions=pool._sessions,
            )
            self._dial = Dial()
            await connection.connect(request, self._dial)
            with pool._lock:
                entry.connection = connection
                pending = connection.watch(pool._on_resize(entry))
                closing = pool._state.connected(
                    entry, connection.capacity, pool._backend.now(), pending=pending
                )
            if closing:
                await pool._close_all(closing, request)
            pool._check_open(request)
            if request.options.trace is not None:
                emit(
                    request,
                    "connection.opened",
                    pool._backend.now(),
                    connection=connection.number,
                    protocol=connection.protocol,
                )
        except BaseException as error:
            if entry.capacity:
                await pool._let_go(entry, request, broke=True)
            else:
                with pool._lock:
                    # Who was cancelled has learnt nothing about the server.
                    refused = isinstance(error, Exception)
                    closing = pool._state.failed(entry, refused=refused)
                await pool._close_all(closing, request)
            pool._check_ran(request, error)
            raise
