"""What goes into the one Cookie field of a request (RFC 6265 5.4) when two places have cookies for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["joined", "without"]


def joined(own: str | None, found: str) -> str:
    """Return both in one: the caller's own come first, and win over those found of the same name.

    Args:
        own: the value of the field that the request has, or None.
        found: what is to be added, as `name=value` pairs separated by `"; "`.
    """
    if own is None:
        return found
    names = {pair.partition("=")[0].strip() for pair in own.split(";")}
    rest = [pair for pair in found.split("; ") if pair.partition("=")[0] not in names]
    return "; ".join([own, *rest])


def without(own: str, names: Collection[str]) -> str | None:
    """Return the caller's own field without the cookies that a server has set since; None if none is left."""
    rest = [pair.strip() for pair in own.split(";") if pair.partition("=")[0].strip() not in names]
    return "; ".join(rest) or None
