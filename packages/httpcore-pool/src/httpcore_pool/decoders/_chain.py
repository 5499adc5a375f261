"""Which decoder a Content-Encoding field asks for, and several of them in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import DecodingError
from ._base import Decoder
from ._codecs import brotli, zstd
from ._zlib import DeflateDecoder, GzipDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


__all__ = ["accept_encoding", "codings_left", "make_decoder"]

# More codings than this are an attack: each multiplies the work (CVE-2025-66418).
_MAX_CODINGS = 5

# So does what one coding expands to nothing for the next: empty members, what follows the last. Between
# two codings may go so many bytes, and so many more for each that came out; even gzip members of one
# byte each have 21.
_FREE_BYTES = 1024 * 1024
_BYTES_FOR_ONE = 32


def _brotli_decoder() -> Decoder:
    from ._brotli import BrotliDecoder  # here: few have the extra

    return BrotliDecoder()


def _zstd_decoder() -> Decoder:
    from ._zstd import ZstdDecoder  # here: few have the extra

    return ZstdDecoder()


# RFC 9110 8.4.1.3: x-gzip is the same as gzip.
_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": GzipDecoder,
    "x-gzip": GzipDecoder,
    "deflate": DeflateDecoder,
    "br": _brotli_decoder,
    "zstd": _zstd_decoder,
}
_OPTIONAL: dict[str, Callable[[], Any]] = {"br": brotli, "zstd": zstd}


class _Chain(Decoder):
    """The outer coding was applied last, so it is undone first."""

    def __init__(self, outer: Decoder, inner: Decoder) -> None:
        self._outer = outer
        self._inner = inner
        self._credit = _FREE_BYTES  # how much may yet go between them

    def feed(self, data: bytes) -> None:
        self._outer.feed(data)

    def drain(self, limit: int) -> bytes:
        while not (output := self._inner.drain(limit)):
            between = self._outer.drain(limit)
            if not between:
                return b""
            self._credit -= len(between)
            if self._credit < 0:
                raise DecodingError("a content coding of the body expands to next to nothing")
            self._inner.feed(between)
        self._credit += _BYTES_FOR_ONE * len(output)
        return output

    def finish(self) -> None:
        self._outer.finish()
        self._inner.finish()


def _is_known(name: str) -> bool:
    return name in _DECODERS and (name not in _OPTIONAL or _OPTIONAL[name]() is not None)


def accept_encoding() -> str:
    """Return the codings that can be undone here, as the value of Accept-Encoding."""
    return ", ".join(name for name in ("gzip", "deflate", "br", "zstd") if _is_known(name))


def _divided(codings: Iterable[str]) -> tuple[list[str], list[str]]:
    """Divide the codings, in the field's order, into those that are left and those that are undone.

    Those applied last are undone first, up to one that is not known. "identity" is not a coding to
    undo (RFC 9110 12.5.3), and names are case-insensitive (RFC 9110 8.4.1).
    """
    names = [name for coding in codings if (name := coding.strip().lower()) not in ("", "identity")]
    if len(names) > _MAX_CODINGS:
        raise DecodingError(
            f"{len(names)} content codings in a row; at most {_MAX_CODINGS} are undone"
        )
    left = len(names)
    while left and _is_known(names[left - 1]):
        left -= 1
    return names[:left], names[left:]


def make_decoder(codings: Iterable[str]) -> Decoder | None:
    """Return what undoes these codings (in the order of the field), or None where nothing is to do.

    A coding that is not known, or whose extra is not installed, stays, and all that were applied
    before it: the caller may know it, and `codings_left` names it.

    Raises:
        DecodingError: there are more than five.
    """
    decoder: Decoder | None = None
    for name in _divided(codings)[1]:
        outer = _DECODERS[name]()
        decoder = outer if decoder is None else _Chain(outer, decoder)
    return decoder


def codings_left(codings: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the codings that `make_decoder` does not undo, in the order of the field.

    Raises:
        DecodingError: there are more than five codings.
    """
    return tuple(_divided(codings)[0])
