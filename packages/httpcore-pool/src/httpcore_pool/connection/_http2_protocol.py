"""The HTTP/2 protocol of one connection, without I/O: octets in, news for streams and octets out.

h2 is the referee of the connection: it reads SETTINGS, PING, WINDOW_UPDATE and PRIORITY, sends the
requests, and knows the windows that the server gives us. Frames that belong to a response are taken
here, since h2 stands in the way in places, all of which are mended in this module:

- It takes a GOAWAY as the end, drops what is queued and refuses the responses that a server going away
  still gives (RFC 9113 6.8). Here a GOAWAY fails the streams above its last one, and no others.
- It ends the connection for what RFC 9113 8.1.1 makes an error of one stream, a malformed response.
- When it meets an error, what came before it in the same octets is lost. Here each frame is filed at once.
- It answers each late frame of a stream that was reset with a frame of its own. Here such a frame counts
  for the connection's window, and is dropped.
- It counts the open streams one by one for each request. Here a stream is taken out when it is over.

It uses these of h2: its sending methods, `receive_data` (one whole frame at a time), `remote_settings`,
the windows, `encoder`, and the dictionary `streams`. A user holds the connection's lock around every call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h2.config
import h2.connection
import h2.errors
import h2.exceptions
import h2.settings
from hpack.exceptions import HPACKError, OversizedHeaderListError
from hpack.hpack import Decoder

from .._errors import (
    ClosedError,
    HTTP11Required,
    LocalProtocolError,
    ReadError,
    RemoteProtocolError,
    TransportError,
)
from .._siblings import Headers
from .._trace import Informational
from . import _http2_frames as frames
from ._http2_fields import Malformed, read_head, read_trailers
from ._http2_frames import Fault, FrameBuffer
from ._http2_streams import News, Stream
from ._http11_head import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._config import HTTP2Settings, MessageLimits
    from ._http2_fields import Fields, RequestHead

__all__ = ["Protocol"]

_CODES = h2.errors.ErrorCodes
_SETTINGS = h2.settings.SettingCodes

_FIRST_STREAMS = 100  # until SETTINGS say more: RFC 9113 6.5.2 recommends no fewer
_MOST_STREAMS = 1000
_WINDOW_BYTES = 65_535  # that a connection begins with: RFC 9113 6.9.2
_MOST_CONTINUATIONS = 64  # frames in a header block: nobody needs so many
_MOST_IDLE_FRAMES = 1000  # that bring us nothing, at once
_IDLE_FRAMES_A_SECOND = 10  # and in the long run


class _H2(h2.connection.H2Connection):
    """h2's connection, which need not count how many streams are open."""

    @property
    def open_outbound_streams(self) -> int:
        return len(self.streams)


def _new_h2(limits: MessageLimits, settings: HTTP2Settings) -> _H2:
    """Return a connection whose preface, settings and wide window are queued to be sent."""
    connection = _H2(
        h2.config.H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_inbound_headers=False,
            normalize_inbound_headers=False,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
    )
    connection.local_settings = h2.settings.Settings(
        client=True,
        initial_values={
            _SETTINGS.ENABLE_PUSH: 0,
            _SETTINGS.INITIAL_WINDOW_SIZE: settings.stream_window_bytes,
            _SETTINGS.MAX_HEADER_LIST_SIZE: limits.head_bytes,
        },
    )
    # Ours to raise, not the server's: this setting limits streams that it would open.
    del connection.local_settings[_SETTINGS.ENABLE_CONNECT_PROTOCOL]
    connection.initiate_connection()
    if settings.connection_window_bytes > _WINDOW_BYTES:
        connection.increment_flow_control_window(settings.connection_window_bytes - _WINDOW_BYTES)
    return connection


class Protocol:
    """One connection's state.

    Args:
        limits: how much of what frames a response is accepted.
        settings: our windows.
        now: the monotonic clock, in seconds.

    Attributes:
        streams: those that are open, by their identifier.
        openers: who waits to open one, in turn.
        settled: whether the server's SETTINGS came.
        draining: whether no new streams may be opened.
        resized: whether SETTINGS came that nobody has been told of.
        failure: why the connection is dead, or None.
    """

    def __init__(
        self, limits: MessageLimits, settings: HTTP2Settings, now: Callable[[], float]
    ) -> None:
        self._limits = limits
        self._now = now
        self._h2 = _new_h2(limits, settings)
        self._out = bytearray(self._h2.data_to_send())
        self._decoder = Decoder()
        self._decoder.max_header_list_size = limits.head_bytes
        self._buffer = FrameBuffer()
        self._block: tuple[int, int, list[bytes]] | None = None  # a header block, not whole yet
        self._window = max(settings.connection_window_bytes, _WINDOW_BYTES)
        self._return_at = self._window // 4
        self._received = 0  # bytes not yet given back to the connection's window
        self._stream_window = settings.stream_window_bytes
        self._line: dict[int, Stream] = {}  # uploads that wait for the connection's window
        self._dealt = 0  # how much of it is for some of them
        self._idle_frames = 0.0
        self._idle_since = 0.0
        self._pings = 0
        self._farewell = ""  # what the server said of its going
        self.streams: dict[int, Stream] = {}
        self.openers: dict[News, None] = {}
        self.settled = False
        self.draining = False
        self.resized = False
        self.failure: TransportError | None = None

    # What it tells.

    @property
    def capacity(self) -> int:
        """How many streams the server lets be open at once (RFC 9113 5.1.2)."""
        if not self.settled:
            return _FIRST_STREAMS
        return min(self._h2.remote_settings.max_concurrent_streams, _MOST_STREAMS)

    @property
    def has_room(self) -> bool:
        """Whether a stream may be opened now."""
        return len(self.streams) < self.capacity

    @property
    def speaks(self) -> bool:
        """Whether there are octets to be sent."""
        return bool(self._out)

    def take(self) -> bytes:
        """Return the octets that are to be sent, in the order in which they must leave."""
        data = bytes(self._out)
        self._out.clear()
        return data

    # What our side does.

    def open(self, head: RequestHead, method: str, *, end: bool) -> Stream:
        """Open a stream with the head of a request, which is all of it if this is the `end`.

        Raises:
            ClosedError: no further stream may be opened; nothing was sent.
            LocalProtocolError: the server does not take so large a head.
        """
        if self.failure is not None or self.draining:
            raise ClosedError("the connection is closed or closing")
        limit = self._h2.remote_settings.max_header_list_size
        if limit is not None:
            size = sum(len(name) + len(value) + 32 for name, value in head.fields)
            if size > limit:
                raise LocalProtocolError(
                    f"the request's fields take {size} bytes (RFC 9113 6.5.2), "
                    f"the server accepts {limit}"
                )
        try:
            stream_id = self._h2.get_next_available_stream_id()
        except h2.exceptions.NoAvailableStreamIDError:
            self.draining = True
            raise ClosedError("the connection has used up its stream identifiers") from None
        self._h2.send_headers(stream_id, head.fields, end_stream=end)
        self._out += self._h2.data_to_send()
        stream = Stream(stream_id, method, self._stream_window)
        stream.sent = end
        self.streams[stream_id] = stream
        self._idle_frames = 0
        return stream

    def send(self, stream: Stream, data: memoryview, *, last: bool = False) -> int:
        """Queue one frame of content, as far as the windows allow; with all of the `last` the request ends.

        Returns:
            How many bytes that takes; 0 means that the stream has to wait for news.
        """
        size = min(len(data), self._room(stream))
        if size > 0:
            stream.sent = last and size == len(data)
            self._h2.send_data(stream.id, data[:size], end_stream=stream.sent)
            self._out += self._h2.data_to_send()
            self._idle_frames = 0
            spent = min(size, stream.share)
            stream.share -= spent
            self._dealt -= spent
        if stream.share and size == len(data):
            self._give_back(stream)
        return max(size, 0)

    def end(self, stream: Stream) -> None:
        """End a request whose content was sent."""
        self._h2.end_stream(stream.id)
        self._out += self._h2.data_to_send()
        stream.sent = True

    # The connection's window is dealt in equal shares to those who wait for it. A share is for one piece
    # of content; what is left of it goes to the others.

    def _room(self, stream: Stream) -> int:
        """How much a stream may send now in one frame; if others have the window, it waits for a share."""
        own = self._h2.streams[stream.id].outbound_flow_control_window
        shared = self._h2.outbound_flow_control_window - self._dealt + stream.share
        if own > 0 and shared <= 0:
            self._line[stream.id] = stream
        elif own <= 0 and stream.share:
            self._give_back(stream)
        return min(own, shared, self._h2.max_outbound_frame_size)

    def _give_back(self, stream: Stream) -> None:
        self._dealt -= stream.share
        stream.share = 0
        self._deal()

    def _deal(self) -> None:
        line = self._line
        while line and (free := self._h2.outbound_flow_control_window - self._dealt) > 0:
            stream = line.pop(next(iter(line)))
            share = -(-free // (len(line) + 1))
            stream.share += share
            self._dealt += share
            self._tell(stream)

    def _tell(self, news: News) -> None:
        """Tell of what our own side did."""
        news.notify()
        if news.reads and self.failure is None:
            self.ping()  # nothing but an answer wakes who waits for the server

    def credit(self, stream: Stream) -> None:
        """Give back what the user has taken of a stream's window, once it is worth a frame."""
        if (taken := stream.credit()) and stream.id in self.streams and self.failure is None:
            self._out += frames.window_frame(stream.id, taken)

    def close(self, stream: Stream, code: int | None = None) -> None:
        """Let go of a stream; with a code the server is told (RFC 9113 6.4). Again does nothing."""
        if self.streams.pop(stream.id, None) is None:
            return
        self._h2.streams.pop(stream.id, None)
        if code is not None and self.failure is None:
            self._out += frames.reset_frame(stream.id, code)
        self._line.pop(stream.id, None)
        if stream.share:
            self._give_back(stream)
        self.call_opener()

    def call_opener(self) -> None:
        """Wake who is next to open a stream."""
        if self.openers:
            self._tell(next(iter(self.openers)))

    def ping(self) -> None:
        """Ask for a sign of life (RFC 9113 6.7)."""
        self._pings += 1
        self._h2.ping(self._pings.to_bytes(8))
        self._out += self._h2.data_to_send()

    def say_goodbye(self, code: int = _CODES.NO_ERROR) -> None:
        """Queue a GOAWAY (RFC 9113 6.8); nothing is sent after it."""
        self.draining = True
        try:
            self._h2.close_connection(code)
        except h2.exceptions.ProtocolError:
            pass  # h2 has said it already
        self._out += self._h2.data_to_send()

    def fail(self, error: TransportError) -> None:
        """The connection is dead: every stream fails, each with an error object of its own."""
        if self.failure is None:
            self.failure = error
        for news in (*self.streams.values(), *self.openers):
            ended = isinstance(news, Stream) and news.ended
            if not ended:  # else its response is whole, though it may not have been taken yet
                copy = type(error)(error.message)
                copy.__dict__.update(error.__dict__)
                copy.__cause__ = error
                copy.answered = isinstance(news, Stream) and news.head is not None
                news.fail(copy)

    # What the server does.

    def receive(self, data: bytes) -> None:
        """Take octets, b"" for the end. What is wrong with them fails its stream, or all."""
        if not data:
            self.fail(ReadError(f"the server closed the connection{self._farewell}"))
            return
        try:
            self._buffer.feed(data)
            while (frame := self._buffer.next()) is not None:
                self._frame(*frame)
        except Fault as fault:
            self.say_goodbye(fault.code)
            self.fail(RemoteProtocolError(f"the server broke HTTP/2: {fault}"))
        except h2.exceptions.ProtocolError as error:
            self.say_goodbye()  # as h2 has already, with the right code
            self.fail(RemoteProtocolError(f"the server broke HTTP/2: {error}"))
        if self._received >= self._return_at and self.failure is None:
            self._out += frames.window_frame(0, self._received)
            self._window += self._received
            self._received = 0

    def _frame(self, kind: int, flags: int, stream_id: int, payload: bytes) -> None:
        if self._block is not None and (kind != frames.CONTINUATION or stream_id != self._block[0]):
            raise Fault(_CODES.PROTOCOL_ERROR, "a header block was left unfinished")
        if not (self.settled or kind in (frames.SETTINGS, frames.GOAWAY)):
            raise Fault(_CODES.PROTOCOL_ERROR, "it did not begin with SETTINGS")  # RFC 9113 3.4
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
            raise Fault(_CODES.PROTOCOL_ERROR, "a pushed stream, which we have not allowed")
        else:
            if kind in (frames.PING, frames.PRIORITY):
                self._refer()
            self._count()  # of extensions nothing is known: RFC 9113 5.5

    def _refer(self) -> None:
        """Have h2 take the frame."""
        self._h2.receive_data(self._buffer.octets())
        self._out += self._h2.data_to_send()

    def _count(self) -> None:
        """A frame that brings us nothing: a peer that floods us with them is told to calm down."""
        now = self._now()
        forgiven = (now - self._idle_since) * _IDLE_FRAMES_A_SECOND
        self._idle_since = now
        self._idle_frames = max(0.0, self._idle_frames - forgiven) + 1
        if self._idle_frames > _MOST_IDLE_FRAMES:
            raise Fault(_CODES.ENHANCE_YOUR_CALM, "a flood of frames that bring nothing")

    def _stream(self, stream_id: int) -> Stream | None:
        """The stream of a frame, None if it is over.

        Raises:
            Fault: there never was one (RFC 9113 5.1, 5.1.1).
        """
        stream = self.streams.get(stream_id)
        if stream is None and (
            not stream_id % 2 or stream_id > self._h2.highest_outbound_stream_id
        ):
            raise Fault(_CODES.PROTOCOL_ERROR, f"a frame for stream {stream_id}, which is not open")
        return stream

    # A response.

    def _data(self, flags: int, stream_id: int, payload: bytes) -> None:
        stream = self._stream(stream_id)
        size = len(payload)
        # The connection's window is given back whoever the bytes are for: a user that does not read
        # holds up its own stream only.
        self._received += size
        self._window -= size
        if self._window < 0:
            raise Fault(_CODES.FLOW_CONTROL_ERROR, "more data than the connection's window allows")
        data = frames.content_of(flags, payload)
        if stream is None or stream.ended:
            self._count()
            return
        end = flags & frames.END_STREAM
        stream.window -= size
        if stream.window < 0:
            self._refuse(stream, _CODES.FLOW_CONTROL_ERROR, "more data than the window allows")
            return
        try:
            if stream.head is None:
                raise Malformed("content before the head")
            if stream.length is not None and stream.received + len(data) > stream.length:
                raise Malformed(f"more content than its {stream.length} bytes")
            stream.receive(data, size)
            if end:
                self._end(stream)
        except Malformed as error:
            self._refuse(stream, _CODES.PROTOCOL_ERROR, f"the response is malformed: {error}")
            return
        if data or end:
            self._idle_frames = 0
        else:
            self._count()
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
            raise Fault(_CODES.PROTOCOL_ERROR, "CONTINUATION without HEADERS")
        stream_id, first_flags, parts = self._block
        parts.append(payload)
        size = sum(map(len, parts))
        if len(parts) > _MOST_CONTINUATIONS or size > self._limits.head_bytes:
            raise Fault(
                _CODES.ENHANCE_YOUR_CALM, f"a header block of {len(parts)} frames, {size} bytes"
            )
        if flags & frames.END_HEADERS:
            self._block = None
            self._fields(first_flags, stream_id, b"".join(parts))

    def _fields(self, flags: int, stream_id: int, block: bytes) -> None:
        try:
            fields = [(name, value) for name, value in self._decoder.decode(block, raw=True)]
        except OversizedHeaderListError as error:
            raise Fault(
                _CODES.ENHANCE_YOUR_CALM, f"more than {self._limits.head_bytes} bytes of fields"
            ) from error
        except HPACKError as error:
            raise Fault(
                _CODES.COMPRESSION_ERROR, f"fields that can't be decoded: {error}"
            ) from error
        stream = self.streams.get(stream_id)
        if stream is None or stream.ended:
            self._count()
            return
        if len(fields) > self._limits.fields:
            self._refuse(
                stream, _CODES.ENHANCE_YOUR_CALM, f"more than {self._limits.fields} fields"
            )
            return
        try:
            self._take_fields(stream, fields, end=bool(flags & frames.END_STREAM))
        except Malformed as error:
            self._refuse(stream, _CODES.PROTOCOL_ERROR, f"the response is malformed: {error}")

    def _take_fields(self, stream: Stream, fields: Fields, *, end: bool) -> None:
        if stream.head is not None:
            if not end:
                raise Malformed("a second head, or trailers that do not end it")
            stream.trailers = read_trailers(fields)
            self._end(stream)
        else:
            head = read_head(fields)
            status = head.status_code
            if status < 200:
                self._inform(stream, status, head.fields, end=end)
                return
            if stream.method == "HEAD" or status in (204, 304):
                stream.length = 0  # whatever the field says: RFC 9110 8.6
            elif not (stream.method == "CONNECT" and status < 300):
                stream.length = head.length
            if end:
                self._end(stream)
            stream.head = head
        self._idle_frames = 0
        stream.notify()

    def _inform(self, stream: Stream, status: int, fields: Fields, *, end: bool) -> None:
        if end or status == 101:  # RFC 9113 8.1, 8.6
            raise Malformed(f"{status} that ends it" if end else "101 has no place in HTTP/2")
        stream.informational += 1
        most = self._limits.informational
        if stream.informational > most:
            message = f"more than {most} informational (1xx) responses"
            self._refuse(stream, _CODES.ENHANCE_YOUR_CALM, message)
            return
        stream.go_ahead = stream.go_ahead or status == 100
        stream.interim.append(Informational(status, Headers.from_raw(fields)))
        stream.notify()

    def _end(self, stream: Stream) -> None:
        if stream.length is not None and stream.received != stream.length:
            raise Malformed(f"{stream.received} bytes of content instead of {stream.length}")
        stream.ended = True
        if stream.sent:
            self.close(stream)  # RFC 9113 5.1: it makes room for another at once

    def _refuse(self, stream: Stream, code: int, message: str) -> None:
        """An error of one stream (RFC 9113 5.4.2): the others go on."""
        self.close(stream, code)
        error = RemoteProtocolError(message)
        error.answered = True
        stream.fail(error)

    def _reset(self, stream_id: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Fault(_CODES.FRAME_SIZE_ERROR, "RST_STREAM of a wrong length")
        stream = self._stream(stream_id)
        if stream is None:
            self._count()
            return
        self.close(stream)
        if not stream.ended:  # else only the rest of our request is unwanted: RFC 9113 8.1
            code = int.from_bytes(payload)
            name = frames.code_name(code)
            stream.fail(self._not_processed(code, f"the server reset the stream ({name})", stream))

    @staticmethod
    def _not_processed(code: int, message: str, stream: Stream) -> TransportError:
        error = (HTTP11Required if code == _CODES.HTTP_1_1_REQUIRED else RemoteProtocolError)(
            message
        )
        # RFC 9113 8.7: a refused stream was not processed.
        error.sent = code not in (_CODES.REFUSED_STREAM, _CODES.HTTP_1_1_REQUIRED)
        error.answered = stream.head is not None
        return error

    # The connection.

    def _settings(self, flags: int, payload: bytes) -> None:
        if flags & frames.ACK and payload:
            raise Fault(_CODES.FRAME_SIZE_ERROR, "an acknowledgement of SETTINGS with a payload")
        self._refer()
        if flags & frames.ACK:
            return
        self._count()
        self.settled = self.resized = True
        # Room may have changed for everybody.
        for stream in self.streams.values():
            if not stream.sent:
                stream.notify()
        self.call_opener()

    def _window_update(self, stream_id: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise Fault(_CODES.FRAME_SIZE_ERROR, "WINDOW_UPDATE of a wrong length")
        increment = int.from_bytes(payload) & frames.MAX_ID
        stream = self._stream(stream_id) if stream_id else None
        self._count()
        if stream is None:
            if not stream_id:
                self._refer()
                self._deal()
            return
        window = self._h2.streams[stream_id].outbound_flow_control_window + increment
        if not increment:
            self._refuse(stream, _CODES.PROTOCOL_ERROR, "the server widened a window by nothing")
        elif window > frames.MAX_ID:
            message = "the server widened a window beyond its limit"
            self._refuse(stream, _CODES.FLOW_CONTROL_ERROR, message)
        else:
            self._refer()
            if not stream.sent:
                stream.notify()

    def _goaway(self, stream_id: int, payload: bytes) -> None:
        """RFC 9113 6.8: streams above the last one were not processed; the others go on."""
        if stream_id:
            raise Fault(_CODES.PROTOCOL_ERROR, "GOAWAY on a stream")
        if len(payload) < 8:
            raise Fault(_CODES.FRAME_SIZE_ERROR, "GOAWAY of a wrong length")
        last, code = frames.two_numbers(payload)
        self.draining = True
        why = frames.code_name(code) + (f": {escaped(payload[8:])}" if len(payload) > 8 else "")
        if code != _CODES.NO_ERROR:
            self._farewell = f" after GOAWAY ({why})"
        for stream in list(self.streams.values()):
            if stream.id > last and not stream.ended:
                self.close(stream)
                message = f"the server is going away ({why}) and did not process the request"
                error = self._not_processed(code, message, stream)
                error.sent = False
                stream.fail(error)
        for opener in self.openers:
            opener.notify()
