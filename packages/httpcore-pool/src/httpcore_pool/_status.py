"""Reason phrases, for the responses of HTTP/2, which has none on the wire (RFC 9113 8.3.2)."""

from __future__ import annotations

from http import HTTPStatus

__all__ = ["reason_phrase"]

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def reason_phrase(status_code: int) -> str:
    """Return the standard phrase of a status, or "" where there is none."""
    return _PHRASES.get(status_code, "")
