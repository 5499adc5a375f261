"""Worlds, scripted peers and small servers for the tests of the pool.

A *world* is one way to run our coroutines: asyncio, Trio, threads. Over a `ScriptedBackend` (fixture `run`) a
coroutine runs the same in all three; over real sockets (fixture `world`) each has its own backend.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import select
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest
import trio

from httpcore_pool import (
    AsyncioBackend,
    ConnectionPool,
    HTTP2Connection,
    ReadTimeout,
    ScriptedBackend,
    ScriptedStream,
    SyncBackend,
    Timeout,
    TrioBackend,
    run_sync,
)
from testkit.certificates import Authority
from testkit.origin import Origin

PATIENCE = 10  # seconds after which a test that hangs fails


class AsyncioWorld:
    name = "asyncio"
    Backend = AsyncioBackend

    @staticmethod
    def run(scenario):
        async def limited():
            async with asyncio.timeout(PATIENCE):
                return await scenario()

        return asyncio.run(limited())

    @staticmethod
    async def gather(*scenarios):
        return list(await asyncio.gather(*(scenario() for scenario in scenarios)))


class TrioWorld:
    name = "trio"
    Backend = TrioBackend

    @staticmethod
    def run(scenario):
        async def limited():
            with trio.fail_after(PATIENCE):
                return await scenario()

        return trio.run(limited)

    @staticmethod
    async def gather(*scenarios):
        results = [None] * len(scenarios)

        async def one(index, scenario):
            results[index] = await scenario()

        async with trio.open_nursery() as nursery:
            for index, scenario in enumerate(scenarios):
                nursery.start_soon(one, index, scenario)
        return results


class ThreadWorld:
    name = "threads"
    Backend = SyncBackend

    @staticmethod
    def run(scenario):
        return run_sync(scenario())

    @staticmethod
    async def gather(*scenarios):
        with ThreadPoolExecutor(len(scenarios)) as threads:
            futures = [threads.submit(lambda s=s: run_sync(s())) for s in scenarios]
            return [future.result(PATIENCE) for future in futures]


WORLDS = {world.name: world for world in (AsyncioWorld, TrioWorld, ThreadWorld)}


@pytest.fixture(params=list(WORLDS))
def world(request):
    """One world over real sockets: `world.run(scenario)`, `world.Backend()`, `await world.gather(...)`."""
    return WORLDS[request.param]


@pytest.fixture(params=list(WORLDS))
def run(request):
    """Runs a coroutine function (over a scripted backend) in each world and returns its value."""
    return WORLDS[request.param].run


class H2Peer:
    """The other side of a scripted HTTP/2 connection: h2 as a server is its brain.

    Attributes:
        stream: the last one that it met the client on.
        backend: the world of a connection that `connect` made.
    """

    def __init__(self, settings=None):
        configuration = h2.config.H2Configuration(client_side=False, header_encoding="ascii")
        self.h2 = h2.connection.H2Connection(configuration)
        if settings is not None:
            self.h2.local_settings = h2.settings.Settings(client=False, initial_values=settings)
        self.h2.initiate_connection()
        self.stream = None
        self._events = []
        self._seen = 0

    def connect(self, *script, stream=ScriptedStream, backend=None, **options):
        """Make a connection of ours to this peer, which plays the script."""
        self.backend = backend or ScriptedBackend()
        self.stream = stream(script)
        options.setdefault("timeout", Timeout(read=3, write=4))
        return HTTP2Connection(self.stream, self.backend, **options)

    def take(self, stream):
        """Take what the client has written so far."""
        self.stream = stream
        data = stream.written[self._seen :]
        self._seen = len(stream.written)
        if data:
            self._events += self.h2.receive_data(data)

    def step(self, act=None, raw=b""):
        """A step of a script: take what came, act, give what is to be sent, then raw bytes."""

        def play(stream):
            self.take(stream)
            if act is not None:
                act(self)
            return self.h2.data_to_send() + raw or None

        return play

    def of(self, kind):
        """What the client has done so far of one kind."""
        self.take(self.stream)
        return [event for event in self._events if isinstance(event, kind)]

    def resets(self):
        """The streams that the client has reset, and why."""
        return [(event.stream_id, event.error_code) for event in self.of(h2.events.StreamReset)]

    def content(self, stream_id):
        """What came of a request's content, and whether that is all."""
        data = [e.data for e in self.of(h2.events.DataReceived) if e.stream_id == stream_id]
        ended = [e.stream_id for e in self.of(h2.events.StreamEnded)]
        return b"".join(data), stream_id in ended

    def sizes(self):
        """How large the frames of content were that came, in their order."""
        return [len(event.data) for event in self.of(h2.events.DataReceived)]

    def head(self, stream_id, status=200, *fields, end=False):
        self.h2.send_headers(stream_id, [(":status", str(status)), *fields], end_stream=end)

    def answer(self, stream_id, body=b"", status=200, *fields):
        self.head(stream_id, status, *fields, end=not body)
        if body:
            self.h2.send_data(stream_id, body, end_stream=True)


@pytest.fixture
def h2_peer():
    return H2Peer


class Live(ScriptedStream):
    """A stream of asyncio: a read waits until something is fed."""

    def __init__(self, script=()):
        super().__init__(script)
        self._fed = asyncio.Event()

    def feed(self, *steps):
        self._steps += steps
        self._fed.set()

    async def read(self, max_bytes, timeout=None):
        try:
            async with asyncio.timeout(timeout):
                while not (self._steps or self.closed):
                    self._fed.clear()
                    await self._fed.wait()
        except TimeoutError:
            raise ReadTimeout("nothing was fed", timeout) from None
        return await super().read(max_bytes, timeout)


@pytest.fixture
def live():
    return Live


async def _settled():
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def settled():
    """`await settled()`: the tasks of asyncio go on until all of them wait."""
    return _settled


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def origin(authority):
    with Origin(authority) as origin:
        yield origin


@pytest.fixture
def pool_of(authority):
    """Makes a pool in a world that trusts the test authority."""

    def make(world, **options):
        options.setdefault("ssl", authority.bundle)
        options.setdefault("timeout", Timeout(PATIENCE, PATIENCE, PATIENCE, PATIENCE))
        return ConnectionPool(world.Backend(), **options)

    return make


class Peer:
    """A listening socket; the n-th connection is given to the n-th handler (the last one repeats)."""

    def __init__(self, handlers, context=None, backlog=16):
        self._handlers = list(handlers)
        self._context = context
        self._sock = socket.socket()
        self._sock.bind(("127.0.0.1", 0))
        self._sock.listen(backlog)
        self.port = self._sock.getsockname()[1]
        self.scheme = "http" if context is None else "https"
        self.url = f"{self.scheme}://localhost:{self.port}"
        self.accepted = 0
        self._open = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._sock.accept()
            except OSError:
                return
            handler = self._handlers[min(self.accepted, len(self._handlers) - 1)]
            self.accepted += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, handler))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock, handler):
        with contextlib.suppress(OSError):
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            handler(sock)
        # close, not shutdown alone: the client must see the end.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def close(self):
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        for sock in self._open:
            sock.close()


@pytest.fixture
def peer():
    """Starts a scripted peer: `peer(handler, ..., context=None)`; it ends with the test."""
    peers = []

    def start(*handlers, context=None):
        peers.append(Peer(handlers, context))
        return peers[-1]

    yield start
    for each in peers:
        each.close()


def read_head(sock):
    """The bytes of one request head (and what came with it); b"" if the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    return data


def drain(sock):
    """Read until the client closes: a peer that says nothing more."""
    while sock.recv(65536):
        pass


def replies(*answers, then=drain):
    """A handler that reads one head for each answer and gives it, and then does something else."""

    def handler(sock):
        for answer in answers:
            if not read_head(sock):
                return
            sock.sendall(answer)
        if then is not None:
            then(sock)

    return handler


@pytest.fixture
def handlers():
    """Building blocks of scripted peers."""

    class Handlers:
        pass

    Handlers.read_head = staticmethod(read_head)
    Handlers.drain = staticmethod(drain)
    Handlers.replies = staticmethod(replies)
    return Handlers


class ProxyServer:
    """A small CONNECT proxy: `seen` has the heads that it was asked with, userinfo must match."""

    def __init__(self, user=None, password=None):
        self.seen = []
        pair = f"{user}:{password}".encode()
        self._expected = None if user is None else b"Basic " + base64.b64encode(pair)

    def __call__(self, sock):
        head = read_head(sock)
        self.seen.append(head)
        if not head:
            return
        if self._expected is not None and self._expected not in head:
            sock.sendall(b"HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as target:
            sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            self._relay(sock, target)

    @staticmethod
    def _relay(client, target):
        # One thread for both ways: an SSL object is not for two at once.
        while True:
            pending = isinstance(client, ssl.SSLSocket) and client.pending()
            ready = [client] if pending else select.select([client, target], [], [], PATIENCE)[0]
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                (target if source is client else client).sendall(data)


@pytest.fixture
def proxy_server():
    return ProxyServer
