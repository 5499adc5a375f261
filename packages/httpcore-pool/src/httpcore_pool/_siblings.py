"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

from typing import TYPE_CHECKING, Any

import httpcore_headers as headers  # whose grammars are imported when they are asked for
from httpcore_headers import Headers, HeadersInput, InvalidHeader, Value, is_token
from httpcore_urls import URL, InvalidURL, Origin

if TYPE_CHECKING:
    from httpcore_urls import masking

__all__ = [
    "URL",
    "Headers",
    "HeadersInput",
    "InvalidHeader",
    "InvalidURL",
    "Origin",
    "Value",
    "headers",
    "is_token",
    "masking",
]


def __getattr__(name: str) -> Any:
    if name != "masking":  # which few use
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from httpcore_urls import masking

    return masking
