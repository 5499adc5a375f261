"""Whether a stored response may be used for a request (RFC 9111 4). Pure: the time is told.

hishel has these rules, too, but on the system's clock, and without the Age field and the directives of
requests. What may be stored, and what a 304 changes, is left to it (`_rules`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from .._siblings import headers
from ._control import CacheControl

if TYPE_CHECKING:
    from .._siblings import Headers
    from ._storage import StoredResponse

__all__ = [
    "CONDITIONS",
    "Freshness",
    "Policy",
    "answers_condition",
    "freshness_of",
    "initial_age",
    "lifetime_of",
]

CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})
_DAY_SECONDS = 24 * 60 * 60  # most that is guessed
_GUESSED_SHARE = 0.1  # RFC 9111 4.2.2: of the time since it was changed
# RFC 9110 15.1: may be used without being told for how long.
_HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
_MOST_SECONDS = 2_147_483_647


class Policy(NamedTuple):
    """What the owner of a cache has decided.

    Attributes:
        shared: whether it serves several users (RFC 9111 1.2.1).
        heuristic: whether freshness is guessed where the server says nothing of it (RFC 9111 4.2.2).
    """

    shared: bool = False
    heuristic: bool = True


def date_of(fields: Headers, name: str, now: float) -> float | None:
    """Return the seconds since 1970 that a field names; None if it is missing or no date."""
    value = fields.get(name)
    if value is None:
        return None
    moment = headers.parse_http_date(value, now=datetime.fromtimestamp(now, UTC))
    return None if moment is None else moment.timestamp()


def initial_age(fields: Headers, asked: float, received: float) -> float:
    """Return how old a response was when it came (RFC 9111 4.2.3).

    Args:
        fields: the response's.
        asked: when the request was sent, in seconds since 1970.
        received: when its head came.
    """
    date = date_of(fields, "Date", received)
    apparent = 0.0 if date is None else max(0.0, received - date)
    lines = fields.get_list("Age", split_commas=True)
    # RFC 9111 5.1: of several the first counts; one that is no number is ignored.
    said = lines[0] if lines else ""
    age = min(int(said[:19]), _MOST_SECONDS) if said.isascii() and said.isdigit() else 0
    return max(apparent, age + max(0.0, received - asked))


def lifetime_of(status_code: int, fields: Headers, received: float, policy: Policy) -> float:
    """Return for how many seconds of its age a response is fresh (RFC 9111 4.2.1, 4.2.2)."""
    control = CacheControl.of(fields)
    said = control.seconds("s-maxage") if policy.shared else None
    if said is None:
        said = control.seconds("max-age")
    if said is not None:
        return said
    date = date_of(fields, "Date", received)
    since = received if date is None else date
    if "Expires" in fields:
        until = date_of(fields, "Expires", received)
        return 0.0 if until is None else until - since
    changed = date_of(fields, "Last-Modified", received)
    may_guess = policy.heuristic and (status_code in _HEURISTIC or "public" in control)
    if changed is None or not may_guess:
        return 0.0
    return min(max(0.0, since - changed) * _GUESSED_SHARE, _DAY_SECONDS)


class Freshness(NamedTuple):
    """How a stored response stands at one moment.

    Attributes:
        age: its age in seconds.
        lifetime: up to which age it is fresh.
        control: the directives that it came with.
        policy: of the cache.
    """

    age: float
    lifetime: float
    control: CacheControl
    policy: Policy

    def suffices(self, asked: CacheControl) -> bool:
        """Whether a request with these directives may be answered without asking the origin."""
        if "no-cache" in asked or self.control.forbids("no-cache"):
            return False
        most = asked.seconds("max-age")
        if most is not None and self.age > most:
            return False
        left = self.lifetime - self.age
        if left > 0:
            return left >= (asked.seconds("min-fresh") or 0)
        if "max-stale" not in asked or self._must_revalidate:
            return False
        return asked["max-stale"] is None or -left <= (asked.seconds("max-stale") or 0)

    def bridges_error(self, asked: CacheControl) -> bool:
        """Whether it may stand in for an error although it is stale (RFC 5861 4)."""
        if self._must_revalidate or self.control.forbids("no-cache") or "no-cache" in asked:
            return False
        allowed = [each.seconds("stale-if-error") for each in (asked, self.control)]
        stale = self.age - self.lifetime
        return any(most is not None and stale <= most for most in allowed)

    @property
    def forbids_storing(self) -> bool:
        """Whether the directives, as a 304 may have changed them, allow it to be kept no more."""
        return "no-store" in self.control or (
            self.policy.shared and self.control.forbids("private")
        )

    @property
    def _must_revalidate(self) -> bool:
        """RFC 9111 4.2.4, 5.2.2.2, 5.2.2.8, 5.2.2.10."""
        forbidding = {"must-revalidate"}
        if self.policy.shared:
            forbidding |= {"proxy-revalidate", "s-maxage"}
        return not forbidding.isdisjoint(self.control)


def freshness_of(stored: StoredResponse, now: float, policy: Policy) -> Freshness:
    """Say how a stored response stands now.

    A clock that was set back does not tell how old it is: what it went back counts as age, so that nothing
    stays fresh until a wrong time comes again.
    """
    age = stored.initial_age + abs(now - stored.received)
    return Freshness(age, stored.lifetime, CacheControl.of(stored.headers), policy)


def answers_condition(stored: StoredResponse, request: Headers) -> bool:
    """Whether a fresh response answers a conditional request with 304 (RFC 9111 4.3.2, RFC 9110 13.2.2)."""
    if stored.status_code != 200:
        return False
    if "If-None-Match" in request:  # then the date does not count (RFC 9110 13.1.3)
        tags = request.get_list("If-None-Match", split_commas=True)
        own = stored.headers.get("ETag", "").removeprefix("W/")
        return bool(own) and any(tag in ("*", own) for tag in (t.removeprefix("W/") for t in tags))
    since = date_of(request, "If-Modified-Since", stored.received)
    if since is None:
        return False
    changed = date_of(stored.headers, "Last-Modified", stored.received)
    if changed is None:
        changed = date_of(stored.headers, "Date", stored.received)
    return changed is not None and changed <= since
