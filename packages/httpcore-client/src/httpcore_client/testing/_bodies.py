"""The two bodies of an exchange without a network: a request's as it is sent, a response's as it comes.

Both keep to the length that their head says, as over a connection (RFC 9112 6).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from .._siblings import Headers, pool

if TYPE_CHECKING:
    from ._limits import Limits

__all__ = ["AnswerSource", "Upload", "announced", "content_of", "has_no_content", "with_content"]


def announced(headers: Headers) -> int | None:
    """Return the length that Content-Length announces; None where it doesn't."""
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else None


def has_no_content(request: pool.Request, status_code: int) -> bool:
    """Tell whether a response has none whatever its fields say (RFC 9110 6.4.1)."""
    return request.method == "HEAD" or status_code in (204, 304)


class Upload:
    """The content of one request, by the piece."""

    def __init__(self, request: pool.Request, backend: pool.Backend) -> None:
        self._request = request
        self._backend = backend
        self._reader: pool.BodyReader | None = None
        self._length = self._left = 0 if request.body is None else announced(request.headers)

    @property
    def at_end(self) -> bool:
        """Whether nothing more is to come, as the head says."""
        return self._left == 0

    async def next_piece(self) -> bytes:
        """Return the next bytes, b"" at the end.

        Raises:
            LocalProtocolError: that is more, or less, than the head promised.
        """
        body = self._request.body
        if body is None:
            return b""
        if self._reader is None:
            self._reader = body.open(self._backend)
        piece = await self._reader.read_chunk()
        if self._left is not None:
            self._left -= len(piece)
            if self._left < 0:
                raise pool.LocalProtocolError(
                    f"the content is longer than the {self._length} bytes of its Content-Length"
                )
            if self._left and not piece:
                raise pool.LocalProtocolError(
                    f"the content is {self._left} bytes shorter than the {self._length} "
                    "of its Content-Length"
                )
        return piece

    async def close(self) -> None:
        """Give up the rest."""
        if self._reader is not None:
            await self._reader.close()


async def content_of(request: pool.Request, backend: pool.Backend) -> bytes:
    """Read the whole content of a request as a connection would."""
    upload = Upload(request, backend)
    pieces: list[bytes] = []
    try:
        while piece := await upload.next_piece():
            pieces.append(piece)
    finally:
        await upload.close()
    return b"".join(pieces)


def with_content(request: pool.Request, content: bytes) -> pool.Request:
    """Return a request whose content was read: a copy that has it in memory."""
    twin = request.copy_with()
    if request.body is not None:
        twin.body = pool.BytesBody(content)
    return twin


class AnswerSource(pool.ByteSource):
    """The body of a response that no network gives.

    Args:
        request: what is answered.
        status_code: of the answer.
        headers: of the answer.
        limits: of the request.
    """

    def __init__(
        self, request: pool.Request, status_code: int, headers: Headers, limits: Limits
    ) -> None:
        limits.answered = True
        self._limits = limits
        self._bodiless = has_no_content(request, status_code)
        self._length = self._left = 0 if self._bodiless else announced(headers)

    @abstractmethod
    async def _next_piece(self) -> bytes:
        """Return the next bytes, b"" at the end."""
        ...

    async def _release(self) -> None:
        """Let go of what is held, once: the body is at its end, broke or was given up."""

    async def read_chunk(self) -> bytes:
        """Return the next bytes; what is beyond the length of the head nobody sees."""
        if self.closed:
            return b""
        try:
            piece = await self._next_piece()
            if self._left is not None:
                piece = piece[: self._left]
                self._left -= len(piece)
                if self._left and not piece:
                    had = (self._length or 0) - self._left
                    raise pool.RemoteProtocolError(
                        "peer closed connection without sending complete message body "
                        f"(received {had} bytes, expected {self._length})"
                    )
        except BaseException as error:
            self.cut = True
            await self._end()
            if isinstance(error, pool.TransportError):
                error.answered = True
            self._limits.named(error)
            raise
        if not piece and not self.closed:
            await self._end()
        return piece

    async def _end(self) -> None:
        if not self.closed:
            self.closed = True
            await self._release()

    async def close(self) -> None:
        """Give up the rest."""
        if not self.closed:
            self.cut = True
            await self._end()

    def hurry(self, seconds: float) -> None:
        """Let the rest come within so many seconds."""
        self._limits.hurry(seconds)
