"""What a response tells of its connection: the same in every world and over every transport."""

import pickle
import ssl
from datetime import timedelta
from ipaddress import ip_address

import pytest

from httpcore_client import DigestAuth, PoolLimits, Proxy
from testkit.asking_proxy import AskingProxy
from testkit.certificates import forget_contexts
from testkit.guard import PASSWORD, USER

PHASES = ["pool", "connect", "proxy", "tls", "send", "wait", "receive"]


def took_place(timings):
    return [name for name in PHASES if getattr(timings, name) is not None]


def check_sum(timings):
    """The phases are of one clock and do not overlap."""
    spent = sum(getattr(timings, name) or 0.0 for name in PHASES)
    assert 0.0 < spent <= timings.total


def names(certificate):
    """Whether a certificate is for the origin."""
    return b"localhost" in certificate


def test_it_tells_both_ends_and_the_protocol(run, transport):
    async def scenario(client, base):
        return (await client.get(base + "/")).connection, base.rpartition(":")[2]

    connection, port = run(scenario)
    for address in (connection.peer, connection.local):
        assert ip_address(address.rpartition(":")[0].strip("[]")).is_loopback
    assert port == connection.peer.rpartition(":")[2] != connection.local.rpartition(":")[2]
    assert (transport.protocol, None) == (connection.protocol, connection.proxy)
    assert connection == pickle.loads(pickle.dumps(connection))


def test_it_tells_what_was_agreed_in_tls(run, transport):
    async def scenario(client, base):
        return (await client.get(base + "/")).connection

    connection = run(scenario)
    assert None is connection.proxy_tls
    if "tls" not in transport.name:
        assert None is connection.tls
        return
    assert connection.tls.version.startswith("TLSv1.")
    assert connection.tls.cipher
    assert {"HTTP/1.1": "http/1.1", "HTTP/2": "h2"}[transport.protocol] == connection.tls.alpn
    assert names(ssl.PEM_cert_to_DER_cert(ssl.DER_cert_to_PEM_cert(connection.tls.certificate)))


def test_an_unverified_certificate_is_there_too(run, transport):
    async def scenario(client, base):
        return (await client.get(base + "/")).connection.tls

    if "tls" in transport.name:
        with pytest.warns(UserWarning, match="not verified"):
            forget_contexts()  # it warns once in a process
            assert names(run(scenario, ssl=False).certificate)


def test_a_connection_is_dialled_for_the_first_request_only(run, transport):
    async def scenario(client, base):
        return [(await client.get(base + "/")).connection for _ in range(3)]

    first, *others = run(scenario)
    tls = ["tls"] if "tls" in transport.name else []
    assert ["connect", *tls, "send", "wait", "receive"] == took_place(first.timings)
    assert [["send", "wait", "receive"]] * 2 == [took_place(each.timings) for each in others]
    assert [0, 1, 2] == [each.requests_before for each in (first, *others)]
    assert [False, True, True] == [each.reused for each in (first, *others)]
    assert 1 == len({each.local for each in (first, *others)})
    for each in (first, *others):
        check_sum(each.timings)


def test_the_record_is_completed_by_the_end_of_the_body_and_kept_after_the_client(run):
    async def scenario(client, base):
        async with client.stream("GET", base + "/bytes/300000") as response:
            open_ = response.connection.timings
            await response.read()
        return open_, response

    open_, response = run(scenario)
    ended = response.connection.timings
    assert (None, None) == (open_.receive, open_.total)
    assert (open_.send, open_.wait) == (ended.send, ended.wait)
    check_sum(ended)
    assert timedelta(0) < response.elapsed <= timedelta(seconds=ended.total)


def test_each_response_of_a_history_has_its_own(run):
    async def scenario(client, base):
        return await client.get(base + "/redirect/2")

    response = run(scenario)
    records = [each.connection for each in (*response.history, response)]
    assert [0, 1, 2] == [each.requests_before for each in records]
    assert all(each.timings.total is not None for each in records)
    assert all(each.elapsed > timedelta(0) for each in (*response.history, response))


def test_who_waits_for_a_connection_is_told_how_long(run, world):
    async def scenario(client, base):
        async def get():
            return (await client.get(base + "/")).connection.timings

        return await world.gather(*[get] * 3)

    timings = run(scenario, pool_limits=PoolLimits(max_connections=1))
    waited = [each.pool for each in timings if each.pool is not None]
    assert len(waited) >= 1 or world.name == "threads"  # where nothing says that they overlap
    assert all(seconds > 0 for seconds in waited)
    for each in timings:
        check_sum(each)


@pytest.fixture
def proxy():
    with AskingProxy() as started:
        yield started


@pytest.mark.parametrize("http2", [False, True])
def test_a_tunnel_tells_of_the_proxy_and_of_the_tls_of_the_origin(run_client, origin, proxy, http2):
    async def scenario(client):
        return [(await client.get(origin.tls + "/")).connection for _ in range(2)]

    auth = DigestAuth(USER, PASSWORD)
    first, second = run_client(
        scenario, proxy=Proxy(proxy.url, auth=auth), http2=http2, ssl=origin.authority.bundle
    )
    assert proxy.url.rpartition(":")[2].strip("/") == first.peer.rpartition(":")[2]
    assert proxy.url.rstrip("/") == first.proxy.rstrip("/")
    assert (None, True) == (first.proxy_tls, names(first.tls.certificate))
    assert ["connect", "proxy", "tls", "send", "wait", "receive"] == took_place(first.timings)
    assert ["send", "wait", "receive"] == took_place(second.timings)
    check_sum(first.timings)


def test_a_forwarded_request_tells_of_the_proxy(run_client, origin, proxy):
    async def scenario(client):
        return (await client.get(origin.plain + "/")).connection

    connection = run_client(scenario, proxy=Proxy(proxy.url, auth=DigestAuth(USER, PASSWORD)))
    assert proxy.url.rstrip("/") == connection.proxy.rstrip("/")
    assert (None, None) == (connection.tls, connection.proxy_tls)
    check_sum(connection.timings)
