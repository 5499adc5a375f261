"""What is asked of a server that ends connections, or itself: on all wires at once, as each costs a server.

A row is an asynchronous generator for each wire. They go in step: all to their first `yield`, then something
is done to the server, and so on.
"""

from __future__ import annotations

from testkit.matrix.absent import WrongError
from testkit.matrix.rows import Cell
from testkit.servers.pages import SMALL
from testkit.witness import Witness

IDLE_SECONDS = 0.3
_PATIENCE = 2.5  # some count in seconds
_SIZE = 16 << 20  # more than the buffers on the way take


async def idle(cell: Cell):
    await cell.get("/")
    witness = Witness(cell.base, cell.server.authority, cell.wire.protocol, _PATIENCE)
    yield
    witness.outlast()
    assert SMALL == (await cell.get("/")).content
    assert 2 == cell.client.stats().opened


async def stop_during_a_download(cell: Cell):
    response = await cell.get(f"/stream/{_SIZE}", stream=True)
    assert 200 == response.status_code
    async with response:
        pieces = response.stream()
        length = len(await anext(pieces))
        yield
        async for piece in pieces:
            length += len(piece)
    if length != _SIZE:
        raise WrongError(f"{length} of {_SIZE} octets came, and no error")


async def stop_between_requests(cell: Cell):
    await cell.get("/")
    yield
    yield
    assert SMALL == (await cell.get("/")).content


ENDINGS = {
    "idle": idle,
    "stop during a download": stop_during_a_download,
    "stop between requests": stop_between_requests,
}


async def in_step(walks, *actions):
    """Take each walk, by its key, a step further, between actions; return what they raised, if anything."""
    raised = dict.fromkeys(walks)
    for action in [lambda: None, *actions]:
        action()
        for key, walk in list(walks.items()):
            try:
                await anext(walk)
            except StopAsyncIteration:
                del walks[key]
            except Exception as error:
                raised[key] = error
                del walks[key]
    return raised
