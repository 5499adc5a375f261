"""What a cache may give without asking, by a naive reader of RFC 9111 that never reads a field.

The origins of `cache_origin` say what they mean beside how they spell it, and the reader goes by that alone.
"""

_DAY = 24 * 60 * 60
_GUESSED = {200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501}  # RFC 9110 15.1
SECRETS = ("Authorization", "Cookie", "X-Api-Key", "X-Mine")


def directives(said):
    """Give what several directives mean together: of two the first counts, of no-cache and private all."""
    found = {}
    for _, name, meaning in said:
        if name in ("no-cache", "private") and name in found:
            fields = found[name]
            found[name] = None if None in (fields, meaning) else fields | meaning
        found.setdefault(name, meaning)
    return found


class Said:
    """One answer, or what is left of it when a 304 has changed it.

    Attributes:
        lines: by names in small letters, values as they are spelt.
        means: by the same names, what they mean: directives, seconds since 1970, names; None for nonsense.
        asked, received: when it was asked for, and came.
    """

    def __init__(self, status, lines, means, asked, received):
        self.status, self.lines, self.means = status, lines, means
        self.asked, self.received = asked, received

    @property
    def control(self):
        return self.means.get("cache-control", {})

    @property
    def date(self):
        """RFC 9110 6.6.1: one without a date is of when it came."""
        date = self.means.get("date")
        return self.received if date is None else date

    def age(self, now):
        """RFC 9111 4.2.3."""
        delay = self.received - self.asked
        initial = max(0, self.received - self.date, (self.means.get("age") or 0) + delay)
        return initial + now - self.received

    def lifetime(self, shared, heuristic):
        """RFC 9111 4.2.1, 4.2.2."""
        control = self.control
        if shared and "s-maxage" in control:
            return control["s-maxage"]
        if "max-age" in control:
            return control["max-age"]
        if "expires" in self.lines:
            expires = self.means["expires"]
            return 0 if expires is None else expires - self.date
        changed = self.means.get("last-modified")
        may_guess = heuristic and (self.status in _GUESSED or "public" in control)
        if changed is None or not may_guess:
            return 0
        return min(max(0, self.date - changed) / 10, _DAY)

    def confirmed_by(self, other):
        """RFC 9111 3.2, 4.3.4: fields of the 304 take the place of those that were stored."""
        # A date is of the message that it came with (RFC 9110 6.6.1), as Age is.
        own = {name: lines for name, lines in self.lines.items() if name not in ("date", "age")}
        lines = own | other.lines
        means = {**self.means, "age": None, "date": None} | other.means
        return Said(self.status, lines, means, other.asked, other.received)

    def may_be_stored(self, shared):
        """RFC 9111 3; a part (206) is kept by nobody here."""
        return self.status not in (206, 304) and not (
            "no-store" in self.control
            or "*" in self.means.get("vary", ())
            or (shared and self.control.get("private", ()) is None)
        )

    def is_for_all(self, shared):
        """Whether it says that credentials make no difference (RFC 9111 3.5)."""
        control = self.control
        return "private" not in control and (
            "public" in control or (shared and "s-maxage" in control)
        )

    def hides(self, shared):
        """The names of fields that may not be given without asking (RFC 9111 5.2.2.4, 5.2.2.7)."""
        control = self.control
        return (control.get("no-cache") or set()) | ((shared and control.get("private")) or set())

    def must_be_asked_about_when_stale(self, shared):
        """RFC 9111 5.2.2.2, 5.2.2.8, 5.2.2.10."""
        strict = {"must-revalidate"} | ({"proxy-revalidate", "s-maxage"} if shared else set())
        return not strict.isdisjoint(self.control)

    def is_enough(self, asked, now, shared, heuristic):
        """Whether a request with these directives may be answered with it, and nobody asked (RFC 9111 4)."""
        if "no-cache" in asked or self.control.get("no-cache", ()) is None:
            return False
        age = self.age(now)
        left = self.lifetime(shared, heuristic) - age
        if age > asked.get("max-age", age):
            return False
        if left > 0:
            return left >= asked.get("min-fresh", 0)
        if "max-stale" not in asked or self.must_be_asked_about_when_stale(shared):
            return False
        return asked["max-stale"] is None or -left <= asked["max-stale"]

    def bridges(self, asked, now, shared, heuristic):
        """Whether it may stand in for a failure of the origin (RFC 5861 4)."""
        if "no-cache" in asked or self.control.get("no-cache", ()) is None:
            return False
        stale = self.age(now) - self.lifetime(shared, heuristic)
        most = max(each.get("stale-if-error", -1) for each in (asked, self.control))
        return most >= max(0, stale) and not self.must_be_asked_about_when_stale(shared)


def varied(fields, name):
    """What Vary compares of a request (RFC 9111 4.1), here without quoted commas; None if it is not there."""
    lines = fields.get_list(name)
    return [part.strip() for part in ",".join(lines).split(",")] if lines else None


def secrets(fields):
    return [(name, fields.get_list(name)) for name in SECRETS]


class Record:
    """One full answer, what it was to, and how it stands since."""

    def __init__(self, serial, key, request, said, body):
        self.serial, self.key, self.request, self.said, self.body = serial, key, request, said, body
        self.is_whole = False
        self.turn = 0  # when it was stored, or confirmed last
        self.is_gone = False  # made invalid, or replaced


class Caller:
    """What a caller asks of a cache."""

    def __init__(self, asked, is_conditional, since, method):
        self.asked, self.is_conditional, self.since, self.method = (
            asked,
            is_conditional,
            since,
            method,
        )

    def answers(self, request, said):
        """Whether its conditions are answered with 304 (RFC 9110 13.2.2)."""
        tags = request.headers.get("If-None-Match")
        if said.status != 200 or not self.is_conditional:
            return False
        if tags is not None:
            own = said.lines.get("etag", [""])[0].removeprefix("W/")
            return bool(own) and (tags == "*" or own in tags)
        changed = said.means.get("last-modified")
        changed = said.date if changed is None else changed
        return self.since is not None and changed <= self.since
