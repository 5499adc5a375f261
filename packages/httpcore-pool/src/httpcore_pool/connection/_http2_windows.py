"""How much content our side may send (RFC 9113 5.2): each stream by its own window, all by the connection's.

The connection's window is dealt in equal shares to those who wait for it. A share is for one piece of
content; what is left of it goes to the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from h2.errors import ErrorCodes

from ._http2_frames import MAX_FRAME_BYTES, MAX_ID, Fault, StreamFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._http2_streams import News, Stream

__all__ = ["FIRST_WINDOW_BYTES", "SendWindows"]

FIRST_WINDOW_BYTES = 65_535
"""What each window begins with, where nobody says anything (RFC 9113 6.9.2)."""


class SendWindows:
    """The windows of one connection.

    Args:
        tell: wakes a user who has been dealt a share.

    Attributes:
        initial: what the window of a new stream is.
        frame_bytes: the largest frame that the server takes.
    """

    def __init__(self, tell: Callable[[News], None]) -> None:
        self.initial: int = FIRST_WINDOW_BYTES
        self.frame_bytes: int = MAX_FRAME_BYTES
        self._shared = FIRST_WINDOW_BYTES
        self._tell = tell
        self._line: dict[int, Stream] = {}  # uploads that wait for the connection's window
        self._dealt = 0  # how much of it is for some of them

    def room(self, stream: Stream) -> int:
        """How much a stream may send now in one frame; if others have the window, it waits for a share."""
        own = stream.room
        shared = self._shared - self._dealt + stream.share
        if own > 0 and shared <= 0:
            self._line[stream.id] = stream
        elif own <= 0 and stream.share:
            self._give_back(stream)
        return max(0, min(own, shared, self.frame_bytes))

    def has_room(self, stream: Stream, size: int) -> bool:
        """Whether a stream may send so much without waiting."""
        return min(stream.room, self._shared - self._dealt + stream.share) >= size

    def spend(self, stream: Stream, size: int, *, whole: bool) -> None:
        """Note that a stream has sent so much, which was the `whole` of a piece or not."""
        stream.room -= size
        self._shared -= size
        spent = min(size, stream.share)
        stream.share -= spent
        self._dealt -= spent
        if stream.share and whole:
            self._give_back(stream)

    def leave(self, stream: Stream) -> None:
        """Note that a stream is over."""
        self._line.pop(stream.id, None)
        if stream.share:
            self._give_back(stream)

    def _give_back(self, stream: Stream) -> None:
        self._dealt -= stream.share
        stream.share = 0
        self._deal()

    def _deal(self) -> None:
        line = self._line
        while line and (free := self._shared - self._dealt) > 0:
            stream = line.pop(next(iter(line)))
            share = -(-free // (len(line) + 1))
            stream.share += share
            self._dealt += share
            self._tell(stream.uploader)

    # What the server says.

    def widen(self, increment: int) -> None:
        """The server allows more content on the connection (RFC 9113 6.9).

        Raises:
            Fault: it can't.
        """
        if why := _why_not(increment, self._shared + increment):
            raise Fault(*why)
        self._shared += increment
        self._deal()

    def widen_stream(self, stream: Stream, increment: int) -> None:
        """The server allows more content on a stream.

        Raises:
            StreamFault: it can't.
        """
        if why := _why_not(increment, stream.room + increment):
            raise StreamFault(*why)
        stream.room += increment
        if not stream.sent:
            stream.uploader.notify()

    def adjust(self, initial: int, frame_bytes: int, streams: Iterable[Stream]) -> None:
        """The server's SETTINGS change all streams, which may drive a window below 0 (RFC 9113 6.9.2).

        Raises:
            Fault: a window would be too large.
        """
        self.frame_bytes = frame_bytes
        difference, self.initial = initial - self.initial, initial
        for stream in streams:
            if why := _why_not(1, stream.room + difference):
                raise Fault(*why)
            stream.room += difference
            if not stream.sent:
                stream.uploader.notify()


def _why_not(increment: int, window: int) -> tuple[ErrorCodes, str] | None:
    if not increment:
        return ErrorCodes.PROTOCOL_ERROR, "the server widened a window by nothing"
    if window > MAX_ID:
        return ErrorCodes.FLOW_CONTROL_ERROR, "the server widened a window beyond its limit"
    return None
