"""A server that has one file, and can be told to do wrong."""

import re
import socket
from email.utils import formatdate

from testkit.peer import Peer

_RANGE = re.compile(rb"bytes=(\d+)-(\d*)")
LONG_AGO = formatdate(1_000_000_000, usegmt=True)
NOW = formatdate(1_000_100_000, usegmt=True)


class FileServer:
    """Has one file, with ranges.

    Attributes:
        content: of the file.
        fields: sent with each 200 and 206.
        only_200: further fields, of a 200 alone.
        cuts: after how many octets of their content responses break off, one after another; None for not.
        is_chunked: whether a 200 comes in a chunk.
        takes_ranges: whether it knows ranges.
        takes_conditions: whether it knows If-Range.
        before: is called with the server before each response; may return one in its place.
        halfway: is called with the server when half of a content is out.
        asked: Range and If-Range of each request, and the status of its response.
    """

    def __init__(self, content):
        self.content = content
        self.fields = {b"ETag": b'"1"'}
        self.only_200 = {}
        self.cuts = []
        self.is_chunked = False
        self.takes_ranges = self.takes_conditions = True
        self.before = self.halfway = lambda server: None
        self.asked = []

    def __enter__(self):
        self._peer = Peer(self._serve)
        self._peer.__enter__()
        self.url = f"{self._peer.url}/file.bin"
        return self

    def __exit__(self, *exc_info):
        self._peer.__exit__(*exc_info)

    @property
    def heads(self):
        """The octets of each request."""
        return self._peer.requests

    @property
    def ranges(self):
        return [(given, status) for given, _, status in self.asked]

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # two writes, no wait
        while head := self._peer.read_request(connection):
            whole, content = self._answer(head)
            cut = self.cuts.pop(0) if self.cuts else None
            if cut is not None and cut < len(content):
                connection.sendall(whole[: len(whole) - len(content) + cut])
                return
            half = len(whole) - len(content) // 2
            connection.sendall(whole[:half])
            self.halfway(self)
            connection.sendall(whole[half:])

    def _answer(self, head):
        fields = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n")[1:])
        given, condition = fields.get(b"Range"), fields.get(b"If-Range")
        instead = self.before(self)
        if instead is not None:
            self.asked.append((given, condition, int(instead[9:12])))
            return instead, instead.partition(b"\r\n\r\n")[2]
        validators = (self.fields.get(b"ETag"), self.fields.get(b"Last-Modified"))
        holds = condition is None or condition in validators or not self.takes_conditions
        found = _RANGE.fullmatch(given) if given and self.takes_ranges and holds else None
        size, sent = len(self.content), dict(self.fields)
        if found is None:
            status, content = 200, self.content
            sent |= self.only_200
            if self.is_chunked:
                sent |= {b"Transfer-Encoding": b"chunked", b"Content-Length": None}
                content = b"%x\r\n%s\r\n0\r\n\r\n" % (size, content)
        elif int(found[1]) >= size:
            status, content = 416, b""
            sent[b"Content-Range"] = b"bytes */%d" % size
        else:
            first, last = int(found[1]), min(int(found[2] or size), size - 1)
            status, content = 206, self.content[first : last + 1]
            sent[b"Content-Range"] = b"bytes %d-%d/%d" % (first, last, size)
        self.asked.append((given, condition, status))
        return answer(status, content, sent), content


def answer(status, content=b"", fields=()):
    """Return a whole response."""
    lines = [b"HTTP/1.1 %d X" % status]
    sent = dict(fields)
    sent.setdefault(b"Content-Length", b"%d" % len(content))
    lines += [b"%s: %s" % field for field in sent.items() if field[1] is not None]
    return b"\r\n".join(lines) + b"\r\n\r\n" + content
