"""The body of a response: the one pass over it, with its content codings undone, within limits.

Decides when a body is too large, and when it is a bomb. What undoes a coding lives in `decoders/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ._config import BodyLimits
from ._connection_info import ended_of
from ._errors import (
    ContentTooLarge,
    DecodingError,
    HTTPError,
    StreamClosed,
    StreamConsumed,
    StreamError,
)
from ._named import named
from ._streams import BytesSource, ByteStream
from .decoders import make_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ._response_base import ResponseBase
    from ._streams import ByteSource
    from .decoders import Decoder

    _NextPiece: TypeAlias = Callable[[], Coroutine[Any, Any, bytes]]

__all__ = ["Body"]

_MOST_PIECES = 4096  # that are kept one by one
_PIECE_BYTES = 64 * 1024  # most that one step of decoding puts out
_USUAL = BodyLimits()
_CODED = "Content-Encoding"
_WITHOUT_CONTENT = (204, 304)  # RFC 9110 6.4.1
# So many bytes may come for each that is taken, and some more: no coding makes data longer by as much, unless
# it is flushed after each byte.
_MOST_GROWTH, _SLACK_BYTES = 16, 64 * 1024


class Body:
    """The state of a body, shared by a response and its twin.

    Attributes:
        source: where it comes from.
        content: all of it, decoded, once it was read.
        started: whether somebody began to read or stream it.
        encoding: the charset of its text, once that is settled.
        text: the content as text, once somebody asked.
    """

    # Until something happens to it: one is made for each response.
    content: bytes | None = None
    started: bool = False
    encoding: str | None = None
    text: str | None = None
    _reading: bool = False  # somebody waits for the next bytes
    _torn: bool = False  # it was closed under somebody who waited

    def __init__(self, source: ByteSource) -> None:
        self.source = source

    async def read(self, response: ResponseBase) -> bytes:
        """Read, decode and keep all of it, once."""
        if self.content is None:
            source = self.source
            if (
                type(source) is BytesSource
                and not (self.started or source.cut or _CODED in response.headers)
                and response.request.options.body_limits is None
            ):
                self.started = True
                self.content = source.take()  # all of it came with the head, as mostly
            else:
                self.content = await self._collected(response)
        return self.content

    async def _collected(self, response: ResponseBase) -> bytes:
        pieces: list[bytes] = []
        whole = bytearray()
        coded = _CODED in response.headers
        next_piece = self.pieces(response)
        while piece := await next_piece():
            pieces.append(piece)
            if len(pieces) >= _MOST_PIECES:
                whole += b"".join(pieces)  # tiny ones: each is an object of many times its size
                pieces.clear()
            if not coded and self.source.closed and not self.source.cut:
                break  # it is at its end, which need not be asked for
        if whole:
            whole += b"".join(pieces)
            pieces.clear()
            return bytes(whole)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def stream(self, response: ResponseBase) -> ByteStream:
        """Begin to hand out decoded pieces."""
        return ByteStream(self.pieces(response), self.close)

    def raw(self, response: ResponseBase) -> ByteStream:
        """Begin to hand out what was transferred."""
        if self.content is not None:
            raise StreamConsumed(
                "the body was read and decoded; the bytes as transferred are gone"
            ).about(response.request)
        return ByteStream(self._start(response, None), self.close)

    def pieces(self, response: ResponseBase) -> _NextPiece:
        """Begin to decode; return what gives the next piece, b"" at the end."""
        decoder = _decoder(response) if _CODED in response.headers else None
        return self._start(response, decoder)

    async def next_raw(self) -> bytes:
        """Return the next bytes as transferred, b"" at the end.

        Raises:
            StreamClosed: the body was closed, or broke, before its end.
            StreamError: somebody else is reading it at this moment.
            TransportError: the body ended early or broke.
        """
        source = self.source
        if self._reading:
            raise StreamError("two tasks or threads read one response at once")
        if source.cut:
            raise StreamClosed("the body was closed, or broke, before its end")
        self._reading = True
        try:
            data = await source.read_chunk()
        except Exception as error:
            if self._torn:
                raise StreamClosed("the response was closed while it was read") from error
            raise
        finally:
            self._reading = False
        if self._torn:
            raise StreamClosed("the response was closed while it was read")
        return data

    def check_usable(self, response: ResponseBase) -> None:
        """Refuse a body that is gone.

        Raises:
            StreamConsumed: it was streamed before.
            StreamClosed: it was closed before.
        """
        if self.started:
            raise StreamConsumed("the body was streamed before; its bytes were not kept").about(
                response.request
            )
        if self.source.cut:
            raise StreamClosed("the response was closed before its body was read").about(
                response.request
            )

    async def close(self) -> None:
        """Give up the rest."""
        if self._reading and not self.source.closed:
            self._torn = True
            await self.source.abort()  # to read a small rest would take it from who reads
        else:
            await self.source.close()

    def _start(self, response: ResponseBase, decoder: Decoder | None) -> _NextPiece:
        """Begin the one pass."""
        if self.content is not None:
            return BytesSource(self.content).read_chunk
        self.check_usable(response)
        self.started = True
        limits = response.request.options.body_limits or _USUAL
        return _Pass(self, response, decoder, limits).next_piece


def _decoder(response: ResponseBase) -> Decoder | None:
    if response.request.method == "HEAD" or response.status_code in _WITHOUT_CONTENT:
        return None
    try:
        return make_decoder(response.headers.get_list(_CODED, split_commas=True))
    except DecodingError as error:
        error.about(response.request)
        raise


class _Pass:
    """Draws a body through a decoder, if it is coded, and counts.

    One that breaks a rule is not read on: its connection is closed.
    """

    __slots__ = ("_body", "_decoder", "_given", "_limits", "_response", "_taken")

    def __init__(
        self, body: Body, response: ResponseBase, decoder: Decoder | None, limits: BodyLimits
    ) -> None:
        self._body = body
        self._response = response
        self._decoder = decoder
        self._limits = limits
        self._taken = 0  # bytes as transferred
        self._given = 0  # bytes handed out

    async def next_piece(self) -> bytes:
        try:
            if self._decoder is not None:
                piece = await self._decoded(self._decoder)
            else:
                if not self._given:
                    self._check_announced()
                piece = await self._body.next_raw()
            self._given += len(piece)
            self._check()
        except StreamError as error:  # who closed it, or who reads it, sees to it
            self._name(error)
            raise
        except Exception as error:
            await self._body.source.abort()
            if isinstance(error, HTTPError):
                self._name(error)
            raise
        return piece

    async def _decoded(self, decoder: Decoder) -> bytes:
        while not (piece := decoder.drain(_PIECE_BYTES)):
            data = await self._body.next_raw()
            if not data:
                decoder.finish()
                break
            self._taken += len(data)
            if self._limits.max_bytes is not None:
                self._check()
            decoder.feed(data)
        return piece

    def _check_announced(self) -> None:
        """Refuse what says by itself that it is too large (RFC 9110 8.6)."""
        response, most = self._response, self._limits.max_bytes
        length = response.headers.get("Content-Length", "")
        # A length may be that of the content which another request would get.
        if most is None or response.request.method == "HEAD" or response.status_code == 304:
            return
        if length.isdecimal() and int(length[:20]) > most:
            raise ContentTooLarge(
                f"the body has {length[:20]} bytes; at most {most} are taken"
                " (BodyLimits.max_bytes)",
                most,
            )

    def _check(self) -> None:
        given, taken, limits = self._given, self._taken, self._limits
        if limits.max_bytes is not None and given > limits.max_bytes:
            raise ContentTooLarge(
                f"the body has more than {limits.max_bytes} bytes (BodyLimits.max_bytes)",
                limits.max_bytes,
            )
        if limits.max_bytes is not None and taken > limits.max_bytes * _MOST_GROWTH + _SLACK_BYTES:
            raise ContentTooLarge(
                f"{taken} bytes came for a body of at most {limits.max_bytes} (BodyLimits.max_bytes)",
                limits.max_bytes,
            )
        if (
            self._decoder is not None
            and limits.bomb_bytes is not None
            and given > limits.bomb_bytes
            and given > limits.bomb_ratio * taken
        ):
            raise DecodingError(
                f"{taken} bytes of the body were decoded to {given}: it looks like a bomb"
                " (BodyLimits.bomb_bytes and bomb_ratio)"
            )

    def _name(self, error: HTTPError) -> None:
        """Say whose error it is; when it was, the source has just noted."""
        request, ended = self._response.request, ended_of(self._response._times)
        if ended is None:
            error.about(request)
        else:
            named(error, request, ended)
