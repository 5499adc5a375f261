"""`Timeout(total=...)` ends a request in whatever phase it is, in every world."""

import itertools
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

import httpcore_client as httpcore
from testkit.faults import (
    CLOSE,
    DEAF,
    HOLD,
    OK,
    READ,
    READ_SOME,
    Faulty,
    assert_settled,
    client_of_one,
    drip,
    failure,
    nothing_left,
    send,
    stats,
    with_secret,
)
from testkit.peer import response

TOTAL = 0.1
LATE_SECONDS = 1.5  # at most; a busy machine may be late
LIMITS = httpcore.Timeout(connect=9, read=9, write=9, pool=9, expect=9, total=TOTAL)


def REDIRECT(peer, connection):  # noqa: N802 - a step
    """Lead on and on, slowly."""
    for number in itertools.count():
        READ(peer, connection)
        time.sleep(0.05)
        connection.sendall(response(b"", "302 Found", b"Location: /hop/%d" % number))


def PAUSE(peer, connection):  # noqa: N802 - a step
    time.sleep(TOTAL / 2)


def slowly():
    """Content that takes its time, all of which counts."""
    for _ in range(100):
        time.sleep(0.02)
        yield b"x" * 100


@dataclass(frozen=True)
class Case:
    """Where the time runs out.

    Attributes:
        what: says it.
        phase: which the error names; several where it depends on the moment.
        peer: steps of the first connection; further ones say nothing.
        before: whether the connection carried a request before, answered with `OK`.
        options: of the request; `content` is called.
        streamed: whether the caller reads the body piece by piece.
        tls: whether to ask over TLS, which the peer does not speak.
    """

    what: str
    phase: str | tuple[str, ...]
    peer: tuple[Callable, ...]
    before: bool = False
    options: dict = field(default_factory=dict)
    tls: bool = False
    streamed: bool = False

    def __str__(self):
        return self.what


def upload(**options):
    return {"method": "PUT", **options}


LEADS_ON = b"HTTP/1.1 302 Found\r\nLocation: /on\r\nContent-Length: 1000\r\n\r\n"
CASES = [
    Case("TLS stalls at once", "connect", (DEAF,), tls=True),
    Case(
        "TLS stalls within the handshake", "connect", (READ_SOME, send(b"\x16\x03"), HOLD), tls=True
    ),
    Case(
        "the peer stops reading", "write", (DEAF,), options=upload(content=lambda: bytes(8_000_000))
    ),
    Case(
        "so it does of pieces",
        "write",
        (DEAF,),
        options=upload(content=lambda: iter([bytes(10**6)] * 20)),
    ),
    Case("the content is slow", "write", (HOLD,), options=upload(content=slowly)),
    Case(
        *("no 100 (Continue), ever", ("read", "write"), (READ_SOME, HOLD)),
        options=upload(content=lambda: b"x", headers={"Expect": "100-continue"}),
    ),
    Case("no head", "read", (READ, HOLD)),
    Case("no head on a kept connection", "read", (READ, HOLD), before=True),
    Case("the head drips", "read", (READ, drip(response(), 0.02))),
    Case("1xx and 1xx again", "read", (READ, *[drip(b"HTTP/1.1 102 P\r\n\r\n", 0.01)] * 20)),
    Case("the body drips", "read", (READ, drip(response(b"x" * 999), 0.005))),
    Case("a streamed body drips", "read", (READ, drip(response(b"x" * 999), 0.005)), streamed=True),
    Case(
        "chunks drip",
        "read",
        (
            READ,
            send(response()[:17]),
            send(b"Transfer-Encoding: chunked\r\n\r\n"),
            *[send(b"1\r\nx\r\n"), PAUSE] * 9,
        ),
    ),
    Case("redirects go on", ("read", "write"), (REDIRECT,)),
    Case(
        "the body of a redirect drips",
        ("connect", "read", "write"),
        (READ, send(LEADS_ON), drip(b"x" * 1000, 0.01)),
    ),
    Case("a replay stalls", "read", (READ, PAUSE, CLOSE), before=True),
]


def check_error(case, error, began):
    """The error is of the total: it names where, after how long, and the limit."""
    assert httpcore.TotalTimeout is type(error), repr(error)
    assert error.phase in case.phase if isinstance(case.phase, tuple) else error.phase == case.phase
    assert TOTAL == error.limit
    assert TOTAL <= error.elapsed < TOTAL + LATE_SECONDS
    assert TOTAL <= time.monotonic() - began < TOTAL + LATE_SECONDS
    assert f"its total of {TOTAL:g} s" in str(error)
    assert f"phase: {error.phase}" in str(error)
    assert isinstance(error, TimeoutError)


class Silent(Faulty):
    """Plays the steps of a case, and says nothing on further connections."""

    def _serve_all(self, connection):
        HOLD(self, connection)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_total_ends_a_request_in_any_phase(world, authority, case):
    steps = (READ, send(OK), *case.peer) if case.before else case.peer
    peer = Silent(steps, tls=case.tls)

    async def ask(client, url):
        options = {"method": "GET", **case.options, "timeout": LIMITS}
        if "content" in options:
            options["content"] = options["content"]()
        if case.streamed:
            async with client.stream(url=url, **options) as answer:
                async for _ in answer.stream():
                    pass
        else:
            await client.request(url=url, **options)

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:
            if case.before:
                await client.get(url)
            began = time.monotonic()
            check_error(case, await failure(ask(client, url)), began)
            assert_settled(await stats(client))
            peer.over.set()

    with nothing_left(), peer:
        world.run(scenario)


def test_the_total_ends_a_wait_in_line(world, authority):
    case = Case("in line", "pool", (READ, send(response(b"x" * 99)[:-50]), HOLD))
    peer = Silent(case.peer)

    async def scenario():
        async with client_of_one(world, authority) as client:
            async with client.stream("GET", peer.url):
                began = time.monotonic()
                error = await failure(client.get(with_secret(peer.url), timeout=LIMITS))
                check_error(case, error, began)
            assert_settled(await stats(client))

    with nothing_left(), peer:
        world.run(scenario)


def test_the_total_ends_a_dial(world, authority):
    case = Case("dialling", "connect", ())
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        fillers = [socket.socket() for _ in range(4)]  # a full backlog answers no further SYN
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
        url = with_secret(f"http://localhost:{sock.getsockname()[1]}")

        async def scenario():
            async with client_of_one(world, authority) as client:
                began = time.monotonic()
                check_error(case, await failure(client.get(url, timeout=LIMITS)), began)
                assert_settled(await stats(client))

        with nothing_left():
            world.run(scenario)
        for filler in fillers:
            filler.close()
