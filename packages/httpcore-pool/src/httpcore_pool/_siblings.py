"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

import httpcore_headers as headers  # whose grammars are imported when they are asked for
from httpcore_headers import Headers, HeadersInput, InvalidHeader, Value, is_token
from httpcore_urls import URL, InvalidURL, Origin

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
]
