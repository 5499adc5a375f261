"""HTTP/1.1 beyond plain requests, over sockets, in the three worlds: uploads that are answered early, 1xx,
Expect, trailers, upgrades and tunnels, rests that nobody reads."""

import socket
import struct
import threading

import pytest

import httpcore_client as httpcore
from testkit.peer import Peer, response

TOO_LARGE = response(b"no", "413 Content Too Large")
LARGE_BYTES = 8_000_000


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# Early answers (RFC 9112 9.5, 9.6).


def read_head(connection):
    """Read a request's head; b"" when the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(1024)
        if not more:
            return b""
        data += more
    return data


ENDS = {"closes": lambda connection: None, "resets": reset, "stops reading": None}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["bytes", "iterator"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_early_answer_ends_an_upload(world, authority, end, kind, tls):
    """It is returned at once, although the peer resets or stops reading; nothing hangs on the rest."""
    done = threading.Event()

    def refuse(connection):
        # Without this Nagle may hold the answer back behind TLS tickets, and a reset drops it.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_head(connection)
        connection.sendall(TOO_LARGE)
        if ENDS[end] is None:
            done.wait(10)
        else:
            ENDS[end](connection)

    async def scenario(base, options):
        async with world.client(timeout=5, **options) as client:
            answers = []
            for _ in range(4):
                content = bytes(LARGE_BYTES)
                if kind == "iterator":
                    content = iter([bytes(100_000)] * (LARGE_BYTES // 100_000))
                answers.append(await client.post(base, content=content))
            return [(answer.status_code, answer.content) for answer in answers]

    context = authority.server_context() if tls else None
    options = {"ssl": authority.bundle} if tls else {}
    with Peer(refuse, context=context) as peer:
        found = world.run(scenario, peer.url, options)
        done.set()
    assert [(413, b"no")] * 4 == found
    assert 4 == peer.accepted


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_answer_that_came_while_content_was_awaited_spares_the_next_piece(world, authority, tls):
    answered = threading.Event()
    came = []

    def refuse(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = read_head(connection)
        while b"begin" not in head:
            head += connection.recv(1024)
        connection.sendall(TOO_LARGE)
        answered.set()
        came.append(connection.recv(1024))

    def content():
        yield b"begin"
        assert answered.wait(5)
        yield b"more"
        raise AssertionError  # never asked for

    async def scenario(base, options):
        async with world.client(timeout=5, **options) as client:
            return (await client.post(base, content=content())).status_code

    context = authority.server_context() if tls else None
    options = {"ssl": authority.bundle} if tls else {}
    with Peer(refuse, context=context) as peer:
        status = world.run(scenario, peer.url, options)
    assert (413, [b""]) == (status, came)


# Informational responses and Expect (RFC 9110 10.1.1, 15.2).

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def test_early_hints_reach_the_caller_and_the_final_response_follows(world):
    async def scenario(base):
        async with world.client() as client:
            seen = []
            answers = [
                (await client.get(base, on_informational=seen.append)).content for _ in range(2)
            ]
            return answers, [(one.status_code, one.headers["Link"]) for one in seen]

    with Peer() as peer:
        peer.handlers = [peer.holding(HINTS + response(), HINTS * 2 + response(b"again"))]
        found = world.run(scenario, peer.url)
    assert ([b"hello", b"again"], [(103, "</a.css>; rel=preload")] * 3) == found
    assert 1 == peer.accepted


@pytest.mark.parametrize("answer", ["go ahead", "silence", "refusal"])
def test_expect_waits_for_the_go_ahead(world, answer):
    """With it, or without an answer in time, the content follows; a refusal spares it."""
    came = []

    def expecting(connection):
        came.append(read_head(connection).count(b"content"))
        if answer == "refusal":
            connection.sendall(TOO_LARGE)
        else:
            connection.sendall(CONTINUE if answer == "go ahead" else b"")
            came.append(connection.recv(1024))
            connection.sendall(response())
        came.append(connection.recv(1024))

    async def scenario(base):
        expect = 0.2 if answer == "silence" else 5
        async with world.client(timeout=httpcore.Timeout(expect=expect)) as client:
            headers = {"Expect": "100-continue"}
            sent = await client.post(base, content=b"content", headers=headers)
            return sent.status_code

    with Peer(expecting) as peer:
        status = world.run(scenario, peer.url)
    if answer == "refusal":
        assert (413, [0, b""]) == (status, came)
    else:
        assert (200, [0, b"content", b""]) == (status, came)


# Trailers (RFC 9112 7.1.2), in every split of the message.

TRAILING = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n"
)


def test_trailers_come_in_every_split(world):
    def in_pieces(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(1, len(TRAILING)):
            read_head(connection)
            connection.sendall(TRAILING[:at])
            connection.sendall(TRAILING[at:])

    async def scenario(base):
        async with world.client() as client:
            found = set()
            for _ in range(1, len(TRAILING)):
                async with client.stream("GET", base) as answer:
                    body = await answer.read()
                    found.add((body, answer.trailers["X-Sum"]))
            return found

    with Peer(in_pieces) as peer:
        assert {(b"hello", "abc")} == world.run(scenario, peer.url)
    assert 1 == peer.accepted


# Upgrades and tunnels (RFC 9110 7.8, 9.3.6).

SWITCHING = b"HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
ASKING = {"Connection": "Upgrade", "Upgrade": "echo"}


@pytest.mark.parametrize("expects", [False, True], ids=["between pieces", "for the go-ahead"])
def test_a_switch_before_the_end_of_the_request_is_refused(world, expects):
    """RFC 9110 7.8: the new protocol begins behind the request, of which a part would be taken for it."""
    switched = threading.Event()

    def switch(connection):
        read_head(connection)
        connection.sendall(SWITCHING)
        switched.set()

    def content():
        yield b"begin"
        assert switched.wait(5)
        yield bytes(1_000_000)
        yield b"end"

    async def scenario(base):
        headers = {**ASKING, "Expect": "100-continue"} if expects else ASKING
        async with world.client(timeout=5) as client:
            with pytest.raises(httpcore.RemoteProtocolError, match="before the request had gone"):
                await client.post(base, content=content(), headers=headers)
            return client.stats().open

    with Peer(switch) as peer:
        assert 0 == world.run(scenario, peer.url)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_a_switched_connection_is_handed_to_the_caller(world, authority, method, tls):
    """With the bytes that came with the head; its slot is free once it is closed."""

    def switch(connection):
        head = read_head(connection)
        if head.startswith(b"CONNECT localhost:"):
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\nearly ")
        else:
            connection.sendall(SWITCHING + b"early ")
        while data := connection.recv(1024):
            connection.sendall(data.upper())

    async def scenario(base, options):
        limits = httpcore.PoolLimits(max_connections=1)
        async with world.client(pool_limits=limits, timeout=5, **options) as client:
            found = []
            for _ in range(2):
                headers = ASKING if method == "GET" else {}
                answer = await client.request(method, base, headers=headers)
                raw = answer.network_stream
                await raw.write(b"bird", 5)
                data = b""
                while len(data) < 10:
                    data += await raw.read(1024, 5)
                found.append((data, answer.content, raw.peer.endswith(base[-5:])))
                await raw.close()
            return found, client.stats().open

    context = authority.server_context() if tls else None
    options = {"ssl": authority.bundle} if tls else {}
    with Peer(switch, context=context) as peer:
        found = world.run(scenario, peer.url, options)
    assert ([(b"early BIRD", b"", True)] * 2, 0) == found
    assert 2 == peer.accepted


def test_an_upgrade_that_is_refused_is_an_answer_like_any_other(world):
    async def scenario(base):
        async with world.client() as client:
            answers = [await client.get(base, headers=ASKING) for _ in range(2)]
            return [(one.content, one.network_stream) for one in answers]

    with Peer() as peer:
        peer.handlers = [peer.holding(response(), response())]
        assert [(b"hello", None)] * 2 == world.run(scenario, peer.url)
    assert 1 == peer.accepted


# Rests that nobody reads (RFC 9112 9.3).


@pytest.mark.parametrize(
    ("length", "accepted"), [(10, 1), (60_000, 1), (200_000, 2)], ids=["tiny", "small", "large"]
)
def test_a_small_rest_is_read_to_keep_the_connection(world, length, accepted):
    body = bytes(length)
    go_on = threading.Event()

    def slowly(connection):
        """Send the head alone first, so that the body is a rest whoever is quicker."""
        while read_head(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
            go_on.wait(5)
            connection.sendall(body)

    async def scenario(base):
        async with world.client() as client:
            go_on.clear()
            async with client.stream("GET", base) as answer:
                go_on.set()
            return answer.status_code, len((await client.get(base)).content)

    with Peer(slowly) as peer:
        assert (200, length) == world.run(scenario, peer.url)
    assert accepted == peer.accepted


def test_the_steps_of_a_request_can_be_watched(world):
    """A replay shows: the kept connection was closed as the second request went out."""

    async def scenario(base):
        async with world.client() as client:
            events = []
            await client.get(base, trace=events.append)
            await client.get(base, trace=events.append)
            return [event.name for event in events]

    def one_answer(connection):
        read_head(connection)
        connection.sendall(response())
        read_head(connection)

    with Peer(one_answer) as peer:
        names = world.run(scenario, peer.url)
    sending = ["send.start", "send.head", "send.done", "wait.start"]
    answered = ["wait.done", "receive.start", "receive.done"]
    opened = ["dns.start", "dns.done", "connect.start", "connect.done", "connection.opened"]
    assert [
        *(*opened, *sending, *answered),
        *("connection.reused", *sending, "wait.failed", "connection.closed"),
        *("request.retry", *opened, *sending, *answered),
    ] == names


# A kept connection that has fallen silent (a network that forgot it says nothing).


def test_when_one_kept_connection_is_silent_its_twins_are_not_tried(world):
    ready = threading.Barrier(3, timeout=5)

    def one_answer(connection):
        read_head(connection)
        ready.wait()  # so that three connections are made
        connection.sendall(response())
        while connection.recv(65536):
            pass  # takes requests and says nothing

    async def scenario(base):
        async with world.client(timeout=5) as client:
            await world.gather(*[lambda: client.get(base)] * 3)
            with pytest.raises(httpcore.ReadTimeout):
                await client.get(base, timeout=0.1)
            return (await client.get(base)).content, client.stats().closed["stale"]

    with Peer() as peer:
        peer.handlers = [*[one_answer] * 3, peer.holding(response(b"new"))]
        assert (b"new", 2) == world.run(scenario, peer.url)


def test_a_redirect_whose_body_drips_ends_with_the_total(world):
    """It is the time of the whole request that is over, not that of one more dial."""
    over = threading.Event()

    def drips(connection):
        read_head(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 90\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b"x")

    async def scenario(base):
        async with world.client(timeout=httpcore.Timeout(total=0.3)) as client:
            with pytest.raises(httpcore.TotalTimeout) as caught:
                await client.get(base)
            over.set()
            return caught.value.phase

    with Peer(drips) as peer:
        assert "read" == world.run(scenario, peer.url)
