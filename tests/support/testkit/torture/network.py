"""The network of one combination: real connections to a far end in this process, and the fault.

A `Fault` says at which place it strikes: after so many octets of the peers on the way to the origin
("way"), or of the origin's ("answer"), or at so many writes of ours ("write").
"""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass

from httpcore_pool import NetworkStream
from testkit.awaits import WalkBackend

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time
_PATIENCE_SECONDS = 5
# What is changed in an octet: to what no text has, or by little.
_JUNK = {"junk": 0x80, "flip": 0x01}


@dataclass
class Fault:
    """What happens, and where.

    Attributes:
        kind: "none"; "fin", "rst" or "stall", with which all ends; "junk" or "flip", an octet that is
            changed; "delay", the rest comes when the client reads on; "octets", each comes alone.
        place: "way", "answer" or "write".
        at: after how many octets, or before which write.
        struck: whether it happened.
    """

    kind: str = "none"
    place: str = "answer"
    at: int = 0
    struck: bool = False


class Network:
    """All connections of one combination.

    Args:
        listener: where the far ends come from; it may serve one network after the other.
        wire: makes the machine of bytes at the far end of a connection, of this network.
        fault: which strikes once.

    Attributes:
        links: our ends.
        counts: octets sent and writes begun so far, by place.
        is_answering: whether the origin has heard something.
        twice: None, or what origins send twice: whole messages ("answer") or their "end".
        asked: pairs of method and word, of each whole request that reached the origin.
    """

    def __init__(self, listener, wire, fault, twice=None):
        self._listener = listener
        self._wire = wire
        self.fault = fault
        self.twice = twice
        self.lock = threading.RLock()
        self.links = []
        self.counts = {"way": 0, "answer": 0, "write": 0}
        self.is_answering = False
        self.asked = []
        self._accepted = {}

    async def connect(self, backend, how):
        """Return our end of a new connection."""
        address = self._listener.getsockname()[:2]
        inner = await backend.inner.connect_tcp([address], _PATIENCE_SECONDS, how)
        with self.lock:
            link = Link(backend, inner, _FarEnd(self._accept(inner.local), self))
            self.links.append(link)
        return link

    def _accept(self, wanted):
        while wanted not in self._accepted:
            sock, (host, port) = self._listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_PATIENCE_SECONDS)
            self._accepted[f"{host}:{port}"] = sock
        return self._accepted.pop(wanted)

    def wire(self):
        return self._wire(self)

    def due(self, place):
        """Whether the fault strikes here."""
        fault = self.fault
        return not fault.struck and place == fault.place and self.counts[place] == fault.at

    def behave(self):
        """Let nothing more go wrong, but for what has fallen silent."""
        self.fault.struck = True
        self.twice = None


class _FarEnd:
    """The other end of one connection."""

    def __init__(self, sock, network):
        self._sock = sock
        self._network = network
        self._talk = network.wire()
        self._held = b""  # not sent yet
        self._holds = None  # why: "stall", "delay" or "octets"
        self._is_mute = False

    # What the client writes.

    def before_write(self):
        with self._network.lock:
            if self._network.due("write"):
                self._strike()
            self._network.counts["write"] += 1

    def hear(self, size):
        """Take in what the client has written, and answer."""
        with self._network.lock:
            data = b""
            while self._sock is not None and len(data) < size:
                more = self._sock.recv(65536)
                if not more:
                    break
                data += more
            if data:
                self._say(self._talk.feed(data))
                if self._talk.end == "close" and not self._holds:
                    self._finish()

    # What it is sent.

    def _say(self, octets):
        self._held += octets
        if self._network.fault.kind == "octets":
            self._holds = "octets"
        self._move()

    def _move(self):
        """Send what is not held back, up to the fault."""
        network, fault = self._network, self._network.fault
        while self._held and not self._holds:
            place = "answer" if network.is_answering else "way"
            if network.due(place):
                self._strike()
                continue
            ahead = fault.at - network.counts[place]
            limited = not fault.struck and place == fault.place and ahead > 0
            size = min(ahead, len(self._held)) if limited else len(self._held)
            network.counts[place] += self._send(size)
            if network.due(place) and fault.kind not in _JUNK:
                self._strike()

    def _send(self, size):
        """Send the next octets; return how many went out."""
        piece, self._held = self._held[:size], self._held[size:]
        if self._is_mute or self._sock is None:
            return 0
        self._sock.sendall(piece)
        return size

    def _strike(self):
        fault = self._network.fault
        fault.struck = True
        match fault.kind:
            case "fin":
                self._finish()
            case "rst":
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.close()
            case "stall" | "delay":
                self._holds = fault.kind
            case "junk" | "flip":
                self._held = bytes([self._held[0] ^ _JUNK[fault.kind]]) + self._held[1:]

    def _finish(self):
        """Say nothing more; the client is still heard."""
        if not self._is_mute and self._sock is not None:
            self._sock.shutdown(socket.SHUT_WR)
        self._is_mute = True

    def asked(self):
        """The client is about to read: send what has waited for that."""
        with self._network.lock:
            if self._holds == "delay":
                self._holds = None
                self._move()
            elif self._holds == "octets" and self._held:
                self._send(1)
                self._network.fault.struck = True
            if not self._held and self._talk.end == "close":
                self._finish()

    def close(self):
        with self._network.lock:
            if self._sock is not None:
                self._sock.close()
            self._sock = None


class Link(NetworkStream):
    """Our end of a connection: the world's own stream, with points of a walk around it.

    Attributes:
        far: the other end.
        closed: whether it was closed.
    """

    def __init__(self, backend, inner, far):
        self._backend = backend
        self._inner = inner
        self.far = far
        self.closed = False

    async def read(self, max_bytes, timeout=None):
        await self._backend.point("before read")
        self.far.asked()
        if self._backend.mine():
            self._backend.walk.pass_by("in read")  # which may suspend, or not
        else:
            self._backend.others_wait.set()
        return await self._inner.read(max_bytes, timeout)

    async def read_available(self, max_bytes):
        return await self._inner.read_available(max_bytes)

    async def write(self, data, timeout=None):
        await self._backend.point("before write")
        self.far.before_write()
        await self._inner.write(data, timeout)
        self.far.hear(len(data))
        await self._backend.point("after write")

    async def write_some(self, data, timeout=None):
        await self._backend.point("before write_some")
        self.far.before_write()
        size = await self._inner.write_some(data, timeout)
        self.far.hear(size)
        await self._backend.point("after write_some")
        return size

    async def close(self):
        # As every backend does it: whatever interrupts a close, it is closed.
        try:
            await self._backend.point("before close")
        except BaseException:
            self.forget()
            raise
        self.closed = True
        try:
            await self._inner.close()
        finally:
            self.far.close()
        await self._backend.point("after close")

    def forget(self):
        if not self.closed:
            self.closed = True
            self._inner.forget()
            self.far.close()

    def is_readable(self):
        return self._inner.is_readable()

    def is_writable(self):
        return self._inner.is_writable()

    @property
    def peer(self):
        return self._inner.peer

    @property
    def local(self):
        return self._inner.local


class TortureBackend(WalkBackend):
    """A world's own backend, all of whose connections lead into a network."""

    def __init__(self, world, walk, network):
        super().__init__(world, walk)
        self._network = network

    async def connect_tcp(self, addresses, timeout, how=None):
        await self.point("before connect_tcp")
        link = await self._network.connect(self, how)
        try:
            await self.point("after connect_tcp")
        except BaseException:
            link.forget()  # nobody else knows of it
            raise
        return link
