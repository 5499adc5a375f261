"""Facts about sockets that the real backends share. No I/O that waits."""

from __future__ import annotations

import os
import select
import socket
from typing import Any, cast

__all__ = ["address", "fails", "is_readable", "tune"]


def is_readable(sock: Any) -> bool:
    """Whether the socket has bytes, an end or an error waiting. A closed socket counts as readable."""
    fd = sock.fileno()
    if fd < 0:
        return True
    if hasattr(select, "poll"):
        # poll, not select: select fails on descriptors over 1,023.
        poller = select.poll()
        poller.register(fd, select.POLLIN)
        return bool(poller.poll(0))
    ready, _, _ = select.select([fd], [], [], 0)  # pragma: no cover - Windows
    return bool(ready)  # pragma: no cover - Windows


def address(sockname: Any) -> str:
    """Write a socket address as `host:port`; what is not one as it is."""
    if not isinstance(sockname, tuple):
        return str(sockname)
    host, port = str(cast("Any", sockname)[0]), cast("Any", sockname)[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def fails(host: str, port: int, error: OSError) -> str:
    """Say why connecting failed, in one line."""
    if isinstance(error, socket.gaierror):
        return f"can't resolve {host!r}: {error.strerror or error}"
    reason = error.strerror or str(error)
    if error.errno and reason.startswith("Connect call failed"):
        reason = os.strerror(error.errno)  # asyncio's words hold nothing but the address
    return f"can't connect to {host}:{port}: {reason}"


def tune(sock: Any) -> None:
    """Send small writes at once: an HTTP client writes whole messages, so Nagle only adds delay."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
