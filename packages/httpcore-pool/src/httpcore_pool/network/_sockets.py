"""`SocketSettings`: how the sockets of connections are made. Plain data; the backends make the sockets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from .._hashed import Hashed
from .._siblings import Value

__all__ = ["SocketOption", "SocketSettings", "TCPKeepAlive"]

_TOO_MUCH = 2**31  # for an int of C

SocketOption: TypeAlias = tuple[int, int, "int | bytes"]


class TCPKeepAlive(Value):
    """Probes of the operating system that notice a dead peer on an idle connection (RFC 9293 3.8.4).

    Attributes:
        idle: whole seconds of silence before the first probe.
        interval: whole seconds between two.
        count: how many may stay without an answer.

    Raises:
        TypeError: one is not a whole number.
        ValueError: one is less than 1.
    """

    idle: int = 60
    interval: int = 10
    count: int = 5

    def _check(self) -> None:
        for name in self._fields:
            value: object = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"TCPKeepAlive({name}=...) must be a whole number")
            if value < 1:
                raise ValueError(f"TCPKeepAlive({name}=...) must be at least 1, not {value}")


class SocketSettings(Hashed, kw_only=True):
    """How the sockets of connections are made.

    Attributes:
        local_address: the address of ours to connect from, IPv4 or IPv6; only addresses of its family
            are dialled. None leaves it to the system.
        first_family: "ipv4" or "ipv6" to try that family first; None for the order of the resolver
            (the system's follows RFC 6724).
        attempt_delay: seconds after which the next address is tried while the one before has not
            answered, at least 0.01 (Happy Eyeballs, RFC 8305 5); None to wait until it has failed.
        keepalive: what to probe idle connections with; None for the system's default, mostly nothing.
        socket_options: options as for `socket.setsockopt`, `(level, option, value)`, set before the
            socket is connected and after ours, which is TCP_NODELAY.

    Raises:
        TypeError, ValueError: one of them is not what it should be.
    """

    local_address: str | None = None
    first_family: Literal["ipv4", "ipv6"] | None = None
    attempt_delay: float | None = 0.25
    keepalive: TCPKeepAlive | None = None
    socket_options: tuple[SocketOption, ...] = ()

    def _check(self) -> None:
        kind = type(self).__name__
        _check_local(kind, self.local_address)
        if self.first_family not in ("ipv4", "ipv6", None):
            raise ValueError(
                f'{kind}(first_family=...) must be "ipv4", "ipv6" or None, not {self.first_family!r}'
            )
        _check_delay(kind, self.attempt_delay)
        keepalive: object = self.keepalive
        if keepalive is not None and not isinstance(keepalive, TCPKeepAlive):
            raise TypeError(
                f"{kind}(keepalive=...) must be a TCPKeepAlive or None, not {type(keepalive).__name__}"
            )
        vars(self)["socket_options"] = _options(kind, self.socket_options)


def _check_local(kind: str, address: object) -> None:
    if address is None:
        return
    if not isinstance(address, str):
        raise TypeError(f"{kind}(local_address=...) must be a str, not {type(address).__name__}")
    from ipaddress import ip_address  # here, as in this whole folder: few need it

    try:
        ip_address(address)
    except ValueError:
        raise ValueError(
            f"{kind}(local_address=...) must be an IP address, not {address!r}"
        ) from None


def _check_delay(kind: str, delay: object) -> None:
    if delay is None:
        return
    if isinstance(delay, bool) or not isinstance(delay, (int, float)):
        raise TypeError(f"{kind}(attempt_delay=...) must be a number of seconds or None")
    if not delay >= 0.01 or math.isinf(delay):  # RFC 8305 5: not less; NaN is neither
        raise ValueError(f"{kind}(attempt_delay=...) must be at least 0.01 s, not {delay!r}")


def _options(name: str, given: Any) -> tuple[SocketOption, ...]:
    kind: object = given
    if isinstance(kind, (str, bytes)) or not isinstance(kind, Iterable):
        raise TypeError(f"{name}(socket_options=...) must be several (level, option, value)")
    options: list[SocketOption] = []
    for option in given:
        match option:
            case (int(level), int(number), (int() | bytes()) as value):
                options.append((int(level), int(number), value))
            case _:
                raise TypeError(
                    f"{name}(socket_options=...) must be (level, option, value), not {option!r}"
                )
        if any(isinstance(each, int) and not -_TOO_MUCH <= each < _TOO_MUCH for each in option):
            raise ValueError(f"{name}(socket_options=...): {option!r} does not fit 32 bits")
    return tuple(options)
