"""What the environment's variables ask for."""

import pytest

from httpcore_client import URL
from httpcore_client.policy._environment import NoProxy, ProxyRules

P = "http://p.test:1"
Q = "http://q.test:2"


@pytest.mark.parametrize(
    ("text", "url", "direct"),
    [
        ("", "http://a.test/", False),
        (" , ,, ", "http://a.test/", False),
        ("*", "http://a.test/", True),
        ("b.test *", "http://a.test/", True),
        # Domains: themselves and what is below, never what only ends the same.
        ("a.test", "http://a.test/", True),
        ("a.test", "http://x.a.test/", True),
        ("a.test", "http://xa.test/", False),
        ("x.a.test", "http://a.test/", False),
        (".a.test", "http://a.test/", True),
        (".a.test", "http://x.a.test/", True),
        ("*.a.test", "http://x.a.test/", True),
        ("*.a.test", "http://a.test/", True),
        ("*a.test", "http://xa.test/", False),
        ("x.*.test", "http://x.a.test/", False),
        ("A.TEST", "http://a.test/", True),
        ("a.test.", "http://a.test/", True),
        ("a.test", "http://a.test./", True),
        ("b.test,a.test", "http://a.test/", True),
        ("b.test a.test", "http://a.test/", True),
        ("b\u00fccher.test", "http://xn--bcher-kva.test/", True),
        ("a.test", "http://a.test@evil.test/", False),
        # Ports.
        ("a.test:80", "http://a.test/", True),
        ("a.test:80", "https://a.test/", False),
        ("a.test:443", "https://a.test/", True),
        ("a.test:8080", "http://x.a.test:8080/", True),
        ("a.test:8080", "http://a.test/", False),
        ("10.0.0.1:80", "http://10.0.0.1/", True),
        ("10.0.0.1:81", "http://10.0.0.1/", False),
        ("[::1]:80", "http://[::1]/", True),
        ("[::1]:81", "http://[::1]/", False),
        ("[::1]", "http://[::1]:81/", True),
        # Addresses by their value, not their spelling.
        ("10.0.0.1", "http://10.0.0.1/", True),
        ("10.0.0.1", "http://010.0.0.1/", False),
        ("10.0.0.1", "http://0x0a000001/", True),
        ("0x0a.1", "http://10.0.0.1/", True),
        ("0:0:0:0:0:0:0:1", "http://[::1]/", True),
        ("::ffff:10.0.0.1", "http://10.0.0.1/", True),
        ("10.0.0.1", "http://[::ffff:10.0.0.1]/", True),
        ("10.0.0.0/8", "http://[::ffff:a00:1]/", True),
        ("::ffff:10.0.0.0/104", "http://10.1.1.1/", True),
        ("::ffff:10.0.0.0/104", "http://11.0.0.1/", False),
        ("2001:db8::/96", "http://[2001:db8::1]/", True),
        ("fe80::1%eth0", "http://[fe80::1]/", True),
        # Networks.
        ("10.0.0.0/8", "http://10.255.0.1/", True),
        ("10.1.2.3/8", "http://10.255.0.1/", True),
        ("10.0.0.0/8", "http://11.0.0.1/", False),
        ("10.0.0.0/8", "http://[::1]/", False),
        ("fd00::/8", "http://[fd12::1]/", True),
        ("[fd00::]/8", "http://[fd12::1]/", True),
        ("127.0.0.0/8", "http://localhost/", False),
        # No sense: ignored, and the rest counts.
        *(
            (f"{entry}, a.test", url, direct)
            for entry in (
                *("a.test:x", "a.test:", "a.test:123456", "[::1]x", "[::1", "[", "]", "."),
                *("*.", "**", "10.0.0.0/33", "10.0.0.0/a", "a_\x7f.test", "a/b", "::1::", "%"),
                *("a.test:\u0663", "http://b.test", "a.test:" + "1" * 5000),
            )
            for url, direct in (("http://a.test/", True), ("http://b.test/", False))
        ),
    ],
)
def test_what_no_proxy_excepts(text, url, direct):
    assert direct is NoProxy(text).matches(URL(url))


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, "http://a.test/", None),
        ({"http_proxy": P}, "http://a.test/", P),
        ({"http_proxy": P}, "https://a.test/", None),
        ({"https_proxy": P}, "https://a.test/", P),
        ({"https_proxy": P}, "http://a.test/", None),
        ({"HTTP_PROXY": P, "HTTPS_PROXY": Q}, "http://a.test/", P),
        ({"HTTP_PROXY": P, "HTTPS_PROXY": Q}, "https://a.test/", Q),
        ({"all_proxy": P}, "http://a.test/", P),
        ({"ALL_PROXY": P}, "https://a.test/", P),
        ({"all_proxy": P, "https_proxy": Q}, "https://a.test/", Q),
        ({"all_proxy": P, "https_proxy": Q}, "http://a.test/", P),
        ({"http_proxy": P, "HTTP_PROXY": Q}, "http://a.test/", P),
        ({"all_proxy": P, "ALL_PROXY": Q}, "http://a.test/", P),
        # An empty one switches off what is less special.
        ({"http_proxy": "", "HTTP_PROXY": Q}, "http://a.test/", None),
        ({"http_proxy": " ", "all_proxy": Q}, "http://a.test/", None),
        ({"HTTP_PROXY": "", "all_proxy": Q}, "http://a.test/", None),
        ({"all_proxy": "", "ALL_PROXY": Q}, "http://a.test/", Q),
        # CVE-2016-5385: under CGI a client writes HTTP_PROXY.
        ({"HTTP_PROXY": P, "REQUEST_METHOD": "GET"}, "http://a.test/", None),
        ({"HTTP_PROXY": P, "REQUEST_METHOD": "GET", "ALL_PROXY": Q}, "http://a.test/", Q),
        ({"http_proxy": P, "REQUEST_METHOD": "GET"}, "http://a.test/", P),
        ({"HTTPS_PROXY": P, "REQUEST_METHOD": "GET"}, "https://a.test/", P),
        # Spelling.
        ({"http_proxy": " p.test:1 "}, "http://a.test/", P),
        ({"http_proxy": "user:pass@p.test:1"}, "http://a.test/", "http://user:pass@p.test:1"),
        ({"http_proxy": "https://p.test"}, "http://a.test/", "https://p.test"),
        ({"http_proxy": "[::1]:3128"}, "http://a.test/", "http://[::1]:3128"),
        # Exceptions.
        ({"all_proxy": P, "no_proxy": "a.test"}, "http://a.test/", None),
        ({"all_proxy": P, "NO_PROXY": "a.test"}, "https://x.a.test/", None),
        ({"all_proxy": P, "no_proxy": "b.test", "NO_PROXY": "a.test"}, "http://a.test/", P),
        ({"all_proxy": P, "no_proxy": "", "NO_PROXY": "a.test"}, "http://a.test/", P),
    ],
)
def test_which_proxy_the_variables_name(environ, url, proxy):
    rules = ProxyRules(environ)
    found = rules.proxy_for(URL(url))
    assert (None if proxy is None else URL(proxy)) == (None if found is None else found.url)
    assert [] == rules.ignored


@pytest.mark.parametrize(
    "value", ["gopher://p.test", "socks5://p.test", "http://p.test:99999", "a b"]
)
def test_a_value_that_makes_no_sense_is_ignored_with_its_reason(value):
    rules = ProxyRules({"http_proxy": value, "all_proxy": P})
    assert ["http_proxy"] == [variable for variable, _ in rules.ignored]
    assert rules.ignored[0][1] != ""
    # Another variable does not step in: it was not meant for this scheme.
    assert rules.proxy_for(URL("http://a.test/")) is None
    assert URL(P) == rules.proxy_for(URL("https://a.test/")).url


def test_a_bad_all_proxy_is_noted_once_and_leaves_the_other_spelling():
    rules = ProxyRules({"all_proxy": "gopher://p.test", "ALL_PROXY": P})
    assert ["all_proxy"] == [variable for variable, _ in rules.ignored]
    assert URL(P) == rules.proxy_for(URL("http://a.test/")).url


def test_why_a_value_is_ignored_shows_no_password():
    rules = ProxyRules({"http_proxy": "gopher://user:s3cret@p.test"})
    assert "s3cret" not in str(rules.ignored)


def test_rules_are_false_when_they_name_no_proxy():
    assert bool(ProxyRules({"no_proxy": "a.test", "http_proxy": ""})) is False
    assert bool(ProxyRules({"https_proxy": P})) is True
