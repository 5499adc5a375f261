"""gzip (RFC 1952) and deflate (RFC 1950, and the raw RFC 1951 that some servers send)."""

from __future__ import annotations

import zlib
from typing import Any

from .._errors import DecodingError
from ._base import Decoder
from ._input import Input
from ._members import MembersDecoder

__all__ = ["DeflateDecoder", "GzipDecoder"]

# After so many bytes without an error what began like zlib's format is that, although nothing came out.
_TRIED_BYTES = 1000


class GzipDecoder(MembersDecoder):
    """One gzip member or several in a row (RFC 1952 2.2)."""

    _NAME = "gzip"
    _MAGIC_NUMBERS = frozenset({b"\x1f\x8b"})
    _MAGIC_BYTES = 2

    def __init__(self) -> None:
        super().__init__(zlib.error)

    def _open(self) -> Any:
        return zlib.decompressobj(16 + zlib.MAX_WBITS)

    def _decode(self, limit: int) -> bytes:
        member = self._member
        output: bytes = member.decompress(self._input.take(), limit)
        self._input.give_back(len(member.unused_data if member.eof else member.unconsumed_tail))
        return output


class DeflateDecoder(Decoder):
    """zlib's format, or raw deflate where it can't be that.

    RFC 1950 2.2: CM is 8, and the first two bytes are a multiple of 31. Hardly any raw deflate looks
    like that: it begins with a stored block whose padding is not zero. So what looks like zlib's
    format is taken for raw only where it is an error before there is any output.
    """

    def __init__(self) -> None:
        self._input = Input()
        self._zlib: Any = None
        self._begun = False
        self._tried: bytes | None = (
            None  # while it may turn out to be raw: what was taken for zlib's
        )

    def feed(self, data: bytes) -> None:
        self._input.add(data)

    def drain(self, limit: int) -> bytes:
        if not self._begun and not self._begin():
            return b""
        output = b""
        while not self._zlib.eof:
            output = self._decode(limit)  # without input too: zlib may hold output back
            if output or not self._input:
                break
        if self._zlib.eof:
            self._input.clear()  # what follows the end is not part of the body
        return output

    def _begin(self) -> bool:
        start = self._input.peek(2)
        if len(start) < 2:
            return False
        self._begun = True
        wrapped = start[0] & 0x0F == 8 and int.from_bytes(start, "big") % 31 == 0
        self._tried = b"" if wrapped else None
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return True

    def _decode(self, limit: int) -> bytes:
        coded = self._input.take()
        try:
            output: bytes = self._zlib.decompress(coded, limit)
        except zlib.error as error:
            if self._tried is None or not _fails_before_output(self._tried + coded):
                raise DecodingError(f"the body is not valid deflate: {error}") from error
            self._input.put_back(self._tried + coded)
            self._tried = None
            self._zlib = zlib.decompressobj(-zlib.MAX_WBITS)
            return b""
        self._input.give_back(len(self._zlib.unconsumed_tail))
        if self._tried is not None:
            tried = self._tried + coded
            self._tried = None if output or len(tried) >= _TRIED_BYTES else tried
        return output

    def finish(self) -> None:
        if self._input or (self._begun and not self._zlib.eof):
            raise DecodingError("the deflate body is cut off before its end")


def _fails_before_output(coded: bytes) -> bool:
    """Whether this is an error as zlib's format, before any output.

    Byte by byte, since an error takes the output of its call with it; so the answer is the same
    however the body was split.
    """
    trial = zlib.decompressobj()
    for at in range(min(len(coded), _TRIED_BYTES)):
        try:
            if trial.decompress(coded[at : at + 1], 1):
                return False
        except zlib.error:
            return True
    return False
