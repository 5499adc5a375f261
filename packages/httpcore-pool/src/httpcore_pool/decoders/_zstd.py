"""zstd (RFC 8878), with the window that RFC 9659 allows it as a content coding."""

from __future__ import annotations

from typing import Any

from ._codecs import zstd
from ._members import MembersDecoder

__all__ = ["ZstdDecoder"]

_WINDOW_LOG = 23  # 8 MiB: RFC 9659 3

_FRAME = b"\x28\xb5\x2f\xfd"  # RFC 8878 3.1.1
_SKIPPABLE_FRAMES = [bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16)]  # RFC 8878 3.1.2


class ZstdDecoder(MembersDecoder):
    """One frame or several in a row, skippable ones among them (RFC 8878 3)."""

    _NAME = "zstd"
    _MAGIC_NUMBERS = frozenset({_FRAME, *_SKIPPABLE_FRAMES})
    _MAGIC_BYTES = 4

    def __init__(self) -> None:
        module = zstd()
        assert module is not None  # noqa: S101 - else nobody makes this
        super().__init__(module.ZstdError)
        self._new: Any = module.ZstdDecompressor
        self._options = {module.DecompressionParameter.window_log_max: _WINDOW_LOG}

    def _open(self) -> Any:
        frame = self._new(options=self._options)
        # By itself: a frame that is given whole would be decoded whatever its window.
        frame.decompress(self._input.take(self._MAGIC_BYTES))
        return frame

    def _decode(self, limit: int) -> bytes:
        frame = self._member
        if frame.needs_input and not self._input:
            return b""  # the codec calls it an error to be asked in vain again and again
        output: bytes = frame.decompress(self._input.take() if frame.needs_input else b"", limit)
        self._input.give_back(len(frame.unused_data))
        return output
