"""What can be said of TLS beside whom to trust, in every world, with a real server."""

import os
import socket
import ssl
import warnings
from pathlib import Path
from typing import NamedTuple

import pytest

import httpcore_client as httpcore
from httpcore_client import Route, TLSConfig
from httpcore_pool import ClientCertificate
from testkit.certificates import Issued, forget_contexts
from testkit.peer import Peer, response
from testkit.relay import Relay

OK = response()
LAST = response(b"hello", "200 OK", b"Connection: close")
ROOT = Issued(common_name="our root", is_ca=True)
MIDDLE = Issued(common_name="our middle", issuer=ROOT, is_ca=True)
GOOD = Issued("localhost", "127.0.0.1", issuer=MIDDLE, sends=(MIDDLE,), common_name="good")
ELSEWHERE = Issued("elsewhere.test", issuer=ROOT)
CLIENT = Issued(common_name="client", issuer=ROOT)
OTHER_CLIENT = Issued(common_name="other client", issuer=ROOT)
STRANGER = Issued(common_name="stranger")
OWN = (CLIENT.pem, CLIENT.key_pem())
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


class Agreed(NamedTuple):
    """What a server knows of a request's connection."""

    certificate: bytes | None
    cipher: str
    resumed: bool


class Server(Peer):
    """Answers each request, and remembers what was agreed for it.

    Attributes:
        names: those that clients have sent.
        shown: the certificate that was shown, or None, for each handshake that came to its end.
        agreed: for each request what was agreed.
    """

    def __init__(self, context, answer=OK):
        super().__init__(self._answer_all)
        self.context = context
        self.names = []
        self.shown = []
        self.agreed = []
        self._response = answer
        context.sni_callback = lambda tls, name, context: self.names.append(name)

    def __enter__(self):
        super().__enter__()
        self.url = self.url.replace("http:", "https:")
        return self

    def _answer_all(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secure = self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        with secure:
            try:
                secure.do_handshake()
                self.shown.append(secure.getpeercert(binary_form=True))
                while self.read_request(secure):
                    shown, cipher = secure.getpeercert(binary_form=True), secure.cipher()
                    self.agreed.append(Agreed(shown, cipher[0], secure.session_reused))
                    self.meanwhile(secure)
                    secure.sendall(self._response)
                    if self._response is LAST:
                        secure.unwrap()
                        return
            except ssl.SSLError:
                # A reset would overtake the alert.
                socket.socket.shutdown(secure, socket.SHUT_WR)
                while socket.socket.recv(secure, 65536):
                    pass

    def meanwhile(self, secure):
        """What is done before the answer."""


@pytest.fixture
def context(tmp_path):
    return GOOD.server_context(tmp_path)


@pytest.fixture
def asking(context):
    """A context of a server that wants to know who we are."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ROOT.pem.decode())
    return context


@pytest.fixture
def visit(world):
    """Let clients with these settings send a request each to a server; return texts or errors."""

    def visit(server, *settings, host="localhost", **options):
        async def one(config):
            async with world.client(ssl=config, trust_env=False, **options) as client:
                try:
                    return (await client.get(f"https://{host}:{server.port}/")).text
                except httpcore.HTTPError as error:
                    return error

        async def scenario():
            return [await one(config) for config in settings]

        with server:
            return world.run(scenario)

    return visit


def trusting(**options):
    return TLSConfig(ROOT.pem, **options)


# Whom to trust.


def test_an_intermediate_authority_or_the_certificate_itself_can_be_trusted(visit, context):
    server = Server(context)
    assert ["hello"] * 4 == visit(server, MIDDLE.pem, MIDDLE.der, GOOD.pem.decode(), GOOD.der)


def test_connections_of_one_trust_are_not_used_for_another(world, context):
    """CVE-2024-35195: what was said for one request stuck to the connection."""
    server = Server(context)
    forget_contexts()

    async def scenario():
        async with world.client(ssl=STRANGER.pem) as client:
            with pytest.warns(UserWarning, match="not verified"):
                assert "hello" == (await client.get(server.url, ssl=False)).text
            with pytest.raises(httpcore.CertificateError):
                await client.get(server.url)
            assert "hello" == (await client.get(server.url, ssl=trusting())).text
            with pytest.raises(httpcore.CertificateError):
                await client.get(server.url, ssl=trusting(verify_name="other.test"))

    with server:
        world.run(scenario)


def test_a_context_of_the_callers_is_used_and_not_changed(visit, context):
    own = ssl.create_default_context(cadata=ROOT.pem.decode())
    own.set_alpn_protocols(["http/1.1"])
    named = [name for name in dir(own) if not name.startswith("__") and name != "sni_callback"]

    def state():
        plain = {name: getattr(own, name) for name in named}
        values = {name: value for name, value in plain.items() if not callable(value)}
        return values, own.cert_store_stats(), own.get_ciphers()

    before = state()
    wrong = TLSConfig(own, server_name="other.test")
    pinned = TLSConfig(own, pins="sha256:" + "00" * 32)
    text, *errors = visit(Server(context), own, wrong, pinned)
    assert ("hello", [httpcore.CertificateError] * 2) == (text, [type(each) for each in errors])
    assert before == state()


# Who we are.


@pytest.mark.parametrize("version", VERSIONS)
def test_who_asks_is_shown_our_certificate(visit, asking, version, tmp_path):
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.write_bytes(CLIENT.pem)
    key.write_bytes(CLIENT.key_pem(b"secret"))
    asking.maximum_version = version
    server = Server(asking)
    of_files = ClientCertificate(certificate, key, lambda: "secret")
    assert ["hello"] * 2 == visit(server, trusting(certificate=OWN), trusting(certificate=of_files))
    assert [CLIENT.der] * 2 == [agreed.certificate for agreed in server.agreed]


def test_each_identity_has_connections_of_its_own(world, asking):
    server = Server(asking)

    async def scenario():
        async with world.client() as client:
            for each in (CLIENT, OTHER_CLIENT, CLIENT):
                config = trusting(certificate=each.pem + each.key_pem())
                await client.get(server.url, ssl=config)

    with server:
        world.run(scenario)
    assert [CLIENT.der, OTHER_CLIENT.der, CLIENT.der] == [
        agreed.certificate for agreed in server.agreed
    ]
    assert 2 == server.accepted


def test_who_asks_later_is_shown_it_then(world, context):
    """RFC 8446 4.6.2: only what is asked for tells the server that it has to ask."""

    class Late(Server):
        def meanwhile(self, secure):
            if len(self.agreed) == 1:
                secure.verify_client_post_handshake()

    context.post_handshake_auth = True
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ROOT.pem.decode())
    server = Late(context)

    async def scenario():
        async with world.client(ssl=trusting(certificate=OWN)) as client:
            return [(await client.get(server.url)).text for _ in range(2)]

    with server:
        assert ["hello"] * 2 == world.run(scenario)
    assert [None, CLIENT.der] == [agreed.certificate for agreed in server.agreed]


@pytest.mark.parametrize("verify_mode", [ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED])
def test_the_wrong_server_is_not_shown_it(visit, asking, verify_mode):
    """In TLS 1.3 our certificate is in what we say last, after theirs was checked."""
    asking.verify_mode = verify_mode
    config = trusting(certificate=OWN)
    server = Server(asking)
    *errors, text = visit(
        server,
        config.copy_with(verify_name="other.test"),
        config.copy_with(pins="sha256:" + "00" * 32),
        config,
    )
    assert [httpcore.CertificateError] * 2 == [type(error) for error in errors]
    assert ("hello", [CLIENT.der]) == (text, server.shown)


@pytest.mark.parametrize("said_of", ["request", "route", "client"])
def test_only_a_certificate_of_the_client_s_goes_along_with_a_redirect(world, asking, said_of):
    """That of one request, or of a route, is shown to no other origin, not even of the same host."""
    asking.verify_mode = ssl.CERT_OPTIONAL
    own = trusting(certificate=OWN)
    with (
        Server(asking) as there,
        Server(asking, response(b"", "302 Found", b"Location: " + there.url.encode())) as here,
    ):
        routes = {here.url: Route(ssl=own)} if said_of == "route" else None
        options = {"ssl": own} if said_of == "request" else {}

        async def scenario(client):
            assert (await client.get(here.url, **options)).text == "hello"

        trust = own if said_of == "client" else trusting()
        world.run_client(scenario, ssl=trust, routes=routes, trust_env=False)
    assert [CLIENT.der] == here.shown
    assert [CLIENT.der if said_of == "client" else None] == there.shown


REFUSALS = [
    (
        ssl.TLSVersion.TLSv1_2,
        None,
        httpcore.ConnectError,
        "handshake failure.*a client certificate",
    ),
    (
        ssl.TLSVersion.TLSv1_3,
        None,
        httpcore.ReadError,
        r"required \(it wants a client certificate: ssl=",
    ),
    (ssl.TLSVersion.TLSv1_2, STRANGER, httpcore.ConnectError, "does not accept our client cert"),
    (
        ssl.TLSVersion.TLSv1_3,
        STRANGER,
        httpcore.ReadError,
        "does not accept our client certificate",
    ),
]


@pytest.mark.parametrize(("version", "own", "kind", "says"), REFUSALS)
def test_a_server_that_does_not_let_us_in_says_why(visit, asking, version, own, kind, says):
    asking.maximum_version = version
    certificate = None if own is None else own.pem + own.key_pem()
    (error,) = visit(Server(asking), trusting(certificate=certificate))
    assert kind is type(error)
    with pytest.raises(kind, match=says):
        raise error


def test_a_certificate_that_can_not_be_loaded_is_an_invalid_request(visit, context):
    locked = (CLIENT.pem, CLIENT.key_pem(b"secret"), "open sesame")
    (error,) = visit(Server(context), trusting(certificate=locked))
    assert httpcore.InvalidRequest is type(error)
    assert "the password is not that of the key" in str(error)
    assert "sesame" not in str(error)


# Names.


def test_the_name_that_is_sent_is_that_of_the_url_or_another_or_none(visit, context, tmp_path):
    server = Server(context)
    (error, *texts) = visit(
        server,
        trusting(server_name="other.test"),
        trusting(),
        trusting(server_name="other.test", verify_name="localhost"),
        trusting(server_name=""),
        trusting(verify_name="127.0.0.1"),
    )
    assert "not for 'other.test'" in str(error)
    assert ["hello"] * 4 == texts
    assert ["other.test", "localhost", "other.test", None, "localhost"] == server.names
    server = Server(ELSEWHERE.server_context(tmp_path))
    (error,) = visit(server, trusting(server_name=""))
    assert "it is for 'elsewhere.test', not for 'localhost'" in str(error)


def every_trust(folder):
    """All that can be said of whom to trust, where that is who has issued the server's certificate."""
    own = ssl.create_default_context(cadata=ROOT.pem.decode())
    own.check_hostname = False
    path = folder / "root.pem"
    path.write_bytes(ROOT.pem)
    return [None, True, str(path), ROOT.pem, (str(path), ROOT.der), own]


@pytest.mark.parametrize("how", [{"server_name": ""}, {"verify_name": "localhost"}])
def test_a_name_is_checked_whoever_is_trusted(visit, trust_by_default, tmp_path, how):
    """No way to say whom to trust may turn off the check that OpenSSL is not asked for."""
    sources = every_trust(tmp_path)
    trust_by_default(sources[2])
    settings = [TLSConfig(source, **how) for source in sources]
    assert ["hello"] * 6 == visit(Server(GOOD.server_context(tmp_path)), *settings)
    errors = visit(Server(ELSEWHERE.server_context(tmp_path)), *settings)
    assert [httpcore.CertificateError] * 6 == [type(error) for error in errors]


def test_a_server_that_does_not_know_the_name_is_told_apart(visit, context):
    server = Server(context)
    context.sni_callback = lambda tls, name, context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    (error,) = visit(server, trusting())
    assert "it has no certificate for the name we sent (SNI); see server_name" in str(error)


# Pins.


def pins_of(issued):
    """As `openssl` computes them."""
    import base64
    import hashlib

    from cryptography.hazmat.primitives import serialization

    key = issued.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    encoded = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return f"sha256:{hashlib.sha256(issued.der).hexdigest()}", f"sha256//{encoded}"


def test_one_pin_that_fits_is_enough(visit, context):
    whole, key = pins_of(GOOD)
    others = pins_of(STRANGER)
    settings = [trusting(pins=pins) for pins in (whole, key, (*others, key))]
    assert ["hello"] * 4 == visit(Server(context), *settings, TLSConfig(False, pins=whole))


@pytest.mark.parametrize("source", [ROOT.pem, False])
def test_a_certificate_without_the_pins_is_refused_and_its_own_are_shown(visit, context, source):
    server = Server(context)
    (error,) = visit(server, TLSConfig(source, pins=pins_of(STRANGER)))
    assert httpcore.CertificateError is type(error)
    assert f"it has none of the pins; its own are {' and '.join(pins_of(GOOD))}" in str(error)
    assert (None, GOOD.der) == (error.verify_code, error.certificate)
    assert [] == server.requests


def test_who_shows_no_certificate_has_no_pin(visit):
    """With an anonymous cipher (RFC 4492 2.5) OpenSSL verifies nothing, whatever it was asked to."""
    server, own = (
        ssl.SSLContext(kind) for kind in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)
    )
    for context in (server, own):
        context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = Server(server)
    (error,) = visit(server, TLSConfig(own, pins=pins_of(GOOD)))
    assert "it has none of the pins; its own are none" in str(error)
    assert (None, []) == (error.certificate, server.requests)


def test_anonymous_ciphers_are_not_offered(visit):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    server = Server(context)
    (error,) = visit(server, trusting(ciphers="ALL:@SECLEVEL=0"))
    assert (httpcore.ConnectError, []) == (type(error), server.requests)


def test_pins_are_besides_all_else(visit, context):
    errors = visit(
        Server(context),
        TLSConfig(STRANGER.pem, pins=pins_of(GOOD)),
        trusting(server_name="other.test", pins=pins_of(GOOD)),
    )
    assert [httpcore.CertificateError] * 2 == [type(error) for error in errors]


# Protocols, versions, ciphers.


@pytest.mark.parametrize(
    ("alpn", "chosen"), [(None, "h2"), (("http/1.1",), "http/1.1"), ((), None)]
)
def test_only_what_is_said_is_offered(visit, tmp_path, alpn, chosen):
    server = Server(GOOD.server_context(tmp_path, alpn=("h2", "http/1.1")))
    server.handlers = (lambda connection: seen.append(accepted(server.context, connection)),)
    seen = []
    visit(server, trusting(alpn=alpn))
    assert [chosen] == seen


def accepted(context, connection):
    """Do a handshake and no more."""
    with context.wrap_socket(connection, server_side=True) as secure:
        return secure.selected_alpn_protocol()


def test_what_may_not_be_spoken_is_not_offered(visit, context):
    text, error = visit(
        Server(context), trusting(alpn=("h2", "http/1.1")), trusting(alpn=("h2",)), http2=False
    )
    assert "hello" == text
    assert httpcore.InvalidRequest is type(error)
    assert "alpn=('h2',) has nothing of what may be spoken: ('http/1.1',)" in str(error)


def test_a_version_below_the_lowest_is_not_spoken(visit, context):
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    text, error = visit(Server(context), trusting(), trusting(minimum_version="TLSv1.3"))
    assert ("hello", httpcore.ConnectError) == (text, type(error))
    assert "it speaks no version of TLS that we do; see minimum_version" in str(error)


def test_ciphers_can_be_chosen(visit, context):
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = Server(context)
    chosen = "ECDHE-ECDSA-AES128-GCM-SHA256"
    assert ["hello"] == visit(server, trusting(ciphers=chosen))
    assert [chosen] == [agreed.cipher for agreed in server.agreed]


# Sessions.


@pytest.fixture
def resumed(world, context):
    """Send requests over a connection each; return of which both sides say that they resumed."""

    def resumed(*requests, version=ssl.TLSVersion.TLSv1_3):
        context.maximum_version = version
        server = Server(context, LAST)

        async def scenario():
            async with world.client(ssl=trusting()) as client:
                got = []
                for host, options in requests:
                    answer = await client.get(f"https://{host}:{server.port}/", **options)
                    got.append(answer.connection.tls)
                return got

        with server:
            records = world.run(scenario)
        assert [GOOD.der] * len(requests) == [record.certificate for record in records]
        said = [record.resumed for record in records]
        assert said == [agreed.resumed for agreed in server.agreed]
        return said

    return resumed


PLAIN = ("localhost", {})


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_is_resumed_by_the_next_connection(resumed, version):
    assert [False, True, True] == resumed(PLAIN, PLAIN, PLAIN, version=version)


def test_a_session_is_not_resumed_for_another_name_or_with_other_settings(resumed):
    """CVE-2021-22890 and its kind: what was checked then is not what is to be checked now."""
    others = [
        ("127.0.0.1", {}),
        *(
            ("localhost", {"ssl": trusting(**options)})
            for options in (
                {"verify_name": "127.0.0.1"},
                {"pins": pins_of(GOOD)},
                {"server_name": "127.0.0.1"},
                {"certificate": OWN},
            )
        ),
    ]
    assert [False] * 6 + [True] * 6 == resumed(PLAIN, *others, PLAIN, *others)


def test_a_session_is_not_resumed_at_another_port(world, context):
    """Two servers with one context can both read its tickets."""
    servers = [Server(context, LAST), Server(context, LAST)]

    async def scenario():
        async with world.client(ssl=trusting()) as client:
            for server in servers * 2:
                await client.get(server.url)

    with servers[0], servers[1]:
        world.run(scenario)
    assert [[False, True]] * 2 == [[each.resumed for each in server.agreed] for server in servers]


def test_a_session_is_not_resumed_by_another_proxy_or_another_user_of_it(resumed):
    """RFC 8446 C.4: by its ticket the server could tell that two users are one."""
    with Relay() as relay:
        others = [
            ("localhost", options)
            for options in (
                {"proxy": relay.url()},
                {"proxy": relay.url(user="me:secret")},
                {"proxy": relay.url(user="other:secret")},
            )
        ]
        assert [False] * 4 + [True] * 4 == resumed(PLAIN, *others, PLAIN, *others)


# Files that are replaced, as by whoever renews certificates: what counts is what is in them now.


@pytest.fixture
def replaced(world):
    """Visit a server before and after something is done; return text or error of each."""

    def replaced(server, config, replace):
        async def visit(client):
            try:
                return (await client.get(server.url)).text
            except httpcore.HTTPError as error:
                return type(error)

        async def scenario():
            async with world.client(ssl=config, trust_env=False) as client:
                before = await visit(client)
                replace()
                return before, await visit(client)

        with server:
            return world.run(scenario)

    return replaced


def renew(path, content):
    """Put another file in the place of one."""
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)


@pytest.mark.parametrize("is_trusted", [True, False])
@pytest.mark.parametrize(
    "source",
    [lambda path: path, lambda path: path.parent, lambda path: (path, CLIENT.der)],
    ids=["a file", "a folder", "several"],
)
def test_a_file_of_authorities_that_is_replaced_counts_for_the_next_connection(
    replaced, context, tmp_path, source, is_trusted
):
    """Nor is a session resumed that the old ones had vouched for."""
    path = tmp_path / "authorities" / "ca.pem"
    path.parent.mkdir()
    old, new = (STRANGER, ROOT) if is_trusted else (ROOT, STRANGER)
    path.write_bytes(old.pem)
    os.utime(path.parent, (0, 0))  # clocks of files are coarse
    config = TLSConfig(source(path))
    found = replaced(Server(context, LAST), config, lambda: renew(path, new.pem))
    refused = httpcore.CertificateError
    assert ((refused, "hello") if is_trusted else ("hello", refused)) == found


def test_a_revocation_list_that_is_replaced_counts_for_the_next_connection(
    replaced, context, tmp_path
):
    path = tmp_path / "crl.pem"
    MIDDLE.revoke(path)
    newer = Path(MIDDLE.revoke(tmp_path / "newer.pem", GOOD))
    found = replaced(Server(context, LAST), trusting(crls=path), lambda: newer.replace(path))
    assert ("hello", httpcore.CertificateError) == found


def test_a_certificate_of_ours_that_is_replaced_counts_for_the_next_connection(
    replaced, asking, tmp_path
):
    path = tmp_path / "own.pem"
    path.write_bytes(CLIENT.pem + CLIENT.key_pem())
    server = Server(asking, LAST)
    found = replaced(
        server,
        trusting(certificate=path),
        lambda: renew(path, OTHER_CLIENT.pem + OTHER_CLIENT.key_pem()),
    )
    assert ("hello", "hello") == found
    assert [CLIENT.der, OTHER_CLIENT.der] == server.shown


def test_a_kept_connection_outlives_the_file_it_was_verified_with(replaced, context, tmp_path):
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    server = Server(context)
    found = replaced(server, TLSConfig(path), lambda: renew(path, STRANGER.pem))
    assert (("hello", "hello"), 1) == (found, server.accepted)


# The server breaks the rules.


def test_what_comes_before_the_handshake_is_no_answer(world):
    """CVE-2023-40217: data that comes in clear, and the end right behind it."""
    peer = Peer(lambda connection: connection.sendall(OK))

    async def scenario():
        async with world.client(ssl=ROOT.pem) as client:
            with pytest.raises(httpcore.ConnectError, match="TLS with 'localhost' failed"):
                await client.get(f"https://localhost:{peer.port}/")

    with peer:
        world.run(scenario)


def farewell_with_the_answer(context):
    """Return what answers, takes its leave of TLS in the same segment, and leaves TCP open."""

    def handler(connection):
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(into, out, server_side=True)

        def call(step):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    connection.sendall(out.read())
                    into.write(connection.recv(65536))

        call(tls.do_handshake)
        came = b""
        while not came.endswith(b"\r\n\r\nbird"):
            came += call(lambda: tls.read(1024))
        tls.write(OK)
        with pytest.raises(ssl.SSLWantReadError):  # the answer to it, which is not waited for
            tls.unwrap()
        connection.sendall(out.read())
        while connection.recv(1024):
            pass

    return handler


def test_a_connection_whose_end_came_with_the_answer_is_not_used_again(world, context):
    """RFC 8446 6.1: nothing is read behind close_notify, so a POST there would be lost."""

    async def scenario(base):
        async with world.client(ssl=trusting(), http2=False) as client:
            return [(await client.post(base, content=b"bird")).content for _ in range(3)]

    with Peer(farewell_with_the_answer(context)) as peer:
        assert [b"hello"] * 3 == world.run(scenario, peer.url.replace("http:", "https:"))
    assert 3 == peer.accepted


def test_the_certificate_of_a_proxy_is_not_mistaken_for_that_of_the_origin(world, context):
    server = Server(context)

    async def scenario():
        proxy = f"https://localhost:{server.port}"
        async with world.client(proxy=proxy, ssl=STRANGER.pem, trust_env=False) as client:
            with pytest.raises(httpcore.CertificateError, match="of the proxy 'localhost' is not"):
                await client.get("https://example.test/")

    with server:
        world.run(scenario)


def test_no_settings_for_verified_connections_warn(visit, context):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        visit(Server(context), trusting(), TLSConfig(False, pins=pins_of(GOOD)))
    assert [] == warned
