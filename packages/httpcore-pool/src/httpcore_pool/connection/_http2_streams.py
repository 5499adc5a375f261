"""One HTTP/2 stream: what its response may look like, and what of it has come. No I/O, no waiting."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from h2.errors import ErrorCodes

from .._siblings import Headers
from .._trace import Informational
from ._http2_fields import malformed, read_head, read_trailers
from ._http2_frames import StreamFault

if TYPE_CHECKING:
    from .._config import HTTP2Settings, MessageLimits
    from .._errors import TransportError
    from ..backends.base import Event
    from ._http2_fields import Fields, ResponseHead

__all__ = ["News", "Stream"]


_OPENING_WINDOW_BYTES = 1024 * 1024


class News:
    """What one user of a connection waits for, while another may be reading.

    Attributes:
        changed: something happened since the user last looked.
        failure: why nothing more will come, or None.
        reads: the user is the one who reads.
        waiter: what wakes the user, while it waits for another to read.
    """

    __slots__ = ("changed", "failure", "reads", "waiter")

    def __init__(self) -> None:
        self.reads: bool = False
        self.changed: bool = False
        self.failure: TransportError | None = None
        self.waiter: Event | None = None

    def notify(self) -> None:
        """Note that there is news, and wake the user if it waits."""
        self.changed = True
        if self.waiter is not None:
            self.waiter.set()

    def fail(self, error: TransportError) -> None:
        """Note that nothing more will come; the first reason counts."""
        if self.failure is None:
            self.failure = error
        self.notify()


class Stream(News):
    """One request's stream.

    Attributes:
        id: the stream identifier.
        method: of the request.
        head: of the final response, once it has come.
        length: the bytes of content that the head promises, or None.
        received: the bytes of content that came.
        trailers: the fields behind the content.
        go_ahead: whether 100 (Continue) came.
        informational: how many 1xx responses came.
        interim: those that the user has not seen yet.
        ended: whether the server sent END_STREAM.
        sent: whether the whole request was sent.
        uploader: who waits to send more: the user, unless it sends and receives at once.
        room: bytes that we may still send; may be negative.
        share: bytes of the connection's window that are for this stream.
        patience: until when it leaves crumbs of the windows, if it does (`_http2_windows`).
        takes_crumbs: whether it sends the next piece however little room there is.
        window: bytes that the server may still send (RFC 9113 5.2).
    """

    __slots__ = (
        "_chunks",
        "_held",
        "_keeps_up",
        "_taken",
        "_widest",
        "_window",
        "ended",
        "go_ahead",
        "head",
        "id",
        "informational",
        "interim",
        "length",
        "method",
        "patience",
        "received",
        "room",
        "sent",
        "share",
        "takes_crumbs",
        "trailers",
        "uploader",
        "window",
    )

    def __init__(self, stream_id: int, method: str, settings: HTTP2Settings, room: int) -> None:
        super().__init__()
        self.id: int = stream_id
        self.method: str = method
        self.head: ResponseHead | None = None
        self.length: int | None = None
        self.received: int = 0
        self.trailers: Fields | None = None
        self.go_ahead: bool = False
        self.informational: int = 0
        self.interim: deque[Informational] = deque()
        self.ended: bool = False
        self.sent: bool = False
        self.uploader: News = self
        self.room: int = room
        self.share: int = 0
        self.patience: float | None = None
        self.takes_crumbs: bool = False
        self._window = first_window(settings)
        self.window: int = self._window
        self._widest = settings.stream_window_bytes
        self._chunks: list[bytes] = []
        self._keeps_up = True
        self._held = 0  # bytes by the server's account that wait here, padding included
        self._taken = 0  # and those that the user has taken, not given back to the server yet

    def notify(self) -> None:
        super().notify()
        if self.uploader is not self:
            self.uploader.notify()

    def receive_fields(self, fields: Fields, limits: MessageLimits, *, end: bool) -> None:
        """Take a head or trailers (RFC 9113 8.1).

        Raises:
            StreamFault: they are malformed, or more than the limits allow.
        """
        if len(fields) > limits.fields:
            raise StreamFault(ErrorCodes.ENHANCE_YOUR_CALM, f"more than {limits.fields} fields")
        if self.head is not None:
            if self._tunnels(self.head):  # RFC 9113 8.5
                raise malformed("fields in a tunnel")
            if not end:
                raise malformed("a second head, or trailers that do not end it")
            self.trailers = read_trailers(fields)
            self._end()
            return
        head = read_head(fields)
        status = head.status_code
        if status < 200:
            self._inform(status, head.fields, limits.informational, end=end)
            return
        if not self._tunnels(head):
            # Some have no content, whatever the field says: RFC 9110 8.6.
            none = self.method == "HEAD" or status in (204, 304)
            self.length = 0 if none else head.length
        if end:
            self._end()
        self.head = head

    def _tunnels(self, head: ResponseHead) -> bool:
        return self.method == "CONNECT" and head.status_code < 300  # RFC 9110 9.3.6

    def _inform(self, status: int, fields: Fields, most: int, *, end: bool) -> None:
        if end or status == 101:  # RFC 9113 8.1, 8.6
            raise malformed(f"{status} that ends it" if end else "101 has no place in HTTP/2")
        self.informational += 1
        if self.informational > most:
            message = f"more than {most} informational (1xx) responses"
            raise StreamFault(ErrorCodes.ENHANCE_YOUR_CALM, message)
        self.go_ahead = self.go_ahead or status == 100
        self.interim.append(Informational(status, Headers.from_raw(fields)))

    def receive_data(self, data: bytes, size: int, *, end: bool) -> None:
        """Take a piece of content, which uses `size` bytes of the window.

        Raises:
            StreamFault: there is no room for it in the window, or in the response.
        """
        self.window -= size
        if self.window < 0:
            raise StreamFault(ErrorCodes.FLOW_CONTROL_ERROR, "more data than the window allows")
        if self.head is None:
            raise malformed("content before the head")
        self._held += size
        if data:
            self.received += len(data)
            if self.length is not None and self.received > self.length:
                raise malformed(f"more content than its {self.length} bytes")
            self._chunks.append(data)
        if end:
            self._end()

    def _end(self) -> None:
        if self.length is not None and self.received != self.length:
            raise malformed(f"{self.received} bytes of content instead of {self.length}")
        self.ended = True

    def take(self) -> bytes | None:
        """Return what came of the body, b"" at its end, None if neither has come yet."""
        self._taken += self._held
        # Who finds half a window is slower than the server; one who finds less could take a wider one.
        self._keeps_up = self._held < self._window // 2
        self._held = 0
        if chunks := self._chunks:
            self._chunks = []
            return b"".join(chunks)
        return b"" if self.ended else None

    @property
    def has_news(self) -> bool:
        """Whether `take` has something to tell, or never will."""
        return bool(self._chunks or self.ended or self.failure)

    def credit(self) -> int:
        """Return the bytes to give back to the server's window, once they are worth a frame."""
        if self.ended or self._taken < self._window // 4:
            return 0
        credit, self._taken = self._taken, 0
        if self._keeps_up:
            wider = min(2 * self._window, self._widest)
            credit += wider - self._window
            self._window = wider
        self.window += credit
        return credit


def first_window(settings: HTTP2Settings) -> int:
    """The window that each stream begins with."""
    return min(settings.stream_window_bytes, _OPENING_WINDOW_BYTES)
