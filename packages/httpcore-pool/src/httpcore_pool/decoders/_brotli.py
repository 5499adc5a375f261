"""br (RFC 7932)."""

from __future__ import annotations

from .._errors import DecodingError
from ._base import Decoder
from ._codecs import brotli
from ._input import Input

__all__ = ["BrotliDecoder"]

# The codec's first block: asked for a byte more, it returns three times as much.
_BLOCK_BYTES = 32_752


class BrotliDecoder(Decoder):
    """One brotli stream.

    The codec does not say where in its input the stream ended, so what follows can't be told from
    damage when both came together. It is an error always, that the answer is the same in every split.
    """

    def __init__(self) -> None:
        module = brotli()
        assert module is not None  # noqa: S101 - else nobody makes this
        self._brotli = module.Decompressor()
        self._error: type[Exception] = module.error
        self._input = Input()
        self._output = Input()  # what a block has beyond the caller's limit
        self._begun = False

    def feed(self, data: bytes) -> None:
        self._begun = self._begun or bool(data)
        self._input.add(data)

    def drain(self, limit: int) -> bytes:
        while not self._output:
            if self._brotli.is_finished():
                if self._input:
                    raise DecodingError("the body is not valid br: bytes follow its end")
                return b""
            hungry = self._brotli.can_accept_more_data()
            coded = self._input.take() if hungry else b""
            try:
                output = self._brotli.process(coded, output_buffer_limit=_BLOCK_BYTES)
            except self._error as error:
                raise DecodingError(f"the body is not valid br: {error}") from error
            if hungry and not coded and not output:
                return b""
            self._output.add(output)
        return self._output.take(limit)

    def finish(self) -> None:
        if self._begun and not self._brotli.is_finished():
            raise DecodingError("the br body is cut off before its end")
