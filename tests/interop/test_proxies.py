"""What single proxies do; what all are asked is in `test_proxy_matrix`."""

import pytest

from httpcore_client import DigestAuth, Proxy, ProxyError
from testkit.servers.apache import GuardedApache
from testkit.servers.guarded import PASSWORD, USER, statuses
from testkit.servers.proxies import Dante, Microsocks, PProxy
from testkit.servers.squid import Squid
from testkit.servers.telling import TellingNginx


@pytest.fixture
def run(world, authority):
    def run(scenario, **options):
        common = {"ssl": authority.bundle, "timeout": 10, "trust_env": False}
        return world.run_client(scenario, **common, **options)

    return run


def test_what_the_rules_of_a_proxy_forbid_is_told(run, started):
    proxy = started(Dante).url("socks5h")

    async def scenario(client):
        with pytest.raises(ProxyError, match="not allowed by its rules") as caught:
            await client.get(f"http://127.0.0.1:{Dante.blocked_port}/")
        return caught.value.reply_code

    assert 2 == run(scenario, proxy=proxy)


def test_a_proxy_may_be_at_an_ipv6_address(run, application, started):
    proxy = started(Microsocks).url("socks5h").replace("localhost", "[::1]")

    async def scenario(client):
        return (await client.get(application.tls + "/echo")).status_code

    assert 200 == run(scenario, proxy=proxy)


@pytest.mark.parametrize("kind", [Microsocks, Dante, PProxy], ids=lambda kind: kind.name)
def test_an_origin_behind_socks_may_be_at_an_ipv6_address(run, started, authority, tmp_path, kind):
    async def scenario(client):
        return (await client.get(f"http://[::1]:{origin.plain_port}/")).text

    with TellingNginx(authority, tmp_path) as origin:
        assert "told" == run(scenario, proxy=started(kind).url("socks5h"))


@pytest.mark.parametrize(("scheme", "host"), [("socks5", "127.0.0.1"), ("socks5h", "localhost")])
def test_who_resolves_a_name_is_told_by_the_scheme(run, application, started, scheme, host):
    proxy = started(Microsocks)
    before = len(proxy.log())

    async def scenario(client):
        return (await client.get(application.plain)).status_code

    assert 200 == run(scenario, proxy=proxy.url(scheme))
    assert f"connected to {host}:{application.plain_port}" in proxy.log()[before:]


def test_a_redirect_into_a_tunnel_takes_no_credentials_along(run, started, backend):
    """CVE-2023-32681: what the proxy was shown, and what the origin, by their own logs."""
    squid = started(Squid, "basic").forget()
    apache = started(GuardedApache, backend).forget()

    async def scenario(client):
        url = f"{apache.plain}/open/redirect-to?url={apache.tls}/open/echo"
        assert (await client.get(url)).status_code == 200

    run(scenario, proxy=squid.url("http"))
    assert ["GET", "CONNECT"] == [seen.line.split(" ")[0] for seen in squid.seen(2)]
    assert [True, True] == [bool(seen.proxy_authorization) for seen in squid.seen(2)]
    at_origin = apache.seen(2)
    assert [302, 200] == statuses(at_origin)
    assert [""] * 4 == [
        shown for seen in at_origin for shown in (seen.authorization, seen.proxy_authorization)
    ]


@pytest.mark.parametrize("base", ["plain", "tls"])
def test_digest_is_answered_behind_tls(run, application, started, base):
    squid = started(Squid, "digest").forget()

    async def scenario(client):
        for _ in range(2):
            echoed = await client.get(getattr(application, base) + "/echo")
            assert "proxy-authorization" not in dict(echoed.json()["headers"])

    run(scenario, proxy=Proxy(squid.tls, auth=DigestAuth(USER, PASSWORD)))
    expected = [200, 200, 407] if base == "plain" else [200, 407]
    assert expected == sorted(statuses(squid.seen(len(expected))))
