"""What clients offer beyond single requests, each a line that leads to the module that does it.

The modules are imported when they are first used: most programs need none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

__all__ = ["Conveniences", "SyncConveniences"]


class Conveniences:
    """The part of `Client`, and of `TrioClient`, that lives elsewhere."""


class SyncConveniences:
    """The same of `SyncClient`."""
