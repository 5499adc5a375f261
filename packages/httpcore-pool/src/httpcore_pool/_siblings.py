"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

from httpcore_headers import Headers, InvalidHeader, is_token, parse_media_type
from httpcore_urls import URL, InvalidURL, Origin

__all__ = [
    "URL",
    "Headers",
    "InvalidHeader",
    "InvalidURL",
    "Origin",
    "is_token",
    "parse_media_type",
]
