"""The ledger: holds what came of each request against what the server noted about it.

Pure: it is given lines and times, and says what is wrong. A request is accounted for if it was answered
rightly by a server that took it, or if it failed with an error that fits something that the server did, or
that was done to the server, meanwhile. Nothing may be taken twice that is not idempotent.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from testkit.soak.plan import IDEMPOTENT, STATUSES, Plan

_BROKEN = {"ReadError", "WriteError", "RemoteProtocolError"}
_DOWN = _BROKEN | {"ConnectError", "ProxyError"}
_WRONG_OCTETS = {"RemoteProtocolError"}

# What a request may end with, by what was done to it. What was done to its connection breaks it.
_ERRORS = {
    "reset": _BROKEN,
    "short": _BROKEN - {"WriteError"},
    "garbage": _WRONG_OCTETS,
    "flood": _WRONG_OCTETS,
    "hard": _BROKEN,
    "hit": _BROKEN,
    "extra": _WRONG_OCTETS,
    "old": {"HTTP11Required"},
}
_DONE = ("did", "hit")
_BREAKING = ("cut", "garbage", "extra", "leaving")
_SEEN_SECONDS = 0.05  # until a client has seen the end of a connection
_MOST_REFUSED = 4  # after which the pool gives up
_MOST_TAKEN = {
    False: 2,
    True: 6,
}  # by whether a RetryAdapter is there: 3 attempts, each replayed once


class Ledger:
    """All requests of a run.

    Attributes:
        faults: what is wrong, in words.
        outcomes: how many requests ended how, by world.
        errors: how many failed with what.
        causes: how often the server did what.
        meanwhile: how many of the failed are explained by nothing but what broke in their time.
        octets: of bodies that were received.
    """

    def __init__(self, seed):
        self._seed = seed
        self._pending = []
        self._notes = defaultdict(list)  # by number: hop, attempt and words
        self._once = Counter()  # how often what may be done once was done, by number and hop
        self._breaks = defaultdict(list)  # by what breaks: when it began and ended
        self._breaking = {}  # by connection: what breaks, and when it began
        self._judged = set()
        self.faults = []
        self.outcomes = defaultdict(Counter)
        self.errors = Counter()
        self.causes = Counter()
        self.meanwhile = Counter()
        self.octets = 0

    # What is told.

    def note(self, line):
        """Take a line of the server's log."""
        time, number, hop, _, what, *more = line.split()
        time, number, hop = float(time), int(number), int(hop)
        if what == "wrong":
            self.faults.append(f"request {number}: the server got what is wrong: {' '.join(more)}")
        elif what == "breaks":
            connection, version, why = more
            self._breaking.setdefault(connection, (f"{version} {why}", time))
        elif what == "gone":
            self._gone(more[0], time)
        else:
            self._notes[number].append((hop, what, *more))
            if what == "did":
                self.causes[more[0]] += 1
            self._count(what, number, hop, *more)

    def _gone(self, connection, time):
        if connection in self._breaking:
            name, begin = self._breaking.pop(connection)
            self.broke(name, begin, time + _SEEN_SECONDS)

    def _count(self, what, number, hop, method=""):
        """Count how often something was done that may be done once."""
        once = what == "took" and method not in IDEMPOTENT
        if once or (what == "refused" and (number, hop) in self._once):
            self._once[number, hop] += 1 if once else -1
            if self._once[number, hop] > 1:
                self.faults.append(f"request {number}: {method} was taken twice at hop {hop}")

    def broke(self, what, begin, end):
        """Note when connections could break, or not be made: to the "server", the "proxy" or others."""
        self._breaks[what].append((begin, end))
        if what == "server":
            for connection in list(self._breaking):
                if self._breaking[connection][1] < begin:
                    self._gone(connection, begin)

    def outcome(self, world, line):
        """Take what came of a request."""
        self.outcomes[world][line["outcome"]] += 1
        self.octets += line.get("octets", 0)
        self._pending.append((world, line))

    def judge(self, before):
        """Judge the requests that ended before some time, all of whose notes have been told."""
        due = [each for each in self._pending if each[1]["end"] < before]
        self._pending = [each for each in self._pending if each[1]["end"] >= before]
        for world, line in due:
            number = line["number"]
            if number in self._judged:
                self.faults.append(f"request {number} ended twice")
            self._judged.add(number)
            notes = self._notes.pop(number, [])
            if why := self._fault(line, Plan(self._seed, number), notes):
                told = "; ".join(" ".join(map(str, ("hop", *each))) for each in notes)
                self.faults.append(f"request {number} ({world}): {why}\n    server: {told}")
        oldest = min((line["start"] for _, line in self._pending), default=before) - 60
        for name, times in list(self._breaks.items()):
            self._breaks[name] = [each for each in times if each[1] > oldest]

    # The rules.

    def _fault(self, line, plan, notes):
        """Say what is wrong with a request, or return None."""
        done = [more[0] if what == "did" else "hit" for _, what, *more in notes if what in _DONE]
        refusals = sum(what == "refused" for _, what, *_ in notes)
        taken = Counter(hop for hop, what, *_ in notes if what == "took")
        taken -= Counter(hop for hop, what, *_ in notes if what == "refused")
        outcome = line["outcome"]
        if outcome == "wrong":
            return f"{plan.method} by {plan.route}: {line.get('error', '')} {line['text']}"
        if any(count > _MOST_TAKEN[plan.retries] for count in taken.values()):
            return f"taken {max(taken.values())} times"
        if outcome in ("answered", "left"):
            return self._wrong_answer(line, done, taken)
        if outcome == "failed":
            return self._wrong_error(line, plan, done, refusals)
        return None if plan.manner == "cut" else "cut off by nobody"

    @staticmethod
    def _wrong_answer(line, done, taken):
        status = line["status"]
        if not taken[line["hop"]]:
            return "an answer, but nobody took the request"
        causes = [name for name, one in STATUSES.items() if one == status]
        if status != 200 and not set(causes) & set(done):
            return f"{status} without a cause"
        return None

    def _wrong_error(self, line, plan, done, refusals):
        error = line["error"]
        self.errors[error] += 1
        if error in self._own(plan, done, refusals):
            return None
        for name, errors in self._excuses(plan):
            if error in errors and self._meanwhile(line, name):
                self.meanwhile[name] += 1
                return None
        return f"{plan.method} by {plan.route}: {error} without a cause: {line['text']}"

    @staticmethod
    def _own(plan, done, refusals):
        """The errors that what was done to the request itself explains."""
        errors = set().union(*(_ERRORS.get(name, ()) for name in done))
        if refusals >= (1 if plan.pieces else _MOST_REFUSED):
            errors |= _WRONG_OCTETS
        if plan.stalls:  # the client does not wait long there, whatever the server does
            errors.add("ReadTimeout")
        return errors

    @staticmethod
    def _excuses(plan):
        """The breaks that may have met a request that the server knows nothing of, with their errors."""
        yield "server", _DOWN
        if "proxied" in plan.route:
            yield "proxy", _DOWN
        version = plan.route[-1]
        if plan.method not in IDEMPOTENT or plan.pieces:  # others would have been sent again
            yield from ((f"{version} {why}", _BROKEN) for why in ("leaving", "going"))
        if version == "2":
            yield from ((f"2 {why}", _BROKEN) for why in _BREAKING)

    def _meanwhile(self, line, what):
        """Whether a break fell into the lifetime of a request."""
        begin, end = line["start"], line["end"]
        if any(name == what and first <= end for name, first in self._breaking.values()):
            return True
        return any(first <= end and last >= begin for first, last in self._breaks[what])
