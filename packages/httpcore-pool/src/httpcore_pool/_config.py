"""The frozen values that callers configure an exchange with: timeouts, pool limits, request options.

Plain data with validation where it enters. What follows from them is decided elsewhere.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from ._setting import Setting
from ._siblings import Value
from ._until import Until

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._trace import OnInformational, OnRetry, Trace
    from ._trust import TLSConfig
    from .connection import Proxy
    from .network import Network

__all__ = [
    "BodyLimits",
    "DefaultEncoding",
    "HTTP2Settings",
    "MessageLimits",
    "Options",
    "PoolLimits",
    "Timeout",
    "TimeoutTypes",
    "check_type",
]


def check_type(name: str, value: object, kind: type, *, needed: bool = False) -> None:
    """Raise a TypeError for an argument that is no instance of a class; None will do unless `needed`."""
    if isinstance(value, kind) or (value is None and not needed):
        return
    article = "an" if kind.__name__.startswith("HTTP") else "a"
    wanted = f"{article} {kind.__name__}" if needed else f"{article} {kind.__name__} or None"
    raise TypeError(f"{name} must be {wanted}, not {type(value).__name__}")


def _seconds(name: str, value: Any, *, zero: bool = False) -> float | None:
    """Check one limit in seconds: a positive finite number, or None for no limit."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds or None, not {type(value).__name__}")
    if math.isnan(value) or value < 0 or (value == 0 and not zero):
        raise ValueError(f"{name} must be more than 0 seconds (None means no limit), not {value!r}")
    return None if math.isinf(value) else value


def _whole(owner: Value, name: str) -> int:
    """Check one attribute that is a whole number."""
    value: object = getattr(owner, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{type(owner).__name__}({name}=...) must be a whole number")
    return value


class Timeout(Value):
    """Limits in seconds; None means no limit.

    Attributes:
        connect: resolving the name, dialling, the proxy's handshake and TLS, together.
        read: the longest wait for the next bytes from the peer.
        write: the longest wait for the peer to take the next bytes.
        pool: the wait for a connection when all are busy.
        total: everything from the start of the request to the last byte read, redirects included: every
            wait for the network. What the caller's own iterator, hook or function waits for can't be cut.
        expect: the wait for 100 (Continue), where a request asks for it, before the content is sent
            all the same (RFC 9110 10.1.1).
        lowest_rate: bytes a second that a response's body must come in with, taken over 5 seconds of
            waiting for it; slower is a `ReadTimeout`.
        head: what `read` is for the head of the response, where that is to be another; None for the same.

    Raises:
        TypeError: a limit is not a number.
        ValueError: a limit is not positive.
    """

    connect: float | None = 5.0
    read: float | None = 30.0
    write: float | None = 30.0
    pool: float | None = 5.0
    total: float | None = None
    expect: float | None = 1.0
    lowest_rate: float | None = None
    head: float | None = None

    if not TYPE_CHECKING:

        def __init__(self, /, *limits, **named):
            if len(limits) == 1:
                # At httpx it is every phase without one of its own: nothing would say that here
                # it is one.
                raise TypeError(
                    f"Timeout({limits[0]!r}) could mean one phase or each: write "
                    f"Timeout(connect={limits[0]!r}), or give the number itself for each"
                )
            super().__init__(*limits, **named)

    def _check(self) -> None:
        values = vars(self)
        for name in self._fields:
            values[name] = _seconds(f"Timeout({name}=...)", values[name])

    @classmethod
    def of(cls, value: TimeoutTypes) -> Timeout:
        """Read what callers may write: a `Timeout`, a number for all phases, or None for no limits.

        Raises:
            TypeError: the value is something else.
            ValueError: the number is not positive.
        """
        if isinstance(value, Timeout):
            return value
        try:
            seconds = _seconds("timeout", value)
        except TypeError:
            raise TypeError(
                "timeout must be a Timeout, such as Timeout(connect=3, read=5), a number of seconds or "
                f"None, not {type(value).__name__}"
            ) from None
        return _for_phases(seconds)


@lru_cache(maxsize=64, typed=True)  # callers give the same few numbers, many of them each time
def _for_phases(seconds: float | None) -> Timeout:
    return Timeout(seconds, seconds, seconds, seconds)


TimeoutTypes: TypeAlias = Timeout | float | None
DefaultEncoding: TypeAlias = "str | Callable[[bytes], str | None] | None"

_new = object.__new__

# The lowest that each may be.
_WHOLE_LIMITS = (
    ("max_connections", 1),
    ("max_keepalive", 0),
    ("max_per_origin", 1),
    ("max_requests", 1),
)


class PoolLimits(Setting):
    """How many connections a pool may hold.

    Attributes:
        max_connections: open at once, being dialled included; None means no limit.
        max_keepalive: idle ones kept for later; None means as many as `max_connections`.
        keepalive_expiry: seconds that an idle connection is kept; None means no limit.
        max_per_origin: open at once to one origin (by the same way, such as a proxy); None means no
            limit but `max_connections`.
        max_age: seconds after which a connection takes no further request; None means no limit.
        max_requests: requests that a connection takes; None means no limit.

    Raises:
        TypeError: a limit is not a number.
        ValueError: a limit is out of range.
    """

    max_connections: int | None = 100
    max_keepalive: int | None = None
    keepalive_expiry: float | None = 15.0
    max_per_origin: int | None = None
    max_age: float | None = None
    max_requests: int | None = None

    def _check(self) -> None:
        for name, lowest in _WHOLE_LIMITS:
            value: object = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"PoolLimits({name}=...) must be a whole number or None")
            if value < lowest:
                raise ValueError(f"PoolLimits({name}=...) must be at least {lowest}, not {value}")
        vars(self).update(
            keepalive_expiry=_seconds(
                "PoolLimits(keepalive_expiry=...)", self.keepalive_expiry, zero=True
            ),
            max_age=_seconds("PoolLimits(max_age=...)", self.max_age),
        )


class MessageLimits(Value):
    """How much of what frames a response is accepted; more is a `RemoteProtocolError`.

    Attributes:
        head_bytes: the status line and all fields; on HTTP/2 the fields before compression, with 32
            bytes for each (RFC 9113 6.5.2).
        fields: fields in a head, and again in the trailers.
        informational: 1xx responses before the final one.
        chunk_overhead_bytes: chunk extensions and trailers of one HTTP/1.1 body, together.

    Raises:
        TypeError: a limit is not a whole number.
        ValueError: a limit is less than 1, or `head_bytes` less than 1,024.
    """

    head_bytes: int = 100 * 1024
    fields: int = 1000
    informational: int = 32
    chunk_overhead_bytes: int = 64 * 1024

    def _check(self) -> None:
        for name in self._fields:
            value = _whole(self, name)
            lowest = 1024 if name == "head_bytes" else 1
            if value < lowest:
                raise ValueError(
                    f"MessageLimits({name}=...) must be at least {lowest}, not {value}"
                )


class BodyLimits(Value):
    """How much of a response's body is accepted.

    Attributes:
        max_bytes: of the decoded body, read or streamed, or of the transferred one in `raw`; more is
            `ContentTooLarge`, before any of it is handed out that is beyond. None means no limit.
        bomb_bytes: a body whose content coding has grown it to more than this, and to more than
            `bomb_ratio` times what was transferred, is a bomb: a `DecodingError`. None means no limit.
        bomb_ratio: how many times; ordinary data, however large, grow to less.

    Raises:
        TypeError: a limit is not a whole number.
        ValueError: a limit is less than 0, or the ratio less than 1.
    """

    max_bytes: int | None = None
    bomb_bytes: int | None = 2**30
    bomb_ratio: int = 100

    def _check(self) -> None:
        for name in self._fields:
            lowest = 1 if name == "bomb_ratio" else 0
            if getattr(self, name) is None and not lowest:
                continue
            value = _whole(self, name)
            if value < lowest:
                raise ValueError(f"BodyLimits({name}=...) must be at least {lowest}, not {value}")


_LEAST_WINDOW_BYTES = 65_535  # of a connection, where nobody says anything: RFC 9113 6.9.2
_MOST_WINDOW_BYTES = 2**31 - 1


class HTTP2Settings(Value):
    """What an HTTP/2 connection is opened with.

    Attributes:
        stream_window_bytes: how much of a response the server may send ahead of who reads it. It begins
            with 1 MiB at most, and grows to this while the reader keeps up. A link of `b` bytes a second
            with `r` seconds there and back is kept full by `b * r`.
        connection_window_bytes: the same for all responses of a connection together. It is given back
            as bytes come in, so that a response that nobody reads does not hold up the others.
        ping_after: seconds of silence, while a request waits, after which the server is asked for a sign
            of life (RFC 9113 6.7); None means never.
        ping_timeout: seconds in which something must come then; the connection is given up otherwise.

    Raises:
        TypeError: a value is not a number.
        ValueError: a value is out of range.
    """

    stream_window_bytes: int = 16 * 1024 * 1024
    connection_window_bytes: int = 32 * 1024 * 1024
    ping_after: float | None = None
    ping_timeout: float = 10.0

    def _check(self) -> None:
        for name, lowest in (
            ("stream_window_bytes", 1),
            ("connection_window_bytes", _LEAST_WINDOW_BYTES),
        ):
            value = _whole(self, name)
            if not lowest <= value <= _MOST_WINDOW_BYTES:
                raise ValueError(
                    f"HTTP2Settings({name}=...) must be from {lowest} to {_MOST_WINDOW_BYTES}, "
                    f"not {value}"
                )
        values = vars(self)
        values["ping_after"] = _seconds("HTTP2Settings(ping_after=...)", self.ping_after)
        timeout = _seconds("HTTP2Settings(ping_timeout=...)", self.ping_timeout)
        if timeout is None:
            raise ValueError("HTTP2Settings(ping_timeout=...) must be a number of seconds")
        values["ping_timeout"] = timeout


class Options(Value, kw_only=True):
    """What rides on a `Request` for the levels below the caller.

    Attributes:
        timeout: the limits; None means the pool's own.
        deadline: when the whole request must be over, on the backend's monotonic clock, in seconds.
            Set from `timeout.total` by the first level that the request passes.
        started: when the request began, on the same clock.
        proxy: the proxy to go through; None means the pool's own.
        ssl: the TLS settings for the origin; None means the pool's own.
        proxy_ssl: those for an https proxy that brings none; None for the same CAs as the pool's own.
        network: how hosts become connections; None means the pool's own. Without an address policy it
            is under the pool's.
        trace: is called with each `TraceEvent` of the request; None means nobody watches.
        on_informational: is called with each informational (1xx) response; None means nobody cares.
        on_retry: is called with the request, and the error because of which the pool sends it again; what it
            returns is awaited if it can be.
        target: the request target to send in place of the URL's: "*" with OPTIONS, or the authority
            with CONNECT (RFC 9112 3.2); None means the URL's.
        connect_protocol: what a CONNECT over HTTP/2 is to lead to, such as "websocket" (RFC 8441); None
            means a tunnel.
        upgrade: whether the request asks to switch its connection to another protocol (RFC 9110 7.8):
            that is then one of HTTP/1.1, and one to the origin itself, through a proxy by a tunnel.
        body_limits: how much of the response's body is accepted; None means `BodyLimits()`.
        default_encoding: the charset of text that says none itself; or a function that is given what
            came of the body when text is first asked for, and returns the charset or None.

    Raises:
        TypeError: `default_encoding` is neither.
        LookupError: it is no text encoding of Python.
    """

    timeout: Timeout | None = None
    deadline: float | None = None
    started: float | None = None
    proxy: Proxy | None = None
    ssl: TLSConfig | None = None
    proxy_ssl: TLSConfig | None = None
    network: Network | None = None
    trace: Trace | None = None
    on_informational: OnInformational | None = None
    on_retry: OnRetry | None = None
    target: str | None = None
    connect_protocol: str | None = None
    upgrade: bool = False
    body_limits: BodyLimits | None = None
    default_encoding: DefaultEncoding = None

    def _check(self) -> None:
        encoding = self.default_encoding
        if encoding is not None and not callable(encoding):
            from ._charset import check_encoding

            check_encoding(encoding)

    def begun(self, now: float, default: Timeout, *, anew: bool = False) -> Self:
        """Return options with the limits filled in and the clock of the request started, once.

        With `anew` the clock of a request that was sent before starts again.
        """
        started, deadline, timeout = self.started, self.deadline, self.timeout
        if started is not None:
            if anew:
                started = deadline = None
            elif timeout is not None:
                return self
        if timeout is None:
            timeout = default
        if started is None:
            started = now
        if deadline is None and timeout.total is not None:
            deadline = started + timeout.total
        begun = _new(type(self))
        values = begun.__dict__
        values.update(self.__dict__)
        values["timeout"] = timeout
        values["started"] = started
        values["deadline"] = deadline
        return begun

    # Options are copied for every request, and nothing of them has to be checked: both ways to copy
    # them leave out the constructor, which takes three times as long.

    def copy_with(self, **changes: Any) -> Self:
        copy = _new(type(self))
        values = copy.__dict__
        values.update(self.__dict__)
        values.update(changes)
        if len(values) > len(self.__dict__):
            return super().copy_with(**changes)  # which refuses
        return copy


class Budget:
    """How long each wait of one request may take: the phase's limit, cut by the total deadline."""

    __slots__ = ("_deadline", "_now", "timeout")

    def __init__(self, options: Options, now: Callable[[], float]) -> None:
        self.timeout: Timeout = options.timeout if options.timeout is not None else Timeout()
        self._deadline = options.deadline
        self._now = now

    def cut(self, seconds: float | None) -> float | None:
        """Return the shorter of `seconds`, which begin anew in each wait, and what is left of the total."""
        return seconds if self._deadline is None else Until(self._deadline, self._now, seconds)

    def read(self) -> float | None:
        """Seconds that the next read may take."""
        seconds = self.timeout.read
        return seconds if self._deadline is None else self.cut(seconds)

    def head(self) -> float | None:
        """Seconds that the next read may take before the head of the response is there."""
        timeout = self.timeout
        seconds = timeout.read if timeout.head is None else timeout.head
        return seconds if self._deadline is None else self.cut(seconds)

    def write(self) -> float | None:
        """Seconds that the next write may take."""
        seconds = self.timeout.write
        return seconds if self._deadline is None else self.cut(seconds)

    def countdown(self, seconds: float | None, began: float | None = None) -> Budget:
        """Return a budget whose waits end, all together, `seconds` after `began` (None: now)."""
        options = Options(timeout=self.timeout, deadline=self._deadline)
        budget = Budget(options, self._now)
        if seconds is not None:
            end = (self._now() if began is None else began) + seconds
            budget._deadline = end if self._deadline is None else min(end, self._deadline)
        return budget
