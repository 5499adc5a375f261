"""The head of an HTTP/1.1 response, read the quick way: no h11, and no doubt what it means.

`read_head` takes only the well-formed usual case and returns None for every other, which then is h11's
to judge (`_http11_readers`), from the first octet of that response. It accepts nothing that h11 would
refuse, and reads nothing otherwise than h11 does; a differential test holds both together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .._config import MessageLimits

__all__ = ["CHUNKED", "ResponseHead", "escaped", "read_head"]

CHUNKED: Final = -1  # in place of a length
_UNTIL_CLOSE: Final = -2

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"  # RFC 9110 5.6.2
_NO_CONTROLS = rb"[^\x00-\x08\x0a-\x1f\x7f]*+"  # RFC 9110 5.5: field-vchar, SP and HTAB

# RFC 9112 4: a final status of the usual classes, with the space before the reason.
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9]) (%b)\r\n" % _NO_CONTROLS)
# RFC 9112 5. Blanks at the end of a value are not part of it: h11 takes them off.
_FIELD_LINE = re.compile(rb"(?m)^(%b):[ \t]*+(%b)(?<![ \t])\r\n" % (_TOKEN, _NO_CONTROLS))

_FRAMING = (b"content-length", b"transfer-encoding", b"connection")
_LONGEST_LENGTH = 15  # digits: a petabyte


class ResponseHead:
    """A response's head.

    Attributes:
        status_code: 100 to 999.
        reason: the reason phrase as sent.
        protocol: "HTTP/1.1" or "HTTP/1.0".
        fields: the fields as sent, (name, value).
        start: where the body begins, in the octets that the head was read from.
        length: of the body in octets, or `CHUNKED`.
        keeps: whether the connection may live on (RFC 9112 9.3).
    """

    __slots__ = ("fields", "keeps", "length", "protocol", "reason", "start", "status_code")

    def __init__(
        self,
        status_code: int,
        reason: bytes,
        fields: list[tuple[bytes, bytes]],
        *,
        protocol: str = "HTTP/1.1",
        start: int = 0,
        length: int = 0,
        keeps: bool = True,
    ) -> None:
        self.status_code = status_code
        self.reason = reason
        self.fields = fields
        self.protocol = protocol
        self.start = start
        self.length = length
        self.keeps = keeps


def read_head(data: bytes, method: str, limits: MessageLimits) -> ResponseHead | None:
    """Read the head that `data` begins with, if it is whole, of the usual kind and beyond doubt.

    That is: HTTP/1.1, a final status, lines that end in CR LF with nothing odd in them, and one
    Content-Length, plain chunked, or no content by the method or status (RFC 9112 6.3).

    Returns:
        The head, or None where h11 has to look.
    """
    status = _STATUS_LINE.match(data)
    end = data.find(b"\r\n\r\n", 0, limits.head_bytes) + 2
    if status is None or end < 2 or method == "CONNECT":
        return None
    begin = status.end()
    fields: list[tuple[bytes, bytes]] = _FIELD_LINE.findall(data, begin, end)
    # Each line has to be a field, so that nothing was passed over.
    if len(fields) != data.count(b"\n", begin, end) or len(fields) > limits.fields:
        return None
    by_name = {name.lower(): value for name, value in fields}
    if len(by_name) < len(fields):
        names = [name.lower() for name, _ in fields]
        if any(names.count(name) > 1 for name in _FRAMING):
            return None
    length = _body_length(by_name.get(b"content-length"), by_name.get(b"transfer-encoding"))
    status_code = int(status[1])
    if length is None:
        return None
    if method == "HEAD" or status_code in (204, 304):
        length = 0
    elif length == _UNTIL_CLOSE:
        return None  # until the connection closes
    keeps = True
    connection = by_name.get(b"connection")
    if connection is not None:
        connection = connection.lower()
        if connection not in (b"keep-alive", b"close"):
            return None
        keeps = connection == b"keep-alive"
    return ResponseHead(status_code, status[2], fields, start=end + 2, length=length, keeps=keeps)


def _body_length(length: bytes | None, coding: bytes | None) -> int | None:
    """The length that the fields tell, `CHUNKED` or `_UNTIL_CLOSE`; None where they are odd."""
    if length is None:
        if coding is None:
            return _UNTIL_CLOSE
        return CHUNKED if coding == b"chunked" else None  # h11 rewrites other spellings
    if coding is None and length.isdigit() and len(length) <= _LONGEST_LENGTH:
        return int(length)
    return None


def escaped(octets: bytes, most: int = 100) -> str:
    """Show octets of a message in an error: escaped and cut."""
    return repr(bytes(octets[:most])) + ("..." if len(octets) > most else "")
