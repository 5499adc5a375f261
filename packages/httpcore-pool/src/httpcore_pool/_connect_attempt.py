"""`ConnectAttempt`: what became of one address, and how several are summed up in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ConnectAttempt", "summary"]

_MOST_LISTED = 4  # addresses in a message; `attempts` has them all


class ConnectAttempt(NamedTuple):
    """One address that was tried.

    Attributes:
        address: `host:port`, IPv6 in brackets.
        error: why it could not be reached.
        elapsed: seconds from the attempt to that.
    """

    address: str
    error: str
    elapsed: float


def summary(attempts: Sequence[ConnectAttempt]) -> str:
    """Say in one line what became of several attempts, and of which."""
    if len(attempts) == 1:
        return attempts[0].error
    alike: dict[str, list[str]] = {}
    for each in attempts:
        alike.setdefault(each.error, []).append(each.address)
    return "; ".join(f"{error} ({_listed(addresses)})" for error, addresses in alike.items())


def _listed(addresses: list[str]) -> str:
    more = len(addresses) - _MOST_LISTED
    return ", ".join(addresses[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
