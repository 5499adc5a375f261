"""The server's HTTP/1.1: one request after another, each with the misdeed that was drawn for it."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from typing import NamedTuple

from testkit.soak.plan import EVIL, digest

STALL_SECONDS = 30
HINTS = 40  # 1xx responses; a client takes 32
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time
_PIECE = 65_536
_EXTRA = b"HTTP/1.1 200 OK\r\nX-Id: 0\r\nContent-Length: %d\r\n\r\n%b" % (len(EVIL), EVIL)
_GARBAGE_HEADS = (
    bytes(range(256)),
    b"\x16\x03\x01\x00\x05hello\r\n\r\n",
    b"HTTP/1.1 abc OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 2000 + b"Content-Length: 0\r\n\r\n",
)
_GARBAGE_BODY = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


def abort(writer, *, reset):
    """Break a connection off: TLS is not ended as it should be."""
    sock = writer.get_extra_info("socket")
    if reset and sock is not None:  # the client may have gone
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


def close(writer):
    """Close a connection; asyncio's TLS must not be told twice."""
    if not writer.transport.is_closing():
        writer.close()


def _overfull(octets):
    """Give an answer whose first chunk has more than it says: who reads no further may take it for right."""
    head, end, body = octets.partition(b"\r\n\r\n")
    if b"\r\ntransfer-encoding: chunked" not in head:
        return _GARBAGE_BODY
    size, line_end, data = body.partition(b"\r\n")
    return head + end + size + line_end + data[: int(size, 16)] + b"more\r\n0\r\n\r\n"


class Answer(NamedTuple):
    """What would be sent if nothing went wrong.

    Attributes:
        octets: head and body.
        framed: whether the end of the body shows without the end of the connection.
        bodiless: whether it answers HEAD.
    """

    octets: bytes
    framed: bool
    bodiless: bool


class HTTP1:
    """One connection.

    Args:
        site: the `origin.Site`.
        number: the connection's.
        reader, writer: asyncio's.
        tls: whether they are behind TLS.
    """

    def __init__(self, site, number, reader, writer, *, tls):
        self._site = site
        self._number = number
        self._reader = reader
        self._writer = writer
        self._tls = tls

    async def serve(self, head):
        """Serve one request after another; the head of the first is read."""
        while await self._exchange(head):
            head = await self._reader.readuntil(b"\r\n\r\n")

    async def _exchange(self, head):
        line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = line.split(" ")
        fields = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        key, plan = self._site.take(method, target, fields)
        name, misdeed = self._site.misdeed(key, plan, 1)
        content = None
        if name not in ("early", "hard"):
            if "expect" in fields:
                await self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
            content = await self._content(fields)
            self._site.check_content(key, plan, content)
        status, own, answer = self._site.answer(key, plan, name, fields)
        if content:
            own["x-upload"] = digest(content)
        if name in ("early", "hard", "closing"):
            own["connection"] = "close"
        octets = self._octets(plan, method, status, own, answer)
        framed = plan.coding != "end" or status != 200
        answer = Answer(octets, framed, method == "HEAD")
        return await getattr(self, f"_{name or 'well'}")(answer, misdeed)

    async def _content(self, fields):
        if "chunked" in fields.get("transfer-encoding", ""):
            content = b""
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                content += await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
            return content
        return await self._reader.readexactly(int(fields.get("content-length", 0)))

    # The answer.

    def _octets(self, plan, method, status, fields, answer):
        coding = plan.coding if status == 200 else "length"
        trailers = b""
        if coding == "gzip":
            answer = gzip.compress(answer, 1)
            fields["content-encoding"] = "gzip"
        if coding in ("chunked", "trailers"):
            fields["transfer-encoding"] = "chunked"
            if coding == "trailers":
                trailers = f"x-sum: {digest(answer)}\r\n".encode()
            step = 1 + plan.number % _PIECE
            starts = range(0, len(answer), step) if method != "HEAD" else ()
            pieces = (answer[at : at + step] for at in starts)
            answer = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
            answer += b"0\r\n%b\r\n" % trailers
        elif coding == "end":
            fields["connection"] = "close"
        else:
            fields["content-length"] = str(len(answer))
        head = f"HTTP/1.1 {status} So\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items())
        return head.encode() + b"\r\n" + (b"" if method == "HEAD" else answer)

    async def _send(self, octets):
        self._writer.write(octets)
        await self._writer.drain()

    async def _rest(self):
        """Read until the client has gone, and answer nothing."""
        async with asyncio.timeout(STALL_SECONDS):
            while await self._reader.read(_PIECE):
                pass

    # Misdeeds, and their absence. Each returns whether the connection goes on.

    async def _well(self, answer, misdeed):
        await self._send(answer.octets)
        return answer.framed

    async def _busy(self, answer, misdeed):
        await self._send(answer.octets)
        return True

    async def _closing(self, answer, misdeed):
        await self._send(answer.octets)
        return False

    async def _leaving(self, answer, misdeed):
        """Close without a word, now or in a moment."""
        await self._send(answer.octets)
        if misdeed.which % 2:
            await asyncio.sleep(misdeed.place / 50)
        self._site.breaks(self._number, 1, "leaving")
        return False

    async def _reset(self, answer, misdeed):
        await self._send(answer.octets[: int(misdeed.place * len(answer.octets))])
        abort(self._writer, reset=True)
        return False

    async def _short(self, answer, misdeed):
        await self._send(answer.octets[: int(misdeed.place * len(answer.octets))])
        abort(self._writer, reset=False)
        return False

    async def _stall(self, answer, misdeed):
        await self._send(answer.octets[: int(misdeed.place * len(answer.octets))])
        await self._rest()
        return False

    async def _garbage(self, answer, misdeed):
        kinds = _GARBAGE_HEADS
        if not answer.bodiless:
            kinds += (_GARBAGE_BODY, _overfull(answer.octets))
        await self._send(kinds[misdeed.which % len(kinds)])
        return False

    async def _extra(self, answer, misdeed):
        """Send a response that nobody asked for, in one piece with the end of the right one."""
        if not answer.framed:
            return await self._well(answer, misdeed)
        await self._send(answer.octets[:-1000])
        await self._send(answer.octets[-1000:] + _EXTRA)
        return True

    async def _flood(self, answer, misdeed):
        await self._send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * HINTS + answer.octets)
        return answer.framed

    async def _drip(self, answer, misdeed):
        step = max(1, len(answer.octets) // 20)
        for at in range(0, len(answer.octets), step):
            await self._send(answer.octets[at : at + step])
            await asyncio.sleep(misdeed.place / 200)
        return answer.framed

    async def _early(self, answer, misdeed):
        """Answer before the content is there, and hear it out."""
        await self._send(answer.octets)
        if not self._tls:
            self._writer.write_eof()
        await self._rest()
        return False

    async def _hard(self, answer, misdeed):
        """Answer before the content is there, and hang up: a reset may overtake the answer."""
        await self._send(answer.octets)
        return False
