"""`RedirectAdapter`: follows redirects and keeps history. The rule is `policy/_redirects`."""

from __future__ import annotations

from functools import partial

from .._options import ClientOptions
from .._siblings import pool
from ..policy._redirects import next_request
from ._base import Layer

__all__ = ["RedirectAdapter"]


class RedirectAdapter(Layer):
    """Follows redirects, up to a number of hops.

    Args:
        inner: the adapter below.
        max_redirects: how many hops are followed; 0 follows none and raises on the first.
    """

    def __init__(self, inner: pool.Adapter, *, max_redirects: int = 20) -> None:
        super().__init__(inner)
        if isinstance(max_redirects, bool) or not isinstance(max_redirects, int):
            raise TypeError(f"max_redirects must be an int, not {type(max_redirects).__name__}")
        if max_redirects < 0:
            raise ValueError(f"max_redirects must be 0 or more, not {max_redirects}")
        self._max_redirects = max_redirects

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
                following = next_request(request, response)
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
            history = (*history, response)
            if len(history) > self._max_redirects:
                raise self._too_many(request, history)
            request = following
            response = await self._inner.send(request)

    def _too_many(
        self, request: pool.Request, history: tuple[pool.Response, ...]
    ) -> pool.TooManyRedirects:
        error = pool.TooManyRedirects(f"more than {self._max_redirects} redirects (max_redirects)")
        error.history = history
        return error.about(request)

    async def _step(
        self, request: pool.Request, history: tuple[pool.Response, ...]
    ) -> pool.Response:
        """Take one hop: what `response.next()` does."""
        options = ClientOptions.of(request.options).copy_with(allow_redirects=False)
        request = request.with_options(options)
        return await self._follow(request, await self._inner.send(request), history)

    def __repr__(self) -> str:
        return f"<RedirectAdapter max_redirects={self._max_redirects}>"
