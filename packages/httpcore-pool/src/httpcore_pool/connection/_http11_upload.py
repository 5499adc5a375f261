"""Sending content that is too large, or not yet there, to leave in one write with the head.

It goes out with an eye on what the server says meanwhile: a response that refuses it ends it (RFC 9112 9.5),
100 (Continue) begins it where the request asks for that (RFC 9110 10.1.1). A 2xx refuses nothing: from its
head on, whoever reads the response sends the rest as well, so that neither side waits for the other. The look
is between two pieces: nothing interrupts the caller's iterator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .._errors import ReadError, ReadTimeout, WriteError, WriteTimeout
from ._listening import LISTEN_BYTES, Listening

if TYPE_CHECKING:
    from .._body import RequestBody
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

    Attributes:
        is_open: whether content is left that the server has not refused.
        budget: how long each wait may take from now on.
        waited: for how many seconds, behind the head of a response, nothing was taken.
    """

    def __init__(
        self, stream: NetworkStream, budget: Budget, backend: Backend, listener: Listener
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._listener = listener
        self.budget: Budget = budget
        self.waited: float = 0.0
        self._listening = Listening(backend.now)
        self.is_open = False
        self._chunk = b""  # of the content: what the reader gave last
        self._at = 0  # so much of it is framed
        self._out = b""  # framed, and to be written next
        self._all_framed = False

    async def send(
        self, head: RequestHead, body: RequestBody, writer: BodyWriter
    ) -> ResponseHead | None:
        """Send head and content, until a final response comes.

        Returns:
            None when all was sent, or the head of a response that came before. Where that refuses
            nothing the upload is still open: `listen` or `finish` goes on, `close` ends it.

        Raises:
            WriteError, WriteTimeout: not all could be sent; there may be a response all the same.
        """
        self._out = head.data
        if head.expects:
            await self._write()
            self._listener.head_sent()
            if (answer := await self._await_go_ahead()) is not None:
                return answer  # nothing of the content was used
        self._writer = writer
        # Content that may be long in coming lets nothing wait for it.
        self._eager = body.eager or body.length is None
        self._reader = body.open(self._backend)
        self.is_open = True
        answer = None
        try:
            answer = await self._send_until_answered()
        finally:
            if answer is None or answer.status_code >= 300:
                await self.close()
        return answer

    async def _send_until_answered(self) -> ResponseHead | None:
        """Send some; return the head of a final response that came before all of it was taken."""
        while await self._fill():  # the head leaves with the first of it
            answer = await self._look() if self._listening.is_due() else None
            while answer is None and self._out:
                await self._write_some()
                if self._out:
                    answer = await self._look()
            if answer is not None:
                return answer
        return None

    async def listen(self) -> bytes | None:
        """Send on behind the head of a response, until more of that comes.

        Returns:
            What came, b"" at the end of the connection; None once all was sent.

        Raises:
            WriteError, WriteTimeout: not all could be sent; more of the response may come all the same.
        """
        now = self._backend.now
        while True:
            if (left := self.budget.write()) is not None and left <= 0:
                raise WriteTimeout("no time left to write", left)  # however much there is to read
            if self._stream.is_readable():
                data = await self._stream.read_available(_READ_BYTES)
                if data is not None:
                    return data
            if not (self._out or await self._fill()):
                return None
            began = now()
            taken = await self._write_some()
            self.waited = 0.0 if taken else self.waited + now() - began

    async def finish(self) -> None:
        """Send the rest behind a whole response, whatever the server says.

        Raises:
            WriteError, WriteTimeout: it does not take all.
        """
        while self._out or await self._fill():
            await self._write()

    async def close(self) -> None:
        """Give up the rest."""
        if self.is_open:
            self.is_open = False
            await self._reader.close()

    async def _fill(self) -> bool:
        """Frame what comes next, behind what is there; return whether there is something to write."""
        while not self._all_framed:
            if self._at >= len(self._chunk):
                self._chunk, self._at = await self._reader.read_chunk(), 0
            if not self._chunk:
                self._all_framed = True
                self._out += self._writer.end()
                break
            piece = self._chunk[self._at : self._at + LISTEN_BYTES]
            self._at += LISTEN_BYTES
            self._out += self._writer.piece(piece)
            if self._eager or len(self._out) > SMALL_BODY_BYTES:
                break
        return bool(self._out)

    async def _write(self) -> None:
        out, self._out = self._out, b""
        await self._stream.write(out, self.budget.write())

    async def _write_some(self) -> int:
        taken = await self._stream.write_some(self._out, self.budget.write())
        self._listening.note(taken)
        self._out = self._out[taken:]
        return taken

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
        expect = self.budget.countdown(self.budget.timeout.expect)
        while not self._listener.go_ahead:
            try:
                data = await self._stream.read(_READ_BYTES, expect.cut(None))
            except ReadTimeout:
                return None  # a total that has run out is met by the next write
            if (answer := self._listener.take_head(data)) is not None:
                return answer
        return None
