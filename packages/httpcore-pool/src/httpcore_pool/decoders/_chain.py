"""Which decoder a Content-Encoding field asks for, and several of them in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import DecodingError
from ._base import Decoder
from ._zlib import DeflateDecoder, GzipDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = ["ACCEPT_ENCODING", "make_decoder"]

# More codings than this are an attack: each multiplies the work (CVE-2025-66418).
_MAX_CODINGS = 5

# RFC 9110 8.4.1.3: x-gzip is the same as gzip. "identity" is not a coding to undo.
_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": GzipDecoder,
    "x-gzip": GzipDecoder,
    "deflate": DeflateDecoder,
}

ACCEPT_ENCODING = "gzip, deflate"
"""The codings that can be undone here, as the value of Accept-Encoding."""


class _Chain(Decoder):
    """The outer coding was applied last, so it is undone first."""

    def __init__(self, outer: Decoder, inner: Decoder) -> None:
        self._outer = outer
        self._inner = inner

    def feed(self, data: bytes) -> None:
        self._outer.feed(data)

    def drain(self, limit: int) -> bytes:
        while True:
            if output := self._inner.drain(limit):
                return output
            between = self._outer.drain(limit)
            if not between:
                return b""
            self._inner.feed(between)

    def finish(self) -> None:
        self._outer.finish()
        self._inner.finish()


def make_decoder(codings: Iterable[str]) -> Decoder | None:
    """Return what undoes these codings (in the order of the field), or None where nothing is to do.

    Names are case-insensitive. A coding that is not known leaves the body as it is, since the caller
    may know it: the field still says what it is.

    Raises:
        DecodingError: there are more than five.
    """
    names = [name for coding in codings if (name := coding.strip().lower()) not in ("", "identity")]
    if len(names) > _MAX_CODINGS:
        raise DecodingError(
            f"{len(names)} content codings in a row; at most {_MAX_CODINGS} are undone"
        )
    if not names or any(name not in _DECODERS for name in names):
        return None
    decoder: Decoder | None = None
    for name in names:
        outer = _DECODERS[name]()
        decoder = outer if decoder is None else _Chain(outer, decoder)
    return decoder
