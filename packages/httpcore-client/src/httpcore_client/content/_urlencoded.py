"""Forms as application/x-www-form-urlencoded (WHATWG URL Standard 5)."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator
from typing import Any, cast

from .._siblings import QueryParams, pool

__all__ = ["encode_form"]


def encode_form(data: Any) -> tuple[bytes, str]:
    """Return the encoded form and its media type.

    Raises:
        InvalidRequest: it is not a mapping or pairs of text, numbers, booleans or lists of them.
    """
    if hasattr(data, "read") or isinstance(data, (Iterator, AsyncIterable)):
        raise pool.InvalidRequest(
            "data= takes the fields of a form; give a file or iterator as content="
        )
    if not isinstance(data, Iterable):
        raise TypeError(f"data must be a mapping, pairs, text or bytes, not {type(data).__name__}")
    try:
        encoded = str(QueryParams(cast("Any", data)))
    except (TypeError, ValueError) as error:
        raise pool.InvalidRequest(f"data= can't be encoded as a form: {error}") from error
    return encoded.encode("ascii"), "application/x-www-form-urlencoded"
