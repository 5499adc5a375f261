"""What is at the far end: origins over both protocols, and the proxies before them. Machines of bytes.

Each answer holds the word that was asked for, which no other request of the process asks for. Beside what
`testkit.tiny` serves there is

    /gzip/7      "7", coded
    /close/7     "7", and the end of the connection is the end of the body (HTTP/1.1)
    /long/7      "7", thirty times
    /digest/7    401 with the body "7" where no Digest credentials are shown, else "7"
    HEAD         the head of any
"""

from __future__ import annotations

import zlib

import h2.exceptions

from testkit.peer import response
from testkit.tiny import Talk, TLSTalk
from testkit.tiny_h2 import H2Talk, Site

CHALLENGE = 'Digest realm="here", nonce="n", algorithm=SHA-256, qop="auth"'
TIMES = 30
LOST = response(b"lost", "404 Not Found")  # an octet that was changed has led the client here
_FRAME_HEAD_OCTETS, _END_STREAM = 9, 0x1  # RFC 9113 4.1, 6.1
_MESSAGE = (0x0, 0x1)  # DATA, HEADERS


def coded(word):
    return zlib.compress(word, wbits=31)


class Origin(Talk):
    """HTTP/1.1.

    Args:
        network: is told what was asked, and says what is sent twice.
    """

    def __init__(self, network):
        super().__init__()
        self._network = network

    def feed(self, data):
        self._network.is_answering = True
        return super().feed(data)

    def _next(self, fresh):
        self._head = self._data.partition(b"\r\n\r\n")[0].lower()
        return super()._next(fresh)

    def _answer(self, target, content):
        method = self._head.partition(b" ")[0].decode().upper()
        path = target[target.index(b"/", len(b"http://")) :] if b"://" in target else target
        if path.count(b"/") != 2:
            return LOST
        _, kind, word = path.split(b"/")
        self._network.asked.append((method, word))
        answer = self._of(kind, word) or super()._answer(path, content)
        if method == "HEAD":
            return answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        if self.end:  # all that came before it would be its body
            return answer
        ends = b"0\r\n\r\n" if answer.endswith(b"\r\n0\r\n\r\n") else b"\r\n"
        return answer + {None: b"", "answer": answer, "end": ends}[self._network.twice]

    def _of(self, kind, word):
        match kind:
            case b"gzip":
                return response(coded(word), "200 OK", b"Content-Encoding: gzip")
            case b"close":
                self.end = "close"
                return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + word
            case b"long":
                return response(word * TIMES)
            case b"digest" if b"\r\nauthorization: digest" not in self._head:
                field = f"WWW-Authenticate: {CHALLENGE}".encode()
                return response(word, "401 Unauthorized", field)
        return None


class Origin2(H2Talk):
    """HTTP/2; the argument is that of `Origin`."""

    def __init__(self, network):
        super().__init__(Site(holds=False))
        self._network = network
        self._fields = {}

    def feed(self, data):
        self._network.is_answering = True
        try:
            out = super().feed(data)
        except h2.exceptions.ProtocolError:  # what we changed has led the client astray
            out = self._h2.data_to_send()
            self.end = "close"
        return self._doubled(out) if self._network.twice else out

    def _on_request(self, event):
        fields = self._fields[event.stream_id] = dict(event.headers)
        if fields[":path"].count("/") != 2:
            self._h2.send_headers(event.stream_id, [(":status", "404")], end_stream=True)
            return
        word = fields[":path"].rpartition("/")[2].encode()
        self._network.asked.append((fields[":method"], word))
        super()._on_request(event)

    def _on_end(self, event):
        stream = event.stream_id
        fields = self._fields[stream]
        if self._contents.get(stream) is None:
            return
        _, kind, word = fields[":path"].split("/")
        word = word.encode()
        if fields[":method"] == "HEAD":
            length = ("content-length", str(len(word)))
            self._h2.send_headers(stream, [(":status", "200"), length], end_stream=True)
        elif kind == "gzip":
            self._respond(stream, coded(word), ("content-encoding", "gzip"))
        elif kind == "long":
            self._respond(stream, word * TIMES)
        elif kind == "digest" and not fields.get("authorization", "").startswith("Digest"):
            self._respond(stream, word, ("www-authenticate", CHALLENGE), status="401")
        else:
            super()._on_end(event)

    def _doubled(self, out):
        """Send the frames of messages once more, or those that end one."""
        again, rest = b"", out
        while rest:
            size = _FRAME_HEAD_OCTETS + int.from_bytes(rest[:3], "big")
            frame, kind, flags = rest[:size], rest[3], rest[4]
            if kind in _MESSAGE and (self._network.twice == "answer" or flags & _END_STREAM):
                again += frame
            rest = rest[size:]
        return out + again


class Step:
    """A proxy's part of the talk: an answer to each whole message, then what is behind it speaks."""

    def __init__(self, behind, *exchanges):
        self._behind = behind
        self._exchanges = list(exchanges)  # pairs: whether a message is whole, and its answer
        self._data = b""

    @property
    def end(self):
        return self._behind.end

    def feed(self, data):
        if not self._exchanges:
            return self._behind.feed(data)
        self._data += data
        is_whole, answer = self._exchanges[0]
        if not is_whole(self._data):
            return b""
        self._data = b""
        del self._exchanges[0]
        return answer


def connect(behind):
    """A proxy with CONNECT."""
    return Step(behind, (lambda data: data.endswith(b"\r\n\r\n"), b"HTTP/1.1 200 Yes\r\n\r\n"))


def socks(behind):
    """A SOCKS5 proxy that asks for no password (RFC 1928)."""
    return Step(behind, (len, b"\5\0"), (len, b"\5\0\0\1" + bytes(6)))


class Secure(TLSTalk):
    """TLS around a machine, which ends with close_notify."""

    @property
    def end(self):
        return self._talk.end

    def feed(self, data):
        out = super().feed(data)
        return out + self.farewell() if self._talk.end == "close" else out
