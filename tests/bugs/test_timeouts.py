"""Limits, interruptions, and the places in the pool that they give back."""

import itertools
import threading
from functools import partial

import pytest
import trio

from httpcore_client import (
    ConnectTimeout,
    PoolLimits,
    ProxyError,
    ReadTimeout,
    Timeout,
    TotalTimeout,
)
from testkit.churn import LIMITS
from testkit.faults import assert_settled, stats
from testkit.h2_server import until
from testkit.peer import Peer, response
from testkit.sockets import black_hole

OK = response()
ONE = PoolLimits(max_connections=1)
CUT_SECONDS = 0.05
TOO_SLOW = (TimeoutError, trio.TooSlowError)


# Drips (RFC 9112 has no word on time: the limit on the whole is the caller's).

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
# What comes at first, and then again and again.
DRIPS = {
    "the head": (HEAD + b"X: ", b"x"),
    "interim responses": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a body with a length": (HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
    "a body to the end": (HEAD + b"\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n"),
    "a chunk's line": (CHUNKED + b"5;", b"x"),
    "redirects": (b"", response(b"", "302 Found", b"Location: /")),
}


@pytest.mark.parametrize("what", DRIPS)
def test_b086_whatever_drips_the_total_ends_it_and_not_each_read(run_client, peer, what):
    """hx#1450."""
    over = threading.Event()

    def drip(connection):
        connection.recv(65536)
        first, again = DRIPS[what]
        connection.sendall(first)
        for _ in range(300):  # not for ever, should nothing end it
            if over.wait(0.01):
                return
            connection.sendall(again)

    peer.handlers = (drip, peer.holding(OK))

    async def scenario(client):
        # Each octet comes long before the limit on reads.
        with pytest.raises(TotalTimeout) as caught:
            await client.get(peer.url, timeout=Timeout(read=5, total=0.15))
        over.set()
        assert 0.15 <= caught.value.elapsed < 2
        assert b"hello" == (await client.get(peer.url)).content

    # So many interim responses and redirects are not what ends it.
    run_client(scenario, pool_limits=ONE, max_redirects=1000)


# Interruptions in line, and on the way.


def test_b087_who_is_cut_off_in_line_leaves_it_at_once(run_client, world, peer):
    """hc#1093, #658, #830; hx#1461."""
    asked, go_on = threading.Event(), threading.Event()

    def handler(connection):
        peer.read_request(connection)
        asked.set()
        go_on.wait(5)
        connection.sendall(OK)
        peer.answering(*[OK] * 4)(connection)

    peer.handlers = (handler,)

    async def scenario(client):
        cut = []

        async def hold():
            return (await client.get(peer.url)).content

        async def queue():
            await until(world, asked)
            with pytest.raises(TOO_SLOW):
                async with LIMITS[world.name](CUT_SECONDS) as options:
                    await client.get(peer.url, **options)
            cut.append(None)
            if 5 == len(cut):
                counts = await stats(client)
                assert (0, 1, 1) == (counts.queued, counts.in_use, counts.open)
                go_on.set()

        assert b"hello" == (await world.gather(hold, *[queue] * 5))[0]
        for _ in range(3):
            assert b"hello" == (await client.get(peer.url)).content
        assert_settled(await stats(client))

    run_client(scenario, pool_limits=ONE)
    assert 1 == peer.accepted


WAYS = {
    "dialling": lambda silent, hole: (f"http://127.0.0.1:{hole}/", {}),
    "in TLS": lambda silent, hole: (f"https://127.0.0.1:{silent.port}/", {}),
    "at a proxy": lambda silent, hole: (
        "https://a.test/",
        {"proxy": f"http://127.0.0.1:{silent.port}"},
    ),
    "at a SOCKS proxy": lambda silent, hole: (
        "http://a.test/",
        {"proxy": f"socks5h://127.0.0.1:{silent.port}"},
    ),
}


@pytest.mark.parametrize("where", WAYS)
def test_b087_who_is_cut_off_while_connecting_gives_the_place_back_at_once(
    run_client, world, peer, where
):
    peer.handlers = (peer.holding(OK, OK),)

    async def scenario(client, silent, hole):
        url, more = WAYS[where](silent, hole)
        for _ in range(3):
            with pytest.raises(TOO_SLOW):
                async with LIMITS[world.name](CUT_SECONDS) as options:
                    await client.get(url, **more, **options)
            counts = await stats(client)
            assert (0, 0, 0, 0) == (counts.open, counts.in_use, counts.connecting, counts.queued)
        # One place, and not a moment to wait for it.
        for _ in range(2):
            answer = await client.get(peer.url, timeout=Timeout(pool=0.0001))
            assert b"hello" == answer.content

    with black_hole() as (_, hole), Peer() as silent:
        silent.handlers = (silent.holding(b""),)
        run_client(partial(scenario, silent=silent, hole=hole), pool_limits=ONE)
    assert 1 == peer.accepted


def test_b087_after_many_of_them_all_places_are_there(run_client, world, peer):
    """Cut off anywhere: in line, dialling, waiting for the answer, reading it."""
    whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    def slow(connection):
        while peer.read_request(connection):
            for at in range(0, len(whole), 10):
                connection.sendall(whole[at : at + 10])
                threading.Event().wait(0.001)

    peer.handlers = (slow,)
    count = itertools.count()

    async def scenario(client):
        async def work():
            while (number := next(count)) < 60:
                try:
                    async with LIMITS[world.name](0.0005 * (number % 30) + 0.0001) as options:
                        assert b"hello" == (await client.get(peer.url, **options)).content
                except TOO_SLOW:
                    continue

        await world.gather(*[work] * 6)
        assert_settled(await stats(client))
        assert [b"hello"] * 2 == await world.gather(*[lambda: content_of(client)] * 2)

    async def content_of(client):
        return (await client.get(peer.url, timeout=5)).content

    run_client(scenario, pool_limits=PoolLimits(max_connections=2))


# One connection, two limits.


@pytest.mark.parametrize("way", ["plain", "http2"])
def test_b090_a_kept_connection_has_the_limits_of_the_request_it_carries(run_client, origin, way):
    """u3#2645: neither a shorter nor a longer one stays behind."""
    base = origin.plain if way == "plain" else origin.tls
    short, long = Timeout(read=0.3), Timeout(read=5)

    async def scenario(client):
        await client.get(base, timeout=long)  # the first of a server's life takes longer
        await client.get(base, timeout=short)
        assert b"at last" == (await client.get(base + "/slow/0.5", timeout=long)).content
        await client.get(base, timeout=long)
        assert 1 == client.connections_opened
        with pytest.raises(ReadTimeout) as caught:
            await client.get(base + "/slow/5", timeout=short)
        assert 0.3 == caught.value.limit
        assert caught.value.elapsed < 2

    run_client(scenario, http2=way == "http2", ssl=origin.authority.bundle)


# Handshakes count (more of them are in tests/contract/test_proxy_faults.py).


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_b092_the_handshake_with_a_proxy_is_part_of_connecting(run_client, scheme):
    """h2x#1009: an octet at a time does not stretch it."""
    over = threading.Event()

    def drip(connection):
        connection.recv(65536)
        for octet in itertools.cycle(b"HTTP/1.1 100 \r\n\r\n" if scheme == "http" else b"\5"):
            connection.sendall(bytes([octet]))
            if over.wait(0.01):
                return

    async def scenario(client, proxy):
        timeout = Timeout(connect=0.15, read=5)
        kind = ConnectTimeout if scheme == "http" else (ConnectTimeout, ProxyError)
        with pytest.raises(kind) as caught:
            await client.get("https://a.test/", proxy=proxy, timeout=timeout)
        over.set()
        assert caught.value.elapsed < 2
        assert_settled(await stats(client))

    with Peer(drip) as proxy:
        run_client(partial(scenario, proxy=f"{scheme}://127.0.0.1:{proxy.port}"))
