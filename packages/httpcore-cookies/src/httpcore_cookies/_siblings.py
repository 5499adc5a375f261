"""Everything this package takes from its siblings: who copies the package edits this file alone."""

from typing import TYPE_CHECKING, Any

import httpcore_headers as headers
from httpcore_headers import Headers, Value

if TYPE_CHECKING:
    from httpcore_headers import Challenge, encode_extended, parse_challenges

__all__ = ["Challenge", "Headers", "Value", "encode_extended", "parse_challenges"]


# The grammars are imported by who needs them: Digest alone.
def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(headers, name)
