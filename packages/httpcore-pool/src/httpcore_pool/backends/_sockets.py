"""What the real backends share about sockets: facts, and waiting for one."""

from __future__ import annotations

import select
from typing import Any, cast

from ..network._hosts import written

__all__ = [
    "PollReadiness",
    "Readiness",
    "SelectReadiness",
    "address",
    "is_readable",
    "is_writable",
    "wait_either",
]

# CPython allocates as much as it asks a socket for, before it knows what comes: asyncio 256 KiB for each
# read. From 128 KiB on glibc maps such a block from the kernel and unmaps it again, which costs more than
# a small exchange, until a larger block was freed once; then it keeps them. So one is made and freed here.
bytes(512 * 1024)


class PollReadiness:
    """Waits until a socket can be read from, or written to. One thread at a time."""

    __slots__ = ("_poll",)

    def __init__(self, sock: Any, *, write: bool) -> None:
        self._poll = select.poll()
        self._poll.register(sock.fileno(), select.POLLOUT if write else select.POLLIN)

    def wait(self, timeout: float | None) -> bool:
        """Return True when it is ready (or broken), False after `timeout` seconds."""
        # The standard library rounds milliseconds up, so a limit is never cut short.
        return bool(self._poll.poll(None if timeout is None else timeout * 1000))

    def now(self) -> bool:
        """Return whether it is ready (or broken)."""
        return bool(self._poll.poll(0))


class SelectReadiness:
    """The same where there is no poll (Windows). Elsewhere select fails on descriptors over 1,023."""

    __slots__ = ("_readers", "_writers")

    def __init__(self, sock: Any, *, write: bool) -> None:
        self._readers, self._writers = ([], [sock]) if write else ([sock], [])

    def wait(self, timeout: float | None) -> bool:
        """Return True when it is ready (or broken), False after `timeout` seconds."""
        return any(select.select(self._readers, self._writers, [], timeout))

    def now(self) -> bool:
        """Return whether it is ready (or broken)."""
        return self.wait(0)


Readiness = PollReadiness if hasattr(select, "poll") else SelectReadiness


def wait_either(sock: Any, timeout: float | None) -> bool | None:
    """Wait until the socket can be read from or written to.

    Returns:
        True where it can be read from, False where it can only be written to, None after `timeout`
        seconds.
    """
    if not hasattr(select, "poll"):
        readable, writable, _ = select.select([sock], [sock], [], timeout)
        return bool(readable) if readable or writable else None
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN | select.POLLOUT)
    ready = poll.poll(None if timeout is None else timeout * 1000)
    return bool(ready[0][1] & ~select.POLLOUT) if ready else None


def is_readable(sock: Any) -> bool:
    """Whether the socket has bytes, an end or an error waiting. A closed socket counts as readable."""
    return bool(sock.fileno() < 0) or Readiness(sock, write=False).wait(0)


def is_writable(sock: Any) -> bool:
    """Whether the socket takes bytes, or would fail. A closed socket counts as writable."""
    return bool(sock.fileno() < 0) or Readiness(sock, write=True).wait(0)


def address(sockname: Any) -> str:
    """Write a socket address as `host:port`, and that of a Unix socket as `unix:path`."""
    if not sockname:  # that of a client's Unix socket is empty
        return ""
    if isinstance(sockname, tuple):
        host, port = str(cast("Any", sockname)[0]), cast("Any", sockname)[1]
        return written(host, port)
    if isinstance(sockname, bytes):  # Linux's abstract space
        sockname = sockname.decode(errors="backslashreplace")
    return f"unix:{sockname}".replace("\0", "@", 1)
