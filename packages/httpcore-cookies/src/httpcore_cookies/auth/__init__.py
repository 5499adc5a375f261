"""Authentication: what a scheme adds to a request, and when it tries again.

This module only gives the public names; no rule may live here.
"""

from typing import TYPE_CHECKING, Any

from ._flow import Auth, AuthRequest, AuthResponse

if TYPE_CHECKING:
    from ._basic import BasicAuth
    from ._bearer import BearerAuth
    from ._netrc import Netrc, NetrcAuth, NetrcEntry, NetrcError
    from ._secrets import InvalidCredentials

__all__ = [
    "Auth",
    "AuthRequest",
    "AuthResponse",
    "BasicAuth",
    "BearerAuth",
    "InvalidCredentials",
    "Netrc",
    "NetrcAuth",
    "NetrcEntry",
    "NetrcError",
]

# Most programs use one scheme or none: each is imported when it is asked for.
_LAZY = {
    "BasicAuth": "_basic",
    "BearerAuth": "_bearer",
    "InvalidCredentials": "_secrets",
    "Netrc": "_netrc",
    "NetrcAuth": "_netrc",
    "NetrcEntry": "_netrc",
    "NetrcError": "_netrc",
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
