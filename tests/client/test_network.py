"""`network=` and `address_policy=`: what they are for a client, and what they can't be."""

import pickle

import pytest

from httpcore_client import (
    AddressPolicy,
    CachingResolver,
    Client,
    Network,
    Proxy,
    Route,
    SyncClient,
    TCPKeepAlive,
    TrioClient,
)

KINDS = [Client, TrioClient, SyncClient]
IPV4 = Network(first_family="ipv4")


def network_of(client):
    return getattr(client, "_client", client)._pool.network


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def nobody(address, host, port):
    return "nobody"


def test_a_network_is_the_pools(kind):
    assert network_of(kind(network=IPV4)) is IPV4
    assert Network() == network_of(kind()) == network_of(kind(network=None, address_policy=None))


@pytest.mark.parametrize("policy", ["public", AddressPolicy.public_only(allow="10.0.0.1"), nobody])
def test_an_address_policy_is_one_with_the_network(kind, policy):
    read = AddressPolicy.of(policy)
    assert Network(address_policy=read) == network_of(kind(address_policy=policy))
    both = kind(address_policy=policy, network=IPV4)
    assert IPV4.copy_with(address_policy=read) == network_of(both)
    assert read == network_of(kind(network=Network(address_policy=policy))).address_policy


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"network": "ipv4"}, TypeError, "network must be a Network or None, not str"),
        ({"network": Network}, TypeError, "network must be a Network or None, not type"),
        ({"address_policy": "private"}, TypeError, 'address_policy must be "public", an Addr'),
        ({"address_policy": True}, TypeError, 'address_policy must be "public", an AddressPolicy'),
        (
            {"address_policy": "public", "network": Network(address_policy="public")},
            TypeError,
            r"either address_policy= or Network\(address_policy=...\)",
        ),
        (
            {"address_policy": "public", "network": Network(connect=nobody)},
            ValueError,
            "what it dials can't be judged",
        ),
    ],
)
def test_what_is_wrong_is_an_error_of_the_constructor(kind, settings, error, said):
    with pytest.raises(error, match=said):
        kind(**settings)


@pytest.mark.parametrize("name", ["network", "address_policy"])
def test_a_variant_shares_the_pool_and_so_its_network(kind, name):
    client = kind(address_policy="public")
    with pytest.raises(TypeError, match=f"{name} is a matter of the pool, which a variant shares"):
        client.replace(**{name: None})
    with pytest.raises(AttributeError, match=f"{name} can't be set on a client"):
        setattr(client, name, None)
    assert network_of(client) is network_of(client.replace(auth=None))


@pytest.mark.parametrize("name", ["network", "address_policy", "routes"])
def test_they_are_arguments_of_clients_and_not_of_requests(name):
    with pytest.raises(TypeError, match=f"'{name}' is an argument of clients"):
        SyncClient().build("GET", "http://a.test/", **{name: None})


def test_a_client_pickles_with_its_network_policy_and_routes(kind):
    network = Network(
        resolver=CachingResolver(ttl=5),
        hosts={"a": "::1"},
        keepalive=TCPKeepAlive(),
        local_address="::1",
    )
    routes = {"a.test": Route("http://p.test", network=IPV4), "b.test": False}
    client = kind(network=network, address_policy=nobody, routes=routes)
    for twin in (pickle.loads(pickle.dumps(client)), pickle.loads(pickle.dumps(client.replace()))):
        assert nobody is network_of(twin).address_policy.function
        assert network.hosts == network_of(twin).hosts
        assert "<RouteAdapter 2 routes>" in repr(twin)


def test_what_can_not_travel_is_named(kind):
    client = kind(address_policy=lambda *_: None)
    with pytest.raises((pickle.PicklingError, AttributeError), match="<lambda>"):
        pickle.dumps(client)


def test_with_a_unix_socket_no_proxy_is_looked_for_unless_one_is_named(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://environment.test")
    network = Network(unix_socket="/run/x.sock")
    own = "http://own.test"
    for settings, proxy in [
        ({}, None),
        ({"proxy": None}, None),
        ({"proxy": own}, Proxy(own)),
        ({"routes": {"a.test": Route(ssl=False)}}, None),
        ({"routes": {"a.test": own}}, Proxy(own)),
    ]:
        client = Client(network=network, **settings)
        for each in (client, client.replace(), pickle.loads(pickle.dumps(client))):
            request = each._filled(each.build("GET", "http://a.test/"))
            assert proxy == request.options.proxy
