"""`ConnectionInfo`: what a response came over, and how long each phase of its request took.

What holds for a whole connection is copied once, when it is made. Each response has its `Times`, in which
those who spend the time write down when, and from which a record is made when somebody asks for one.
Nothing here may hold a connection, a stream or a response: a record outlives them all.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from ._siblings import Value
from ._trace import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._request import Request
    from .backends.base import NetworkStream

__all__ = [
    "BEGUN",
    "ENDED",
    "NO_TIMES",
    "PRELUDE",
    "SENT",
    "ConnectionInfo",
    "Dial",
    "TLSInfo",
    "Times",
    "Timings",
    "elapsed_of",
    "ended_of",
    "info_of",
    "note_prelude",
    "record_of",
]


class TLSInfo(Value):
    """What was agreed in a TLS handshake.

    Attributes:
        version: such as "TLSv1.3".
        cipher: OpenSSL's name of the cipher suite, such as "TLS_AES_256_GCM_SHA384".
        alpn: the protocol that the server chose, such as "h2" (RFC 7301); None if it chose none.
        certificate: the server's, in DER, verified or not; None if it showed none.
            `ssl.DER_cert_to_PEM_cert` turns it into PEM.
        resumed: whether a session of an earlier connection was resumed (RFC 8446 2.2): nobody showed a
            certificate again, and this is the one that was shown then.
    """

    version: str
    cipher: str
    alpn: str | None = None
    certificate: bytes | None = None
    resumed: bool = False

    def __repr__(self) -> str:
        size = 0 if self.certificate is None else len(self.certificate)
        agreed = f"version={self.version!r}, cipher={self.cipher!r}, alpn={self.alpn!r}"
        return f"TLSInfo({agreed}, certificate=<{size} bytes>, resumed={self.resumed})"


class Timings(Value, kw_only=True):
    """Seconds that each phase of a request took; None where it did not take place.

    The phases follow each other in this order. They are those of HTTP Archive (HAR 1.2), whose names stand
    in brackets, with the proxy's apart; they are about the attempt that got the response, where a request
    was sent again on another connection.

    Attributes:
        pool: waiting for a connection, or on HTTP/2 for one of the streams that the server allows (HAR:
            blocked).
        dns: resolving the name of the origin, or of the proxy (HAR: dns).
        connect: connecting to its address (HAR: connect).
        proxy: the proxy's handshakes: TLS with it and CONNECT.
        tls: TLS with the origin (HAR: ssl).
        send: sending head and body (HAR: send), with the wait for a 100 (Continue) where one is asked
            for. A response that comes before all was sent ends it.
        wait: from then to the head of the final response (HAR: wait).
        receive: from the head to the end of the body, or until it was closed or broke (HAR: receive);
            None while it is open.
        total: from the start to that end, with the attempts before; None while the body is open.
    """

    pool: float | None = None
    dns: float | None = None
    connect: float | None = None
    proxy: float | None = None
    tls: float | None = None
    send: float = 0.0
    wait: float = 0.0
    receive: float | None = None
    total: float | None = None


class ConnectionInfo(Value, kw_only=True):
    """What a response came over, at the moment in which it was asked for.

    Attributes:
        peer: the address at the other end, `host:port`, IPv6 in brackets: the proxy's, if there is one.
        local: our own address, in the same form.
        protocol: "HTTP/1.1" or "HTTP/2".
        number: of the connection: in a process each has another one, from 1 on. 0 is none.
        proxy: the proxy's URL, its password masked; None for none.
        tls: what was agreed with the origin; None without TLS.
        proxy_tls: what was agreed with an https proxy; None without one.
        requests_before: how many requests the connection had carried, or (HTTP/2) begun to, before.
        timings: how long each phase of the request took.
    """

    peer: str
    local: str
    protocol: str
    number: int = 0
    proxy: str | None = None
    tls: TLSInfo | None = None
    proxy_tls: TLSInfo | None = None
    requests_before: int = 0
    timings: Timings = Timings()

    @property
    def reused(self) -> bool:
        """Whether the connection had carried a request before this one."""
        return self.requests_before > 0


_numbers = count(1)


def info_of(stream: NetworkStream, protocol: str) -> ConnectionInfo:
    """Copy what is known of a connection that nothing was sent over yet."""
    return ConnectionInfo(
        peer=stream.peer,
        local=stream.local,
        protocol=protocol,
        number=next(_numbers),
        tls=stream.tls_info,
    )


class Dial:
    """How long the phases of one dial took. It is empty where somebody else has dialled.

    Attributes:
        phases: seconds, by the names in `Timings`.
        at: when the last of them ended.
    """

    __slots__ = ("_now", "_request", "at", "phases")
    _now: Callable[[], float]
    _request: Request

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}

    def start(self, request: Request, now: Callable[[], float]) -> None:
        """Begin, for a request, whose watcher is told of the phases; `now` is the clock."""
        self._request = request
        self._now = now
        self.at: float = now()

    def phase(self, name: str, **details: object) -> Phase:
        """Return a block that is a phase; into what it gives goes what is known at its end."""
        return _DialPhase(self, name, details)

    def lap(self, phase: str) -> None:
        """Note that a phase has ended, which took all the time since the last note."""
        now = self._now()
        self.phases[phase] = self.phases.get(phase, 0.0) + now - self.at
        self.at = now


class _DialPhase(Phase):
    """It begins where the one before it has ended."""

    __slots__ = ("_dial",)

    def __init__(self, dial: Dial, name: str, details: dict[str, object]) -> None:
        super().__init__(dial._request, name, dial._now, **details)
        self._dial = dial

    def _at(self, step: str) -> float:
        if step != "start":
            self._dial.lap(self._name)
        return self._dial.at


Times: TypeAlias = list[Any]
"""When the phases of one request began and ended, on the backend's clock.

A list, as it is made for every request: an object with a constructor takes four times as long. In it are

    [connection, requests_before, begun, sent, head, ended, prelude]

`connection` is what holds for the whole connection. It has `begun` with the request, after `requests_before`
others; all was `sent` (None if the response came before that), the `head` of the final response had come,
the body `ended` (None while it is open). The `prelude` says what was before, if that took time: when the
first level above got the request, for how many seconds it waited for the connection, and the `Dial` or None.
"""

BEGUN, SENT, ENDED, PRELUDE = 2, 3, 5, 6

NO_TIMES: Times = []
"""Those of a response that no network gave."""


def note_prelude(
    times: Times,
    begun: float,
    started: float,
    waited: float = 0.0,
    dial: Dial | None = None,
) -> None:
    """Note what was before the connection began with a request; lower levels have noted theirs already."""
    if times[PRELUDE] is None:
        times[BEGUN] = begun
        times[PRELUDE] = (started, waited, dial)
    else:
        _, waited_below, dial_below = times[PRELUDE]
        times[PRELUDE] = (started, waited + waited_below, dial_below or dial)


def ended_of(times: Times) -> float | None:
    """Return when the body came to its end; None while it is open, or if no network gave it."""
    return times[ENDED] if times else None


def elapsed_of(times: Times) -> float:
    """Return the seconds from the start of the request to the head; 0 if no network gave it."""
    if not times:
        return 0.0
    _, _, begun, _, head, _, prelude = times
    started: float = prelude[0] if prelude else begun
    return float(head - started)


def record_of(times: Times) -> ConnectionInfo:
    """Return what is known by now."""
    connection, requests_before, begun, sent, head, ended, prelude = times
    started, waited, dial = prelude or (begun, 0.0, None)
    phases: dict[str, float] = dial.phases if dial else {}
    if sent is None:
        sent = head
    timings = Timings(
        **phases,
        pool=waited or None,
        send=sent - begun,
        wait=head - sent,
        receive=None if ended is None else ended - head,
        total=None if ended is None else ended - started,
    )
    record: ConnectionInfo = connection.copy_with(requests_before=requests_before, timings=timings)
    return record
