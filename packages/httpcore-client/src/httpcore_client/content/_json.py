"""JSON bodies (RFC 8259)."""

from __future__ import annotations

import json
from typing import Any

from .._siblings import pool

__all__ = ["encode_json"]

# Kept, since `json.dumps` makes a new one for each call that wants other than the defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode_json(value: Any) -> tuple[bytes, str]:
    """Return compact UTF-8 JSON and its media type.

    Raises:
        InvalidRequest: the value holds something that JSON has no form for; NaN and infinities too,
            since no parser must take them (RFC 8259 6).
    """
    try:
        return _ENCODER.encode(value).encode("utf-8"), "application/json"
    except (TypeError, ValueError, RecursionError) as error:
        raise pool.InvalidRequest(f"json= can't be encoded: {error}") from error
