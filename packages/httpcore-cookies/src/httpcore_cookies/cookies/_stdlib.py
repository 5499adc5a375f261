"""Cookies from and to the standard library's `http.cookiejar`.

Decides what its fields mean here and ours there. Its jar knows more (ports, comments, the
versions of RFC 2965), which is dropped, and less (a cookie for one host alone goes to those below
it, too), so nothing else should be left to it.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ._check import check_cookie
from ._cookie import Cookie, SameSite

if TYPE_CHECKING:
    from http import cookiejar

__all__ = ["from_stdlib", "to_stdlib"]

_SAME_SITES: dict[str, SameSite] = {"strict": "strict", "lax": "lax", "none": "none"}
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]*")  # RFC 9110 5.6.2
_TO_ESCAPE = re.compile(r'(["\\])')
_LOCAL = ".local"


def from_stdlib(jar: "Iterable[cookiejar.Cookie]") -> list[Cookie]:
    """Return the cookies of a jar of the standard library, or of one built on it.

    One without a domain is unscoped. Raises InvalidCookie, which doesn't show the value, for
    a cookie that no server may set.
    """
    cookies = [_from_stdlib(cookie) for cookie in jar]
    for cookie in cookies:
        check_cookie(cookie)
    return cookies


def _from_stdlib(cookie: "cookiejar.Cookie") -> Cookie:
    name, value = cookie.name, cookie.value
    if value is None:  # there, "Set-Cookie: a" has a name and no value
        name, value = "", name
    elif cookie.version and not _TOKEN.fullmatch(value):
        # The quotes of RFC 2965 are no part of its values, but of ours.
        value = '"' + _TO_ESCAPE.sub(r"\\\1", value) + '"'
    rest: dict[str, Any] = getattr(cookie, "_rest", {})
    others = {key.lower(): text for key, text in rest.items()}
    return Cookie(
        name,
        value,
        _host(cookie.domain, specified=cookie.domain_specified),
        cookie.path,
        host_only=bool(cookie.domain) and not cookie.domain_specified,
        secure=bool(cookie.secure),
        http_only="httponly" in others,
        same_site=_SAME_SITES.get(str(others.get("samesite") or "").lower()),
        expires=cookie.expires,
    )


def _host(domain: str, *, specified: bool) -> str:
    domain = domain.removeprefix(".")
    # It gives this end to hosts that have no dot; one that had it from the start is not told apart.
    host = domain.removesuffix(_LOCAL)
    return (domain if specified or "." in host else host).strip("[]")


def to_stdlib(cookies: Iterable[Cookie]) -> "cookiejar.CookieJar":
    """Return a jar of the standard library with the cookies.

    The unscoped ones are left out: that jar would send them to every host, whoever led there.
    Raises InvalidCookie or TypeError as `CookieJar.add` does.
    """
    from http.cookiejar import CookieJar

    jar = CookieJar()
    for cookie in cookies:
        check_cookie(cookie)
        if cookie.domain:
            jar.set_cookie(_to_stdlib(cookie))
    return jar


def _to_stdlib(cookie: Cookie) -> "cookiejar.Cookie":
    from http import cookiejar

    host = f"[{cookie.domain}]" if ":" in cookie.domain else cookie.domain
    if "." not in host:
        host += _LOCAL
    rest: dict[str, Any] = {"HttpOnly": None} if cookie.http_only else {}
    if cookie.same_site:
        rest["SameSite"] = cookie.same_site.capitalize()
    return cookiejar.Cookie(
        version=0,
        name=cookie.name or cookie.value,
        value=cookie.value if cookie.name else None,
        port=None,
        port_specified=False,
        domain=host if cookie.host_only else "." + cookie.domain,
        domain_specified=not cookie.host_only,
        domain_initial_dot=not cookie.host_only,
        path=cookie.path,
        path_specified=True,
        secure=cookie.secure,
        expires=None if cookie.expires is None else int(cookie.expires),
        discard=cookie.expires is None,
        comment=None,
        comment_url=None,
        rest=rest,
    )
