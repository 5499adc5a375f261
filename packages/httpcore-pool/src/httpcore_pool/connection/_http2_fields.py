"""What HTTP/2 says of fields (RFC 9113 8.2, 8.3): requests written, responses checked. Pure.

h2 has rules of its own, which are off: these are stricter, and ask each octet once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from h2.errors import ErrorCodes

from .._errors import LocalProtocolError
from .._siblings import is_token
from ._http2_frames import StreamFault
from ._http11_head import NO_CONTROLS, TOKEN, escaped
from ._proxy import authority

if TYPE_CHECKING:
    from .._request import Request

__all__ = [
    "Fields",
    "RequestHead",
    "ResponseHead",
    "malformed",
    "read_head",
    "read_trailers",
    "write_head",
]

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
_METHOD_AND_PATH = re.compile(rf"{TOKEN.decode()} [!-~]++")
_STATUS = re.compile(rb"[1-9][0-9][0-9]")  # RFC 9110 15
_LONGEST_LENGTH = 19  # digits, as in `Request`


def malformed(why: str) -> StreamFault:
    """Return the error for a response that RFC 9113 8.1.1 calls malformed."""
    return StreamFault(ErrorCodes.PROTOCOL_ERROR, f"the response is malformed: {why}")


class RequestHead(NamedTuple):
    """A request's head.

    Attributes:
        fields: pseudo-fields, then fields, in lower case.
        length: the Content-Length, or None where none is given.
        expects: whether it asks for 100 (Continue) before its content (RFC 9110 10.1.1).
        extends: whether it is an extended CONNECT (RFC 8441).
    """

    fields: Fields
    length: int | None
    expects: bool
    extends: bool = False


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


def write_head(request: Request) -> RequestHead:
    """Return the header list of a request (RFC 9113 8.3.1).

    Raises:
        LocalProtocolError: it can't be sent as it is.
    """
    raw = request.headers.raw
    key = tuple(raw)
    if (head := _heads.get(key)) is None:
        head = _read(raw)
        if _SAME_EACH_TIME.issuperset([name.lower() for name, _ in raw]):
            if len(_heads) >= _MOST_HEADS:
                _heads.clear()
            _heads[key] = head
    url, target = request.url, request.options.target
    path = url.full_path if target is None else target
    line = f"{request.method} {path}"
    if _METHOD_AND_PATH.fullmatch(line) is None:
        shown = escaped(line.encode(errors="replace"))
        raise LocalProtocolError(f"the request can't be sent: illegal method or target: {shown}")
    method = request.method.encode("ascii")
    protocol = request.options.connect_protocol
    if protocol is not None and not (method == b"CONNECT" and is_token(protocol)):
        raise LocalProtocolError(
            f"the request can't be sent: {protocol!r} needs CONNECT and the name of a protocol"
        )
    if protocol is None and method == b"CONNECT":  # RFC 9113 8.5
        to = authority(url.origin) if target is None else target
        pseudo = [(b":method", method), (b":authority", to.encode("ascii"))]
    else:
        scheme = b"https" if url.is_ssl else b"http"
        pseudo = [
            *((b":method", method), head.fields[0]),
            *((b":scheme", scheme), (b":path", path.encode("ascii"))),
        ]
        if protocol is not None:  # RFC 8441 4
            pseudo.append((b":protocol", protocol.encode("ascii")))
    return RequestHead(pseudo + head.fields[1:], head.length, head.expects, protocol is not None)


# What is made of the fields of requests that say nothing but where they go and what their client always
# says. Nothing else is remembered: what belongs to one request does not outlive it.
_heads: dict[tuple[tuple[bytes, bytes], ...], RequestHead] = {}
_MOST_HEADS = 200
_SAME_EACH_TIME = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"host", b"user-agent"}
)

# Names as callers write them, and as they are sent; None for those that are not. So many are remembered,
# since they may come from anywhere.
_sent_as: dict[bytes, bytes | None] = {}
_MOST_NAMES = 500


def _read(raw: Fields) -> RequestHead:
    """Return :authority and the fields, checked, and what they mean."""
    authority: bytes | None = None
    length: bytes | None = None
    expects = False
    nominated: set[bytes] = set()
    fields: Fields = []
    for raw_name, value in raw:
        try:
            name = _sent_as[raw_name]
        except KeyError:
            name = _learn(raw_name)
        if name is None:
            if (dropped := raw_name.lower()) == b"host":
                authority = value
            elif dropped == b"connection":
                nominated.update(option.strip() for option in value.lower().split(b","))
            continue
        if name == b"content-length":
            if length is not None or not value.isdigit() or len(value) > _LONGEST_LENGTH:
                raise LocalProtocolError(
                    "the request can't be sent: it has no single number as its Content-Length"
                )
            length = value
        elif name == b"expect":
            expects = value.lower() == b"100-continue"
        elif name == b"te" and value.lower() != b"trailers":
            continue  # RFC 9113 8.2.2
        fields.append((name, value))
    if authority is None:
        raise LocalProtocolError("the request can't be sent: it has no Host")
    if nominated:
        fields = [field for field in fields if field[0] not in nominated]
    fields = [(b":authority", authority), *_joined(fields)]
    values = [value for _, value in fields]
    if not _all_match(values):
        bad = next(name for name, value in fields if not _all_match([value]))
        raise LocalProtocolError(
            "the request can't be sent: "
            f"the value of {escaped(bad)} has forbidden characters, or blanks at its ends"
        )
    return RequestHead(fields, None if length is None else int(length), expects)


def _joined(fields: Fields) -> Fields:
    """Make one field of several cookies (RFC 9113 8.2.3)."""
    cookies = [value for name, value in fields if name == b"cookie"]
    if len(cookies) < 2:
        return fields
    first = next(at for at, field in enumerate(fields) if field[0] == b"cookie")
    others = [field for field in fields if field[0] != b"cookie"]
    return [*others[:first], (b"cookie", b"; ".join(cookies)), *others[first:]]


def _learn(raw_name: bytes) -> bytes | None:
    if _NAME.fullmatch(raw_name) is None:
        raise LocalProtocolError(f"the request can't be sent: {escaped(raw_name)} is no field name")
    if len(_sent_as) >= _MOST_NAMES:
        _sent_as.clear()
    name = raw_name.lower()
    _sent_as[raw_name] = sent = None if name in _DROPPED else name
    return sent


def _all_match(values: list[bytes]) -> bool:
    joined = _MARK + _MARK.join(values) if values else b""
    # The marks are counted, since a value that has one could pass for two.
    return _VALUES.fullmatch(joined) is not None and joined.count(_MARK) == len(values)


# Responses.

_known: set[bytes] = set()  # names that are well-formed in a response


def read_head(fields: Fields) -> ResponseHead:
    """Read the head of a response (RFC 9113 8.3.2).

    Raises:
        StreamFault: it is none.
    """
    if not fields or fields[0][0] != b":status":
        raise malformed("it does not begin with :status")
    status = fields[0][1]
    if _STATUS.fullmatch(status) is None:
        raise malformed(f"its status is {escaped(status)}")
    rest = fields[1:]
    names = _check(rest)
    length = None
    if b"content-length" in names:
        length = _length([value for name, value in rest if name == b"content-length"])
    return ResponseHead(int(status), rest, length)


def read_trailers(fields: Fields) -> Fields:
    """Read the fields behind the content (RFC 9113 8.1).

    Raises:
        StreamFault: they are not well-formed.
    """
    _check(fields)
    return fields


def _check(fields: Fields) -> list[bytes]:
    """Check names and values; return the names."""
    names = [name for name, _ in fields]
    if not _known.issuperset(names):
        _learn_received(fields)
    values = [value for _, value in fields]
    if not _all_match(values):
        name = next(name for name, value in fields if not _all_match([value]))
        raise malformed(f"the value of {escaped(name)} has forbidden characters")
    return names


def _learn_received(fields: Fields) -> None:
    good: set[bytes] = set()
    for name, value in fields:
        if name.startswith(b":"):
            raise malformed(f"the pseudo-field {escaped(name)} has no place there")
        if _LOWER_NAME.fullmatch(name) is None:
            raise malformed(f"{escaped(name)} is no field name in lower case")
        if name in _FORBIDDEN or (name == b"te" and value != b"trailers"):
            raise malformed(f"{escaped(name)} is a field about the connection")
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
        raise malformed(f"its Content-Length is {escaped(b', '.join(values))}")
    return int(value)
