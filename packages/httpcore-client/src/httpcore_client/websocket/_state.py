"""What is known of a WebSocket: what has come, what is to be said, and how it ended. No I/O, no waiting.

A user holds the lock around every call.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from .._siblings import pool
from ._errors import WebSocketClosed, shown
from ._frames import NO_STATUS, Reader, write_frame
from ._incoming import Incoming
from ._wsproto import Opcode, ParseFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._deflate import Payloads

__all__ = ["Limits", "Ping", "State"]

_MOST_KEPT_BYTES = (
    16 * 1024 * 1024
)  # of messages that nobody receives, where there is no other limit
_LEAST_KEPT_BYTES = 64 * 1024
_MOST_PONGS = 32  # in one write, for who pings much: RFC 6455 5.5.3 asks for the last only
_OVERHEAD_BYTES = 64  # of each message that is kept
_LOST = 1006  # RFC 6455 7.4.1: never on the wire


class Limits(NamedTuple):
    """How much, and how long, a WebSocket takes.

    Attributes:
        max_message_bytes: the most that a message may have; None for no limit.
        ping_interval: seconds of silence, while somebody waits, after which the server is asked for a sign
            of life; None for never.
        ping_timeout: seconds in which something must come then.
        close_timeout: seconds for the closing handshake.
        write: seconds in which the server must take something; None for no limit.
    """

    max_message_bytes: int | None
    ping_interval: float | None
    ping_timeout: float
    close_timeout: float
    write: float | None


class Ping:
    """A ping on its way.

    Attributes:
        sent: when.
        came: when its pong did, or None.
    """

    __slots__ = ("came", "sent")

    def __init__(self, sent: float) -> None:
        self.sent = sent
        self.came: float | None = None


class End(NamedTuple):
    """Why nothing more comes.

    Attributes:
        message: for people.
        code, reason: as in `WebSocketClosed`.
        cause: the error that it came of, if any.
    """

    message: str
    code: int
    reason: str = ""
    cause: BaseException | None = None


class State:
    """One WebSocket without its connection.

    Args:
        payloads: bounds and inflates messages.
        limits: see `Limits`.
        now: the clock.
        request: the handshake's.

    Attributes:
        request: the handshake's, for errors.
        messages: those that nobody has received yet.
        pings: those without a pong yet, by what they say.
        end: why nothing more comes, or None.
        eof: whether the connection itself has ended.
        closing: whether a closing handshake was begun here.
        broken: whether the connection has to be given up at once.
    """

    def __init__(
        self,
        payloads: Payloads,
        limits: Limits,
        now: Callable[[], float],
        request: pool.Request,
    ) -> None:
        self.request: pool.Request = request
        self._payloads = payloads
        self._frames = Reader(payloads)
        self._incoming = Incoming(self._frames)
        self._limits = limits
        self._now = now
        self._kept = 0  # bytes (of text: characters) that `messages` have
        self._most_kept = max(limits.max_message_bytes or _MOST_KEPT_BYTES, _LEAST_KEPT_BYTES)
        # To be sent beside messages: frames, and what pongs say.
        self._due_pings = self._due_close = b""
        self._due_pongs: deque[bytes] = deque(maxlen=_MOST_PONGS)
        self._said: int | None = None  # the code of our Close
        self._silent = 0.0  # seconds that were waited since something came
        self._asked = False  # for a sign of life, since
        self.messages: deque[str | bytes] = deque()
        self.pings: dict[bytes, Ping] = {}
        self.end: End | None = None
        self.eof: bool = False
        self.closing: bool = False
        self.broken: bool = False

    # What comes.

    @property
    def is_full(self) -> bool:
        """Whether so much waits to be received that nothing more is read."""
        return self._kept >= self._most_kept

    def receive(self, data: bytes) -> None:
        """Take what came; b"" is the end of the connection."""
        self._silent, self._asked = 0.0, False
        if not data:
            self.lose("the server ended the connection without a closing handshake")
        elif self.end is None:
            self._frames.feed(data)
            self._digest()

    def lose(self, message: str, cause: BaseException | None = None, *, eof: bool = True) -> None:
        """Take note that the connection has ended, or (without `eof`) can't be read any more."""
        self.eof = self.eof or eof
        self._finish(End(message, _LOST, "", cause))

    def take(self) -> str | bytes:
        """Return the message that has waited longest; there must be one."""
        message = self.messages.popleft()
        self._kept -= len(message) + _OVERHEAD_BYTES
        self._digest()
        return message

    def _digest(self) -> None:
        """Make messages of what came, as long as there is room for them: what is compressed may be much."""
        while self.end is None and not self.is_full:
            try:
                event = self._incoming.next()
            except ParseFailed as error:
                self._fail(error)
                return
            if event is None:
                return
            self._file(*event)

    def _file(self, opcode: Opcode, payload: Any) -> None:
        if opcode is Opcode.CLOSE:
            code, reason = payload
            self._say_close(code, reason)
            said = f"{code} {shown(reason)}".rstrip() if code != NO_STATUS else "without saying why"
            whose = (
                "it was closed here, the server agreed" if self.closing else "the server closed it"
            )
            self._finish(End(f"{whose}: {said}", code, reason))
        elif opcode is Opcode.PING:
            if self._said is None:
                self._due_pongs.append(payload)
        elif opcode is Opcode.PONG:
            self._settle(bytes(payload))
        elif not self.closing:  # RFC 6455 1.4: what comes after our Close is dropped
            self.messages.append(payload)
            self._kept += len(payload) + _OVERHEAD_BYTES

    def _settle(self, payload: bytes) -> None:
        """RFC 6455 5.5.3: an answer to one ping is one to all before it."""
        said = list(self.pings)
        if payload in self.pings:
            for each in said[: said.index(payload) + 1]:
                self.pings.pop(each).came = self._now()

    def _fail(self, error: ParseFailed) -> None:
        """RFC 6455 7.1.7: the server has broken the protocol, or what it sends is too much."""
        code, most = int(error.code), self._limits.max_message_bytes
        why = f"a message has more than {most} bytes" if code == 1009 else str(error)
        self._say_close(code, why if code == 1009 else "")
        self.broken = True
        self._finish(End(f"it was closed here with {code}: {why}", code, "", _fault(why)))

    def _finish(self, end: End) -> None:
        if self.end is None:
            self.end = end

    def closed(self) -> WebSocketClosed:
        """Return the error for who wants more of what has ended."""
        end = self.end or End("it is being closed here", self._said or _LOST)
        message, code, reason, cause = end
        error = WebSocketClosed(f"the WebSocket is closed: {message}", code, reason)
        error.__cause__ = cause
        return error.about(self.request)

    # Keeping it alive.

    @property
    def patience(self) -> float | None:
        """How long nothing may come from now on; None for as long as it may take."""
        interval = self._limits.ping_interval
        if interval is None or self.closing or self.end is not None:
            return None
        most = interval + self._limits.ping_timeout if self._asked else interval
        return max(0.0, most - self._silent)

    def wait(self, seconds: float) -> None:
        """Take note that nothing came for so long."""
        patience = self.patience
        self._silent += seconds
        if patience is None or seconds < patience:
            return
        if self._asked:
            self.broken = True
            self.lose(f"the server answered no ping for {self._limits.ping_timeout:g} s")
        else:
            self._asked = True
            self._due_pings += write_frame(Opcode.PING, b"")

    # What is to be said.

    @property
    def speaks(self) -> bool:
        """Whether something is to be said beside messages."""
        return bool(self._due_pongs or self._due_pings or self._due_close)

    def due(self) -> bytes:
        """Return what is to be said beside messages: a Close comes last."""
        pongs = [write_frame(Opcode.PONG, said) for said in self._due_pongs]
        due = b"".join([self._due_pings, *pongs, self._due_close])
        self._due_pings = self._due_close = b""
        self._due_pongs.clear()
        return due

    def ping(self, payload: bytes) -> Ping:
        """Return a new ping, which is to be sent.

        Raises:
            ValueError: such a ping is on its way.
        """
        if payload in self.pings:
            raise ValueError(f"a ping with {payload!r} is on its way")
        self.pings[payload] = ping = Ping(self._now())
        self._due_pings += write_frame(Opcode.PING, payload)
        return ping

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake; drop what was not received."""
        self.closing = True
        self.messages.clear()
        self._kept = 0
        self._digest()
        self._say_close(code, reason)

    def _say_close(self, code: int, reason: str) -> None:
        if self._said is None:
            self._said = code
            said = b"" if code == NO_STATUS else code.to_bytes(2, "big") + reason.encode()
            self._due_close = write_frame(Opcode.CLOSE, said)

    def check_open(self) -> None:
        """Raise unless messages may be sent.

        Raises:
            WebSocketClosed: they can't.
        """
        if self._said is not None or self.end is not None:
            raise self.closed()

    def message(self, data: str | bytes) -> bytes:
        """Return the frame of a message. This alone needs no lock, only one caller at a time."""
        opcode, payload = Opcode.BINARY, data
        if isinstance(payload, str):
            opcode, payload = Opcode.TEXT, payload.encode()
        payload, compressed = self._payloads.deflate(payload)
        return write_frame(opcode, payload, compressed=compressed)


def _fault(why: str) -> pool.RemoteProtocolError:
    return pool.RemoteProtocolError(f"the server broke the WebSocket protocol: {why}")
