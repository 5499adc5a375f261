"""JSON bodies (RFC 8259)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from .._siblings import pool

__all__ = ["JSONEncoder", "encode_json"]

JSONEncoder: TypeAlias = Callable[[Any], str | bytes]

# Kept, since `json.dumps` makes a new one for each call that wants other than the defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode_json(value: Any, encoder: JSONEncoder | None = None) -> tuple[bytes, str]:
    """Return JSON as UTF-8, and its media type.

    Args:
        value: what is to be encoded.
        encoder: returns its JSON, `orjson.dumps` for instance; None: the standard library's, compact.

    Raises:
        InvalidRequest: the value holds something that JSON has no form for; NaN and infinities too,
            since no parser must take them (RFC 8259 6).
    """
    try:
        text: object = (encoder or _ENCODER.encode)(value)
        if isinstance(text, str):
            text = text.encode("utf-8")
        if not isinstance(text, bytes):
            raise TypeError(f"the encoder returned {type(text).__name__}, not str or bytes")
    except Exception as error:
        raise pool.InvalidRequest(f"json= can't be encoded: {error}") from error
    return text, "application/json"
