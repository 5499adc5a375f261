"""Server-Sent Events (WHATWG HTML, section 9.2): `client.events(url)` and what it is made of.

`EventParser` turns bytes into events and does no I/O; `EventStream` (`SyncEventStream` in threads) keeps a
connection to a server that sends them.
"""

from __future__ import annotations

from ._errors import EventStreamError, EventTooLarge
from ._parser import EventParser, ServerSentEvent
from ._stream import EventStream
from ._sync import SyncEventStream

__all__ = [
    "EventParser",
    "EventStream",
    "EventStreamError",
    "EventTooLarge",
    "ServerSentEvent",
    "SyncEventStream",
]
