"""Leaving a response behind, and its connection in order where that is cheap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import HTTPError, TotalTimeout
from ._streams import BytesSource

if TYPE_CHECKING:
    from ._response import Response

__all__ = ["discard", "set_aside"]

_DRAIN_BYTES = 64 * 1024  # a rest up to this is read, so that the connection can be kept
_DRAIN_SECONDS = 1.0  # most that is waited for it: a new connection is had sooner


async def discard(response: Response) -> None:
    """Be done with a response that nobody will read.

    A small body that comes soon is read as transferred (never decoded: it may be a bomb) to keep the
    connection.

    Raises:
        TotalTimeout: the time of the whole request ran out meanwhile.
    """
    response._body.source.hurry(_DRAIN_SECONDS)
    try:
        await set_aside(response)
    finally:
        await response.close()


async def set_aside(response: Response) -> None:
    """Let go of a response's connection, and keep its body if it is small, to be read later.

    A large one is given up: to read it raises `StreamClosed`. So is one that breaks.

    Raises:
        TotalTimeout: the time of the whole request ran out meanwhile.
    """
    body = response._body
    if body.content is not None or body.source.closed:  # it was read, or all came with the head
        return
    source, kept = body.source, bytearray()
    try:
        # One that says it is large is given up at once: its rest may never come.
        length = response.headers.get("Content-Length", "")
        if body.started or (length.isdecimal() and int(length[:20]) > _DRAIN_BYTES):
            return
        while piece := await source.read_chunk():
            kept += piece
            if len(kept) >= _DRAIN_BYTES:
                return
        body.source = BytesSource(bytes(kept))
    except TotalTimeout:
        raise  # there is no time left for what was to follow
    except HTTPError:
        pass  # the connection is gone, but the response was had
    finally:
        await source.close()
