"""What a cookie's name promises to the server that gets it (RFC 6265bis, sections 4.1.3 and 5.7).

Decides on names that begin with `__Secure-`, `__Host-`, `__Http-` or `__Host-Http-`, in any case.
A server's cookie that breaks its promise is refused; a caller's is made to keep it. Where else a
cookie may go may not live here.
"""

from ._check import shown
from ._cookie import Cookie
from ._errors import InvalidCookie

__all__ = [
    "as_promised",
    "breaks_promise",
    "promises_host",
    "promises_http_only",
    "promises_secure",
]

_HOST = "__host-"
_HTTP_ONLY = ("__http-", "__host-http-")
_SECURE = ("__secure-", _HOST, *_HTTP_ONLY)


def promises_secure(name: str) -> bool:
    """Tell whether a name promises that the cookie was set, and is sent, over TLS alone."""
    return name.startswith("__") and name.lower().startswith(_SECURE)


def promises_http_only(name: str) -> bool:
    """Tell whether a name promises that no script has set the cookie."""
    return name.lower().startswith(_HTTP_ONLY)


def promises_host(name: str) -> bool:
    """Tell whether a name promises that the host itself set the cookie, for all of its paths."""
    return name.lower().startswith(_HOST)


def breaks_promise(cookie: Cookie) -> bool:
    """Tell whether a cookie is not what its name says."""
    name = cookie.name
    if not promises_secure(name or cookie.value):
        return False
    if not name:  # a server that reads "=value" as a name would believe the promise
        return True
    if promises_host(name) and not (cookie.host_only and cookie.path == "/"):
        return True
    return not cookie.secure or (promises_http_only(name) and not cookie.http_only)


def as_promised(cookie: Cookie) -> Cookie:
    """Return the cookie as its name says it is.

    Raises InvalidCookie if that would take another path or another name.
    """
    name = cookie.name
    if not promises_secure(name or cookie.value):
        return cookie
    if not name:
        raise InvalidCookie(
            "a cookie without a name must not have a value that begins like a name with a promise"
            " (__Secure- or __Host-, for instance)"
        )
    if promises_host(name) and cookie.path != "/":
        raise InvalidCookie(
            f"cookie {shown(name)}: the path must be '/', since the name begins with __Host-"
        )
    return cookie.copy_with(
        host_only=cookie.host_only or promises_host(name),
        secure=True,
        http_only=cookie.http_only or promises_http_only(name),
    )
