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
