"""How much content our side may send (RFC 9113 5.2): each stream by its own window, all by the connection's.

The connection's window is dealt in equal shares to those who wait for it. A share is for one piece of
content; what is left of it goes to the others.

Crumbs of a window are left until more has come (the silly window syndrome, RFC 9293 3.8.6.2.1): who sends
what fits, however little that is, ends up with frames of a few octets, and there are servers that take many
of these for an attack. No server has to give more before it has had the crumbs, so who has waited for long
enough takes them.
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

_WORTH_BYTES = 4096  # a frame; below 256 the servers built on hyper's h2 count it as an attack


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

    def room(self, stream: Stream, wanted: int) -> int:
        """How much a stream may send now in one frame; if others have the window, it waits for a share.

        Args:
            stream: whose content it is.
            wanted: how much there is, in bytes: all of that is never too little.
        """
        own, shared = stream.room, self._free(stream)
        least = 1 if stream.takes_crumbs else min(wanted, self._worth)
        if own >= least and shared >= least:
            self._line.pop(stream.id, None)
            return min(own, shared, self.frame_bytes, wanted)
        if own >= least:
            self._line[stream.id] = stream
        else:
            self._give_back(stream)
        return 0

    def withholds(self, stream: Stream) -> bool:
        """Whether a stream that was given no room could send some crumbs."""
        return stream.room > 0 and self._free(stream) > 0

    def has_room(self, stream: Stream, size: int) -> bool:
        """Whether a stream may send so much without waiting."""
        return min(stream.room, self._free(stream)) >= size

    def _free(self, stream: Stream) -> int:
        return self._shared - self._dealt + stream.share

    @property
    def _worth(self) -> int:
        # A window that is small from the beginning never has more: half of it has to do (RFC 9293 as above).
        return max(1, min(_WORTH_BYTES, self.initial // 2))

    def spend(self, stream: Stream, size: int, *, whole: bool) -> None:
        """Note that a stream has sent so much, which was the `whole` of a piece or not."""
        stream.room -= size
        self._shared -= size
        spent = min(size, stream.share)
        stream.share -= spent
        stream.patience, stream.takes_crumbs = None, False
        self._dealt -= spent
        if whole:
            self._give_back(stream)

    def leave(self, stream: Stream) -> None:
        """Note that a stream is over."""
        self._line.pop(stream.id, None)
        self._give_back(stream)

    def _give_back(self, stream: Stream) -> None:
        if stream.share:
            self._dealt -= stream.share
            stream.share = 0
            self._deal()

    def _deal(self) -> None:
        line, worth = self._line, self._worth
        while line and (free := self._shared - self._dealt) >= worth:
            stream = line.pop(next(iter(line)))
            share = min(free, max(-(-free // (len(line) + 1)), worth))
            stream.share += share
            self._dealt += share
            self._tell(stream.uploader)
        if self._shared > self._dealt:
            for stream in line.values():  # enough for who wants no more, or has waited for long
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
