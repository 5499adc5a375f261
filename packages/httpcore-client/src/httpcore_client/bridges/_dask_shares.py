"""Dividing a client among workers, so that all of them together keep its limits. No I/O."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._client import more_of, restored
from .._siblings import pool
from .._sync import SyncClient

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["most_connections", "most_shares", "part", "shares_of"]


def part(total: int, index: int, parts: int) -> int:
    """Return one of the parts of a number, which differ by one at most."""
    return total // parts + (index < total % parts)


def most_shares(client: SyncClient) -> int | None:
    """Return among how many a client may be divided, so that each may still have a connection."""
    limits = _limits(client)
    most = [limits.max_connections, limits.max_per_origin]
    most += [each.limiter.limit for each in _added(client) if _is_concurrency(each)]
    return min((limit for limit in most if limit is not None), default=None)


def most_connections(client: SyncClient) -> int | None:
    """Return how many connections a client may have."""
    return _limits(client).max_connections


def shares_of(client: SyncClient, parts: int) -> list[SyncClient]:
    """Return clients as the given one, whose limits together are its own."""
    return [_share_of(client, index, parts) for index in range(parts)]


def _share_of(client: SyncClient, index: int, parts: int) -> SyncClient:
    limits = _limits(client)
    divided = {
        name: None if total is None else part(total, index, parts)
        for name in ("max_connections", "max_keepalive", "max_per_origin")
        for total in [getattr(limits, name)]
    }
    given, headers = client._client._to_ship()
    given["pool_limits"] = limits.copy_with(**divided)
    if added := _added(client):
        given["adapters"] = tuple(_adapter_of(each, index, parts) for each in added)
    share = restored(type(client), SyncClient, given, headers)
    vars(share).update(more_of(client) or {})
    return share


def _limits(client: SyncClient) -> pool.PoolLimits:
    return client._client._given["pool_limits"] or pool.PoolLimits()


def _added(client: SyncClient) -> Sequence[Any]:
    adapters = client._client._given.get("adapters") or ()
    return () if isinstance(adapters, Mapping) else adapters


def _is_concurrency(adapter: object) -> bool:
    from ..limits import ConcurrencyLimitAdapter

    return isinstance(adapter, ConcurrencyLimitAdapter)


def _adapter_of(adapter: Any, index: int, parts: int) -> Any:
    from ..limits import ConcurrencyLimiter, RateLimitAdapter, RateLimiter

    if _is_concurrency(adapter):
        limiter: object = ConcurrencyLimiter(part(adapter.limiter.limit, index, parts))
    elif isinstance(adapter, RateLimitAdapter):
        whole = adapter.limiter
        burst = max(part(whole.burst, index, parts), 1)
        limiter = RateLimiter(whole.rate / parts, per=whole.per, burst=burst)
    else:
        return adapter
    divided: Any = copy.copy(adapter)
    divided.limiter = limiter
    return divided
