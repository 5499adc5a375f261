"""What HTTP/2 says of fields (RFC 9113 8.2, 8.3): requests written, responses checked. Pure.

h2 has rules of its own, which are off: these are stricter, and ask each octet once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._errors import LocalProtocolError
from ._http11_head import NO_CONTROLS, TOKEN, escaped

if TYPE_CHECKING:
    from .._request import Request

__all__ = ["Malformed", "RequestHead", "ResponseHead", "read_head", "read_trailers", "write_head"]

Fields = list[tuple[bytes, bytes]]

# RFC 9113 8.2.2: fields about the connection have no place in HTTP/2; Host becomes :authority.
_DROPPED = frozenset(
    {b"connection", b"host", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
_FORBIDDEN = _DROPPED - {b"host"}

_NAME = re.compile(TOKEN)
_LOWER_NAME = re.compile(TOKEN.replace(b"A-Z", b""))  # RFC 9113 8.2.1
# RFC 9110 5.5: values, each behind an octet that no value may have. Blanks at their ends are no part of
# them, and malformed here (RFC 9113 8.2.1).
_MARK = b"\x1f"
_VALUES = re.compile(rb"(?:\x1f(?![ \t])%b(?<![ \t]))*+" % NO_CONTROLS)
_METHOD_AND_PATH = re.compile(rb"(?:\x1f[!-~]++)*+")
_STATUS = re.compile(rb"[1-9][0-9][0-9]")  # RFC 9110 15
_LONGEST_LENGTH = 19  # digits, as in `Request`


class Malformed(Exception):
    """A response that RFC 9113 8.1.1 calls malformed: an error of its stream only."""


class RequestHead(NamedTuple):
    """A request's head.

    Attributes:
        fields: pseudo-fields, then fields, in lower case.
        length: the Content-Length, or None where none is given.
        expects: whether it asks for 100 (Continue) before its content (RFC 9110 10.1.1).
    """

    fields: Fields
    length: int | None
    expects: bool


class ResponseHead(NamedTuple):
    """A response's head.

    Attributes:
        status_code: 100 to 999.
        fields: the fields, without pseudo-fields.
        length: the Content-Length, or None where none is given.
    """

    status_code: int
    fields: Fields
    length: int | None


# Requests.

# Names as callers write them, and as they are sent; None for those that are not. So many are remembered,
# since they may come from anywhere.
_sent_as: dict[bytes, bytes | None] = {}
_MOST_NAMES = 500


def write_head(request: Request) -> RequestHead:
    """Return the header list of a request (RFC 9113 8.3.1).

    Raises:
        LocalProtocolError: it can't be sent as it is.
    """
    url = request.url
    method = request.method.encode("ascii", "replace")
    path = url.full_path if request.options.target is None else request.options.target
    fields = [
        (b":method", method),
        (b":authority", b""),
        (b":scheme", url.scheme.encode("ascii")),
        (b":path", path.encode("ascii", "replace")),
    ]
    if method == b"CONNECT":  # RFC 9113 8.5
        del fields[2:]
    _refuse_unless(_METHOD_AND_PATH, [fields[0], *fields[2:]])
    host: bytes | None = None
    length: bytes | None = None
    expects = odd = False
    for raw_name, value in request.headers.raw:
        try:
            name = _sent_as[raw_name]
        except KeyError:
            name = _learn(raw_name)
        if name is None:
            if raw_name.lower() == b"host":
                host = value
            odd = True
            continue
        if name == b"content-length":
            if length is not None or not value.isdigit() or len(value) > _LONGEST_LENGTH:
                raise LocalProtocolError(
                    "the request can't be sent: it has no single number as its Content-Length"
                )
            length = value
        elif name == b"expect":
            expects = value.lower() == b"100-continue"
        elif name in _SPECIAL:
            odd = True
        fields.append((name, value))
    fields[1] = (b":authority", host if host is not None else url.host_header.encode("ascii"))
    if odd:
        fields = _mended(fields, request)
    _refuse_unless(_VALUES, fields)
    return RequestHead(fields, None if length is None else int(length), expects)


_SPECIAL = frozenset({b"te", b"cookie"})


def _learn(raw_name: bytes) -> bytes | None:
    if _NAME.fullmatch(raw_name) is None:
        raise LocalProtocolError(f"the request can't be sent: {escaped(raw_name)} is no field name")
    if len(_sent_as) >= _MOST_NAMES:
        _sent_as.clear()
    name = raw_name.lower()
    _sent_as[raw_name] = sent = None if name in _DROPPED else name
    return sent


def _mended(fields: Fields, request: Request) -> Fields:
    """Leave out what speaks of the connection, and join cookies (RFC 9113 8.2.2, 8.2.3)."""
    nominated: set[bytes] = set()
    for name, value in request.headers.raw:
        if name.lower() == b"connection":
            nominated.update(option.strip() for option in value.lower().split(b","))
    cookies = [value for name, value in fields if name == b"cookie"]
    mended: Fields = []
    for name, value in fields:
        if name in nominated or (name == b"te" and value.lower() != b"trailers"):
            continue
        if name != b"cookie":
            mended.append((name, value))
        elif cookies:
            mended.append((name, b"; ".join(cookies)))
            cookies = []
    return mended


def _refuse_unless(pattern: re.Pattern[bytes], fields: Fields) -> None:
    values = [value for _, value in fields]
    if not _all_match(pattern, values):
        name = next(name for name, value in fields if not _all_match(pattern, [value]))
        raise LocalProtocolError(
            "the request can't be sent: "
            f"the value of {escaped(name)} has forbidden characters, or blanks at its ends"
        )


def _all_match(pattern: re.Pattern[bytes], values: list[bytes]) -> bool:
    joined = _MARK + _MARK.join(values) if values else b""
    # The marks are counted, since a value that has one could pass for two.
    return pattern.fullmatch(joined) is not None and joined.count(_MARK) == len(values)


# Responses.

_known: set[bytes] = set()  # names that are well-formed in a response


def read_head(fields: Fields) -> ResponseHead:
    """Read the head of a response (RFC 9113 8.3.2).

    Raises:
        Malformed: it is none.
    """
    if not fields or fields[0][0] != b":status":
        raise Malformed("it does not begin with :status")
    status = fields[0][1]
    if _STATUS.fullmatch(status) is None:
        raise Malformed(f"its status is {escaped(status)}")
    rest = fields[1:]
    names = _check(rest)
    length = None
    if b"content-length" in names:
        length = _length([value for name, value in rest if name == b"content-length"])
    return ResponseHead(int(status), rest, length)


def read_trailers(fields: Fields) -> Fields:
    """Read the fields behind the content (RFC 9113 8.1).

    Raises:
        Malformed: they are not well-formed.
    """
    _check(fields)
    return fields


def _check(fields: Fields) -> list[bytes]:
    """Check names and values; return the names."""
    names = [name for name, _ in fields]
    if not _known.issuperset(names):
        _learn_received(fields)
    values = [value for _, value in fields]
    if not _all_match(_VALUES, values):
        name = next(name for name, value in fields if not _all_match(_VALUES, [value]))
        raise Malformed(f"the value of {escaped(name)} has forbidden characters")
    return names


def _learn_received(fields: Fields) -> None:
    good: set[bytes] = set()
    for name, value in fields:
        if name.startswith(b":"):
            raise Malformed(f"the pseudo-field {escaped(name)} has no place there")
        if _LOWER_NAME.fullmatch(name) is None:
            raise Malformed(f"{escaped(name)} is no field name in lower case")
        if name in _FORBIDDEN or (name == b"te" and value != b"trailers"):
            raise Malformed(f"{escaped(name)} is a field about the connection")
        if name != b"te":
            good.add(name)
    if len(_known) + len(good) > _MOST_NAMES:
        _known.clear()
    if len(good) <= _MOST_NAMES:
        _known.update(good)


def _length(values: list[bytes]) -> int:
    """RFC 9110 8.6: one number; the same one again does no harm."""
    value = values[0]
    if not value.isdigit() or len(value) > _LONGEST_LENGTH or any(v != value for v in values):
        raise Malformed(f"its Content-Length is {escaped(b', '.join(values))}")
    return int(value)
