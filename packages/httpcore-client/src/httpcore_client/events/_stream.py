"""`EventStream`: events from a server, over as many connections as it takes (WHATWG HTML, section 9.2.3)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .._siblings import Headers, InvalidHeader, pool
from .._status_error import LASTING, raise_for_status
from ..adapters import Clock
from ._errors import EventStreamError, EventTooLarge
from ._parser import MAX_EVENT_BYTES, EventParser, ServerSentEvent
from ._patience import RETRY_MS, pause

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from .._client import Client

__all__ = ["EventStream"]

# What ends a stream before its end; `StreamClosed`, where a wait for the next event was cancelled.
_BREAKS = (pool.TransportError, pool.DecodingError, pool.StreamClosed)
_DEFAULTS = Headers({"Accept": "text/event-stream", "Cache-Control": "no-store"})


class EventStream(pool.Closing):
    """A block that is connected to a server, and iterates over the events that it sends.

    When the stream ends or breaks it connects anew and says which event it had last, until the server
    answers 204 (No Content). What `client.events` gives: see there.

    Args:
        client: what it sends its requests by.
        request: the first of them.
        reconnect: whether it connects anew; a number says how often in a row without an event. None for
            GET requests only.
        last_event_id: the ID to begin behind.
        heartbeat: seconds of silence between events, comments included, after which the connection is taken
            for dead; None for as long as it may take.
        max_event_bytes: the most that an event may have.
        clock: what it waits by, in place of the client's backend.

    Raises:
        TypeError, ValueError: an argument is wrong.
        InvalidHeader: the ID can't be sent.
    """

    def __init__(
        self,
        client: Client,
        request: pool.Request,
        *,
        reconnect: bool | int | None = None,
        last_event_id: str = "",
        heartbeat: float | None = None,
        max_event_bytes: int = MAX_EVENT_BYTES,
        clock: Clock | None = None,
    ) -> None:
        self._parser = EventParser(max_event_bytes=max_event_bytes, last_event_id=last_event_id)
        Headers({"Last-Event-ID": _octets(last_event_id)})  # which checks it
        headers = request.headers.with_defaults(_DEFAULTS)
        if request.headers.get("Accept") == "*/*":  # of the client
            headers.set("Accept", _DEFAULTS["Accept"])
        timeout = _limits(request.options.timeout or pool.Timeout(), heartbeat)
        options = request.options.copy_with(timeout=timeout)
        self._request = request.copy_with(headers=headers).with_options(options)
        self._client = client
        self._backend = client._pool.backend
        self._clock = clock or Clock(self._backend)
        self._attempts_left = self._attempts = _attempts(reconnect, request)
        self._deadline: float | None = None
        self._response: pool.Response | None = None
        self._pieces: pool.ByteStream | None = None  # None: not connected
        self._due: float | None = None  # when to connect anew, if that is settled
        self._wake: pool.Event | None = None  # of who waits for that
        self._is_read = False  # somebody waits for an event
        self._is_over = False
        self._ready: deque[ServerSentEvent] = deque()
        self._delivered_id = last_event_id

    @property
    def response(self) -> pool.Response:
        """The response that the events come in, or the last that they came in.

        Raises:
            RuntimeError: the block has not been entered.
        """
        if self._response is None:
            raise self._not_entered()
        return self._response

    @property
    def last_event_id(self) -> str:
        """The ID as of the last event that was given out; "" for none."""
        return self._delivered_id if self._ready else self._parser.last_event_id

    @property
    def retry(self) -> int:
        """The milliseconds to wait before connecting anew: 3000, or what the server says."""
        return RETRY_MS if self._parser.retry is None else self._parser.retry

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            HTTPStatusError: the status is 4xx or 5xx.
            EventStreamError: the response is no stream of events.
            HTTPError: the request failed; see its tree.
        """
        if self._response is not None or self._is_over:
            raise RuntimeError("this block was entered before: each has its own client.events(url)")
        timeout = self._request.options.timeout
        if timeout is not None and timeout.total is not None:
            self._deadline = self._clock.now() + timeout.total
        await self._connect()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        if self._response is None:
            raise self._not_entered()
        return self

    async def __anext__(self) -> ServerSentEvent:
        """Return the next event.

        To be cancelled while it waits breaks the connection; the next call connects anew.

        Raises:
            EventTooLarge: it has more than `max_event_bytes`.
            StreamError: another task or thread waits for it already.
            HTTPError: the connection broke, and another could not be had, or was not to be.
        """
        if self._is_read:
            raise pool.StreamError("two tasks or threads iterate over one stream of events at once")
        self._is_read = True
        try:
            while not (self._ready or self._is_over):
                await self._read()
        except pool.HTTPError:
            if not self._is_over:
                await self.close()
                raise
            # Another has closed it meanwhile.
        finally:
            self._is_read = False
        if self._is_over:
            raise StopAsyncIteration
        event = self._ready.popleft()
        self._delivered_id = event.id
        return event

    async def close(self) -> None:
        """Release the connection; there are no more events. Again does nothing.

        Another task or thread that waits for one leaves its loop.
        """
        self._is_over = True
        self._pieces = None
        if self._wake is not None:
            self._wake.set()
        if self._response is not None:
            await self._response.close()

    async def _read(self) -> None:
        """Read on, and connect anew where it has ended and that is wanted."""
        if self._parser.failure is not None:
            raise self._parser.failure.about(self.response.request)
        broken: pool.HTTPError | None = None
        piece = b""
        if self._pieces is not None:
            try:
                piece = await anext(self._pieces, b"")
            except _BREAKS as error:
                broken = error
        try:
            if piece:
                self._ready.extend(self._parser.feed(piece))
            else:
                self._parser.end()
        except EventTooLarge as error:
            error.about(self.response.request)
            raise
        if self._ready:
            self._attempts_left = self._attempts
        if not piece:
            await self._reconnect(broken)

    async def _reconnect(self, broken: pool.HTTPError | None) -> None:
        """Connect anew, and again as long as that fails; or end, or raise the error if it was one."""
        self._pieces = None
        while self._due is not None or (self._attempts_left and not isinstance(broken, LASTING)):
            if self._due is None:
                self._attempts_left -= 1
                wait = pause(self.retry, self._attempts - self._attempts_left)
                self._due = self._clock.now() + wait
            await self._wait_until(self._due)
            if self._is_over:
                return
            try:
                await self._connect()
            except pool.TransportError as error:
                broken = error
            else:
                return
            finally:
                self._due = None
        if broken is not None:
            raise broken
        self._is_over = True

    async def _wait_until(self, due: float) -> None:
        """Wait until then, unless it is closed before: for who is cancelled meanwhile, in several calls."""
        if self._deadline is not None:  # past it the next attempt fails, and says so
            due = min(due, self._deadline)
        self._wake = self._backend.event()
        if not self._is_over:
            await self._clock.sleep(due - self._clock.now(), self._wake)

    async def _connect(self) -> None:
        request = self._request.copy_with()
        if self._parser.last_event_id:
            try:
                request.headers.set("Last-Event-ID", _octets(self._parser.last_event_id))
            except InvalidHeader:  # the server gave one that it can't be told
                pass
        options = request.options.copy_with(deadline=self._deadline)
        response = await self._client.send(request.with_options(options), stream=True)
        self._response = response
        try:
            if response.status_code == 204:  # "stop"
                await pool.discard(response)
                self._is_over = True
                return
            await _check(response)
            if self._is_over:  # it was closed meanwhile
                await response.close()
            else:
                self._pieces = response.stream()
        except BaseException:
            await response.close()
            raise

    def _not_entered(self) -> RuntimeError:
        a = "" if isinstance(self._client._pool.backend, pool.SyncBackend) else "async "
        return RuntimeError(
            f"events() gives a block: {a}with client.events(url) as events: "
            f"{a}for event in events: ..."
        )

    def __repr__(self) -> str:
        state = "open" if self._pieces is not None else "closed" if self._response else "new"
        return f"<EventStream {self._request.method} {self._request.url.masked} ({state})>"


def _limits(timeout: pool.Timeout, heartbeat: float | None) -> pool.Timeout:
    """Return the limits of a stream, in which nothing may happen for another time than before it."""
    try:
        pool.Timeout(read=heartbeat)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("Timeout(read=...)", "heartbeat")) from None
    head = timeout.read if timeout.head is None else timeout.head
    return timeout.copy_with(read=heartbeat, head=head, lowest_rate=None)


def _attempts(reconnect: object, request: pool.Request) -> int:
    """Return how often in a row it is connected anew."""
    if reconnect is None:
        reconnect = request.method == "GET"
    if not isinstance(reconnect, int):
        kind = type(reconnect).__name__
        raise TypeError(f"reconnect must be True, False, a number or None, not {kind}")
    if reconnect < 0:
        raise ValueError(f"reconnect must not be negative, as {reconnect} is")
    body = request.body
    if reconnect and body is not None and not body.replayable:
        raise ValueError("content that can be read once can't be sent again: reconnect=False")
    return 2**31 if reconnect is True else int(reconnect)


def _octets(event_id: str) -> str:
    """Return an ID as a field's value: UTF-8 (WHATWG HTML 9.2.4), a character for each octet."""
    try:
        return event_id.encode("utf-8").decode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"last_event_id has a surrogate at {error.start}: no text has one"
        ) from None


async def _check(response: pool.Response) -> None:
    """Refuse what is no stream of events (WHATWG HTML 9.2.3).

    Raises:
        HTTPStatusError: the status is 4xx or 5xx.
        EventStreamError: it is another than 200, or the media type is another.
    """
    await raise_for_status(response)
    kind = response.content_type
    essence = "none" if kind is None else kind.essence
    if response.status_code != 200 or essence != "text/event-stream":
        raise EventStreamError(
            "the response is no stream of events, which has status 200 and Content-Type "
            f"text/event-stream: it has status {response.status_code} and Content-Type {essence}; "
            "client.stream() reads it as it is",
            response.status_code,
        ).about(response.request)
