"""Authentication by a function of the caller's.

Decides what a function is given and what of its answer counts. No scheme may live here.
"""

from collections.abc import Awaitable
from typing import Any

from ._errors import AuthError
from ._flow import AuthFlow, AuthFunction, AuthRequest

__all__ = ["FunctionAuth"]


class FunctionAuth:
    """Has a function sign each request.

    Takes a function, sync or (for async clients) async. It is given an `AuthRequest` whose
    `headers` are a copy, sets fields there, and returns it, or None for the same. What it changes
    elsewhere does not count. The flow raises AuthError if it returns anything else.

    >>> def sign(request):
    ...     request.headers["X-Signature"] = f"{request.method} {request.target}"
    >>> auth = FunctionAuth(sign)
    >>> next(auth.flow(AuthRequest("GET", "https://a.test/x", target="/x")))
    (('X-Signature', 'GET /x'),)
    """

    __slots__ = ("_function",)

    def __init__(self, function: AuthFunction) -> None:
        if not callable(function):
            raise TypeError(f"function must be callable, not {type(function).__name__}")
        self._function = function

    def flow(self, request: AuthRequest) -> AuthFlow:
        """Send the request as the function left it, accept any response."""
        given = request.copy_with(headers=request.headers.copy())
        signed: Any = self._function(given)
        if isinstance(signed, Awaitable):
            signed = yield signed
        if signed is None:
            signed = given
        if not isinstance(signed, AuthRequest):
            raise AuthError(
                f"an auth function must return the request or None, not {type(signed).__name__}"
            )
        before = request.headers
        yield tuple(
            (name, value)
            for name, value in signed.headers.multi_items()
            if signed.headers.get_list(name) != before.get_list(name)
        )

    def __repr__(self) -> str:
        name = getattr(self._function, "__qualname__", type(self._function).__name__)
        return f"{type(self).__name__}({name})"
