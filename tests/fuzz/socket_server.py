"""A server of WebSockets that answers and says what its octets decide: mostly what is right."""

import base64
import hashlib
import re
import zlib
from itertools import pairwise

from httpcore_client import ScriptedBackend, SyncClient
from testkit.websocket import BINARY, CLOSE, PING, PONG, TEXT, close_frame, frame

from .frames import Agreed
from .peer import Peer

OFFERED = ["b", "chat"]
SECRET = "hunter2"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
_CODES = [1000, 1001, 1005, 3000, 4999, 1011, 1014, 1006, 999, 5000, 1004, 1016]
_WHY = ["", "why", "κ" * 61, "\x1b[0m\n"]
_KINDS = ["message"] * 4 + ["fragments"] * 3 + ["control"] * 2
_KINDS += ["pong", "close", "odd", "odd", "cut", "many", "octets"]
_TIMES = [1, 1, 1, 2, 7, 20, 45, 60, 300, 9000]
# First octets of frames: right ones, those of fragments, with RSV1 to RSV3, and of no kind.
_FIRSTS = [
    0x81,
    0x82,
    0x80,
    0x00,
    0x01,
    0x02,
    0x88,
    0x89,
    0x8A,
    0xC1,
    0xC2,
    0x41,
    0xC0,
    0x40,
    0xC8,
    0xC9,
]
_FIRSTS += [0x08, 0x09, 0xA1, 0x91, 0x83, 0x87, 0x8B, 0x8F]
_LENGTHS = [None, None, None, 125, 126, 301, 2**62, 2**63]
_MOST_BYTES = 70_000

# An answer is right but for one line of it at most. None: it may open or not.
_RIGHT = [
    b"HTTP/1.1 101 Yes",
    b"Upgrade: websocket",
    b"Connection: Upgrade",
    b"Sec-WebSocket-Accept: %b",
]
_LINES = [
    *[(0, _RIGHT[0], True)] * 20,
    (0, b"HTTP/1.1 101 ", True),
    (0, b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\nHTTP/1.1 101 Yes", True),
    (0, b"HTTP/1.1 200 OK\r\nContent-Length: 4", False),
    (0, b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x", False),
    (0, b"HTTP/1.1 302 No\r\nLocation: ws://eve:%b@b.test/x" % SECRET.encode(), False),
    (0, b"HTTP/1.1 307 No\r\nLocation: /x?token=%b" % SECRET.encode(), False),
    (0, b"HTTP/1.1 403 \xff\x80", False),
    (0, b"HTTP/1.1 500 No\r\nContent-Encoding: gzip", False),
    (0, b"HTTP/1.0 101 Yes", None),
    (0, b"HTTP/1.1 101 Yes\r\nContent-Length: 5", None),
    (1, b"Upgrade: WebSocket", True),
    *[(1, line, False) for line in (b"Upgrade: h2c", b"X: x", b"Upgrade: h2c, websocket")],
    (2, b"Connection: keep-alive, uPgRaDe", True),
    *[(2, line, False) for line in (b"Connection: keep-alive", b"X: x", b"Connection: upgraded")],
    (3, b"Sec-WebSocket-Accept:\t%b ", True),
    *[(3, line, False) for line in (b"Sec-WebSocket-Accept: x%b", b"X: %b", b"Sec-WebSocket-Accept: ")],
    (3, b"Sec-WebSocket-Accept: %b\r\nSec-WebSocket-Accept: %b", False),
]  # fmt: skip
# What is agreed to; False: that can't be.
_DEFLATE = b"permessage-deflate"
_EXTENSIONS = [
    *[(b"", None)] * 4,
    *[(_DEFLATE, Agreed())] * 6,
    *[(_DEFLATE + b"; client_no_context_takeover", Agreed(client_forgets=True))] * 2,
    *[(_DEFLATE + b" ;server_no_context_takeover", Agreed(server_forgets=True))] * 2,
    *[(_DEFLATE + b"; client_max_window_bits=%d" % bits, Agreed(bits)) for bits in (8, 9, 9, 10)],
    (_DEFLATE + b'; client_max_window_bits="9"; server_max_window_bits=8', Agreed(9)),
    (
        _DEFLATE + b"; server_no_context_takeover; client_no_context_takeover",
        Agreed(15, client_forgets=True, server_forgets=True),
    ),
    *(
        (value, False)
        for value in (
            *(b"x", _DEFLATE + b", x", _DEFLATE + b"; client_max_window_bits", _DEFLATE + b";"),
            *(_DEFLATE + b"; server_max_window_bits=16", _DEFLATE + b"; client_max_window_bits=7"),
            _DEFLATE + b"; client_no_context_takeover=1",
            _DEFLATE + b"; client_max_window_bits=9; client_max_window_bits=9",
            _DEFLATE + b"; x=1",
        )
    ),
]
_PROTOCOLS = [*[b""] * 6, *[b"chat"] * 4, b"CHAT", b"x", b"chat, b"]


class SocketServer:
    """What it answers to the handshake, and its frames, mostly right ones.

    Args:
        source: what decides.
        offered: whether compression is.

    Attributes:
        is_right: whether its answer is; None where it may be.
        agreed: what it agrees to of permessage-deflate, or None.
        greeting: what it has answered.
    """

    def __init__(self, source, *, offered):
        self._source = source
        self._compressor = zlib.compressobj(wbits=-15)
        self._number, self._line, self.is_right = source.pick(_LINES)
        self._extension, self.agreed = source.pick(_EXTENSIONS)
        self._protocol = source.pick(_PROTOCOLS)
        self.greeting = b""
        if self.agreed is False or (self._extension and not offered):
            self.is_right, self.agreed = False, None
        if self._protocol not in (b"", OFFERED[-1].encode()):
            self.is_right = False

    def answer(self, request):
        key = re.search(rb"Sec-WebSocket-Key: (\S+)\r\n", request)[1]
        assert len(base64.b64decode(key, validate=True)) == 16
        lines = [*_RIGHT]
        lines[self._number] = self._line
        if self._extension:
            lines.append(b"Sec-WebSocket-Extensions: " + self._extension)
        if self._protocol:
            lines.append(b"Sec-WebSocket-Protocol: " + self._protocol)
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
        self.greeting = b"\r\n".join([*lines, b"", b""]).replace(b"%b", accept)
        return self.greeting

    def is_agreed(self, ws):
        """Whether a client knows what was agreed."""
        extensions = (self._extension.decode(),) if self._extension else ()
        protocol = self._protocol.decode() or None
        return (extensions, protocol) == (ws.extensions, ws.subprotocol)

    def frames(self, pinged=()):
        """Give what it says next: mostly a message. It may answer pings."""
        source = self._source
        match source.pick(_KINDS):
            case "message":
                return self._message(1)
            case "fragments":
                return self._message(2 + source.octet() % 3)
            case "control":
                kind = source.pick([PING, PING, PONG])
                return frame(kind, source.octets(source.octet() % 6))
            case "pong":
                return frame(PONG, pinged[-1 - source.octet() % len(pinged)] if pinged else b"")
            case "close":
                octets = close_frame(source.pick(_CODES), source.pick(_WHY))
                cut = source.octet()
                return frame(CLOSE, octets[2 : 1 + cut]) if cut in (1, 2) else octets
            case "odd":
                return self._odd()
            case "many":
                kind, count = source.pick([PING, TEXT, BINARY]), source.pick([40, 400])
                return frame(kind, bytes(source.pick([125, 0, 1]))) * count
            case "cut":
                octets = self._message(1)
                return octets[: len(octets) * source.octet() // 256]
        return source.octets(source.octet() % 20)

    def _odd(self):
        """A frame with anything in its head."""
        source = self._source
        first, way = source.pick(_FIRSTS), source.octet() % 8
        payload = source.octets(source.octet() % 8)
        length = source.pick(_LENGTHS)
        mask = b"mask" if way == 1 else b""
        octets = frame(first & 0x0F, payload, flags=first & 0xF0, mask=mask, length=length)
        if way == 2 and octets[1] < 126:  # more octets for its length than it needs
            return octets[:1] + bytes([126, 0]) + octets[1:]
        return octets

    def _message(self, count):
        source = self._source
        how, times = source.octet(), source.pick(_TIMES)
        said = source.octets(how % 8)
        if how & 8:
            said = said.decode("latin-1").encode()
        if len(said) * times < _MOST_BYTES:
            said *= times
        kind, first = (TEXT if how & 16 else BINARY), 0
        if self.agreed and how & 96:
            said, first = self._deflated(said), 0x40
        cuts = sorted(source.octet() * len(said) // 256 for _ in range(count - 1))
        odd = source.octet() % 32 if count > 1 else 0
        octets = b""
        for number, (begin, end) in enumerate(pairwise([0, *cuts, len(said)]), 1):
            flags = first | (0x80 if number == count and odd != 1 else 0)
            octets += frame(kind, said[begin:end], flags=flags)
            if how & 128 and number < count:
                octets += frame(PING, b"between %d" % number)
            kind = BINARY if odd == 2 else 0
            first = 0x40 if odd == 3 else 0
        return octets

    def _deflated(self, said):
        how = self._source.octet() % 16
        if how == 1 or (self.agreed.server_forgets and how != 6):
            self._compressor = zlib.compressobj(wbits=-15)
        made = self._compressor
        if how in (
            2,
            3,
        ):  # RFC 7692 7.2.3.4: a last block, without and with what is to be behind it
            self._compressor = zlib.compressobj(wbits=-15)
            return made.compress(said) + made.flush() + bytes(how - 2)
        octets = (made.compress(said) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]
        if how == 4:
            return octets[: len(octets) * self._source.octet() // 256]
        return self._source.octets(5) if how == 5 else octets


class SocketPeer(Peer):
    """The stream to one that may take nothing for now: then a write takes a second.

    Attributes:
        was_full: whether it was so.
    """

    was_full = _is_full = False

    def is_writable(self):
        self._is_in_bounds()
        return not self._is_full

    async def read(self, max_bytes, timeout=None):
        self._is_full = self._source.octet() % 8 == 5
        self.was_full |= self._is_full
        return await super().read(max_bytes, timeout)

    async def write(self, data, timeout=None):
        if self._is_full:
            self._backend.time += 1
        await super().write(data, timeout)

    @property
    def is_broken(self):
        """Whether it has broken the connection."""
        return self._broken

    @property
    def is_there(self):
        """Whether it was there all the time, and took all."""
        return not (self._ended or self._broken or self.was_full)


class World(ScriptedBackend):
    """A network that has one server, which takes one connection.

    Attributes:
        stream: that one.
    """

    def __init__(self):
        super().__init__([])
        self.stream = None

    async def connect_tcp(self, *args, **kwargs):
        await super().connect_tcp(*args, **kwargs)  # it fails the second time
        return self.stream

    def client(self):
        return SyncClient(backend=self, trust_env=False)
