"""`CookieAdapter` over an adapter that answers from a list. The jar's own rules are tested with it."""

import gc
import weakref

import pytest

from httpcore_client import (
    AuthAdapter,
    BasicAuth,
    ClientOptions,
    CookieAdapter,
    CookieJar,
    DigestAuth,
    RedirectAdapter,
    Request,
)

_SIGNS = "!$&'()*+,;=~{}\"`_-"  # that the host of a URL may have
CHALLENGE = 'Digest realm="r", nonce="n", qop="auth"'


def setting(*values, status=200, **fields):
    return (status, [*fields.items(), *(("Set-Cookie", value) for value in values)])


def cookies(inner):
    return [request.headers.get("Cookie") for request in inner.requests]


@pytest.fixture
def visit(exchange):
    def visit(adapter, *urls, headers=None):
        return [exchange(adapter, Request("GET", url, headers=headers)) for url in urls]

    return visit


def test_a_cookie_is_stored_and_sent(fake, visit):
    inner = fake(setting("a=1; Path=/", "b=2"))
    jar = CookieJar()
    visit(CookieAdapter(inner, jar), "http://a.test/x", "http://a.test/y")
    assert [None, "a=1; b=2"] == cookies(inner)
    assert "1" == jar["a"]


@pytest.mark.parametrize(
    "url", ["http://b.test/", "http://x.a.test/", "http://a.test.evil.test/", "http://test/"]
)
def test_a_cookie_is_not_sent_to_other_hosts(fake, visit, url):
    inner = fake(setting("a=1"))
    visit(CookieAdapter(inner, CookieJar()), "http://a.test/", url)
    assert [None, None] == cookies(inner)


@pytest.mark.parametrize(
    "host",
    [
        *(f"a{sign}b.test" for sign in _SIGNS),
        *(f"{sign}.test" for sign in _SIGNS),
        *("*", "a.test.", "127.0.0.1", "1.2.3.4.", "[::1]", "[::ffff:1.2.3.4]", "bücher.test"),
    ],
)
def test_every_host_that_a_url_has_may_set_cookies(fake, visit, host):
    """What the jar refuses as no host is none for URLs."""
    inner, jar = fake(setting("a=1")), CookieJar()
    visit(CookieAdapter(inner, jar), *[f"http://{host}/"] * 2)
    assert [None, "a=1"] == cookies(inner)


def test_scheme_and_path_of_the_request_count(fake, visit):
    inner = fake(setting("a=1; Path=/in", "b=2; Secure; Path=/"))
    visit(
        CookieAdapter(inner, CookieJar()),
        *("https://a.test/", "https://a.test/in/x?a=/", "http://a.test/in", "http://a.test/out"),
    )
    assert [None, "a=1; b=2", "a=1", None] == cookies(inner)


def test_a_cookie_can_be_deleted_by_the_server(fake, visit):
    inner = fake(setting("a=1"), setting("a=; Max-Age=0"))
    visit(CookieAdapter(inner, CookieJar()), *["http://a.test/"] * 3)
    assert [None, "a=1", None] == cookies(inner)


def test_the_response_names_the_cookies_that_it_set(fake, visit):
    inner = fake(setting("a=1; Path=/", "b=2", "", "b=3"))
    first, second = visit(CookieAdapter(inner, CookieJar()), "http://a.test/", "http://a.test/")
    assert {"a": "1", "b": "3"} == first.cookies
    assert {} == second.cookies


def test_explicit_cookies_come_first_and_win(fake, visit):
    jar = CookieJar()
    inner = fake(setting("a=jar", "b=jar"))
    adapter = CookieAdapter(inner, jar)
    visit(adapter, "http://a.test/")
    visit(adapter, "http://a.test/", headers={"Cookie": "c=own; b=own"})
    visit(adapter, "http://c.test/", headers={"Cookie": "c=own"})
    assert [None, "c=own; b=own; a=jar", "c=own"] == cookies(inner)


def test_the_callers_request_stays_as_it_was(fake, exchange):
    jar = CookieJar()
    jar["a"] = "1"
    request = Request("GET", "http://a.test/", headers={"X-Own": "1"})
    inner = fake()
    exchange(CookieAdapter(inner, jar), request)
    assert "Cookie" not in request.headers
    assert "1" == inner.requests[0].headers["X-Own"]


def test_without_cookies_the_request_itself_is_passed_on(fake, exchange):
    request = Request("GET", "http://a.test/")
    inner = fake()
    exchange(CookieAdapter(inner, CookieJar()), request)
    assert request is inner.requests[0]


def test_unscoped_cookies_go_wherever_the_caller_asks(fake, visit):
    jar = CookieJar()
    jar["a"] = "1"
    inner = fake()
    visit(CookieAdapter(inner, jar), "http://a.test/", "https://b.test/")
    assert ["a=1", "a=1"] == cookies(inner)


def test_a_cookie_that_the_server_set_wins_over_an_unscoped_one(fake, visit):
    jar = CookieJar()
    jar["session"] = "old"
    inner = fake(setting("session=new"))
    visit(CookieAdapter(inner, jar), "http://a.test/", "http://a.test/")
    assert ["session=old", "session=new"] == cookies(inner)


@pytest.mark.parametrize(
    "location", ["https://b.test/", "https://x.a.test/", "http://a.test/", "https://a.test:444/"]
)
def test_unscoped_cookies_do_not_follow_a_redirect_to_another_origin(fake, visit, location):
    """Nor come back: the kind of CVE-2022-23607."""
    jar = CookieJar()
    jar["a"] = "1"
    inner = fake(
        setting(status=302, Location=location), setting(status=302, Location="https://a.test/")
    )
    visit(RedirectAdapter(CookieAdapter(inner, jar)), "https://a.test/")
    assert ["a=1", None, None] == cookies(inner)


def test_unscoped_cookies_follow_a_redirect_within_the_origin(fake, visit):
    jar = CookieJar()
    jar["a"] = "1"
    inner = fake(setting(status=302, Location="/2"))
    visit(RedirectAdapter(CookieAdapter(inner, jar)), "https://a.test/1")
    assert ["a=1", "a=1"] == cookies(inner)


def test_cookies_of_a_hop_are_stored_and_sent_to_their_hosts_only(fake, visit):
    jar = CookieJar()
    inner = fake(
        setting("a=1", status=302, Location="https://b.test/"),
        setting("b=1", status=302, Location="https://a.test/"),
    )
    visit(RedirectAdapter(CookieAdapter(inner, jar)), "https://a.test/")
    assert [None, None, "a=1"] == cookies(inner)
    assert "1" == jar.get("b", domain="b.test")


def test_cookies_of_a_hop_do_not_pile_up_in_the_next_request(fake, visit):
    inner = fake(
        setting("a=1", status=302, Location="/2"), setting("a=2", status=302, Location="/3")
    )
    visit(RedirectAdapter(CookieAdapter(inner, CookieJar())), "https://a.test/1")
    assert [None, "a=1", "a=2"] == cookies(inner)


@pytest.mark.parametrize(
    ("through", "method", "expected"),
    [
        ("http://www.a.test/", "GET", "s=1; l=2; n=3"),
        ("http://www.a.test/", "POST", "s=1; l=2; n=3"),
        ("https://www.a.test/", "GET", "s=1; l=2; n=3"),
        ("http://b.test/", "GET", "l=2; n=3"),
        ("http://b.test/", "HEAD", "l=2; n=3"),
        ("http://b.test/", "POST", "n=3"),
        ("http://b.test/", "DELETE", "n=3"),
        ("http://127.0.0.1/", "GET", "l=2; n=3"),
    ],
)
def test_same_site_cookies_heed_the_hosts_that_led_to_them(
    fake, exchange, through, method, expected
):
    jar = CookieJar()
    for name, value, same_site in (("s", "1", "strict"), ("l", "2", "lax"), ("n", "3", "none")):
        jar.set(name, value, "a.test", host_only=True, same_site=same_site)
    inner = fake(
        setting(status=307, Location="http://a.test/"), setting(status=307, Location=through)
    )
    inner.answers.append(setting(status=307, Location="http://a.test/"))
    adapter = RedirectAdapter(CookieAdapter(inner, jar))
    # The host that the caller asked is one that led here, like all others.
    exchange(adapter, Request(method, "http://a.test/"))
    assert ["s=1; l=2; n=3", "s=1; l=2; n=3", None, expected] == cookies(inner)


def test_a_request_of_the_callers_own_comes_from_no_site(fake, visit):
    jar = CookieJar()
    jar.set("s", "1", "a.test", same_site="strict")
    inner = fake(setting(status=302, Location="http://b.test/"))
    visit(RedirectAdapter(CookieAdapter(inner, jar)), "http://x.test/", "http://a.test/")
    assert [None, None, "s=1"] == cookies(inner)


def test_the_response_names_no_cookie_that_was_refused(fake, visit):
    inner = fake(setting("a=1; Domain=b.test", "b=1; Secure", "__Host-c=1", "d=1; Domain=test"))
    jar = CookieJar()
    (response,) = visit(CookieAdapter(inner, jar), "http://a.test/")
    assert ({}, 0) == (dict(response.cookies), len(jar))


def test_a_foreign_hop_still_gets_the_cookies_of_its_host(fake, exchange):
    jar = CookieJar()
    jar.set("b", "1", "b.test")
    inner = fake()
    options = ClientOptions(foreign=True)
    exchange(CookieAdapter(inner, jar), Request("GET", "http://b.test/", options=options))
    assert ["b=1"] == cookies(inner)


def test_its_repr_counts_and_shows_no_value(fake):
    jar = CookieJar()
    jar["a"] = "s3cret"
    assert "<CookieAdapter 1 cookie>" == repr(CookieAdapter(fake(), jar))


def test_a_proxy_that_asks_who_it_is_sets_no_cookies_of_the_origin(fake, visit):
    jar = CookieJar()
    (response,) = visit(CookieAdapter(fake(setting("a=1", status=407)), jar), "http://a.test/")
    assert ({}, []) == (response.cookies, jar.cookies())


def test_the_callers_cookies_do_not_show_in_the_options_of_a_request_with_auth(fake, exchange):
    options = ClientOptions(auth=BasicAuth("u", "p"))
    request = Request("GET", "http://a.test/", headers={"Cookie": "id=s3cret"}, options=options)
    response = exchange(CookieAdapter(fake(), CookieJar()), request)
    assert "s3cret" not in repr(response.request.options)


@pytest.mark.parametrize("auth", [None, BasicAuth("u", "p")])
def test_an_error_of_the_callers_clock_closes_the_response(fake, exchange, source, auth):
    class Broken:
        ticks = 0

        def __call__(self):
            raise ZeroDivisionError

    body = source(b"x", b"y")
    adapter = CookieAdapter(fake((200, [("Set-Cookie", "a=1")], body)), CookieJar(clock=Broken()))
    with pytest.raises(ZeroDivisionError):
        exchange(adapter, Request("GET", "http://a.test/", options=ClientOptions(auth=auth)))
    assert body.closed


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("sid=old", ["sid=old", "sid=new"]),
        ("sid=old; lang=en", ["sid=old; lang=en", "lang=en; sid=new"]),
        ("lang=en", ["lang=en", "lang=en; sid=new"]),
    ],
)
def test_what_a_redirect_sets_takes_the_place_of_the_callers_own(fake, visit, own, expected):
    inner = fake(setting("sid=new; Path=/", status=302, Location="/2"))
    adapter = RedirectAdapter(CookieAdapter(inner, CookieJar()))
    visit(adapter, "http://a.test/1", headers={"Cookie": own})
    assert expected == cookies(inner)


def test_what_a_challenge_sets_takes_the_place_of_the_callers_own(fake, exchange):
    inner = fake(setting("sid=new; Path=/", status=401, **{"WWW-Authenticate": CHALLENGE}))
    stack = CookieAdapter(AuthAdapter(inner), CookieJar())
    options = ClientOptions(auth=DigestAuth("user", "pass"))
    request = Request("GET", "http://a.test/", headers={"Cookie": "sid=old; a=1"}, options=options)
    exchange(stack, request)
    assert ["sid=old; a=1", "a=1; sid=new"] == cookies(inner)


def test_a_response_that_is_kept_keeps_no_jar_alive(fake, exchange):
    jar = CookieJar()
    adapter = CookieAdapter(AuthAdapter(fake()), jar)
    request = Request("GET", "http://a.test/", options=ClientOptions(auth=BasicAuth("a", "b")))
    response = exchange(adapter, request)
    renew, gone = response.request.options.renew, weakref.ref(adapter)
    del adapter
    gc.collect()
    assert gone() is None
    assert renew(response.request, response) is response.request
