"""Where cookies are kept: by domain and path, within limits (RFC 6265bis, sections 5.7 and 6.1).

Decides how cookies are found and how many there may be; which go when there are too many stands
in `_eviction`. Whether a cookie may be stored or sent may not live here.

Threads may share a store. Every change is a single operation on a dict, and every walk goes over
a copy taken in one operation, so a reader never meets a dict that changes its size. Two threads
that write the same cookie leave the one or the other; a cookie stored in the very moment in which
another thread clears the store or makes room may be lost. Counts may drift by a few when threads
race: `make_room` counts afresh.
"""

from collections.abc import Iterable

from ._cookie import Cookie, Entry
from ._eviction import first_to_go
from ._match import domains_of, path_match, paths_of

__all__ = ["Store"]

_CROWD = 51  # RFC 6265bis 6.1: a domain may have 50 cookies; 5.7 counts the *other* ones

_Shelf = dict[str, Entry]  # by name
_Place = tuple[str, bool]  # path, and whether for the host alone; with the name, who a cookie is
_NOTHING: _Shelf = {}


class _Domain:
    """The cookies of one domain; those of one place lie on one shelf."""

    __slots__ = ("count", "shelves")

    def __init__(self) -> None:
        self.count = 0
        self.shelves: dict[_Place, _Shelf] = {}

    def same(self, cookie: Cookie) -> Entry | None:
        return self._shelf_of(cookie).get(cookie.name)

    def drop(self, cookie: Cookie) -> bool:
        shelf = self._shelf_of(cookie)
        entry = shelf.get(cookie.name)
        if entry is None or entry.cookie is not cookie:
            return False
        gone = shelf.pop(cookie.name, None) is not None
        self.count -= gone
        return gone

    def _shelf_of(self, cookie: Cookie) -> _Shelf:
        return self.shelves.get((cookie.path, cookie.host_only), _NOTHING)

    def entries(self) -> list[Entry]:
        return [entry for shelf in list(self.shelves.values()) for entry in list(shelf.values())]

    def matching(self, path: str, *, host_itself: bool) -> list[Entry]:
        """Return the entries for a path, also those for the host alone if it is the host itself."""
        found: list[Entry] = []
        # Whichever are fewer: the places there are, or those that the path could match.
        if len(self.shelves) <= 2 * path.count("/") + 1:
            for (other, host_only), shelf in self.shelves.copy().items():
                if (host_itself or not host_only) and path_match(path, other):
                    found += list(shelf.values())
        else:
            for other in paths_of(path):
                for host_only in (False, True) if host_itself else (False,):
                    found += list(self.shelves.get((other, host_only), _NOTHING).values())
        return found


class Store:
    """Cookies by domain and path, found in a time that doesn't depend on how many there are."""

    __slots__ = (
        "_count",
        "_domains",
        "_secure_names",
        "_shelf_count",
        "_tick",
        "max_per_domain",
        "max_total",
    )

    max_per_domain: int
    max_total: int

    def __init__(self, max_per_domain: int, max_total: int) -> None:
        self._domains: dict[str, _Domain] = {}
        self._count = 0
        self._shelf_count = 0  # also of empty ones: they go when room is made
        self._secure_names: set[str] = set()  # of secure cookies here, and of some that have gone
        self._tick = 0  # counts accesses; a clock may stand still, or go back
        self.max_per_domain = max_per_domain
        self.max_total = max_total

    @property
    def is_empty(self) -> bool:
        """Whether no domain was ever given a cookie, or all were cleared: a quick look."""
        return not self._domains

    # -- one cookie --

    def same(self, cookie: Cookie) -> Cookie | None:
        """Return the stored cookie that this one would replace."""
        domain = self._domains.get(cookie.domain)
        entry = domain.same(cookie) if domain is not None else None
        return None if entry is None else entry.cookie

    def put(self, cookie: Cookie) -> None:
        """Store a cookie in the place of the same one. Whoever has put some makes room then."""
        if cookie.secure:
            self._secure_names.add(cookie.name)
        domain = self._domains.get(cookie.domain)
        if domain is None:
            domain = self._domains.setdefault(cookie.domain, _Domain())
        place = cookie.path, cookie.host_only
        shelf = domain.shelves.get(place)
        if shelf is None:
            shelf = domain.shelves.setdefault(place, {})
            self._shelf_count += 1
        before = len(shelf)
        self._tick += 1
        shelf[cookie.name] = Entry(cookie, self._tick)
        more = len(shelf) - before
        domain.count += more
        self._count += more

    def drop(self, cookie: Cookie) -> None:
        """Remove this very cookie; do nothing if it has gone or has been replaced."""
        domain = self._domains.get(cookie.domain)
        if domain is not None and domain.drop(cookie):
            self._count -= 1

    # -- many --

    def matching(self, host: str, path: str) -> list[Entry]:
        """Return what there is for a host and a path. RFC 6265bis, section 5.8.3."""
        found: list[Entry] = []
        for name in domains_of(host):
            domain = self._domains.get(name)
            if domain is not None:
                found += domain.matching(path, host_itself=name == host)
        return found

    def touch(self, entries: Iterable[Entry]) -> None:
        """Note that these are sent now."""
        self._tick += 1
        for entry in entries:
            entry.accessed = self._tick

    def secure_around(self, name: str, domain: str) -> list[Cookie]:
        """Return the secure cookies of a name for a domain, those above it and those below it."""
        if name not in self._secure_names:  # nearly always; what follows walks over all domains
            return []
        below = [other for other in list(self._domains) if other.endswith("." + domain)]
        around = [
            kept for near in (*domains_of(domain), *below) if (kept := self._domains.get(near))
        ]
        shelves = [shelf for kept in around for shelf in list(kept.shelves.values())]
        entries = [entry for shelf in shelves if (entry := shelf.get(name))]
        return [entry.cookie for entry in entries if entry.cookie.secure]

    def all(self) -> list[Cookie]:
        """Return every cookie."""
        return [entry.cookie for entry in self._entries()]

    def clear(self, domain: str | None) -> None:
        """Remove every cookie, or those of one domain."""
        if domain is None:
            self._domains = {}
            self._count = self._shelf_count = 0
            self._secure_names = set()
        elif gone := self._domains.pop(domain, None):
            self._count -= gone.count
            self._shelf_count -= len(gone.shelves)

    # -- limits --

    def make_room(self, stored: Iterable[Cookie], now: float, *, spare: bool) -> None:
        """Remove what is too much in the domains of these cookies, and in all.

        With `spare` some more, so that walks over many cookies are rare.
        """
        for cookie in stored:
            domain = self._domains.get(cookie.domain)
            if domain is not None and domain.count > self.max_per_domain:
                entries = domain.entries()
                domain.count = len(entries)
                self._evict(entries, self.max_per_domain, now, crowd=0, spare=spare)
        limit = 2 * self.max_total
        if (
            self._count > self.max_total
            or self._shelf_count > limit
            or len(self._secure_names) > limit
        ):
            self._evict(self._entries(), self.max_total, now, crowd=_CROWD, spare=spare)
            self._tidy()

    def _evict(
        self, entries: list[Entry], limit: int, now: float, *, crowd: int, spare: bool
    ) -> None:
        living: list[Entry] = []
        for entry in entries:
            if entry.cookie.is_expired(now):
                self.drop(entry.cookie)
            else:
                living.append(entry)
        for entry in first_to_go(living, len(living) - limit, crowd=crowd, spare=spare):
            self.drop(entry.cookie)

    def _tidy(self) -> None:
        """Remove empty shelves and domains, and count."""
        count = shelf_count = 0
        secure_names: set[str] = set()
        for name, domain in self._domains.copy().items():
            for place, shelf in domain.shelves.copy().items():
                if not shelf:
                    domain.shelves.pop(place, None)
            if not domain.shelves:
                self._domains.pop(name, None)
            entries = domain.entries()
            domain.count = len(entries)
            count += len(entries)
            shelf_count += len(domain.shelves)
            secure_names |= {entry.cookie.name for entry in entries if entry.cookie.secure}
        self._count, self._shelf_count, self._secure_names = count, shelf_count, secure_names

    def _entries(self) -> list[Entry]:
        return [entry for domain in list(self._domains.values()) for entry in domain.entries()]
