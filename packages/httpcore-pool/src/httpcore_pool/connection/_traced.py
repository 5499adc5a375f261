"""What tells a watcher where an exchange is: the same for both protocols.

A request that is watched is carried out by a `TracedExchange` of its protocol, in the place of the usual
one. So those that nobody watches pay for one look, whoever is told of whatever else.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._body import BodyReader, BytesBody, RequestBody
from .._streams import BytesSource, WrappedSource
from .._trace import emit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._request import Request
    from .._response import Response
    from .._streams import ByteSource
    from ..backends.base import Backend

__all__ = ["CountedBody", "Steps"]


class Steps:
    """The phases of one exchange, as they follow each other.

    Args:
        request: whose watcher is told.
        now: the clock.

    Attributes:
        received: how many bytes of the response's body came.
    """

    def __init__(self, request: Request, now: Callable[[], float]) -> None:
        self._request = request
        self._now = now
        self._phase = ""
        self.received = 0
        self._head_sent = False

    def tell(self, name: str, **details: object) -> None:
        """Tell of an event."""
        emit(self._request, name, self._now(), **details)

    def start(self, phase: str) -> None:
        """Begin a phase."""
        self._phase = phase
        self.tell(f"{phase}.start")

    def end(self, step: str, **details: object) -> None:
        """End it, if it has not ended."""
        phase, self._phase = self._phase, ""
        if phase == "receive":
            details["bytes"] = self.received
        if phase:
            self.tell(f"{phase}.{step}", **details)

    def failed(self, error: BaseException) -> None:
        """End it with an error, whatever that is."""
        self.end("failed", error=type(error).__name__)

    def head_sent(self) -> None:
        """The request's head has gone out; to say so again does nothing."""
        if not self._head_sent:
            self._head_sent = True
            self.tell("send.head")

    def sent(self, body: RequestBody | None, *, whole: bool) -> None:
        """What was to be sent has been, or a response came before."""
        self.head_sent()
        self.end("done", bytes=_taken(body), whole=whole)
        self.start("wait")

    def answered(self, status_code: int, protocol: str) -> None:
        """The head of the final response has come."""
        self.end("done", status_code=status_code, protocol=protocol)
        self.start("receive")

    def watch(self, response: Response) -> None:
        """Tell of the end of a response's body."""
        source = response._body.source
        if isinstance(source, BytesSource):
            self.received = len(source._data)
            self.end("done")
        else:
            response.wrap_source(partial(_TracedSource, steps=self))


class CountedBody(RequestBody):
    """Content that is not in memory, whose bytes are counted as they are taken.

    Attributes:
        taken: how many were.
    """

    def __init__(self, body: RequestBody) -> None:
        self._body = body
        self.length: int | None = body.length
        self.eager: bool = body.eager
        self.replayable: bool = body.replayable
        self.taken = 0

    @classmethod
    def of(cls, body: RequestBody | None) -> RequestBody | None:
        """Return what can be counted of a body."""
        return body if body is None or isinstance(body, BytesBody) else cls(body)

    def _open(self, backend: Backend | None) -> BodyReader:
        return _CountedReader(self, self._body.open(backend))


class _CountedReader(BodyReader):
    def __init__(self, body: CountedBody, reader: BodyReader) -> None:
        self._body = body
        self._reader = reader

    async def read_chunk(self) -> bytes:
        data = await self._reader.read_chunk()
        self._body.taken += len(data)
        return data

    async def close(self) -> None:
        await self._reader.close()


def _taken(body: RequestBody | None) -> int:
    match body:
        case BytesBody():
            return len(body.data)
        case CountedBody():
            return body.taken
        case _:
            return 0


class _TracedSource(WrappedSource):
    """The body of a response whose end is told."""

    def __init__(self, source: ByteSource, steps: Steps) -> None:
        super().__init__(source)
        self._steps = steps

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        source = self.source
        try:
            data = await source.read_chunk()
        except BaseException as error:
            if not self.closed:
                self.closed = self.cut = True
                self._steps.failed(error)
            raise
        if self.closed:  # by another, while this one was waiting
            return b""
        self._steps.received += len(data)
        if not data:
            self.closed, self.cut, self.trailers = True, source.cut, source.trailers
            self._steps.end("done")
        return data

    async def given_up(self) -> None:
        # Of one that is dropped nobody is told: a finaliser runs anywhere, and watchers may take locks.
        self._steps.end("closed")
