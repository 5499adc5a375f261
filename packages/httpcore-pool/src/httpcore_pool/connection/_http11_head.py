"""The head of an HTTP/1.1 response, read the quick way: no h11, and no doubt what it means.

`read_head` takes only the well-formed usual case and returns None for every other, which then is h11's
to judge (`_http11_readers`), from the first octet of that response. It accepts nothing that h11 would
refuse, and reads nothing otherwise than h11 does; a differential test holds both together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .._siblings import Headers

if TYPE_CHECKING:
    from .._config import MessageLimits

__all__ = ["CHUNKED", "NO_CONTROLS", "TOKEN", "ResponseHead", "escaped", "read_head"]

CHUNKED: Final = -1  # in place of a length
_UNTIL_CLOSE: Final = -2

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"  # RFC 9110 5.6.2
NO_CONTROLS = rb"[^\x00-\x08\x0a-\x1f\x7f]*+"  # RFC 9110 5.5: field-vchar, SP and HTAB

# RFC 9112 4: a final status of the usual classes, with the space before the reason.
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9]) (%b)\r\n" % NO_CONTROLS)
# RFC 9112 5. Blanks at the end of a value are not part of it: h11 takes them off.
_FIELD_LINE = re.compile(rb"(?m)^(%b):[ \t]*+(%b)(?<![ \t])\r\n" % (TOKEN, NO_CONTROLS))

_FRAMING = (b"content-length", b"transfer-encoding", b"connection")
_LONGEST_LENGTH = 15  # digits: a petabyte


class ResponseHead:
    """A response's head.

    Attributes:
        status_code: 100 to 999.
        reason: the reason phrase.
        headers: the fields as sent.
        protocol: "HTTP/1.1" or "HTTP/1.0".
        rest: the octets that came behind the head (quick lane only).
        length: of the body in octets, or `CHUNKED` (quick lane only).
        keeps: whether the connection may live on (RFC 9112 9.3; quick lane only).
    """

    __slots__ = ("headers", "keeps", "length", "protocol", "reason", "rest", "status_code")

    def __init__(
        self,
        status_code: int,
        reason: str,
        headers: Headers,
        protocol: str = "HTTP/1.1",
        rest: bytes = b"",
        length: int = 0,
        keeps: bool = True,  # noqa: FBT001, FBT002 - by position, as there is one for each response
    ) -> None:
        self.status_code = status_code
        self.reason = reason
        self.headers = headers
        self.protocol = protocol
        self.rest = rest
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
    by_name = {field[0].lower(): field for field in fields}
    if len(by_name) == len(fields):
        headers = Headers.from_unique(by_name)
    else:
        names = [name.lower() for name, _ in fields]
        if any(names.count(name) > 1 for name in _FRAMING):
            return None
        headers = Headers.from_raw(fields)
    length = _body_length(by_name.get(b"content-length"), by_name.get(b"transfer-encoding"))
    code = int(status[1])
    if length is None:
        return None
    if method == "HEAD" or code == 204 or code == 304:
        length = 0
    elif length == _UNTIL_CLOSE:
        return None
    keeps = True
    if (connection := by_name.get(b"connection")) is not None:
        option = connection[1].lower()
        if option not in (b"keep-alive", b"close"):
            return None
        keeps = option == b"keep-alive"
    reason = status[2].decode("latin-1")
    return ResponseHead(code, reason, headers, "HTTP/1.1", data[end + 2 :], length, keeps)


def _body_length(
    length: tuple[bytes, bytes] | None, coding: tuple[bytes, bytes] | None
) -> int | None:
    """The length that the fields tell, `CHUNKED` or `_UNTIL_CLOSE`; None where they are odd."""
    if length is None:
        if coding is None:
            return _UNTIL_CLOSE
        return CHUNKED if coding[1] == b"chunked" else None  # h11 rewrites other spellings
    if coding is None and length[1].isdigit() and len(length[1]) <= _LONGEST_LENGTH:
        return int(length[1])
    return None


def escaped(octets: bytes, most: int = 100) -> str:
    """Show octets of a message in an error: escaped and cut."""
    return repr(bytes(octets[:most])) + ("..." if len(octets) > most else "")
