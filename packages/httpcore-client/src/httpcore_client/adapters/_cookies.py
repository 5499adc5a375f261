"""`CookieAdapter`: cookies between requests. What a jar takes and gives is `httpcore_cookies`' rule."""

from __future__ import annotations

from weakref import ref

from .._counted import counted
from .._options import ClientOptions
from .._siblings import CookieJar, pool
from ..policy._cookie_field import joined, without
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
            renew = _Renewal(self, request.headers.get("Cookie"))
            request = request.with_options(options.copy_with(renew=renew))
        sent = request if self.jar.is_empty else self.fill(request)
        response = await self._inner.send(sent)
        try:
            self.take(request, response)
        except BaseException:  # from a caller's clock or rule of suffixes, or Ctrl-C
            await response.close()
            raise
        return response

    def fill(self, request: pool.Request) -> pool.Request:
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

    def take(self, request: pool.Request, response: pool.Response) -> None:
        """Store what a response sets."""
        # 407 is a proxy's answer, which has no cookies for the origin to keep (RFC 9110 15.5.8).
        if "Set-Cookie" not in response.headers or response.status_code == 407:
            return
        url = request.url
        values = response.headers.get_list("Set-Cookie")
        stored = self.jar.extract(values, scheme=url.scheme, host=url.host, path=url.path)
        response.cookies = {cookie.name: cookie.value for cookie in stored}

    def __repr__(self) -> str:
        return f"<CookieAdapter {counted(len(self.jar.cookies()), 'cookie')}>"


class _Renewal:
    """Builds a request anew after a response that nobody above will see; its repr hides what it holds."""

    __slots__ = ("_adapter", "_own")

    def __init__(self, adapter: CookieAdapter, own: str | None) -> None:
        self._adapter = ref(
            adapter
        )  # weak: it stays on the request, and so on a response that is kept
        self._own = own  # the caller's own field, without the jar's cookies

    def __call__(self, request: pool.Request, response: pool.Response) -> pool.Request:
        adapter = self._adapter()
        if adapter is None:  # the client is gone, and its jar
            return request
        adapter.take(request, response)
        request = request.copy_with()
        request.headers.remove("Cookie")
        if self._own is not None:
            self._own = without(self._own, response.cookies)
        if self._own is not None:
            request.headers.set("Cookie", self._own)
        return adapter.fill(request)
