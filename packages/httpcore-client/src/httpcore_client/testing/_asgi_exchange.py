"""One request to an ASGI application: what passes between its task and the caller, who may be in a thread.

The caller's side does all that is the caller's: it reads the request's content when the application asks for
it, and keeps the limits. The application is held back while a piece of its body waits to be taken. When the
caller is gone it hears of it, where it waits for a message or to send one (OSError), and is given a moment to
end; otherwise it is cancelled.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .._siblings import pool
from ._asgi_messages import Message, Said
from ._bodies import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ..backends._app import AppTasks, Cancel
    from ._limits import Limits

__all__ = ["Exchange"]

_LEAVE_SECONDS = (
    1.0  # that an application has to end by itself when it hears that its caller is gone
)
_END_SECONDS = (
    5.0  # that it has to end when it is cancelled, or has only work left to do afterwards
)


class Exchange:
    """One request, its application's task, and the response as it comes.

    Args:
        request: the request.
        backend: the caller's world.
        tasks: where the application runs.
        limits: how long the caller waits.
        raises: whether the caller gets what the application raises, or a 500 (Internal Server Error).
    """

    def __init__(
        self,
        request: pool.Request,
        backend: pool.Backend,
        tasks: AppTasks,
        limits: Limits,
        *,
        raises: bool,
    ) -> None:
        self._request = request
        self._backend = backend
        self._tasks = tasks
        self._limits = limits
        self._raises = raises
        self._upload = Upload(request, backend)
        self.said = Said(bodiless=request.method == "HEAD")
        self._lock = backend.lock()
        self._pieces: deque[bytes] = deque()  # of the response
        self._inbox: deque[Message] = deque()  # of the request
        self._wants = False  # the application waits for the next of its messages
        self._asked_all = False  # all of the request's content was read
        self._gone = False  # the caller is
        self._ended = False  # the application has
        self._error: BaseException | None = None
        self._listening: list[pool.Event] = []  # of the application's side
        self._news: list[pool.Event] = []  # for the caller's
        self._cancel: Cancel

    def start(self, app: Callable[[], Coroutine[object, object, None]]) -> None:
        """Begin to run the application."""
        self._cancel = self._tasks.start(app, self._at_end)

    # The application's side.

    async def receive(self) -> Message:
        """Give the application its next message."""
        while True:
            with self._lock:
                if self._inbox:
                    return self._inbox.popleft()
                if self._gone or self.said.complete:
                    return {"type": "http.disconnect"}
                self._wants = not self._asked_all
                waiting = self._listen()
                self._tell()
            await self._wait(waiting)

    async def send(self, message: Message) -> None:
        """Take a message of the application, once there is room for it.

        Raises:
            RuntimeError: it may not be sent at this point.
            OSError: the caller is gone.
        """
        while True:
            with self._lock:
                if self._gone:
                    raise OSError("the client has disconnected")
                if not self._pieces:
                    if piece := self.said.take(message):
                        self._pieces.append(piece)
                    if self.said.complete:
                        self._wake()  # who listens for the end
                    self._tell()
                    return
                waiting = self._listen()
            await self._wait(waiting)

    def _listen(self) -> pool.Event:
        event = self._tasks.event()
        self._listening.append(event)
        return event

    async def _wait(self, event: pool.Event) -> None:
        try:
            await event.wait()
        finally:
            with self._lock:
                self._listening.remove(event)

    def _at_end(self, error: BaseException | None) -> None:
        with self._lock:
            self._ended, self._error = True, error
            self._tell()

    def _tell(self) -> None:
        """Wake the caller; under the lock."""
        for event in self._news:
            event.set()
        self._news.clear()

    # The caller's side.

    async def head(self) -> None:
        """Wait until the application has begun its response; `said` has its head then.

        Raises:
            Exception: what the application has raised.
            RemoteProtocolError: it ended without a response.
            ReadTimeout, TotalTimeout: it took too long.
        """
        while True:
            with self._lock:
                if self.said.status_code:
                    return
                ended, news = self._ended, self._turn()
            if ended:
                self._check_error()
                if not self.said.status_code:
                    raise pool.RemoteProtocolError("the application ended without a response")
            else:
                await self._go_on(news)

    async def next_piece(self) -> bytes:
        """Return the next bytes of the body, b"" when the application has ended.

        Raises:
            Exception: what the application has raised.
            RemoteProtocolError: it ended in the middle of its response.
            ReadTimeout, TotalTimeout: it took too long.
        """
        while True:
            with self._lock:
                if self._pieces:
                    piece = self._pieces.popleft()
                    self._wake()
                    return piece
                ended, news = self._ended, self._turn()
            if ended:
                self._check_error()
                if not self.said.complete:
                    raise pool.RemoteProtocolError(
                        "the application ended before its response was complete"
                    )
                return b""
            await self._go_on(news)

    def _check_error(self) -> None:
        error, self._error = self._error, None
        if error is None:
            return
        if self._raises:
            raise error
        if not self.said.status_code:
            self.said.take({"type": "http.response.start", "status": 500})
            self.said.complete = True
        elif not self.said.complete:
            raise pool.RemoteProtocolError("the application failed in the middle") from error

    def _turn(self) -> pool.Event | None:
        """Return what to wait for, or None where the application asks for content; under the lock."""
        if self._wants:
            self._wants = False
            return None
        news = self._backend.event()
        self._news.append(news)
        return news

    async def _go_on(self, news: pool.Event | None) -> None:
        if news is None:
            await self._feed()
        elif not await news.wait(self._limits.left()):
            raise self._limits.too_late()

    async def _feed(self) -> None:
        upload = self._upload
        piece = b"" if upload.at_end else await upload.next_piece()
        more = not upload.at_end and bool(piece)
        with self._lock:
            self._asked_all = not more
            self._inbox.append({"type": "http.request", "body": piece, "more_body": more})
            self._wake()

    def _wake(self) -> None:
        """Wake the application; under the lock."""
        for event in self._listening:
            event.set()

    async def end(self) -> None:
        """Be done with the application, which has usually ended; it takes a bounded time."""
        with self._backend.shield():
            try:
                with self._lock:
                    self._gone = True
                    hears = self.said.complete or bool(self._listening)
                    self._wake()
                if hears:
                    patience = _END_SECONDS if self.said.complete else _LEAVE_SECONDS
                    await self._has_ended(patience)
            finally:  # although we may be cancelled while we wait
                try:
                    if not self._ended:
                        self._cancel()
                        await self._has_ended(_END_SECONDS)
                finally:
                    await self._upload.close()

    async def _has_ended(self, seconds: float) -> bool:
        deadline = self._backend.now() + seconds
        while True:
            with self._lock:
                if self._ended:
                    return True
                news = self._backend.event()
                self._news.append(news)
            if not await news.wait(max(0.0, deadline - self._backend.now())):
                return self._ended

    def abandon(self) -> None:
        """Cancel the application: nobody will read on."""
        self._cancel()
