"""What a cache says of a response: Cache-Status (RFC 9211), written and read; and what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import Value

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["CacheStats", "CacheStatus", "cache_status", "noted"]

_NAME = "httpcore-client"


class CacheStats(Value):
    """How often a cache was asked, since it was made.

    Attributes:
        hits: responses from the cache, without asking the origin.
        revalidations: responses from the cache which the origin confirmed by a 304.
        misses: responses of the origin to requests that a cache could have answered.
        passes: those to other requests: other methods, parts, no-store.
        stale: responses from the cache although the origin failed (stale-if-error); they are no hits.
    """

    hits: int = 0
    revalidations: int = 0
    misses: int = 0
    passes: int = 0
    stale: int = 0


class CacheStatus(Value):
    """How a cache has handled a request (RFC 9211).

    Attributes:
        hit: whether the response came from the cache without asking the origin first.
        forwarded: why the request was sent: "uri-miss", "vary-miss", "stale", "request" (it asked for
            that), "method", "bypass"; None if it was not.
        forwarded_status: 304 where the origin has confirmed the stored response; the status of an error
            that it stands in for; else None.
        ttl: for how many seconds it is fresh; less than 0 if it is not. None if it was not stored.
        detail: what else there is to say, such as "stale-if-error".
    """

    hit: bool
    forwarded: str | None = None
    forwarded_status: int | None = None
    ttl: int | None = None
    detail: str | None = None

    @property
    def from_cache(self) -> bool:
        """Whether the body came from the cache: at once, confirmed, or in place of an error."""
        return self.hit or self.forwarded_status == 304 or self.detail == "stale-if-error"


def noted(
    response: pool.Response,
    *,
    forwarded: str | None = None,
    forwarded_status: int | None = None,
    ttl: int | None = None,
    detail: str | None = None,
) -> pool.Response:
    """Return a response with the field that says how it came about, behind what other caches said."""
    text = _NAME if forwarded is None else f"{_NAME}; fwd={forwarded}"
    if forwarded_status is not None:
        text += f"; fwd-status={forwarded_status}"
    if forwarded is None and ttl is not None:
        text += "; hit"
    if ttl is not None:
        text += f"; ttl={ttl}"
    if detail is not None:
        text += f"; detail={detail}"
    response.headers.add("Cache-Status", text)
    return response


def cache_status(response: pool.ResponseBase) -> CacheStatus | None:
    """Return how the cache of this client has handled a request; None if it has none.

    Args:
        response: a response of a client with a `CacheAdapter`.
    """
    members = response.headers.get_list("Cache-Status", split_commas=True)
    name, *parts = members[-1].split("; ") if members else [""]
    if name != _NAME:
        return None
    pairs = [part.partition("=") for part in parts]
    said = {key: value for key, _, value in pairs}
    try:
        status, ttl = (int(said[key]) if key in said else None for key in ("fwd-status", "ttl"))
    except ValueError:  # a server has written it, and there is no cache before it
        return None
    return CacheStatus("hit" in said, said.get("fwd"), status, ttl, said.get("detail"))
