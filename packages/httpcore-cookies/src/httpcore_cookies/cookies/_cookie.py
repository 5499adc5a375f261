"""One cookie as the jar keeps it (RFC 6265bis, section 5.7).

Decides what a cookie consists of and how it shows itself. How it is parsed, matched and replaced
may not live here.
"""

from typing import Literal, TypeAlias

from .._siblings import Value

__all__ = ["Cookie", "Entry", "SameSite"]

SameSite: TypeAlias = Literal["strict", "lax", "none"]


class Cookie(Value):
    """A stored cookie.

    `domain` is a host in lower case; with `host_only` the cookie is for that host alone, else for
    those below it, too. An empty `domain` means unscoped: set by the caller, for any host.
    `expires` and `created` are Unix seconds; `expires` None means until the end of the session.
    `repr` hides the value. RFC 6265bis, section 5.7.

    >>> Cookie("id", "s3cret", domain="a.test")
    Cookie('id', [secure], domain='a.test', path='/', host_only=True)
    """

    name: str
    value: str
    domain: str = ""
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    expires: float | None = None
    created: float = 0.0

    def is_expired(self, now: float) -> bool:
        """Tell whether the cookie's time is over at `now`, in Unix seconds."""
        return self.expires is not None and self.expires <= now

    def __repr__(self) -> str:
        shown = f"Cookie({self.name!r}, [secure], domain={self.domain!r}, path={self.path!r}"
        for name in ("host_only", "secure", "http_only"):
            if getattr(self, name):
                shown += f", {name}=True"
        if self.same_site is not None:
            shown += f", same_site={self.same_site!r}"
        if self.expires is not None:
            shown += f", expires={self.expires!r}"
        return shown + ")"


class Entry:
    """A cookie in a store, with what stands beside it since the cookie is frozen.

    `accessed` grows with each time that it is received or sent; `place` says where it stands in a
    field: longer paths first, then older cookies. RFC 6265bis, sections 5.7 and 5.8.3.
    """

    __slots__ = ("accessed", "cookie", "place")

    def __init__(self, cookie: Cookie, accessed: int = 0) -> None:
        self.cookie = cookie
        self.accessed = accessed
        self.place = (-len(cookie.path), cookie.created)
