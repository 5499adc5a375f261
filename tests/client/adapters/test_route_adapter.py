"""`RouteAdapter`: what it fills in, and what a request has said itself."""

import pytest

from httpcore_client import (
    URL,
    Client,
    ClientOptions,
    Network,
    Options,
    Proxy,
    Request,
    Route,
    RouteAdapter,
    ScriptedBackend,
    TLSConfig,
)
from httpcore_pool import run_sync

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
OWN, ROUTED, SAID = (f"http://{name}.test" for name in ("own", "routed", "said"))
SOCKET = Network(unix_socket="/run/x.sock")


def filled(request, routes, proxy=None):
    """Return the options with which a request is sent on."""
    if isinstance(request, ClientOptions):
        request = Request("GET", "http://a.test/", options=request)
    return RouteAdapter(None, routes, proxy).fill(request).options


def test_a_request_without_a_route_stays_as_it_is():
    request = Request("GET", "http://a.test/")
    assert RouteAdapter(None, {"b.test": False}).fill(request) is request


def test_the_proxy_of_a_request_comes_first_then_the_routes_then_the_clients():
    said = ClientOptions(proxy=Proxy(SAID))
    for routes, options, proxy in [
        ({"a.test": ROUTED}, said, SAID),
        ({"a.test": False}, said, SAID),
        ({"a.test": ROUTED}, ClientOptions(), ROUTED),
        ({"a.test": Route(ssl=False)}, ClientOptions(), OWN),
        ({"b.test": ROUTED}, ClientOptions(), OWN),
    ]:
        options = filled(options, routes, OWN)
        assert (Proxy(proxy), False) == (options.proxy, options.direct)
        assert (proxy != SAID) == options.proxy_by_url


def test_no_proxy_is_something_to_say_too():
    direct = ClientOptions(direct=True)
    assert direct == filled(direct, {"a.test": ROUTED}, OWN)
    for routes, proxy in [({"a.test": False}, OWN), ({"b.test": ROUTED}, False)]:
        options = filled(ClientOptions(), routes, proxy)
        assert (None, True, True) == (options.proxy, options.direct, options.proxy_by_url)


def test_trust_and_network_of_a_request_come_first():
    route = Route(ssl=False, network=SOCKET)
    options = filled(ClientOptions(), {"a.test": route})
    assert (route.ssl, SOCKET) == (options.ssl, options.network)
    said = ClientOptions(ssl=TLSConfig(), network=Network())
    options = filled(said, {"a.test": route})
    assert (said.ssl, said.network) == (options.ssl, options.network)


def test_a_unix_socket_does_not_lead_to_a_proxy_that_the_request_names():
    routes = {
        "a.test": Route(network=SOCKET),
        "b.test": Route(network=Network(first_family="ipv4")),
    }
    said = ClientOptions(proxy=Proxy(SAID))
    assert filled(said, routes).network is None
    options = filled(Request("GET", "http://b.test/", options=said), routes)
    assert (Proxy(SAID), "ipv4") == (options.proxy, options.network.first_family)


def test_options_of_the_pool_are_read_as_well():
    request = Request("GET", "http://a.test/", options=Options(proxy=Proxy(SAID)))
    assert Proxy(SAID) == filled(request, {"a.test": Route(ROUTED, ssl=False)}).proxy


def test_a_request_that_a_flow_makes_on_the_way_has_a_route_of_its_own():
    for routes in (
        {"a.test": ROUTED},
        {"a.test": False},
        {"a.test": Route(ROUTED, network=SOCKET)},
    ):
        own = filled(ClientOptions(), routes).for_own_request()
        assert (None, False, None) == (own.proxy, own.direct, own.network)
    said = filled(ClientOptions(proxy=Proxy(SAID)), {"a.test": False}).for_own_request()
    assert Proxy(SAID) == said.proxy
    assert filled(ClientOptions(direct=True), {"a.test": ROUTED}).for_own_request().direct is True


def test_it_shows_how_many_there_are():
    assert "<RouteAdapter 2 routes>" == repr(RouteAdapter(None, {"a": False, "b": False}))


# -- in a client --


def way(client, url):
    """Return the options with which a request reaches the pool."""
    return client._filled(client.build("GET", url)).options


def levels(client):
    return [type(level).__name__ for level in client._stack]


def test_it_stands_over_the_environment_and_only_where_there_are_routes():
    assert "RouteAdapter" not in levels(Client())
    assert "RouteAdapter" not in levels(Client(routes={}))
    assert "RouteAdapter" not in levels(Client(routes=None))
    client = Client(routes={"http://": False}, hooks={"request": print})
    assert ["RedirectAdapter", "HookAdapter", "RouteAdapter", "EnvironmentAdapter"] == levels(
        client
    )[:4]


@pytest.mark.parametrize(
    ("routes", "error", "said"),
    [
        ([("http://", OWN)], TypeError, "routes must be a mapping by pattern, not list"),
        ("http://", TypeError, "routes must be a mapping by pattern, not str"),
        ({"http": OWN}, ValueError, 'a scheme is written "http://"'),
    ],
)
def test_what_is_wrong_is_an_error_of_the_constructor(routes, error, said):
    with pytest.raises(error, match=said):
        Client(routes=routes)
    with pytest.raises(error, match=said):
        Client().replace(routes=routes)


def test_a_wrong_proxy_of_the_client_is_one_too():
    with pytest.raises(TypeError, match="proxy must be a URL, a Proxy, False or None, not int"):
        Client(proxy=5, routes={"a.test": False})


def test_what_was_given_may_change_without_effect():
    routes = {"a.test": ROUTED}
    client = Client(routes=routes)
    routes["a.test"] = False
    twin = client.replace(auth=None)
    assert [Proxy(ROUTED)] * 2 == [way(each, "http://a.test/").proxy for each in (client, twin)]


def test_a_variant_may_have_other_routes_or_none():
    client = Client(routes={"a.test": ROUTED}, proxy=OWN)
    for changes, proxy in [
        ({}, ROUTED),
        ({"routes": {"a.test": SAID}}, SAID),
        ({"routes": None}, OWN),
        ({"routes": {"b.test": ROUTED}}, OWN),
        ({"routes": {"b.test": ROUTED}, "proxy": SAID}, SAID),
    ]:
        assert Proxy(proxy) == way(client.replace(**changes), "http://a.test/").proxy


def test_the_environment_has_the_last_word_and_none_where_a_route_says_no(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", SAID)
    client = Client(routes={"a.test": False, "b.test": ROUTED, "c.test": Route(unix_socket="/x")})
    proxies = [way(client, f"http://{host}.test/").proxy for host in "abcd"]
    assert [None, Proxy(ROUTED), None, Proxy(SAID)] == proxies


def test_connections_are_opened_ahead_by_the_route():
    backend = ScriptedBackend([OK], [OK])
    client = Client(backend=backend, routes={"a.test": Route(unix_socket="/run/x.sock")})
    assert 1 == run_sync(client.warm(URL("http://a.test/")))
    assert [("/run/x.sock", 0)] == backend.dialled
    run_sync(client.close())
