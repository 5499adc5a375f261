"""What says that two parts are of one file: validators (RFC 9110, sections 8.8 and 13.1.5).

Decides whether a download can go on, and whether a response is the part that was asked for.
Sends nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._siblings import headers
from ._ranges import Span

if TYPE_CHECKING:
    from .._siblings import Headers

__all__ = ["Representation", "length_of", "length_of_all", "part_of"]

# RFC 9110 8.8.3: without "W/" it is strong.
_STRONG_ETAG = re.compile(r'"[!#-~\x80-\xff]*"')
_LENGTH = re.compile(r"[0-9]{1,18}")
# RFC 9110 8.8.2.2: a date is strong if it is long enough before the response. A second is, if both
# come from one clock, of which we know nothing.
_STRONG_SECONDS = 60


class Representation(NamedTuple):
    """What a server sent, as far as it is to be known again.

    Attributes:
        etag: its entity tag, if that is a strong one.
        last_modified: its date, if that is a strong validator and there is no tag at all.
        length: of all of it, in octets; None if that is not known.
    """

    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None

    @classmethod
    def of(cls, fields: Headers, length: int | None) -> Representation:
        """Read it from a response."""
        etag = fields.get("ETag")
        if etag is not None:  # with a weak one, a date may not be sent either (RFC 9110 13.1.5)
            return cls(etag if _STRONG_ETAG.fullmatch(etag) else None, None, length)
        modified = fields.get("Last-Modified", "")
        then, now = (
            headers.parse_http_date(modified),
            headers.parse_http_date(fields.get("Date", "")),
        )
        if then is None or now is None or (now - then).total_seconds() < _STRONG_SECONDS:
            return cls(None, None, length)
        return cls(None, modified, length)

    @property
    def validator(self) -> str | None:
        """What If-Range sends (RFC 9110 13.1.5); None if a download of this can't go on."""
        return self.etag or self.last_modified

    @property
    def is_sound(self) -> bool:
        """Whether it may be such, where somebody else may have written it down."""
        return (
            (self.etag is None or _STRONG_ETAG.fullmatch(self.etag) is not None)
            and (
                self.last_modified is None
                or headers.parse_http_date(self.last_modified) is not None
            )
            and (self.length is None or self.length >= 0)
        )

    def fits(self, fields: Headers) -> bool:
        """Whether a response to a request with If-Range is of the same representation.

        A server that ignores the condition has sent a part of what there is now. An ETag must be in a 206 if
        it would be in a 200, a Last-Modified need not (RFC 9110 15.3.7).
        """
        if self.etag is not None or "ETag" in fields:  # which what has a date only had not
            return fields.get("ETag") == self.etag
        return fields.get("Last-Modified", self.last_modified) == self.last_modified


def length_of(fields: Headers) -> int | None:
    """Return the Content-Length, or None."""
    text = fields.get("Content-Length", "")
    return int(text) if _LENGTH.fullmatch(text) else None


def length_of_all(fields: Headers) -> int | None:
    """Return the length of all that a Content-Range names, or None."""
    found = headers.parse_content_range(fields.get("Content-Range", ""))
    return None if found is None or found.unit != "bytes" else found.length


def part_of(
    fields: Headers, asked: Span, known: Representation | None
) -> tuple[Span, int | None] | None:
    """Read what a 206 holds.

    Args:
        fields: its fields.
        asked: what was asked for. It may be less that comes, but not something else.
        known: what it must be a part of; None if that is not known.

    Returns:
        What it holds, and the length of all; None if it can't be used.
    """
    found = headers.parse_content_range(fields.get("Content-Range", ""))
    if found is None or found.unit != "bytes" or found.first != asked.first or found.last is None:
        return None
    end = found.last + 1
    content = length_of(fields)
    if (
        (asked.end is not None and end > asked.end)
        or (content is not None and content != end - asked.first)
        or (
            known is not None
            and None not in (found.length, known.length)
            and found.length != known.length
        )
        or (known is not None and not known.fits(fields))
    ):
        return None
    return Span(asked.first, end), found.length
