"""Reason phrases, for the responses of HTTP/2, which has none on the wire (RFC 9113 8.3.2)."""

from __future__ import annotations

from functools import cache

__all__ = ["reason_phrase"]


def reason_phrase(status_code: int) -> str:
    """Return the standard phrase of a status, or "" where there is none."""
    return _phrases().get(status_code, "")


@cache
def _phrases() -> dict[int, str]:
    # Imported here: HTTP/1.1 has phrases of its own, and the enumeration takes a while to make.
    from http import HTTPStatus

    return {status.value: status.phrase for status in HTTPStatus}
