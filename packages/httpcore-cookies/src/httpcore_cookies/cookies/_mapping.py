"""What a caller sees of a jar as a mapping of names to values.

Decides which value a name means when several cookies have it (none, but a clear error), and that
no value shows in a repr. Where the cookies come from may not live here.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import TypeVar, overload

from ._check import shown
from ._cookie import Cookie
from ._errors import CookieConflict

__all__ = ["CookieMapping", "canonical"]

T = TypeVar("T")


def canonical(host: str) -> str:
    """Return a host in lower case; URLs give IPv6 hosts with or without brackets."""
    try:
        return host.lower().strip("[]")
    except (AttributeError, TypeError):
        raise TypeError(f"a host or domain must be str, not {type(host).__name__}") from None


class CookieMapping:
    """Reads the cookies that a subclass gives. `keys` has each name once, `items` every cookie."""

    __slots__ = ()

    @abstractmethod
    def cookies(self) -> list[Cookie]:
        """Return every cookie that hasn't expired, the unscoped ones last."""

    def _named(self, name: str, domain: str | None, path: str | None) -> list[Cookie]:
        domain = None if domain is None else canonical(domain).removeprefix(".")
        return [
            cookie
            for cookie in self.cookies()
            if cookie.name == name
            and (domain is None or cookie.domain == domain)
            and (path is None or cookie.path == path)
        ]

    @overload
    def get(
        self, name: str, default: None = None, *, domain: str | None = None, path: str | None = None
    ) -> str | None: ...
    @overload
    def get(
        self, name: str, default: T, *, domain: str | None = None, path: str | None = None
    ) -> str | T: ...
    def get(
        self,
        name: str,
        default: object = None,
        *,
        domain: str | None = None,
        path: str | None = None,
    ) -> object:
        """Return the value of a cookie, or the default if there is none.

        `domain` and `path`, exactly those of the cookie, choose among several; `domain=""` means
        the unscoped one. Raises CookieConflict if there are several still.
        """
        found = self._named(name, domain, path)
        if len(found) > 1:
            places = ", ".join(f"{c.domain or 'no domain'} {shown(c.path)}" for c in found[:5])
            raise CookieConflict(
                f"{len(found)} cookies have the name {shown(name)} ({places}):"
                " choose with get(name, domain=..., path=...)"
            )
        return found[0].value if found else default

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return any(cookie.name == name for cookie in self.cookies())

    def keys(self) -> list[str]:
        """Return each name once."""
        return list(dict.fromkeys(cookie.name for cookie in self.cookies()))

    def values(self) -> list[str]:
        """Return the value of every cookie, also of those that share a name."""
        return [cookie.value for cookie in self.cookies()]

    def items(self) -> list[tuple[str, str]]:
        """Return name and value of every cookie, also of those that share a name."""
        return [(cookie.name, cookie.value) for cookie in self.cookies()]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __repr__(self) -> str:
        cookies = self.cookies()
        domains = {cookie.domain for cookie in cookies if cookie.domain}
        scoped = sum(1 for cookie in cookies if cookie.domain)
        names = list(dict.fromkeys(cookie.name for cookie in cookies))
        listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        return (
            f"<{type(self).__name__} {_counted(scoped, 'cookie')} for {_counted(len(domains), 'domain')},"
            f" {len(cookies) - scoped} unscoped: {listed}>"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
