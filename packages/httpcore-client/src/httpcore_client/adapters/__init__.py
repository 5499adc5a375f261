"""The levels of the stack between the client and the pool. Each is one loop over one rule."""

from __future__ import annotations

from ._added import AddedAdapter
from ._auth import AuthAdapter, AuthFlowError
from ._base import Layer
from ._clock import Clock
from ._cookies import CookieAdapter
from ._environment import EnvironmentAdapter
from ._hooks import HookAdapter
from ._redirects import RedirectAdapter
from ._routes import RouteAdapter

__all__ = [
    "AddedAdapter",
    "AuthAdapter",
    "AuthFlowError",
    "Clock",
    "CookieAdapter",
    "EnvironmentAdapter",
    "HookAdapter",
    "Layer",
    "RedirectAdapter",
    "RouteAdapter",
]
