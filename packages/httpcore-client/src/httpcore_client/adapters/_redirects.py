"""`RedirectAdapter`: follows redirects and keeps history. The rule is `policy/_redirects`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from .._counted import counted
from .._options import ClientOptions
from .._siblings import pool
from ..policy._redirects import next_request
from ._base import Layer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

__all__ = ["RedirectAdapter"]

_OnRedirect: TypeAlias = "Callable[[pool.Response], Awaitable[object]]"


class RedirectAdapter(Layer):
    """Follows redirects, up to a number of hops.

    Args:
        inner: the adapter below.
        max_redirects: how many hops are followed; 0 follows none and raises on the first.
        allow_downgrade: whether a redirect from https to http is followed (without credentials).
        sensitive: names of fields that stay with their origin, besides those that headers know by themselves.
        on_redirect: is awaited with each response that is about to be followed, already closed; None for
            nobody.
        now: the clock of trace events; None for no word of redirects to who watches a request.
    """

    def __init__(
        self,
        inner: pool.Adapter,
        *,
        max_redirects: int = 20,
        allow_downgrade: bool = True,
        sensitive: Collection[str] = (),
        on_redirect: _OnRedirect | None = None,
        now: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(inner)
        if isinstance(max_redirects, bool) or not isinstance(max_redirects, int):
            raise TypeError(f"max_redirects must be an int, not {type(max_redirects).__name__}")
        if max_redirects < 0:
            raise ValueError(f"max_redirects must be 0 or more, not {max_redirects}")
        if not isinstance(allow_downgrade, bool):
            kind = type(allow_downgrade).__name__
            raise TypeError(f"allow_downgrade must be True or False, not {kind}")
        self._max_redirects = max_redirects
        self._allow_downgrade = allow_downgrade
        self._sensitive = tuple(sensitive)
        self._on_redirect = on_redirect
        self._now = now

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, follow where it is led, and return the last response.

        Raises:
            TooManyRedirects: the limit was reached; `history` has the responses.
            InvalidRedirect: a Location can't be followed.
            BodyNotReplayable: a redirect needs the body again, and it was a one-shot iterator.
            HTTPError: what the levels below raise.
        """
        response = await self._inner.send(request)
        return await self._follow(request, response, ()) if response.is_redirect else response

    async def _follow(
        self,
        request: pool.Request,
        response: pool.Response,
        history: tuple[pool.Response, ...],
    ) -> pool.Response:
        """Follow from this response to a request on, to which that history has led."""
        while True:
            response.set_redirect(history)
            if not response.is_redirect:
                return response
            follow = ClientOptions.of(request.options).allow_redirects
            try:
                following = next_request(
                    request,
                    response,
                    allow_downgrade=self._allow_downgrade,
                    sensitive=self._sensitive,
                )
            except pool.InvalidRedirect as error:
                if not follow:
                    response.set_redirect(history, why_not=error.message)
                    return response
                await pool.discard(response)
                error.about(request)
                raise
            if not follow:
                step = partial(self._step, history=(*history, response))
                response.set_redirect(history, following, step)
                return response
            await pool.discard(response)
            _check_body(following)
            response.set_redirect(history, following, why_not="it was followed already")
            history = (*history, response)
            if len(history) > self._max_redirects:
                raise self._too_many(request, history)
            if self._on_redirect is not None:
                await self._on_redirect(response)
            if request.options.trace is not None and self._now is not None:
                url = following.url.masked
                details = {"status_code": response.status_code, "url": url}
                event = pool.TraceEvent("request.redirect", request, self._now(), details)
                request.options.trace(event)
            request = following
            response = await self._inner.send(request)

    def _too_many(
        self, request: pool.Request, history: tuple[pool.Response, ...]
    ) -> pool.TooManyRedirects:
        error = pool.TooManyRedirects(
            f"more than {counted(self._max_redirects, 'redirect')} (max_redirects)"
        )
        error.history = history
        return error.about(request)

    async def _step(
        self, request: pool.Request, history: tuple[pool.Response, ...]
    ) -> pool.Response:
        """Take one hop: what `response.next()` does."""
        options = ClientOptions.of(request.options).copy_with(allow_redirects=False)
        request = request.with_options(options)
        _check_body(request)
        return await self._follow(request, await self._inner.send(request), history)

    def __repr__(self) -> str:
        shown = "" if self._allow_downgrade else " allow_downgrade=False"
        return f"<RedirectAdapter max_redirects={self._max_redirects}{shown}>"


def _check_body(request: pool.Request) -> None:
    """Refuse a body that can't be sent again, before the head of a request for it is sent."""
    body = request.body
    if body is not None and body.opened and not body.replayable:
        try:
            body.open()  # which says why not
        except pool.BodyNotReplayable as error:
            error.about(request)
            raise
