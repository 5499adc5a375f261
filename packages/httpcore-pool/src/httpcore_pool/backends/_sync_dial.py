"""Dialling in threads: several attempts at once, in the calling thread (Happy Eyeballs, RFC 8305)."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections import deque
from math import inf
from typing import TYPE_CHECKING, Self, cast

from ._attempts import Attempts, in_order, open_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..network import SocketSettings
    from ._attempts import Address

__all__ = ["dial"]

_ON_THE_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK)  # the second is what Windows says

# It takes no descriptor of its own, and there may be none left. The other is for Windows, and there takes a
# failure for readiness too.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def dial(
    addresses: Sequence[tuple[str, int]],
    timeout: float | None,
    how: SocketSettings,
    now: Callable[[], float],
) -> socket.socket:
    """Return a socket that is connected to the first address that answers.

    Raises:
        ConnectError, ConnectTimeout: as for `Backend.connect_tcp`.
    """
    waiting = deque(in_order(addresses, how))
    if len(waiting) == 1:
        return _dial_only(waiting[0], timeout, how, now)
    end = inf if timeout is None else now() + timeout
    with _Race(how, now) as race:
        while waiting or race.running:
            if waiting and race.next_at <= now():
                won = race.begin(waiting.popleft())
            else:
                won = race.wait(min(end, race.next_at) if waiting else end)
            if won is not None:
                return won
            if now() >= end:
                raise race.attempts.late(timeout)
        raise race.attempts.refused()


def _dial_only(
    address: Address, timeout: float | None, how: SocketSettings, now: Callable[[], float]
) -> socket.socket:
    """Connect to an only address: there is nothing else to watch, so its socket waits by itself."""
    attempts = Attempts(now)
    attempts.begin(address)
    try:
        sock = open_socket(address, how)
    except OSError as error:
        attempts.fail(address, error)
        raise attempts.refused() from error
    try:
        sock.settimeout(None if timeout is None else max(timeout, 0.0))
        code = sock.connect_ex(address.sockaddr)
    except BaseException:
        sock.close()
        raise
    if code == 0:
        return sock
    sock.close()
    if code in _ON_THE_WAY:
        raise attempts.late(timeout)
    attempts.fail(address, OSError(code, os.strerror(code)))
    raise attempts.refused()


class _Race:
    """Attempts that run at once.

    Attributes:
        running: the sockets that are on the way.
        next_at: when another attempt may begin.
    """

    def __init__(self, how: SocketSettings, now: Callable[[], float]) -> None:
        self._how = how
        self._now = now
        self._selector: selectors.BaseSelector = _Selector()
        self.attempts = Attempts(now)
        self.running: dict[socket.socket, Address] = {}
        self.next_at = -inf

    def begin(self, address: Address) -> socket.socket | None:
        """Begin an attempt; return its socket if it is connected already."""
        self.attempts.begin(address)
        try:
            sock = open_socket(address, self._how)
        except OSError as error:
            self.attempts.fail(address, error)
            return None
        self.running[sock] = address
        code = sock.connect_ex(address.sockaddr)
        if code not in _ON_THE_WAY:
            return self._end(sock, code)
        self._selector.register(sock, selectors.EVENT_WRITE)
        delay = self._how.attempt_delay
        self.next_at = inf if delay is None else self._now() + delay
        return None

    def wait(self, until: float) -> socket.socket | None:
        """Wait until an attempt has ended; return its socket if it is connected."""
        seconds = None if until == inf else max(0.0, until - self._now())
        for key, _ in self._selector.select(seconds):
            sock = cast("socket.socket", key.fileobj)
            self._selector.unregister(sock)
            if self._end(sock, sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) is not None:
                return sock
        return None

    def _end(self, sock: socket.socket, code: int) -> socket.socket | None:
        address = self.running.pop(sock)
        if code == 0:
            return sock
        sock.close()
        self.attempts.fail(address, OSError(code, os.strerror(code)))
        self.next_at = -inf  # RFC 8305 5: at once
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        for sock in self.running:
            sock.close()
        self._selector.close()
