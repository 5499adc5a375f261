"""What a bridge makes its pool of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from .._siblings import URL, pool

__all__ = ["PoolSettings"]


class PoolSettings(TypedDict, total=False):
    """The keyword arguments of a bridge: those of `ConnectionPool`, which see."""

    ssl: pool.SSLTypes
    limits: pool.PoolLimits | None
    proxy: str | URL | pool.Proxy | None
    network: pool.Network | None
    http1: bool
    http2: bool
    message_limits: pool.MessageLimits | None
    http2_settings: pool.HTTP2Settings | None
