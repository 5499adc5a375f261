"""The tiny server's HTTP/2 side: the same machine of bytes, with h2 as its brain.

It serves what `testkit.tiny` does, and what only HTTP/2 has. Each answer waits for the whole request, but
for those that say otherwise:

    /early/7        413 with the body "7", as soon as the head is there
    /held/7         "7", once the site holds nothing back any more (`release`)
    /refused/7      REFUSED_STREAM the first time, "7" the second
    /leaving/7      GOAWAY the first time, which leaves this stream out; "7" the second
    /huge/7         "7" again and again, 64 MiB
    CONNECT         a tunnel that gives back what is put in
"""

from __future__ import annotations

from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import hyperframe.frame
from h2.settings import SettingCodes

from testkit.tiny import large

HUGE_OCTETS = 64 * 1024 * 1024
_CODES = h2.errors.ErrorCodes


def huge(word):
    """The body of /huge."""
    return (word * (HUGE_OCTETS // len(word) + 1))[:HUGE_OCTETS]


@dataclass
class Site:
    """What the connections of a server have in common.

    Attributes:
        most: how many streams a client may open at once on a connection.
        holds: whether answers to /held wait.
        known: the paths that were refused or left out once.
    """

    most: int = 100
    holds: bool = True
    known: set = field(default_factory=set)

    def talk(self):
        """A new connection."""
        return H2Talk(self)


class H2Talk:
    """One connection: octets in, octets out.

    Args:
        site: whose connection it is.

    Attributes:
        resets: the codes of the client's RST_STREAM by stream.
        requests: the paths by stream; None for a tunnel.
        end: None; connections do not end by themselves.
        pause: seconds after which `release` is due for what is slow.
    """

    end = None

    def __init__(self, site):
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="ascii")
        )
        self._h2.local_settings = h2.settings.Settings(
            client=False, initial_values={SettingCodes.MAX_CONCURRENT_STREAMS: site.most}
        )
        self._h2.initiate_connection()
        self._site = site
        self._contents = {}  # of requests that are not answered yet, by stream
        self._rests = {}  # of answers, by stream: what is left, and whether it is the end
        self._held = []
        self._last = None  # the last stream that is served, once we are leaving
        self.pause = 0.0
        self.resets = {}
        self.requests = {}

    @property
    def open_streams(self):
        """How many streams are not over, as the server sees it."""
        return self._h2.open_inbound_streams

    def feed(self, data):
        """Take octets and return what is to be sent."""
        events = self._h2.receive_data(data)
        # First: what comes before a reset in the same octets can't be answered any more.
        events.sort(key=lambda event: not isinstance(event, h2.events.StreamReset))
        for event in events:
            if handler := _HANDLERS.get(type(event)):
                getattr(self, handler)(event)
        self._pump()
        return self._h2.data_to_send()

    def release(self):
        """Answer those that were held; return what is to be sent."""
        held, self._held = self._held, []
        for stream, word in held:
            if stream not in self.resets:
                self._respond(stream, word)
        self._pump()
        return self._h2.data_to_send()

    def _on_request(self, event):
        stream, fields = event.stream_id, dict(event.headers)
        path = self.requests[stream] = fields.get(":path")
        if stream in self.resets or (self._last is not None and stream > self._last):
            return
        self._contents[stream] = b""
        if path is None:
            self._h2.send_headers(stream, [(":status", "200")])
            return
        kind, word = path.split("/")[1:3]
        if kind in ("refused", "leaving") and path not in self._site.known:
            self._site.known.add(path)
            del self._contents[stream]
            if kind == "refused":
                self._h2.reset_stream(stream, _CODES.REFUSED_STREAM)
            else:
                self._leave(stream - 2)
        elif kind == "early":
            del self._contents[stream]
            self._respond(stream, word.encode(), status="413")
        elif kind == "accepted":
            self._h2.send_headers(stream, [(":status", "200")])
            self._give(stream, word.encode(), last=False)
        elif "expect" in fields:
            self._h2.send_headers(stream, [(":status", "100")])

    def _leave(self, last):
        """Say GOAWAY. h2 would take it as the end of all streams, so it is not told."""
        self._last = last if self._last is None else min(self._last, last)
        goaway = hyperframe.frame.GoAwayFrame(0, last_stream_id=max(0, last))
        self._h2._data_to_send += goaway.serialize()

    def _on_data(self, event):
        stream = event.stream_id
        if event.flow_controlled_length:
            self._h2.acknowledge_received_data(event.flow_controlled_length, stream)
        if stream not in self._contents:
            return
        if self.requests[stream] is None:
            self._give(stream, event.data, last=False)
        else:
            self._contents[stream] += event.data

    def _on_end(self, event):
        stream = event.stream_id
        if (content := self._contents.pop(stream, None)) is None:
            return
        path = self.requests[stream]
        if path is None or path.startswith("/accepted/"):
            self._give(stream, b"", last=True)
            return
        kind, word = path.split("/")[1:3]
        word = word.encode()
        if kind == "slow" or (kind == "held" and self._site.holds):
            self._held.append((stream, word))
            self.pause = (1 + int(word) % 5) / 1000 if kind == "slow" else self.pause
        elif kind == "to":
            location = ("location", f"/id/{word.decode()}")
            self._respond(stream, b"over there", location, status="302")
        elif kind == "chunked":
            self._h2.send_headers(stream, [(":status", "200")])
            for at in range(len(word)):
                self._h2.send_data(stream, word[at : at + 1], end_stream=at == len(word) - 1)
        elif kind in ("cut", "reset"):
            self._respond(stream, word * 10, cut=len(word) * 5)
            self._pump()
            self._h2.reset_stream(stream, _CODES.INTERNAL_ERROR)
        else:
            bodies = {"large": large, "huge": huge}
            body = bodies[kind](word) if kind in bodies else word
            self._respond(stream, body + (b" " + content if content else b""))

    def _on_reset(self, event):
        self.resets[event.stream_id] = event.error_code
        self._contents.pop(event.stream_id, None)
        self._rests.pop(event.stream_id, None)

    def _respond(self, stream, body, *fields, status="200", cut=0):
        length = ("content-length", str(len(body)))
        self._h2.send_headers(stream, [(":status", status), length, *fields])
        self._give(stream, body[: len(body) - cut], last=not cut)

    def _give(self, stream, octets, *, last):
        before = self._rests.pop(stream, (b"", False))[0]
        self._rests[stream] = (memoryview(bytes(before) + octets), last)

    def _pump(self):
        """Send what the client's windows have room for."""
        for stream, (rest, last) in list(self._rests.items()):
            while rest or last:
                room = self._h2.local_flow_control_window(stream)
                size = min(len(rest), room, self._h2.max_outbound_frame_size)
                if rest and size <= 0:
                    break
                ends = last and size == len(rest)
                self._h2.send_data(stream, rest[:size].tobytes(), end_stream=ends)
                rest = rest[size:]
                if ends:
                    break
            if rest:
                self._rests[stream] = (rest, last)
            else:
                del self._rests[stream]


_HANDLERS = {
    h2.events.RequestReceived: "_on_request",
    h2.events.DataReceived: "_on_data",
    h2.events.StreamEnded: "_on_end",
    h2.events.StreamReset: "_on_reset",
}
