"""Dialling in Trio: a task for each attempt (Happy Eyeballs, RFC 8305)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, cast

import trio

from ._attempts import Attempts, in_order, open_socket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..network import SocketSettings
    from ._attempts import Address

__all__ = ["dial"]


async def dial(
    addresses: Sequence[tuple[str, int]], timeout: float | None, how: SocketSettings
) -> trio.socket.SocketType:
    """Return a socket that is connected to the first address that answers.

    Raises:
        ConnectError, ConnectTimeout: as for `Backend.connect_tcp`.
    """
    waiting = in_order(addresses, how)
    race = _Race(how)
    try:
        with trio.move_on_after(inf if timeout is None else max(timeout, 0.0)) as scope:
            if len(waiting) == 1:
                await race.attempt(waiting[0])
            else:
                await race.run(waiting)
    except BaseException as error:
        if race.won is not None:  # at the very moment in which the caller was cancelled
            race.won.close()
        if hasattr(error, "exceptions"):
            raise _cause(error) from None
        raise
    if race.won is not None:
        return race.won
    raise race.attempts.late(timeout) if scope.cancelled_caught else race.attempts.refused()


class _Race:
    """Attempts that run at once; what is connected first has won."""

    def __init__(self, how: SocketSettings) -> None:
        self._how = how
        self.attempts = Attempts(trio.current_time)
        self.won: trio.socket.SocketType | None = None
        self._failed = trio.Event()

    async def run(self, waiting: list[Address]) -> None:
        """Begin an attempt when the one before has failed, or has taken a while."""
        delay = inf if self._how.attempt_delay is None else self._how.attempt_delay
        async with trio.open_nursery() as nursery:
            for address in waiting:
                self._failed = trio.Event()
                nursery.start_soon(self._compete, address, nursery.cancel_scope)
                with trio.move_on_after(delay):
                    await self._failed.wait()

    async def _compete(self, address: Address, race: trio.CancelScope) -> None:
        await self.attempt(address)
        if self.won is not None:
            race.cancel()
        else:
            self._failed.set()

    async def attempt(self, address: Address) -> None:
        """Try one address."""
        self.attempts.begin(address)
        try:
            sock = trio.socket.from_stdlib_socket(open_socket(address, self._how))
        except OSError as error:
            self.attempts.fail(address, error)
            return
        try:
            await sock.connect(address.sockaddr)
        except BaseException as error:
            sock.close()
            if not isinstance(error, OSError):
                raise
            self.attempts.fail(address, error)
            return
        if self.won is None:
            self.won = sock
        else:
            sock.close()


def _cause(group: Any) -> BaseException:
    """Return what a nursery has put into a group, Ctrl-C say, as what it is."""
    _, others = group.split(trio.Cancelled)
    error: Any = others or group
    while hasattr(error, "exceptions"):
        error = error.exceptions[0]
    return cast("BaseException", error)
