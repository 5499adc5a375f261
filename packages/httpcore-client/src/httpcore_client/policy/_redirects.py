"""Where a redirect leads, and what may go along (RFC 9110 15.4, 10.2.2). Sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._options import ClientOptions
from .._siblings import URL, Headers, InvalidURL, pool
from ._cookie_field import without

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

__all__ = ["next_request"]

# Fields that describe content go when the content goes (RFC 9110 15.4, 8).
_CONTENT_FIELDS = frozenset(
    {"transfer-encoding", "trailer", "expect", "digest", "repr-digest", "last-modified"}
)

_LONGEST_SHOWN = 200  # characters of a URL, in a message


def next_request(
    request: pool.Request,
    response: pool.Response,
    *,
    allow_downgrade: bool = True,
    sensitive: Collection[str] = (),
) -> pool.Request:
    """Return the request that a redirect response asks for.

    Args:
        request: the request that was answered.
        response: the answer, which knows its history.
        allow_downgrade: whether it may lead from https to http.
        sensitive: names of fields that stay with their origin, besides those that the headers know.

    Raises:
        InvalidRedirect: the Location is missing, doubled, malformed, not http(s), or not allowed.
    """
    url = _location(request.url, response)
    if request.url.is_ssl and not (url.is_ssl or allow_downgrade):
        raise pool.InvalidRedirect(
            f"the redirect leads from https to {_shown(url)} (allow_downgrade=False)"
        )
    method = _method(request.method, response.status_code)
    headers = request.headers.copy()
    headers.remove("Host")  # the caller's, if it was, was meant for the first request
    headers.remove("Proxy-Authorization")
    own = headers.get("Cookie")
    if own is not None and response.cookies:
        headers.remove("Cookie")
        if (left := without(own, response.cookies)) is not None:
            headers.set("Cookie", left)
    content: pool.RequestBody | None = request.body
    if method != request.method:  # GET now: without content
        content = None
        for name in list(headers):
            if name.lower().startswith("content-") or name.lower() in _CONTENT_FIELDS:
                headers.remove(name)
    options = ClientOptions.of(request.options)
    if options.target is not None or options.connect_protocol is not None:
        options = options.copy_with(
            target=None, connect_protocol=None
        )  # those of the first one, too
    if request.url.host not in options.led_from:
        options = options.copy_with(led_from=(*options.led_from, request.url.host))
    if url.origin != request.url.origin:
        headers = Headers(headers, sensitive=sensitive).without_sensitive()
        user, password = "", ""
        options = options.copy_with(auth=None, foreign=True)
        if options.ssl is not None:  # said of the first origin: no check is left out for another
            options = options.copy_with(ssl=options.ssl.for_others())
    else:
        user, password = request.url.username, request.url.password
    if (url.username, url.password) != (user, password):
        # A server doesn't choose who is shown to whom. What looks like userinfo may be there to be
        # mistaken for the host, too: https://bank@evil.
        url = _changed(url, username=user, password=password)
    return pool.Request(method, url, content, headers, options=options)


def _location(base: URL, response: pool.Response) -> URL:
    locations = set(response.headers.get_list("Location"))
    if len(locations) != 1:
        found = "several Location fields that differ" if locations else "no Location"
        raise pool.InvalidRedirect(f"the redirect has {found}")
    location = locations.pop()
    # An empty one asks for the same again (RFC 3986 5.2.2), which may help once: with a cookie, say.
    if not location and response.history and not response.history[-1].headers.get("Location"):
        raise pool.InvalidRedirect(
            "the redirect has an empty Location, and so had the one before it"
        )
    try:
        url = base.resolve_with(_text(location))
    except InvalidURL as error:
        raise _unusable(error) from error
    if url.scheme not in ("http", "https"):
        raise pool.InvalidRedirect(
            f"the redirect leads to {_shown(url)}; only http and https are followed"
        )
    if not url.fragment and base.fragment:
        url = _changed(url, fragment=base.fragment)  # RFC 9110 10.2.2
    return url


def _changed(url: URL, **changes: Any) -> URL:
    try:
        return url.copy_with(**changes)
    except InvalidURL as error:  # it is too long with what it inherits
        raise _unusable(error) from error


def _unusable(error: InvalidURL) -> pool.InvalidRedirect:
    return pool.InvalidRedirect(f"the redirect's Location can't be used: {error}")


def _shown(url: URL) -> str:
    """Show what a server wrote: masked, escaped and cut."""
    text = url.masked
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")


def _text(location: str) -> str:
    """Octets outside ASCII are UTF-8 from servers that mean well, ISO-8859-1 from old ones."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return location


def _method(method: str, status_code: int) -> str:
    if status_code == 303:
        return method if method == "HEAD" else "GET"
    if status_code in (301, 302) and method == "POST":
        return "GET"
    return method
