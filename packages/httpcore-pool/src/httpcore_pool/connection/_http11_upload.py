"""Sending content that is too large, or not yet there, to leave in one write with the head.

It goes out with an eye on what the server says meanwhile: a final response ends it (RFC 9112 9.5), 100
(Continue) begins it where the request asks for that (RFC 9110 10.1.1). The look is between two pieces:
nothing interrupts the caller's iterator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .._errors import ReadError, ReadTimeout, WriteError
from ._listening import LISTEN_BYTES, Listening

if TYPE_CHECKING:
    from .._body import BodyReader, RequestBody
    from .._config import Budget
    from ..backends.base import Backend, NetworkStream
    from ._http11_head import ResponseHead
    from ._http11_writer import BodyWriter, RequestHead

__all__ = ["SMALL_BODY_BYTES", "Upload"]

SMALL_BODY_BYTES = 64 * 1024
"""Content up to this leaves in one write with the head."""

_READ_BYTES = 64 * 1024


class Listener(Protocol):
    """Who knows what the server says.

    Attributes:
        go_ahead: whether 100 (Continue) came.
    """

    go_ahead: bool

    def head_sent(self) -> None:
        """Note that the head has gone out, before the content."""
        ...

    def take_head(self, data: bytes) -> ResponseHead | None:
        """Take the next octets; return the final head once it is whole."""
        ...


class Upload:
    """The content of one request, on its way.

    Args:
        stream: where to.
        budget: how long each wait may take.
        backend: the world that the stream belongs to.
        listener: is given what comes back.
    """

    def __init__(
        self, stream: NetworkStream, budget: Budget, backend: Backend, listener: Listener
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._budget = budget
        self._listener = listener
        self._listening = Listening(backend.now)

    async def send(
        self, head: RequestHead, body: RequestBody, writer: BodyWriter
    ) -> ResponseHead | None:
        """Send head and content.

        Returns:
            None when all was sent, or the head of a final response that came before.

        Raises:
            WriteError, WriteTimeout: not all could be sent; there may be a response all the same.
        """
        out = head.data
        if head.expects:
            await self._stream.write(out, self._budget.write())
            self._listener.head_sent()
            out = b""
            if (answer := await self._await_go_ahead()) is not None:
                return answer  # nothing of the content was used
        reader = body.open(self._backend)
        try:
            return await self._content(out, reader, writer, eager=body.eager or body.length is None)
        finally:
            await reader.close()

    async def _content(
        self, out: bytes, reader: BodyReader, writer: BodyWriter, *, eager: bool
    ) -> ResponseHead | None:
        """Send content as it comes; `eager` content may be long in coming, so nothing waits for it."""
        while chunk := await reader.read_chunk():
            for at in range(0, len(chunk), LISTEN_BYTES):
                out += writer.piece(chunk[at : at + LISTEN_BYTES])
                if eager or len(out) > SMALL_BODY_BYTES:
                    if (answer := await self._write(out)) is not None:
                        return answer
                    out = b""
        out += writer.end()
        return await self._write(out) if out else None

    async def _write(self, out: bytes) -> ResponseHead | None:
        """Send some; return the head of a final response that came before all of it was taken."""
        answer = await self._look() if self._listening.is_due() else None
        while answer is None and out:
            taken = await self._stream.write_some(out, self._budget.write())
            self._listening.note(taken)
            out = out[taken:]
            if out:
                answer = await self._look()
        return answer

    async def _look(self) -> ResponseHead | None:
        """Take in what is there already; return the head of a final response once it is whole."""
        if not self._stream.is_readable():
            return None
        try:
            data = await self._stream.read_available(_READ_BYTES)
        except ReadError as error:
            raise WriteError(error.message) from error
        return None if data is None else self._listener.take_head(data)

    async def _await_go_ahead(self) -> ResponseHead | None:
        """Wait for 100 (Continue), a final response, or the end of patience."""
        expect = self._budget.countdown(self._budget.timeout.expect)
        while not self._listener.go_ahead:
            try:
                data = await self._stream.read(_READ_BYTES, expect.cut(None))
            except ReadTimeout:
                return None  # a total that has run out is met by the next write
            if (answer := self._listener.take_head(data)) is not None:
                return answer
        return None
