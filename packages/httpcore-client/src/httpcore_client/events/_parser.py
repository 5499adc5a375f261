"""`EventParser`: from bytes to events, by the rules of WHATWG HTML, sections 9.2.5 and 9.2.6.

Pure. An event ends with a blank line, so bytes are only looked at when there is one: what came before is
kept, and taken apart once. Every line's end is made LF on its way in.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .._peers_json import parse_json
from ._errors import EventTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MAX_EVENT_BYTES", "MAX_RETRY_MS", "EventParser", "ServerSentEvent"]

MAX_EVENT_BYTES = 16 * 1024 * 1024  # pictures come in events, in base64
MAX_RETRY_MS = 24 * 60 * 60 * 1000  # a longer wait is a mistake, or malice

_BOM = b"\xef\xbb\xbf"
_LF = 0x0A
_STEP_BYTES = 64 * 1024  # that come before what does not count is dropped for the first time
_FIELDS = (b"data", b"event", b"id", b"retry")
# Comments and fields that are not known.
_NO_FIELD = re.compile(rb"^(?!(?:data|event|id|retry)[:\n])[^\n]*\n", re.MULTILINE)
_RETRY = re.compile(rb"^retry: ?([^\n]*)\n", re.MULTILINE)


class ServerSentEvent(NamedTuple):
    """One event.

    Attributes:
        event: its type; "message" where the server names none.
        data: its text, lines joined by LF.
        id: the last event ID as of this event: its own, or else that of one before; "" for none.
        retry: the milliseconds that it says to wait before connecting anew, or None.
    """

    event: str = "message"
    data: str = ""
    id: str = ""
    retry: int | None = None

    def json(self, loads: Callable[[str], Any] = json.loads) -> Any:
        """Parse the data as JSON.

        Args:
            loads: a parser to use in place of `json.loads`.

        Raises:
            json.JSONDecodeError: it is not JSON (a ValueError).
        """
        return parse_json(self.data, loads)


class EventParser:
    """Turns the bytes of a stream, however they are cut, into its events.

    It takes linear time, and keeps twice `max_event_bytes` at most. UTF-8 that is broken becomes U+FFFD.

    Args:
        max_event_bytes: the most that the lines of one event may have, comments not counted.
        last_event_id: what events have as their ID until the server says one.

    Raises:
        TypeError, ValueError: an argument is wrong.

    Attributes:
        failure: what the next `feed` raises, since an event that has begun is too large; else None.
        last_event_id: the last ID that was said, kept from one stream to the next.
        retry: the milliseconds last said to wait before connecting anew, a day at most; None for never.
    """

    __slots__ = (
        "_after_cr",
        "_begun",
        "_limit",
        "_pending",
        "_room",
        "failure",
        "last_event_id",
        "retry",
    )

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES, last_event_id: str = "") -> None:
        if isinstance(max_event_bytes, bool) or not isinstance(max_event_bytes, int):
            kind = type(max_event_bytes).__name__
            raise TypeError(f"max_event_bytes must be a whole number, not {kind}")
        if max_event_bytes < 1:
            raise ValueError(f"max_event_bytes must be at least 1, not {max_event_bytes}")
        if not isinstance(last_event_id, str):
            kind = type(last_event_id).__name__
            raise TypeError(f"last_event_id must be a str, not {kind}")
        self._limit = max_event_bytes
        self.last_event_id: str = last_event_id
        self.retry: int | None = None
        self._start()

    def _start(self) -> None:
        self._begun = False  # whether a byte order mark would be past its place
        self._after_cr = False  # whether LF would belong to a CR before it
        self.failure: EventTooLarge | None = None
        self._keep(b"")

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Take the next bytes and return the events that end in them.

        Raises:
            EventTooLarge: an event is larger than is accepted. The events before it are returned first.
        """
        if self.failure is not None:
            raise self.failure
        data = self._with_lf(data)
        if not data:
            return []
        pending = self._pending
        is_end = data[0] == _LF and pending.endswith(b"\n")
        pending += data
        events: list[ServerSentEvent] = []
        if is_end or b"\n\n" in data:
            *blocks, rest = self._taken().split(b"\n\n")
            self._keep(rest)
            events = self._read_all(blocks)
        if len(self._pending) > self._room and self.failure is None:
            self._condense()
        if self.failure is not None and not events:
            raise self.failure
        return events

    def _read_all(self, blocks: list[bytes]) -> list[ServerSentEvent]:
        events: list[ServerSentEvent] = []
        for block in blocks:
            if len(block) > self._limit and len(_what_counts(block + b"\n")) > self._limit + 1:
                self._fail()
                break
            event = self._read(block)
            if event is not None:
                events.append(event)
        return events

    def end(self) -> None:
        """Take note that the stream has ended; an event that has not is dropped. Another may be fed.

        Raises:
            EventTooLarge: it had an event larger than is accepted, be it that one.
        """
        rest = self._taken()
        if _size(_what_counts(rest)) > self._limit:
            self._fail()
        failure = self.failure
        for found in _RETRY.finditer(rest):
            self._set_retry(found[1].decode("latin-1"))  # it counts as soon as its line has ended
        self._start()
        if failure is not None:
            raise failure

    def _with_lf(self, data: bytes) -> bytes:
        """Return the bytes with each CR and CRLF made LF, at once: nobody waits for what follows a CR."""
        if self._after_cr and data:
            self._after_cr = False
            if data[0] == _LF:
                data = data[1:]
        if b"\r" in data:
            self._after_cr = data[-1:] == b"\r"
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data

    def _taken(self) -> bytes:
        block = bytes(self._pending)
        if not self._begun:
            self._begun = True
            block = block.removeprefix(_BOM)
        return block

    def _keep(self, rest: bytes) -> None:
        self._pending = bytearray(rest)  # of the event that has not ended
        # Looked at again when it has doubled, so that all of it takes linear time.
        self._room = min(2 * self._limit, 2 * len(rest) + _STEP_BYTES)

    def _condense(self) -> None:
        """Drop what will not count from the event that has not ended: it may be all of it."""
        rest = _what_counts(self._taken())
        self._keep(rest)
        if _size(rest) > self._limit:
            self._fail()

    def _fail(self) -> None:
        self._keep(b"")
        says = f"an event has more than {self._limit} bytes (max_event_bytes)"
        self.failure = EventTooLarge(says, self._limit)

    def _read(self, block: bytes) -> ServerSentEvent | None:
        """Read the lines before a blank one; None if they are no event."""
        if block[:6] == b"data: " and b"\n" not in block:  # as most are
            text = block[6:].decode("utf-8", "replace")
            return ServerSentEvent("message", text, self.last_event_id)
        event, retry = "", None
        data: list[str] = []
        for line in block.decode("utf-8", "replace").split("\n"):
            name, _, value = line.partition(":")
            if value[:1] == " ":
                value = value[1:]
            if name == "data":
                data.append(value)
            elif name == "event":
                event = value
            elif name == "id":
                if "\0" not in value:
                    self.last_event_id = value
            elif name == "retry":
                said = self._set_retry(value)
                retry = retry if said is None else said
        if not data:
            return None
        return ServerSentEvent(event or "message", "\n".join(data), self.last_event_id, retry)

    def _set_retry(self, value: str) -> int | None:
        if not (value.isascii() and value.isdecimal()):
            return None
        digits = value.lstrip("0")
        # No number of many digits is made: that takes quadratic time, and fails at 4,300.
        self.retry = min(int(digits[:9] or "0"), MAX_RETRY_MS) if len(digits) < 10 else MAX_RETRY_MS
        return self.retry


def _what_counts(block: bytes) -> bytes:
    """Return lines without comments and fields that are not known. The last has not ended."""
    lines, end, last = block.rpartition(b"\n")
    name, colon, _ = last.partition(b":")
    is_field = name in _FIELDS if colon else any(field.startswith(name) for field in _FIELDS)
    return _NO_FIELD.sub(b"", lines + end) + (last if is_field else b":")


def _size(rest: bytes) -> int:
    """Return how many bytes count already, whatever comes next: of the last line none until it is a field."""
    lines, _, last = rest.rpartition(b"\n")
    name, colon, _ = last.partition(b":")
    return len(rest) if colon and name else len(lines)
