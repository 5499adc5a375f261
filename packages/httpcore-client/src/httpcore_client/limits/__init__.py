"""Limits on what a client sends: how often, how much at once, and not where it is in vain; and hedging.

``Client(adapters=[CircuitBreakerAdapter(), RateLimitAdapter(10), ConcurrencyLimitAdapter(4)])``
"""

from __future__ import annotations

from ._breaker import CircuitBreaker
from ._breaker_adapter import CircuitBreakerAdapter
from ._concurrency import ConcurrencyLimitAdapter
from ._errors import CircuitOpen, LimitExceeded
from ._hedge import HedgeAdapter
from ._rate import RateLimiter
from ._rate_adapter import RateLimitAdapter
from ._slots import ConcurrencyLimiter

__all__ = [
    "CircuitBreaker",
    "CircuitBreakerAdapter",
    "CircuitOpen",
    "ConcurrencyLimitAdapter",
    "ConcurrencyLimiter",
    "HedgeAdapter",
    "LimitExceeded",
    "RateLimitAdapter",
    "RateLimiter",
]
