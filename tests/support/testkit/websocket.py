"""WebSockets for tests: a scripted server that sends exact octets, and two real ones."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import ssl
import struct
import threading
import zlib
from http import HTTPStatus

from httpcore_client import ScriptedBackend, SyncClient
from testkit.origin import Origin, listening_socket

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3, MASKED = 0x80, 0x40, 0x20, 0x10, 0x80
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3


# Octets.


def frame(opcode, payload=b"", *, flags=FIN, mask=b"", length=None):
    """A frame as a server sends it; with a `mask`, a `length` of its own or odd flags also as none should."""
    payload = payload.encode() if isinstance(payload, str) else payload
    size = len(payload) if length is None else length
    masked = MASKED if mask else 0
    if size < 126:
        head = struct.pack("!BB", flags | opcode, masked | size)
    elif size < 65536:
        head = struct.pack("!BBH", flags | opcode, masked | 126, size)
    else:
        head = struct.pack("!BBQ", flags | opcode, masked | 127, size)
    if mask:
        payload = bytes(octet ^ mask[at % 4] for at, octet in enumerate(payload))
    return head + mask + payload


def deflated(*messages, forgets=False):
    """The payloads of messages that are compressed with one window, or each with its own."""
    made, payloads = zlib.compressobj(wbits=-15), []
    for message in messages:
        made = zlib.compressobj(wbits=-15) if forgets else made
        payloads.append((made.compress(message) + made.flush(zlib.Z_SYNC_FLUSH))[:-4])
    return payloads


def close_frame(code=1000, reason=""):
    return frame(CLOSE, struct.pack("!H", code) + reason.encode())


def frames_of(octets):
    """What a client sent, as (opcode with its flags but FIN, payload)."""
    found = []
    while octets:
        first, second = octets[:2]
        assert second & MASKED, "a client masks all it sends (RFC 6455 5.1)"
        size, at = second & 0x7F, 2
        if size >= 126:
            kind, width = ("!H", 2) if size == 126 else ("!Q", 8)
            (size,) = struct.unpack(kind, octets[2 : 2 + width])
            at += width
        mask, payload = octets[at : at + 4], octets[at + 4 : at + 4 + size]
        assert first & FIN, "ours are whole"
        found.append((first & 0x7F, bytes(o ^ mask[n % 4] for n, o in enumerate(payload))))
        octets = octets[at + 4 + size :]
    return found


def accept_for(head):
    key = re.search(rb"Sec-WebSocket-Key: (\S+)\r\n", head)[1]
    return base64.b64encode(hashlib.sha1(key + _GUID).digest())


def switching(*fields, behind=b"", accept=None):
    """The step that answers a handshake, with octets behind it at once."""

    def step(stream):
        lines = [
            b"HTTP/1.1 101 Switching Protocols",
            b"Upgrade: websocket",
            b"Connection: Upgrade",
            b"Sec-WebSocket-Accept: " + (accept or accept_for(stream.written)),
            *fields,
        ]
        stream.written = b""  # what follows are frames
        return b"\r\n".join(lines) + b"\r\n\r\n" + behind

    return step


class Script:
    """A client whose server answers the handshake, then plays these steps.

    Attributes:
        client: a `SyncClient`.
        backend: its world.
    """

    def __init__(self, *steps, answer=None, **options):
        self.backend = ScriptedBackend([answer or switching(), *steps])
        self.client = SyncClient(backend=self.backend, trust_env=False)
        given = {"compression": False, "ping_interval": None, **options}
        self._block = self.client.websocket("ws://example.org/chat", **given)

    def __enter__(self):
        return self._block.__enter__()

    def __exit__(self, *exc_info):
        self._block.__exit__(*exc_info)
        self.client.close()

    @property
    def stream(self):
        return self.backend.streams[0]

    @property
    def sent(self):
        """The frames that the client has sent."""
        return frames_of(self.stream.written)


class SocketServer:
    """Answers the handshake of one client, then leaves its socket to a function, in a thread.

    Attributes:
        url: its URL.
    """

    def __init__(self, play):
        self._play = play

    def __enter__(self):
        self._listener = listening_socket()
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._thread.join(10)
        self._listener.close()

    def _run(self):
        sock, _ = self._listener.accept()
        with sock:
            self.written = b""
            while not self.written.endswith(b"\r\n\r\n"):
                self.written += sock.recv(65536)
            sock.sendall(switching()(self))
            try:
                self._play(sock)
            except OSError:
                pass  # the client went first: it may


# The `websockets` library's server, in a thread.


def _refusal(connection, request):
    """Answer before the handshake: `/refuse/403`, and whoever does not show who they are at `/private`."""
    if request.path.startswith("/refuse/"):
        return connection.respond(HTTPStatus(int(request.path.split("/")[2])), "no entry")
    if request.path == "/private":
        wanted = "Basic " + base64.b64encode(b"user:password").decode()
        if request.headers.get("Authorization") != wanted:
            response = connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?")
            response.headers["WWW-Authenticate"] = 'Basic realm="here"'
            return response
    return None


async def _handle(socket):
    words = socket.request.path.strip("/").split("/")
    match words[0]:
        case "fields":
            await socket.send(json.dumps(dict(socket.request.headers.raw_items())))
        case "close":
            await socket.close(int(words[1]), "you asked")
        case "drop":
            socket.transport.abort()
        case "ping":
            await (await socket.ping(b"are you there?"))
            await socket.send("there you are")
        case "fragments":
            await socket.send(["in ", "three ", "parts"])
        case "big":
            await socket.send(bytes(int(words[1])))
    async for message in socket:
        await socket.send(message)


class EchoServer:
    """Runs from entering to leaving.

    Attributes:
        plain, tls: the two base URLs.
    """

    def __init__(self, authority):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.chain, authority.key)

    def __enter__(self):
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)))
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *exc_info):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _run(self, ready):
        from websockets.asyncio.server import serve

        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        sockets = [listening_socket(), listening_socket()]
        ports = [sock.getsockname()[1] for sock in sockets]
        self.plain, self.tls = f"ws://localhost:{ports[0]}", f"wss://localhost:{ports[1]}"
        how = {
            "process_request": _refusal,
            "select_subprotocol": lambda socket, offered: next(iter(offered), None),
            "max_size": None,
            "close_timeout": 1,
        }
        async with (
            serve(_handle, sock=sockets[0], **how),
            serve(_handle, sock=sockets[1], ssl=self._context, **how),
        ):
            ready.set()
            await self._end.wait()


# Hypercorn, which speaks HTTP/2 with WebSockets in it (RFC 8441).


async def app(scope, receive, send):
    """Echo; `/refuse` refuses, `/close` closes at once."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
    if scope["type"] != "websocket":
        return
    await receive()
    if scope["path"] == "/refuse":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
    if scope["path"] == "/close":
        await send({"type": "websocket.close", "code": 4001, "reason": "you asked"})
    while (message := await receive())["type"] == "websocket.receive":
        text, data = message.get("text"), message.get("bytes")
        await send(
            {"type": "websocket.send", "bytes": data}
            if text is None
            else {"type": "websocket.send", "text": text}
        )


class ASGIServer(Origin):
    """The origin with this application."""

    _program = Origin._program.replace("testkit.app", __name__)
    _scheme = "ws"
