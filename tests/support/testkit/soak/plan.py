"""What is to happen to each request, drawn from the seed and its number: client and server know it alike."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import cached_property

ROUTES = ("plain1", "tls1", "tls2", "plain2", "proxied1", "proxied2")  # the number is HTTP's
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
STATUSES = {"early": 413, "hard": 413, "busy": 503}  # by misdeed; all others answer 200
EVIL = b"EVIL"  # the body of what nobody asked for
COOKIE = "worker"

_METHODS = {"GET": 50, "POST": 18, "PUT": 14, "HEAD": 5, "DELETE": 5, "PATCH": 5, "OPTIONS": 3}
_SIZES = {0: 5, 2_000: 65, 65_536: 22, 1_000_000: 7, 4_000_000: 1}  # the most octets: weight
_CODINGS = {"length": 40, "chunked": 20, "gzip": 15, "trailers": 15, "end": 10}
_MANNERS = {"read": 55, "stream": 25, "leave": 8, "cut": 12}

_BEFORE_THE_END = 1 - 2**-30  # an answer that is cut there lacks its last octet

# Weights of what goes wrong, by version of HTTP; None is nothing. `http1` and `http2` say what each is.
_NOTHING = {None: 80}
_MISDEEDS = {
    1: _NOTHING
    | {"reset": 3, "short": 3, "garbage": 2, "extra": 2, "flood": 1, "early": 3, "hard": 2}
    | {"closing": 2, "leaving": 3, "busy": 3, "drip": 2},
    2: _NOTHING
    | {"reset": 3, "short": 2, "garbage": 1, "extra": 1, "flood": 1, "early": 4, "cut": 1}
    | {"leaving": 2, "busy": 3, "drip": 2, "refused": 4, "old": 10, "goaway": 2, "left-out": 2},
}


def body(number, size):
    """The octets that only this request may have, each of which tells where it stands."""
    name = b"%d " % number
    return (name + hashlib.shake_128(name).digest(size))[:size]


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def _draw(chance, weights):
    return chance.choices(list(weights), list(weights.values()))[0]


def _size(chance):
    return chance.randint(0, _draw(chance, _SIZES))


@dataclass(frozen=True)
class Misdeed:
    """What the server does wrong with one attempt.

    Attributes:
        name: of `_MISDEEDS`.
        place: where in the answer, from 0 to less than 1.
        which: for what has variants.
    """

    name: str | None
    place: float
    which: int


class Plan:
    """One request.

    Attributes:
        route: one of `ROUTES`.
        method: of the first hop.
        size: octets of the last answer's body.
        coding: how that is framed or coded; "end" is by the end of the connection.
        upload: octets of the content, None for no content.
        pieces: whether that comes from an iterator, which can't be sent twice.
        expects: whether it asks for 100 (Continue).
        hops: how many redirects there are.
        keeps: whether these keep method and content.
        manner: how the client takes the answer: "read", "stream", "leave" early, or "cut" off at some time.
        seconds: until it is cut off.
        retries: whether it goes through a `RetryAdapter`.
        fresh: whether it has a client of its own.
    """

    def __init__(self, seed, number):
        self.seed, self.number = seed, number
        chance = random.Random(f"{seed} {number}")
        self.route = chance.choice(ROUTES)
        self.method = _draw(chance, _METHODS)
        self.size = _size(chance)
        self.coding = _draw(chance, _CODINGS)
        uploads = self.method in ("POST", "PUT", "PATCH")
        self.upload = _size(chance) if uploads else None
        self.hops = chance.choices([0, 1, 2], [88, 8, 4])[0]
        self.keeps = chance.random() < 0.5
        self.pieces = uploads and not self.hops and chance.random() < 0.3
        self.expects = uploads and chance.random() < 0.1
        self.manner = _draw(chance, _MANNERS)
        self.seconds = chance.uniform(0, 0.03)
        self.retries = chance.random() < 0.3
        self.fresh = chance.random() < 0.02
        if self.coding == "end" and "plain" in self.route:
            self.coding = "length"  # there nobody could tell the end from a server that was killed

    @property
    def content(self):
        """The content that is uploaded."""
        return body(-self.number, self.upload)

    def method_at(self, hop):
        """The method after so many redirects."""
        if not hop or self.keeps or self.method == "HEAD":
            return self.method
        return "GET"

    def uploads_at(self, hop):
        """Whether there is content after so many redirects."""
        return self.upload is not None and (not hop or self.keeps)

    def misdeed(self, hop, attempt, version):
        """What goes wrong with the n-th attempt at a hop; only the first may stall."""
        chance = random.Random(f"{self.seed} {self.number} {hop} {attempt}")
        name = _draw(chance, _MISDEEDS[version])
        if name == "old" and not self.fresh:
            name = None  # a pool would never try HTTP/2 again
        if hop in self.stalls:
            name = "stall" if attempt == 1 else None
        place = chance.choice([chance.random(), chance.random() ** 8, 1 - chance.random() ** 8])
        return Misdeed(name, min(place, _BEFORE_THE_END), chance.randrange(1 << 16))

    @cached_property
    def stalls(self):
        """The hops whose first attempt gets no answer, so that nobody waits there for long."""
        chance = random.Random(f"{self.seed} {self.number} stalls")
        return {hop for hop in range(self.hops + 1) if chance.random() < 0.01}

    def answer(self, status):
        """The body that an answer with this status has."""
        return body(self.number, self.size) if status == 200 else b"%d %d" % (self.number, status)
