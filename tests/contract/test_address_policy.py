"""`address_policy=`: every known way around such a check, in each world. Nothing here leaves the machine.

The backend of these clients looks up no names but those of a list, and notes the addresses that it is to
dial; what it really dials is 127.0.0.1.
"""

import contextlib

import pytest

from httpcore_client import (
    AddressPolicy,
    AddressRefused,
    InvalidURL,
    Network,
    Options,
    PoolLimits,
    Request,
    Route,
)
from testkit.awaits import BACKENDS
from testkit.relay import Relay

INSIDE = ["127.0.0.1", "::1"]


class Net:
    """A network of our own.

    Attributes:
        names: the addresses of each name, or several such lists, for one look-up after the other. All other
            names lead inside.
        dialled: the addresses that were to be dialled.
    """

    def __init__(self, world, **names):
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.dialled = []
        net = self

        class Backend(BACKENDS[world.name]):
            async def resolve(self, host, timeout):
                answers = net.names.get(host, INSIDE)
                return answers.pop(0) if isinstance(answers[0], list) else answers

            async def connect_tcp(self, addresses, timeout, how=None):
                net.dialled += [address for address, _ in addresses]
                here = [("127.0.0.1", addresses[0][1])]
                return await super().connect_tcp(here, timeout, Network())

        self.backend = Backend()


@pytest.fixture
def net(world):
    return Net(world, public_test=["8.8.8.8"], other_test=["2606:4700::1111"])


@pytest.fixture
def run_public(run_client, net):
    """Run a scenario: `async def scenario(client)`, with a client that may not reach the inside."""

    def run(scenario, **options):
        return run_client(
            scenario, **{"backend": net.backend, "address_policy": "public", **options}
        )

    return run


@contextlib.contextmanager
def refuses(url=None):
    with pytest.raises(AddressRefused) as caught:
        yield caught
    assert caught.value.sent is False
    if url is not None:
        assert url == str(caught.value.url)


# -- how a host can be written --

REFUSED = {
    "decimal": "127.0.0.1 127.1 127.0.1 127.127.127.127 2130706433 0 0.0.0.0 4294967295 10.1 3232235521",
    "octal": "0177.0.0.1 00000177.00.00.01 017700000001 0177.1 0251.0376.0251.0376 0300.0250.1",
    "hexadecimal": "0x7f.0x0.0x0.0x1 0x7f000001 0X7F.1 0xA9FEA9FE 0x7f.0.0.0x00000000000001 0x 127.0.0.0x",
    "mixed": "0177.0x0.0.1 0x7f.000.1 169.254.43518 169.16689662 0251.254.169.254",
    "dots": "127.0.0.1. 127。0。0。1 127．0．0．1 127｡0｡0｡1 localhost. 169。254。169。254",
    "digits": "１２７.0.0.1 ①②⑦.⓪.⓪.① ①⑥⑨.②⑤④.①⑥⑨.②⑤④ 𝟙𝟚𝟟.0.0.1 ²¹³⁰⁷⁰⁶⁴³³",
    "letters": "LOCALHOST ⓛⓞⓒⓐⓛⓗⓞⓢⓣ ｌｏｃａｌｈｏｓｔ loc\u00adalhost locaⅼhost",
    "percent": "%31%32%37.0.0.1 127%2e0%2e0%2e1 %6c%6f%63alhost 127%E3%80%820.0.1 %30x7f.1",
    "unspecified and loopback": "[::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::0.0.0.1] [0::]",
    "mapped": (
        "[::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:1] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:a9fe:a9fe] "
        "[::ffff:0.0.0.0] [0000:0000:0000:0000:0000:FFFF:A9FE:A9FE]"
    ),
    "compatible and translated": "[::127.0.0.1] [::7f00:1] [::ffff:0:127.0.0.1] [::ffff:0:a9fe:a9fe]",
    "NAT64": "[64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::a9fe:a9fe] [64:ff9b:1:ffff::8.8.8.8]",
    "6to4 and Teredo": (
        "[2002:7f00:1::] [2002:a9fe:a9fe::1] [2002:c0a8:101::c0a8:101] [2001::1] "
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]"
    ),
    "ISATAP": "[2606:4700::5efe:7f00:1] [2606:4700::200:5efe:10.0.0.1] [fe80::5efe:192.168.0.1]",
    "private": "10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 [fc00::1] [fd12:3456::1] [fec0::1]",
    "link-local and multicast": "169.254.0.1 [fe80::1] 224.0.0.1 [ff02::1] 255.255.255.255",
    "metadata": (
        "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 [fd00:ec2::254] "
        "[fd20:ce::254] [fe80::a9fe:a9fe] 2852039166"
    ),
    "other special networks": "192.0.2.1 198.18.0.1 203.0.113.9 240.0.0.1 192.88.99.1 [2001:db8::1]",
    "names": (
        "localhost a.localhost metadata.google.internal instance-data metadata metadata.tencentyun.com "
        "127.0.0.1.nip.io 7f000001.rbndr.us localtest.me a.127-0-0-1.sslip.io 1e9 127.0.0.-1"
    ),
    "userinfo": (
        "8.8.8.8@127.0.0.1 8.8.8.8:80@127.0.0.1 8.8.8.8%20@127.0.0.1 a&@127.0.0.1 a@8.8.8.8@127.0.0.1"
    ),
    "what follows": "127.0.0.1#@8.8.8.8 127.0.0.1?@8.8.8.8 127.0.0.1/@8.8.8.8 127.0.0.1:80#8.8.8.8",
}

NO_URLS = {
    "overflow": (
        "0x100000001 4294967297 127.0.0.256 256.0.0.1 127.0.0.1.1 425.510.425.510 0x7f.0x0.0x0.0x101 "
        "18446744071562067969 040000000001"
    ),
    "no numbers": "08.8.8.8 127.0.0.1x.1 1.2.3.09 127..1 .127.0.0.1 127.0.0.0xg.1 1.2.3.٤",
    "brackets": "[::1 ::1] [127.0.0.1] [[::1]] [::1]x [::ffff:127.1] [::ffff:0177.0.0.1] [1:2:3:4:5:6:7:8:9]",
    "zones": "[fe80::1%25eth0] [::1%25lo] [fe80::1%eth0] [::ffff:127.0.0.1%25]",
    "backslashes": "127.0.0.1\\@8.8.8.8 8.8.8.8\\@127.0.0.1 127.1.1.1:80\\@@127.2.2.2:80 \\127.0.0.1",
    "controls": "127.0.0.1%00 127.0.0.1%0a 8.8.8.8%00@ 127.0.0.1\x00.public.test 127.0.0.1%09",
    "ports": "127.0.0.1:99999 127.0.0.1:80:8.8.8.8 8.8.8.8:80:127.0.0.1 127.0.0.1:+80",
    "slashes": "%2f127.0.0.1 127.0.0.1%2f@8.8.8.8x^ 127.0.0.1%23@x^",
}


@pytest.mark.parametrize("family", REFUSED)
def test_however_the_inside_is_written_it_is_refused(run_public, net, family):
    async def scenario(client):
        for host in REFUSED[family].split(" "):
            for scheme in ("http", "https"):
                with refuses():
                    await client.get(f"{scheme}://{host}")
                    pytest.fail(f"{host} was asked")

    run_public(scenario)
    assert [] == net.dialled


@pytest.mark.parametrize("family", NO_URLS)
def test_what_might_be_read_otherwise_by_somebody_else_is_no_url(run_public, net, family):
    async def scenario(client):
        for host in NO_URLS[family].split(" "):
            with pytest.raises(InvalidURL):
                await client.get(f"http://{host}/")
                pytest.fail(f"{host} was asked")

    run_public(scenario)
    assert [] == net.dialled


# -- names --


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1%lo", "fe80::1%eth0", "fe80::1%2"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "169.254.169.254", "fd00:ec2::254", "0.0.0.0", "::"),
        *("localhost", "127.1", "0x7f.1", "127.0.0.1 ", "0177.0.0.1", ""),
    ],
)
def test_a_name_that_leads_inside_is_refused(run_public, net, address):
    async def scenario(client):
        with refuses("http://public.test/") as caught:
            await client.get("http://public.test/")
        assert f"let us connect to 'public.test': {address} is " in str(caught.value)

    net.names["public.test"] = [address]
    run_public(scenario)
    assert [] == net.dialled


def test_of_several_addresses_only_public_ones_are_dialled(run_public, net, guard):
    async def scenario(client):
        return (await client.get(guard.plain.replace("localhost", "public.test"))).status_code

    net.names["public.test"] = ["10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111", "fe80::1%eth0"]
    assert 200 == run_public(scenario)
    assert ["8.8.8.8", "2606:4700::1111"] == net.dialled


def test_a_name_that_changes_its_mind_is_judged_by_what_is_dialled(run_public, net, guard):
    url = guard.plain.replace("localhost", "rebinding.test")

    async def scenario(client):
        await client.get(url)
        for _ in range(2):
            with refuses():
                await client.get(url)

    net.names["rebinding.test"] = [["8.8.8.8"], ["127.0.0.1"], ["::1"]]
    run_public(scenario, pool_limits=PoolLimits(max_keepalive=0))
    assert ["8.8.8.8"] == net.dialled
    assert 1 == len(guard.seen)
    assert [] == net.names["rebinding.test"]


def test_fixed_addresses_are_judged_too(run_public, net):
    async def scenario(client):
        with refuses():
            await client.get("http://public.test/")

    run_public(scenario, network=Network(hosts={"public.test": "127.0.0.1"}))
    assert [] == net.dialled


# -- redirects --


@pytest.mark.parametrize(
    "to",
    [
        *("http://127.0.0.1/", "http://2130706433/", "https://[::ffff:7f00:1]/", "//localhost/"),
        *("http://169.254.169.254/latest/meta-data", "http://inside.test/", "http:////127.0.0.1/"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_lead_inside(run_public, net, guard, to, status):
    base = guard.plain.replace("localhost", "public.test")

    async def scenario(client):
        with refuses() as caught:
            await client.get(base + "/to", params={"url": to, "status": status})
        assert "public.test" not in str(caught.value.url)

    run_public(scenario)
    assert (["8.8.8.8"], 1) == (net.dialled, len(guard.seen))


def test_each_hop_is_judged(run_public, net, guard):
    port = guard.plain.rpartition(":")[2]
    last = f"http://inside.test:{port}/"
    second = f"http://other.test:{port}/to?url={last}"

    async def scenario(client):
        with refuses(last):
            await client.get(f"http://public.test:{port}/to", params={"url": second})
        response = await client.get(second, allow_redirects=False)
        with refuses(last):
            await response.next()

    run_public(scenario)
    assert ["8.8.8.8", "2606:4700::1111"] == net.dialled
    assert ["/to", "/to", "/to"] == [seen.path for seen in guard.seen]


def test_it_is_not_tried_again_and_hooks_are_told(run_public, net):
    told = []
    hooks = {
        "request": lambda request: told.append("request"),
        "retry": lambda *_: told.append("retry"),
        "error": lambda request, error: told.append(type(error)),
    }

    async def scenario(client):
        with refuses():
            await client.get("http://inside.test/")
        assert (0, 0) == (client.connections_opened, client.stats().open)

    run_public(scenario, hooks=hooks)
    assert ["request", AddressRefused] == told


def test_connections_are_kept_and_used_again_as_without_a_policy(run_public, net, guard, transport):
    """The name is judged by its address: here that of a public server is given for localhost."""
    base = transport.base(guard)

    async def scenario(client):
        assert 200 == (await client.get(base + "/1")).status_code
        with refuses("http://127.0.0.1/"):
            await client.get(base + "/to?url=http://127.0.0.1/")
        assert 200 == (await client.get(base + "/2")).status_code
        assert 0 == await client.warm(base)
        with refuses():
            await client.warm("http://127.0.0.1/")

    net.names["localhost"] = ["8.8.8.8"]
    run_public(scenario, **transport.options)
    assert ["8.8.8.8"] == net.dialled


# -- proxies --


@pytest.fixture
def relay():
    with Relay() as started:
        yield started


PROXIES = ["http", "socks5", "socks5h"]
INSIDE_URLS = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "http://[::ffff:7f00:1]/",
    "https://0x7f.1/",
]


@pytest.mark.parametrize("kind", PROXIES)
@pytest.mark.parametrize("url", [*INSIDE_URLS, "http://localhost/", "https://inside.test/"])
def test_no_proxy_is_asked_for_the_inside(run_public, net, relay, kind, url):
    async def scenario(client):
        for _ in range(2):
            with refuses() as caught:
                await client.get(url)
            assert relay.url(kind) == caught.value.proxy.rstrip("/")

    run_public(scenario, proxy=relay.url(kind))
    assert ([], 0, []) == (net.dialled, relay.accepted, relay.log)


@pytest.mark.parametrize("kind", ["http", "socks5h"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_only_the_proxy_would_know_is_refused(run_public, net, relay, kind, scheme):
    async def scenario(client):
        with refuses(f"{scheme}://public.test/") as caught:
            await client.get(f"{scheme}://public.test/")
        assert "the proxy would look it up" in str(caught.value)

    run_public(scenario, proxy=relay.url(kind))
    assert [] == net.dialled


def test_the_environments_proxies_are_no_way_around(run_public, net, relay, monkeypatch):
    async def scenario(client):
        with refuses():
            await client.get("http://public.test/")
        with refuses():
            await client.get("http://127.0.0.1/")

    monkeypatch.setenv("ALL_PROXY", relay.url())
    run_public(scenario, trust_env=True)
    assert [] == relay.log


def test_a_proxy_that_is_given_addresses_is_given_those_that_were_judged(
    run_public, net, relay, guard
):
    port = guard.plain.rpartition(":")[2]

    async def scenario(client):
        return (await client.get(f"http://public.test:{port}/")).status_code

    net.names["public.test"] = [["127.0.0.1", "8.8.8.8", "::1"], ["127.0.0.1"]]
    assert 200 == run_public(scenario, proxy=relay.url("socks5"))
    assert [f"8.8.8.8:{port}"] == [asked.target for asked in relay.log]


@pytest.mark.parametrize("kind", ["http", "socks5h"])
def test_names_may_be_left_to_a_proxy_but_not_those_of_the_inside(
    run_public, net, relay, guard, kind
):
    base = guard.plain.replace("localhost", "public.test")

    async def scenario(client):
        for _ in range(2):
            assert 200 == (await client.get(base)).status_code
        for to in (*INSIDE_URLS, "http://localhost/", "http://metadata.google.internal/"):
            with refuses() as caught:
                await client.get(base + "/to", params={"url": to})
            assert relay.url(kind) == caught.value.proxy.rstrip("/")
        assert 200 == (await client.get(base)).status_code

    policy = AddressPolicy.public_only(trust_proxies=True)
    run_public(scenario, proxy=relay.url(kind), address_policy=policy)
    assert all("public.test" in asked.target for asked in relay.log)
    assert set(INSIDE) == set(net.dialled)  # the proxy, which the caller has named


# -- policies of one's own --


def test_a_function_is_asked_for_each_address_with_the_host_and_the_port(run_public, net, guard):
    asked = []
    port = int(guard.plain.rpartition(":")[2])

    def policy(address, host, port):
        asked.append((str(address), host, port))
        return "too far away" if address.version == 6 else None

    async def scenario(client):
        with refuses() as caught:
            await client.get(f"http://other.test:{port}/")
        assert "2606:4700::1111: too far away" in str(caught.value)
        await client.get(f"http://public.test:{port}/")

    run_public(scenario, address_policy=policy)
    assert [("2606:4700::1111", "other.test", port), ("8.8.8.8", "public.test", port)] == asked


@pytest.mark.parametrize("proxied", [False, True])
def test_a_policy_that_fails_or_says_yes_lets_nobody_pass(run_public, net, relay, proxied):
    def fails(address, host, port):
        raise KeyError("broken")

    async def scenario(client):
        with pytest.raises((KeyError, TypeError)):
            await client.get("http://8.8.8.8/")

    for policy in (fails, lambda *_: True, lambda *_: False, lambda: None):
        run_public(scenario, address_policy=policy, proxy=relay.url() if proxied else None)
    assert ([], 0) == (net.dialled, relay.accepted)


def test_what_is_allowed_is_let_pass_and_what_is_denied_is_not(run_public, net, guard):
    policy = AddressPolicy.public_only(allow="127.0.0.0/8", deny="8.8.0.0/16")

    async def scenario(client):
        await client.get(guard.plain.replace("localhost", "127.0.0.1"))
        with refuses() as caught:
            await client.get("http://public.test/")
        assert "8.8.8.8 is denied" in str(caught.value)

    run_public(scenario, address_policy=policy)
    assert ["127.0.0.1"] == net.dialled


# -- routes, variants and clients that were shipped --


def test_a_route_with_a_network_of_its_own_is_under_the_policy(run_public, net, guard):
    routes = {
        "http://": Route(network=Network(first_family="ipv4")),
        "free.test": Route(network=Network(address_policy=lambda *_: None)),
    }

    async def scenario(client):
        with refuses():
            await client.get("http://inside.test/")
        with refuses():
            await client.replace(routes=routes, auth=None).get("http://inside.test/")
        return (await client.get(guard.plain.replace("localhost", "free.test"))).status_code

    assert 200 == run_public(scenario, routes=routes)
    assert INSIDE == net.dialled


def test_a_request_that_was_made_elsewhere_is_under_the_policy(run_public, net):
    async def scenario(client):
        options = Options(network=Network(first_family="ipv4"))
        with refuses():
            await client.send(Request("GET", "http://127.0.0.1/", options=options))

    run_public(scenario)
    assert [] == net.dialled
