"""HTTP header fields: a case-insensitive multi-dict and the grammars of field values.

Pure: no I/O, no dependencies. This module only gives the public names; no rule may live here.
"""

from typing import TYPE_CHECKING, Any

from ._errors import InvalidHeader
from ._grammar import is_token
from ._headers import Headers, HeadersInput
from ._lists import split_list

if TYPE_CHECKING:
    from ._alt_svc import AltService, AltSvc, parse_alt_svc
    from ._challenge import Challenge, parse_challenges
    from ._dates import parse_http_date
    from ._disposition import ContentDisposition, parse_content_disposition, safe_filename
    from ._links import Link, parse_links
    from ._media import MediaType, parse_media_type
    from ._parameters import decode_extended, encode_extended, parse_parameters
    from ._quality import Weighted, parse_quality_list
    from ._ranges import ContentRange, parse_content_range
    from ._retry import parse_retry_after
    from ._value import Value

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
    "Value",
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

# Most programs use few of the grammars: each is imported when it is asked for.
_LAZY = {
    "AltService": "_alt_svc",
    "AltSvc": "_alt_svc",
    "Challenge": "_challenge",
    "ContentDisposition": "_disposition",
    "ContentRange": "_ranges",
    "Link": "_links",
    "MediaType": "_media",
    "Value": "_value",
    "Weighted": "_quality",
    "decode_extended": "_parameters",
    "encode_extended": "_parameters",
    "parse_alt_svc": "_alt_svc",
    "parse_challenges": "_challenge",
    "parse_content_disposition": "_disposition",
    "parse_content_range": "_ranges",
    "parse_http_date": "_dates",
    "parse_links": "_links",
    "parse_media_type": "_media",
    "parse_parameters": "_parameters",
    "parse_quality_list": "_quality",
    "parse_retry_after": "_retry",
    "safe_filename": "_disposition",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
