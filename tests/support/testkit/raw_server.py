"""A server that answers with exactly the octets of a script, whole or cut to pieces.

One listener serves many scripts, one after the other: a connection belongs to the script that is set
when its first request is there. The first request of a script gets its octets; any other gets `SAME`
on a connection that carried a request before, and `OTHER` on a fresh one.
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from testkit.origin import listening_socket
from testkit.peer import response

SAME, OTHER = b"SAMECN", b"SECOND"
DELIVERIES = ("whole", "octets", "split")

# A long answer goes octet by octet at its start and at its end, with one piece between.
_SINGLE_FIRST, _SINGLE_LAST = 300, 100
_CUT_OCTETS = 2_000  # where a split answer is cut
_CUTS = 4
_WORKERS = 6
_LENGTH = re.compile(rb"(?i)\ncontent-length:[ \t]*(\d+)")
_CHUNKED = re.compile(rb"(?i)\ntransfer-encoding:[ \t]*chunked")
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


@dataclass
class Late:
    """What comes on the idle connection, `seconds` after the answer."""

    seconds: float
    octets: bytes
    then: str


@dataclass
class Script:
    """What to answer, and what came of it.

    Attributes:
        octets: the answer to the first request.
        then: what follows it: "close", "hold" (the connection stays open) or "reset".
        delivery: one of `DELIVERIES`.
        seed: where a split answer is cut.
        late: what else is sent on that connection.
        requests: the octets of each whole request.
        received: all octets that came, whole requests or not.
        delivered: set when everything was sent and done.
    """

    octets: bytes = b""
    then: str = "hold"
    delivery: str = "whole"
    seed: int = 0
    late: Late | None = None
    requests: list[bytes] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    delivered: threading.Event = field(default_factory=threading.Event)

    def pieces(self):
        octets = self.octets
        cuts = range(0)
        if self.delivery == "octets":
            last = max(_SINGLE_FIRST, len(octets) - _SINGLE_LAST)
            cuts = [*range(1, min(len(octets), _SINGLE_FIRST)), *range(last, len(octets))]
        elif self.delivery == "split":
            where = range(1, min(len(octets), _CUT_OCTETS))
            cuts = sorted(random.Random(self.seed).sample(where, min(len(where), _CUTS)))
        start = 0
        for cut in cuts:
            yield octets[start:cut]
            start = cut
        if start < len(octets):
            yield octets[start:]


class RawServer:
    """Plays the script that is set with `play`.

    Attributes:
        url: its base URL.
    """

    def __enter__(self):
        self._script = Script()
        self._listener = listening_socket()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections = set()
        # A client has two connections at most, and its last ones may be there still.
        self._workers = [threading.Thread(target=self._work) for _ in range(_WORKERS)]
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *exc_info):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept
        self._listener.close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for worker in self._workers:
            worker.join(5)

    def play(self, script):
        """Answer further connections with this script, and return it."""
        self._script = script
        return script

    def _work(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            self._serve(connection)
            self._connections.remove(connection)

    def _serve(self, connection):
        script = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = connection.recv(65536)
            script = self._script
            self._answer(connection, script, first)
        except OSError:
            pass  # the client went first: it may
        finally:
            if script is not None:
                script.delivered.set()
            connection.close()

    def _answer(self, connection, script, first):
        request = self._read_request(connection, script, first)
        answer = OTHER
        if request and not script.requests:
            script.requests.append(request)
            self._perform(connection, script)
            answer = SAME
            request = self._read_request(connection, script)
        while request:
            script.requests.append(request)
            connection.sendall(response(answer))
            answer = SAME
            request = self._read_request(connection, script)

    def _read_request(self, connection, script, data=b""):
        """Return the octets of one request with its body; b"" when the client is gone."""
        script.received += data
        while not (length := _length(data)) or len(data) < length:
            more = connection.recv(65536)
            if not more:
                return b""
            script.received += more
            data += more
        return data

    def _perform(self, connection, script):
        for piece in script.pieces():
            connection.sendall(piece)
            os.sched_yield()
        self._end(connection, script.then)
        if script.late is not None:
            time.sleep(script.late.seconds)
            connection.sendall(script.late.octets)
            self._end(connection, script.late.then)
        script.delivered.set()

    def _end(self, connection, then):
        if then == "close":
            # Not at once: a close with unread octets would be a reset.
            connection.shutdown(socket.SHUT_WR)
        elif then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            connection.close()


def _length(data):
    """How many octets the request at the start of `data` has, or 0 while that is not known."""
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        return 0
    before = len(head) + len(blank)
    if length := _LENGTH.search(head):
        return before + int(length[1])
    if _CHUNKED.search(head):
        end = re.search(rb"(^|\r\n)0\r\n(.+\r\n)*\r\n", rest)
        return before + end.end() if end else 0
    return before


def octets_of(pairs):
    """Read a value of the data files: a list of a text and how often it comes."""
    return b"".join(text.encode("latin-1") * times for text, times in pairs)
