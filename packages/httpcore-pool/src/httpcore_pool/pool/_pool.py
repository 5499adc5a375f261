"""`ConnectionPool`: a thin driver that does what `PoolState` decides.

Whoever has an entry lets go of it exactly once: `send` until there is a response, then the response's
`PooledSource`; before that, where a connection is not at hand, a `Turn` waits and dials. What costs each
request is in `send` itself: every call and every object here is paid some thousand times a second.
"""

from __future__ import annotations

import warnings
import weakref
from collections import deque
from typing import TYPE_CHECKING, TypeAlias, cast

from .._adapter import Adapter
from .._config import HTTP2Settings, MessageLimits, PoolLimits, Timeout, TimeoutTypes, check_type
from .._connection_info import BEGUN, ENDED, PRELUDE, note_prelude
from .._errors import (
    ClosedError,
    HTTP11Required,
    HTTPError,
    LocalProtocolError,
    RequestTimeout,
    TransportError,
)
from .._named import named
from .._request import Request
from .._siblings import URL, Origin
from .._trace import emit
from .._trust import SSLTypes, TLSConfig
from ..backends.base import Backend
from ..connection import HTTPConnection, Proxy
from ..network._network import PLAIN, Network
from ..tls._sessions import SessionCache
from . import _fork
from ._entry import Entry
from ._replay import Attempts, may_replay
from ._source import PooledSource
from ._state import PoolState
from ._turn import Turn
from ._ways import Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from .._config import Options
    from .._response import Response
    from ._stats import PoolStats, Reason

__all__ = ["ConnectionPool"]

_LIMITS = PoolLimits()

_Entry: TypeAlias = Entry[HTTPConnection]


class ConnectionPool(Adapter):
    """Sends each request over a connection to its origin, kept alive between requests.

    On asyncio and Trio a pool serves one event loop at a time. In a forked child it starts anew. A pool
    that is dropped with open connections, without `close`, gives a `ResourceWarning`.

    Args:
        backend: the world to do I/O in.
        ssl: whom to trust; see `TLSConfig`.
        limits: how many connections there may be.
        timeout: the limits for requests that bring none.
        proxy: the proxy for all requests that bring none.
        network: how hosts become connections, for all requests that bring nothing of their own. Its
            address policy is for all that bring none of their own.
        http1: whether HTTP/1.1 may be spoken.
        http2: whether HTTP/2 may be spoken; with `http1=False` in cleartext too.
        message_limits: how much of what frames a response is accepted.
        http2_settings: what HTTP/2 connections are opened with.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    _closed = True  # until it is made

    def __init__(
        self,
        backend: Backend,
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
        check_type("backend", backend, Backend, needed=True)
        for name, flag in (("http1", http1), ("http2", http2)):
            if not isinstance(flag, bool):
                raise TypeError(f"{name} must be True or False, not {type(flag).__name__}")
        check_type("limits", limits, PoolLimits)
        check_type("network", network, Network)
        check_type("message_limits", message_limits, MessageLimits)
        check_type("http2_settings", http2_settings, HTTP2Settings)
        if not (http1 or http2):
            raise ValueError("http1 and http2 can't both be False")
        self._backend = backend
        self._timeout = Timeout.of(timeout)
        self._ways = Ways(
            TLSConfig.of(ssl),
            None if proxy is None else Proxy.of(proxy),
            network if network is not None else PLAIN,
            http1=http1,
            http2=http2,
        )
        self._message_limits = message_limits
        self._http2_settings = http2_settings
        self._state: PoolState[HTTPConnection] = PoolState(limits or _LIMITS)
        self._lock = backend.lock()
        self._sessions = SessionCache(backend.lock())
        self._dropped: deque[_Entry] = deque()  # by finalisers, which may not lock or wait
        self._evicted: deque[_Entry] = deque()  # where it was no time to close them
        self._loop: object = None
        self._closed = False
        _fork.pools.add(self)

    @property
    def backend(self) -> Backend:
        """The world that the pool does I/O in."""
        return self._backend

    @property
    def ssl(self) -> TLSConfig:
        """Whom it trusts, for requests that say nothing of that."""
        return self._ways.ssl

    @property
    def network(self) -> Network:
        """How hosts become connections, for requests that say nothing of that."""
        return self._ways.network

    @property
    def connections_opened(self) -> int:
        """How many connections were dialled so far."""
        return self._state.opened

    def stats(self) -> PoolStats:
        """How many connections and requests there are now, and were so far."""
        with self._lock:
            return self._state.stats()

    async def send(self, request: Request) -> Response:
        """Send one request and return its response with the body open.

        Raises:
            ClosedError: the pool is closed, or was while the request ran.
            PoolTimeout: all connections were busy for too long.
            RuntimeError: the pool is in use in another event loop.
            TransportError: the exchange failed; its connection is closed.
        """
        backend = self._backend
        started = now = backend.now()
        try:
            options = request.options
        except AttributeError:  # asked only now, as each request comes by
            raise TypeError(f"request must be a Request, not {type(request).__name__}") from None
        if (begun := options.begun(now, self._timeout)) is not options:
            request = request.with_options(begun)
        if self._dropped or self._evicted:
            await self._reap()
        if (loop := backend.loop()) is not self._loop:
            await self._move(loop)
        key = self._ways.key(request)
        turn: Turn | None = None
        attempts: Attempts | None = None
        while True:
            with self._lock:
                entry = self._state.take(key, now)
            try:
                at_hand = entry is not None and not await entry.connection.is_stale()
            except BaseException:
                await self._let_go(cast("_Entry", entry), request, broke=True)
                raise
            if entry is None or not at_hand:
                turn = turn or self._turn(request, key)
                try:
                    entry = await turn.connection(entry)
                except TransportError as error:
                    if attempts is not None:
                        attempts.sum_up(error)
                    raise
                now = backend.now()
            reused = entry.uses > 1
            try:
                if reused and begun.trace is not None:
                    emit(
                        request,
                        "connection.reused",
                        backend.now(),
                        connection=entry.connection.number,
                        requests_before=entry.connection.exchanges,
                    )
                response = await entry.connection.send(request)
            except BaseException as error:
                attempts = attempts or Attempts()
                if not await self._may_go_on(entry, key, request, error, attempts, reused=reused):
                    raise
                now = backend.now()
                if isinstance(error, HTTP11Required):
                    key, turn = self._ways.key(request), None
                continue
            times = response._times
            if turn is not None and not at_hand:
                turn.tell(times, now, started)
            elif attempts is not None:
                note_prelude(times, now, started)
            elif times[PRELUDE] is None:
                times[BEGUN] = now
            body = response._body
            if body.source.closed:
                if closing := self._release(entry, times[ENDED]):
                    await self._close_all(closing, request)
            else:
                body.source = PooledSource(body.source, self, entry, request)
            return response

    async def _may_go_on(
        self,
        entry: _Entry,
        key: tuple[Hashable, ...],
        request: Request,
        error: BaseException,
        attempts: Attempts,
        *,
        reused: bool,
    ) -> bool:
        """Let go of a connection that failed; return whether the request may be sent once more."""
        await self._let_go(entry, request, broke=True)
        silent = isinstance(error, RequestTimeout) and error.phase == "read" and not error.answered
        # On HTTP/2 one stream may fall silent beside others; the connection says whether it is lost.
        if reused and silent and entry.connection.is_closed:
            with self._lock:
                idle = self._state.doubt(key)
            await self._close_all(idle, request)
        self._check_ran(request, error)
        may = attempts.is_one_left(error, connected=not entry.connection.is_closed) and may_replay(
            request, error, reused=reused
        )
        if not may or (isinstance(error, HTTP11Required) and not self._ways.give_up_http2(key)):
            attempts.sum_up(error)
            named(error, request, self._backend.now())  # connections name all but ClosedError
            return False
        emit(request, "request.retry", self._backend.now(), error=type(error).__name__)
        on_retry = request.options.on_retry
        if on_retry is not None and (told := on_retry(request, error)) is not None:
            await told
        return True

    async def warm(
        self, origin: URL | Origin | str, count: int = 1, *, options: Options | None = None
    ) -> int:
        """Open connections ahead, so that `count` are idle, as far as the limits allow.

        One is enough where HTTP/2 is spoken.

        Args:
            origin: where to, an http or https URL or its origin.
            count: how many are to be ready.
            options: what rides on the requests that they are for; a proxy, say, makes them others.

        Returns:
            How many were opened.

        Raises:
            TypeError, ValueError: an argument is wrong.
            ClosedError: the pool is closed.
            ConnectError, CertificateError, ConnectTimeout, ProxyError: as for a request; those opened
                before stay.
        """
        if isinstance(count, bool) or not isinstance(count, int):
            raise TypeError(f"count must be a whole number, not {type(count).__name__}")
        if count < 1:
            raise ValueError(f"count must be at least 1, not {count}")
        request = Request("HEAD", str(origin) if isinstance(origin, Origin) else origin)
        begun = (options or request.options).begun(self._backend.now(), self._timeout, anew=True)
        request = request.with_options(begun)
        if (loop := self._backend.loop()) is not self._loop:
            await self._move(loop)
        turn = self._turn(request, self._ways.key(request))
        opened = 0
        while opened < count:
            self._check_open(request)
            with self._lock:
                now = self._backend.now()
                entry, closing = self._state.reserve(turn.key, now, count, may_share=turn.may_share)
            try:
                if entry is not None:
                    await turn.dial(entry)
                    closing = closing + self._release(entry)
            finally:
                await self._close_all(closing, request)
            if entry is None:
                break
            opened += 1
        return opened

    def offers_extended_connect(
        self, origin: URL | Origin | str, *, options: Options | None = None
    ) -> bool:
        """Whether a connection is open, with room, whose server takes an extended CONNECT (RFC 8441 3).

        Args:
            origin: where to, an http or https URL or its origin.
            options: what rides on the requests that it is for, as in `warm`.
        """
        request = Request("HEAD", str(origin) if isinstance(origin, Origin) else origin)
        if options is not None:
            request = request.with_options(options)
        key = self._ways.key(request)
        with self._lock:
            connections = self._state.with_room(key)
        return any(connection.extends for connection in connections)

    async def close(self) -> None:
        """Close every connection; running and waiting requests fail with `ClosedError`."""
        with self._lock:
            self._closed = True
            entries, waiters = self._state.clear("closed")
            entries += self._evicted
            self._evicted.clear()
            for waiter in waiters:
                waiter.wake()
        await self._close_all(entries)

    # Getting a connection.

    def _turn(self, request: Request, key: Hashable) -> Turn:
        try:
            may_share = self._ways.may_share(request, key)
        except LocalProtocolError as error:
            raise named(error, request, self._backend.now()) from None
        return Turn(self, request, key, may_share=may_share)

    async def _move(self, loop: object) -> None:
        """Another event loop calls than the last time; ADR 8."""
        state = self._state
        if self._loop is not None and state.open > state.idle:
            raise RuntimeError(
                f"{self!r} is in use in another event loop: make a pool (or client) for each loop, or "
                "read or close all responses before another loop uses this one"
            )
        self._loop = loop
        # What is idle belongs to the other loop, and its times are by another clock.
        await self._close_all(state.clear("stale")[0])

    def _check_open(self, request: Request) -> None:
        if self._closed:
            raise named(ClosedError("the pool is closed"), request, self._backend.now())

    def _check_ran(self, request: Request, error: BaseException | None = None) -> None:
        """What fails because the pool was closed says so."""
        if not self._closed or not isinstance(error, HTTPError | None):
            return
        # Connections leave a ClosedError without a name, so one with a name says it already.
        if not (isinstance(error, ClosedError) and error.method is not None):
            closed = ClosedError("the pool was closed while the request was running")
            raise named(closed, request, self._backend.now()) from error

    # Letting go.

    def _release(
        self, entry: _Entry, now: float | None = None, *, broke: bool = False
    ) -> list[_Entry]:
        """Let go of an entry that has a connection; return what is to be closed."""
        if now is None:
            now = self._backend.now()
        connection = entry.connection
        reason: Reason | None = None
        if connection.is_closed:
            reason = "failed" if broke else "unusable"
        elif broke and connection.is_stuck:  # Ctrl-C in a thread may come between any two steps
            reason = "failed"
        capacity = connection.capacity if entry.capacity > 1 else 1
        with self._lock:
            return self._state.release(entry, now, reason, capacity)

    async def _let_go(self, entry: _Entry, request: Request, *, broke: bool = False) -> None:
        if closing := self._release(entry, broke=broke):
            await self._close_all(closing, request)

    async def _reap(self) -> None:
        """Let go of what finalisers have left behind, and close what there was no time to close.

        `abandon` has made the connection one for no further exchange; it is closed once the other
        streams on it (HTTP/2) are done too.
        """
        while self._dropped:
            await self._close_all(self._release(self._dropped.popleft()))
        while self._evicted:
            await self._close_all([self._evicted.popleft()])

    def _on_resize(self, entry: _Entry) -> Callable[[], None]:
        """What a connection calls when it has learnt how many exchanges it carries at once."""
        weak = weakref.ref(self)  # a pool that is dropped unclosed must not live on for this

        def resized() -> None:
            if (pool := weak()) is not None:
                with pool._lock:
                    pool._evicted += pool._state.resize(
                        entry, entry.connection.capacity, pool._backend.now()
                    )

        return resized

    async def _close_all(self, entries: list[_Entry], request: Request | None = None) -> None:
        if not entries:
            return
        interrupt: BaseException | None = None
        with self._backend.shield():
            for entry in entries:
                try:
                    if entry.capacity:
                        await entry.connection.close()
                        if request is not None and request.options.trace is not None:
                            now = self._backend.now()
                            number = entry.connection.number
                            reason = entry.reason
                            emit(
                                request, "connection.closed", now, connection=number, reason=reason
                            )
                except BaseException as error:  # noqa: BLE001 - a cancel must not leave the rest open
                    interrupt = error
        if interrupt is not None:
            raise interrupt

    def _forked(self) -> None:
        """This is a child process now; see `_fork`."""
        self._lock = self._backend.lock()  # another thread of the parent may have held it
        self._sessions = SessionCache(self._backend.lock())
        self._loop = None
        self._forget("forked")

    def _forget(self, reason: Reason) -> int:
        """Drop all connections without waiting or locking; return how many there were."""
        entries, _ = self._state.clear(reason)
        connected = [entry for entry in (*entries, *self._evicted) if entry.capacity]
        self._evicted.clear()
        for entry in connected:
            entry.connection.forget()
        return len(connected)

    def __del__(self) -> None:
        if not self._closed:
            what = f"{self!r} was dropped without being closed"
            self._closed = True
            if self._forget("closed"):
                warnings.warn(what, ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = self._state
        shown = f"{state.open} open, {state.idle} idle, {state.queued} waiting"
        return f"<ConnectionPool on {self._backend.name}, {'closed' if self._closed else shown}>"
