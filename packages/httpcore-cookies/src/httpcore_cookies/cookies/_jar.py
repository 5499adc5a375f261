"""The cookie jar (RFC 6265bis, sections 5.7 and 5.8).

Decides what is done, and in which order, when a response comes, when a request goes and when a
caller asks. The rules themselves stand in the modules that are named for them: neither they nor
I/O may live here.

A caller's cookie without a domain is *unscoped*: kept apart, meant for the requests that the
caller makes, never for a hop by which a redirect led to another origin. So a client builds the
field of such a hop with `unscoped=False`.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Self

from ._check import (
    check_callable,
    check_cookie,
    check_count,
    check_domain,
    check_host,
    check_name,
    check_path,
    check_value,
)
from ._cookie import Cookie, Entry, SameSite
from ._errors import check_text
from ._field import cookie_field, in_order
from ._mapping import canonical
from ._match import path_match
from ._parse import parse_set_cookie
from ._prefixes import as_promised
from ._receive import received
from ._saved import SavedCookies, stdlib_jar
from ._site import covers_strangers, is_cross_site, stays_home
from ._store import Store
from ._suffixes import is_public_suffix as built_in_suffixes

if TYPE_CHECKING:
    import http.cookiejar

__all__ = ["CookieJar"]

_MAX_PER_DOMAIN = 180  # what browsers keep; RFC 6265bis 6.1 asks for at least 50
_MAX_TOTAL = 3000  # RFC 6265bis 6.1 asks for at least this many
_MAX_FIELD_OCTETS = 8190  # what curl sends, and what most servers take in a line at most
_SECURE_SCHEMES = frozenset({"https", "wss"})


class CookieJar(SavedCookies):
    """Cookies that responses set and requests send, with a mapping's face for the caller.

    `clock` gives Unix seconds. `is_public_suffix` tells domains that strangers share; the
    built-in one knows a short list. `max_per_domain` and `max_total` limit what servers can make
    it keep: the expired go first, then those least in use, of crowded domains and not secure at
    first.
    `max_field_octets` limits a Cookie field line. Hosts are lower-case ASCII, as URLs give them.
    Threads may share a jar. Raises TypeError and ValueError for settings that can't be meant. RFC
    6265bis, sections 5.5 to 5.8.

    >>> jar = CookieJar(clock=lambda: 0.0)
    >>> jar.extract(["id=s3cret; Path=/; Secure"], scheme="https", host="a.test", path="/login")
    [Cookie('id', [secure], domain='a.test', path='/', host_only=True, secure=True)]
    >>> jar.header(scheme="https", host="a.test", path="/")
    'id=s3cret'
    >>> jar["theme"] = "dark"
    >>> jar
    <CookieJar 1 cookie for 1 domain, 1 unscoped: id, theme>
    """

    __slots__ = (
        "_clock",
        "_is_public_suffix",
        "_max_field_octets",
        "_newest",
        "_store",
        "_unscoped",
    )

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        is_public_suffix: Callable[[str], bool] = built_in_suffixes,
        max_per_domain: int = _MAX_PER_DOMAIN,
        max_total: int = _MAX_TOTAL,
        max_field_octets: int = _MAX_FIELD_OCTETS,
    ) -> None:
        check_callable("clock", clock)
        check_callable("is_public_suffix", is_public_suffix)
        self._clock = clock
        self._is_public_suffix = is_public_suffix
        self._max_field_octets = check_count("max_field_octets", max_field_octets)
        self._newest = -math.inf
        self._store = Store(
            check_count("max_per_domain", max_per_domain), check_count("max_total", max_total)
        )
        self._unscoped: dict[str, Entry] = {}

    # -- what servers set --

    def extract(
        self, set_cookie_values: Iterable[str], *, scheme: str, host: str, path: str
    ) -> list[Cookie]:
        """Store the cookies of a response; ignore those that may not be.

        Takes the values of its Set-Cookie fields, one each, and scheme, host and path of the
        request that it answers. Returns the cookies that were stored, in order, also one that a
        later one replaced, but none that deletes. Raises nothing about their content, and
        ValueError for a host with a port or what else none has. RFC 6265bis, section 5.7.
        """
        if isinstance(set_cookie_values, (str, bytes)) or not isinstance(
            set_cookie_values, Iterable
        ):
            kind = type(set_cookie_values).__name__
            raise TypeError(f"set_cookie_values must be a list of field values, not one {kind}")
        check_text("scheme", scheme)
        check_text("path", path)
        host = canonical(host)
        check_host(host)
        from_secure, now = scheme.lower() in _SECURE_SCHEMES, self._clock()
        stored: list[Cookie] = []
        for value in set_cookie_values:
            parsed = parse_set_cookie(value)
            if parsed is None:
                continue
            cookie = received(
                parsed,
                from_secure=from_secure,
                host=host,
                path=path,
                now=now,
                is_public_suffix=self._is_public_suffix,
            )
            if cookie is None or (not from_secure and self._hides_secure(cookie, now)):
                continue
            kept = self._put(cookie, now)
            if kept is not None:
                stored.append(kept)
        self._store.make_room(stored, now, spare=True)
        return stored

    def _hides_secure(self, cookie: Cookie, now: float) -> bool:
        """Tell whether a cookie from plain HTTP would hide a secure one (RFC 6265bis 5.7)."""
        around = self._store.secure_around(cookie.name, cookie.domain)
        living = [other for other in around if not other.is_expired(now)]
        return any(path_match(cookie.path, other.path) for other in living)

    def _put(self, cookie: Cookie, now: float) -> Cookie | None:
        """Store a cookie in the place of the same one; return it, or None if it deletes."""
        old = self._store.same(cookie)
        if cookie.is_expired(now):  # this is how servers delete
            if old is not None:
                self._store.drop(old)
            return None
        if cookie.created > 0:
            self._newest = max(self._newest, min(cookie.created, now))
        elif old is not None and not old.is_expired(now):
            # An overwritten cookie keeps its age, and so its place in the field (5.7).
            cookie = cookie.copy_with(created=old.created)
        else:
            self._newest = max(now, math.nextafter(self._newest, math.inf))  # no two are of one age
            cookie = cookie.copy_with(created=self._newest)
        self._store.put(cookie)
        return cookie

    # -- what requests send --

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept at all, not even a cookie that has expired: a cheap look."""
        return self._store.is_empty and not self._unscoped

    def header(
        self,
        *,
        scheme: str,
        host: str,
        path: str,
        unscoped: bool = True,
        method: str = "GET",
        led_from: Iterable[str] = (),
    ) -> str | None:
        """Return the Cookie field for a request, or None if it has none.

        Takes scheme, host and path of the request. Longer paths come first, then older cookies,
        then the unscoped ones, except those named as one that a server set; `unscoped=False`
        leaves them out: for a hop that the caller didn't ask for. `led_from` has the hosts of the
        hops that led here by redirects: if one is of another site, cookies that are
        `SameSite=Strict` are left out, and those that are `Lax` too unless `method` is safe. So
        are, of what servers set, those that the field has no room for.

        The time depends only on the cookies that match the request. RFC 6265bis, section 5.8.3.
        """
        if self.is_empty:
            return None
        host, now = canonical(host), self._clock()
        try:
            path, is_secure = path.partition("?")[0] or "/", scheme.lower() in _SECURE_SCHEMES
        except (AttributeError, TypeError):  # asked only now, as each request comes by
            given = f"{type(scheme).__name__} and {type(path).__name__}"
            raise TypeError(f"scheme and path must be str, not {given}") from None
        found: list[Entry] = []
        for entry in self._store.matching(host, path):
            cookie = entry.cookie
            if cookie.expires is not None and cookie.is_expired(now):
                self._store.drop(cookie)
            elif is_secure or not cookie.secure:
                found.append(entry)
        if led_from:
            found = self._without_home_stayers(found, host, method, led_from)
        found = in_order(found)
        if unscoped and self._unscoped:
            names = {entry.cookie.name for entry in found}
            for entry in list(self._unscoped.values()):
                cookie = entry.cookie
                if cookie.name in names or cookie.is_expired(now):
                    continue
                if (is_secure or not cookie.secure) and path_match(path, cookie.path):
                    found.append(entry)
        field, sent = cookie_field(found, self._max_field_octets)
        self._store.touch(sent)
        return field or None

    def _without_home_stayers(
        self, found: list[Entry], host: str, method: str, led_from: Iterable[str]
    ) -> list[Entry]:
        """Return those that go with a request to which these hosts have led."""
        going = [entry for entry in found if not stays_home(entry.cookie.same_site, method)]
        if len(going) == len(found):
            return found
        others = [canonical(other) for other in led_from]
        return going if is_cross_site(host, others, self._is_public_suffix) else found

    # -- what callers do --

    def cookies(self) -> list[Cookie]:
        """Return every cookie that hasn't expired, the unscoped ones last."""
        now = self._clock()
        kept = [*self._store.all(), *[entry.cookie for entry in list(self._unscoped.values())]]
        return [cookie for cookie in kept if not cookie.is_expired(now)]

    def unscoped(self) -> dict[str, str]:
        """Return names and values of the cookies that the caller set for no domain: a new dict."""
        return {cookie.name: cookie.value for cookie in self.cookies() if not cookie.domain}

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
        caller makes, never with a hop to another origin; of a name there is one such cookie.
        With one it goes to that host and, unless `host_only`, those below.
        `expires` is Unix seconds, None for ever. A name that begins with `__Secure-`, `__Host-`,
        `__Http-` or `__Host-Http-` makes the cookie what it promises. Raises InvalidCookie, a
        ValueError, for text that would break the field or a path that would break the promise,
        and TypeError for what is of another type; the jar is unchanged then.
        """
        check_value(check_name(name), value)
        check_path(name, path)
        domain = "" if domain is None else check_domain(name, domain)
        now = self._clock()
        cookie = self._admitted(
            Cookie(name, value, domain, path, host_only, secure, http_only, same_site, expires)
        )
        self._keep(cookie, now)
        self._store.make_room([cookie], now, spare=True)

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def add(self, cookies: Iterable[Cookie]) -> None:
        """Put in cookies as they are, such as those of another jar or of a saved one.

        They keep their scope and, where it is more than 0, when they were created; those that
        have expired are left out. They may have what servers may set, which is more than `set`
        takes, and become what their names promise. No more than the limits ask for has to go.
        Raises as `set` does; the jar is unchanged then. RFC 6265bis, section 5.7.
        """
        if not isinstance(cookies, Iterable):
            raise TypeError(f"cookies must be a list of Cookie, not {type(cookies).__name__}")
        now = self._clock()
        admitted = [self._admitted(cookie) for cookie in cookies]
        living = [cookie for cookie in admitted if not cookie.is_expired(now)]
        for cookie in living:
            self._keep(cookie, now)
        self._store.make_room(living, now, spare=False)

    def _keep(self, cookie: Cookie, now: float) -> None:
        if cookie.domain:
            self._put(cookie, now)
        elif cookie.is_expired(now):
            self._unscoped.pop(cookie.name, None)
        else:
            self._unscoped[cookie.name] = Entry(cookie)

    def _admitted(self, cookie: Cookie) -> Cookie:
        """Check a caller's cookie, and return it as it may be kept."""
        check_cookie(cookie)
        cookie = as_promised(cookie)
        if not cookie.domain:
            return cookie.copy_with(host_only=False)
        if not cookie.host_only and covers_strangers(cookie.domain, self._is_public_suffix):
            return cookie.copy_with(host_only=True)
        return cookie

    def update(self, cookies: "Mapping[str, str] | CookieJar | http.cookiejar.CookieJar") -> None:
        """Set an unscoped cookie for each item, or add those of another jar, with their scope.

        Jars of `http.cookiejar`, and mappings built on one such as those of requests and httpx, are
        jars. Raises as `set` does; the jar is unchanged then.
        """
        if isinstance(cookies, CookieJar):
            self.add(cookies.cookies())
        elif (theirs := stdlib_jar(cookies)) is not None:
            from ._stdlib import from_stdlib

            self.add(from_stdlib(theirs))
        elif isinstance(cookies, Mapping):
            items = list(cookies.items())
            self.add([Cookie(check_name(name), check_value(name, value)) for name, value in items])
        else:
            raise TypeError(
                "cookies must be a mapping of names to values or a cookie jar,"
                f" not {type(cookies).__name__}"
            )

    def copy(self) -> Self:
        """Return an independent jar with the same cookies and settings."""
        twin = type(self)(
            clock=self._clock,
            is_public_suffix=self._is_public_suffix,
            max_per_domain=self._store.max_per_domain,
            max_total=self._store.max_total,
            max_field_octets=self._max_field_octets,
        )
        twin.add(self.cookies())
        return twin

    __copy__ = copy

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
            self._store.clear(None if domain is None else canonical(domain).removeprefix("."))
