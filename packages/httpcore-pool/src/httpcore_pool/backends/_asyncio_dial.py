"""Dialling in asyncio: a task for each attempt (Happy Eyeballs, RFC 8305).

`loop.create_connection` could race the addresses too, but not in uvloop, and where there is one address it
takes as long again as the connection itself.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ._attempts import Address, Attempts, in_order, open_socket

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from .._errors import ConnectError, ConnectTimeout
    from ..network import SocketSettings

__all__ = ["dial"]


async def dial(
    loop: asyncio.AbstractEventLoop,
    addresses: Sequence[tuple[str, int]],
    timeout: float | None,
    how: SocketSettings,
) -> socket.socket:
    """Return a socket that is connected to the first address that answers.

    Raises:
        ConnectError, ConnectTimeout: as for `Backend.connect_tcp`.
    """
    waiting = in_order(addresses, how)
    race = _Race(loop, how)
    failed: ConnectError | ConnectTimeout
    try:
        async with asyncio.timeout(timeout):
            won = await (race.attempt(waiting[0]) if len(waiting) == 1 else race.run(waiting))
        if won is not None:
            return won
        failed = race.attempts.refused()
    except TimeoutError:
        failed = race.attempts.late(timeout)
    raise failed


class _Race:
    """Attempts that run at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop, how: SocketSettings) -> None:
        self._loop = loop
        self._how = how
        self.attempts = Attempts(loop.time)

    async def attempt(self, address: Address) -> socket.socket | None:
        """Try one address; return None if it can't be reached."""
        self.attempts.begin(address)
        sock: socket.socket | None = None
        try:
            sock = open_socket(address, self._how)
            await self._loop.sock_connect(sock, address.sockaddr)
        except BaseException as error:
            if sock is not None:
                sock.close()
            if not isinstance(error, OSError):
                raise
            self.attempts.fail(address, error)
            return None
        return sock

    async def run(self, addresses: list[Address]) -> socket.socket | None:
        """Begin an attempt when the one before failed, or has taken a while; the first to connect wins."""
        running: set[asyncio.Task[socket.socket | None]] = set()
        waiting = iter(addresses)
        try:
            while (address := next(waiting, None)) is not None or running:
                if address is not None:
                    running.add(self._loop.create_task(self.attempt(address)))
                done, _ = await asyncio.wait(
                    running,
                    timeout=None if address is None else self._how.attempt_delay,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in done:
                    running.discard(task)
                    if (sock := task.result()) is not None:
                        return sock
            return None
        finally:
            for task in running:
                task.cancel()
                task.add_done_callback(_discard)


def _discard(task: asyncio.Task[socket.socket | None]) -> None:
    """Close what an attempt that lost may have connected meanwhile."""
    if not task.cancelled() and task.exception() is None and (sock := task.result()) is not None:
        sock.close()
