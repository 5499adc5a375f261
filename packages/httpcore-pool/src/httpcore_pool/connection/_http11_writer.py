"""What goes out over HTTP/1.1: a request's head and the framing of its content, as octets.

Pure, no I/O. Whatever was done to a request on its way here, no octet of a caller can split it: the head
is checked as a whole before it leaves, and content never exceeds or falls short of what the head says.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .._errors import LocalProtocolError
from ._http11_head import CHUNKED, NO_CONTROLS, TOKEN, escaped

__all__ = ["BodyWriter", "RequestHead", "write_head"]

_REQUEST_LINE = re.compile(rf"{TOKEN.decode()} [!-~]++ HTTP/1\.1\r\n")  # RFC 9112 3
_NAME = re.compile(TOKEN)
_VALUE = re.compile(NO_CONTROLS)
_FIELDS = re.compile(rb"(?:%b: %b\r\n)++\r\n" % (TOKEN, NO_CONTROLS))  # RFC 9112 5

_MEANINGFUL = frozenset(
    {b"connection", b"content-length", b"expect", b"host", b"transfer-encoding", b"upgrade"}
)
_LONGEST_LENGTH = 19  # digits, as in `Request`


class RequestHead(NamedTuple):
    """A request's head, ready to be written.

    Attributes:
        data: its octets.
        length: the Content-Length, `CHUNKED`, or 0 where nothing follows.
        closes: whether it asks the server to close the connection (RFC 9112 9.6).
        expects: whether it asks for 100 (Continue) before its content (RFC 9110 10.1.1).
        upgrade: the value of its Upgrade field, if any (RFC 9110 7.8).
    """

    data: bytes
    length: int = 0
    closes: bool = False
    expects: bool = False
    upgrade: bytes | None = None


def write_head(method: str, target: str, fields: list[tuple[bytes, bytes]]) -> RequestHead:
    """Write the head of a request: Host first, each line checked.

    Args:
        method: a token.
        target: the request target, in visible ASCII (RFC 9112 3.2).
        fields: the fields, (name, value); exactly one is Host, at most one frames the content.

    Raises:
        LocalProtocolError: the head could be read in another way than it is meant.
    """
    line = f"{method} {target} HTTP/1.1\r\n"
    if _REQUEST_LINE.fullmatch(line) is None:
        shown = escaped(f"{method} {target}".encode(errors="replace"))
        raise LocalProtocolError(f"the request can't be sent: illegal method or target: {shown}")
    key = tuple(fields)
    if (block := _blocks.get(key)) is not None:  # the same as before, in which nothing was meant
        return RequestHead(line.encode("ascii") + block)
    names = [name.lower() for name, _ in fields]
    if not _known.issuperset(names):
        _learn(names)
    meaning: dict[str, Any] = {}
    if len(_MEANINGFUL.intersection(names)) != 1 or names.count(b"host") != 1:
        meaning = _read(names, fields)
    if names[0] != b"host":
        hosts = [field for field in fields if field[0].lower() == b"host"]
        fields = hosts + [field for field in fields if field not in hosts]
    block = _block(fields)
    if _SAME_EACH_TIME.issuperset(names):
        if len(_blocks) >= _MOST_BLOCKS:
            _blocks.clear()
        _blocks[key] = block
    return RequestHead(line.encode("ascii") + block, **meaning)


# The fields of requests that say nothing but where they go and what their client always says. Nothing
# else is remembered: neither what belongs to one request, nor names of which we can't know what they hold.
_blocks: dict[tuple[tuple[bytes, bytes], ...], bytes] = {}
_MOST_BLOCKS = 200
_SAME_EACH_TIME = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"host", b"user-agent"}
)


def _block(fields: list[tuple[bytes, bytes]]) -> bytes:
    """Write fields and the empty line, each checked to be one line."""
    lines = [b"%b: %b\r\n" % field for field in fields]
    block = b"".join(lines) + b"\r\n"
    # The lines are counted, since what splits a line could look like two good ones.
    if _FIELDS.fullmatch(block) is None or block.count(b"\n") != len(lines) + 1:
        name = next((name for name, value in fields if _VALUE.fullmatch(value) is None), b"")
        raise LocalProtocolError(
            "the request can't be sent: "
            f"the value of the field {escaped(name)} has forbidden characters"
        )
    return block


def _read(names: list[bytes], fields: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return what the fields mean for the exchange, as in `RequestHead`."""
    if names.count(b"host") != 1:
        raise LocalProtocolError(
            f"a request has exactly one Host field, this one {names.count(b'host')}"
        )
    meaning: dict[str, Any] = {}
    for name, (_, value) in zip(names, fields, strict=True):
        if name in (b"content-length", b"transfer-encoding"):
            if "length" in meaning:
                raise LocalProtocolError(
                    "the request has more than one field that frames its content "
                    "(Content-Length, Transfer-Encoding)"
                )
            meaning["length"] = _length(name, value)
        elif name == b"connection":
            meaning["closes"] = meaning.get("closes", False) or b"close" in _tokens(value)
        elif name == b"upgrade":
            meaning["upgrade"] = value
        elif name == b"expect":
            meaning["expects"] = value.lower() == b"100-continue"
    return meaning


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
