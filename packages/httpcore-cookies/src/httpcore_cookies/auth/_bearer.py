"""Bearer tokens (RFC 6750).

Decides what a token is and how it is sent. Getting and renewing tokens may not live here.
"""

import re
from typing import Any

from ._errors import InvalidCredentials
from ._flow import AuthFields, AuthFlow, AuthRequest
from ._scheme import Scheme
from ._secrets import MASK, refuse_controls

__all__ = ["BearerAuth", "bearer_fields"]

_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 2.1


class BearerAuth(Scheme):
    """Sends a bearer token with every request.

    Takes the token as `str`. Raises InvalidCredentials, a ValueError, for what is no b64token
    (letters, digits, `-._~+/`, then `=`), TypeError for what is not str. `repr` hides it;
    pickling writes it. RFC 6750, section 2.1.

    >>> BearerAuth("s3cret")
    BearerAuth([secure])
    """

    __slots__ = ("_fields",)

    def __init__(self, token: str) -> None:
        self._fields = bearer_fields(token)

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the token, accept any response."""
        yield self._fields

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self._fields[0][1].removeprefix("Bearer "),), {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({MASK})"


def bearer_fields(token: str) -> AuthFields:
    """Return the fields that a token is sent in; raise for what is none."""
    if not _B64TOKEN.fullmatch(refuse_controls("token", token)):
        raise InvalidCredentials(
            "a bearer token takes only letters, digits, '-._~+/' and '=' at its end"
            " (give the token alone, without the word Bearer)"
        )
    return (("Authorization", f"Bearer {token}"),)
