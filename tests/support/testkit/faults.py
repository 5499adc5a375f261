"""A table of faults: how a peer misbehaves, and what the caller is promised.

A `Row` says it as data; `check` plays it in one world and looks at what no row has to say, since it holds
for all: the error names the request and hides its secrets, nothing stays in use or in line, no
descriptor, thread or task is left, and the next request on the same client is answered.

The peer of a row is a tuple of steps, such as ``(READ, send(b"HTTP/1.1 200"), FIN)``, played on its first
connection. Further connections are served properly.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trio

import httpcore_client as httpcore
from testkit.peer import Peer, response
from testkit.sockets import descriptors

NEXT = response(b"next")
OK = response(b"hello")
PASSWORD = "hunter2"
MASK = "[secure]"  # what stands in its place
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time
_LEAVING_SECONDS = 3.0


# Steps. Each is called with the peer and the connection.


def send(data):
    """Send these octets."""
    return lambda peer, connection: connection.sendall(data)


def drip(data, seconds):
    """Send octet by octet, with a pause before each."""

    def step(peer, connection):
        for octet in data:
            time.sleep(seconds)
            connection.sendall(bytes([octet]))

    return step


def READ(peer, connection):  # noqa: N802 - a step, which a row names
    """Read one request."""
    peer.read_request(connection)


def READ_SOME(peer, connection):  # noqa: N802 - a step, which a row names
    """Read the beginning of a request."""
    connection.recv(1000)


def FIN(peer, connection):  # noqa: N802 - a step, which a row names
    """Close the sending half: the peer still reads, and closes after the client."""
    connection.shutdown(socket.SHUT_WR)
    peer.told.set()
    HOLD(peer, connection)


def CLOSE(peer, connection):  # noqa: N802 - a step, which a row names
    """Close, with nothing unread: a FIN."""
    connection.close()


def RST(peer, connection):  # noqa: N802 - a step, which a row names
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()


def NOTIFY(peer, connection):  # noqa: N802 - a step, which a row names
    """End TLS as it should be ended, with close_notify."""
    connection.setblocking(False)
    with suppress(ssl.SSLWantReadError):  # it would wait for the client's
        connection.unwrap()
    peer.told.set()
    connection.setblocking(True)
    HOLD(peer, connection)


def HOLD(peer, connection):  # noqa: N802 - a step, which a row names
    """Say nothing, until the client has gone."""
    while connection.recv(65536):
        pass


def DEAF(peer, connection):  # noqa: N802 - a step, which a row names
    """Neither read nor speak, until the row is over."""
    peer.over.wait(10)


def WAIT_TO_IDLE(peer, connection):  # noqa: N802 - a step, which a row names
    """Wait until the client has had the answer and left the connection idle."""
    peer.idle.wait(5)


def TOLD(peer, connection):  # noqa: N802 - a step, which a row names
    """Tell the client that what happens to its idle connection has happened."""
    peer.told.set()


def SERVE(peer, connection):  # noqa: N802 - a step, which a row names
    """Answer every further request."""
    while peer.read_request(connection):
        connection.sendall(NEXT)


def quicken(listener):
    """Have what it accepts send at once: Nagle would hold a small answer back behind TLS tickets."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Faulty(Peer):
    """Plays steps on its first connection, and serves all further ones.

    Attributes:
        idle: set by the client when its connection is idle.
        told: set by the peer when it has done what it does to an idle connection.
        over: set when nobody looks any more.
    """

    def __init__(self, steps, context=None, *, tls=False):
        super().__init__(self._play, self._serve_all, context=context)
        self._tls = tls
        self._steps = steps
        self.idle = threading.Event()
        self.told = threading.Event()
        self.over = threading.Event()

    def __enter__(self):
        super().__enter__()
        quicken(self._listener)
        if self._tls:  # whether it speaks TLS or not
            self.url = self.url.replace("http:", "https:")
        return self

    def _play(self, connection):
        try:
            for step in self._steps:
                step(self, connection)
        finally:
            self.told.set()

    def _serve_all(self, connection):
        SERVE(self, connection)

    def read_request(self, connection):
        """Read one request with its content, whether that has a length or is chunked."""
        head = super().read_request(connection)
        if b"transfer-encoding: chunked" in head.lower():
            content = head.partition(b"\r\n\r\n")[2]
            while not content.endswith(b"0\r\n\r\n"):
                content += connection.recv(65536)
        return head

    def asked(self, path):
        """Return how often this path was asked for."""
        return sum(head.split(b" ")[1] == path for head in self.requests)

    def __exit__(self, *exc_info):
        self.over.set()
        super().__exit__(*exc_info)


# Rows.

PLAIN, TLS = "plain", "tls"


@dataclass(frozen=True)
class Row:
    """One fault and its promise.

    Attributes:
        number: of the fault, which groups rows of a kind.
        what: the fault in words.
        peer: the steps of the first connection.
        error: the class of the error, exactly; None where the request succeeds.
        over_tls: the class over TLS, where it differs.
        phase: of the error; "" where it has none.
        says: what the error's text contains.
        result: the body of the response, where there is one.
        status: its status code.
        before: how many requests were answered before on the same connection, as a count of `OK`.
        method, content, headers: of the request; `content` is called for each run.
        timeout: the limits.
        limits: the client's MessageLimits, if not the usual ones.
        attempts: how often the server read the request.
        connections: how many were made, that of the next request included: with 1 more than there
            were the connection was dropped.
        transports: over what the row runs.
        server: gives the server's TLS context for an authority, or None if it speaks none.
        ssl: gives whom the client trusts.
        recovers: whether the peer answers the next request; a wrong certificate stays wrong.
    """

    number: int
    what: str
    peer: tuple[Callable, ...]
    error: type | None = None
    over_tls: type | None = None
    phase: str = "read"
    says: str = ""
    result: bytes = b"next"
    status: int = 200
    before: int = 0
    method: str = "GET"
    content: Callable = lambda: None
    headers: dict = field(default_factory=dict)
    timeout: httpcore.Timeout = httpcore.Timeout(5, 5, 5, 5)  # noqa: RUF009 - frozen
    limits: httpcore.MessageLimits | None = None
    attempts: int = 1
    connections: int = 2
    transports: tuple[str, ...] = (PLAIN, TLS)
    server: Callable = lambda authority: authority.server_context()
    ssl: Callable = lambda authority: authority.bundle
    recovers: bool = True

    def __str__(self):
        return f"{self.number} {self.what}"


def cases(rows):
    """Return the pairs of row and transport, for `pytest.mark.parametrize`."""
    return [(row, transport) for row in rows for transport in row.transports]


def names(rows):
    """Return what `cases` are called."""
    return [f"{row}, {transport}" for row, transport in cases(rows)]


def check(row, transport, world, authority):
    """Play one row in one world, and check its promise and everybody's."""
    context = row.server(authority) if transport == TLS else None
    peer = Faulty((*[READ, send(OK)] * row.before, *row.peer), context, tls=transport == TLS)
    with nothing_left(), peer:
        world.run(_scenario, row, transport, world, authority, peer)
    assert row.attempts == peer.asked(b"/fault"), "how often the server read the request"
    assert row.connections == peer.accepted, "connections"


async def _scenario(row, transport, world, authority, peer):
    before = tasks(world)
    options = {"message_limits": row.limits, "ssl": row.ssl(authority)}
    async with client_of_one(world, authority, **options) as client:
        base = with_secret(peer.url)
        for _ in range(row.before):
            assert "hello" == (await client.get(base + "/before")).text
        peer.idle.set()
        if WAIT_TO_IDLE in row.peer:
            peer.told.wait(5)
        await _ask(row, transport, client, base)
        peer.over.set()
        assert_settled(await stats(client))
        if row.recovers:
            assert b"next" == (await client.get(base + "/next")).content
    assert_settled(await stats(client))
    assert 0 == (await stats(client)).open
    assert before == tasks(world), "a task is left"


async def _ask(row, transport, client, base):
    options = {"headers": row.headers, "timeout": row.timeout, "content": row.content()}
    asking = client.request(row.method, base + "/fault", **options)
    if row.error is None:
        answer = await asking
        assert (row.status, row.result) == (answer.status_code, answer.content)
        return
    expected = row.over_tls if transport == TLS and row.over_tls is not None else row.error
    error = await failure(asking)
    assert expected is type(error), repr(error)
    assert row.says in str(error)
    if isinstance(error, httpcore.HTTPError):
        assert row.method == error.method
        assert base.replace(PASSWORD, MASK) + "/fault" == error.url
        assert (row.phase or None) == error.phase
    if isinstance(error, httpcore.TransportError):
        assert 0 <= error.elapsed < 3


# What holds for all rows.


def with_secret(url):
    """Return the URL of a server on this machine with a password in it."""
    return url.replace("localhost", "127.0.0.1").replace("//", f"//user:{PASSWORD}@")


def client_of_one(world, authority, **options):
    """Return a client with one connection, which trusts the authority."""
    limits = httpcore.PoolLimits(max_connections=1)
    options = {"ssl": authority.bundle, "pool_limits": limits, "timeout": 3, **options}
    return world.client(**options)


async def failure(awaitable):
    """Return the error that this ends with, once it is known to hold no secret."""
    try:
        await awaitable
    except BaseException as error:
        assert_no_secret(error)
        return error
    raise AssertionError("nothing was raised")


def assert_no_secret(error):
    """The URL's password is in no text of the error, nor of those behind it."""
    while error is not None:
        assert PASSWORD not in f"{error!s} {error!r} {vars(error)!r}"
        error = error.__cause__ or error.__context__


async def stats(client):
    """Return the counts of a client of any world."""
    found = client.stats()
    return await found if inspect.isawaitable(found) else found


def assert_settled(counts):
    """Nobody uses, dials or waits for a connection."""
    assert (0, 0, 0) == (counts.in_use, counts.connecting, counts.queued), counts
    assert counts.open == counts.idle, counts


def tasks(world):
    """Return how many tasks there are, ours included."""
    if world.name == "asyncio":
        return len(asyncio.all_tasks())
    # Trio may still have some of its own that end by themselves.
    return len(trio.lowlevel.current_task().parent_nursery.child_tasks) if _in_trio() else 0


def _in_trio():
    try:
        return trio.lowlevel.current_task() is not None
    except RuntimeError:
        return False


@contextmanager
def nothing_left():
    """No descriptor and no thread is left behind by what happens inside."""
    before = descriptors(), _threads()
    yield
    end = time.monotonic() + _LEAVING_SECONDS
    while (after := (descriptors(), _threads())) != before and time.monotonic() < end:
        gc.collect()
        time.sleep(0.01)
    assert before == after, "(descriptors, threads)"


def _threads():
    # Trio and we keep threads that looked up names for later lookups; they end by themselves.
    names = (thread.name for thread in threading.enumerate())
    return sum(name != "httpcore" and not name.startswith("Trio ") for name in names)
