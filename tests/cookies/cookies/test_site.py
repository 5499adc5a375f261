import pytest

from httpcore_cookies.cookies._site import (
    covers_strangers,
    is_cross_site,
    registrable_domain,
    stays_home,
)

SUFFIXES = {"uk", "co.uk", "test"}.__contains__


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("a.test", "a.test"),
        ("c.b.a.test", "a.test"),
        ("www.a.co.uk", "a.co.uk"),
        ("x.test", "x.test"),
        ("a.uk", "a.uk"),
        ("co.uk", None),
        ("test", None),
        ("localhost", None),
        ("www.a.unknown", "a.unknown"),
        ("www.a.co.uk.", "a.co.uk."),
        ("127.0.0.1", None),
        ("::1", None),
        ("", None),
        ("a." * 127 + "test", "a." * 127 + "test"),  # no name in the DNS: a site by itself
    ],
)
def test_the_registrable_domain_is_one_label_below_the_suffix(host, expected):
    assert expected == registrable_domain(host, SUFFIXES)


@pytest.mark.parametrize(
    ("host", "led_from", "expected"),
    [
        ("a.test", [], False),
        ("a.test", ["a.test", "b.a.test"], False),
        ("b.a.test", ["c.a.test"], False),
        ("a.test", ["a.test", "b.test"], True),
        ("a.test", ["b.a.test", "b.test"], True),
        ("a.co.uk", ["b.co.uk"], True),
        ("co.uk", ["co.uk"], False),
        ("co.uk", ["a.co.uk"], True),
        ("a.co.uk", ["co.uk"], True),
        ("127.0.0.1", ["127.0.0.1"], False),
        ("127.0.0.1", ["127.0.0.2"], True),
        ("localhost", ["a.localhost"], True),
    ],
)
def test_a_site_is_a_registrable_domain_or_a_host_without_one(host, led_from, expected):
    assert expected is is_cross_site(host, led_from, SUFFIXES)


@pytest.mark.parametrize(
    ("same_site", "methods"),
    [
        ("strict", ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "get"]),
        ("lax", ["POST", "PUT", "get"]),
        ("none", []),
        (None, []),
    ],
)
def test_strict_cookies_stay_home_and_lax_ones_unless_the_method_is_safe(same_site, methods):
    every = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "get"]
    assert methods == [method for method in every if stays_home(same_site, method)]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [("co.uk", True), ("co.uk.", True), ("a.co.uk", False), ("127.0.0.1", True), ("::1", True)],
)
def test_below_suffixes_and_addresses_are_strangers(domain, expected):
    assert expected is covers_strangers(domain, SUFFIXES)
