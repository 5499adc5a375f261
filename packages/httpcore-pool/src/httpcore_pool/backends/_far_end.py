"""The other end of connections, for the rules that a `Backend` must keep (`httpcore_pool.testing`).

It blocks, and starts no thread: the system completes a connection before anybody accepts it, and keeps what
was sent until somebody reads it. All of it is on this machine. `patience` is how many seconds are waited
for what should be there already.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["FarEnd", "Listening", "Silence", "listening", "pair", "refusing"]

_LOOPBACK = "127.0.0.1"


class FarEnd:
    """The peer of one connection."""

    def __init__(self, sock: socket.socket, patience: float) -> None:
        sock.settimeout(patience)
        self._socket = sock

    @property
    def sees(self) -> str:
        """The address of the backend's end, as `host:port`."""
        host, port = self._socket.getpeername()[:2]
        return f"{host}:{port}"

    def send(self, data: bytes) -> None:
        """Send a few bytes, which the system takes at once."""
        self._socket.sendall(data)

    def receive(self, size: int) -> bytes:
        """Return so many bytes, or fewer if the stream ends or no more come."""
        data = b""
        try:
            while len(data) < size and (more := self._socket.recv(size - len(data))):
                data += more
        except OSError:  # a limit of time, or a reset
            pass
        return data

    def ended(self) -> bool:
        """Whether the backend's end was closed."""
        try:
            return self._socket.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True  # by a reset, as there was something that nobody had read

    def close(self) -> None:
        """Close this end."""
        self._socket.close()


class Listening:
    """A port that takes connections; `address` is where."""

    def __init__(self, sock: socket.socket, patience: float) -> None:
        sock.settimeout(patience)
        self._socket = sock
        self._patience = patience
        self.address: tuple[str, int] = sock.getsockname()[:2]
        self._ends: list[FarEnd] = []

    def accept(self) -> FarEnd:
        """Return the peer of the next connection, which was made before."""
        end = FarEnd(self._socket.accept()[0], self._patience)
        self._ends.append(end)
        return end

    def close(self) -> None:
        """Close it, and every connection that came from here."""
        for end in self._ends:
            end.close()
        self._socket.close()


class Silence:
    """Something to wait for in a thread, that nothing ends but `release`."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._entered = False
        self._released = threading.Event()
        self._left = threading.Event()

    def wait(self) -> None:
        """Block until it is released."""
        self._entered = True
        self._released.wait(self._patience)
        self._left.set()

    def release(self) -> None:
        """Let who waits go on, and see it go; who comes now does not wait."""
        self._released.set()
        if self._entered:
            self._left.wait(self._patience)


@contextmanager
def listening(patience: float) -> Generator[Listening, None, None]:
    """Listen on this machine while the block runs."""
    sock = socket.socket()
    # A little room, so that a peer that reads nothing is soon felt.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.bind((_LOOPBACK, 0))
    sock.listen()
    place = Listening(sock, patience)
    try:
        yield place
    finally:
        place.close()


@contextmanager
def refusing() -> Generator[tuple[str, int], None, None]:
    """Hold an address that refuses connections while the block runs."""
    with socket.socket() as sock:
        sock.bind((_LOOPBACK, 0))
        yield sock.getsockname()[:2]


@contextmanager
def pair(patience: float) -> Generator[tuple[socket.socket, FarEnd], None, None]:
    """Give a connected socket, which the caller gives away, and its peer."""
    ours, theirs = socket.socketpair()
    end = FarEnd(theirs, patience)
    try:
        yield ours, end
    finally:
        end.close()
