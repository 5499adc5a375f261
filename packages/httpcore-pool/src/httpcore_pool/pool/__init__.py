"""The pool: `_state` decides, `_pool` waits and does the I/O."""

from __future__ import annotations

from ._pool import ConnectionPool
from ._stats import PoolStats

__all__ = ["ConnectionPool", "PoolStats"]
