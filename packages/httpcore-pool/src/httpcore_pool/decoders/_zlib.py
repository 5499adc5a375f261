"""gzip (RFC 1952) and deflate (RFC 1950, and the raw RFC 1951 that some servers send)."""

from __future__ import annotations

import zlib
from typing import Any

from .._errors import DecodingError
from ._base import Decoder

__all__ = ["DeflateDecoder", "GzipDecoder"]

_GZIP_MAGIC = b"\x1f\x8b"


class GzipDecoder(Decoder):
    """One gzip member or several in a row (RFC 1952 2.2); what follows the last is ignored."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._input = b""
        self._inside = False  # a member has begun and not ended
        self._members = 0
        self._junk = False

    def feed(self, data: bytes) -> None:
        if not self._junk:
            self._input += data

    def drain(self, limit: int) -> bytes:
        while self._input:
            if not self._inside and not self._begin():
                return b""
            try:
                output = self._zlib.decompress(self._input, limit)
            except zlib.error as error:
                raise DecodingError(f"the body is not valid gzip: {error}") from error
            if self._zlib.eof:
                self._input = self._zlib.unused_data
                self._inside = False
            else:
                self._input = self._zlib.unconsumed_tail
            if output:
                return output
        # zlib may hold output back although it has taken all input.
        return self._zlib.decompress(b"", limit) if self._inside else b""

    def _begin(self) -> bool:
        """Start a member, unless what comes after the last one is something else."""
        if self._members:
            if _GZIP_MAGIC.startswith(self._input[:2]) and len(self._input) < 2:
                return False  # half a magic number: wait for the other byte
            if not self._input.startswith(_GZIP_MAGIC):
                self._junk = True
                self._input = b""
                return False
            self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._members += 1
        self._inside = True
        return True

    def finish(self) -> None:
        if self._inside:
            raise DecodingError("the gzip body is cut off before its end")


class DeflateDecoder(Decoder):
    """zlib's format, or raw deflate where the first bytes can't be a zlib header."""

    def __init__(self) -> None:
        self._zlib: Any = None
        self._input = b""

    def feed(self, data: bytes) -> None:
        self._input += data

    def drain(self, limit: int) -> bytes:
        if self._zlib is None:
            if len(self._input) < 2:
                return b""
            # RFC 1950 2.2: CM is 8 and the two bytes are a multiple of 31. Raw deflate, whose first
            # block would have to be of the reserved or a stored type, does not look like that.
            header = self._input[0] << 8 | self._input[1]
            wrapped = self._input[0] & 0x0F == 8 and header % 31 == 0
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if self._zlib.eof:
            self._input = b""
            return b""
        try:
            output: bytes = self._zlib.decompress(self._input, limit)
        except zlib.error as error:
            raise DecodingError(f"the body is not valid deflate: {error}") from error
        self._input = self._zlib.unconsumed_tail
        return output

    def finish(self) -> None:
        if (self._zlib is None and self._input) or (self._zlib is not None and not self._zlib.eof):
            raise DecodingError("the deflate body is cut off before its end")
