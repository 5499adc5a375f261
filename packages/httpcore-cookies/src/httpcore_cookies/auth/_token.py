"""Bearer tokens that are fetched and renewed (RFC 6750).

Decides when a token is asked for: once for all the requests that need it, before it expires, and
when a server refuses it. Where tokens come from is the caller's source.
"""

import math
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeAlias, cast

from ._bearer import bearer_fields
from ._errors import AuthError
from ._flow import AuthFields, AuthFlow, AuthRequest, AuthStep, Exclusive
from ._secrets import MASK, SecretHolder

__all__ = ["TokenAuth", "TokenSource"]

_Given: TypeAlias = str | tuple[str, float]
TokenSource: TypeAlias = Callable[[], _Given | Awaitable[_Given] | Generator[AuthStep, Any, _Given]]

_EARLY_SECONDS = (
    30.0  # a token is renewed so long before its end: for the way, and clocks that differ
)
_FAR_SECONDS = 1e15  # a longer life is no number of seconds
_EARLY_SHARE = 0.1  # or this share of its life, if that is less


class TokenAuth(SecretHolder):
    """Sends bearer tokens that a source gives, and renews them.

    Takes a function without arguments, sync or (for async clients) async, that returns a new token:
    a `str`, or a pair of one and its life in seconds. It may be a generator of steps, too, such as
    an `AuthRequest` for the token, as in a flow. It is called when a first request needs a
    token, when the last one is near its end, and when a server answered 401 to it: then the request
    is sent once more. However many requests of a client wait, one call is made, and all get its
    token; what it raises, the request that made the call raises. `clock` gives seconds and never goes back.

    The flow raises InvalidCredentials, a ValueError, for what is no token, AuthError for what is
    neither of the above. `repr` hides the token; pickled is the source alone.

    >>> TokenAuth(lambda: ("s3cret", 3600))
    TokenAuth([secure])
    """

    __slots__ = ("__weakref__", "_clock", "_source", "_token")

    def __init__(self, source: TokenSource, *, clock: Callable[[], float] = time.monotonic) -> None:
        if not callable(source):
            raise TypeError(f"source must be a function, not {type(source).__name__}")
        self._source = source
        self._clock = clock
        self._token: _Token | None = None

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the token, get one first if need be; renew it once if it is refused."""
        token = self._token
        if token is None or not self._clock() < token.due:
            token = yield Exclusive(self, self._renewed(token))
        response = yield token.fields
        if response.status_code == 401:
            renewed = yield Exclusive(self, self._renewed(token))
            if renewed.fields != token.fields:
                yield renewed.fields

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self._source,), {"clock": self._clock}

    def _renewed(self, old: "_Token | None") -> AuthFlow:
        """Return a token in the place of an old one, which another request may have replaced."""
        if self._token is old:
            given: Any = self._source()
            if isinstance(given, Generator):
                given = yield from cast("AuthFlow", given)
            elif isinstance(given, Awaitable):
                given = yield given
            self._token = _Token(given, self._clock())
        return self._token

    def __repr__(self) -> str:
        return f"{type(self).__name__}({MASK})"


class _Token:
    """One token: the fields that it is sent in, and when it is to be renewed."""

    __slots__ = ("due", "fields")

    fields: AuthFields
    due: float

    def __init__(self, given: Any, now: float) -> None:
        text, life = _pair(given)
        self.fields = bearer_fields(text)
        self.due = now + life - min(_EARLY_SECONDS, life * _EARLY_SHARE)


def _pair(given: object) -> tuple[str, float]:
    """Return what a source gave: a token, and its life in seconds."""
    match given:
        case str():
            return given, math.inf
        case (str(text), float(life) | int(life)) if abs(life) < _FAR_SECONDS or life == math.inf:
            return text, life
        case _:
            raise AuthError(
                "a source of tokens must return a str, or a pair of one and its life in seconds"
            )
