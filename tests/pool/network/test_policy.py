"""`AddressPolicy`: what is judged, what a verdict may be, and what comes of it."""

import inspect
import pickle
import textwrap
from ipaddress import ip_address, ip_network

import pytest

from httpcore_pool import (
    AddressPolicy,
    AddressRefused,
    ConnectionPool,
    HTTPConnection,
    Network,
    Options,
    Proxy,
    Request,
    ScriptedBackend,
)
from httpcore_pool.network._policy import judge, judge_behind_proxy

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
PROXY = "http://10.0.0.1:3128"


def nobody_private(address, host, port):
    return "private" if address.is_private else None


def let(policy, *texts, port=80, host="host.test"):
    return [text for text, _ in judge(policy, [(text, port) for text in texts], host)]


def refused(policy, *texts, **others):
    with pytest.raises(AddressRefused) as caught:
        let(policy, *texts, **others)
    return caught.value.message


class Noting(AddressPolicy):
    """Lets everything pass and says what it was asked."""

    def __init__(self):
        self.asked = []

    def judge(self, address, host, port):
        self.asked.append((address, host, port))


# -- what may be a policy --


@pytest.mark.parametrize("policy", [AddressPolicy.public_only(), Noting(), None])
def test_a_policy_stays_what_it_is(policy):
    assert AddressPolicy.of(policy) is policy


def test_public_is_short_for_public_only():
    assert AddressPolicy.public_only() == AddressPolicy.of("public")


def test_a_function_is_a_policy():
    policy = AddressPolicy.of(nobody_private)
    assert ["8.8.8.8"] == let(policy, "10.0.0.1", "8.8.8.8")
    assert AddressPolicy.of(nobody_private) == policy
    assert "nobody_private" == repr(policy)


class Unhashable:
    __hash__ = None

    def __call__(self, address, host, port):
        raise NotImplementedError


class UnhashablePolicy(AddressPolicy):
    __hash__ = None

    def judge(self, address, host, port):
        raise NotImplementedError


@pytest.mark.parametrize(
    "wrong", ["private", True, 1, Noting, Unhashable(), UnhashablePolicy(), ["public"]]
)
def test_anything_else_is_none(wrong):
    with pytest.raises(TypeError, match='must be "public", an AddressPolicy, a function or None'):
        Network(address_policy=wrong)


def test_a_policy_is_a_value():
    policy = AddressPolicy.public_only(allow="10.1.0.0/16", deny=["1.1.1.1", "2606:4700::/32"])
    same = AddressPolicy.public_only(
        allow=[ip_network("10.1.0.0/16")], deny=("1.1.1.1/32", "2606:4700::/32")
    )
    assert (policy, hash(policy)) == (same, hash(same))
    assert policy == pickle.loads(pickle.dumps(policy))
    assert policy != AddressPolicy.public_only()
    assert AddressPolicy.of(nobody_private) == pickle.loads(
        pickle.dumps(AddressPolicy.of(nobody_private))
    )


@pytest.mark.parametrize(
    "text",
    [
        "AddressPolicy.public_only()",
        "AddressPolicy.public_only(allow=['10.0.0.0/8'])",
        "AddressPolicy.public_only(allow=['10.0.0.0/8'], deny=['1.1.1.1/32'], trust_proxies=True)",
    ],
)
def test_it_shows_as_it_is_written(text):
    assert text == repr(eval(text))


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"allow": "10.0.0.1/8"}, ValueError, "allow: 10.0.0.1/8 has host bits set"),
        ({"deny": "example.com"}, ValueError, "deny: 'example.com' does not appear to be"),
        ({"deny": b"10.0.0.0/8"}, TypeError, "deny must be networks, such as .*, not bytes"),
        ({"allow": 10}, TypeError, "allow must be networks, such as .*, not int"),
        ({"trust_proxies": "no"}, TypeError, "trust_proxies must be True or False, not str"),
    ],
)
def test_what_can_not_be_read_is_refused(given, error, said):
    with pytest.raises(error, match=said):
        AddressPolicy.public_only(**given)


def test_the_example_of_the_docstring_works():
    code = inspect.getdoc(AddressPolicy).partition("::\n\n")[2].partition("\n\nWhere")[0]
    exec(textwrap.dedent(code), names := {"AddressPolicy": AddressPolicy})
    policy = names["WebOnly"]()
    assert ["8.8.8.8"] == let(policy, "8.8.8.8", port=443)
    assert "8.8.8.8: no port of the Web" in refused(policy, "8.8.8.8", port=22)
    assert "127.0.0.1: loopback" in refused(policy, "127.0.0.1")


# -- what is judged --


def test_addresses_are_judged_as_what_they_are_and_dialled_as_they_were_given():
    policy = Noting()
    given = ["8.8.8.8", "::ffff:10.0.0.1", "::ffff:10.0.0.1%eth0", "fe80::1%eth0", "::1"]
    assert given == let(policy, *given, port=81)
    judged = ["8.8.8.8", "10.0.0.1", "10.0.0.1", "fe80::1", "::1"]
    assert [(ip_address(text), "host.test", 81) for text in judged] == policy.asked


def test_only_those_that_may_are_left_in_their_order():
    public = ["2606:4700::1111", "8.8.8.8", "1.1.1.1"]
    assert public == let(AddressPolicy.public_only(), "127.0.0.1", *public[:2], "::1", public[2])


def test_each_address_is_judged_with_the_port_that_is_dialled():
    policy = AddressPolicy.of(lambda address, host, port: None if port == 443 else "closed")
    assert [("8.8.8.8", 443)] == judge(policy, [("8.8.8.8", 80), ("8.8.8.8", 443)], "host.test")


@pytest.mark.parametrize("text", ["localhost", "127.1", "0x7f000001", "2130706433", "", "8.8.8.8 "])
def test_what_is_no_address_is_never_dialled(text):
    assert f"{text} is no IP address" in refused(AddressPolicy.of(nobody_private), text)


def test_the_error_says_of_each_address_why():
    policy = AddressPolicy.public_only(deny="8.8.8.8")
    assert (
        "the address policy does not let us connect to 'host.test': 10.0.0.1 is private (RFC 1918); "
        "::1 is loopback (RFC 4291); 8.8.8.8 is denied "
        "(see AddressPolicy.public_only(allow=..., deny=...))"
    ) == refused(policy, "10.0.0.1", "::1", "8.8.8.8")
    said = refused(AddressPolicy.public_only(), "10.0.0.1", host="10.0.0.1")
    assert "to '10.0.0.1': it is private (RFC 1918) (see " in said


def test_a_callers_reason_stands_as_it_was_given():
    policy = AddressPolicy.of(nobody_private)
    refusal = "the address policy does not let us connect to"
    assert f"{refusal} '10.0.0.1': private" == refused(policy, "10.0.0.1", host="10.0.0.1")
    assert f"{refusal} 'host.test': 10.0.0.1: private; fd00::1: private" == (
        refused(policy, "10.0.0.1", "fd00::1")
    )


def test_what_is_denied_is_so_though_it_is_allowed_too():
    policy = AddressPolicy.public_only(allow="10.0.0.0/8", deny="10.2.0.0/16")
    assert ["10.1.0.1"] == let(policy, "10.1.0.1", "10.2.0.1", "192.168.0.1")


@pytest.mark.parametrize(
    "text",
    [
        *("9.9.9.9", "::ffff:9.9.9.9", "64:ff9b::9.9.9.9", "2002:909:909::1"),
        *("2606:4700::5efe:9.9.9.9", "2606:4700::200:5efe:9.9.9.9"),
    ],
)
@pytest.mark.parametrize("network", ["9.9.9.0/24", "::ffff:9.9.9.0/120", "::ffff:0:0/96"])
def test_what_leads_to_a_denied_address_is_denied(text, network):
    policy = AddressPolicy.public_only(allow=["2000::/3", "64:ff9b::/96"], deny=network)
    assert f"{text} is denied" in refused(policy, text)


@pytest.mark.parametrize("network", ["127.0.0.0/8", "::ffff:127.0.0.0/104", "::ffff:0:0/96"])
def test_an_allowed_network_may_be_written_in_either_form(network):
    policy = AddressPolicy.public_only(allow=network)
    assert ["127.0.0.1", "::ffff:127.0.0.1"] == let(policy, "127.0.0.1", "::ffff:127.0.0.1")


def test_to_allow_all_of_ipv6_allows_no_ipv4():
    policy = AddressPolicy.public_only(allow="::/0")
    assert ["::1"] == let(policy, "::1", "127.0.0.1", "::ffff:127.0.0.1")


# -- verdicts --


@pytest.mark.parametrize("verdict", [True, False, "", 0, 1, b"no", ()], ids=repr)
def test_what_is_no_verdict_lets_nobody_pass(verdict):
    def hesitant(address, host, port):
        return verdict

    name = r"hesitant must say why it refuses, or None, not "
    with pytest.raises(TypeError, match=name):
        let(AddressPolicy.of(hesitant), "8.8.8.8")


def test_an_async_function_gives_none():
    async def function(address, host, port):
        raise NotImplementedError

    with pytest.raises(TypeError, match="or None, not <coroutine"):
        let(AddressPolicy.of(function), "8.8.8.8")


def test_what_a_policy_raises_lets_nobody_pass():
    def function(address, host, port):
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        let(AddressPolicy.of(function), "8.8.8.8")


# -- behind a proxy --


@pytest.mark.parametrize("policy", ["public", nobody_private])
def test_a_name_that_a_proxy_would_look_up_is_refused(policy):
    with pytest.raises(AddressRefused, match="'host.test': the proxy would look it up"):
        judge_behind_proxy(AddressPolicy.of(policy), "host.test", 80)


def test_names_may_be_left_to_a_proxy_that_is_trusted():
    policy = AddressPolicy.public_only(trust_proxies=True)
    judge_behind_proxy(policy, "host.test", 80)
    for host in ("localhost", "metadata.google.internal", "10.0.0.1", "::1"):
        with pytest.raises(AddressRefused, match=f"connect to '{host}': "):
            judge_behind_proxy(policy, host, 80)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111"])
def test_an_address_is_judged_though_a_proxy_dials_it(host):
    judge_behind_proxy(AddressPolicy.public_only(), host, 80)


def test_a_policy_of_ones_own_may_judge_names():
    class ByName(Noting):
        def judge_name(self, host, port):
            return None if (host, port) == ("host.test", 8080) else True

    judge_behind_proxy(ByName(), "host.test", 8080)
    with pytest.raises(TypeError, match="must say why it refuses"):
        judge_behind_proxy(ByName(), "host.test", 80)


# -- in connections and pools --


def scripted(*answers):
    return ScriptedBackend([lambda stream, answer=answer: answer for answer in answers or [OK]])


async def error_of(adapter, url, **options):
    with pytest.raises(AddressRefused) as caught:
        await adapter.send(Request("GET", url, options=Options(**options)))
    return caught.value


@pytest.mark.parametrize("proxy", [None, Proxy(PROXY), Proxy(PROXY.replace("http", "socks5h"))])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_is_dialled_and_the_error_names_the_request(run, proxy, scheme):
    async def scenario():
        backend = scripted()
        network = Network(address_policy="public")
        adapter = HTTPConnection(f"{scheme}://[::1]/", backend, proxy=proxy, network=network)
        error = await error_of(adapter, f"{scheme}://u:secret@[::1]/x")
        assert [] == backend.dialled
        return error

    error = run(scenario)
    assert ("GET", False, "connect") == (error.method, error.sent, error.phase)
    assert "secret" not in str(error)
    assert str(error).startswith(f"GET {scheme}://")
    assert (None if proxy is None else proxy.url.masked) == error.proxy


def test_a_name_is_looked_up_once_and_what_was_judged_is_dialled(run):
    answers = [["8.8.8.8"], ["127.0.0.1"]]

    async def scenario():
        backend = scripted()
        network = Network(resolver=lambda host: answers.pop(0), address_policy="public")
        async with ConnectionPool(backend, network=network) as pool:
            await (await pool.send(Request("GET", "http://rebinding.test/"))).read()
        return backend.dialled

    assert [("8.8.8.8", 80)] == run(scenario)
    assert [["127.0.0.1"]] == answers


def test_a_kept_connection_of_a_forwarding_proxy_is_asked_for_nothing_that_is_refused(run):
    async def scenario():
        backend = scripted(OK, OK)
        network = Network(address_policy="public")
        async with ConnectionPool(backend, network=network, proxy=PROXY) as pool:
            await (await pool.send(Request("GET", "http://8.8.8.8/"))).read()
            error = await error_of(pool, "http://127.0.0.1/")
            assert ("http://127.0.0.1/", "http://10.0.0.1:3128/") == (error.url, error.proxy)
            await (await pool.send(Request("GET", "http://1.1.1.1/"))).read()
        return backend.dialled, backend.streams[0].written

    dialled, written = run(scenario)
    assert [("10.0.0.1", 3128)] == dialled
    assert b"127.0.0.1" not in written


def test_a_network_of_a_request_is_under_the_policy_of_the_pool(run):
    async def scenario():
        backend = scripted()
        network = Network(address_policy="public")
        async with ConnectionPool(backend, network=network) as pool:
            await error_of(pool, "http://127.0.0.1/", network=Network(first_family="ipv4"))
            own = Network(address_policy=lambda address, host, port: None)
            request = Request("GET", "http://127.0.0.1/", options=Options(network=own))
            await (await pool.send(request)).read()
        return backend.dialled

    assert [("127.0.0.1", 80)] == run(scenario)


def test_a_connection_that_was_judged_by_nobody_is_not_used_under_a_policy(run):
    async def scenario():
        backend = scripted()
        async with ConnectionPool(backend) as pool:
            await (await pool.send(Request("GET", "http://127.0.0.1/"))).read()
            await error_of(pool, "http://127.0.0.1/", network=Network(address_policy="public"))
        return backend.dialled

    assert [("127.0.0.1", 80)] == run(scenario)


def test_fixed_addresses_are_judged_and_unix_sockets_are_not(run):
    async def scenario():
        backend = scripted()
        hosts = {"a.test": ["10.0.0.1", "8.8.8.8:81"], "b.test": "127.0.0.1"}
        network = Network(hosts=hosts, address_policy="public")
        async with ConnectionPool(backend, network=network) as pool:
            await error_of(pool, "http://b.test/")
            await (await pool.send(Request("GET", "http://a.test/"))).read()
        return backend.dialled

    async def by_socket():
        backend = scripted()
        network = Network(unix_socket="/run/a.sock", address_policy="public")
        async with ConnectionPool(backend, network=network) as pool:
            await (await pool.send(Request("GET", "http://127.0.0.1/"))).read()
        return backend.dialled

    assert [("8.8.8.8", 81)] == run(scenario)
    assert [("/run/a.sock", 0)] == run(by_socket)


def test_a_function_that_dials_by_itself_can_not_be_judged():
    network = Network(connect=lambda host, port, timeout: None)
    with pytest.raises(ValueError, match="what it dials can't be judged"):
        network.under(AddressPolicy.public_only())
    assert network.under(None) is network
