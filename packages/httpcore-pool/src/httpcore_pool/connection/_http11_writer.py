"""What goes out over HTTP/1.1: a request's head and the framing of its content, as octets.

Pure, no I/O. Whatever was done to a request on its way here, no octet of a caller can split it: the head
is checked as a whole before it leaves, and content never exceeds or falls short of what the head says.
"""

from __future__ import annotations

import re

from .._errors import LocalProtocolError
from ._http11_head import CHUNKED, escaped

__all__ = ["BodyWriter", "RequestHead", "write_head"]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"  # RFC 9110 5.6.2
_VALUE = rb"[^\x00-\x08\x0a-\x1f\x7f]*+"  # RFC 9110 5.5

# RFC 9112 3 and 5, from the first octet to the empty line.
_NAME = re.compile(_TOKEN)
_HEAD = re.compile(rb"%b [!-~]++ HTTP/1\.1\r\n(?:%b: %b\r\n)++\r\n" % (_TOKEN, _TOKEN, _VALUE))
_GOOD_VALUE = re.compile(_VALUE)

_MEANINGFUL = frozenset(
    {b"connection", b"content-length", b"expect", b"host", b"transfer-encoding", b"upgrade"}
)
_LONGEST_LENGTH = 19  # digits, as in `Request`


class RequestHead:
    """A request's head, ready to be written.

    Attributes:
        data: its octets.
        length: the Content-Length, `CHUNKED`, or 0 where nothing follows.
        closes: whether it asks the server to close the connection (RFC 9112 9.6).
        expects: whether it asks for 100 (Continue) before its content (RFC 9110 10.1.1).
        upgrade: the value of its Upgrade field, if any (RFC 9110 7.8).
    """

    __slots__ = ("closes", "data", "expects", "length", "upgrade")

    def __init__(self) -> None:
        self.data = b""
        self.length = 0
        self.closes = False
        self.expects = False
        self.upgrade: bytes | None = None


def write_head(method: str, target: str, fields: list[tuple[bytes, bytes]]) -> RequestHead:
    """Write the head of a request: Host first, each line checked.

    Args:
        method: a token.
        target: the request target, in visible ASCII (RFC 9112 3.2).
        fields: the fields, (name, value); exactly one is Host, at most one frames the content.

    Raises:
        LocalProtocolError: the head could be read in another way than it is meant.
    """
    names = [name.lower() for name, _ in fields]
    if not _known.issuperset(names):
        _learn(names)
    head = RequestHead()
    meaningful = _MEANINGFUL.intersection(names)
    if len(meaningful) > 1 or names.count(b"host") != 1 or names[0] != b"host":
        fields = _read(head, names, fields)
    try:
        start = f"{method} {target} HTTP/1.1\r\n".encode("ascii")
    except UnicodeEncodeError:
        start = b""  # refused below, with its name
    lines = [b"%b: %b\r\n" % field for field in fields]
    head.data = data = b"%b%b\r\n" % (start, b"".join(lines))
    # The lines are counted, since what splits a line could look like two good ones.
    if _HEAD.fullmatch(data) is None or data.count(b"\n") != len(lines) + 2:
        raise LocalProtocolError(f"the request can't be sent: {_fault(method, target, fields)}")
    return head


def _read(
    head: RequestHead, names: list[bytes], fields: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """Note what the fields mean for the exchange; return them with Host in front."""
    hosts = [field for name, field in zip(names, fields, strict=True) if name == b"host"]
    if len(hosts) != 1:
        raise LocalProtocolError(f"a request has exactly one Host field, this one {len(hosts)}")
    framed = False
    for name, (_, value) in zip(names, fields, strict=True):
        if name in (b"content-length", b"transfer-encoding"):
            if framed:
                raise LocalProtocolError(
                    "the request has more than one field that frames its content "
                    "(Content-Length, Transfer-Encoding)"
                )
            framed = True
            head.length = _length(name, value)
        elif name == b"connection":
            head.closes = head.closes or b"close" in _tokens(value)
        elif name == b"upgrade":
            head.upgrade = value
        elif name == b"expect":
            head.expects = value.lower() == b"100-continue"
    if fields[0] is hosts[0]:
        return fields
    return [*hosts, *(field for name, field in zip(names, fields, strict=True) if name != b"host")]


# Names that are tokens, in lower case. So many are remembered, since they may come from anywhere.
_known: set[bytes] = set()
_MOST_KNOWN = 500


def _learn(names: list[bytes]) -> None:
    """Check names, which in the whole of a head could pass for the name and value of another field."""
    for name in names:
        if _NAME.fullmatch(name) is None:
            raise LocalProtocolError(f"the request can't be sent: {escaped(name)} is no field name")
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update(names)


def _length(key: bytes, value: bytes) -> int:
    if key == b"content-length":
        if value.isdigit() and len(value) <= _LONGEST_LENGTH:
            return int(value)
    elif value.lower() == b"chunked":
        return CHUNKED
    raise LocalProtocolError(
        f"the request can't be sent: {key.decode('ascii').title()} can't be {escaped(value)}"
    )


def _fault(method: str, target: str, fields: list[tuple[bytes, bytes]]) -> str:
    for name, value in fields:
        if _GOOD_VALUE.fullmatch(value) is None:
            return f"the value of the field {escaped(name)} has forbidden characters"
    return f"illegal method or target: {escaped(f'{method} {target}'.encode(errors='replace'))}"


def _tokens(value: bytes) -> list[bytes]:
    """The members of a list of tokens, such as Connection, in lower case (RFC 9110 5.6.1)."""
    return [token.strip() for token in value.lower().split(b",")]


class BodyWriter:
    """Frames the content of one request (RFC 9112 6).

    Args:
        length: its length in octets, or `CHUNKED`.
    """

    __slots__ = ("_left", "_length")

    def __init__(self, length: int) -> None:
        self._length = self._left = length

    def piece(self, data: bytes) -> bytes:
        """Return some content, framed.

        Raises:
            LocalProtocolError: that is more than the head promised.
        """
        if self._length == CHUNKED:
            return b"%x\r\n%b\r\n" % (len(data), data)
        self._left -= len(data)
        if self._left < 0:
            raise LocalProtocolError(
                f"the content is longer than the {self._length} bytes of its Content-Length"
            )
        return data

    @property
    def complete(self) -> bool:
        """Whether nothing more is to be sent; chunked content ends only with `end`."""
        return self._left == 0

    def end(self) -> bytes:
        """Return what ends the content.

        Raises:
            LocalProtocolError: that is less than the head promised.
        """
        if self._length == CHUNKED:
            return b"0\r\n\r\n"
        if self._left:
            raise LocalProtocolError(
                f"the content is {self._left} bytes shorter than the {self._length} "
                "of its Content-Length"
            )
        return b""
