"""JSON that a peer sends, in one message of many; `Response.json` is for whole bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["parse_json"]


def parse_json(text: str | bytes, loads: Callable[[Any], Any] = json.loads) -> Any:
    """Parse JSON.

    Raises:
        ValueError: it is none; a `json.JSONDecodeError` or, of bytes, a `UnicodeDecodeError`.
    """
    try:
        return loads(text)
    except RecursionError:  # which a peer should not choose
        raise json.JSONDecodeError("it is nested too deeply", "", 0) from None
