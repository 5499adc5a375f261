"""What the real backends share about dialling: which address is tried when, and what became of each.

How several attempts run at once is each backend's own (Happy Eyeballs, RFC 8305).
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from .._connect_attempt import ConnectAttempt, summary
from .._errors import ConnectError, ConnectTimeout
from ._sockets import address

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from ..network import SocketSettings, TCPKeepAlive

__all__ = ["Address", "Attempts", "address_of", "in_order", "open_socket"]


class Address(NamedTuple):
    """What a socket is connected to.

    Attributes:
        family: the socket's.
        sockaddr: as `socket.connect` takes it.
    """

    family: int
    sockaddr: Any

    def __str__(self) -> str:
        return address(self.sockaddr)


def address_of(text: str, port: int) -> Address:
    """Read an IP address, and nothing else: what would have to be looked up could become another.

    Raises:
        OSError, ValueError: it is none.
    """
    if ":" not in text:
        # It refuses the short and octal forms, which connect takes.
        socket.inet_pton(socket.AF_INET, text)
        return Address(socket.AF_INET, (text, port))
    found = socket.getaddrinfo(
        text, port, socket.AF_INET6, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST
    )
    return Address(socket.AF_INET6, found[0][4])


def in_order(addresses: Iterable[tuple[str, int]], how: SocketSettings) -> list[Address]:
    """Return the addresses in the order in which they are tried (RFC 8305 4).

    The families take turns, the preferred one first. Those that can't be reached from the local address
    that is asked for are left out.

    Raises:
        ConnectError: none is left, or one is no IP address.
    """
    found = list(dict.fromkeys([_read(*each) for each in addresses]))  # IPv6 has many spellings
    if how.local_address is not None:
        found = _of_family(found, how.local_address)
    if len(found) < 2:
        return found
    first = found[0].family
    if how.first_family is not None:
        first = socket.AF_INET if how.first_family == "ipv4" else socket.AF_INET6
    preferred = [each for each in found if each.family == first]
    others = [each for each in found if each.family != first]
    pairs = chain.from_iterable(zip_longest(preferred, others))
    return [each for each in pairs if each is not None]


def _read(text: str, port: int) -> Address:
    try:
        return address_of(text, port)
    except (OSError, ValueError) as error:
        wrong = ConnectError(f"{text!r} is no IP address")
        wrong.attempts = (ConnectAttempt(text, "no IP address", 0.0),)
        raise wrong from error


def _of_family(addresses: list[Address], local: str) -> list[Address]:
    family = _read(local, 0).family
    found = [each for each in addresses if each.family == family]
    if not found:
        why = f"not of the family of {local}, the local address"
        wrong = ConnectError(f"no address is of the family of {local}, the local address")
        wrong.attempts = tuple(ConnectAttempt(str(each), why, 0.0) for each in addresses)
        raise wrong
    return found


def open_socket(address: Address, how: SocketSettings) -> socket.socket:
    """Return a socket that does not block, to be connected to an address.

    Raises:
        OSError: the system refuses to make one, or one of the settings.
    """
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's
        # An HTTP client writes whole messages, so Nagle only adds delay.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if how.keepalive is not None:
            _probe(sock, how.keepalive)
        for option in how.socket_options:
            with _telling("socket option", option):
                sock.setsockopt(*option)
        if how.local_address is not None:
            with _telling("local address", how.local_address):
                sock.bind(_read(how.local_address, 0).sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


@contextmanager
def _telling(what: str, value: object) -> Generator[None]:
    """Say which of the settings it was that the system refuses."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{what} {value}: {_why(error)}") from error


def _probe(sock: socket.socket, keepalive: TCPKeepAlive) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # macOS has another name for the first.
    idle = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
    for name, value in (
        (idle, keepalive.idle),
        (getattr(socket, "TCP_KEEPINTVL", None), keepalive.interval),
        (getattr(socket, "TCP_KEEPCNT", None), keepalive.count),
    ):
        if name is not None:
            sock.setsockopt(socket.IPPROTO_TCP, name, value)


class Attempts:
    """What became of each attempt of one dial.

    Args:
        now: a monotonic clock, in seconds.
    """

    __slots__ = ("_begun", "_last", "_now", "_told")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._begun: dict[Address, float] = {}
        self._told: list[ConnectAttempt] = []
        self._last: OSError | None = None

    def begin(self, address: Address) -> None:
        """Note that an address is tried."""
        self._begun[address] = self._now()

    def fail(self, address: Address, error: OSError) -> None:
        """Note that it can't be reached."""
        self._last = error
        self._tell(address, _why(error))

    def refused(self) -> ConnectError:
        """Return the error for that all have failed."""
        error = ConnectError(summary(self._told) if self._told else "there is no address")
        error.attempts = tuple(self._told)
        error.__cause__ = self._last
        return error

    def late(self, timeout: float | None) -> ConnectTimeout:
        """Return the error for that those left have taken too long."""
        for unanswered in list(self._begun):
            self._tell(unanswered, "no answer")
        error = ConnectTimeout(summary(self._told), timeout)
        error.attempts = tuple(self._told)
        error.__cause__ = self._last
        return error

    def _tell(self, address: Address, what: str) -> None:
        elapsed = self._now() - self._begun.pop(address)
        self._told.append(ConnectAttempt(str(address), what, elapsed))


def _why(error: OSError) -> str:
    # Not its own words: the loops put the address into them.
    return os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
