"""Forms as application/x-www-form-urlencoded (WHATWG URL Standard 5)."""

from __future__ import annotations

from typing import Any

from .._siblings import QueryParams, pool

__all__ = ["encode_form"]


def encode_form(data: Any) -> tuple[bytes, str]:
    """Return the encoded form and its media type.

    Raises:
        InvalidRequest: it is not a mapping or pairs of text, numbers, booleans or lists of them.
    """
    try:
        encoded = str(QueryParams(data))
    except (TypeError, ValueError) as error:
        raise pool.InvalidRequest(f"data= can't be encoded as a form: {error}") from error
    return encoded.encode("ascii"), "application/x-www-form-urlencoded"
