"""What a bridge makes its pool of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from .._options import check_options

if TYPE_CHECKING:
    from .._siblings import URL, pool

__all__ = ["PoolSettings", "check_given"]


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


def check_given(over: object, kind: type, settings: PoolSettings) -> None:
    """Refuse what is no pool, and what no pool can be made with.

    Raises:
        TypeError: so it is.
    """
    if over is not None and not isinstance(over, kind):
        raise TypeError(f"over must be a {kind.__name__} or None, not {type(over).__name__}")
    check_options(settings, tuple(PoolSettings.__annotations__), "argument")
