"""Digest authentication (RFC 7616).

Decides which challenge is answered, and when credentials are sent before being asked for. How a
challenge is read and an answer computed stands in `_digest_answer`: it may not live here.

A challenge holds for a protection space: the paths of its origin that it names, else all of them
(section 3.3). There the next requests are sent with credentials at once, each with the next number
of the server's nonce. What was learnt from one origin is never sent to another.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from typing import Any

from .._siblings import Headers, parse_challenges
from ._digest_answer import ALGORITHMS, Answers, Terms
from ._errors import AuthError
from ._flow import AuthFlow, AuthRequest
from ._scheme import Scheme
from ._secrets import MASK, refuse_controls

__all__ = ["DigestAuth"]

_MOST_ANSWERS = 3  # to one request: once, and again as long as a nonce was stale
_MOST_ORIGINS = 1000
_MOST_NONCES = 1000
_MOST_SPACES = 16  # of one origin
_ABSOLUTE = re.compile(r"(https?)://([^/]*)(.*)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def _new_cnonce() -> str:
    return secrets.token_urlsafe(18)


class DigestAuth(Scheme):
    """Answers Digest challenges with a user and a password; the password itself is never sent.

    Takes two `str`, hashed as UTF-8. `algorithms` says which hashes are accepted, the preferred
    first, each with its "-sess" form: leave "MD5" out to refuse it. Of several challenges that
    with the most preferred algorithm is answered, wherever it stands. `cnonce` makes the client's
    nonces. A response whose challenge can't be answered is left to the caller.

    One object may serve many requests at once, in threads too, and many origins: each gets answers
    to its own challenges. Raises InvalidCredentials, a ValueError, for control characters,
    ValueError for an unknown algorithm, TypeError for what is not `str`; the flow raises AuthError
    where a server insists on protecting a content that is not in memory (qop=auth-int alone).
    `repr` hides the password; pickling writes it. RFC 7616; without qop RFC 2617, section 3.2.2.1.

    >>> DigestAuth("user", "s3cret")
    DigestAuth('user', [secure])
    """

    __slots__ = ("_algorithms", "_cnonce", "_numbers", "_password", "_spaces", "username")

    username: str

    def __init__(
        self,
        username: str,
        password: str,
        *,
        algorithms: Iterable[str] = ALGORITHMS,
        cnonce: Callable[[], str] = _new_cnonce,
    ) -> None:
        self.username = refuse_controls("username", username)
        self._password = refuse_controls("password", password)
        self._algorithms = _checked(algorithms)
        self._cnonce = cnonce
        self._spaces: dict[str, tuple[_Space, ...]] = {}  # by origin; replaced, never changed
        self._numbers: dict[tuple[str, str], Iterator[int]] = {}  # by origin and nonce

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send credentials where they are known to be wanted; answer a challenge, and stale nonces."""
        space = self._space_of(request)
        sent = None if space is None else (space.realm, space.answers.nonce)
        response = yield () if space is None else space.fields(request)
        answered = 0
        while response.status_code == 401:
            terms = self._choose(response.headers, request)
            if terms is None or not _is_news(terms, sent, answered):
                if space is not None:
                    self._forget(request.origin, space)
                return
            sent = terms.realm, terms.nonce
            space = self._new_space(terms, request.origin)
            answered += 1
            response = yield space.fields(request)
        if space is not None and (next_nonce := _next_nonce(response.headers)):
            space.answers.renew(next_nonce)

    def _choose(self, headers: Headers, request: AuthRequest) -> Terms | None:
        """Return the terms of the challenge to answer (RFC 7616, section 3.7)."""
        offered = [
            terms
            for challenge in parse_challenges(headers.get_list("WWW-Authenticate"))
            if (terms := Terms.of(challenge)) is not None and terms.algorithm in self._algorithms
        ]
        offered.sort(key=lambda terms: self._algorithms.index(terms.algorithm))
        for terms in offered:
            if terms.qop(request.content) is not None:
                return terms
        if offered:
            raise AuthError(
                "the server wants the content protected (Digest with qop=auth-int), which can be"
                " done for content in memory only: give it as bytes, not as a file or an iterator"
            )
        return None

    def _space_of(self, request: AuthRequest) -> "_Space | None":
        """Return the protection space of a request, that of the longest path if there are several."""
        if not request.origin:
            return None  # nobody knows whose it is
        found = [space for space in self._spaces.get(request.origin, ()) if space.holds(request)]
        return max(found, key=lambda space: space.length(request), default=None)

    def _new_space(self, terms: Terms, origin: str) -> "_Space":
        answers = Answers(
            terms,
            self.username,
            self._password,
            cnonce=self._cnonce(),
            numbers_of=partial(self._numbers_of, origin),
        )
        space = _Space(answers, origin)
        others = [other for other in self._spaces.get(origin, ()) if other.realm != terms.realm]
        self._spaces[origin] = (space, *others[: _MOST_SPACES - 1])
        _cut(self._spaces, _MOST_ORIGINS)
        return space

    def _numbers_of(self, origin: str, nonce: str) -> Iterator[int]:
        """Return the numbers of a nonce: they go on, wherever it was met (RFC 7616, section 3.4)."""
        numbers = self._numbers.setdefault((origin, nonce), count(1))
        _cut(self._numbers, _MOST_NONCES)
        return numbers

    def _forget(self, origin: str, space: "_Space") -> None:
        left = tuple(other for other in self._spaces.get(origin, ()) if other is not space)
        if left:
            self._spaces[origin] = left
        else:
            self._spaces.pop(origin, None)

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        named = {"algorithms": self._algorithms, "cnonce": self._cnonce}
        return (self.username, self._password), named

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.username!r}, {MASK})"


class _Space:
    """A protection space: where the answers to a challenge are sent without being asked for."""

    __slots__ = ("_prefixes", "answers")

    def __init__(self, answers: Answers, origin: str) -> None:
        self.answers = answers
        self._prefixes = _prefixes(answers.terms.space, origin)

    @property
    def realm(self) -> str:
        """The realm, by which spaces of one origin are told apart."""
        return self.answers.terms.realm

    def length(self, request: AuthRequest) -> int:
        """Return how much of the request's target the space names; -1 if it lies outside."""
        target = request.target
        if self._prefixes is None or not target.startswith("/"):  # "*" and CONNECT know no paths
            return 0
        return max((len(p) for p in self._prefixes if target.startswith(p)), default=-1)

    def holds(self, request: AuthRequest) -> bool:
        """Tell whether a request to the space's origin lies in it, and can be answered unasked."""
        content_fits = self.answers.terms.qop(request.content) is not None
        return content_fits and self.length(request) >= 0

    def fields(self, request: AuthRequest) -> tuple[tuple[str, str], ...]:
        """Return the fields that answer for a request."""
        value = self.answers.field(request.method, request.target, request.content)
        return (("Authorization", value),)


def _is_news(terms: Terms, sent: tuple[str, str] | None, answered: int) -> bool:
    """Tell whether a challenge may be answered, after what was sent for this realm and nonce was refused.

    A second challenge means that the credentials are wrong, unless it says that the nonce was stale
    (RFC 7616, section 3.3). What was sent unasked may have met a server that forgot its nonces.
    """
    if (terms.realm, terms.nonce) == sent or answered >= _MOST_ANSWERS:
        return False
    return terms.is_stale or not answered


def _next_nonce(headers: Headers) -> str | None:
    """Return the nonce that the server wants next (RFC 7616, section 3.5)."""
    for value in headers.get_list("Authentication-Info"):
        for said in parse_challenges(f"Digest {value}"):  # parameters alone, as in a challenge
            if nonce := said.parameters.get("nextnonce"):
                return nonce
    return None


def _prefixes(space: str, origin: str) -> tuple[str, ...] | None:
    """Return the paths of this origin that a domain parameter names; None if there is none."""
    uris = space.split()
    if not uris:
        return None
    found: list[str] = []
    for uri in uris:
        absolute = _ABSOLUTE.match(uri)
        if absolute is not None:
            scheme, authority, uri = absolute[1].lower(), absolute[2].lower(), absolute[3]
            if f"{scheme}://{authority.removesuffix(_DEFAULT_PORTS[scheme])}" != origin:
                continue
        found.append(uri)
    return tuple(found)


def _cut(entries: dict[Any, Any], most: int) -> None:
    """Remove the oldest entries; threads may do so at once."""
    for key in list(entries)[: max(len(entries) - most, 0)]:
        entries.pop(key, None)


def _checked(algorithms: Iterable[str]) -> tuple[str, ...]:
    if isinstance(algorithms, str):
        raise TypeError(f"algorithms must be several names, not one str: ({algorithms!r},)")
    if not isinstance(algorithms, Iterable):
        raise TypeError(f"algorithms must be several names, not {type(algorithms).__name__}")
    names = tuple(algorithms)
    for name in names:
        if name not in ALGORITHMS:
            raise ValueError(f"unknown algorithm {name!r}; known are {', '.join(ALGORITHMS)}")
    if not names:
        raise ValueError(f"algorithms is empty; known are {', '.join(ALGORITHMS)}")
    return names
