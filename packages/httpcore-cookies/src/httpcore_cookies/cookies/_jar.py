"""The cookie jar (RFC 6265bis, sections 5.7 and 5.8).

Decides which cookies of a response are stored, which go into a request, and what a caller sees of
them. How a field is read stands in `_parse`, where cookies lie in `_store`: neither may live
here, and no I/O.

A caller's cookie without a domain is *unscoped*: kept apart, meant for the requests that the
caller makes, never for a hop that a redirect led to. So a client builds the field of such a hop
with `unscoped=False`.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar, overload

from ._check import check_domain, check_name, check_path, check_value, shown
from ._cookie import Cookie, SameSite
from ._errors import CookieConflict
from ._match import default_path, domain_match, is_ip, path_match
from ._parse import ParsedCookie, parse_set_cookie
from ._store import Store
from ._suffixes import is_public_suffix as built_in_suffixes

__all__ = ["CookieJar"]

T = TypeVar("T")

_MAX_AGE_SECONDS = 400 * 24 * 3600  # RFC 6265bis 5.5: no cookie lives longer than 400 days
_MAX_PER_DOMAIN = 180  # what browsers keep; RFC 6265bis 6.1 asks for at least 50
_MAX_TOTAL = 3000  # RFC 6265bis 6.1 asks for at least this many
_SECURE_SCHEMES = frozenset({"https", "wss"})


class CookieJar:
    """Cookies that responses set and requests send, with a mapping's face for the caller.

    `clock` gives Unix seconds. `is_public_suffix` tells domains that strangers share; the
    built-in one knows a short list. `max_per_domain` and `max_total` limit what servers can make
    it keep: the expired go first, then the oldest. Hosts are lower-case ASCII, as URLs give them.
    Threads may share a jar. RFC 6265bis, sections 5.5 to 5.8.

    >>> jar = CookieJar(clock=lambda: 0.0)
    >>> jar.extract(["id=s3cret; Path=/; Secure"], scheme="https", host="a.test", path="/login")
    >>> jar.header(scheme="https", host="a.test", path="/")
    'id=s3cret'
    >>> jar["theme"] = "dark"
    >>> jar
    <CookieJar 1 cookie for 1 domain, 1 unscoped: id, theme>
    """

    __slots__ = ("_clock", "_is_public_suffix", "_newest", "_store", "_unscoped")

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        is_public_suffix: Callable[[str], bool] = built_in_suffixes,
        max_per_domain: int = _MAX_PER_DOMAIN,
        max_total: int = _MAX_TOTAL,
    ) -> None:
        self._clock = clock
        self._is_public_suffix = is_public_suffix
        self._newest = -math.inf
        self._store = Store(max_per_domain, max_total)
        self._unscoped: dict[str, Cookie] = {}

    # -- what servers set --

    def extract(
        self, set_cookie_values: Iterable[str], *, scheme: str, host: str, path: str
    ) -> None:
        """Store the cookies of a response; ignore those that may not be.

        Takes the values of its Set-Cookie fields, one each, and scheme, host and path of the
        request that it answers. Raises nothing about their content. RFC 6265bis, section 5.7.
        """
        host = _canonical(host)
        for value in set_cookie_values:
            parsed = parse_set_cookie(value)
            if parsed is not None:
                self._receive(parsed, scheme.lower() in _SECURE_SCHEMES, host, path)

    def _receive(self, parsed: ParsedCookie, from_secure: bool, host: str, path: str) -> None:  # noqa: FBT001
        domain = self._domain_for(parsed.domain or "", host)
        if domain is None or (parsed.secure and not from_secure):
            return
        now = self._clock()
        cookie = Cookie(
            parsed.name,
            parsed.value,
            domain or host,
            default_path(path) if parsed.path is None else parsed.path,
            not domain,
            parsed.secure,
            parsed.http_only,
            parsed.same_site,
            _expiry(parsed, now),
        )
        if not _prefix_kept(cookie, parsed):
            return
        if not cookie.secure and not from_secure and self._hides_secure(cookie):
            return
        self._put(cookie, now)

    def _domain_for(self, domain: str, host: str) -> str | None:
        """Return the cookie's domain, "" for the host alone, None for a cookie to ignore."""
        if domain and self._covers_strangers(domain):
            return "" if domain == host else None
        return domain if not domain or domain_match(host, domain) else None

    def _covers_strangers(self, domain: str) -> bool:
        # What lies below an address is no host at all; not every resolver knows.
        return is_ip(domain) or self._is_public_suffix(domain)

    def _hides_secure(self, cookie: Cookie) -> bool:
        """Tell whether a cookie from plain HTTP would hide a secure one (RFC 6265bis 5.7)."""
        around = self._store.secure_around(cookie.name, cookie.domain)
        return any(path_match(cookie.path, other.path) for other in around)

    def _put(self, cookie: Cookie, now: float) -> None:
        old = self._store.same(cookie)
        if cookie.is_expired(now):  # this is how servers delete
            self._store.drop(cookie)
            return
        # An overwritten cookie keeps its age, and so its place in the field (5.7). No two are of
        # one age.
        if old is not None and not old.is_expired(now):
            created = old.created
        else:
            created = self._newest = max(now, math.nextafter(self._newest, math.inf))
        self._store.put(cookie.copy_with(created=created), now)

    # -- what requests send --

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept at all, not even a cookie that has expired: a cheap look."""
        return self._store.is_empty and not self._unscoped

    def header(self, *, scheme: str, host: str, path: str, unscoped: bool = True) -> str | None:
        """Return the Cookie field for a request, or None if it has none.

        Takes scheme, host and path of the request. Longer paths come first, then older cookies,
        then the unscoped ones, except those named as one that a server set; `unscoped=False`
        leaves them out: for a hop that the caller didn't ask for. The time depends only on the
        cookies of the host and of the domains above it. RFC 6265bis, section 5.8.3.
        """
        if self.is_empty:
            return None
        host, path = _canonical(host), path.partition("?")[0] or "/"
        from_secure, now = scheme.lower() in _SECURE_SCHEMES, self._clock()
        found: list[Cookie] = []
        for cookie in self._store.for_host(host):
            if cookie.is_expired(now):
                self._store.drop(cookie)
            elif (
                (not cookie.host_only or cookie.domain == host)
                and (from_secure or not cookie.secure)
                and path_match(path, cookie.path)
            ):
                found.append(cookie)
        if len(found) > 1:
            found.sort(key=_sending_order)
        if unscoped and self._unscoped:
            names = {cookie.name for cookie in found}
            found += [
                cookie for cookie in list(self._unscoped.values()) if cookie.name not in names
            ]
        return "; ".join(f"{c.name}={c.value}" if c.name else c.value for c in found) or None

    # -- the caller's view --

    def cookies(self) -> list[Cookie]:
        """Return every cookie that hasn't expired, the unscoped ones last."""
        now = self._clock()
        stored = [cookie for cookie in self._store.all() if not cookie.is_expired(now)]
        return stored + list(self._unscoped.values())

    def unscoped(self) -> dict[str, str]:
        """Return names and values of the cookies that the caller set for no domain: a new dict."""
        return {cookie.name: cookie.value for cookie in list(self._unscoped.values())}

    def _named(self, name: str, domain: str | None, path: str | None) -> list[Cookie]:
        domain = None if domain is None else _canonical(domain).removeprefix(".")
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

    def set(
        self,
        name: str,
        value: str,
        domain: str | None = None,
        path: str = "/",
        *,
        host_only: bool = False,
        secure: bool = False,
        http_only: bool = False,
        same_site: SameSite | None = None,
        expires: float | None = None,
    ) -> None:
        """Set a cookie.

        Without `domain` it is unscoped: sent, whatever the host, with the requests that the
        caller makes, never with a hop that a redirect led to; then nothing but name and value
        counts. With one it goes to that host and, unless `host_only`, those below. `expires` is
        Unix seconds, None for ever. Raises InvalidCookie, a ValueError, for text that would break
        the field, and TypeError for what is not `str`; the jar is unchanged then.
        """
        check_value(check_name(name), value)
        check_path(name, path)
        if domain is None:
            self._unscoped[name] = Cookie(name, value, host_only=False)
            return
        domain = check_domain(name, domain)
        host_only = host_only or self._covers_strangers(domain)
        cookie = Cookie(name, value, domain, path, host_only, secure, http_only, same_site, expires)
        self._put(cookie, self._clock())

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def update(self, cookies: Mapping[str, str]) -> None:
        """Set an unscoped cookie for each item; raises as `set` does, before anything changes."""
        items = list(cookies.items())
        for name, value in items:
            check_value(check_name(name), value)
        for name, value in items:
            self.set(name, value)

    def delete(self, name: str, domain: str | None = None, path: str | None = None) -> None:
        """Remove the cookies of a name, of a domain and path if given; do nothing without any."""
        for cookie in self._named(name, domain, path):
            if cookie.domain:
                self._store.drop(cookie)
            else:
                self._unscoped.pop(name, None)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self.delete(name)

    def clear(self, domain: str | None = None) -> None:
        """Remove every cookie, or those of exactly one domain ("" for the unscoped ones)."""
        if not domain:
            self._unscoped = {}
        if domain != "":
            self._store.clear(None if domain is None else _canonical(domain).removeprefix("."))

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
            f"<CookieJar {_counted(scoped, 'cookie')} for {_counted(len(domains), 'domain')},"
            f" {len(cookies) - scoped} unscoped: {listed}>"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _canonical(host: str) -> str:
    # URLs give IPv6 hosts with or without brackets.
    return host.lower().strip("[]")


def _sending_order(cookie: Cookie) -> tuple[int, float]:
    return -len(cookie.path), cookie.created


def _expiry(parsed: ParsedCookie, now: float) -> float | None:
    # RFC 6265bis 5.7: Max-Age, if there is one, wins over Expires.
    if parsed.max_age is not None:
        return now + min(parsed.max_age, _MAX_AGE_SECONDS) if parsed.max_age > 0 else -math.inf
    return None if parsed.expires is None else min(parsed.expires, now + _MAX_AGE_SECONDS)


def _prefix_kept(cookie: Cookie, parsed: ParsedCookie) -> bool:
    """Tell whether a cookie keeps what its name promises (RFC 6265bis 4.1.3, 5.7)."""
    name = cookie.name.lower()
    if not name:  # else a server that reads "=value" as a name would believe the promise
        return not cookie.value.lower().startswith(("__secure-", "__host-"))
    if name.startswith("__host-"):
        return cookie.secure and cookie.host_only and parsed.path == "/"
    return cookie.secure or not name.startswith("__secure-")
