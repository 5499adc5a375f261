"""The protocol between an authentication scheme and the client that drives it.

Decides what a scheme is told and what it may ask for. It does no I/O, and no scheme may live here.

A scheme is a generator over facts. It yields one step after another and is sent what came of each:

- fields, to set on the next attempt of the request: what comes is the `AuthResponse`;
- an `AuthRequest` of its own, such as one for a token: what comes is its `AuthResponse`, with content;
- an awaitable, from a source of the caller's that is async: what comes is its value;
- an `Exclusive`: steps that run while no others of the same key do; what comes is what they return.

When it returns, the response to the last attempt is accepted. So one scheme serves every client,
blocking or not, and its tests need no network.
"""

import re
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, TypeAlias, runtime_checkable

from .._siblings import Headers, Value
from ._secrets import MASK, SecretHolder

__all__ = [
    "Auth",
    "AuthFields",
    "AuthFlow",
    "AuthFunction",
    "AuthRequest",
    "AuthResponse",
    "AuthStep",
    "Exclusive",
]

AuthFields: TypeAlias = tuple[tuple[str, str], ...]

_NO_HEADERS = Headers()
_USERINFO = re.compile(r"(?<=:)//[^/?#]*@")
_QUERY = re.compile(r"(?<=[?#]).+", re.DOTALL)


class AuthRequest(SecretHolder, Value):
    """What a scheme may know of a request, or a request of its own.

    `url` is absolute and holds no userinfo; `headers` must not be changed; `content` is None where
    it is not in memory. Of the request to authenticate `target` is the request-target (RFC 9112,
    section 3.2) as it will be sent, `host` the URL's host in lower-case ASCII without a port, and
    `origin` scheme, host and port (RFC 6454), a default port left out. A request of the scheme's
    own needs none of the three; it is sent as the client sends any, except that redirects are not
    followed, for it may hold secrets.
    """

    method: str
    url: str
    headers: Headers = _NO_HEADERS
    content: bytes | None = b""
    target: str = "/"
    host: str = ""
    origin: str = ""

    def __repr__(self) -> str:  # contents hold secrets, and tokens
        url = _QUERY.sub(MASK, _USERINFO.sub(f"//{MASK}@", self.url))
        return f"AuthRequest({self.method!r}, {url!r}, headers={self.headers!r})"


class AuthResponse(SecretHolder, Value):
    """What a scheme may know of a response: `headers` must not be changed.

    `content` is that of the response to a request of the scheme's own, decoded; None otherwise.
    """

    status_code: int
    headers: Headers = _NO_HEADERS
    content: bytes | None = None

    def __repr__(self) -> str:
        return f"AuthResponse({self.status_code}, headers={self.headers!r})"


class Exclusive:
    """Steps of a flow that must not run twice at once, such as the renewal of a token.

    Takes a key (any object that can be hashed and weakly referenced, usually the scheme) and the
    steps, a generator. The client runs them when no other steps of the key run: who comes second
    waits, and so should look first whether there is anything left to do. Among such steps there
    must be no others of the same key: they would wait for themselves.
    """

    __slots__ = ("key", "steps")

    key: object
    steps: "AuthFlow"

    def __init__(self, key: object, steps: "AuthFlow") -> None:
        self.key = key
        self.steps = steps


AuthStep: TypeAlias = AuthFields | AuthRequest | Exclusive | Awaitable[Any]
AuthFlow: TypeAlias = Generator[AuthStep, Any, Any]
AuthFunction: TypeAlias = Callable[
    [AuthRequest], AuthRequest | Awaitable[AuthRequest | None] | None
]


@runtime_checkable
class Auth(Protocol):
    """An authentication scheme: any object with this one method.

    >>> class TokenFieldAuth:
    ...     def flow(self, request):
    ...         response = yield (("X-Token", "old"),)
    ...         if response.status_code == 401:
    ...             yield (("X-Token", "new"),)
    >>> isinstance(TokenFieldAuth(), Auth)
    True
    """

    def flow(self, request: AuthRequest) -> Generator[AuthStep, Any, Any]:
        """Yield steps, be sent what came of each, return to accept the last response.

        Fields replace all of their names; no fields, `()`, sends the request as it is.
        """
        ...
