"""The state of one HTTP/2 stream as its user sees it. Pure bookkeeping: no I/O, no waiting."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._errors import TransportError
    from .._trace import Informational
    from ..backends.base import Event
    from ._http2_fields import Fields, ResponseHead

__all__ = ["News", "Stream"]


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
        self.reads = False
        self.changed = False
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
        share: bytes of the connection's window that are for this stream.
        window: bytes that the server may still send (RFC 9113 5.2).
    """

    __slots__ = (
        "_chunks",
        "_held",
        "_taken",
        "_window",
        "ended",
        "go_ahead",
        "head",
        "id",
        "informational",
        "interim",
        "length",
        "method",
        "received",
        "sent",
        "share",
        "trailers",
        "window",
    )

    def __init__(self, stream_id: int, method: str, window: int) -> None:
        super().__init__()
        self.id = stream_id
        self.method = method
        self.head: ResponseHead | None = None
        self.length: int | None = None
        self.received = 0
        self.trailers: Fields | None = None
        self.go_ahead = False
        self.informational = 0
        self.interim: deque[Informational] = deque()
        self.ended = False
        self.sent = False
        self.share = 0
        self.window = self._window = window
        self._chunks: list[bytes] = []
        self._held = 0  # bytes by the server's account that wait here, padding included
        self._taken = 0  # and those that the user has taken, not given back to the server yet

    def receive(self, data: bytes, size: int) -> None:
        """Keep a piece of content, which takes `size` bytes of the window."""
        self._held += size
        if data:
            self.received += len(data)
            self._chunks.append(data)

    def take(self) -> bytes | None:
        """Return what came of the body, b"" at its end, None if neither has come yet."""
        self._taken += self._held
        self._held = 0
        if chunks := self._chunks:
            self._chunks = []
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return b"" if self.ended else None

    def credit(self) -> int:
        """Return the bytes to give back to the server's window, once they are worth a frame."""
        if self.ended or self._taken < self._window // 2:
            return 0
        taken, self._taken = self._taken, 0
        self.window += taken
        return taken
