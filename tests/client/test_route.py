"""`Route`: what callers may write."""

import pickle
import ssl

import pytest

from httpcore_client import URL, Network, Proxy, Route, TLSConfig


def test_it_is_read_like_the_arguments_of_a_client():
    route = Route("http://p.test", ssl=False, network=Network(first_family="ipv4"))
    assert (Proxy("http://p.test"), TLSConfig(False)) == (route.proxy, route.ssl)
    assert route == Route(URL("http://p.test"), TLSConfig(False), Network(first_family="ipv4"))
    assert route == pickle.loads(pickle.dumps(route))
    assert hash(route) == hash(route.copy_with())


def test_it_may_say_nothing():
    assert (None, None, None) == (Route().proxy, Route().ssl, Route().network)


@pytest.mark.parametrize(
    "route",
    [Route(unix_socket="/run/x.sock"), Route(network=Network(unix_socket="/run/x.sock"))],
)
def test_to_a_unix_socket_leads_no_proxy(route):
    assert route.proxy is False
    assert "/run/x.sock" == route.network.unix_socket


def test_unless_one_is_named_that_is_there():
    assert Proxy("http://p.test") == Route("http://p.test", unix_socket="/run/x.sock").proxy


@pytest.mark.parametrize("value", [Route(False), False])
def test_a_route_may_be_only_its_proxy(value):
    assert Route(False) == Route.of(value)
    assert Route("http://p.test") == Route.of(Proxy("http://p.test"))


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"proxy": 5}, TypeError, "proxy must be a URL, a Proxy, False or None, not int"),
        ({"ssl": 5}, TypeError, "int"),
        (
            {"network": "/run/x"},
            TypeError,
            r"Route\(network=...\) must be a Network or None, not str",
        ),
        ({"unix_socket": 5}, TypeError, "must be a path, not int"),
        ({"unix_socket": ""}, ValueError, "not empty"),
        ({"unix_socket": "/x", "network": Network()}, TypeError, "give one of both"),
        ({"uds": "/x"}, TypeError, "uds"),
    ],
)
def test_what_is_wrong_is_refused(given, error, said):
    with pytest.raises(error, match=said):
        Route(**given)


def test_a_context_can_not_travel():
    with pytest.raises(TypeError, match="SSLContext"):
        pickle.dumps(Route(ssl=ssl.create_default_context()))
