"""`SyncEventStream`: `EventStream` for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import pool

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ._parser import ServerSentEvent
    from ._stream import EventStream

__all__ = ["SyncEventStream"]


class SyncEventStream(pool.SyncClosing):
    """A ``with`` block that iterates over events; see `EventStream`."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream

    @property
    def response(self) -> pool.SyncResponse:
        """The response that the events come in; see `EventStream.response`."""
        return pool.SyncResponse(self._stream.response)

    @property
    def last_event_id(self) -> str:
        """The ID as of the last event that was given out; "" for none."""
        return self._stream.last_event_id

    @property
    def retry(self) -> int:
        """The milliseconds to wait before connecting anew; see `EventStream.retry`."""
        return self._stream.retry

    def __enter__(self) -> Self:
        pool.run_sync(self._stream.__aenter__())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        self._stream.__aiter__()  # which says what to do, if the block was not entered
        return self

    def __next__(self) -> ServerSentEvent:
        try:
            return pool.run_sync(self._stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Release the connection; there are no more events. Again does nothing."""
        pool.run_sync(self._stream.close())

    def __repr__(self) -> str:
        return f"<Sync{repr(self._stream)[1:]}"
