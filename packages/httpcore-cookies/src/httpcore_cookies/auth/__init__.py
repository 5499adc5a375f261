"""Authentication: what a scheme adds to a request, and when it tries again.

This module only gives the public names; no rule may live here.
"""

from typing import TYPE_CHECKING, Any

from ._errors import AuthError, InvalidCredentials
from ._flow import (
    Auth,
    AuthFields,
    AuthFlow,
    AuthFunction,
    AuthRequest,
    AuthResponse,
    AuthStep,
    Exclusive,
)

if TYPE_CHECKING:
    from ._basic import BasicAuth
    from ._bearer import BearerAuth
    from ._digest import DigestAuth
    from ._function import FunctionAuth
    from ._netrc import Netrc, NetrcAuth, NetrcEntry, NetrcError
    from ._scheme import Scheme
    from ._token import TokenAuth

__all__ = [
    "Auth",
    "AuthError",
    "AuthFields",
    "AuthFlow",
    "AuthFunction",
    "AuthRequest",
    "AuthResponse",
    "AuthStep",
    "BasicAuth",
    "BearerAuth",
    "DigestAuth",
    "Exclusive",
    "FunctionAuth",
    "InvalidCredentials",
    "Netrc",
    "NetrcAuth",
    "NetrcEntry",
    "NetrcError",
    "Scheme",
    "TokenAuth",
]

# Most programs use one scheme or none: each is imported when it is asked for.
_LAZY = {
    "BasicAuth": "_basic",
    "BearerAuth": "_bearer",
    "DigestAuth": "_digest",
    "FunctionAuth": "_function",
    "Netrc": "_netrc",
    "NetrcAuth": "_netrc",
    "NetrcEntry": "_netrc",
    "NetrcError": "_netrc",
    "Scheme": "_scheme",
    "TokenAuth": "_token",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
