"""How much content our side may send (RFC 9113 5.2): each stream by its own window, all by the connection's.

The connection's window is dealt in equal shares to those who wait for it. A share is for one piece of
content; what is left of it goes to the others. h2 keeps count of what the server allows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import h2.connection

    from ._http2_streams import News, Stream

__all__ = ["SendWindows"]


class SendWindows:
    """The windows of one connection.

    Args:
        state: knows them.
        tell: wakes a user who has been dealt a share.
    """

    def __init__(self, state: h2.connection.H2Connection, tell: Callable[[News], None]) -> None:
        self._h2 = state
        self._tell = tell
        self._line: dict[int, Stream] = {}  # uploads that wait for the connection's window
        self._dealt = 0  # how much of it is for some of them

    def room(self, stream: Stream) -> int:
        """How much a stream may send now in one frame; if others have the window, it waits for a share."""
        own = self._h2.streams[stream.id].outbound_flow_control_window
        shared = self._h2.outbound_flow_control_window - self._dealt + stream.share
        if own > 0 and shared <= 0:
            self._line[stream.id] = stream
        elif own <= 0 and stream.share:
            self._give_back(stream)
        return max(0, min(own, shared, self._h2.max_outbound_frame_size))

    def spend(self, stream: Stream, size: int, *, whole: bool) -> None:
        """Note that a stream has sent so much, which was the `whole` of a piece or not."""
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
        self.deal()

    def deal(self) -> None:
        """The connection's window may have something for those who wait."""
        line = self._line
        while line and (free := self._h2.outbound_flow_control_window - self._dealt) > 0:
            stream = line.pop(next(iter(line)))
            share = -(-free // (len(line) + 1))
            stream.share += share
            self._dealt += share
            self._tell(stream)
