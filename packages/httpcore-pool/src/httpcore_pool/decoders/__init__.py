"""Content codings (RFC 9110 8.4): from the bytes as transferred to the bytes as meant.

A decoder gives its output in bounded pieces, so a small body that expands to gigabytes costs no more
memory than a piece; whoever reads decides how much to take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._base import Decoder
from ._chain import accept_encoding, codings_left, make_decoder

__all__ = ["ACCEPT_ENCODING", "Decoder", "codings_left", "make_decoder"]

if TYPE_CHECKING:
    ACCEPT_ENCODING: str
    """The codings that can be undone here, as the value of Accept-Encoding."""


def __getattr__(name: str) -> str:
    # Found when it is asked for, since it takes an import of the optional codecs to know.
    if name != "ACCEPT_ENCODING":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return accept_encoding()
