"""Many requests with a bounded number of them under way: what `client.map` returns.

`_source` takes the requests out of whatever the caller has them in, `_work` is what the workers share (whose
turn it is, how far they may run ahead, what they found), `_map` is what the caller iterates over.
"""

from __future__ import annotations

from ._map import MapIterator, MapResult, SyncMapIterator, mapped, sync_mapped
from ._source import Mappable

__all__ = [
    "MapIterator",
    "MapResult",
    "Mappable",
    "SyncMapIterator",
    "mapped",
    "sync_mapped",
]
