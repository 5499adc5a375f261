"""The server's HTTP/2: h2 as its brain, a task for each answer, and the misdeed that was drawn for it."""

from __future__ import annotations

import asyncio
import gzip
import struct
from contextlib import suppress

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import hyperframe.frame

from testkit.soak.http1 import HINTS, STALL_SECONDS, abort, close
from testkit.soak.plan import EVIL, digest

_CODES = h2.errors.ErrorCodes
_FAREWELL_SECONDS = 0.5  # for the client to close first: our reset could overtake what we said
_GARBAGE = (  # frames for which the whole connection must end
    b"\0\0\1\0\0\0\0\0\0x",  # DATA on stream 0
    b"\0\0\4\x08\0\0\0\0\0\0\0\0\0",  # WINDOW_UPDATE by nothing
    b"\0\0\5\4\0\0\0\0\0hello",  # SETTINGS that are not a multiple of six
    b"\0\0\3\1\4\0\0\0\1\xff\xff\xff",  # HEADERS that HPACK can't read
    b"\xff\xff\xff\0\0\0\0\0\1x",  # a frame that is too large
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
)


class HTTP2:
    """One connection.

    Args:
        site: the `origin.Site`.
        number: the connection's.
        reader, writer: asyncio's.
        first: what was read of it.
    """

    def __init__(self, site, number, reader, writer, first):
        self._site = site
        self._number = number
        self._reader = reader
        self._writer = writer
        self._first = first
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="ascii")
        )
        self._open = {}  # key, plan and what was drawn, by stream, until it is answered
        self._contents = {}
        self._moved = asyncio.Event()
        self._highest = 0  # of the streams that were taken
        self._last = None  # the last stream that is served, once we are leaving
        self._spoilt = False  # whether the client will break it off as soon as it looks
        self._tasks = set()

    async def serve(self):
        """Serve until the client has gone, or we have."""
        self._h2.initiate_connection()
        data = self._first
        try:
            while data:
                for event in self._h2.receive_data(data):
                    with suppress(h2.exceptions.ProtocolError):  # the client has just reset it
                        if handle := _HANDLERS.get(type(event)):
                            handle(self, event)
                await self._flush()
                data = await self._reader.read(65_536)
        except h2.exceptions.ProtocolError as error:
            self._site.note((0, 0, 0), "wrong", repr(error), self._number)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _flush(self):
        if self._writer.transport.is_closing():
            raise ConnectionError("closed")
        if octets := self._h2.data_to_send():
            self._writer.write(octets)
            await self._writer.drain()

    # What the client says.

    def _on_request(self, event):
        stream, fields = event.stream_id, dict(event.headers)
        if self._last is not None and stream > self._last:
            return  # it was told, or will be, that we have not looked
        fields["cookie"] = "; ".join(v for n, v in event.headers if n == "cookie") or None
        if fields["cookie"] is None:
            del fields["cookie"]
        key, plan = self._site.take(fields[":method"], fields[":path"], fields)
        if self._spoilt:
            self._site.note(key, "hit", "later")
        name, misdeed = self._site.misdeed(key, plan, 2)
        self._highest = stream
        self._open[stream] = key, plan, name, misdeed, fields
        if name in ("refused", "old", "left-out"):
            self._refuse(stream)
        elif name == "early":
            self._start(stream)
        else:
            self._contents[stream] = []
            if "expect" in fields:
                self._h2.send_headers(stream, [(":status", "100")])

    def _on_data(self, event):
        if event.flow_controlled_length:
            self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if event.stream_id in self._contents:
            self._contents[event.stream_id].append(event.data)

    def _on_end(self, event):
        if event.stream_id in self._contents:
            self._start(event.stream_id)

    def _on_reset(self, event):
        self._contents.pop(event.stream_id, None)
        self._open.pop(event.stream_id, None)
        self._moved.set()

    def _on_window(self, event):
        self._moved.set()

    # Refusals: the client must know that the request was not touched.

    def _refuse(self, stream):
        key, _, name, _, _ = self._open.pop(stream)
        self._site.note(key, "refused")
        if name == "left-out":
            self._leave(max(0, stream - 2))
        else:
            code = _CODES.REFUSED_STREAM if name == "refused" else _CODES.HTTP_1_1_REQUIRED
            self._h2.reset_stream(stream, code)

    def _leave(self, last):
        """Say GOAWAY. h2 would take it as the end of all streams, so it is not told."""
        self._site.breaks(self._number, 2, "going")
        self._last = last if self._last is None else min(self._last, last)
        for stream in [each for each in self._open if each > self._last]:
            self._site.note(self._open.pop(stream)[0], "refused")
            self._contents.pop(stream, None)
        goaway = hyperframe.frame.GoAwayFrame(0, last_stream_id=self._last)
        self._h2._data_to_send += goaway.serialize()

    def _broken(self, name):
        """Note that the connection is about to break, for all that are open or may come."""
        self._spoilt = True
        self._site.breaks(self._number, 2, name)
        for key, *_ in self._open.values():
            self._site.note(key, "hit", name)

    # Answers.

    def _start(self, stream):
        task = asyncio.create_task(self._answer(stream))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, stream):
        try:
            await self._play(stream, *self._open[stream])
        except (OSError, KeyError, h2.exceptions.ProtocolError):
            pass  # the client has reset the stream, or gone
        except Exception as error:
            self._site.note((0, 0, 0), "wrong", repr(error))
        finally:
            self._open.pop(stream, None)
        if self._last is not None and not self._open:
            await asyncio.sleep(_FAREWELL_SECONDS)
            close(self._writer)

    async def _play(self, stream, key, plan, name, misdeed, request):
        content = b"".join(self._contents.pop(stream, ()))
        if name != "early":
            self._site.check_content(key, plan, content)
        status, fields, answer = self._site.answer(key, plan, name, request)
        if content:
            fields["x-upload"] = digest(content)
        trailers = None
        if status == 200 and plan.coding == "gzip":
            answer = gzip.compress(answer, 1)
            fields["content-encoding"] = "gzip"
        if name == "short" or plan.coding == "length":
            fields["content-length"] = str(len(answer))
        elif status == 200 and plan.coding == "trailers":
            trailers = [("x-sum", digest(answer))]
        if request[":method"] == "HEAD":
            answer, trailers = b"", None
        if name == "flood":
            for _ in range(HINTS):
                self._h2.send_headers(stream, [(":status", "103"), ("link", "</x>")])
        head = [(":status", str(status)), *fields.items()]
        if name in ("reset", "short", "cut", "stall", "garbage"):
            await getattr(self, f"_{name}")(stream, head, answer, misdeed)
            return
        self._h2.send_headers(stream, head, end_stream=not answer and not trailers)
        for piece, seconds in self._pieces(answer, name, misdeed):
            await self._give(stream, piece)
            await asyncio.sleep(seconds)
        if trailers:
            self._h2.send_headers(stream, trailers, end_stream=True)
        elif answer:
            self._h2.end_stream(stream)
        await self._flush()
        await self._after(stream, name, misdeed)

    @staticmethod
    def _pieces(answer, name, misdeed):
        """The pieces of an answer, and how long to wait after each: one, but for a drip."""
        if name != "drip":
            return [(answer, 0)]
        step = max(1, len(answer) // 20)
        starts = range(0, len(answer), step)
        return [(answer[at : at + step], misdeed.place / 200) for at in starts]

    async def _give(self, stream, octets):
        """Send content as the client's windows allow."""
        at = 0
        while at < len(octets):
            room = self._h2.local_flow_control_window(stream)
            size = min(len(octets) - at, room, self._h2.max_outbound_frame_size)
            if size <= 0:
                self._moved.clear()
                await self._moved.wait()
                continue
            self._h2.send_data(stream, octets[at : at + size])
            at += size
            await self._flush()

    async def _after(self, stream, name, misdeed):
        """Do what comes behind an answer."""
        if name == "early":
            self._h2.reset_stream(stream, _CODES.NO_ERROR)
        elif name == "extra":
            self._broken(name)
            self._h2._data_to_send += b"\0\0\4\0\1" + struct.pack(">I", stream) + EVIL
        elif name == "goaway":
            self._leave(self._highest)
        elif name == "leaving":
            await asyncio.sleep(misdeed.place / 50 if misdeed.which % 2 else 0)
            self._broken(name)
            close(self._writer)
        await self._flush()

    # Misdeeds within an answer.

    async def _part(self, stream, head, answer, misdeed):
        """Send a part of the answer, at least the head."""
        self._h2.send_headers(stream, head)
        await self._give(stream, answer[: int(misdeed.place * len(answer))])
        await self._flush()

    async def _reset(self, stream, head, answer, misdeed):
        if misdeed.which % 2:
            await self._part(stream, head, answer, misdeed)
        self._h2.reset_stream(stream, _CODES.INTERNAL_ERROR)
        await self._flush()

    async def _short(self, stream, head, answer, misdeed):
        if answer:
            await self._part(stream, head, answer, misdeed)
            self._h2.end_stream(stream)
            await self._flush()
        else:
            await self._reset(stream, head, answer, misdeed)

    async def _cut(self, stream, head, answer, misdeed):
        if misdeed.which % 2:
            await self._part(stream, head, answer, misdeed)
        self._broken("cut")
        abort(self._writer, reset=bool(misdeed.which % 3))

    async def _stall(self, stream, head, answer, misdeed):
        if misdeed.which % 2:
            await self._part(stream, head, answer, misdeed)
        await asyncio.sleep(STALL_SECONDS)

    async def _garbage(self, stream, head, answer, misdeed):
        if misdeed.which % 2:
            await self._part(stream, head, answer, misdeed)
        self._broken("garbage")
        self._writer.write(_GARBAGE[misdeed.which // 2 % len(_GARBAGE)])
        await self._writer.drain()


_HANDLERS = {
    h2.events.RequestReceived: HTTP2._on_request,
    h2.events.DataReceived: HTTP2._on_data,
    h2.events.StreamEnded: HTTP2._on_end,
    h2.events.StreamReset: HTTP2._on_reset,
    h2.events.WindowUpdated: HTTP2._on_window,
    h2.events.RemoteSettingsChanged: HTTP2._on_window,
}
