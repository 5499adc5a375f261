"""`CookieAdapter`: cookies between requests. What a jar takes and gives is `httpcore_cookies`' rule."""

from __future__ import annotations

from .._options import ClientOptions
from .._siblings import CookieJar, parse_set_cookie, pool
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
        self._jar = jar

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request with the cookies for its URL, and take in what comes back."""
        url = request.url
        if not self._jar.is_empty:
            found = self._jar.header(
                scheme=url.scheme,
                host=url.host,
                path=url.path,
                unscoped=not ClientOptions.of(request.options).foreign,
            )
            if found:
                own = request.headers.get("Cookie")
                request = request.copy_with()
                request.headers.set("Cookie", joined(own, found))
        response = await self._inner.send(request)
        if "Set-Cookie" in response.headers:
            values = response.headers.get_list("Set-Cookie")
            self._jar.extract(values, scheme=url.scheme, host=url.host, path=url.path)
            parsed = [cookie for value in values if (cookie := parse_set_cookie(value)) is not None]
            response.cookies = {cookie.name: cookie.value for cookie in parsed}
        return response

    def __repr__(self) -> str:
        return f"<CookieAdapter {len(self._jar)} cookies>"
