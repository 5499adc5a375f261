"""What a server sends over HTTP/2, frame by frame: filed with the streams, answered where that is due.

What is wrong with a response fails its stream, what is wrong with the connection fails all. A peer that
floods us is told to calm down. What h2 may not see, and why, stands in `_http2_referee`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from hpack.exceptions import HPACKError, OversizedHeaderListError

from .._errors import HTTP11Required, ReadError, RemoteProtocolError
from ..hpack import Decoder
from . import _http2_frames as frames
from ._http2_frames import Fault, FrameBuffer, StreamFault
from ._http11_head import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._config import HTTP2Settings, MessageLimits
    from .._errors import TransportError
    from ._http2_protocol import Protocol
    from ._http2_streams import Stream

__all__ = ["Receiver"]


_MOST_CONTINUATIONS = 64  # frames in a header block: nobody needs so many
_MOST_IDLE_FRAMES = 1000  # that bring us nothing, at once
_IDLE_FRAMES_A_SECOND = 10  # and in the long run


class Receiver:
    """Takes what the server of one connection sends.

    Args:
        state: of the connection.
        limits: how much of what frames a response is accepted.
        settings: our windows.
        now: the monotonic clock, in seconds.
    """

    def __init__(
        self,
        state: Protocol,
        limits: MessageLimits,
        settings: HTTP2Settings,
        now: Callable[[], float],
    ) -> None:
        self._state = state
        self._limits = limits
        self._now = now
        self._decoder = Decoder()
        self._decoder.max_header_list_size = limits.head_bytes
        self._buffer = FrameBuffer()
        self._block: tuple[int, int, list[bytes]] | None = None  # a header block, not whole yet
        self._window = settings.connection_window_bytes
        self._return_at = self._window // 4
        self._received = 0  # bytes not yet given back to the connection's window
        self._idle_since = 0.0
        self._farewell = ""  # what the server said of its going
        self._broken = False  # it broke the protocol: what follows means nothing

    def receive(self, data: bytes) -> bool:
        """Take octets, b"" for the end. What is wrong with them fails its stream, or all.

        Returns:
            Whether a frame is whole now. A length that is not meant swallows whatever follows.
        """
        whole = False
        if self._broken:
            return whole
        if not data:
            self._state.fail(ReadError(f"the server closed the connection{self._farewell}"))
            return whole
        try:
            self._buffer.feed(data)
            while (frame := self._buffer.next()) is not None:
                whole = True
                self._frame(*frame)
        except Fault as fault:
            self._state.say_goodbye(fault.code)
            self._fail(fault)
        except ProtocolError as error:
            self._state.draining = True  # h2 has said goodbye, with the right code
            self._fail(error)
        if self._received >= self._return_at and self._state.failure is None:
            self._state.queue(frames.window_frame(0, self._received))
            self._window += self._received
            self._received = 0
        return whole

    def _fail(self, why: Exception) -> None:
        self._broken = True
        error = RemoteProtocolError(f"the server broke HTTP/2: {why}")
        error.answered = True
        self._state.fail(error)

    def _frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._block is not None and (kind != frames.CONTINUATION or stream_id != self._block[0]):
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "a header block was left unfinished")
        if not (self._state.settled or kind in (frames.SETTINGS, frames.GOAWAY)):
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "it did not begin with SETTINGS")  # RFC 9113 3.4
        if kind == frames.DATA:
            self._data(flags, stream_id, payload)
        elif kind == frames.HEADERS:
            self._headers(flags, stream_id, payload)
        elif kind == frames.CONTINUATION:
            self._continuation(flags, payload)
        elif kind == frames.RST_STREAM:
            self._reset(stream_id, payload)
        elif kind == frames.WINDOW_UPDATE:
            self._window_update(stream_id, payload)
        elif kind == frames.SETTINGS:
            self._settings(flags, payload)
        elif kind == frames.GOAWAY:
            self._goaway(stream_id, payload)
        elif kind == frames.PUSH_PROMISE:
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "a pushed stream, which we have not allowed")
        elif kind == frames.PRIORITY:
            self._priority(stream_id, payload)
        else:
            if kind == frames.PING:
                self._refer()
            self._count()  # of extensions nothing is known: RFC 9113 5.5

    def _refer(self) -> None:
        """Have h2 take the frame."""
        self._state.refer(self._buffer.octets())

    def _count(self) -> None:
        """A frame that brings us nothing: a peer that floods us with them is told to calm down."""
        now = self._now()
        forgiven = (now - self._idle_since) * _IDLE_FRAMES_A_SECOND
        self._idle_since = now
        idle = self._state.idle_frames
        self._state.idle_frames = 1 + max(min(0.0, idle), idle - forgiven)
        if self._state.idle_frames > _MOST_IDLE_FRAMES:
            raise Fault(ErrorCodes.ENHANCE_YOUR_CALM, "a flood of frames that bring nothing")

    def _stream(self, stream_id: int) -> Stream | None:
        """The stream of a frame, None if it is over.

        Raises:
            Fault: there never was one (RFC 9113 5.1, 5.1.1).
        """
        if not stream_id % 2 or stream_id >= self._state.next_id:
            raise Fault(
                ErrorCodes.PROTOCOL_ERROR, f"a frame for stream {stream_id}, which is not open"
            )
        return self._state.streams.get(stream_id)

    # A response.

    def _data(self, flags: int, stream_id: int, payload: bytes) -> None:
        stream = self._stream(stream_id)
        size = len(payload)
        # The connection's window is given back whoever the bytes are for: a user that does not read
        # holds up its own stream only.
        self._received += size
        self._window -= size
        if self._window < 0:
            raise Fault(
                ErrorCodes.FLOW_CONTROL_ERROR, "more data than the connection's window allows"
            )
        data = frames.content_of(flags, payload)
        end = bool(flags & frames.END_STREAM)
        if stream is None or stream.ended:
            self._state.late_bytes -= size
            if not data or self._state.late_bytes < 0:
                self._count()
            return
        if data or end:
            self._state.forgive()
        else:
            self._count()
        try:
            stream.receive_data(data, size, end=end)
        except StreamFault as fault:
            self._refuse(stream, fault)
        else:
            self._heard_of(stream)

    def _heard_of(self, stream: Stream) -> None:
        self._state.let_go(stream)
        stream.notify()

    def _headers(self, flags: int, stream_id: int, payload: bytes) -> None:
        self._stream(stream_id)
        block = frames.content_of(flags, payload, priority=True)
        if flags & frames.END_HEADERS:
            self._fields(flags, stream_id, block)
        else:
            self._block = stream_id, flags, [block]

    def _continuation(self, flags: int, payload: bytes) -> None:
        if self._block is None:
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "CONTINUATION without HEADERS")
        stream_id, first_flags, parts = self._block
        parts.append(payload)
        size = sum(map(len, parts))
        if len(parts) > _MOST_CONTINUATIONS or size > self._limits.head_bytes:
            raise Fault(
                ErrorCodes.ENHANCE_YOUR_CALM, f"a header block of {len(parts)} frames, {size} bytes"
            )
        if flags & frames.END_HEADERS:
            self._block = None
            self._fields(first_flags, stream_id, b"".join(parts))

    def _fields(self, flags: int, stream_id: int, block: bytes) -> None:
        stream = self._state.streams.get(stream_id)
        if stream.ended if stream is not None else not self._state.was_left(stream_id):
            # RFC 9113 5.1. What is sent twice HPACK learns twice, and no head is right from then on.
            raise Fault(
                ErrorCodes.STREAM_CLOSED, f"fields for stream {stream_id}, which it has ended"
            )
        try:
            fields = self._decoder.decode(block)
        except OversizedHeaderListError as error:
            raise Fault(
                ErrorCodes.ENHANCE_YOUR_CALM, f"more than {self._limits.head_bytes} bytes of fields"
            ) from error
        except HPACKError as error:
            raise Fault(
                ErrorCodes.COMPRESSION_ERROR, f"fields that can't be decoded: {error}"
            ) from error
        if stream is None:
            self._count()
            return
        try:
            stream.receive_fields(fields, self._limits, end=bool(flags & frames.END_STREAM))
        except StreamFault as fault:
            self._refuse(stream, fault)
        else:
            self._state.forgive()
            self._heard_of(stream)

    def _refuse(self, stream: Stream, fault: StreamFault) -> None:
        """An error of one stream: the others go on."""
        self._state.close(stream, fault.code)
        error = RemoteProtocolError(str(fault))
        error.answered = True
        stream.fail(error)

    def _reset(self, stream_id: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Fault(ErrorCodes.FRAME_SIZE_ERROR, "RST_STREAM of a wrong length")
        stream = self._stream(stream_id)
        if stream is None:
            self._count()
            return
        self._state.close(stream)
        if stream.ended:  # only the rest of our request is unwanted: RFC 9113 8.1
            stream.notify()
        else:
            code = int.from_bytes(payload)
            name = frames.code_name(code)
            stream.fail(self._ended(code, f"the server reset the stream ({name})"))

    def _priority(self, stream_id: int, payload: bytes) -> None:
        """RFC 9113 6.3: what it says has no meaning any more (5.3.2)."""
        if not stream_id:
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "PRIORITY of no stream")
        stream = self._state.streams.get(stream_id)
        if stream is not None and len(payload) != 5:
            self._refuse(
                stream, StreamFault(ErrorCodes.FRAME_SIZE_ERROR, "PRIORITY of a wrong length")
            )
        self._count()

    @staticmethod
    def _ended(code: int, message: str) -> TransportError:
        error = (HTTP11Required if code == ErrorCodes.HTTP_1_1_REQUIRED else RemoteProtocolError)(
            message
        )
        # RFC 9113 8.7: a refused stream was not processed.
        error.sent = code not in (ErrorCodes.REFUSED_STREAM, ErrorCodes.HTTP_1_1_REQUIRED)
        error.answered = True  # the server lives, and has spoken of this request
        return error

    # The connection.

    def _settings(self, flags: int, payload: bytes) -> None:
        if flags & frames.ACK and payload:
            raise Fault(
                ErrorCodes.FRAME_SIZE_ERROR, "an acknowledgement of SETTINGS with a payload"
            )
        self._refer()
        self._count()
        if flags & frames.ACK:
            return
        if not self._state.settled:
            for stream in self._state.streams.values():
                stream.notify()  # an upload may wait for it
        self._state.settled = self._state.resized = True
        theirs = self._state.referee.remote_settings
        self._state.windows.adjust(
            theirs.initial_window_size, theirs.max_frame_size, self._state.streams.values()
        )
        self._state.call_opener()

    def _window_update(self, stream_id: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Fault(ErrorCodes.FRAME_SIZE_ERROR, "WINDOW_UPDATE of a wrong length")
        increment = int.from_bytes(payload) & frames.MAX_ID
        stream = self._stream(stream_id) if stream_id else None
        self._count()
        if not stream_id:
            self._state.windows.widen(increment)
        elif stream is None:
            return
        else:
            try:
                self._state.windows.widen_stream(stream, increment)
            except StreamFault as fault:
                self._refuse(stream, fault)
                return
        if self._state.h2_only:
            self._refer()

    def _goaway(self, stream_id: int, payload: bytes) -> None:
        """RFC 9113 6.8: streams above the last one were not processed; the others go on."""
        if stream_id:
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "GOAWAY on a stream")
        if len(payload) < 8:
            raise Fault(ErrorCodes.FRAME_SIZE_ERROR, "GOAWAY of a wrong length")
        last, code = frames.two_numbers(payload)
        self._state.drain()
        why = frames.code_name(code) + (f": {escaped(said)}" if (said := payload[8:]) else "")
        if code != ErrorCodes.NO_ERROR:
            self._farewell = f" after GOAWAY ({why})"
        for stream in list(self._state.streams.values()):
            if stream.id > last and not stream.ended:
                self._state.close(stream)
                message = f"the server is going away ({why}) and did not process the request"
                error = self._ended(code, message)
                error.sent = False
                stream.fail(error)
        self._count()
