"""Names, addresses, TLS and Unix sockets as a real server sees them: nginx tells in its answers."""

from functools import partial

import pytest

from httpcore_client import CertificateError, Network, PoolLimits, Route, TLSConfig
from testkit.servers.telling import TellingNginx

ONE_EACH = PoolLimits(max_keepalive=0)  # a connection for each request


@pytest.fixture(scope="module")
def nginx(authority, tmp_path_factory):
    # A Unix socket's path has 107 octets at most.
    with TellingNginx(authority, tmp_path_factory.mktemp("n")) as started:
        yield started


@pytest.fixture
def run(world, authority):
    return partial(world.run_client, ssl=authority.bundle, timeout=10, trust_env=False)


def told(response, *names):
    return tuple(response.headers.get(f"X-{name}") for name in names)


@pytest.mark.parametrize("http2", [True, False])
def test_all_connections_but_the_first_resume_a_session(run, nginx, http2):
    async def scenario(client):
        responses = [await client.get(nginx.tls) for _ in range(5)]
        return [(*told(each, "Resumed"), each.connection.tls.resumed) for each in responses]

    expected = [(".", False), *[("r", True)] * 4]
    assert expected == run(scenario, http2=http2, pool_limits=ONE_EACH)


def test_a_client_certificate_is_shown_to_who_asks(run, authority, nginx):
    key, chain = authority.issue("me.test")

    async def scenario(client):
        response = await client.get(nginx.tls + "/known")
        return response.status_code, *told(response, "Client")

    own = TLSConfig(authority.bundle, certificate=(chain, key))
    assert (403, "NONE") == run(scenario)
    assert (200, "SUCCESS") == run(scenario, ssl=own)


def test_the_name_that_is_sent_and_the_one_that_is_verified_can_differ(run, authority, nginx):
    async def scenario(client):
        return told(await client.get(nginx.tls), "Name", "Host")

    host = nginx.tls.removeprefix("https://")
    assert ("localhost", host) == run(scenario)
    other = TLSConfig(authority.bundle, server_name="www.example.org")
    assert ("www.example.org", host) == run(scenario, ssl=other)
    unlike = TLSConfig(authority.bundle, server_name="unknown.test", verify_name="localhost")
    assert ("unknown.test", host) == run(scenario, ssl=unlike)
    with pytest.raises(CertificateError, match=r"unknown\.test"):
        run(scenario, ssl=TLSConfig(authority.bundle, server_name="unknown.test"))


def test_a_fixed_address_keeps_name_and_host(run, nginx):
    url = f"https://www.example.org:{nginx.tls_port}/"

    async def scenario(client):
        return told(await client.get(url), "Name", "Host")

    hosts = {"www.example.org": "127.0.0.1"}
    expected = ("www.example.org", f"www.example.org:{nginx.tls_port}")
    assert expected == run(scenario, network=Network(hosts=hosts))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_unix_socket_serves_like_any_other(run, nginx, scheme):
    path = nginx.socket("tls" if scheme == "https" else "plain")

    async def scenario(client):
        responses = [await client.get(f"{scheme}://localhost/{n}") for n in range(3)]
        return [
            (each.protocol, each.connection.peer, *told(each, "Host"), each.text)
            for each in responses
        ]

    protocol = "HTTP/2" if scheme == "https" else "HTTP/1.1"
    expected = [(protocol, f"unix:{path}", "localhost", "told")] * 3
    assert expected == run(scenario, network=Network(unix_socket=path))
    assert expected == run(scenario, routes={f"{scheme}://localhost": Route(unix_socket=path)})
