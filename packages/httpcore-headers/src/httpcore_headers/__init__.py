"""HTTP header fields: a case-insensitive multi-dict and the grammars of field values.

Pure: no I/O, no dependencies. This module only gives the public names; no rule may live here.
"""

from ._challenge import Challenge, parse_challenges
from ._dates import parse_http_date
from ._errors import InvalidHeader
from ._grammar import is_token
from ._headers import Headers, HeadersInput
from ._lists import split_list
from ._media import MediaType, parse_media_type

__all__ = [
    "Challenge",
    "Headers",
    "HeadersInput",
    "InvalidHeader",
    "MediaType",
    "is_token",
    "parse_challenges",
    "parse_http_date",
    "parse_media_type",
    "split_list",
]

__version__ = "0.1.0"
