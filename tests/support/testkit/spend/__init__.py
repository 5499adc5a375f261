"""What a hostile server can make the client spend: one attack at a time, over real sockets.

`hatch run attacks` prints the table of docs/explanation/attacks.md: `__main__` measures each attack in
processes of its own. The attacks are lists in `http1`, `bodies`, `http2` and `others`; `tests/attacks/`
plays them small.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpcore_client as httpcore
from httpcore_client.websocket import WebSocketClosed
from testkit.h2_server import Conversation
from testkit.peer import Peer

KiB, MiB = 1024, 1024 * 1024
ANSWER = "an answer"
_PIECE_BYTES = 64 * KiB
_PATIENCE_SECONDS = 5
_ERRORS = (httpcore.HTTPError, httpcore.InvalidURL, WebSocketClosed, ValueError)


def get(client, url):
    """What most attacks are met by: a request whose body is read."""
    client.get(url)


@dataclass(frozen=True)
class Attack:
    """What a server does, and what a client asks for meanwhile.

    Attributes:
        name: for people.
        bound: what ends it, or bounds what it costs.
        play: what the server does on each connection, given a `Wire`.
        outcome: the error, by its class, or `ANSWER`.
        ask: a function of a `SyncClient` and the server's URL.
        options: of the client.
        scheme: of the URL.
        share: of the octets that the table is made with; less for what takes a server long to write.
    """

    name: str
    bound: str
    play: Callable[[Any], None]
    outcome: str = "RemoteProtocolError"
    ask: Callable[[httpcore.SyncClient, str], Any] = get
    options: Mapping[str, Any] = field(default_factory=dict)
    scheme: str = "http"
    share: float = 1.0


class Wire:
    """The server's end of one connection.

    Attributes:
        size: how many octets there are to be sent at most, roughly.
    """

    def __init__(self, sock, tally, size, read_request):
        self._sock = sock
        self._tally = tally
        self._read_request = read_request
        self.size = size

    def request(self):
        """Wait for a request; its head."""
        got = self._read_request(self)
        if not got:
            raise ConnectionError("the client has gone")
        return got

    def send(self, *octets):
        for piece in octets:
            self.sendall(piece)

    def pour(self, unit, size=None):
        """Send it again and again, until there was enough or the client has gone."""
        piece = unit * max(1, _PIECE_BYTES // len(unit))
        left = self.size if size is None else size
        while left > 0:
            self.sendall(piece)
            left -= len(piece)

    def pour_slowly(self, unit, seconds):
        """Send it once in a while, until the client has gone."""
        while not select.select([self], [], [], seconds)[0]:
            self.sendall(unit)

    def hold(self):
        """Wait until the client has gone."""
        while self.recv(_PIECE_BYTES):
            pass

    def tls(self, context):
        """Go on in TLS: a wire over it."""
        secure = context.wrap_socket(self._sock, server_side=True)
        return type(self)(secure, self._tally, self.size, self._read_request)

    def http2(self):
        """Speak HTTP/2 over it."""
        return Conversation(self)

    # As of a socket.

    def sendall(self, octets):
        view = memoryview(octets)
        while view:
            view = view[self.send_some(view[:_PIECE_BYTES]) :]

    def send_some(self, octets, flags=0):
        sent = self._sock.send(octets, flags) if flags else self._sock.send(octets)
        self._tally.append(sent)
        return sent

    def __getattr__(self, name):
        return getattr(self._sock, name)


class _HTTP2Wire(Wire):
    """The same, for `Conversation`, which calls what sends a part of something `send`."""

    send = Wire.send_some


class Hostile(Peer):
    """The server of an attack. `sent` lists the octets of each write."""

    def __init__(self, attack, size):
        kind = _HTTP2Wire if "http1" in attack.options else Wire
        self.sent = []
        self._scheme = attack.scheme
        super().__init__(partial(self._play, attack.play, kind, int(size * attack.share)))

    def _play(self, play, kind, size, connection):
        connection.settimeout(_PATIENCE_SECONDS)
        with suppress(OSError):
            play(kind(connection, self.sent, size, self.read_request))

    def __enter__(self):
        super().__enter__()
        self.url = f"{self._scheme}://127.0.0.1:{self.port}/"  # no name to look up
        return self


def meet(attack, url):
    """Meet it as a client; return the CPU seconds of this thread, and the outcome."""
    options = {"trust_env": False, "timeout": _PATIENCE_SECONDS, **attack.options}
    with httpcore.SyncClient(**options) as client:
        begun = time.thread_time()
        try:
            attack.ask(client, url)
            outcome = ANSWER
        except _ERRORS as error:
            outcome = type(error).__name__
        return time.thread_time() - begun, outcome
