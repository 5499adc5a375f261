"""The state of one HTTP/2 stream as its user sees it, and our h2 connection.

Pure bookkeeping: events go in as h2 reports them, and come out in the order in which a request needs
them. No I/O, no waiting.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import h2.config
import h2.connection
import h2.events
import h2.settings

from .._errors import RemoteProtocolError, TransportError

if TYPE_CHECKING:
    from hyperframe.frame import Frame, GoAwayFrame

    from ..backends.base import Event

__all__ = ["H2", "Stream", "new_h2"]

STREAM_WINDOW_BYTES = 1024 * 1024
CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024
MAX_HEADER_LIST_BYTES = 128 * 1024


class H2(h2.connection.H2Connection):
    """h2's connection, except for what it does on GOAWAY.

    h2 takes a GOAWAY as the end: it drops what is queued and refuses all later frames. RFC 9113 6.8
    lets streams up to last_stream_id go on to their end, so the frame is only reported here, and
    `HTTP2Connection` decides which streams it ends.
    """

    def _receive_goaway_frame(
        self, frame: GoAwayFrame
    ) -> tuple[list[Frame], list[h2.events.Event]]:
        event = h2.events.ConnectionTerminated()
        event.error_code = frame.error_code
        event.last_stream_id = frame.last_stream_id
        event.additional_data = frame.additional_data or None
        return [], [event]


def new_h2() -> H2:
    """Return a connection whose preface, settings and wide window are queued to be sent."""
    connection = H2(h2.config.H2Configuration(client_side=True, header_encoding=None, logger=None))
    codes = h2.settings.SettingCodes
    connection.local_settings = h2.settings.Settings(
        client=True,
        initial_values={
            codes.ENABLE_PUSH: 0,
            codes.INITIAL_WINDOW_SIZE: STREAM_WINDOW_BYTES,
            codes.MAX_HEADER_LIST_SIZE: MAX_HEADER_LIST_BYTES,
        },
    )
    # Ours to raise, not the server's: this setting limits streams that it would open.
    del connection.local_settings[codes.ENABLE_CONNECT_PROTOCOL]
    # h2 takes over changed settings only, and the initial ones are no change to it.
    connection.decoder.max_header_list_size = MAX_HEADER_LIST_BYTES
    connection.initiate_connection()
    connection.increment_flow_control_window(CONNECTION_WINDOW_BYTES - 65_535)
    return connection


class Stream:
    """One request's stream.

    Attributes:
        id: the stream identifier.
        headers: the fields of the final response once they have come.
        ended: whether the server sent END_STREAM.
        sent: whether the whole request was sent.
        informational: how many 1xx responses came.
        failure: why the stream broke, or None.
        changed: something was filed since the user last looked.
        waiter: what wakes the user, while it waits for another to read.
    """

    __slots__ = (
        "_chunks",
        "_taken",
        "changed",
        "ended",
        "failure",
        "headers",
        "id",
        "informational",
        "sent",
        "waiter",
    )

    def __init__(self, stream_id: int) -> None:
        self.id = stream_id
        self.headers: list[tuple[bytes, bytes]] | None = None
        self.informational = 0
        self.ended = False
        self.sent = False
        self.failure: TransportError | None = None
        self.changed = False
        self.waiter: Event | None = None
        self._chunks: deque[tuple[bytes, int]] = deque()
        self._taken = 0

    def file(self, event: h2.events.Event) -> None:
        """Take an event of this stream."""
        if isinstance(event, h2.events.DataReceived):
            if self.headers is None:
                self.fail(RemoteProtocolError("the server sent a body before the response's head"))
            else:
                self._chunks.append((event.data, event.flow_controlled_length))
        elif isinstance(event, h2.events.ResponseReceived):
            self.headers = list(event.headers)
        elif isinstance(event, h2.events.InformationalResponseReceived):
            self.informational += 1
        elif isinstance(event, h2.events.StreamEnded):
            self.ended = True
        else:
            return  # trailers and the like: nothing that anybody waits for
        self.notify()

    def fail(self, error: TransportError) -> None:
        """Break the stream; the first reason counts."""
        if self.failure is None:
            self.failure = error
        self.notify()

    def notify(self) -> None:
        """Note that there is news, and wake the user if it waits."""
        self.changed = True
        if self.waiter is not None:
            self.waiter.set()

    def take(self) -> bytes | None:
        """Return the next piece of the body, b"" at its end, None if neither has come yet."""
        while self._chunks:
            data, length = self._chunks.popleft()
            self._taken += length
            if data:
                return data
        return b"" if self.ended else None

    @property
    def at_end(self) -> bool:
        """Whether everything was taken, and nothing more will come."""
        return self.ended and not any(data for data, _ in self._chunks)

    def credit(self) -> int:
        """Return the bytes to give back to the server's window, once they are worth a frame."""
        if self.ended or self._taken < STREAM_WINDOW_BYTES // 2:
            return 0
        taken, self._taken = self._taken, 0
        return taken
