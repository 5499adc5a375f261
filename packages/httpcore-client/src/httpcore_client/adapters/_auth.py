"""`AuthAdapter`: authentication. Each scheme is a flow of `httpcore_cookies`; this drives it."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard
from weakref import WeakKeyDictionary

from .._options import ClientOptions
from .._siblings import AuthError, AuthRequest, AuthResponse, Exclusive, Headers, pool
from ._base import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._siblings import Auth, AuthFields, AuthFlow

__all__ = ["AuthAdapter", "AuthFlowError"]

_Send: TypeAlias = "Callable[[pool.Request], Awaitable[pool.Response]]"

_MAX_REQUESTS = 10  # of one flow; more is a flow that never accepts an answer
_MAX_CONTENT_BYTES = 1024 * 1024  # of the answer to a request of a flow's own


class AuthFlowError(pool.InvalidRequest, AuthError):
    """The request's auth can't do what is asked of it; `__cause__` is the `AuthError` that it raised."""


class AuthAdapter(Layer):
    """Adds credentials: those of the request's options, or of its URL's userinfo.

    An Authorization field that the caller has set is left alone.

    Args:
        inner: the adapter below.
        backend: the world to wait in where steps of flows must not run twice at once; None for a user
            that sends one request at a time.
        aside: what sends requests of a flow's own, such as one for a token; None for the adapter below.
    """

    def __init__(
        self,
        inner: pool.Adapter,
        backend: pool.Backend | None = None,
        aside: _Send | None = None,
    ) -> None:
        super().__init__(inner)
        self.aside: _Send = inner.send if aside is None else aside
        self.backend: pool.Backend | None = backend

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request as often as its auth flow asks for.

        Raises:
            AuthFlowError: the scheme can't do what is asked of it.
            BodyNotReplayable: the flow needs the body again, and it was a one-shot iterator.
            HTTPError: what the levels below raise.
        """
        try:
            auth = _auth(request)
            if auth is not None:
                return await _Exchange(self, auth, request).run()
        except AuthError as error:
            raise AuthFlowError(str(error)).about(request) from error
        return await self._inner.send(request)

    def fill(self, request: pool.Request) -> pool.Request:
        """Return the request with the credentials of its first attempt, if nobody has to be asked for them.

        Raises:
            AuthFlowError: the scheme can't do what is asked of it.
        """
        try:
            auth = _auth(request)
            steps = None if auth is None else auth.flow(_facts(request))
            step = next(steps, None) if isinstance(steps, Generator) else None
        except AuthError as error:
            raise AuthFlowError(str(error)).about(request) from error
        if _is_fields(step) and step:
            request = request.copy_with()
            request.headers = _with_fields(request.headers, step)
        elif isinstance(step, Coroutine):
            step.close()  # nobody will wait for it
        return request

    def turn(self, key: object, backend: pool.Backend) -> pool.Mutex:
        """Return what those with steps of this key take turns by."""
        # Few clients need any. Of two threads that come here at once both get what the first has put.
        turns: WeakKeyDictionary[Any, pool.Mutex]
        turns = vars(self).setdefault("_turns", WeakKeyDictionary())
        turn = turns.get(key)
        return turns.setdefault(key, pool.Mutex(backend)) if turn is None else turn


class _Exchange:
    """One flow at work on one request."""

    __slots__ = ("_adapter", "_auth", "_request", "_requests", "_response")

    def __init__(self, adapter: AuthAdapter, auth: Auth, request: pool.Request) -> None:
        self._adapter = adapter
        self._auth = auth
        self._request = request
        self._requests = 0
        self._response: pool.Response | None = None  # to the last attempt, with its body open

    async def run(self) -> pool.Response:
        """Do the flow's steps; return the response that it accepts."""
        try:
            await self._do(self._auth.flow(_facts(self._request)))
            if self._response is None:  # a flow that stops at once accepts any response
                self._response = await self._adapter.inner.send(self._request)
        except BaseException:
            if self._response is not None:
                await self._response.close()
            raise
        return self._response

    async def _do(self, steps: AuthFlow) -> Any:
        """Do steps until there are no more; return what they return."""
        if not isinstance(steps, Generator):
            raise TypeError(f"{self._auth!r} has no flow of steps: it must yield, and not be async")
        came: Any = None
        try:
            while True:
                try:
                    step = steps.send(came)
                except StopIteration as stop:
                    return stop.value
                came = await self._step(step)
        finally:
            steps.close()

    async def _step(self, step: Any) -> Any:
        if _is_fields(step):
            return await self._attempt(step)
        if self._response is not None and self._response.status_code >= 400:
            await pool.set_aside(self._response)  # what is asked for now may need its connection
        match step:
            case AuthRequest():
                return await self._send_own(step)
            case Exclusive():
                return await self._alone(step)
            case Awaitable():
                return await step  # pyright: ignore[reportUnknownVariableType] - whatever it gives
            case _:
                raise TypeError(
                    f"{self._auth!r} yielded a {type(step).__name__} that is no step: a step is a tuple "
                    "of (name, value) pairs, an AuthRequest, an Exclusive or an awaitable"
                )

    async def _attempt(self, fields: AuthFields) -> AuthResponse:
        """Send the request with these fields, in the place of what was answered so far."""
        self._count()
        if self._response is not None:
            renew = ClientOptions.of(self._request.options).renew
            if renew is not None:
                self._request = renew(self._request, self._response)
            response, self._response = self._response, None
            await pool.discard(response)
        request = self._request
        if fields:
            request = request.copy_with()
            request.headers = _with_fields(request.headers, fields)
        self._response = await self._adapter.inner.send(request)
        return AuthResponse(self._response.status_code, self._response.headers)

    async def _send_own(self, own: AuthRequest) -> AuthResponse:
        """Send a request of the flow's own, within the limits of the one that it is for."""
        self._count()
        headers = own.headers.copy()
        for name in ("User-Agent", "Accept-Encoding"):
            if name in self._request.headers:
                headers.setdefault(name, self._request.headers[name])
        options = ClientOptions.of(self._request.options).for_own_request()
        request = pool.Request(own.method, own.url, own.content or None, headers, options=options)
        response = await self._adapter.aside(request)
        content = bytearray()
        try:
            async for piece in response.stream():
                content += piece
                if len(content) > _MAX_CONTENT_BYTES:
                    raise AuthError(f"the answer of {request.url.masked} is too large")
        finally:
            await response.close()
        return AuthResponse(response.status_code, response.headers, bytes(content))

    async def _alone(self, step: Exclusive) -> Any:
        """Do steps when nobody else does steps of the same key."""
        backend = self._adapter.backend
        if backend is None:
            return await self._do(step.steps)
        turn = self._adapter.turn(step.key, backend)
        options = self._request.options
        left = None if options.deadline is None else max(0.0, options.deadline - backend.now())
        if not await turn.acquire(left):
            raise self._too_late(options, backend.now())
        try:
            return await self._do(step.steps)
        finally:
            turn.release()

    def _too_late(self, options: pool.Options, now: float) -> pool.TotalTimeout:
        total = None if options.timeout is None else options.timeout.total
        error = pool.TotalTimeout("another request was still renewing the credentials", total)
        if options.started is not None:
            error.elapsed = now - options.started
        return error.about(self._request)

    def _count(self) -> None:
        if self._requests == _MAX_REQUESTS:
            raise RuntimeError(f"{self._auth!r} asked for more than {_MAX_REQUESTS} attempts")
        self._requests += 1


def _auth(request: pool.Request) -> Auth | None:
    url, auth = request.url, ClientOptions.of(request.options).auth
    if url.username or url.password:
        from .._siblings import BasicAuth  # here, as only who uses it imports it

        auth = BasicAuth(url.username, url.password)
    return None if auth is None or "Authorization" in request.headers else auth


def _with_fields(headers: Headers, fields: AuthFields) -> Headers:
    """Return headers with these in the place of all of their names; their values are secrets."""
    if len(fields) == 1 and fields[0][0] == "Authorization":  # as nearly always
        headers.set(*fields[0])
        return headers
    headers = Headers(headers, sensitive=[name for name, _ in fields])
    for name, _ in fields:
        headers.remove(name)
    for name, value in fields:
        headers.add(name, value)
    return headers


def _is_fields(step: Any) -> TypeGuard[AuthFields]:
    return isinstance(step, tuple) and all(map(_is_pair, step))  # pyright: ignore[reportUnknownArgumentType]


def _is_pair(field: Any) -> bool:
    return isinstance(field, tuple) and len(field) == 2  # pyright: ignore[reportUnknownArgumentType]


def _facts(request: pool.Request) -> AuthRequest:
    url, body = request.url, request.body
    known = body is None or isinstance(body, pool.BytesBody)
    return AuthRequest(
        method=request.method,
        url=str(url.copy_with(username="", password="") if url.username or url.password else url),
        headers=request.headers.copy(),  # a flow may forget that it must not change them
        content=request.content if known else None,
        target=request.options.target or url.full_path,
        host=url.host,
        origin=str(url.origin),
    )
