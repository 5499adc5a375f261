"""Request bodies, read as a connection reads them."""

from __future__ import annotations

from httpcore_pool import run_sync


async def pieces_of(body, backend=None):
    reader, found = body.open(backend), []
    while piece := await reader.read_chunk():
        found.append(piece)
    assert b"" == await reader.read_chunk()
    await reader.close()
    return found


def read(body, backend=None):
    """Return the pieces of a body that waits for nothing."""
    return run_sync(pieces_of(body, backend))
