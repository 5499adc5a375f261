"""What can go wrong with a stream of events besides what can with any response."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["EventStreamError", "EventTooLarge"]


class EventStreamError(pool.HTTPError):
    """The server answered with something that is no stream of events.

    Attributes:
        status_code: of its response.
    """

    phase: str | None = "read"

    def __init__(self, message: str, status_code: int = 0) -> None:
        super().__init__(message)
        self.status_code = status_code


class EventTooLarge(pool.ContentTooLarge):
    """One event has more bytes than are accepted; its connection was closed."""
