"""What happens to pools when the process forks: the child forgets what the parent has.

A child has copies of the parent's descriptors. A byte that it writes there, and a TLS farewell above all,
would tear the parent's connections. So each pool closes its copies, without a word to anybody, before any
other code of the child runs: no request has to ask whether it is in another process. The child has only
the thread that forked, which holds no lock of a pool.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from ._pool import ConnectionPool

__all__ = ["at_fork", "pools"]

pools: WeakSet[ConnectionPool] = WeakSet()


def at_fork() -> None:
    """Called in the child."""
    for pool in list(pools):
        pool._forked()


# Windows can't fork and has no such function.
getattr(os, "register_at_fork", dict)(after_in_child=at_fork)
