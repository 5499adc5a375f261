"""`AuthAdapter`: authentication. Each scheme is a flow of `httpcore_cookies`; this drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._options import ClientOptions
from .._siblings import AuthRequest, AuthResponse, pool
from ._base import Layer, discard

if TYPE_CHECKING:
    from .._siblings import Auth

__all__ = ["AuthAdapter"]

_MAX_ROUNDS = 10  # attempts of one flow; more is a flow that never accepts an answer


class AuthAdapter(Layer):
    """Adds credentials: those of the request's options, or of its URL's userinfo.

    An Authorization field that the caller has set is left alone.
    """

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request as often as its auth flow asks for.

        Raises:
            BodyNotReplayable: the flow needs the body again, and it was a one-shot iterator.
            HTTPError: what the levels below raise.
        """
        auth = _auth(request)
        if auth is None:
            return await self._inner.send(request)
        url = request.url
        flow = auth.flow(
            AuthRequest(
                method=request.method,
                url=str(url.copy_with(username="", password="") if url.username else url),
                host=url.host,
                target=url.full_path,
                headers=request.headers,
            )
        )
        try:
            fields = next(flow, ())  # one that stops at once accepts any response
            for _ in range(_MAX_ROUNDS):
                attempt = request
                if fields:
                    attempt = request.copy_with()
                    for name, value in fields:
                        attempt.headers.set(name, value)
                response = await self._inner.send(attempt)
                try:
                    fields = flow.send(AuthResponse(response.status_code, response.headers))
                except StopIteration:
                    return response
                except BaseException:
                    await response.close()
                    raise
                await discard(response)
        finally:
            flow.close()
        raise RuntimeError(f"{auth!r} asked for more than {_MAX_ROUNDS} attempts")


def _auth(request: pool.Request) -> Auth | None:
    url, auth = request.url, ClientOptions.of(request.options).auth
    if url.username or url.password:
        from .._siblings import BasicAuth  # here, as only who uses it imports it

        auth = BasicAuth(url.username, url.password)
    return None if auth is None or "Authorization" in request.headers else auth
