"""Which hosts NO_PROXY excepts."""

import pytest

from httpcore_client import URL
from httpcore_client.policy._no_proxy import NoProxy


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
        ("fe80::1%eth0", "http://[fe80::2]/", False),
        ("a.test", "http://xa.test/", False),
        ("a.test", "http://a.testx/", False),
        ("a.testx", "http://a.test/", False),
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
        ("a.test:65535", "http://a.test:65535/", True),
        ("0x0a.1:80", "http://10.0.0.1/", True),
        ("0x0a.1:81", "http://10.0.0.1/", False),
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
        ("::ffff:0:0/96", "http://11.0.0.1/", True),
        ("::/80", "http://11.0.0.1/", False),
        ("2001:db8::/96", "http://[2001:db8::1]/", True),
        ("fe80::1%eth0", "http://[fe80::1]/", True),
        ("fe80::%eth0/64", "http://[fe80::1]/", True),
        # Networks.
        ("10.0.0.0/8", "http://10.255.0.1/", True),
        ("10.1.2.3/8", "http://10.255.0.1/", True),
        ("10.0.0.0/8", "http://11.0.0.1/", False),
        ("10.0.0.0/8", "http://[::1]/", False),
        ("fd00::/8", "http://[fd12::1]/", True),
        ("fd00::/8", "http://[fd12::a]/", True),
        ("10.0.0.0/8", "http://a.test/", False),
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
    ("text", "ignored"),
    [
        ("", []),
        ("a.test, .b.test *.c.test,* 10.0.0.0/8 [::1]:80 a.test:80 ::1 fe80::1%eth0", []),
        ("10.0.0.0/33,a.test,x.*.test", ["10.0.0.0/33", "x.*.test"]),
        ("http://a.test, a.test:http", ["http://a.test", "a.test:http"]),
        (
            "a.test:\u0663 a.test:\xb2 a.test:123456",
            ["a.test:\u0663", "a.test:\xb2", "a.test:123456"],
        ),
        ("** [::1 [10.0.0.1 a.test", ["**", "[::1", "[10.0.0.1"]),
        # Brackets are for IPv6, and a port has a colon.
        *(
            (f"{entry} a.test", [entry])
            for entry in ("[b.test]", "[10.0.0.1]", "[10.0.0.0]/8", "[b:1]", "[::1]80", "[::1]:")
        ),
        ("a.test?b a.test#b b@a.test a.test\\b", ["a.test?b", "a.test#b", "b@a.test", "a.test\\b"]),
    ],
)
def test_entries_that_make_no_sense_are_told(text, ignored):
    assert ignored == NoProxy(text).ignored


def test_a_name_that_looks_like_the_start_of_an_address_is_a_name():
    assert NoProxy("10.test").matches(URL("http://1.10.test/")) is True
    assert NoProxy("x1").matches(URL("http://a.x1/")) is True
    assert NoProxy("1.0.0.10").matches(URL("http://x1.0.0.10.test/")) is False
