"""`CacheAdapter`: asks the storage, the origin or both, as `_freshness` and `_rules` say.

It drives rules and holds none. There are no tasks in the background: what is stored is stored before its
reader learns that the body has ended, and a stale response is not used while a fresh one is fetched.
"""

from __future__ import annotations

import logging
from functools import partial
from math import floor
from typing import TYPE_CHECKING, NamedTuple, Never, Self, TypeVar, TypeVarTuple

from .._options import refuse_others
from .._siblings import pool
from ..adapters import AddedAdapter, Layer
from ._control import NOTHING_SAID, CacheControl
from ._freshness import CONDITIONS, Freshness, Policy, answers_condition, freshness_of
from ._key import is_question, key_of
from ._memory import MemoryStorage
from ._recorder import Recorder
from ._rules import (
    conditional,
    freshened,
    is_for,
    may_be_kept,
    outdated_by,
    removed_urls,
    stored_of,
)
from ._state import State
from ._status import CacheStats, noted
from ._storage import Storage, StoredResponse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._siblings import URL, Headers
    from ..adapters import Clock

__all__ = ["CacheAdapter"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_logger = logging.getLogger("httpcore_client.cache")
_ERRORS = frozenset({500, 502, 503, 504})  # RFC 5861 4
# What is no failure of the server, or must not be hidden.
_NOT_ITS_ERRORS = (
    pool.TotalTimeout,
    pool.CertificateError,
    pool.AddressRefused,
    pool.LocalProtocolError,
)


class _Question(NamedTuple):
    """A request that a stored response could answer."""

    request: pool.Request
    key: bytes
    asked: CacheControl
    since: int  # what was made invalid after that may be what its response says

    @property
    def has_conditions(self) -> bool:
        """Whether the caller has a response already, and asks by himself whether it is still right."""
        return not self.request.headers.isdisjoint(CONDITIONS)


class _Found(NamedTuple):
    """What is stored for it, and how that stands now."""

    stored: StoredResponse
    body: bytes
    freshness: Freshness


class CacheAdapter(AddedAdapter):
    """Answers requests from stored responses as RFC 9111 allows, and stores what it allows.

    It stands over the pool: redirects and authentication see each of their responses, from the cache or
    not. What a request says in Cache-Control (no-cache, no-store, only-if-cached, max-age, max-stale,
    min-fresh) is heeded. One adapter may be given to several clients of one user.

    Args:
        storage: where responses are kept; by default a `MemoryStorage` of its own.
        shared: whether it serves several users, as a proxy does (RFC 9111 1.2.1), and not one.
        heuristic: whether a response whose server says nothing of freshness counts as fresh for a while
            (RFC 9111 4.2.2); else the server is asked each time.
        clock: tells the time; by default that of the client's world.

    Raises:
        TypeError: `storage` is no `Storage`.
    """

    # What the pool below does by itself, where that is one.
    _tls: pool.TLSConfig | None = None
    _network: pool.Network | None = None

    def __init__(
        self,
        storage: Storage | None = None,
        *,
        shared: bool = False,
        heuristic: bool = True,
        clock: Clock | None = None,
        **others: Never,
    ) -> None:
        super().__init__()
        refuse_others("CacheAdapter", others, ("storage", "shared", "heuristic"))
        if storage is not None and not isinstance(storage, Storage):
            raise TypeError(
                f"storage must be a Storage, such as SQLiteStorage(path), not {storage!r}"
            )
        self.storage: Storage = MemoryStorage() if storage is None else storage
        self.shared: bool = shared
        self.heuristic: bool = heuristic
        self._policy = Policy(shared, heuristic)
        self._own_clock = clock
        self._state = State()

    def over(self, inner: pool.Adapter, backend: pool.Backend) -> Self:
        """Return this adapter in its place; what the pool below trusts tells its responses apart."""
        placed = super().over(inner, backend)
        while isinstance(inner, Layer):
            inner = inner.inner
        if isinstance(inner, pool.ConnectionPool):
            placed._tls, placed._network = inner.ssl, inner.network
        return placed

    @property
    def stats(self) -> CacheStats:
        """How often it was asked, and what came of it: of all clients that it was given to."""
        with self._state.lock:
            return CacheStats(**self._state.counts)

    def clear(self) -> None:
        """Forget all responses that are stored. With a file this waits for the disk.

        Raises:
            Exception: what the storage raises; with a file an `sqlite3.Error` or an `OSError`.
        """
        self.storage.clear()

    async def send(self, request: pool.Request) -> pool.Response:
        """Answer from the cache, or send the request and store its response.

        Raises:
            HTTPError: as the adapter below.
        """
        asked = CacheControl.of(request.headers)
        if "no-store" in asked or not is_question(request):
            return await (self._refuse if "only-if-cached" in asked else self._pass)(request)
        question = _Question(request, self._key(request), asked, self._state.turn)
        found, reason = await self._look_up(question)
        if found is not None and found.freshness.suffices(asked):
            self._count("hits")
            return _answer(request, found)
        if "only-if-cached" in asked:
            return await self._refuse(request)
        return await self._ask(question, found, reason)

    async def close(self) -> None:
        """Close the adapter below, and what the storage holds open."""
        try:
            await super().close()
        finally:
            with self._backend.shield():
                await self._call(self.storage.close)

    # What is stored

    async def _look_up(self, question: _Question) -> tuple[_Found | None, str]:
        """Return what is stored for a request, and why it is sent if that is of no use."""
        fields = question.request.headers
        entry = await self._call(_chosen, self.storage, question.key, fields)
        if entry is None:
            return None, "uri-miss"
        stored, body = entry
        if stored is None or body is None:
            return None, "vary-miss"
        if self._state.is_left_over(question.key, stored):
            return None, "uri-miss"
        return _Found(stored, body, freshness_of(stored, self._clock.time(), self._policy)), ""

    async def _call(self, function: Callable[[*Ts], T], *args: *Ts) -> T | None:
        """Call the storage, in a thread where it blocks. If it fails, say so once and return None."""
        try:
            if self.storage.blocks:
                return await self._backend.to_thread(function, *args)
            return function(*args)
        except Exception as error:  # noqa: BLE001 - no request may fail for want of a cache
            if not self._state.complained:
                self._state.complained = True
                _logger.warning("%r fails, which is said once: %s", self.storage, error)
            return None

    # The origin

    async def _ask(self, question: _Question, found: _Found | None, reason: str) -> pool.Response:
        """Send a request on, as a question whether what was found is still right if that can be asked."""
        request, sent = question.request, question.request
        if found is not None:
            # What would do for a request that asks for nothing is fresh: this one wants it fresher.
            reason = "request" if found.freshness.suffices(NOTHING_SAID) else "stale"
        if found is not None and not question.has_conditions and request.method == "GET":
            sent = conditional(request, found.stored)
        time = self._clock.time()
        try:
            response = await self._inner.send(sent)
        except pool.TransportError as error:
            bridge = self._bridge(question, found)
            if bridge is None or isinstance(error, _NOT_ITS_ERRORS):
                raise
            return self._stale(request, bridge, None)
        if response.status_code in _ERRORS and (bridge := self._bridge(question, found)):
            await pool.discard(response)
            return self._stale(request, bridge, response.status_code)
        if response.status_code == 304 and sent is not request and found is not None:
            stored = await self._confirmed(question, found, sent, response, time)
            if stored is None:  # the 304 is about something else: ask without conditions
                return await self._ask(question, None, reason)
            self._count("revalidations")
            return _fresh_answer(request, stored, response, reason)
        self._count("misses")
        await _guarded(response, self._take, question, found, response, time)
        return noted(response, forwarded=reason)

    def _bridge(self, question: _Question, found: _Found | None) -> _Found | None:
        """Return what was found if it may stand in for an error, which may have been long in coming."""
        if found is None or self._state.is_invalid(question.key, question.since):
            return None
        freshness = freshness_of(found.stored, self._clock.time(), self._policy)
        allowed = freshness.bridges_error(question.asked)
        return found._replace(freshness=freshness) if allowed else None

    def _stale(
        self, request: pool.Request, found: _Found, status_code: int | None
    ) -> pool.Response:
        self._count("stale")
        return _answer(request, found, "stale", status_code, "stale-if-error")

    async def _confirmed(
        self,
        question: _Question,
        found: _Found,
        sent: pool.Request,
        response: pool.Response,
        time: float,
    ) -> _Found | None:
        """Return what was stored, as a 304 has confirmed it (RFC 9111 4.3.4); None if it is about another."""
        await pool.discard(response)
        now, key, variant = self._clock.time(), question.key, found.stored.variant
        stored = freshened(found.stored, sent, response, time, now, self._policy)
        if stored is None:
            await self._call(self.storage.remove, key, variant)
            return None
        freshness = freshness_of(stored, now, self._policy)
        may_be = may_be_kept(stored, sent, freshness) and not self._state.is_invalid(
            question.key, question.since
        )
        if stored.variant == variant and may_be:
            await self._call(self.storage.update, key, found.stored, stored)
        else:  # it is for other requests now, or for none
            await self._call(self.storage.remove, key, variant)
            if may_be:
                await self._call(self.storage.put, key, stored, found.body)
        return _Found(stored, found.body, freshness)

    async def _take(
        self, question: _Question, found: _Found | None, response: pool.Response, time: float
    ) -> None:
        """Have a response stored when its body was read, if it may be."""
        request, key = question.request, question.key
        stored = stored_of(request, response, time, self._clock.time(), self._policy)
        if found is not None and outdated_by(found.stored, request, response):
            # Now: what takes its place may break off, be left, or be too large.
            await self._call(self.storage.remove, key, found.stored.variant)
        if stored is None:
            return
        length = response.headers.get("Content-Length", "")
        most = self.storage.max_body_bytes
        if length.isdecimal() and int(length[:20]) > most:
            return

        async def keep(body: bytes) -> None:
            if not self._state.is_invalid(question.key, question.since):
                await self._call(self.storage.put, key, stored, body)

        response.wrap_source(partial(Recorder, keep=keep, most=most))

    async def _pass(self, request: pool.Request) -> pool.Response:
        """Send a request that is none for a cache; what its response makes invalid is forgotten."""
        response = await self._inner.send(request)
        self._count("passes")
        await _guarded(response, self._forget, request, removed_urls(request, response))
        reason = "bypass" if request.method in ("GET", "HEAD") else "method"
        return noted(response, forwarded=reason)

    async def _forget(self, request: pool.Request, urls: set[URL]) -> None:
        keys = [self._key(request, url) for url in urls]
        if keys:
            self._state.note_invalid(keys, self._clock.time())
        for key in keys:
            await self._call(self.storage.remove, key)

    async def _refuse(self, request: pool.Request) -> pool.Response:
        """Answer a request that must not be sent, and that nothing here answers (RFC 9111 5.2.1.7)."""
        self._count("misses")
        return noted(pool.Response(504, request=request), detail="only-if-cached")

    def _key(self, request: pool.Request, url: URL | None = None) -> bytes:
        return key_of(request, url, tls=self._tls, network=self._network)

    def _count(self, what: str) -> None:
        with self._state.lock:
            self._state.counts[what] += 1

    def __repr__(self) -> str:
        return f"<CacheAdapter {self.storage!r}>"


def _chosen(
    storage: Storage, key: bytes, request: Headers
) -> tuple[StoredResponse | None, bytes | None] | None:
    """Return the response that is stored for a request with these fields, or None if there is none at all."""
    heads = storage.find(key)
    for stored in heads:
        if is_for(stored, request):
            return stored, storage.body(key, stored)
    return (None, None) if heads else None


async def _guarded(
    response: pool.Response, function: Callable[[*Ts], Awaitable[object]], *args: *Ts
) -> None:
    """Await a function that has to do with an open response, which is closed if that is interrupted."""
    try:
        await function(*args)
    except BaseException:
        await response.close()
        raise


def _answer(
    request: pool.Request,
    found: _Found,
    forwarded: str | None = None,
    forwarded_status: int | None = None,
    detail: str | None = None,
) -> pool.Response:
    """Make a response of what is stored. The last three arguments are for its Cache-Status."""
    stored, body, freshness = found
    fields = stored.headers.copy()
    fields.set("Age", str(int(freshness.age)))  # RFC 9111 4
    status_code, reason_phrase = stored.status_code, stored.reason_phrase
    if not request.headers.isdisjoint(CONDITIONS) and answers_condition(stored, request.headers):
        status_code, reason_phrase, body = 304, "Not Modified", b""
    response = pool.Response(
        status_code,
        fields,
        b"" if request.method == "HEAD" else body,
        request=request,
        protocol=stored.protocol,
        reason_phrase=reason_phrase,
    )
    return noted(
        response,
        forwarded=forwarded,
        forwarded_status=forwarded_status,
        ttl=floor(freshness.lifetime - freshness.age),
        detail=detail,
    )


def _fresh_answer(
    request: pool.Request, found: _Found, confirmation: pool.Response, reason: str
) -> pool.Response:
    """Make a response of what a 304 has confirmed, with the cookies that came with that."""
    answer = _answer(request, found, reason, confirmation.status_code)
    for value in confirmation.headers.get_list("Set-Cookie"):
        answer.headers.add("Set-Cookie", value)
    return answer
