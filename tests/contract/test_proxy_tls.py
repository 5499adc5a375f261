"""TLS with a proxy, TLS through it, and one within the other: two layers that know nothing of each other."""

import contextlib
import ssl

import pytest

from httpcore_client import CertificateError, PoolLimits, Proxy, TLSConfig, TransportError
from testkit.asking_proxy import AskingProxy
from testkit.guard import PASSWORD, USER
from testkit.peer import Peer, response
from testkit.relay import Relay

SIZE = 5_000_000
WHERE = ["http", "https", "socks5h"]
CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"


def asking(context):
    """The context of a server that takes a client certificate, if it is shown one."""
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


@pytest.fixture
def relays(authority):
    """Start proxies: `relays(names=...)` speaks TLS with a certificate for those names."""
    with contextlib.ExitStack() as started:

        def start(**options):
            context = asking(authority.server_context(**options))
            context.load_verify_locations(authority.bundle)
            return started.enter_context(Relay(context))

        yield start


@pytest.fixture(params=WHERE)
def relay(request, authority):
    context = authority.server_context() if request.param == "https" else None
    with Relay(context) as relay:
        relay.kind = request.param
        yield relay


class Origin(Peer):
    """Answers one request after the other, and tells how TLS was begun with it.

    Attributes:
        names: the server names.
        shown: whether a client certificate was shown.
    """

    def __init__(self, authority):
        context = asking(authority.server_context())
        context.load_verify_locations(authority.bundle)
        context.sni_callback = lambda tls, name, context: self.names.append(name)
        super().__init__(self._answer, context=context)
        self.names, self.shown = [], []

    def _answer(self, connection):
        self.shown.append(connection.getpeercert(binary_form=True) is not None)
        while self.read_request(connection):
            connection.sendall(response())


@pytest.fixture
def server(authority):
    with Origin(authority) as server:
        yield server


@pytest.fixture
def own(authority):
    """What shows a client certificate, and trusts the authority."""
    key, chain = authority.issue("client.test")
    return TLSConfig(authority.bundle, certificate=(chain, key))


# Much, both ways at once.


@pytest.mark.parametrize("http2", [False, True])
def test_much_goes_both_ways_at_once(run_client, world, relay, origin, http2):
    async def scenario(client):
        async def up():
            return (await client.post(origin.tls + "/echo", content=b"x" * SIZE)).json()["length"]

        async def down():
            return len((await client.get(f"{origin.tls}/stream/{SIZE}")).content)

        assert [SIZE] * 4 == await world.gather(up, down, up, down)
        response = await client.get(origin.tls)
        return response.protocol, response.connection.proxy_tls is not None

    found = run_client(scenario, proxy=relay.url(relay.kind), http2=http2, timeout=30)
    assert ("HTTP/2" if http2 else "HTTP/1.1", relay.kind == "https") == found
    assert {"socks"} if relay.kind == "socks5h" else {"connect"} == {a.kind for a in relay.log}


def test_of_two_layers_each_is_told_apart(run_client, relays, origin):
    relay = relays()

    async def scenario(client):
        connection = (await client.get(origin.tls)).connection
        return connection.tls.alpn, connection.proxy_tls.alpn, connection.proxy

    found = run_client(scenario, proxy=relay.url())
    assert ("h2", "http/1.1", relay.url() + "/") == found


# Whose certificate, whose name.


def test_a_proxy_s_wrong_certificate_is_refused_before_it_is_told_anything(
    run_client, relays, origin
):
    """Row 62: CVE-2021-28363."""
    relay = relays(names=["other.test"])

    async def scenario(client):
        for url in (origin.plain, origin.tls):
            with pytest.raises(CertificateError, match="the proxy 'localhost'") as caught:
                await client.get(url)
            assert relay.url("https", "me:[secure]") + "/" == caught.value.proxy
            assert "other.test" in str(caught.value)
            assert "s3cret" not in str(caught.value)

    run_client(scenario, proxy=relay.url("https", "me:s3cret"))
    assert [] == relay.log


def test_an_origin_s_wrong_certificate_is_not_the_proxy_s(run_client, relays, origin):
    relay = relays()
    url = origin.tls.replace("localhost", "other.test")

    async def scenario(client):
        with pytest.raises(CertificateError) as caught:
            await client.get(url)
        error = caught.value
        assert relay.url() + "/" == error.proxy
        assert "of 'other.test'" in str(error)
        assert "the proxy's" not in error.message
        assert error.message.endswith(f" (by way of the proxy {error.proxy})")

    run_client(scenario, proxy=relay.url())
    assert [url.partition("//")[2]] == [asked.target for asked in relay.log]


def test_b078_each_layer_is_begun_with_its_own_name(run_client, relays, server):
    relay = relays()

    async def scenario(client):
        url = server.url.replace("localhost", "www.example.org")
        for each, proxy in ((url, relay.url()), (server.url, relay.url())):
            with contextlib.suppress(CertificateError):
                await client.get(each, proxy=proxy)

    run_client(scenario)
    assert ["localhost"] * 2 == [asked.name for asked in relay.log]
    assert ["www.example.org", "localhost"] == server.names


# Two separate settings (B078).


def test_b078_what_is_shown_to_the_origin_is_not_shown_to_the_proxy(
    run_client, relays, server, own
):
    relay = relays()

    async def scenario(client):
        assert (await client.get(server.url)).status_code == 200

    run_client(scenario, ssl=own, proxy=relay.url())
    assert ([True], [False]) == (server.shown, [asked.certificate for asked in relay.log])


def test_b078_what_is_shown_to_the_proxy_is_not_shown_to_the_origin(
    run_client, relays, server, own
):
    relay = relays()

    async def scenario(client):
        assert (await client.get(server.url)).status_code == 200

    run_client(scenario, proxy=Proxy(relay.url(), ssl=own))
    assert ([False], [True]) == (server.shown, [asked.certificate for asked in relay.log])


@pytest.mark.parametrize("given", ["ssl=False", "a context"])
def test_b078_trust_that_is_meant_for_one_origin_does_not_reach_the_proxy(
    run_client, relays, server, authority, given, monkeypatch, tmp_path
):
    relay = relays()
    context = ssl.create_default_context(cafile=authority.bundle)
    # With a pin, since what is trusted blindly would warn; nobody gets as far as to look at it.
    blind = TLSConfig(False, pins="sha256:" + "00" * 32)
    trust = {"ssl=False": blind, "a context": context}[given]

    async def scenario(client):
        with pytest.raises(CertificateError, match="the proxy 'localhost'"):
            await client.get(server.url)

    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    for trust_env in (False, True):
        run_client(scenario, ssl=trust, proxy=relay.url(), trust_env=trust_env)
    assert [] == relay.log


def test_b078_trust_of_a_proxy_does_not_reach_the_origin(run_client, relays, server, authority):
    relay = relays()

    async def scenario(client):
        with pytest.raises(CertificateError, match="of 'localhost'"):
            await client.get(server.url)

    run_client(scenario, ssl=None, proxy=Proxy(relay.url(), ssl=authority.bundle))
    assert 1 == len(relay.log)


def test_two_settings_for_one_proxy_never_share_a_connection(
    run_client, relays, origin, authority, own
):
    relay = relays()

    async def scenario(client):
        for settings in (None, authority.bundle, own) * 2:
            for url in (origin.plain, origin.tls):
                proxy = Proxy(relay.url(), ssl=settings)
                assert (await client.get(url, proxy=proxy)).status_code == 200

    run_client(scenario)
    assert 6 == relay.accepted
    assert 2 + 1 == sum(asked.certificate for asked in relay.log)  # two forwarded, one tunnel


def test_a_session_with_a_proxy_is_not_resumed_by_another_user_of_it(run_client, relays, origin):
    """RFC 8446 C.4: by its ticket the proxy could tell that two users are one."""
    relay = relays()

    async def scenario(client):
        return [
            (await client.get(url, proxy=relay.url(user=user))).connection.proxy_tls.resumed
            for url in (origin.plain, origin.tls)
            for user in ("me:secret", "other:secret") * 2
        ]

    found = run_client(scenario, pool_limits=PoolLimits(max_keepalive=0))
    assert [False] * 2 + [True] * 6 == found


# Who is let in by a proxy behind TLS.


def test_digest_works_behind_tls(run_client, guard, authority):
    from httpcore_client import DigestAuth

    context = authority.server_context()
    with AskingProxy(context=context) as proxy:

        async def scenario(client):
            for url in (guard.plain, guard.tls) * 2:
                assert (await client.get(url)).status_code == 200

        run_client(scenario, proxy=Proxy(proxy.url, auth=DigestAuth(USER, PASSWORD)))
    assert [407, 200, 200, 200] == proxy.statuses()


# How it ends.


class Inner:
    """A proxy and the origin behind it in one: TLS within TLS, or within nothing.

    Attributes:
        ends: how each layer ended, the inner one first: True with a close_notify.
    """

    def __init__(self, authority, *, outer):
        self._context = authority.server_context()
        self.ends = []
        self.peer = Peer(self._talk, context=authority.server_context() if outer else None)

    def _talk(self, connection):
        outer = isinstance(connection, ssl.SSLSocket)
        if outer:
            connection.suppress_ragged_eofs = False
        self.peer.read_request(connection)
        connection.sendall(CONNECTED)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        inside = self._context.wrap_bio(incoming, outgoing, server_side=True)

        def step(call, *args):
            while True:
                try:
                    return call(*args)
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65536))

        step(inside.do_handshake)
        while step(inside.read, 65536):
            inside.write(response())
            connection.sendall(outgoing.read())
        self.ends.append(True)
        if outer:
            self.ends.append(connection.recv(1) == b"")  # without a close_notify it would raise


@pytest.mark.parametrize("outer", [False, True], ids=["http proxy", "https proxy"])
def test_each_layer_is_closed_with_a_close_notify(run_client, authority, outer):
    inner = Inner(authority, outer=outer)
    with inner.peer as proxy:

        async def scenario(client):
            assert (await client.get("https://www.example.org/")).text == "hello"

        # Names that the certificate has, the origin's among them.
        inner._context = authority.server_context(names=["www.example.org"])
        run_client(scenario, proxy=proxy.url, http2=False)
    assert [True] * (1 + outer) == inner.ends


@pytest.mark.parametrize("http2", [False, True])
def test_a_proxy_that_drops_a_tunnel_ends_the_response_with_an_error(
    run_client, relay, origin, http2
):
    async def scenario(client):
        response = await client.get(f"{origin.tls}/stream/{SIZE}", stream=True)
        pieces = response.stream()
        await pieces.__anext__()
        relay.drop()
        with pytest.raises(TransportError) as caught:
            async for _ in pieces:
                pass
        error = caught.value
        assert (True, f"{origin.tls}/stream/{SIZE}") == (error.answered, error.url)
        assert relay.url(relay.kind) == error.proxy.rstrip("/")
        assert (await client.get(origin.tls)).text == "hello, world"

    run_client(scenario, proxy=relay.url(relay.kind), http2=http2)
