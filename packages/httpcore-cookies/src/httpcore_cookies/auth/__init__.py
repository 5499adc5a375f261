"""Authentication: what a scheme adds to a request, and when it tries again.

This module only gives the public names; no rule may live here.
"""

from ._basic import BasicAuth
from ._bearer import BearerAuth
from ._flow import Auth, AuthRequest, AuthResponse
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
