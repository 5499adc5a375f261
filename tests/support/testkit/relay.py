"""A proxy that speaks HTTP and SOCKS5 on one port, and whose every way leads to this machine.

Whatever host it is asked for, it connects to 127.0.0.1 at that port: so names need no resolver, and its log
tells how they were written.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field

_PIECE_BYTES = 65536
_CLOSE = re.compile(rb"connection: close\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass
class Asked:
    """What was asked.

    Attributes:
        kind: "forward", "connect" or "socks".
        target: the request target, or host and port.
        fields: of HTTP, values by lower-case name.
        user: who asks, "name:password".
        name: the server name that TLS with the proxy was begun with (SNI), or None.
        certificate: whether a client certificate was shown.
    """

    kind: str
    target: str
    fields: dict = field(default_factory=dict)
    user: str | None = None
    name: str | None = None
    certificate: bool = False


class Relay:
    """Runs from entering to leaving.

    Args:
        context: for TLS with the proxy itself.
        user: "name:password" of who is let in; None for everybody.
        host: where it listens.
        port: there; 0 for a free one.
        reply: the code that it answers to SOCKS, by target, where it is not to connect.

    Attributes:
        log: what it was asked, in order.
        accepted: how many connections came.
    """

    def __init__(self, context=None, *, user=None, host="127.0.0.1", port=0, reply=None):
        self._context = context
        self._user = user
        self._host = host
        self.port = port
        self._reply = reply or {}
        self._names = {}  # by SSL object
        self.log = []
        self.accepted = 0

    def __enter__(self):
        self._listener = socket.create_server(
            (self._host, self.port), family=socket.AF_INET6 if ":" in self._host else socket.AF_INET
        )
        # asyncio does so only for sockets that say what they speak.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._listener.getsockname()[1]
        if self._context is not None:
            self._context.sni_callback = self._note_name
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)))
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *exc_info):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def url(self, scheme="http", user=None):
        """Its URL; "http" becomes https where it speaks TLS."""
        if self._context is not None:
            scheme = "https"
        host = f"[{self._host}]" if ":" in self._host else "localhost"
        return f"{scheme}://{f'{user}@' if user else ''}{host}:{self.port}"

    def drop(self):
        """Break off all connections, with a reset."""
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self):
        for writer in self._writers:
            writer.transport.abort()

    def _note_name(self, tls, name, context):
        self._names[tls] = name

    async def _run(self, ready):
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._writers = set()
        # A client that does not trust us breaks the handshake off; that is none of the log's business.
        self._loop.set_exception_handler(lambda loop, context: None)
        server = await asyncio.start_server(self._serve, sock=self._listener, ssl=self._context)
        ready.set()
        await self._end.wait()
        server.close()
        self._abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.accepted += 1
        self._writers.add(writer)
        try:
            first = await reader.readexactly(1)
            await (self._socks if first == b"\5" else self._http)(first, reader, writer)
        except (OSError, EOFError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _note(self, writer, *asked):
        tls = writer.get_extra_info("ssl_object")
        entry = Asked(*asked)
        if tls is not None:
            entry.name = self._names.get(tls)
            entry.certificate = tls.getpeercert(binary_form=True) is not None
        self.log.append(entry)
        return entry

    # HTTP.

    async def _http(self, first, reader, writer):
        while True:
            head = first + await reader.readuntil(b"\r\n\r\n")
            first = b""
            line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            method, target, _ = line.split(" ")
            fields = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
            shown = fields.get("proxy-authorization", "")
            user = _pair(shown.removeprefix("Basic "))
            kind = "connect" if method == "CONNECT" else "forward"
            self._note(writer, kind, target, fields, user)
            found = _LENGTH.search(head)
            body = await reader.readexactly(int(found[1])) if found else b""
            if self._user not in (None, user):
                challenge = 'Proxy-Authenticate: Basic realm="here"'
                answer = f"HTTP/1.1 407 Who\r\n{challenge}\r\nContent-Length: 4\r\n\r\nwho?"
                writer.write(answer.encode())
            elif kind == "connect":
                await self._connect(target, reader, writer)
                return
            else:
                await self._forward(method, target, lines, body, writer)

    async def _connect(self, target, reader, writer):
        try:
            origin = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad\r\nContent-Length: 7\r\n\r\nrefused")
            return
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await self._pump(reader, writer, *origin)

    async def _forward(self, method, target, lines, body, writer):
        authority, _, path = target.removeprefix("http://").partition("/")
        port = int(authority.rpartition(":")[2])
        kept = [line for line in lines if not line.lower().startswith("proxy-")]
        head = "\r\n".join([f"{method} /{path} HTTP/1.1", "Connection: close", *kept, "", ""])
        reader, origin = await asyncio.open_connection("127.0.0.1", port)
        origin.write(head.encode("latin-1") + body)
        whole = await reader.read()
        origin.close()
        writer.write(_CLOSE.sub(b"", whole, count=1))

    # SOCKS5.

    async def _socks(self, first, reader, writer):
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        user = None
        if self._user is None:
            writer.write(b"\5\0")
        elif 2 not in methods:
            writer.write(b"\5\xff")
            return
        else:
            writer.write(b"\5\2")
            user = ":".join([(await self._text(reader, skip=n)) for n in (1, 0)])
            writer.write(b"\1" + bytes([user != self._user]))
            if user != self._user:
                return
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = await self._text(reader)
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, await reader.readexactly(size))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self._note(writer, "socks", f"{host}:{port}", {}, user)
        code = self._reply.get(host, 0)
        if not code:
            try:
                origin = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                code = 5
        writer.write(bytes([5, code, 0, 1]) + bytes(6))
        if not code:
            await self._pump(reader, writer, *origin)

    async def _text(self, reader, skip=0):
        await reader.readexactly(skip)
        return (await reader.readexactly((await reader.readexactly(1))[0])).decode()

    # Both.

    async def _pump(self, reader, writer, from_origin, to_origin):
        """Carry octets both ways; either end ends both."""
        self._writers.add(to_origin)
        ways = [(reader, to_origin), (from_origin, writer)]
        tasks = [asyncio.create_task(self._carry(*way)) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._writers.discard(to_origin)
            to_origin.close()

    @staticmethod
    async def _carry(reader, writer):
        try:
            while data := await reader.read(_PIECE_BYTES):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass


def _pair(shown):
    """User and password out of Basic credentials; None if it is none."""
    try:
        return base64.b64decode(shown).decode() or None
    except ValueError:
        return None
