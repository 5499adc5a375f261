"""h11, the referee: it decides what a response means that the quick lane would not read.

One `H11Reader` serves one exchange. h11 is told what was asked in a shadow of the request, since what we
send is written and watched elsewhere. Its errors become ours here, with the line that was wrong.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NoReturn, cast

import h11

from .._errors import RemoteProtocolError
from .._siblings import Headers
from ._http11_head import NO_CONTROLS, ResponseHead, escaped
from ._http11_readers import PLAIN_CHUNK_BYTES, ResponseReader

if TYPE_CHECKING:
    from .._config import MessageLimits

__all__ = ["H11Reader"]

# What h11 holds is copied to be counted, perhaps once a chunk: it is given no more than this at once.
_PIECE_BYTES = 64 * 1024
_NO_CONTROLS = re.compile(NO_CONTROLS)
_LONGEST_ERROR = 300  # characters
# How h11 shows octets that it has in a buffer, where others stand as themselves.
_BUFFER = re.compile(r"""bytearray\((b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\)""")


class H11Reader(ResponseReader):
    """Whole responses, as h11 reads them.

    Args:
        method: of the request.
        limits: what is accepted.
        upgrade: the Upgrade field of the request, without which a 101 is an error.
    """

    def __init__(self, method: str, limits: MessageLimits, upgrade: bytes | None = None) -> None:
        self._limits = limits
        # The limits are ours: h11's holds for what comes in several reads only.
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=sys.maxsize)
        fields = [(b"Host", b"_")]
        if upgrade is not None:
            fields.append((b"Upgrade", upgrade))
        # h11 has to know what was asked. Whether it was all sent is the connection's to watch.
        self._h11.send(h11.Request(method=method, target=b"/", headers=fields))
        self._h11.send(h11.EndOfMessage())
        self._trailers: list[tuple[bytes, bytes]] = []
        self._ended = False
        self._keeps = True
        self._start = b""  # of the response, until its first line is known to be of HTTP
        self._head = b""  # received since the last head, for errors
        self._in_body = False
        self._waiting = b""  # received, and not yet given to h11
        self._fed = 0  # octets since the last head
        self._given = 0  # octets of the body that came out of them
        self._chunks = self._spare = 0
        self._length: int | None = None

    @classmethod
    def inside_chunked(
        cls, limits: MessageLimits, rest: bytes, *, keeps: bool, spare: int = 0
    ) -> H11Reader:
        """Return a reader that stands before a chunk's line, with the octets from there on.

        To the limit on what comes beside the body is added what the chunks before have spared.
        """
        reader = cls("GET", limits)
        reader._spare = spare
        reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        reader.next_head()
        reader._keeps = keeps
        reader.feed(rest)
        return reader

    def feed(self, data: bytes) -> None:
        self._look_at_start(data)
        if data:
            self._waiting += data
        else:
            self._h11.receive_data(data)  # the end

    def _look_at_start(self, data: bytes) -> None:
        """Refuse what is not HTTP/1 at its first octets; h11 would wait for the end of a line."""
        if len(self._start) < 5:
            self._start = (self._start + data)[:64]
            if not (self._start.startswith(b"HTTP/") or b"HTTP/".startswith(self._start)):
                hint = (
                    " (it looks like TLS)"
                    if self._start.startswith((b"\x15\x03", b"\x16\x03"))
                    else ""
                )
                raise RemoteProtocolError(
                    f"the server did not answer in HTTP/1.1{hint}: it sent {escaped(self._start, 40)}"
                )

    def next_head(self) -> ResponseHead | None:
        """Return the next head, informational ones included; None where more octets are needed."""
        event = self._next_event()
        if event is h11.NEED_DATA:
            return None
        # Nothing else comes before a response, except for its switching the protocol.
        head = cast("h11.Response | h11.InformationalResponse", event)
        version = head.http_version.decode("ascii")
        if not version.startswith("1."):
            # RFC 9112 2.3: another major version is another syntax, whatever this looks like.
            raise RemoteProtocolError(f"the server answered in HTTP/{version}, not HTTP/1.1")
        reason = bytes(head.reason)
        if _NO_CONTROLS.fullmatch(reason) is None:
            raise RemoteProtocolError(
                f"the reason phrase has control characters: {escaped(reason)}"  # RFC 9112 4
            )
        fields = list(head.headers.raw_items())
        rest = len(self._h11.trailing_data[0])
        self._check_head(self._fed - rest)
        if len(fields) > self._limits.fields:
            raise RemoteProtocolError(f"the head has more than {self._limits.fields} fields")
        self._fed = rest
        self._head = self._head[len(self._head) - rest :]
        self._in_body = isinstance(event, h11.Response)
        by_name = dict(head.headers)  # in lower case, and as h11 reads them
        # RFC 9112 6.1: whoever sends both may be attacked, or attacking.
        self._keeps = not {b"content-length", b"transfer-encoding"} <= by_name.keys()
        if self._keeps and b"content-length" in by_name:
            self._length = int(by_name[b"content-length"])
        return ResponseHead(
            head.status_code,
            reason.decode("latin-1"),
            Headers.from_raw(fields),
            f"HTTP/{version}",
        )

    def next(self) -> bytes | None:
        if self._ended:
            return b""
        event = self._next_event()
        if event is h11.NEED_DATA:
            return None
        if isinstance(event, h11.Data):
            data = bytes(event.data)  # h11 gives no empty ones
            self._given += len(data)
            self._check_overhead()
            # Its start goes untold where no data came with the line.
            self._chunks += event.chunk_end
            return data
        # Nothing else comes in a body.
        self._check_overhead()
        self._trailers = list(cast("h11.EndOfMessage", event).headers.raw_items())
        if len(self._trailers) > self._limits.fields:
            raise RemoteProtocolError(f"there are more than {self._limits.fields} trailer fields")
        self._ended = True
        return b""

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        return self._trailers

    def _next_event(self) -> object:
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                raise self._malformed(error) from error
            if event is not h11.NEED_DATA:
                return event
            self._check_unfinished()
            if not self._waiting:
                return event
            self._give_piece()

    def _give_piece(self) -> None:
        piece, self._waiting = self._waiting[:_PIECE_BYTES], self._waiting[_PIECE_BYTES:]
        self._h11.receive_data(piece)
        self._fed += len(piece)
        if not self._in_body:
            self._head += piece

    def _check_unfinished(self) -> None:
        """Limit what h11 holds and can't read yet: part of a head, a chunk's line or the trailers."""
        if not self._in_body:
            self._check_head(self._fed)
        elif self._fed - self._given > self._allowed:
            self._refuse_overhead()

    def _check_head(self, size: int) -> None:
        if size > self._limits.head_bytes:
            raise RemoteProtocolError(f"the head is longer than {self._limits.head_bytes} bytes")

    def _check_overhead(self) -> None:
        """Limit what comes beside the body: chunk extensions and trailers, of all chunks together."""
        beside = self._fed - self._given
        # What h11 holds back is copied to be counted: only if it may matter.
        if beside > self._allowed and beside - len(self._h11.trailing_data[0]) > self._allowed:
            self._refuse_overhead()

    def _refuse_overhead(self) -> NoReturn:
        raise RemoteProtocolError(
            f"more than {self._limits.chunk_overhead_bytes} bytes of chunk extensions and trailers"
        )

    @property
    def _allowed(self) -> int:
        plain = PLAIN_CHUNK_BYTES * (self._chunks + 1) + self._spare
        return plain + self._limits.chunk_overhead_bytes

    def _malformed(self, error: h11.RemoteProtocolError) -> RemoteProtocolError:
        text = str(error).encode("ascii", "backslashreplace").decode("ascii")
        text = _BUFFER.sub(r"\1", text)
        if "Content-Length" in text or "Transfer-Encoding" in text:
            lines = [
                escaped(line.strip())
                for line in self._head.split(b"\n")
                if line.lower().startswith((b"content-length", b"transfer-encoding"))
            ]
            text = f"{text}: {', '.join(lines)}"
        return RemoteProtocolError(
            text if len(text) <= _LONGEST_ERROR else text[:_LONGEST_ERROR] + "..."
        )

    @property
    def left(self) -> int | None:
        return None if self._length is None else self._length - self._given

    @property
    def switched(self) -> bytes | None:
        """The octets behind a 101, or a 2xx to CONNECT: no longer HTTP. None if nothing switched."""
        if self._h11.their_state is not h11.SWITCHED_PROTOCOL:
            return None
        return self._h11.trailing_data[0] + self._waiting

    @property
    def reusable(self) -> bool:
        connection = self._h11
        return (
            self._keeps
            and connection.our_state is h11.DONE
            and connection.their_state is h11.DONE
            and connection.trailing_data == (b"", False)
            and not self._waiting
        )
