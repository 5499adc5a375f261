"""HTTP caching by RFC 9111, as an adapter: `Client(adapters=[CacheAdapter()])`.

It stands over the pool, so that it sees cookies and credentials as they are sent. What may be stored, and
what a 304 (Not Modified) changes, is hishel's rule; what of it may be used again is in `_freshness`.
Needs the extra `cache`.
"""

from __future__ import annotations

from ._adapter import CacheAdapter
from ._memory import MemoryStorage
from ._sqlite import CacheFileError, SQLiteStorage
from ._status import CacheStats, CacheStatus, cache_status
from ._storage import Storage, StoredResponse

__all__ = [
    "CacheAdapter",
    "CacheFileError",
    "CacheStats",
    "CacheStatus",
    "MemoryStorage",
    "SQLiteStorage",
    "Storage",
    "StoredResponse",
    "cache_status",
]
