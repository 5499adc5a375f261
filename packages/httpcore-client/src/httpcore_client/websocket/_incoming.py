"""Putting messages together from what comes. Pure."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, cast

from ._wsproto import Opcode

if TYPE_CHECKING:
    from ._frames import Reader

__all__ = ["Incoming"]


class Incoming:
    """Messages and control frames, out of the frames of a server.

    Args:
        frames: who reads them.
    """

    __slots__ = ("_binary", "_frames", "_text")

    def __init__(self, frames: Reader) -> None:
        self._frames = frames
        # The message that is on its way. A list would take more room than it, were it cut small enough.
        self._text = StringIO()
        self._binary = BytesIO()

    def next(self) -> tuple[Opcode, Any] | None:
        """Return the next message (text, bytes) or control frame (bytes; of a Close its code and reason).

        None where more octets are needed.

        Raises:
            ParseFailed: the server broke the protocol, or the message is too big.
        """
        while (found := self._frames.next()) is not None:
            opcode, piece, last = found
            if opcode >= Opcode.CLOSE or (piece := self._joined(piece, last=last)) is not None:
                return opcode, piece
        return None

    def _joined(self, piece: Any, *, last: bool) -> Any:
        """Return the message that ends with a piece of it, or None."""
        pieces: StringIO | BytesIO = self._text if isinstance(piece, str) else self._binary
        if last and not pieces.tell():  # the usual message, in one piece
            return piece
        cast("Any", pieces).write(piece)
        if not last:
            return None
        self._text, self._binary = StringIO(), BytesIO()
        return pieces.getvalue()
