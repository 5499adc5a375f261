"""How a jar is saved, loaded, and exchanged with the standard library's.

Decides which format a file gets. The formats stand in `_persist`, the conversion in `_stdlib`, which
are imported when they are used; neither they nor the jar's rules may live here.
"""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, Self

from ._cookie import Cookie
from ._mapping import CookieMapping

if TYPE_CHECKING:
    import http.cookiejar

__all__ = ["SavedCookies", "stdlib_jar"]


def stdlib_jar(cookies: object) -> "http.cookiejar.CookieJar | None":
    """Return what is a jar of `http.cookiejar`, or is built on one; None for anything else."""
    # Not imported here: who has such a jar has done so.
    kind: Any = getattr(sys.modules.get("http.cookiejar"), "CookieJar", ())
    candidates: tuple[Any, ...] = cookies, getattr(cookies, "jar", None)
    return next((jar for jar in candidates if isinstance(jar, kind)), None)


class SavedCookies(CookieMapping):
    """Saves the cookies that a subclass gives, and adds those that were saved."""

    __slots__ = ()

    def add(self, cookies: Iterable[Cookie]) -> None:
        """Put in cookies as they are."""

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        format: Literal["json", "netscape"] | None = None,  # noqa: A002
        session_cookies: bool = True,
    ) -> None:
        """Write the cookies to a file that its owner alone can read; it is replaced as a whole.

        The format is "json", which keeps everything, or "netscape": the cookies.txt of curl, wget and
        browser extensions, which has no place for unscoped cookies and SameSite. None means the
        latter for a name that ends in ".txt". `session_cookies=False` leaves out those without an
        expiry, as browsers do. Raises OSError; the former file is unchanged then.
        """
        from ._persist import to_json, to_netscape, write

        if format not in (None, "json", "netscape"):
            raise ValueError(f"format must be 'json' or 'netscape', not {format!r}")
        if format is None:
            format = "netscape" if os.fspath(path).lower().endswith(".txt") else "json"  # noqa: A001
        cookies = [c for c in self.cookies() if session_cookies or c.expires is not None]
        write(path, to_netscape(cookies) if format == "netscape" else to_json(cookies).encode())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Add the cookies of a file that `save`, curl or a browser's extension has written.

        The format is told by its content. A cookie takes the place of the same one; those that have
        expired are left out. Raises CookieFileError, a ValueError, which names the line, for a file
        that is damaged, and OSError for one that can't be read; the jar is unchanged then.
        """
        from ._persist import read

        self.add(read(path))

    @classmethod
    def from_stdlib(cls, cookies: "Iterable[http.cookiejar.Cookie]") -> Self:
        """Make a jar from one of `http.cookiejar`, such as that of requests, or from some of its cookies.

        Raises InvalidCookie for one that no server may set.
        """
        from ._stdlib import from_stdlib

        jar = cls()
        jar.add(from_stdlib(cookies))
        return jar

    def to_stdlib(self) -> "http.cookiejar.CookieJar":
        """Return a jar of `http.cookiejar` with the same cookies, without the unscoped ones."""
        from ._stdlib import to_stdlib

        return to_stdlib(self.cookies())
