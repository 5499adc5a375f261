"""HTTP header fields: a case-insensitive multi-dict and the grammars of field values.

Pure: no I/O, no dependencies. This module only gives the public names; no rule may live here.
"""

from ._alt_svc import AltService, AltSvc, parse_alt_svc
from ._challenge import Challenge, parse_challenges
from ._dates import parse_http_date
from ._disposition import ContentDisposition, parse_content_disposition, safe_filename
from ._errors import InvalidHeader
from ._grammar import is_token
from ._headers import Headers, HeadersInput
from ._links import Link, parse_links
from ._lists import split_list
from ._media import MediaType, parse_media_type
from ._parameters import decode_extended, encode_extended, parse_parameters
from ._quality import Weighted, parse_quality_list
from ._ranges import ContentRange, parse_content_range
from ._retry import parse_retry_after

__all__ = [
    "AltService",
    "AltSvc",
    "Challenge",
    "ContentDisposition",
    "ContentRange",
    "Headers",
    "HeadersInput",
    "InvalidHeader",
    "Link",
    "MediaType",
    "Weighted",
    "decode_extended",
    "encode_extended",
    "is_token",
    "parse_alt_svc",
    "parse_challenges",
    "parse_content_disposition",
    "parse_content_range",
    "parse_http_date",
    "parse_links",
    "parse_media_type",
    "parse_parameters",
    "parse_quality_list",
    "parse_retry_after",
    "safe_filename",
    "split_list",
]

__version__ = "0.1.0"
