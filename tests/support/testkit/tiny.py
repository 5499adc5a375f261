"""A tiny, quick server, as a machine of bytes: in memory, behind TLS, or in a process of its own.

The latter speaks HTTP/2, too (`testkit.tiny_h2`), where a client begins with it or asks for it in TLS.

Every answer holds what was asked for, so that a test can tell a wrong one:

    /id/7           the body is "7"; what is uploaded follows behind a blank
    /chunked/7      "7" in a chunked body of several pieces
    /to/7           leads to /id/7, with a body of its own
    /slow/7         "7" after up to 4 ms
    /cut/7          half of an answer, then the end
    /reset/7        half of an answer, then a reset
    /large/7        "7" again and again, 400,000 octets
    /accepted/7     "7", which begins as soon as the head of the request is there
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import subprocess
import sys
from pathlib import Path

from testkit.origin import listening_socket
from testkit.peer import response

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)
LARGE_OCTETS = 400_000


def large(word):
    """The body of /large."""
    return (word * LARGE_OCTETS)[:LARGE_OCTETS]


class Talk:
    """One connection: octets in, octets out.

    Attributes:
        end: None, or how the connection ends after what was given out: "close" or "reset".
        pause: seconds to wait before it is sent.
    """

    def __init__(self):
        self._data = b""
        self._content = None
        self._begun = False  # with the answer
        self.end = None
        self.pause = 0.0

    def feed(self, data):
        """Take octets and return what is to be sent."""
        self._data += data
        out = b""
        while (whole := self._next(data)) is not None:
            out += whole
            data = b""
        return out

    def _next(self, fresh):
        head, blank, rest = self._data.partition(b"\r\n\r\n")
        if not blank or self.end:
            return None
        lowered = head.lower() + b"\r\n"
        length = 0
        if b"\r\ncontent-length: " in lowered:
            length = int(lowered.split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0])
        if b"\r\ntransfer-encoding: chunked" in lowered:
            if not rest.endswith(b"0\r\n\r\n"):
                return None if not fresh else self._early(head, lowered)
            content, left = unchunked(rest), b""
        elif len(rest) < length:
            return None if not fresh else self._early(head, lowered)
        else:
            content, left = rest[:length], rest[length:]
        self._data = left
        if self._begun:
            self._begun = False
            return _LAST_CHUNK
        self._content = None
        return self._answer(head.split(b" ")[1], content)

    def _early(self, head, lowered):
        """Say 100 (Continue), or begin with the answer, once."""
        kind, word = head.split(b" ")[1].split(b"/")[1:3]
        if kind == b"accepted" and not self._begun:
            self._begun = True
            return _CHUNKED + b"%x\r\n%b\r\n" % (len(word), word)
        if b"100-continue" not in lowered or self._content is not None:
            return None
        self._content = b""
        return b"HTTP/1.1 100 Continue\r\n\r\n"

    def _answer(self, target, content):
        kind, word = target.split(b"/")[1:3]
        if kind == b"chunked":
            pieces = b"".join(b"1\r\n%c\r\n" % octet for octet in word)
            return _CHUNKED + pieces + _LAST_CHUNK
        if kind == b"to":
            return response(b"over there", "302 Found", b"Location: /id/" + word)
        if kind in (b"cut", b"reset"):
            self.end = "close" if kind == b"cut" else "reset"
            return response(word * 10)[: -len(word) * 5]
        if kind == b"slow":
            self.pause = int(word) % 5 / 1000
        if kind == b"large":
            return response(large(word))
        return response(word + b" " + content if content and kind != b"accepted" else word)


def unchunked(data):
    """Return the content of a chunked body."""
    content = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        if not int(size, 16):
            return content
        content += data[: int(size, 16)]
        data = data[int(size, 16) + 2 :]


class TLSTalk:
    """The same behind TLS, without a socket.

    Args:
        context: the server's.
        talk: what is behind it.
    """

    def __init__(self, context, talk):
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._talk = talk
        self._ready = False

    def feed(self, data):
        """Take octets and return what is to be sent."""
        self._in.write(data)
        try:
            if not self._ready:
                self._tls.do_handshake()
                self._ready = True
            while got := self._tls.read(65536):
                if out := self._talk.feed(got):
                    self._tls.write(out)
        except ssl.SSLError:
            pass  # it wants more, or the client has gone
        return self._out.read()

    def farewell(self):
        """End TLS as it should be ended (close_notify); return what is to be sent."""
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            pass  # the client's is not waited for
        return self._out.read()

    def release(self):
        """Have what is behind it answer what it holds back."""
        try:
            if self._ready and (out := self._talk.release()):
                self._tls.write(out)
        except ssl.SSLError:
            pass  # the client has gone
        return self._out.read()


class _Connection(asyncio.Protocol):
    def __init__(self, site):
        self._site = site
        self._talk = None

    def connection_made(self, transport):
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        if self._talk is None:
            self._talk = self._site.talk() if data.startswith(b"PRI ") else Talk()
        out = self._talk.feed(data)
        pause, self._talk.pause = self._talk.pause, 0.0
        if pause and isinstance(self._talk, Talk):
            asyncio.get_running_loop().call_later(pause, self._send, out)
        else:
            self._send(out)
            if pause:
                asyncio.get_running_loop().call_later(pause, self._release)

    def _release(self):
        if not self._transport.is_closing():
            self._send(self._talk.release())

    def _send(self, out):
        self._transport.write(out)
        if self._talk.end == "close":
            self._transport.close()
        elif self._talk.end == "reset":
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()


async def _serve(descriptor, key, chain):
    from testkit.tiny_h2 import Site  # here: it knows this module

    context = None
    if chain:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        context.set_alpn_protocols(["h2", "http/1.1"])
    site = Site()
    loop = asyncio.get_running_loop()
    sock = socket.socket(fileno=descriptor)
    server = await loop.create_server(
        lambda: _Connection(site), sock=sock, ssl=context, backlog=256
    )
    await server.serve_forever()


class Tiny:
    """The server in a process of its own, from entering to leaving.

    Attributes:
        url: its base URL.
    """

    def __init__(self, authority=None):
        self._certificate = ("", "") if authority is None else (authority.key, authority.chain)

    def __enter__(self):
        with listening_socket() as sock:
            scheme = "https" if self._certificate[1] else "http"
            self.url = f"{scheme}://127.0.0.1:{sock.getsockname()[1]}"
            self._process = subprocess.Popen(
                [sys.executable, "-m", "testkit.tiny", str(sock.fileno()), *self._certificate],
                pass_fds=[sock.fileno()],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            )
        return self

    def __exit__(self, *exc_info):
        self._process.kill()
        self._process.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), *sys.argv[2:]))
