"""Basic authentication (RFC 7617).

Decides how a user and a password become a field. Where they come from may not live here.
"""

from base64 import b64decode, b64encode
from typing import Any

from ._errors import InvalidCredentials
from ._flow import AuthFlow, AuthRequest
from ._scheme import Scheme
from ._secrets import MASK, refuse_controls

__all__ = ["BasicAuth"]


class BasicAuth(Scheme):
    """Sends user and password with every request.

    Takes two `str`, sent as UTF-8. Raises InvalidCredentials, a ValueError, for a user with a
    colon and for control characters, TypeError for what is not str. `repr` hides the password;
    pickling writes it. RFC 7617, section 2.

    >>> BasicAuth("user", "s3cret")
    BasicAuth('user', [secure])
    """

    __slots__ = ("_field", "username")

    username: str

    def __init__(self, username: str, password: str) -> None:
        refuse_controls("username", username)
        refuse_controls("password", password)
        if ":" in username:  # the first colon ends the user
            raise InvalidCredentials("a username for Basic authentication can't hold a colon")
        self.username = username
        self._field = "Basic " + b64encode(f"{username}:{password}".encode()).decode()

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the credentials, accept any response."""
        yield (("Authorization", self._field),)

    def _arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        credentials = b64decode(self._field.removeprefix("Basic ")).decode()
        return (self.username, credentials.partition(":")[2]), {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.username!r}, {MASK})"
