"""`routes=` and `network=`: which way requests take, with real proxies and sockets."""

import socket
import threading

import pytest

from httpcore_client import AddressPolicy, AddressRefused, CertificateError, Network, Route
from testkit.guard import PASSWORD, USER
from testkit.peer import Peer, response
from testkit.relay import Relay


@pytest.fixture
def run(run_client):
    return run_client


class UnixServer(Peer):
    """Answers on a Unix socket, in the file system or (after a NUL) in the abstract space."""

    def __init__(self, address):
        super().__init__(self._talk)
        self._address = address
        self.heads = []

    def __enter__(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self._address)
        self._listener.listen()
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        return self

    def targets(self):
        return [head.split(b" ")[1].decode() for head in self.heads]

    def _talk(self, connection):
        while head := connection.recv(65536):
            self.heads.append(head)
            connection.sendall(response(b"by the socket"))


@pytest.fixture
def unix(tmp_path):
    path = str(tmp_path / "x.sock")
    with UnixServer(path) as server:
        server.path = path
        yield server


def local(url):
    return url.replace("localhost", "127.0.0.1")


# -- proxies --


def test_each_pattern_has_its_proxy_and_the_client_one_for_the_rest(run, internet, another, guard):
    port = guard.plain.rpartition(":")[2]
    routes = {
        "https://": another.url,
        "*.example.org": another.url,
        "api.example.org": Route(internet.url),
        f"localhost:{port}": False,
    }

    async def scenario(client):
        for host in ("a.example.org", "api.example.org", "example.org", "b.test"):
            await client.get(f"http://{host}/")
        await client.get("https://b.test/")
        await client.get(guard.plain + "/direct")

    run(scenario, routes=routes, proxy=internet.url)
    assert [f"http://{host}/" for host in ("api.example.org", "example.org", "b.test")] == (
        internet.urls()
    )
    assert ["http://a.example.org/", "https://b.test/"] == another.urls()
    assert ["/direct"] == [seen.path for seen in guard.seen]


def test_each_hop_of_a_redirect_has_a_route_of_its_own(run, internet, another, guard):
    port = guard.plain.rpartition(":")[2]
    routes = {"a.test": internet.url, "b.test": another.url, f"localhost:{port}": False}
    internet._answers.append(response(b"", "302 Go", b"Location: http://b.test/"))
    another._answers.append(response(b"", "302 Go", b"Location: " + guard.plain.encode()))

    async def scenario(client):
        response = await client.get("http://a.test/")
        assert [302, 302] == [each.status_code for each in response.history]
        return str(response.url)

    assert guard.plain + "/" == run(scenario, routes=routes)
    assert ["http://a.test/"] == internet.urls()
    assert ["http://b.test/"] == another.urls()
    assert 1 == len(guard.seen)


def test_a_redirect_that_is_followed_by_hand_has_a_route_of_its_own(run, internet, guard):
    async def scenario(client):
        response = await client.get(guard.plain + "/to?url=http://a.test/", allow_redirects=False)
        return str((await response.next()).url)

    assert "http://a.test/" == run(scenario, routes={"a.test": internet.url})
    assert ["http://a.test/"] == internet.urls()


def test_what_a_request_says_comes_first(run, internet, another, guard):
    async def scenario(client):
        await client.get("http://a.test/", proxy=another.url)
        await client.get(guard.plain + "/direct", proxy=False)
        await client.get("http://a.test/", proxy=None)

    run(scenario, routes={"http://": internet.url})
    assert ["http://a.test/"] == another.urls()
    assert ["http://a.test/"] == internet.urls()
    assert ["/direct"] == [seen.path for seen in guard.seen]


def test_a_route_comes_before_the_environment_which_comes_last(
    run, internet, another, guard, monkeypatch
):
    async def scenario(client):
        await client.get("http://a.test/")
        await client.get("http://b.test/")
        await client.get(guard.plain + "/direct")

    monkeypatch.setenv("ALL_PROXY", another.url)
    run(scenario, routes={"a.test": internet.url, "localhost": False}, trust_env=True)
    assert ["http://a.test/"] == internet.urls()
    assert ["http://b.test/"] == another.urls()
    assert ["/direct"] == [seen.path for seen in guard.seen]


def test_one_host_by_two_ways_is_two_connections(run, guard):
    async def scenario(client):
        direct = client.replace(routes={"localhost": False})
        for each in (client, direct, client, direct):
            assert 200 == (await each.get(guard.tls)).status_code
        stats = client.stats()
        assert (2, 2) == (stats.opened, stats.reused)

    with Relay() as relay:
        run(scenario, routes={"https://localhost": relay.url("socks5h")})
    assert 1 == relay.accepted


def test_credentials_of_a_routes_proxy_go_to_that_proxy_alone(run, internet, another):
    user = internet.url.replace("://", f"://{USER}:{PASSWORD.replace(' ', '%20')}@")
    internet._answers.append(response(b"", "302 Go", b"Location: http://b.test/"))

    async def scenario(client):
        await client.get("http://a.test/")

    run(scenario, routes={"a.test": user, "b.test": another.url})
    assert "proxy-authorization" in internet.visits[0].fields
    assert "proxy-authorization" not in another.visits[0].fields


# -- trust --


def test_each_pattern_has_its_own_trust(run, guard, authority):
    port = guard.tls.rpartition(":")[2]
    routes = {f"https://localhost:{port}": Route(ssl=authority.bundle)}

    async def scenario(client):
        assert 200 == (await client.get(guard.tls)).status_code
        with pytest.raises(CertificateError):
            await client.get(local(guard.tls))
        with pytest.raises(CertificateError):
            await client.get(guard.tls, ssl=True)
        assert 200 == (await client.get(guard.tls)).status_code

    run(scenario, routes=routes, ssl=None)


# -- Unix sockets --


def test_a_pattern_may_lead_to_a_unix_socket(run, unix, guard, internet, monkeypatch):
    async def scenario(client):
        assert "by the socket" == (await client.get("http://docker/v1.43/info")).text
        assert "by the socket" == (await client.get("http://docker/again")).text
        assert "200" == (await client.get(guard.plain)).text
        assert (1, 1) == (client.stats().reused, len(unix.heads) - 1)

    monkeypatch.setenv("HTTP_PROXY", internet.url)
    monkeypatch.setenv("NO_PROXY", "localhost")
    run(scenario, routes={"http://docker": Route(unix_socket=unix.path)}, trust_env=True)
    assert ["/v1.43/info", "/again"] == unix.targets()
    assert b"\r\nHost: docker\r\n" in unix.heads[0]
    assert [] == internet.visits


def test_a_proxy_that_a_request_names_is_not_looked_for_behind_the_socket(run, unix, internet):
    async def scenario(client):
        return (await client.get("http://docker/", proxy=internet.url)).text

    assert "there" == run(scenario, routes={"docker": Route(unix_socket=unix.path)})
    assert [] == unix.heads


def test_a_client_may_speak_with_one_unix_socket_only(run, unix, internet, monkeypatch):
    async def scenario(client):
        for url in ("http://a.test/1", "http://b.test/2"):
            assert "by the socket" == (await client.get(url)).text

    monkeypatch.setenv("ALL_PROXY", internet.url)
    run(scenario, network=Network(unix_socket=unix.path), trust_env=True)
    assert ["/1", "/2"] == unix.targets()


def test_a_socket_may_have_a_name_that_is_in_no_folder(run, world):
    name = f"httpcore-test-{world.name}-{threading.get_ident()}"

    async def scenario(client):
        return (await client.get("http://a.test/")).text

    with UnixServer("\0" + name):
        assert "by the socket" == run(scenario, routes={"*": Route(unix_socket="@" + name)})


def test_to_a_unix_socket_no_address_policy_counts(run, unix):
    async def scenario(client):
        return (await client.get("http://127.0.0.1/")).text

    routes = {"127.0.0.1": Route(unix_socket=unix.path)}
    assert "by the socket" == run(scenario, routes=routes, address_policy="public")


def test_under_a_policy_no_redirect_from_elsewhere_leads_to_a_unix_socket(run, unix, guard):
    url = f"{guard.plain}/to?status=302&url=http://docker/"
    routes = {"docker": Route(unix_socket=unix.path)}
    policy = AddressPolicy.public_only(allow=["127.0.0.0/8", "::1"])

    async def refused(client):
        with pytest.raises(AddressRefused, match="another origin has led to") as caught:
            await client.get(url)
        return caught.value.url

    async def followed(client):
        return (await client.get(url)).text

    assert "http://docker/" == run(refused, routes=routes, address_policy=policy)
    assert [] == unix.heads
    assert "by the socket" == run(followed, routes=routes)


# -- networks --


def test_a_pattern_may_have_fixed_addresses(run, guard):
    port = guard.plain.rpartition(":")[2]
    network = Network(hosts={"a.test": "127.0.0.1"})

    async def scenario(client):
        return (await client.get(f"http://a.test:{port}/fixed")).status_code

    assert 200 == run(scenario, routes={"a.test": Route(network=network)})
    assert ["/fixed"] == [seen.path for seen in guard.seen]
