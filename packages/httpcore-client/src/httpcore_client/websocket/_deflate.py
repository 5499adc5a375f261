"""What is in the frames: permessage-deflate (RFC 7692), and the bound on a message. Pure.

It is an extension to wsproto in place of that one's own, which inflates without a bound, takes a ping between
the fragments of a compressed message for the message's end, and reads the server's parameters loosely.
"""

from __future__ import annotations

import re
import zlib

from ._wsproto import (
    CloseReason,
    Extension,
    FrameDecoder,
    FrameProtocol,
    Opcode,
    ParseFailed,
    RsvBits,
)

__all__ = ["Payloads"]

_OFFER = "permessage-deflate; client_max_window_bits"
_PARAMETER = re.compile(r"[ \t]*([a-z_]+)(?:[ \t]*=[ \t]*(?:\"([0-9]+)\"|([0-9]+)))?[ \t]*")
_FLAGS = ("server_no_context_takeover", "client_no_context_takeover")
_WINDOWS = ("server_max_window_bits", "client_max_window_bits")
_WINDOW_BITS = {str(bits) for bits in range(8, 16)}  # RFC 7692 7.1.2
_PIECE_BYTES = 4096  # zlib copies what is behind a block that is the last, and all may be
_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 7.2.1
_LAST_BLOCK = b"\x03\x00"  # which has nothing, and may begin where another block has ended
_NO_BITS = RsvBits(rsv1=False, rsv2=False, rsv3=False)
_RSV1 = RsvBits(rsv1=True, rsv2=False, rsv3=False)


class Payloads(Extension):
    """Bounds each message that comes, and (de)compresses where that is agreed.

    Args:
        max_bytes: the most that a message may have, decompressed; None for no limit.

    Attributes:
        agreed: whether messages may be compressed.
    """

    name = "permessage-deflate"

    def __init__(self, max_bytes: int | None) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes  # of the message that is on its way
        self.agreed: bool = False
        self._compressor: zlib._Compress | None = None
        self._client_bits = 15
        self._client_forgets = self._server_forgets = False
        self._decompressor = zlib.decompressobj(-15)  # reads smaller windows, too
        self._in_block = (
            False  # it has been given something since the end of a message or of a last block
        )
        self._inflating = False  # the message that is on its way
        self._in_control = False  # the frame that is on its way

    def enabled(self) -> bool:
        return True

    def offer(self) -> str:
        """What to ask the server for (RFC 7692 7.1)."""
        return _OFFER

    def finalize(self, offer: str) -> None:
        """Take what the server has agreed to.

        Raises:
            ValueError: it makes no sense (RFC 7692 7.1: then the connection fails).
        """
        name, *parameters = offer.split(";")
        if name.strip() != self.name:
            raise ValueError(f"the extension {name.strip()[:40]!r}, which was not offered")
        found: dict[str, str | None] = {}
        for parameter in parameters:
            match = _PARAMETER.fullmatch(parameter)
            key, quoted, plain = match.groups() if match is not None else ("", None, None)
            value = quoted or plain
            right = value is None if key in _FLAGS else key in _WINDOWS and value in _WINDOW_BITS
            if not right or key in found:
                raise ValueError(f"the parameter {parameter.strip()[:40]!r} of {self.name}")
            found[key] = value
        self.agreed = True
        self._server_forgets, self._client_forgets = (flag in found for flag in _FLAGS)
        self._client_bits = int(found.get("client_max_window_bits") or 15)
        self._compressor = self._new_compressor()

    def _new_compressor(self) -> zlib._Compress | None:
        # zlib makes no window of 8 bits; then messages go out as they are, as each may.
        if self._client_bits == 8:
            return None
        return zlib.compressobj(wbits=-self._client_bits)

    # What comes: a message in one frame, or by wsproto in any pieces.

    def fits(self, size: int) -> bool:
        """Whether a message may have so many bytes."""
        return self._max_bytes is None or size <= self._max_bytes

    def inflate(self, payload: bytes) -> bytes:
        """Inflate a whole message.

        Raises:
            ParseFailed: it can't be, or is too big then.
        """
        data = self._inflated(payload) + self._inflated_end()
        self._left = self._max_bytes
        return data

    def frame_inbound_header(
        self,
        proto: FrameDecoder | FrameProtocol,
        opcode: Opcode,
        rsv: RsvBits,
        payload_length: int,
    ) -> RsvBits:
        self._in_control = opcode.iscontrol()
        if self._in_control:
            return _NO_BITS
        begins = opcode is not Opcode.CONTINUATION
        if begins:
            self._inflating = self.agreed and rsv.rsv1
        if not self._inflating and self._left is not None and payload_length > self._left:
            raise _too_big()  # before any of it has come
        return _RSV1 if self.agreed and begins else _NO_BITS  # RFC 7692 6.1: with the first alone

    def frame_inbound_payload_data(self, proto: FrameDecoder | FrameProtocol, data: bytes) -> bytes:
        if self._in_control:
            return data
        if self._inflating:
            return self._inflated(data)
        if self._left is not None:
            self._left -= len(data)
        return data

    def frame_inbound_complete(
        self,
        proto: FrameDecoder | FrameProtocol,
        fin: bool,  # noqa: FBT001 - as wsproto has it
    ) -> bytes | None:
        if self._in_control or not fin:
            return None
        rest = self._inflated_end() if self._inflating else None
        self._left, self._inflating = self._max_bytes, False
        return rest

    def _inflated_end(self) -> bytes:
        rest = b""
        if (
            self._in_block
        ):  # else there is nothing, or (as some servers leave it) a last block alone
            rest = self._inflated(_TAIL)
            self._check_whole()
            self._in_block = False
        if self._server_forgets:
            self._decompressor = zlib.decompressobj(-15)
        return rest

    def _check_whole(self) -> None:
        """RFC 7692 7.2.1: what is compressed ends with a block. What is cut off would be another message."""
        decompressor = self._decompressor if self._server_forgets else self._decompressor.copy()
        try:
            decompressor.decompress(_LAST_BLOCK)
        except zlib.error:
            pass
        if not decompressor.eof:
            raise ParseFailed(
                "a compressed message is cut off", CloseReason.INVALID_FRAME_PAYLOAD_DATA
            )

    def _inflated(self, data: bytes) -> bytes:
        """Inflate no more than the message may have, and one byte."""
        parts: list[bytes] = []
        for at in range(0, len(data), _PIECE_BYTES):
            piece = data[at : at + _PIECE_BYTES]
            while piece:
                most = 0 if self._left is None else self._left + 1
                try:
                    part = self._decompressor.decompress(piece, most)
                except zlib.error as error:
                    raise ParseFailed(str(error), CloseReason.INVALID_FRAME_PAYLOAD_DATA) from None
                if self._left is not None:
                    self._left -= len(part)
                    if self._left < 0:
                        raise _too_big()
                parts.append(part)
                piece = self._decompressor.unused_data
                self._in_block = not self._decompressor.eof
                if self._decompressor.eof:  # RFC 7692 7.2.3.4: a block may say it is the last
                    self._decompressor = zlib.decompressobj(-15)
        return b"".join(parts)

    # What goes out.

    def deflate(self, payload: bytes) -> tuple[bytes, bool]:
        """Return what a message is sent as, and whether that is compressed."""
        compressor = self._compressor
        if compressor is None or not payload:  # of nothing zlib makes nothing
            return payload, False
        data = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        if self._client_forgets:
            self._compressor = self._new_compressor()
        return data[: -len(_TAIL)], True


def _too_big() -> ParseFailed:
    return ParseFailed("a message is too big", CloseReason.MESSAGE_TOO_BIG)
