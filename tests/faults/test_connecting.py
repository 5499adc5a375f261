"""Faults on the way to a connection: dialling, TLS, and the wait for a place in the pool."""

import datetime
import errno
import resource
import socket
import ssl
import struct
import time

import pytest

import httpcore_client as httpcore
from testkit.awaits import BACKENDS
from testkit.faults import (
    CLOSE,
    DEAF,
    HOLD,
    READ,
    READ_SOME,
    RST,
    SERVE,
    TLS,
    Faulty,
    Row,
    assert_settled,
    cases,
    check,
    client_of_one,
    failure,
    names,
    nothing_left,
    send,
    stats,
    with_secret,
)
from testkit.peer import Peer, response
from testkit.sockets import black_hole, closed_port
from testkit.tiny import Tiny

CONNECT, CERTIFICATE = httpcore.ConnectError, httpcore.CertificateError
TIMEOUT = httpcore.Timeout(connect=0.2, read=3, write=3, pool=3)


# What a server's TLS can be like.


def no_tls(authority):
    return None


def named_otherwise(authority):
    return authority.server_context(names=("elsewhere.test",))


def expired(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    authority.ca.issue_cert("127.0.0.1", not_after=past).configure_cert(context)
    return context


def asks_for_a_certificate(version):
    def make(authority):
        context = authority.server_context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority.bundle)
        context.maximum_version = version
        return context

    return make


def chooses(*protocols):
    def make(authority):
        return authority.server_context(alpn=protocols)

    return make


def no_alpn(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


def refuses(number, what, server, **options):
    """A row of a handshake that fails, after which nothing of the request may have been sent."""
    defaults = {"peer": (SERVE,), "phase": "connect", "attempts": 0, "transports": (TLS,)}
    lasts = {"recovers": False, "connections": 1}
    return Row(number, what, server=server, **{**defaults, **lasts, **options})


STALLS = {"timeout": TIMEOUT, "error": httpcore.ConnectTimeout, "says": "within 0.2 s"}


def breaks(number, what, *steps, **options):
    """A row of a peer that speaks no TLS."""
    return refuses(number, what, no_tls, peer=steps, **{"error": CONNECT, **options})


EARLY = b"\x17\x03\x03\x00\x01\x00"  # application data, before there are keys
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal, handshake_failure

ROWS = [
    refuses(11, "another name", named_otherwise, error=CERTIFICATE, says="not valid for"),
    refuses(11, "expired", expired, error=CERTIFICATE, says="expired"),
    refuses(
        *(11, "unknown authority", lambda authority: authority.server_context()),
        error=CERTIFICATE,
        ssl=lambda authority: None,
        says="issuer",
    ),
    breaks(12, "speaks plain HTTP", READ_SOME, send(response()), CLOSE, says="TLS"),
    breaks(12, "closes at once", CLOSE),
    breaks(12, "closes within the handshake", READ_SOME, CLOSE),
    breaks(12, "resets at once", RST),
    breaks(12, "resets within the handshake", READ_SOME, RST),
    breaks(12, "says nonsense", READ_SOME, send(EARLY), HOLD),
    breaks(12, "sends an alert", READ_SOME, send(ALERT), HOLD, says="handshake failure"),
    breaks(12, "stalls at once", DEAF, **STALLS),
    breaks(12, "stalls within the handshake", READ_SOME, send(EARLY[:3]), HOLD, **STALLS),
    refuses(
        *(13, "TLS 1.2: asks for a certificate", asks_for_a_certificate(ssl.TLSVersion.TLSv1_2)),
        error=CONNECT,
        says="handshake failure",
    ),
    refuses(
        *(13, "TLS 1.3: asks for a certificate", asks_for_a_certificate(ssl.TLSVersion.TLSv1_3)),
        error=httpcore.ReadError,
        phase="read",
        says="certificate required",
    ),
    refuses(15, "no ALPN", no_alpn, connections=1, attempts=1, recovers=True),
    refuses(15, "another protocol", chooses("spdy/3"), connections=1, attempts=1, recovers=True),
]


@pytest.mark.parametrize(("row", "transport"), cases(ROWS), ids=names(ROWS))
def test_a_fault_of_tls_keeps_its_promise(world, authority, row, transport):
    check(row, transport, world, authority)


def test_a_tls_peer_that_never_says_farewell_does_not_hold_up_a_close(world, authority):
    """Fault 16: our close_notify is sent, not answered; a peer that reads nothing more is not waited for."""
    peer = Faulty((READ, send(response()), DEAF), authority.server_context(), tls=True)

    async def scenario():
        async with client_of_one(world, authority) as client:
            assert "hello" == (await client.get(with_secret(peer.url))).text
            began = time.monotonic()
        assert time.monotonic() - began < 0.5

    with nothing_left(), peer:
        world.run(scenario)


# Dialling.


async def dial(world, authority, url, timeout=None):
    """Ask for something that can't be reached; return the error once nothing is left of it."""
    async with client_of_one(world, authority) as client:
        error = await failure(client.get(with_secret(url), timeout=timeout))
        assert_settled(await stats(client))
        assert 0 == (await stats(client)).open
        assert "connect" == error.phase
        assert error.sent is False
        return error


def test_a_refused_connection_is_an_error_at_once(world, authority):
    """Fault 5."""
    url = f"http://localhost:{closed_port()}"
    with nothing_left():
        error = world.run(dial, world, authority, url)
    assert CONNECT is type(error)
    assert "Connection refused" in str(error)
    assert error.elapsed < 1


def test_a_network_that_leads_nowhere_is_an_error_at_once(world, authority):
    """Fault 8: the system knows that it can't be reached."""
    url = "http://255.255.255.255:80"  # TCP has no broadcast
    with nothing_left():
        error = world.run(dial, world, authority, url)
    assert CONNECT is type(error)
    assert "Network is unreachable" in str(error)


@pytest.fixture
def full():
    """The URL of a listener whose backlog is full, so that it answers no further SYN."""
    with black_hole() as (_, port):
        yield f"http://localhost:{port}"


def test_a_black_hole_is_a_connect_timeout_near_its_limit(world, authority, full):
    """Fault 6."""
    with nothing_left():
        error = world.run(dial, world, authority, full, httpcore.Timeout(connect=0.2))
    assert httpcore.ConnectTimeout is type(error)
    assert 0.2 == error.limit
    assert 0.2 <= error.elapsed < 0.5


def test_no_descriptor_left_is_an_error_and_over_when_there_are_some(world, authority):
    """Fault 7."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def scenario(url):
        async with client_of_one(world, authority) as client:
            with socket.socket() as probe:
                lowest = probe.fileno()  # the next descriptor would be this one
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
            try:
                error = await failure(client.get(url))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert CONNECT is type(error)
            assert "Too many open files" in str(error)
            assert_settled(await stats(client))
            assert b"7" == (await client.get(url)).content

    with nothing_left(), Tiny() as server:  # in a process of its own, with descriptors of its own
        world.run(scenario, with_secret(server.url) + "/id/7")


RESET_AT_ONCE = 100  # attempts: the reset meets the client at different moments


def test_a_peer_that_resets_as_it_accepts_gives_errors_of_ours(world, authority):
    """Fault 5: the connection may be gone before the system can say with whom it was."""

    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    peer = Peer(reset)

    async def scenario():
        async with client_of_one(world, authority) as client:
            found = {
                type(await failure(client.get(with_secret(peer.url)))) for _ in range(RESET_AT_ONCE)
            }
            assert_settled(await stats(client))
            return found

    with nothing_left(), peer:
        found = world.run(scenario)
    assert {CONNECT, httpcore.WriteError, httpcore.RemoteProtocolError} >= found


def test_a_connection_without_a_peer_is_closed(world, authority, monkeypatch):
    """The same, at the one moment that matters."""

    def gone(sock):
        raise OSError(errno.ENOTCONN, "there is no peer")

    peer = Faulty((SERVE,))

    async def scenario():
        async with client_of_one(world, authority) as client:
            monkeypatch.setattr(socket.socket, "getpeername", gone)
            error = await failure(client.get(with_secret(peer.url)))
            monkeypatch.undo()
            assert_settled(await stats(client))
            assert b"next" == (await client.get(with_secret(peer.url))).content
            return error

    with nothing_left(), peer:
        error = world.run(scenario)
    assert (CONNECT, "there is no peer") == (type(error), error.message.rpartition(": ")[2])


def test_warming_up_in_vain_closes_what_had_expired(world, authority):
    """Fault 5, where no request is: what was to be closed is, although the dial fails."""
    peer = Faulty((SERVE,))
    url = f"http://127.0.0.1:{closed_port()}"

    class Later(BACKENDS[world.name]):
        seconds = 0

        def now(self):
            return super().now() + self.seconds

    async def scenario():
        backend = Later()
        async with client_of_one(world, authority, backend=backend) as client:
            assert b"next" == (await client.get(with_secret(peer.url))).content
            backend.seconds = 1000
            assert CONNECT is type(await failure(client.warm(url)))
            assert_settled(await stats(client))
            counts = await stats(client)
            assert (0, 1) == (counts.open, counts.closed["expired"])

    with nothing_left(), peer:
        world.run(scenario)


# The pool.


def test_a_request_that_gets_no_place_leaves_the_line(world, authority):
    """Fault 9: nothing was sent, and the place goes to whoever comes later."""
    peer = Faulty((READ, send(response(b"x" * 99)[:-50]), HOLD))

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:
            async with client.stream("GET", url):
                error = await failure(client.get(url, timeout=httpcore.Timeout(pool=0.1)))
                assert httpcore.PoolTimeout is type(error)
                assert ("pool", 0.1, False) == (error.phase, error.limit, error.sent)
                assert 0.1 <= error.elapsed < 1
                assert (1, 0) == ((await stats(client)).in_use, (await stats(client)).queued)
            assert b"next" == (await client.get(url)).content
            assert_settled(await stats(client))
        assert 2 == len(peer.requests)

    with nothing_left(), peer:
        world.run(scenario)


def test_places_are_given_in_the_order_of_arrival(world, authority):
    """Fault 9: first come, first served, and one that is freed as another's time runs out is not lost."""
    turns = []
    peer = Faulty((SERVE,))

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:

            async def ask(number):
                async with client.stream("GET", f"{url}/{number}") as answer:
                    await answer.read()

            await world.gather(*[lambda number=number: ask(number) for number in range(20)])
            assert_settled(await stats(client))
        turns.extend(int(head.split(b" ")[1][1:]) for head in peer.requests)

    with nothing_left(), peer:
        world.run(scenario)
    assert list(range(20)) == (turns if world.name == "asyncio" else sorted(turns))
    assert 1 == peer.accepted
