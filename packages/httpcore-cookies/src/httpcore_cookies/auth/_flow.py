"""The protocol between an authentication scheme and the client that drives it.

Decides what a scheme is told and what it may answer. It does no I/O, and no scheme may live here.

A scheme is a generator over facts. It yields the fields to set on the next attempt; the client
sends the request with them and hands it the response's facts; then it either yields fields for
another attempt or returns, which accepts that response. So one scheme serves every client,
blocking or not, and its tests need no network.
"""

from collections.abc import Generator
from typing import Protocol, TypeAlias, runtime_checkable

from .._siblings import Headers, Value

__all__ = ["Auth", "AuthFields", "AuthFlow", "AuthRequest", "AuthResponse"]

AuthFields: TypeAlias = tuple[tuple[str, str], ...]


class AuthRequest(Value):
    """What a scheme may know of a request: `headers` must not be changed.

    `url` is for messages and holds no userinfo; `target` is the request-target (RFC 9112, section
    3.2) as it will be sent; `host` is the URL's host in lower-case ASCII, without a port.
    """

    method: str
    url: str
    target: str
    headers: Headers
    host: str


class AuthResponse(Value):
    """What a scheme may know of the response to its last attempt: `headers` must not be changed."""

    status_code: int
    headers: Headers


AuthFlow: TypeAlias = Generator[AuthFields, AuthResponse, None]


@runtime_checkable
class Auth(Protocol):
    """An authentication scheme: any object with this one method.

    >>> class TokenAuth:
    ...     def flow(self, request):
    ...         response = yield (("X-Token", "old"),)
    ...         if response.status_code == 401:
    ...             yield (("X-Token", "new"),)
    >>> isinstance(TokenAuth(), Auth)
    True
    """

    def flow(self, request: AuthRequest) -> Generator[AuthFields, AuthResponse, None]:
        """Yield the fields of each attempt, be sent each response's facts, return to accept it.

        The first yield is for the first attempt; it may be empty. A field replaces all of its name.
        """
        ...
