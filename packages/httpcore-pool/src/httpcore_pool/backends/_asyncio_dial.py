"""Dialling in asyncio: which address of a name is tried when (Happy Eyeballs, RFC 8305).

`loop.create_connection` could race the addresses too, but not in uvloop, and where there is one address it
takes as long again as the connection itself.
"""

from __future__ import annotations

import asyncio
import socket
from itertools import chain, zip_longest
from typing import Any, TypeAlias

__all__ = ["dial"]

ATTEMPT_DELAY_SECONDS = 0.25  # RFC 8305 8, between the beginnings of two attempts

# As getaddrinfo gives it: family, kind, protocol, canonical name, socket address.
Address: TypeAlias = tuple[int, int, int, str, Any]


async def dial(loop: asyncio.AbstractEventLoop, host: str, port: int) -> socket.socket:
    """Return a socket that is connected to the first address that answers.

    Raises:
        OSError: the name does not resolve, or every address refused (the last one's error).
        UnicodeError: the host is no name.
    """
    addresses = await _resolve(loop, host, port)
    if len(addresses) == 1:
        return await _attempt(loop, addresses[0])
    return await _race(loop, _interleaved(addresses))


async def _resolve(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Address]:
    if ":" in host or host[-1:].isdigit():
        # Perhaps an address: reading it needs no thread.
        try:
            return list(
                socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            )
        except socket.gaierror:
            pass
    return list(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _interleaved(addresses: list[Address]) -> list[Address]:
    """Let the families take turns, the preferred one first (RFC 8305 4)."""
    preferred = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    pairs = chain.from_iterable(zip_longest(preferred, others))
    return [address for address in pairs if address is not None]


async def _attempt(loop: asyncio.AbstractEventLoop, address: Address) -> socket.socket:
    family, kind, proto, _, sockaddr = address
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's
        await loop.sock_connect(sock, sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


async def _race(loop: asyncio.AbstractEventLoop, addresses: list[Address]) -> socket.socket:
    """Begin an attempt when the one before failed, or has taken a while; the first to connect wins."""
    running: set[asyncio.Task[socket.socket]] = set()
    error: OSError = OSError("the name has no address")
    waiting = iter(addresses)
    try:
        while (address := next(waiting, None)) is not None or running:
            if address is not None:
                running.add(loop.create_task(_attempt(loop, address)))
            done, _ = await asyncio.wait(
                running,
                timeout=None if address is None else ATTEMPT_DELAY_SECONDS,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                running.discard(task)
                try:
                    return task.result()
                except OSError as failure:
                    error = failure
        raise error
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(_discard)


def _discard(task: asyncio.Task[socket.socket]) -> None:
    """Close what an attempt that lost may have connected meanwhile."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
