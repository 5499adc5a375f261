"""Content codings (RFC 9110 8.4): from the bytes as transferred to the bytes as meant.

A decoder gives its output in bounded pieces, so a small body that expands to gigabytes costs no more
memory than a piece; whoever reads decides how much to take.
"""

from __future__ import annotations

from ._base import Decoder
from ._chain import ACCEPT_ENCODING, make_decoder

__all__ = ["ACCEPT_ENCODING", "Decoder", "make_decoder"]
