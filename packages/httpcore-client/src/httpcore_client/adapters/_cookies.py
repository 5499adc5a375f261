"""`CookieAdapter`: cookies between requests. What a jar takes and gives is `httpcore_cookies`' rule."""

from __future__ import annotations

from functools import partial

from .._options import ClientOptions
from .._siblings import CookieJar, pool
from ..policy._cookie_field import joined
from ._base import Layer

__all__ = ["CookieAdapter"]


class CookieAdapter(Layer):
    """Sends the jar's cookies and stores those that responses set.

    Args:
        inner: the adapter below.
        jar: where cookies are kept.
    """

    def __init__(self, inner: pool.Adapter, jar: CookieJar) -> None:
        super().__init__(inner)
        self.jar: CookieJar = jar

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request with the cookies for its URL, and take in what comes back."""
        options = ClientOptions.of(request.options)
        if options.auth is not None:  # userinfo is sent once: it needs nothing to be renewed
            renew = partial(self._renewed, request.headers.get("Cookie"))
            request = request.with_options(options.copy_with(renew=renew))
        sent = request if self.jar.is_empty else self._with_cookies(request)
        response = await self._inner.send(sent)
        if "Set-Cookie" in response.headers:
            self._take(request, response)
        return response

    def _with_cookies(self, request: pool.Request) -> pool.Request:
        """Return the request with the jar's cookies, beside those that the caller has set."""
        url, options = request.url, ClientOptions.of(request.options)
        found = self.jar.header(
            scheme=url.scheme,
            host=url.host,
            path=url.path,
            unscoped=not options.foreign,
            method=request.method,
            led_from=options.led_from,
        )
        if not found:
            return request
        own = request.headers.get("Cookie")
        request = request.copy_with()
        request.headers.set("Cookie", joined(own, found))
        return request

    def _take(self, request: pool.Request, response: pool.Response) -> None:
        """Store what a response sets."""
        url = request.url
        values = response.headers.get_list("Set-Cookie")
        stored = self.jar.extract(values, scheme=url.scheme, host=url.host, path=url.path)
        response.cookies = {cookie.name: cookie.value for cookie in stored}

    def _renewed(
        self, own: str | None, request: pool.Request, response: pool.Response
    ) -> pool.Request:
        """Return the request to send again after a response that nobody above will see."""
        self._take(request, response)
        request = request.copy_with()
        request.headers.remove("Cookie")
        if own is not None:
            request.headers.set("Cookie", own)
        return self._with_cookies(request)

    def __repr__(self) -> str:
        return f"<CookieAdapter {len(self.jar)} cookies>"
