"""When a connection of HTTP/1.1 serves again, and when not (RFC 9112 9)."""

import socket
import threading

import pytest
import trio

from httpcore_client import (
    HTTP11Connection,
    Network,
    PoolLimits,
    ReadError,
    RemoteProtocolError,
    ScriptedBackend,
    Timeout,
    TransportError,
)
from testkit.churn import LIMITS
from testkit.h2_server import until
from testkit.peer import response
from testkit.splits import script_of, ways_of

URL = "http://a.test/"
OK, AGAIN = response(), response(b"again")


# A connection that the server closes as the request is written (RFC 9112 9.3.1, RFC 9110 9.2.2).

IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]
OTHERS = ["POST", "PATCH", "QUERY-AND-PAY"]
ENDS = {"closed": b"", "reset": ReadError("the connection broke: reset by peer")}


@pytest.fixture
def second(run_client):
    """Send a request on a connection that has answered one; return what came, and the connections."""

    def second(method, *steps, content=None):
        scripts = [[lambda _: OK, *[lambda _, step=step: play(step) for step in steps]]]
        backend = ScriptedBackend(*scripts, [lambda _: AGAIN])

        def play(step):
            if isinstance(step, BaseException):
                raise step
            return step

        async def scenario(client):
            assert b"hello" == (await client.get(URL)).content
            try:
                answer = await client.request(method, URL, content=content)
            except TransportError as error:
                return error
            return answer.status_code

        return run_client(scenario, backend=backend), backend.streams

    return second


@pytest.mark.parametrize("end", ENDS)
def test_b062_what_is_idempotent_goes_out_once_more_on_a_new_connection(second, end):
    """hx#2983, rq#3458, u3#1911."""
    for method in IDEMPOTENT:
        content = b"body" if method == "PUT" else None
        found, (old, new) = second(method, ENDS[end], content=content)
        assert 200 == found, method
        assert old.written.endswith(new.written)
        assert old.closed


@pytest.mark.parametrize("end", ENDS)
def test_b062_what_is_not_idempotent_and_went_out_is_never_sent_again(second, end):
    for method in OTHERS:
        found, streams = second(method, ENDS[end], content=b"pay")
        assert isinstance(found, TransportError), method
        assert (True, 1) == (found.sent, len(streams))
        assert 1 == streams[0].written.count(b"pay")


def test_b062_nothing_is_sent_again_once_an_octet_of_an_answer_came(second):
    for method in (*IDEMPOTENT, *OTHERS):
        found, streams = second(method, b"H", b"")
        assert isinstance(found, TransportError), method
        assert (True, 1) == (found.answered, len(streams))


def test_b062_a_body_that_can_be_read_once_is_not_sent_again(second):
    found, streams = second("PUT", b"", content=iter([b"once"]))
    assert isinstance(found, TransportError)
    assert 1 == len(streams)


def test_b062_a_connection_that_is_known_to_be_closed_is_not_used(run_client):
    backend = ScriptedBackend([lambda _: OK, b""], [lambda _: AGAIN])

    async def scenario(client):
        assert b"hello" == (await client.get(URL)).content
        assert b"again" == (await client.post(URL, content=b"pay")).content

    run_client(scenario, backend=backend)
    assert [0, 1] == [stream.written.count(b"pay") for stream in backend.streams]


def test_b062_once_more_is_once(run_client):
    closing = [lambda _: OK, lambda _: b""]
    backend = ScriptedBackend(closing, [lambda _: b""], [lambda _: AGAIN])

    async def scenario(client):
        assert b"hello" == (await client.get(URL)).content
        with pytest.raises(RemoteProtocolError):
            await client.get(URL)

    run_client(scenario, backend=backend)
    assert 2 == len(backend.streams)


# Interrupted, and left in the middle.


def test_b063_a_request_that_was_cut_off_before_the_go_ahead_leaves_no_connection(
    run_client, world, peer
):
    """ah#13579; RFC 9110 10.1.1: what the server answers late is for nobody."""
    cut = threading.Event()

    def late(connection):
        connection.recv(65536)
        cut.wait(5)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" + response(b"EVIL"))
        connection.recv(65536)

    peer.handlers = (late, peer.holding(AGAIN, AGAIN))

    async def scenario(client):
        with pytest.raises((TimeoutError, trio.TooSlowError)):
            async with LIMITS[world.name](0.1) as options:
                headers = {"Expect": "100-continue"}
                await client.post(peer.url, content=b"body", headers=headers, **options)
        cut.set()
        for _ in range(2):
            assert b"again" == (await client.get(peer.url)).content

    run_client(scenario, pool_limits=PoolLimits(max_connections=1))
    assert 2 == peer.accepted


@pytest.mark.parametrize("answer", ["final", "close"])
def test_b063_what_was_refused_before_its_content_leaves_no_connection(run_client, peer, answer):
    """RFC 9110 10.1.1: the server may still wait for the content."""
    refusal = response(b"no", "417 Expectation Failed")

    def refuse(connection):
        connection.recv(65536)
        connection.sendall(refusal if answer == "final" else b"")
        if answer == "final":
            assert b"" == connection.recv(65536)

    peer.handlers = (refuse, peer.holding(AGAIN))

    async def scenario(client):
        headers = {"Expect": "100-continue"}
        try:
            refused = await client.post(peer.url, content=b"body", headers=headers)
        except RemoteProtocolError:
            assert answer == "close"
        else:
            assert (417, b"no") == (refused.status_code, refused.content)
        assert b"again" == (await client.get(peer.url)).content

    run_client(scenario)
    assert 2 == peer.accepted


LARGE_BYTES = 4_000_000
# Buffers that the system does not widen: what is large does not fit into them.
NARROW = Network(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)])


def test_b065_a_connection_whose_reading_was_held_up_serves_again_and_notices_its_end(
    run_client, world, peer
):
    """ah#10169."""
    poured, over, closed = threading.Event(), threading.Event(), threading.Event()

    def pour(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        for _ in range(2):
            peer.read_request(connection)
            connection.settimeout(0.1)  # by then nobody takes more
            whole = memoryview(response(bytes(LARGE_BYTES)))
            while whole:
                try:
                    whole = whole[connection.send(whole) :]
                except TimeoutError:
                    connection.settimeout(5)
                    poured.set()
        over.wait(5)
        connection.close()
        closed.set()

    peer.handlers = (pour, peer.holding(AGAIN))

    async def scenario(client):
        for _ in range(2):
            async with client.stream("GET", peer.url) as answer:
                await until(world, poured)  # while we read nothing
                poured.clear()
                assert LARGE_BYTES == len(await answer.read())
        over.set()
        await until(world, closed)
        # Not even a POST has to fail for it.
        assert b"again" == (await client.post(peer.url, content=b"x")).content

    run_client(scenario, network=NARROW)
    assert 2 == peer.accepted


def test_b065_the_timer_of_a_request_does_not_run_on_while_the_connection_is_idle(
    run_client, world, peer
):
    """ah#12953; u3#2645 (B090) is the same of a limit that stays behind."""
    later = threading.Event()

    def slow(connection):
        peer.read_request(connection)
        connection.sendall(OK)
        later.wait(0.2)  # nobody sets it: twice as long as the first request may wait
        later.set()
        peer.read_request(connection)
        threading.Event().wait(0.2)
        connection.sendall(AGAIN)

    peer.handlers = (slow,)

    async def scenario(client):
        assert b"hello" == (await client.get(peer.url, timeout=Timeout(read=0.1))).content
        await until(world, later)
        assert b"again" == (await client.get(peer.url, timeout=Timeout(read=5))).content

    run_client(scenario)
    assert 1 == peer.accepted


# Switching (RFC 9110 7.8, 9.3.6).

SWITCHES = {
    "GET": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n",
    "CONNECT": b"HTTP/1.1 200 Connected\r\n\r\n",
    "CONNECT, with fields that mean nothing": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
    "GET, after interim responses": (
        b"HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 101 \r\nUpgrade: echo\r\n\r\n"
    ),
}


@pytest.mark.parametrize("only", [False, True], ids=["quick", "h11"])
@pytest.mark.parametrize("what", SWITCHES)
def test_b066_what_comes_behind_the_head_of_a_switch_is_the_start_of_the_raw_stream(
    run_client, monkeypatch, what, only
):
    """hc#882."""
    early = b"\0early\r\n\r\nbird"
    monkeypatch.setattr(HTTP11Connection, "h11_only", only)
    ways = list(ways_of(SWITCHES[what] + early))
    backend = ScriptedBackend(*[script_of(pieces, "close") for pieces in ways])
    method = what.partition(",")[0]
    headers = {"Connection": "Upgrade", "Upgrade": "echo"} if method == "GET" else {}

    async def scenario(client):
        for pieces in ways:
            answer = await client.request(method, URL, headers=headers)
            raw, found = answer.network_stream, b""
            while data := await raw.read(65536):
                found += data
            assert (early, b"") == (found, answer.content), pieces
            await raw.close()

    run_client(scenario, backend=backend)
    assert len(ways) == len(backend.streams)
