"""Which URLs a pattern is for."""

import re

import pytest

from httpcore_client import URL
from httpcore_client.testing._patterns import URLPattern


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        (None, "https://example.org/x"),
        ("*", "https://example.org/x?y#z"),
        ("https://example.org", "https://EXAMPLE.org/"),
        ("https://example.org/a", "https://example.org:443/a?more=1"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://127.0.0.1:*/", "http://127.0.0.1:8080/"),
        ("http://[::1]/", "http://[::1]/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("//example.org/a", "http://example.org:81/a"),
        ("*://example.org/a", "https://example.org/a"),
        ("https://*.example.org/**", "https://api.example.org/a/b/c"),
        ("https://**.example.org/", "https://a.b.example.org/"),
        ("https://bücher.example/ü b", "https://xn--bcher-kva.example/%C3%BC%20b"),
        ("/users/{id}", "https://any.example/users/7"),
        ("/static/*.css", "https://any.example/static/a.css"),
        ("https://example.org/?a=1&b=*", "https://example.org/?b=&a=1&c=3"),
        (URL("https://u:p@example.org/a*b{c}?d=e"), "https://example.org/a*b{c}?d=e"),
        (re.compile(r"/v\d+/"), "https://example.org/v12/users"),
    ],
)
def test_a_url_matches(pattern, url):
    assert [] == URLPattern(pattern).mismatches(URL(url))


@pytest.mark.parametrize(
    ("pattern", "url", "why"),
    [
        ("https://example.org/", "http://example.org/", "the scheme is http, not https"),
        ("https://*.example.org/", "https://a.b.example.org/", "the host is a.b.example.org"),
        ("http://example.org/", "http://example.org:8080/", "the port is 8080, not 80"),
        ("/users/{id}", "http://h/users/", "the path is /users/"),
        ("/users/{id}", "http://h/users/1/2", "the path is /users/1/2"),
        ("https://example.org", "https://example.org/a", "the path is /a"),
        ("/?a=*", "http://h/", "the query has no a"),
        ("/?a=1&a=2", "http://h/?a=1", "the query has not a=1, 2"),
        (re.compile("/v[0-9]/"), "http://h/", "the URL has no /\\/v[0-9]\\// in it"),
    ],
)
def test_what_is_different_is_said(pattern, url, why):
    found = URLPattern(pattern).mismatches(URL(url))
    assert [why.replace("\\/", "/")] == [each for each in found if "port is 80, not" not in each]


def test_named_parts_are_decoded():
    pattern = URLPattern("https://example.org/{user}/{repo}")
    found = pattern.values(URL("https://example.org/a%20b/%C3%BC"))
    assert {"user": "a b", "repo": "ü"} == found
    pattern = URLPattern("https://{Tenant}.EXAMPLE.org/{id}")
    assert {"Tenant": "ann", "id": "7"} == pattern.values(URL("https://ann.example.org/7"))
    assert ["the host is ann.example.com"] == pattern.mismatches(URL("https://ann.example.com/7"))
    assert {} == URLPattern("*").values(URL("https://example.org/"))


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "example.org/path",
        "ftp://example.org/",
        "https://",
        "https://user@example.org/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "/users/{not a name}",
        "/users/{id}/{id}",
        "/a#fragment",
        URL("wss://example.org/"),
    ],
    ids=str,
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match=r"pattern|identifier|http or https"):
        URLPattern(pattern)


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="url must be a str, a URL or a compiled pattern, not int"):
        URLPattern(5)
