"""The state of one HTTP/2 connection: its streams, and what our side does with them. No I/O, no waiting.

What the server does is in `_http2_receiver`. A user holds the connection's lock around every call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from h2.errors import ErrorCodes

from .._errors import ClosedError, LocalProtocolError, TransportError
from ..hpack import Encoder
from . import _http2_frames as frames
from ._http2_referee import new_h2
from ._http2_streams import News, Stream
from ._http2_windows import SendWindows

if TYPE_CHECKING:
    from .._config import HTTP2Settings, MessageLimits
    from ._http2_fields import RequestHead
    from ._http2_referee import H2

__all__ = ["Protocol"]

_FIRST_STREAMS = 100  # until SETTINGS say more: RFC 9113 6.5.2 recommends no fewer
_MOST_STREAMS = 1000
_MOST_LEFT = 1000  # of the streams that were left, which are remembered one by one


class Protocol:
    """One connection's state.

    Args:
        limits: how much of what frames a response is accepted.
        settings: our windows.

    Attributes:
        h2_only: set this to True to have h2 write the requests; it then checks each of our steps.
        streams: those that are open, by their identifier.
        openers: who waits to open one, in turn.
        settled: whether the server's SETTINGS came.
        draining: whether no new streams may be opened.
        resized: whether SETTINGS came that nobody has been told of.
        failure: why the connection is dead, or None.
        referee: h2's part of the state.
        windows: how much content may be sent.
        next_id: the identifier of the next stream.
        idle_frames: how many frames came of late that bring us nothing; below 0, how many may come
            because of what we sent.
        late_bytes: how much content may be on its way for streams that we have reset.
    """

    h2_only: ClassVar[bool] = False

    def __init__(self, limits: MessageLimits, settings: HTTP2Settings) -> None:
        self._encoder = Encoder()
        self.referee: H2 = new_h2(limits, settings, self._encoder)
        self.windows: SendWindows = SendWindows(self.tell)
        self.streams: dict[int, Stream] = {}
        self.openers: dict[News, None] = {}
        self.next_id: int = 1
        self.settled: bool = False
        self.draining: bool = False
        self.resized: bool = False
        self.failure: TransportError | None = None
        self.idle_frames: float = 0.0
        self.late_bytes: int = 0
        self._settings = settings
        self._left: dict[int, None] = {}
        self._forgotten = 0  # up to this one, any may have been left
        self._pings = 0
        self._out: list[bytes | memoryview] = [self.referee.data_to_send()]

    # What it tells.

    @property
    def capacity(self) -> int:
        """How many streams the server lets be open at once (RFC 9113 5.1.2)."""
        if not self.settled:
            return _FIRST_STREAMS
        return min(self.referee.remote_settings.max_concurrent_streams, _MOST_STREAMS)

    @property
    def has_room(self) -> bool:
        """Whether a stream may be opened now."""
        return len(self.streams) < self.capacity

    @property
    def extends(self) -> bool:
        """Whether the server takes an extended CONNECT (RFC 8441 3)."""
        return bool(self.referee.remote_settings.enable_connect_protocol)

    @property
    def speaks(self) -> bool:
        """Whether there are octets to be sent."""
        return bool(self._out)

    def take(self) -> bytes:
        """Return the octets that are to be sent, in the order in which they must leave."""
        out, self._out = self._out, []
        return b"".join(out)

    def queue(self, octets: bytes) -> None:
        """Have octets sent."""
        self._out.append(octets)

    def refer(self, frame: bytes) -> None:
        """Have h2 take a frame.

        Raises:
            h2.exceptions.ProtocolError: the frame breaks the protocol; a GOAWAY is queued.
        """
        try:
            self.referee.receive_data(frame)
        finally:
            self._collect()

    def _collect(self) -> None:
        """Queue what h2 has written."""
        if octets := self.referee.data_to_send():
            self._out.append(octets)

    # What our side does.

    def open(self, head: RequestHead, method: str, *, end: bool) -> Stream:
        """Open a stream with the head of a request, which is all of it if this is the `end`.

        Raises:
            ClosedError: no further stream may be opened; nothing was sent.
            LocalProtocolError: the server does not take such a head.
        """
        if self.failure is not None or self.draining:
            raise ClosedError("the connection is closed or closing")
        limit = self.referee.remote_settings.max_header_list_size
        if limit is not None:
            size = sum([len(name) + len(value) + 32 for name, value in head.fields])
            if size > limit:
                raise LocalProtocolError(
                    f"the request's fields take {size} bytes (RFC 9113 6.5.2), "
                    f"the server accepts {limit}"
                )
        if head.extends and not self.extends:
            raise LocalProtocolError("the server does not offer extended CONNECT (RFC 8441)")
        stream_id = self.next_id
        if stream_id > frames.MAX_ID:
            self.draining = True
            raise ClosedError("the connection has used up its stream identifiers")
        self.next_id += 2
        if self.h2_only:
            self.referee.send_headers(stream_id, head.fields, end_stream=end)
            self._collect()
        else:
            block = self._encoder.encode(head.fields)
            self._out.append(frames.head_frames(stream_id, block, end=end))
        stream = Stream(stream_id, method, self._settings, self.windows.initial)
        stream.sent = end
        self.streams[stream_id] = stream
        self.forgive()
        return stream

    def send(self, stream: Stream, data: memoryview, *, last: bool = False) -> int:
        """Queue one frame of content, as far as the windows allow; with all of the `last` the request ends.

        Returns:
            How many bytes that takes; 0 means that the stream has to wait for news.
        """
        size = self.windows.room(stream, len(data))
        if size:
            whole = size == len(data)
            stream.sent = last and whole
            if self.h2_only:
                self.referee.send_data(stream.id, data[:size], end_stream=stream.sent)
                self._collect()
            else:
                self._out += frames.data_header(stream.id, size, end=stream.sent), data[:size]
            # The server may answer by giving back each window by itself, the stream's and the connection's.
            self.forgive()
            self.idle_frames -= 2
            self.windows.spend(stream, size, whole=whole)
            self.let_go(stream)
        return size

    def forgive(self) -> None:
        """Forget the frames that brought us nothing: one came that does, or we gave a reason for more."""
        self.idle_frames = min(0.0, self.idle_frames)

    def end(self, stream: Stream) -> None:
        """End a request whose content was sent."""
        if self.h2_only:
            self.referee.end_stream(stream.id)
            self._collect()
        else:
            self._out.append(frames.data_header(stream.id, 0, end=True))
        stream.sent = True
        self.let_go(stream)

    def let_go(self, stream: Stream) -> None:
        """RFC 9113 5.1: once both sides have ended it a stream is closed, and counts no more (5.1.2)."""
        if stream.sent and stream.ended:
            self.close(stream)

    def tell(self, news: News) -> None:
        """Tell of what our own side did."""
        news.notify()
        if news.reads and self.failure is None:
            self.ping()  # nothing but an answer wakes who waits for the server

    def credit(self, stream: Stream) -> None:
        """Give back what the user has taken of a stream's window, once it is worth a frame."""
        if (taken := stream.credit()) and stream.id in self.streams and self.failure is None:
            self._out.append(frames.window_frame(stream.id, taken))

    def close(self, stream: Stream, code: int | None = None) -> None:
        """Let go of a stream; with a code the server is told (RFC 9113 6.4). Again does nothing."""
        if self.streams.pop(stream.id, None) is None:
            return
        self.referee.streams.pop(stream.id, None)
        if not stream.ended:
            self._left[stream.id] = None
            if len(self._left) > _MOST_LEFT:
                oldest = next(iter(self._left))
                del self._left[oldest]
                self._forgotten = max(self._forgotten, oldest)
        if code is not None and self.failure is None:
            self.late_bytes += max(0, stream.window)
            self._out.append(frames.reset_frame(stream.id, code))
        self.windows.leave(stream)
        self.call_opener()

    def was_left(self, stream_id: int) -> bool:
        """Whether a stream was over before the server had ended it, so that more of it may be on its way."""
        return stream_id in self._left or stream_id <= self._forgotten

    def call_opener(self) -> None:
        """Wake who is next to open a stream."""
        if self.openers:
            self.tell(next(iter(self.openers)))

    def drain(self) -> None:
        """No new streams from now on; who waits to open one learns it."""
        self.draining = True
        for opener in self.openers:
            self.tell(opener)

    def ping(self) -> None:
        """Ask for a sign of life (RFC 9113 6.7)."""
        self._pings += 1
        self._out.append(frames.ping_frame(self._pings))

    def say_goodbye(self, code: int = ErrorCodes.NO_ERROR) -> None:
        """Queue a GOAWAY (RFC 9113 6.8); nothing is sent after it."""
        self.draining = True
        self._out.append(frames.goaway_frame(code))

    def fail(self, error: TransportError) -> None:
        """The connection is dead: every stream fails, each with an error object of its own."""
        if self.failure is None:
            self.failure = error
        for stream in self.streams.values():
            if stream.ended:
                # The response is whole, though it may not have been taken yet; who still sends learns it.
                stream.notify()
            else:
                copy = type(error)(error.message)
                copy.__dict__.update(error.__dict__)
                copy.__cause__ = error
                copy.answered |= stream.head is not None
                stream.fail(copy)
        for opener in self.openers:
            opener.notify()
