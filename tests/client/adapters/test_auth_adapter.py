"""`AuthAdapter` over an adapter that answers from a list."""

import base64

import pytest

from httpcore_client import (
    AuthAdapter,
    BasicAuth,
    BearerAuth,
    BodyNotReplayable,
    ClientOptions,
    ReadError,
    RedirectAdapter,
    Request,
)
from httpcore_pool import run_sync


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Rounds:
    """Tries one value of X-Try after another as long as the status is 401."""

    def __init__(self, *values):
        self.values = values
        self.asked = []
        self.seen = []
        self.ended = 0

    def flow(self, request):
        self.asked.append(request)
        try:
            for value in self.values:
                response = yield (("X-Try", value),) if value else ()
                self.seen.append((response.status_code, response.headers.get("X-N")))
                if response.status_code != 401:
                    return
        finally:
            self.ended += 1


@pytest.fixture
def ask(exchange):
    """Send a GET with an auth through the adapter."""

    def ask(inner, auth=None, url="http://a.test/", method="GET", content=None, headers=None):
        options = ClientOptions(auth=auth)
        return exchange(AuthAdapter(inner), Request(method, url, content, headers, options=options))

    return ask


def tries(inner):
    return [request.headers.get_list("X-Try") for request in inner.requests]


def authorizations(inner):
    return [request.headers.get("Authorization") for request in inner.requests]


def test_without_auth_the_request_itself_is_passed_on(fake, exchange):
    request = Request("GET", "http://a.test/")
    inner = fake((401,))
    assert 401 == exchange(AuthAdapter(inner), request).status_code
    assert [request] == inner.requests


@pytest.mark.parametrize(
    ("auth", "expected"),
    [(BasicAuth("u", "p"), basic("u", "p")), (BearerAuth("token"), "Bearer token")],
    ids=["basic", "bearer"],
)
def test_an_auth_adds_its_field_to_one_request(fake, ask, auth, expected):
    inner = fake((401,))
    assert 401 == ask(inner, auth).status_code
    assert [expected] == authorizations(inner)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://u:p@a.test/", basic("u", "p")),
        ("http://u@a.test/", basic("u", "")),
        ("http://:p@a.test/", basic("", "p")),
        ("http://u%40x:p%3A%2F@a.test/", basic("u@x", "p:/")),
    ],
)
def test_userinfo_of_the_url_is_basic_and_wins_over_auth(fake, ask, url, expected):
    inner = fake()
    ask(inner, BearerAuth("token"), url)
    assert [expected] == authorizations(inner)


@pytest.mark.parametrize("url", ["http://a.test/", "http://u:p@a.test/"])
def test_an_explicit_authorization_wins(fake, ask, url):
    inner = fake((401,))
    ask(inner, BasicAuth("a", "b"), url, headers={"authorization": "own"})
    assert ["own"] == authorizations(inner)


def test_a_flow_goes_on_until_it_accepts_a_response(fake, ask):
    inner = fake((401, [("X-N", "1")]), (401, [("X-N", "2")]), (200, [("X-N", "3")], b"in"))
    auth = Rounds(None, "first", "second", "third")
    response = ask(inner, auth)
    assert b"in" == response.content
    assert [[], ["first"], ["second"]] == tries(inner)
    assert [(401, "1"), (401, "2"), (200, "3")] == auth.seen
    assert 1 == auth.ended


def test_a_flow_that_gives_up_leaves_its_last_response(fake, ask):
    inner = fake((401,), (401, (), b"no"))
    response = ask(inner, Rounds("a", "b"))
    assert (401, b"no") == (response.status_code, response.content)


def test_responses_that_are_not_accepted_are_read_or_closed(fake, source, ask):
    small, large = source(b"x"), source(*[b"x" * 65536] * 9)
    ask(fake((401, (), small), (401, (), large)), Rounds("a", "b", "c"))
    assert [(True, False), (True, True)] == [(s.closed, s.cut) for s in (small, large)]


def test_a_flow_that_stops_at_once_sends_the_request_as_it_is(fake, ask):
    inner = fake((200, (), b"body"))
    assert b"body" == ask(inner, Rounds()).content
    assert [[]] == tries(inner)


def test_a_field_of_a_flow_replaces_all_of_its_name(fake, ask):
    inner = fake()
    ask(inner, Rounds("flow"), headers=[("x-try", "1"), ("X-Try", "2")])
    assert [["flow"]] == tries(inner)


def test_a_flow_is_told_of_the_request_without_its_userinfo(fake, exchange):
    class Nosy(Rounds):
        pass

    auth = Nosy("x")
    options = ClientOptions(auth=auth)
    request = Request(
        "POST", "http://A.test:81/path?q=1#top", b"x", {"X-Own": "1"}, options=options
    )
    exchange(AuthAdapter(fake()), request)
    (asked,) = auth.asked
    assert ("POST", "a.test", "/path?q=1") == (asked.method, asked.host, asked.target)
    assert "http://a.test:81" == asked.origin
    assert "http://a.test:81/path?q=1#top" == asked.url
    assert "1" == asked.headers["X-Own"]
    assert b"x" == asked.content


def test_a_flow_is_told_of_no_password_in_the_url(fake, exchange, monkeypatch):
    auth = Rounds("x")
    monkeypatch.setattr("httpcore_client._siblings.BasicAuth", lambda user, password: auth)
    exchange(AuthAdapter(fake()), Request("GET", "http://u:s3cret@A.test:80/"))
    assert ["http://a.test/"] == [asked.url for asked in auth.asked]
    assert ["http://a.test"] == [asked.origin for asked in auth.asked]


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, b""), (b"", b""), ("text", b"text"), ([b"a"], None), (iter([b"a"]), None)],
)
def test_a_flow_is_told_of_content_in_memory_only(fake, ask, content, expected):
    auth = Rounds("x")
    ask(fake(), auth, method="POST", content=content)
    assert [expected] == [asked.content for asked in auth.asked]


def test_the_target_that_a_flow_is_told_of_is_the_one_sent(fake, exchange):
    auth = Rounds("x")
    options = ClientOptions(auth=auth, target="*")
    exchange(AuthAdapter(fake()), Request("OPTIONS", "http://a.test/", options=options))
    assert ["*"] == [asked.target for asked in auth.asked]


def test_the_body_is_sent_with_each_attempt(fake, ask):
    inner = fake((401,), (401,))
    ask(inner, Rounds("a", "b", "c"), method="POST", content=[b"bo", b"dy"])
    assert [b"body"] * 3 == inner.bodies


def test_a_one_shot_body_can_not_be_sent_again(fake, ask):
    auth = Rounds("a", "b")
    with pytest.raises(BodyNotReplayable):
        ask(fake((401,)), auth, method="POST", content=iter([b"once"]))
    assert 1 == auth.ended


def test_a_flow_without_an_end_is_a_runtime_error(fake, ask):
    class Endless:
        def flow(self, request):
            while True:
                yield (("Authorization", "s3cret"),)

        def __repr__(self):
            return "Endless()"

    inner = fake(*[(401, (), b"no")] * 50)
    with pytest.raises(RuntimeError) as caught:
        ask(inner, Endless())
    assert "Endless() asked for more than 10 attempts" == str(caught.value)
    assert 10 == len(inner.requests)
    assert all(source.closed for source in inner.sources)


def test_an_error_of_the_flow_closes_the_response_and_passes(fake, ask):
    class Broken:
        def flow(self, request):
            yield ()
            raise ZeroDivisionError("the auth's own")

    inner = fake((200, (), b"open"))
    with pytest.raises(ZeroDivisionError):
        ask(inner, Broken())
    assert [True] == [source.closed for source in inner.sources]


def test_an_error_below_ends_the_flow_and_passes(fake, ask):
    error = ReadError("the connection broke")
    for auth in (Rounds("a"), Rounds()):
        with pytest.raises(ReadError) as caught:
            ask(fake(error), auth)
        assert error is caught.value
        assert caught.value.__context__ is None
        assert 1 == auth.ended


# -- with redirects --


@pytest.mark.parametrize(
    "location", ["https://b.test/", "http://a.test/", "https://a.test:444/", "https://x.a.test/"]
)
def test_another_origin_is_never_answered_nor_is_the_first_again(fake, exchange, location):
    inner = fake(
        (302, [("Location", location)]),
        (302, [("Location", "https://a.test/")]),
        (401, [("WWW-Authenticate", 'Basic realm="mine"')]),
    )
    auth = BasicAuth("u", "p")
    for first in (
        Request("GET", "https://a.test/", options=ClientOptions(auth=auth)),
        Request("GET", "https://u:p@a.test/"),
        Request("GET", "https://a.test/", headers={"AUTHORIZATION": basic("u", "p")}),
    ):
        inner.answers[:], inner.requests[:] = (
            [(302, [("Location", location)]), (302, [("Location", "https://a.test/")]), (401,)],
            [],
        )
        assert 401 == exchange(RedirectAdapter(AuthAdapter(inner)), first).status_code
        assert [basic("u", "p"), None, None] == authorizations(inner)


def test_the_origin_is_answered_again_after_a_redirect_within_it(fake, exchange):
    inner = fake((302, [("Location", "/2")]))
    options = ClientOptions(auth=BasicAuth("u", "p"))
    request = Request("GET", "https://a.test/1", options=options)
    exchange(RedirectAdapter(AuthAdapter(inner)), request)
    assert [basic("u", "p")] * 2 == authorizations(inner)


def test_its_repr_is_its_name(fake):
    adapter = AuthAdapter(fake())
    assert "<AuthAdapter>" == repr(adapter)
    run_sync(adapter.close())
