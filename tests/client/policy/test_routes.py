"""Patterns of routes: how they are read, and which of them counts for a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from httpcore_client import URL, InvalidURL, Network, Proxy, Route
from httpcore_client.policy._routes import Pattern, Routes
from httpcore_urls.masking import masked_unparsed


def proxy(name):
    return f"http://{name}.test"


def chosen(url, *patterns, **others):
    """Return the pattern that counts for a URL, or None."""
    routes = Routes({text: proxy(f"p{index}") for index, text in enumerate(patterns)}, **others)
    found = routes.route_for(URL(url)).proxy
    return None if found is None else patterns[int(found.url.host[1])]


# -- reading --


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("all://", ("all", "*", None)),
        ("http://", ("http", "*", None)),
        ("HTTPS://", ("https", "*", None)),
        ("*", ("all", "*", None)),
        ("https://*:8443", ("https", "*", 8443)),
        ("example.com", ("all", "example.com", None)),
        ("https://Example.COM", ("https", "example.com", None)),
        ("https://example.com.", ("https", "example.com", None)),
        ("https://example.com:8443", ("https", "example.com", 8443)),
        ("example.com:80", ("all", "example.com", 80)),
        ("all://*.example.com:0", ("all", "*.example.com", 0)),
        ("*.bücher.example", ("all", "*.xn--bcher-kva.example", None)),
        ("BÜCHER.example", ("all", "xn--bcher-kva.example", None)),
        ("http://[::1]:8080", ("http", "::1", 8080)),
        ("[0:0::1]", ("all", "::1", None)),
        ("0x7f.1", ("all", "127.0.0.1", None)),
        ("localhost", ("all", "localhost", None)),
        ("http://http", ("http", "http", None)),
        ("example.com:65535", ("all", "example.com", 65535)),
    ],
)
def test_a_pattern_is_a_scheme_a_host_or_both(text, pattern):
    assert pattern == Pattern.of(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it must be scheme://, a host, or both"),
        ("http", 'a scheme is written "http://"'),
        ("all", 'a scheme is written "all://"'),
        ("ftp://", "its scheme must be http, https or all"),
        ("a/b://example.com", "its scheme must be http, https or all"),
        ("http://a://b", "it must be scheme://"),
        ("://example.com", "its scheme must be http, https or all"),
        ("http://example.com/", "it must be scheme://, a host, or both"),
        ("example.com/path", "it must be scheme://"),
        ("example.com?q", "it must be scheme://"),
        ("user@example.com", "it must be scheme://"),
        ("::1", "it must be scheme://"),
        ("[::1", "it must be scheme://"),
        ("[]", "it must be scheme://"),
        ("[::1]x", "it must be scheme://"),
        ("[fe80::1%eth0]", "zone identifiers"),
        ("example.com:", "it must be scheme://"),
        ("example.com:http", "it must be scheme://"),
        ("example.com:123456", "it must be scheme://"),
        ("example.com:/8", "it must be scheme://"),
        ("example.com:8:", "it must be scheme://"),
        ("example.com:65536", "its port must be one"),
        (":80", "its port must be one, after a host"),
        ("https://:80", "its port must be one, after a host"),
        ("*example.com", 'a \\* stands at the front, for whole names: "\\*.example.com"'),
        ("a.*.example.com", "a \\* stands at the front"),
        ("*.*.example.com", "a \\* stands at the front"),
        ("*.", "the host is missing"),
        ("*.10.0.0.1", "nothing is under an IP address"),
        ("*.1", "nothing is under an IP address"),
        ("*.[::1]", "it must be scheme://"),
        ("exa mple.com", "whitespace"),
        ("a..b", "empty"),
    ],
)
def test_what_is_no_pattern_is_named(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        Routes({text: False})
    assert str(caught.value).startswith(f"routes: {masked_unparsed(text)!r} is no pattern: ")


def test_a_pattern_is_text():
    with pytest.raises(TypeError, match="patterns for keys, which are text, not 80"):
        Routes({80: False})


@pytest.mark.parametrize(
    "same",
    [
        ("EXAMPLE.com", "example.com."),
        ("all://", "*"),
        ("all://a.test", "a.test"),
        ("[::1]", "[0::1]"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_no_pattern_is_there_twice(same):
    with pytest.raises(ValueError, match="are the same pattern") as caught:
        Routes(dict.fromkeys(same, False))
    assert repr(same[0]) in str(caught.value)
    assert repr(same[1]) in str(caught.value)


@pytest.mark.parametrize(
    ("route", "error", "said"),
    [
        (None, TypeError, "a route must be a Route, a proxy or False"),
        (True, TypeError, "proxy must be a URL, a Proxy, False or None, not bool"),
        (0, TypeError, "proxy must be a URL, a Proxy, False or None, not int"),
        (Route, TypeError, "proxy must be a URL, a Proxy, False or None, not type"),
        ("ftp://a.test", InvalidURL, "a proxy's scheme must be"),
    ],
    ids=repr,
)
def test_what_is_no_route_says_for_which_pattern_it_was(route, error, said):
    with pytest.raises(error, match=said) as caught:
        Routes({"a.test": route})
    assert ["it was given for 'a.test' in routes"] == caught.value.__notes__


# -- which one counts --

SPECIFIC = [
    "https://a.b.test:8443",
    "all://a.b.test:8443",
    "https://*.b.test:8443",
    "*.b.test:8443",
    "https://*.test:8443",
    "*.test:8443",
    "https://*:8443",
    "*:8443",
    "https://a.b.test",
    "a.b.test",
    "https://*.b.test",
    "*.b.test",
    "https://*.test",
    "*.test",
    "https://",
    "all://",
]
URL_OF_ALL = "https://a.b.test:8443/path?q"


def test_a_url_fits_these_patterns_the_most_specific_first():
    assert [Pattern.of(text) for text in SPECIFIC] == list(
        Pattern.all_for("https", "a.b.test", 8443)
    )


@given(st.permutations(SPECIFIC), st.integers(1, len(SPECIFIC)))
def test_the_most_specific_counts_in_whatever_order_they_are_given(shuffled, count):
    given = shuffled[:count]
    routes = Routes({text: proxy(f"p{SPECIFIC.index(text)}") for text in given})
    best = min(map(SPECIFIC.index, given))
    assert f"p{best}.test" == routes.route_for(URL(URL_OF_ALL)).proxy.url.host


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("all://", "http://a.test/", True),
        ("http://", "http://a.test/", True),
        ("http://", "https://a.test/", False),
        ("a.test", "https://A.test/x", True),
        ("a.test", "http://a.test./", True),
        ("a.test", "http://b.a.test/", False),
        ("*.a.test", "http://b.a.test/", True),
        ("*.a.test", "http://c.b.a.test/", True),
        ("*.a.test", "http://a.test/", False),  # itself is not among those under it
        ("*.a.test", "http://ba.test/", False),
        ("*.test", "http://a.test./", True),
        ("a.test:80", "http://a.test/", True),
        ("a.test:443", "https://a.test/", True),
        ("a.test:443", "http://a.test/", False),
        ("https://a.test", "https://a.test:8443/", True),
        ("https://a.test:8443", "https://a.test/", False),
        ("*:8443", "https://[::1]:8443/", True),
        ("[::1]", "http://[0:0::1]/", True),
        ("[::1]", "http://[::2]/", False),
        ("127.0.0.1", "http://2130706433/", True),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/", False),
        ("bücher.example", "http://xn--bcher-kva.example/", True),
        ("*.bücher.example", "http://a.BÜCHER.example/", True),
        ("localhost", "http://localhost:8080/", True),
    ],
)
def test_a_url_fits_a_pattern_or_it_does_not(pattern, url, fits):
    assert (pattern if fits else None) == chosen(url, pattern)


def test_userinfo_and_path_of_a_url_decide_nothing():
    assert chosen("http://a.test@b.test/a.test?a.test#a.test", "a.test") is None


# -- what a route says --


def test_the_clients_proxy_is_for_all_that_say_nothing_of_one():
    routes = Routes({"a.test": Route(ssl=False), "b.test": False}, proxy=proxy("own"))
    found = [routes.route_for(URL(f"http://{host}.test/")).proxy for host in "abc"]
    assert [Proxy(proxy("own")), False, Proxy(proxy("own"))] == found
    assert Route() == Routes({}).route_for(URL("http://a.test/"))
    assert Route(False) == Routes({}, proxy=False).route_for(URL("http://a.test/"))


def test_a_routes_network_is_under_the_policy_unless_it_has_one():
    own = Network(address_policy=lambda *_: None)
    public = Network(address_policy="public").address_policy
    routes = {"a.test": Route(network=Network(first_family="ipv4")), "b.test": Route(network=own)}
    routes = Routes(routes, policy=public)
    a, b, c = (routes.route_for(URL(f"http://{host}.test/")).network for host in "abc")
    assert (public, own.address_policy, None) == (a.address_policy, b.address_policy, c)
    assert "ipv4" == a.first_family


def test_a_function_that_dials_can_not_be_under_a_policy():
    route = Route(network=Network(connect=lambda host, port, timeout: None))
    with pytest.raises(ValueError, match="can't be judged") as caught:
        Routes({"a.test": route}, policy=Network(address_policy="public").address_policy)
    assert ["it was given for 'a.test' in routes"] == caught.value.__notes__
    assert route.network == Routes({"*": route}).route_for(URL("http://a.test/")).network


def test_they_are_counted():
    assert [0, 2] == [len(Routes({})), len(Routes({"a": False, "b": False}))]
