"""Cookies from and to the jar of the standard library, filled as programs fill it."""

import http.cookiejar
import urllib.request

import pytest

from httpcore_cookies import Cookie, CookieJar, InvalidCookie
from httpcore_cookies.cookies._stdlib import from_stdlib, to_stdlib

NEVER = 4102444800


def fetch(jar, server, url):
    """Have urllib send a request for a URL, whatever its host, to the server, with the jar."""
    proxy = urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{server.server_port}"})
    opener = urllib.request.build_opener(proxy, urllib.request.HTTPCookieProcessor(jar))
    with opener.open(url, timeout=20) as response:
        response.read()


def theirs(**changes):
    """Return a cookie of the standard library's, as requests makes them."""
    fields = dict.fromkeys(("port", "expires", "comment", "comment_url"))
    fields |= {"version": 0, "name": "a", "value": "1", "path": "/", "path_specified": True}
    fields |= {"domain": "a.test", "domain_specified": True, "domain_initial_dot": False}
    fields |= {"port_specified": False, "secure": False, "discard": True, "rest": {}}
    assert changes.keys() <= fields.keys()
    return http.cookiejar.Cookie(**{**fields, **changes})


def test_a_jar_that_urllib_has_filled_is_taken_over(cookie_server):
    cookie_server.answers = [
        "a=1",
        "b=2; Domain=a.test; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        "c=; Path=/x; HttpOnly; samesite=LAX",
        'd="x, y"; Version=1; Path=/x; SameSite=?',
        "nameless",
    ]
    jar = http.cookiejar.CookieJar()
    fetch(jar, cookie_server, "http://www.a.test/x/y")
    assert {
        Cookie("a", "1", "www.a.test", "/x"),
        Cookie("b", "2", "a.test", host_only=False, expires=NEVER),
        Cookie("c", "", "www.a.test", "/x", http_only=True, same_site="lax"),
        Cookie("d", '"x, y"', "www.a.test", "/x"),
        Cookie("", "nameless", "www.a.test", "/x"),
    } == set(from_stdlib(jar))


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("localhost", "localhost"),
        ("localhost:8080", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::ffff:1.2.3.4]:80", "::ffff:1.2.3.4"),
        ("a.local.test", "a.local.test"),
        ("b.a.local", "b.a.local"),
    ],
)
def test_a_host_is_the_one_that_has_answered_both_ways(host, domain, cookie_server):
    cookie_server.answers = ["a=1; Path=/"]
    jar = http.cookiejar.CookieJar()
    fetch(jar, cookie_server, f"http://{host}/")
    assert [Cookie("a", "1", domain)] == from_stdlib(jar)
    fetch(to_stdlib([Cookie("a", "1", domain)]), cookie_server, f"http://{host}/")
    assert [None, "a=1"] == cookie_server.received


def test_urllib_sends_what_is_handed_over(cookie_server):
    cookies = [
        Cookie("a", "1", "www.a.test", "/x/y", expires=NEVER + 0.5),
        Cookie("b", "2", "a.test", "/x", host_only=False),
        Cookie("", "nameless", "www.a.test"),
        Cookie("c", "3", "www.a.test", secure=True),
        Cookie("d", "4", "www.a.test", expires=5.0),
        Cookie("e", "5", "b.test"),
        Cookie("f", "6", host_only=False),
    ]
    fetch(to_stdlib(cookies), cookie_server, "http://www.a.test/x/y")
    assert ["a=1; b=2; nameless"] == cookie_server.received


def test_what_is_handed_over_comes_back_without_the_unscoped():
    cookies = [
        Cookie("id", "1", "a.test", "/x", True, True, True, "lax", NEVER),
        Cookie("all", '"2"', "a.test", host_only=False, same_site="none"),
        Cookie("strict", "", "localhost", same_site="strict"),
        Cookie("", "nameless", "::1"),
        Cookie("octets", "\xc3\xa9", "127.0.0.1", http_only=True),
    ]
    jar = to_stdlib([*cookies, Cookie("unscoped", "1", host_only=False)])
    assert isinstance(jar, http.cookiejar.CookieJar)
    assert set(cookies) == set(from_stdlib(jar))


def test_attributes_that_http_cookiejar_has_no_field_for_are_named_as_in_a_response():
    (cookie,) = to_stdlib([Cookie("a", "1", "a.test", http_only=True, same_site="strict")])
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert ("Strict", True, None) == (
        cookie.get_nonstandard_attr("SameSite"),
        cookie.discard,
        cookie.expires,
    )


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        (theirs(), Cookie("a", "1", "a.test", host_only=False)),
        (theirs(domain=".A.test"), Cookie("a", "1", "a.test", host_only=False)),
        (theirs(domain_specified=False), Cookie("a", "1", "a.test")),
        (theirs(domain="", domain_specified=False), Cookie("a", "1", host_only=False)),
        (theirs(domain="printer.local"), Cookie("a", "1", "printer.local", host_only=False)),
        (theirs(domain="printer.local", domain_specified=False), Cookie("a", "1", "printer")),
        (theirs(port="80", port_specified=True), Cookie("a", "1", "a.test", host_only=False)),
        (theirs(secure=1), Cookie("a", "1", "a.test", host_only=False, secure=True)),
        (theirs(value=None), Cookie("", "a", "a.test", host_only=False)),
        (theirs(value=""), Cookie("a", "", "a.test", host_only=False)),
        (theirs(expires="7.5"), Cookie("a", "1", "a.test", host_only=False, expires=7)),
        (theirs(rest={"HTTPOnly": ""}), Cookie("a", "1", "a.test", "/", False, False, True)),
        (
            theirs(rest={"samesite": None, "Priority": "High"}),
            Cookie("a", "1", "a.test", host_only=False),
        ),
        (theirs(version=1, value="x.y"), Cookie("a", "x.y", "a.test", host_only=False)),
        (theirs(version=1, value=""), Cookie("a", "", "a.test", host_only=False)),
        (theirs(version=1, value="x y"), Cookie("a", '"x y"', "a.test", host_only=False)),
        (theirs(version=1, value='"\\'), Cookie("a", '"\\"\\\\"', "a.test", host_only=False)),
        (theirs(version=None, value="x y"), Cookie("a", "x y", "a.test", host_only=False)),
    ],
)
def test_a_cookie_of_theirs_is_one_of_ours(cookie, expected):
    assert [expected] == from_stdlib([cookie])


@pytest.mark.parametrize(
    "cookie",
    [
        theirs(value="s3cret\n"),
        theirs(value="s3cret; x"),
        theirs(value="s3cret" * 1000),
        theirs(value="s3cret\u20ac"),
        theirs(name="a=b"),
        theirs(domain="a/b"),
        theirs(path="x"),
    ],
)
def test_a_cookie_that_no_server_may_set_is_refused_without_its_value(cookie):
    with pytest.raises(InvalidCookie) as caught:
        from_stdlib([theirs(), cookie])
    assert "s3cret" not in str(caught.value)


def test_a_cookie_of_ours_is_checked_before_it_is_handed_over():
    with pytest.raises(InvalidCookie):
        to_stdlib([Cookie("a", "1\n", "a.test")])


def test_a_jar_of_ours_takes_what_comes_from_theirs(cookie_server):
    cookie_server.answers = ["a=1; Path=/", "b=2; Domain=a.test; Path=/x"]
    theirs_filled = http.cookiejar.CookieJar()
    fetch(theirs_filled, cookie_server, "http://www.a.test/x/y")
    jar = CookieJar(clock=lambda: 0.0)
    jar.add(from_stdlib(theirs_filled))
    assert "b=2; a=1" == jar.header(scheme="http", host="www.a.test", path="/x/y")
    assert "b=2" == jar.header(scheme="http", host="a.test", path="/x/y")


def test_a_cookie_of_theirs_without_a_domain_keeps_the_rest_of_its_scope():
    given = [
        theirs(name="secure", domain="", domain_specified=False, secure=True),
        theirs(name="path", domain="", domain_specified=False, path="/in", secure=False),
        theirs(name="old", domain="", domain_specified=False, secure=False, expires=1),
    ]
    jar = CookieJar.from_stdlib(given)
    assert ["secure", "path"] == list(jar)
    places = [("http", "/"), ("http", "/in"), ("https", "/")]
    sent = [jar.header(scheme=scheme, host="a.test", path=path) for scheme, path in places]
    assert [None, "path", "secure"] == [text and text.partition("=")[0] for text in sent]
