"""Which requests may share connections: those that go the same way, and trust the same (`Ways`)."""

import pytest

from httpcore_pool import LocalProtocolError, Network, Options, Proxy, Request, TLSConfig
from httpcore_pool.pool import _ways as module
from httpcore_pool.pool._ways import Ways

PLAIN = "http://example.org/"
TLS = "https://example.org/"
NOBODY = TLSConfig.of(False)
STRICT = TLSConfig(minimum_version="TLSv1.3")
HERE = Network(local_address="127.0.0.1")
PROXY, OTHER = Proxy("http://proxy.test:3128"), Proxy("http://other.test:3128")
SECURE = Proxy("https://proxy.test:3128")


def ways(ssl=None, proxy=None, network=None, *, http1=True, http2=True):
    return Ways(TLSConfig.of(ssl), proxy, network or Network(), http1=http1, http2=http2)


def ask(url=TLS, **options):
    return Request("GET", url, options=Options(**options))


def keys(made, *requests):
    """How many kinds of connections these requests need."""
    return len({made.key(request) for request in requests})


# Keys.


def test_an_origin_is_host_port_and_scheme():
    urls = ("http://a.test/", "https://a.test/", "http://b.test/", "http://a.test:8080/")
    assert 4 == keys(ways(), *map(ask, urls))
    assert 1 == keys(ways(), *map(ask, ("http://a.test/x", "http://A.test:80/?y")))


OPTIONS = {
    "whom it trusts": {"ssl": NOBODY},
    "how TLS is spoken": {"ssl": STRICT},
    "its proxy": {"proxy": PROXY},
    "another proxy": {"proxy": OTHER},
    "whom it trusts for its proxy": {"proxy": SECURE, "proxy_ssl": STRICT},
    "no more for its proxy than usual": {"proxy": SECURE},
    "how it dials": {"network": HERE},
    "an upgrade": {"upgrade": True},
    "an upgrade and its proxy": {"upgrade": True, "proxy": PROXY},
    "nothing": {},
}


@pytest.mark.parametrize("pools", [{}, {"proxy": OTHER}, {"ssl": STRICT}, {"network": HERE}])
@pytest.mark.parametrize("url", [PLAIN, TLS])
def test_requests_that_go_other_ways_share_nothing(url, pools):
    made, requests = ways(**pools), [ask(url, **options) for options in OPTIONS.values()]
    found = {}
    for request in requests:
        found.setdefault(made.key(request), set()).add(
            (made.route(request), request.options.upgrade)
        )
    forwards = url == PLAIN
    for way in found.values():
        if forwards:  # whom the origin shall be trusted by is asked by nobody
            way = {(route[1:], upgrade) if route[1] else (route, upgrade) for route, upgrade in way}
        assert 1 == len(way)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("url", [PLAIN, TLS])
def test_requests_that_say_the_same_share(url, options):
    assert 1 == keys(ways(), *[ask(url, **options) for _ in range(2)])


@pytest.mark.parametrize(
    ("pools", "options"),
    [
        ({"ssl": STRICT}, {"ssl": TLSConfig(minimum_version="TLSv1.3")}),
        ({"network": HERE}, {"network": Network(local_address="127.0.0.1")}),
        ({"proxy": PROXY}, {"proxy": Proxy("http://proxy.test:3128")}),
        ({"proxy": SECURE}, {"proxy": SECURE, "proxy_ssl": TLSConfig()}),
        ({}, {"proxy_ssl": STRICT}),  # there is none
    ],
)
@pytest.mark.parametrize("url", [PLAIN, TLS])
def test_who_says_what_the_pool_would_do_anyway_shares_with_who_says_nothing(url, pools, options):
    assert 1 == keys(ways(**pools), ask(url), ask(url, **options))


# Through a proxy.


@pytest.mark.parametrize(
    ("url", "proxy", "http1", "shared"),
    [
        ("http://{}.test/", PROXY, True, True),
        ("http://{}.test/", SECURE, True, True),
        ("https://{}.test/", PROXY, True, False),
        ("http://{}.test/", PROXY, False, False),  # by a tunnel, as HTTP/2 is not forwarded
        ("http://{}.test/", Proxy("socks5h://proxy.test"), True, False),
    ],
)
@pytest.mark.parametrize("whose", ["the pool's", "the request's"])
def test_a_connection_to_a_proxy_that_forwards_is_for_all_origins(url, proxy, http1, shared, whose):
    made = ways(proxy=proxy if whose == "the pool's" else None, http1=http1)
    options = {} if whose == "the pool's" else {"proxy": proxy}
    found = [made.key(ask(url.format(name), **options)) for name in "ab"]
    assert shared is (found[0] == found[1])


@pytest.mark.parametrize(
    "options",
    [
        {"proxy": OTHER},
        {"proxy": SECURE, "proxy_ssl": STRICT},
        {"proxy": SECURE, "network": HERE},
        {"upgrade": True},
    ],
)
def test_of_those_that_are_forwarded_others_than_that_share_nothing(options):
    made = ways(proxy=PROXY if options == {"upgrade": True} else SECURE)
    assert 2 == keys(made, ask(PLAIN), ask(PLAIN, **options))


def test_an_upgrade_is_not_forwarded():
    made = ways(proxy=PROXY)
    urls = ("http://a.test/", "http://b.test/")
    assert 2 == keys(made, *[ask(url, upgrade=True) for url in urls])


# Where a request goes.


@pytest.mark.parametrize(
    ("pools", "options", "expected"),
    [
        ({}, {}, (TLSConfig(), None, TLSConfig(), Network())),
        ({"ssl": NOBODY}, {}, (NOBODY, None, TLSConfig(), Network())),
        ({"ssl": NOBODY}, {"ssl": STRICT}, (STRICT, None, TLSConfig(), Network())),
        ({"ssl": STRICT}, {"proxy": PROXY}, (STRICT, PROXY, STRICT, Network())),
        ({"proxy": OTHER}, {}, (TLSConfig(), OTHER, TLSConfig(), Network())),
        ({"proxy": OTHER}, {"proxy": PROXY}, (TLSConfig(), PROXY, TLSConfig(), Network())),
        ({"proxy": SECURE}, {"proxy_ssl": STRICT}, (TLSConfig(), SECURE, STRICT, Network())),
        ({}, {"proxy_ssl": STRICT}, (TLSConfig(), None, TLSConfig(), Network())),
        ({"network": HERE}, {}, (TLSConfig(), None, TLSConfig(), HERE)),
        ({}, {"network": HERE}, (TLSConfig(), None, TLSConfig(), HERE)),
    ],
)
def test_a_request_goes_the_pools_way_but_for_what_it_says(pools, options, expected):
    assert expected == ways(**pools).route(ask(**options))


def test_a_request_brings_its_network_under_the_pools_address_policy():
    made = ways(network=Network(address_policy="public"))
    *_, network = made.route(ask(network=HERE))
    assert HERE.copy_with(address_policy="public") == network


# HTTP/2.


@pytest.mark.parametrize(
    ("url", "http1", "http2", "shares"),
    [
        (TLS, True, True, True),
        (TLS, False, True, True),
        (TLS, True, False, False),
        (PLAIN, True, True, False),  # HTTP/1.1, as nothing says that the server knows HTTP/2
        (PLAIN, False, True, True),
        (PLAIN, True, False, False),
    ],
)
def test_a_connection_may_carry_many_where_http_2_may_be_spoken(url, http1, http2, shares):
    made = ways(http1=http1, http2=http2)
    key = made.key(ask(url))
    assert (http2, shares) == (made.may_speak_http2(key), made.may_share(ask(url), key))


def test_an_upgrade_is_one_of_http_1():
    request = ask(upgrade=True)
    made = ways()
    key = made.key(request)
    assert (False, False) == (made.may_speak_http2(key), made.may_share(request, key))
    made = ways(http1=False)
    with pytest.raises(LocalProtocolError, match=r"an upgrade needs HTTP/1\.1"):
        made.may_share(request, made.key(request))


@pytest.mark.parametrize("proxy", [None, PROXY])
def test_a_place_that_wants_http_1_is_remembered_by_its_way(proxy):
    made = ways(proxy=proxy)
    before = made.key(ask())
    assert (True, True) == (made.may_speak_http2(before), made.give_up_http2(before))
    after = made.key(ask())
    assert (False, False) == (made.may_speak_http2(after), made.give_up_http2(after))
    for other in (ask(ssl=STRICT), ask("https://other.test/")):
        assert made.may_speak_http2(made.key(other))


@pytest.mark.parametrize("pools", [{"http1": False}, {"http2": False}])
def test_nothing_is_given_up_where_there_is_nothing_else_or_no_http_2(pools):
    made = ways(**pools)
    before = made.key(ask())
    assert (False, before) == (made.give_up_http2(before), made.key(ask()))


def test_so_many_places_are_remembered_the_last_ones(monkeypatch):
    monkeypatch.setattr(module, "_MOST_HTTP1_ONLY", 2)
    made = ways()
    requests = [ask(f"https://{name}.test/") for name in "abcd"]
    for request in requests:
        assert made.give_up_http2(made.key(request))
    speaks = [made.may_speak_http2(made.key(request)) for request in requests]
    assert [True, True, False, False] == speaks
