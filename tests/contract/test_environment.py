"""What clients take from the environment, in each world, with real proxies, certificates and files."""

import base64
import os
import ssl
import warnings
from pathlib import Path

import pytest

from httpcore_client import CertificateError, ProxyError, TLSConfig
from httpcore_client._trust_env import TrustEnv
from testkit.certificates import Authority
from testkit.guard import PASSWORD, USER
from testkit.internet import Internet

BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def run(run_client):
    """Run a scenario: `async def scenario(client)`, with a client that heeds the environment."""

    def run(scenario, **options):
        return run_client(scenario, **{"ssl": None, "trust_env": True, **options})

    return run


@pytest.fixture
def env(monkeypatch):
    """Set variables, or unset those that are None."""

    def env(**variables):
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, str(value))

    return env


# -- proxies --


def test_each_scheme_has_its_proxy_and_all_proxy_is_for_the_rest(
    run, env, internet, another, authority
):
    async def scenario(client):
        await client.get("http://a.test/1")
        await client.get("https://a.test/2")

    env(HTTP_PROXY=internet.url, ALL_PROXY=another.url)
    run(scenario, ssl=authority.bundle)
    assert ["http://a.test/1"] == internet.urls()
    assert ["https://a.test/2"] == another.urls()
    assert ["a.test:443"] == [visit.target for visit in another.connects]


def test_what_is_set_and_unset_later_counts_for_the_next_request(
    run, env, internet, another, guard
):
    async def scenario(client):
        await client.get(guard.plain + "/1")
        env(http_proxy=internet.url)
        await client.get("http://a.test/2")
        env(http_proxy=another.url)
        await client.get("http://a.test/3")
        env(no_proxy="localhost")
        await client.get(guard.plain + "/4")
        env(http_proxy=None, no_proxy=None)
        await client.get(guard.plain + "/5")

    run(scenario)
    assert ["/1", "/4", "/5"] == [seen.path for seen in guard.seen]
    assert (["http://a.test/2"], ["http://a.test/3"]) == (internet.urls(), another.urls())


def test_each_hop_of_a_redirect_consults_the_environment_anew(run, env, internet, guard):
    async def scenario(client):
        return await client.get(f"{guard.plain}/to?url=http%3A%2F%2Fa.test%2F")

    env(HTTP_PROXY=internet.url, NO_PROXY=".example.org, localhost")
    assert "http://a.test/" == str(run(scenario).url)
    assert ["/to"] == [seen.path for seen in guard.seen]
    assert ["http://a.test/"] == internet.urls()


@pytest.mark.parametrize(
    "no_proxy",
    ["localhost", ".localhost", "*.LOCALHOST", "a.test localhost.", "*", "localhost:{port}"],
)
def test_who_is_excepted_is_reached_directly(run, env, internet, guard, no_proxy):
    async def scenario(client):
        await client.get(guard.plain + "/direct")

    env(ALL_PROXY=internet.url, NO_PROXY=no_proxy.format(port=guard.plain.rpartition(":")[2]))
    run(scenario)
    assert ["/direct"] == [seen.path for seen in guard.seen]
    assert [] == internet.urls()


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.0/104"])
def test_addresses_are_excepted_by_number_and_names_are_not_resolved(
    run, env, internet, guard, no_proxy
):
    async def scenario(client):
        await client.get(guard.plain.replace("localhost", "127.0.0.1") + "/direct")
        await client.get(guard.plain)

    env(HTTP_PROXY=internet.url, NO_PROXY=no_proxy)
    run(scenario)
    assert ["/direct"] == [seen.path for seen in guard.seen]
    assert [guard.plain + "/"] == internet.urls()


def test_credentials_of_a_proxy_variable_go_to_the_proxy_alone(run, env, internet, authority):
    async def scenario(client):
        await client.get("http://a.test/")
        await client.get("https://a.test/")

    env(ALL_PROXY=internet.url.replace("://", f"://{USER}:{PASSWORD.replace(' ', '%20')}@"))
    run(scenario, ssl=authority.bundle)
    forwarded, tunnelled = internet.visits
    assert [BASIC] == forwarded.fields["proxy-authorization"]
    assert [BASIC] == internet.connects[0].fields["proxy-authorization"]
    assert "proxy-authorization" not in tunnelled.fields


@pytest.mark.parametrize(
    "value",
    [
        "socks4://user:s3cret@127.0.0.1:1080",
        "http://user:s3cret@127.0.0.1:99999",
        "gopher://user:s3cret@127.0.0.1",
        "http://user:s3cret@127.0.0.1\r\nX: y",
    ],
)
def test_a_bad_proxy_is_never_a_silent_direct_connection(run, env, guard, value):
    async def scenario(client):
        for url in (guard.plain, f"{guard.plain}/to?url=http%3A%2F%2F127.0.0.1%2F"):
            with pytest.raises(ProxyError) as caught:
                await client.get(url)
            message = str(caught.value)
            assert message.startswith(f"GET {url}")
            assert "the environment's HTTP_PROXY can't be used: " in message
            assert "s3cret" not in message
        assert 0 == client.connections_opened
        await client.get(guard.plain, proxy=False)
        env(NO_PROXY="localhost")
        await client.get(guard.plain)
        env(HTTP_PROXY=None)
        await client.get(guard.plain)

    env(HTTP_PROXY=value)
    run(scenario)
    assert 3 == len(guard.seen)


def test_b083_entries_of_no_proxy_that_make_no_sense_stop_nobody_and_warn_once(run, env, internet):
    async def scenario(client):
        with pytest.warns(UserWarning, match="NO_PROXY has an entry that is ignored") as caught:
            await client.get("http://a.test/")
        assert 2 == len(caught)
        await client.get("http://a.test/")

    env(HTTP_PROXY=internet.url, NO_PROXY="10.0.0.0/99, [::1, b.test")
    run(scenario)
    assert 2 == len(internet.visits)


# -- certificates --


@pytest.fixture
def folders(authority, tmp_path):
    """A folder with certificates as OpenSSL has them, a plain one, and one with none."""
    for name in ("hashed", "plain", "none"):
        (tmp_path / name).mkdir()
    certificate = Path(authority.bundle).read_bytes()
    (tmp_path / "hashed" / authority.hashed_name()).write_bytes(certificate)
    (tmp_path / "plain" / "ca.pem").write_bytes(certificate)
    (tmp_path / "plain" / "notes.txt").write_text("hello")
    return lambda *names: os.pathsep.join(str(tmp_path / name) for name in names)


async def trusts(client, guard):
    try:
        await client.get(guard.tls)
    except CertificateError:
        return False
    return True


@pytest.mark.parametrize(
    "variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
)
@pytest.mark.parametrize("kind", ["file", "hashed", "plain"])
def test_who_is_named_is_trusted_as_soon_and_as_long_as_it_is_named(
    run, env, guard, authority, folders, variable, kind
):
    async def scenario(client):
        assert await trusts(client, guard) is False
        env(**{variable: authority.bundle if kind == "file" else folders(kind)})
        assert await trusts(client, guard) is True
        env(**{variable: None})
        assert await trusts(client, guard) is False

    run(scenario)


def test_several_folders_and_a_file_are_trusted_together(
    run, env, guard, authority, folders, tmp_path
):
    other = Authority(tmp_path / "none")

    async def scenario(client):
        return await trusts(client, guard)

    env(SSL_CERT_FILE=other.bundle, SSL_CERT_DIR=folders("none", "hashed"))
    assert run(scenario) is True
    env(SSL_CERT_FILE=authority.bundle, SSL_CERT_DIR=folders("none"))
    assert run(scenario) is True
    env(REQUESTS_CA_BUNDLE=other.bundle)  # which counts alone
    assert run(scenario) is False


def test_a_path_that_is_not_there_warns_once_and_trusts_nobody_else(run, env, guard, tmp_path):
    async def scenario(client):
        with pytest.warns(UserWarning, match="SSL_CERT_FILE is ignored: there is no ") as caught:
            assert await trusts(client, guard) is False
        assert 1 == len(caught)
        assert await trusts(client, guard) is False

    env(SSL_CERT_FILE=tmp_path / "none")
    run(scenario)


def test_what_the_caller_says_wins(run, env, guard, authority, tmp_path):
    other = Authority(tmp_path)

    async def scenario(client):
        return await trusts(client, guard)

    env(SSL_CERT_FILE=authority.bundle)
    assert run(scenario, ssl=other.bundle) is False
    assert run(scenario, ssl=True) is False
    env(SSL_CERT_FILE=other.bundle)
    assert run(scenario, ssl=authority.bundle) is True
    assert run(scenario, ssl=TLSConfig(authority.bundle)) is True


@pytest.mark.parametrize("url", ["http://a.test/", "https://a.test/"])
def test_a_proxy_over_tls_is_trusted_as_origins_are(run, env, authority, url):
    async def scenario(client):
        with pytest.raises(CertificateError):
            await client.get(url)
        env(SSL_CERT_FILE=authority.bundle)
        return (await client.get(url)).status_code

    with Internet(authority, context=authority.server_context()) as proxy:
        env(ALL_PROXY=proxy.url)
        # TLS inside of TLS is not for the sockets of this proxy: what it is asked for over https it refuses.
        if url.startswith("https"):
            proxy.refuses = True
            with pytest.raises(ProxyError, match="403"):
                run(scenario)
        else:
            assert 200 == run(scenario)


# -- the key log --


def test_the_key_log_has_the_secrets_of_those_who_trust_it_and_no_others(
    run, env, guard, authority, tmp_path
):
    log, own = tmp_path / "keys", ssl.create_default_context(cafile=authority.bundle)
    env(SSLKEYLOGFILE=None)
    before = own.keylog_filename

    def lines():
        return log.read_text().count("CLIENT_TRAFFIC_SECRET_0") if log.exists() else 0

    async def scenario(client):
        await client.get(guard.tls)
        return lines()

    async def switched_on(client):
        assert 1 == await scenario(client)
        env(SSLKEYLOGFILE=log)
        assert 2 == await scenario(client)
        env(SSLKEYLOGFILE=None)

    env(SSLKEYLOGFILE=log)
    assert 1 == run(scenario, ssl=authority.bundle)
    env(SSLKEYLOGFILE=None)
    run(switched_on, ssl=authority.bundle)
    env(SSLKEYLOGFILE=log)
    assert 2 == run(scenario, ssl=authority.bundle, trust_env=False)
    assert 2 == run(scenario, ssl=authority.bundle, trust_env=TrustEnv(keylog=False))
    assert 2 == run(scenario, ssl=own)
    assert before == own.keylog_filename
    env(SSL_CERT_FILE=authority.bundle)
    assert 3 == run(scenario)


# -- netrc --


@pytest.fixture
def netrc(tmp_path):
    path = tmp_path / "netrc"
    path.write_text(f'machine localhost login {USER} password "{PASSWORD}"')
    return path


def test_netrc_answers_for_its_hosts_and_not_where_redirects_lead(run, env, guard, netrc):
    async def scenario(client):
        assert (await client.get(guard.plain + "/basic")).status_code == 200
        assert (await client.get(guard.plain + "/basic", auth=None)).status_code == 401
        response = await client.get(f"{guard.plain}/to?url={guard.other}/basic")
        assert response.status_code == 401
        assert (await client.get(guard.other + "/basic")).status_code == 200

    env(NETRC=netrc)
    run(scenario)


def test_another_netrc_counts_at_once(run, env, guard, netrc, tmp_path):
    async def scenario(client):
        env(NETRC=tmp_path / "none")
        assert (await client.get(guard.plain + "/basic")).status_code == 401
        env(NETRC=netrc)
        assert (await client.get(guard.plain + "/basic")).status_code == 200
        env(NETRC=tmp_path / "none")
        assert (await client.get(guard.plain + "/basic")).status_code == 401

    run(scenario)


# -- as a whole --


@pytest.mark.parametrize("off", ["proxies", "certificates", "netrc", None])
def test_each_part_can_be_switched_off_alone(run, env, internet, guard, authority, netrc, off):
    async def scenario(client):
        await client.get("http://localhost:1/") if off != "proxies" else None
        assert await trusts(client, guard) is (off != "certificates")
        response = await client.get(guard.plain.replace("localhost", "127.0.0.1"))
        return response.status_code, (await client.get(guard.other + "/basic")).status_code

    port = guard.other.rpartition(":")[2]
    secure = guard.tls.rpartition(":")[2]
    env(HTTP_PROXY=internet.url, NO_PROXY=f"localhost:{port}, localhost:{secure}")
    env(SSL_CERT_FILE=authority.bundle, NETRC=netrc)
    trust = TrustEnv() if off is None else TrustEnv(**{off: False})
    assert (200, 401 if off == "netrc" else 200) == run(scenario, trust_env=trust)
    assert (0 if off == "proxies" else 2) == len(internet.visits)


@pytest.mark.parametrize("how", [False, TrustEnv(False, False, False, False)], ids=repr)
def test_nothing_is_heeded_where_it_is_not_trusted(run, env, guard, authority, netrc, how):
    async def scenario(client):
        assert await trusts(client, guard) is False
        assert (await client.get(guard.plain + "/basic")).status_code == 401

    env(HTTP_PROXY="gopher://p.test", HTTPS_PROXY="nonsense:x", NO_PROXY="/", NETRC=netrc)
    env(SSL_CERT_FILE=authority.bundle, SSLKEYLOGFILE="/nonexistent/keys")
    run(scenario, trust_env=how)


def test_to_make_a_client_never_fails_or_warns(world, env):
    nonsense = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSLKEYLOGFILE", "NETRC")
    env(**dict.fromkeys(nonsense, "/none/x:y z"))
    env(**dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"), "/none"))

    async def scenario():
        async with world.client() as client:
            assert "EnvironmentAdapter" in repr(client)

    with warnings.catch_warnings(action="error"):
        world.run(scenario)


def test_connections_that_are_opened_ahead_are_those_that_requests_will_use(
    run, env, guard, authority
):
    async def scenario(client):
        with pytest.raises(CertificateError):
            await client.warm(guard.tls)
        env(SSL_CERT_FILE=authority.bundle)
        assert 1 == await client.warm(guard.tls)
        await client.get(guard.tls)
        assert 1 == client.stats().reused

    run(scenario)
