"""Where cookies are kept: by domain, within limits (RFC 6265bis, sections 5.7 and 6.1).

Decides how cookies are found and which go when there are too many. Whether a cookie may be stored
or sent may not live here.

Threads may share a store. Every change is a single operation on a dict, and every walk goes over
a list taken from it in one operation, so a reader never meets a dict that changes its size. Two
threads that write the same cookie leave the one or the other; a cookie stored in the very moment
in which another thread clears the store or makes room may be lost.
"""

from operator import attrgetter

from ._cookie import Cookie
from ._match import domains_of

__all__ = ["Store"]

_Key = tuple[str, str, bool]

_created = attrgetter("created")


class Store:
    """Cookies by domain, found in a time that doesn't depend on how many there are."""

    __slots__ = ("_buckets", "_count", "_max_per_domain", "_max_total", "_secure_names")

    def __init__(self, max_per_domain: int, max_total: int) -> None:
        self._buckets: dict[str, dict[_Key, Cookie]] = {}
        self._count = 0  # may drift by a few when threads race; `_evict` counts afresh
        self._secure_names: set[str] = set()  # of secure cookies here, and of some that have gone
        self._max_per_domain = max_per_domain
        self._max_total = max_total

    @property
    def is_empty(self) -> bool:
        """Whether no domain was ever given a cookie, or all were cleared: a quick look."""
        return not self._buckets

    def same(self, cookie: Cookie) -> Cookie | None:
        """Return the stored cookie that this one would replace."""
        return self._buckets.get(cookie.domain, {}).get(_key(cookie))

    def put(self, cookie: Cookie, now: float) -> None:
        """Store a cookie in the place of the same one; make room if there are too many."""
        if cookie.secure:
            self._secure_names.add(cookie.name)
        bucket = self._buckets.setdefault(cookie.domain, {})
        before = len(bucket)
        bucket[_key(cookie)] = cookie
        self._count += len(bucket) - before
        if len(bucket) > self._max_per_domain:
            self._drop_first(list(bucket.values()), len(bucket) - self._max_per_domain, now)
        if self._count > self._max_total or len(self._secure_names) > 2 * self._max_total:
            self._evict(now)

    def drop(self, cookie: Cookie) -> None:
        """Remove a cookie; do nothing if it has gone."""
        if self._buckets.get(cookie.domain, {}).pop(_key(cookie), None) is not None:
            self._count -= 1

    def for_host(self, host: str) -> list[Cookie]:
        """Return the cookies whose domain the host matches, whether host-only or not."""
        found: list[Cookie] = []
        for domain in domains_of(host):
            bucket = self._buckets.get(domain)
            if bucket:
                found += list(bucket.values())
        return found

    def secure_around(self, name: str, domain: str) -> list[Cookie]:
        """Return the secure cookies of a name for a domain, those above it and those below it."""
        if name not in self._secure_names:  # nearly always; what follows walks over all domains
            return []
        end = "." + domain
        around = self.for_host(domain)
        for other, bucket in list(self._buckets.items()):
            if other.endswith(end):
                around += list(bucket.values())
        return [cookie for cookie in around if cookie.secure and cookie.name == name]

    def all(self) -> list[Cookie]:
        """Return every cookie."""
        buckets = list(self._buckets.values())
        return [cookie for bucket in buckets for cookie in list(bucket.values())]

    def clear(self, domain: str | None) -> None:
        """Remove every cookie, or those of one domain."""
        if domain is None:
            self._buckets = {}
            self._count = 0
            self._secure_names = set()
        else:
            self._count -= len(self._buckets.pop(domain, {}))

    def _evict(self, now: float) -> None:
        # A tenth more than need be, so that the walk over all is paid once in many times.
        cookies = self.all()
        self._count = len(cookies)
        self._drop_first(cookies, len(cookies) - self._max_total + self._max_total // 10, now)
        for domain, bucket in list(self._buckets.items()):
            if not bucket:
                self._buckets.pop(domain, None)
        self._secure_names = {cookie.name for cookie in self.all() if cookie.secure}

    def _drop_first(self, cookies: list[Cookie], count: int, now: float) -> None:
        # RFC 6265bis 5.7: the expired go first, all of them; then, here, the oldest.
        living: list[Cookie] = []
        for cookie in cookies:
            if cookie.is_expired(now):
                self.drop(cookie)
                count -= 1
            else:
                living.append(cookie)
        for cookie in sorted(living, key=_created)[: max(count, 0)]:
            self.drop(cookie)


def _key(cookie: Cookie) -> _Key:
    return cookie.name, cookie.path, cookie.host_only
