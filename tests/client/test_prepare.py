"""What `prepare_request` shows is what is sent, and showing it changes nothing."""

import pytest

import httpcore_client as httpcore
from httpcore_client import CookieAdapter, Headers, Layer, Request

URL_TEXT = "http://h.test/"


class Own:
    """A scheme whose first step is something else than fields."""

    def __init__(self, first):
        self.first = first

    def flow(self, request):
        yield self.first


async def later():
    pass


def sign(request):
    request.headers["X-Signature"] = request.target


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cookies": {"a": "1"}},
        {"auth": ("user", "pass")},
        {"auth": httpcore.BearerAuth("token"), "cookies": {"a": "1", "b": "2"}},
        {"auth": httpcore.DigestAuth("user", "pass")},
        {"auth": sign},
        {"headers": {"X-One": "1"}, "params": {"p": "1"}, "base_url": "http://h.test/api"},
    ],
)
def test_what_is_shown_is_what_is_sent(fake, client_over, options):
    client = client_over(bottom := fake(), **options)
    shown = client.prepare_request(client.build("GET", URL_TEXT))
    client.send(shown)
    (sent,) = bottom.requests
    assert shown.headers.multi_items() == sent.headers.multi_items()
    assert (shown.method, shown.url) == (sent.method, sent.url)


def test_the_caller_s_own_cookies_and_credentials_stay_as_they_are(fake, client_over):
    client = client_over(bottom := fake(), cookies={"a": "jar", "b": "jar"}, auth=("c", "d"))
    own = Request("GET", URL_TEXT, headers={"Cookie": "a=own", "Authorization": "Own x"})
    shown = client.prepare_request(own)
    assert ("a=own; b=jar", "Own x") == (shown.headers["Cookie"], shown.headers["Authorization"])
    client.send(shown)
    assert shown.headers == bottom.requests[0].headers
    assert "a=own" == own.headers["Cookie"]


def test_what_was_shown_is_made_anew_when_it_is_sent(fake, client_over):
    client = client_over(bottom := fake(), cookies={"a": "old"})
    shown = client.prepare_request(Request("GET", URL_TEXT))
    client.cookies["a"] = "new"
    client.send(shown)
    client.cookies.clear()
    client.send(shown)
    assert ["a=new", None] == [sent.headers.get("Cookie") for sent in bottom.requests]
    assert "a=old" == shown.headers["Cookie"]


def test_what_the_caller_has_changed_in_what_was_shown_is_sent(fake, client_over):
    client = client_over(bottom := fake(), cookies={"a": "1"}, auth=("user", "pass"))
    shown = client.prepare_request(Request("GET", URL_TEXT))
    shown.headers["Cookie"] = "mine=1"
    shown.headers["Authorization"] = "Mine x"
    client.send(shown)
    sent = bottom.requests[0].headers
    assert ("mine=1; a=1", "Mine x") == (sent["Cookie"], sent["Authorization"])


def test_cookies_that_were_shown_do_not_stick_to_redirects(fake, client_over):
    bottom = fake((302, [("Location", "/2"), ("Set-Cookie", "a=new; Path=/")]))
    client = client_over(bottom)
    client.cookies.extract(["a=old; Path=/"], scheme="http", host="h.test", path="/")
    client.send(client.prepare_request(Request("GET", URL_TEXT)))
    assert ["a=old", "a=new"] == [sent.headers["Cookie"] for sent in bottom.requests]


def test_to_prepare_twice_is_to_prepare_once(fake, client_over):
    client = client_over(bottom := fake(), cookies={"a": "1"}, auth=("user", "pass"))
    once = client.prepare_request(Request("GET", URL_TEXT, headers={"Cookie": "own=1"}))
    twice = client.prepare_request(once)
    assert once.headers.multi_items() == twice.headers.multi_items()
    client.cookies.clear()
    client.send(twice)
    assert "own=1" == bottom.requests[0].headers["Cookie"]


@pytest.mark.parametrize(
    "first", [httpcore.AuthRequest("GET", "http://token.test/"), later(), httpcore.Exclusive(1, ())]
)
def test_credentials_that_somebody_must_be_asked_for_are_left_out(fake, client_over, first):
    client = client_over(fake(), auth=Own(first))
    shown = client.prepare_request(Request("GET", URL_TEXT))
    assert "Authorization" not in shown.headers


def test_a_flow_without_steps_adds_nothing(fake, client_over):
    class Silent:
        def flow(self, request):
            return iter(())

    for auth in (Silent(), httpcore.FunctionAuth(lambda request: None)):
        client = client_over(fake(), auth=auth)
        assert "Authorization" not in client.prepare_request(Request("GET", URL_TEXT)).headers


def test_credentials_that_can_not_be_made_are_an_invalid_request(fake, client_over):
    client = client_over(fake(), auth=lambda request: 5)
    with pytest.raises(httpcore.InvalidRequest, match="must return the request or None, not int"):
        client.prepare_request(Request("GET", URL_TEXT))


def test_netrc_is_shown(fake, client_over, tmp_path):
    (tmp_path / "netrc").write_text("machine h.test login user password pass")
    client = client_over(fake(), environ={"NETRC": str(tmp_path / "netrc")})
    shown = client.prepare_request(Request("GET", URL_TEXT))
    assert "Basic dXNlcjpwYXNz" == shown.headers["Authorization"]


def test_a_level_of_the_caller_s_own_shows_what_it_adds(fake, client_over):
    class Marking(Layer):
        def fill(self, request):
            request = request.copy_with()
            request.headers["X-Marked"] = "1"
            return request

    client = client_over(fake(), adapters={CookieAdapter: Marking})
    assert "1" == client.prepare_request(Request("GET", URL_TEXT)).headers["X-Marked"]


def test_what_was_shown_is_not_shown_in_a_repr(fake, client_over):
    client = client_over(fake(), cookies={"a": "s3cret"}, auth=("user", "s3cret"))
    shown = client.prepare_request(Request("GET", URL_TEXT))
    assert "s3cret" not in repr(shown.options) + repr(shown) + repr(shown.headers)
    assert "<ShownField Cookie>" in repr(shown.options)
    assert Headers is type(shown.headers)


# -- choices are kept --


def test_what_was_switched_off_for_a_request_stays_off(fake, client_over):
    client = client_over(bottom := fake(), auth=("user", "pass"), proxy="http://p.test")
    request = client.build("GET", URL_TEXT, auth=None, proxy=False)
    for each in (request, client.prepare_request(request)):
        client.send(each)
    assert [(None, None)] * 2 == [
        (sent.headers.get("Authorization"), sent.options.proxy) for sent in bottom.requests
    ]


def test_a_request_of_the_caller_s_own_goes_the_client_s_way(fake, client_over):
    """Its fields are as they are; how it is sent, and what may be shown to whom, is the client's."""
    elsewhere = (302, [("Location", "http://other.test/")])
    bottom = fake(elsewhere, (200,), elsewhere)
    settings = {"proxy": "http://p.test", "sensitive_headers": ["X-Own"], "auth": ("a", "b")}
    client = client_over(bottom, **settings, headers={"X-Client": "1"})
    client.send(Request("GET", URL_TEXT, headers={"X-Own": "s3cret"}))
    first, second = bottom.requests
    assert ["http://p.test/"] * 2 == [str(sent.options.proxy.url) for sent in bottom.requests]
    assert ("s3cret", None, None) == tuple(
        map(first.headers.get, ("X-Own", "X-Client", "Authorization"))
    )
    assert "X-Own" not in second.headers

    stopping = client.replace(allow_redirects=False, proxy=False)
    for make in (stopping.prepare_request, lambda request: request):
        bottom.answers = [elsewhere]
        answer = stopping.send(make(Request("GET", URL_TEXT)))
        assert (302, None, True) == (
            answer.status_code,
            bottom.requests[-1].options.proxy,
            bottom.requests[-1].options.direct,
        )


def test_what_a_request_of_the_caller_s_own_says_counts(fake, client_over):
    client = client_over(bottom := fake(), proxy=False, timeout=1)
    options = httpcore.Options(
        proxy=httpcore.Proxy.of("http://p.test"), timeout=httpcore.Timeout(read=7)
    )
    for make in (client.prepare_request, lambda request: request):
        client.send(make(Request("GET", URL_TEXT, options=options)))
        sent = bottom.requests[-1].options
        assert ("http://p.test/", False, 7) == (str(sent.proxy.url), sent.direct, sent.timeout.read)


def test_to_prepare_again_shows_what_is_right_by_then(fake, client_over):
    client = client_over(fake(), cookies={"a": "old"})
    once = client.prepare_request(Request("GET", URL_TEXT))
    client.cookies["a"] = "new"
    assert "a=new" == client.prepare_request(once).headers["Cookie"]


def test_headers_that_are_assigned_are_marked_too(fake, client_over):
    client = client_over(
        bottom := fake((302, [("Location", "http://b.test/")])), sensitive_headers=["X-Own"]
    )
    client.headers = {"X-Own": "s3cret"}
    assert "s3cret" not in repr(client.headers)
    client.get(URL_TEXT)
    assert ["s3cret", None] == [sent.headers.get("X-Own") for sent in bottom.requests]


# -- the proxy --

PROXY = "http://user:s3cret@p.test:3128"


@pytest.mark.parametrize(
    ("options", "environ", "host"),
    [
        ({}, {}, None),
        ({}, {"http_proxy": PROXY}, "p.test"),
        ({}, {"https_proxy": PROXY}, None),
        ({}, {"http_proxy": PROXY, "no_proxy": "h.test"}, None),
        ({"trust_env": False}, {"http_proxy": PROXY}, None),
        ({"proxy": PROXY}, {"http_proxy": "http://other.test"}, "p.test"),
        ({"proxy": False}, {"http_proxy": PROXY}, None),
        ({"routes": {"h.test": PROXY}}, {}, "p.test"),
        ({"routes": {"h.test": False}, "proxy": PROXY}, {}, None),
        ({"routes": {"other.test": False}, "proxy": PROXY}, {}, "p.test"),
        ({"routes": {"h.test": httpcore.Route(unix_socket="/s")}}, {"http_proxy": PROXY}, None),
    ],
)
def test_the_proxy_that_is_told_is_the_one_that_is_taken(fake, client_over, options, environ, host):
    client = client_over(bottom := fake(), environ=environ, **options)
    told = client.proxy_for(URL_TEXT)
    client.get(URL_TEXT)
    assert bottom.requests[0].options.proxy == told
    assert host == (told and told.url.host)
    assert "s3cret" not in repr(told)


def test_to_ask_for_the_proxy_asks_nobody_for_credentials(fake, client_over):
    def sign(request):
        raise AssertionError("nothing is sent")

    client = client_over(fake(), auth=sign, base_url="http://h.test/api", proxy=PROXY)
    assert "p.test" == client.proxy_for("users").url.host


def test_to_ask_for_the_proxy_touches_no_file_and_no_cookie(fake, client_over, tmp_path):
    class Untouched(httpcore.CookieJar):
        def header(self, **facts):
            raise AssertionError("nothing is sent")

    log, netrc = tmp_path / "keys.log", tmp_path / "netrc"
    netrc.mkdir()  # to read it would be an error
    environ = {"http_proxy": PROXY, "SSLKEYLOGFILE": str(log), "NETRC": str(netrc)}
    client = client_over(fake(), environ=environ, cookies=Untouched())
    assert "p.test" == client.proxy_for(URL_TEXT).url.host
    assert not log.exists()


def test_a_level_of_the_caller_may_choose_the_proxy_that_is_told(fake, client_over):
    class Choosing(Layer):
        def fill(self, request):
            proxy = httpcore.Proxy.of(PROXY)
            return request.with_options(request.options.copy_with(proxy=proxy))

    client = client_over(fake(), adapters={httpcore.AuthAdapter: Choosing})
    assert "p.test" == client.proxy_for(URL_TEXT).url.host


@pytest.mark.parametrize(
    ("url", "error"),
    [("h.test", httpcore.InvalidURL), ("ftp://h.test/", httpcore.UnsupportedScheme)],
)
def test_no_proxy_is_told_for_what_can_not_be_sent(fake, client_over, url, error):
    with pytest.raises(error):
        client_over(fake()).proxy_for(url)


def test_a_variable_that_makes_no_sense_is_told_before_anything_is_sent(fake, client_over):
    client = client_over(fake(), environ={"http_proxy": "gopher://p.test"})
    with pytest.raises(httpcore.ProxyError, match="the environment's http_proxy can't be used"):
        client.proxy_for(URL_TEXT)
