"""When a failed request may be sent once more without asking. A pure rule; it sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import (
    ClosedError,
    ConnectError,
    LocalProtocolError,
    RequestTimeout,
    TransportError,
)

if TYPE_CHECKING:
    from .._request import Request

__all__ = ["Attempts", "may_replay"]

# What would fail in the same way again.
_LASTING = (RequestTimeout, ConnectError, LocalProtocolError)

# RFC 9110 9.2.2.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


def may_replay(request: Request, error: BaseException, *, reused: bool) -> bool:
    """Whether the server can't have acted on the request, or acting twice is the same as once.

    Args:
        request: what was being sent.
        error: why that failed.
        reused: whether the connection had carried an exchange before. A fresh one that fails says
            something about the server; an old one may just have been closed as we wrote (RFC 9112
            9.3.1).
    """
    body = request.body
    if body is not None and body.opened and not body.replayable:
        return False
    if isinstance(error, ClosedError):
        return True  # it was closing before we could use it
    if not isinstance(error, TransportError) or isinstance(error, _LASTING):
        return False
    if not error.sent:
        return True
    return reused and not error.answered and request.method in _IDEMPOTENT


_MOST_SENT = 2  # attempts that may have reached the server
_MOST_REFUSED = 4  # where the server has not touched the request
_MOST_LEFT_OUT = 32  # where the connection went away, too: some serve a few requests each


class Attempts:
    """How often one request was tried in vain."""

    __slots__ = ("_left_out", "_refused", "_sent")

    def __init__(self) -> None:
        self._sent = self._refused = self._left_out = 0

    def is_one_left(self, error: BaseException, *, connected: bool) -> bool:
        """Note a failure; return whether there may be another attempt, as far as their number goes.

        Args:
            error: what it was.
            connected: whether the connection may be used again.
        """
        if not isinstance(error, ClosedError) and getattr(error, "sent", True):
            self._sent += 1
        elif connected:
            self._refused += 1
        else:
            self._left_out += 1
        return (
            self._sent < _MOST_SENT
            and self._refused < _MOST_REFUSED
            and self._left_out < _MOST_LEFT_OUT
        )

    def sum_up(self, error: BaseException) -> None:
        """Have the failure of the last attempt say so if an earlier one may have reached the server."""
        if self._sent and isinstance(error, TransportError):
            error.sent = True
