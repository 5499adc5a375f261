"""Requests that turn a connection into one of another protocol: which connection they get."""

import h2.settings
import pytest

from httpcore_pool import (
    ConnectionPool,
    HTTPConnection,
    LocalProtocolError,
    Options,
    Request,
    ScriptedBackend,
    SyncConnectionPool,
    TLSConfig,
    run_sync,
)
from httpcore_urls import URL
from testkit.scripted_h2 import raised_by

HERE = "http://example.org/"
PROXY = "http://proxy.internal:3128"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OPEN = b"HTTP/1.1 200 Connected\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello"
OFFERS = {h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL: 1}


def ask(url=HERE, **options):
    fields = {"Connection": "Upgrade", "Upgrade": "echo"} if options.get("upgrade") else None
    return Request("GET", url, headers=fields, options=Options(**options))


def test_an_upgrade_goes_through_a_proxy_by_a_tunnel_and_other_requests_do_not(run):
    async def scenario():
        backend = ScriptedBackend([ANSWER], [OPEN, SWITCHED], [OPEN, ANSWER])
        async with ConnectionPool(backend, proxy=PROXY) as pool:
            bodies = [await (await pool.send(ask())).read()]
            response = await pool.send(ask(upgrade=True))
            bodies.append(await response.network_stream.read(9))
            await response.close()
            bodies.append(await (await pool.send(ask(upgrade=True))).read())
            return bodies, [stream.written.split(b"\r\n")[0] for stream in backend.streams]

    assert (
        [b"ok", b"hello", b"ok"],
        [
            b"GET http://example.org/ HTTP/1.1",
            b"CONNECT example.org:80 HTTP/1.1",
            b"CONNECT example.org:80 HTTP/1.1",
        ],
    ) == run(scenario)


def test_what_is_there_behind_a_switch_is_read_without_waiting(run):
    async def scenario():
        backend = ScriptedBackend([SWITCHED, lambda stream: b"later"])
        async with ConnectionPool(backend) as pool:
            stream = (await pool.send(ask(upgrade=True))).network_stream
            found = [await stream.read_available(size) for size in (2, 9, 9)]
            await stream.close()
            return found

    assert [b"he", b"llo", None] == run(scenario)


def test_an_upgrade_that_is_refused_leaves_a_connection_for_the_next(run):
    async def scenario():
        backend = ScriptedBackend([ANSWER, lambda stream: ANSWER])
        async with ConnectionPool(backend) as pool:
            for _ in range(2):
                await (await pool.send(ask(upgrade=True))).read()
            return pool.connections_opened

    assert 1 == run(scenario)


def test_an_upgrade_leaves_http_2(world, origin, pool_of):
    async def scenario():
        async with pool_of(world) as pool:
            found = []
            for upgrade in (False, True):
                response = await pool.send(ask(origin.tls, upgrade=upgrade))
                found.append(response.protocol)
                await response.close()
            return found

    assert ["HTTP/2", "HTTP/1.1"] == world.run(scenario)


def test_a_pool_without_http_1_1_can_not_upgrade(run):
    async def scenario():
        async with ConnectionPool(ScriptedBackend(), http1=False) as pool:
            error = await raised_by(pool.send(ask(upgrade=True)))
            return type(error), str(error)

    kind, text = run(scenario)
    assert (LocalProtocolError, True) == (kind, "an upgrade needs HTTP/1.1" in text)


def test_an_extended_connect_is_none_of_http_1_1(run):
    async def scenario():
        async with ConnectionPool(ScriptedBackend([])) as pool:
            options = Options(connect_protocol="websocket")
            error = await raised_by(pool.send(Request("CONNECT", HERE, options=options)))
            return type(error), str(error)

    kind, text = run(scenario)
    assert (LocalProtocolError, True) == (
        kind,
        "an extended CONNECT (RFC 8441) needs HTTP/2" in text,
    )


@pytest.mark.parametrize(("settings", "offers"), [(OFFERS, True), (None, False)])
def test_a_pool_knows_where_extended_connect_is_offered(run, h2_peer, settings, offers):
    async def scenario():
        peer = h2_peer(settings)
        backend = ScriptedBackend([peer.step(lambda p: p.answer(1, b"ok"))])
        async with ConnectionPool(backend, http1=False) as pool:
            before = pool.offers_extended_connect(HERE)
            await (await pool.send(ask())).read()
            url = URL(HERE)
            elsewhere = Options(ssl=TLSConfig.of(False))
            return before, [
                pool.offers_extended_connect(HERE),
                pool.offers_extended_connect(url.origin),
                pool.offers_extended_connect(url, options=Options()),
                pool.offers_extended_connect(url, options=elsewhere),
            ]

    assert (False, [offers, offers, offers, False]) == run(scenario)


def test_one_over_http_1_1_offers_no_extended_connect():
    with SyncConnectionPool(ScriptedBackend([ANSWER])) as pool:
        pool.send(ask()).read()
        assert not pool.offers_extended_connect(HERE)


def test_what_is_not_dialled_offers_none():
    connection = HTTPConnection(HERE, ScriptedBackend())
    assert not connection.extends
    run_sync(connection.close())
