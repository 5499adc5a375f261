"""From what a caller gives (`data`, `json`) to bytes and their media type. No I/O."""

from __future__ import annotations

from ._json import encode_json
from ._urlencoded import encode_form

__all__ = ["encode_form", "encode_json"]
