"""What a flow may ask the `AuthAdapter` for, step by step, and what becomes of its errors."""

import gzip
import pickle

import pytest

from httpcore_client import (
    AuthAdapter,
    AuthError,
    AuthFlowError,
    AuthRequest,
    AuthResponse,
    BasicAuth,
    ClientOptions,
    CookieAdapter,
    CookieJar,
    DecodingError,
    Exclusive,
    FunctionAuth,
    HTTPError,
    InvalidHeader,
    InvalidRequest,
    InvalidURL,
    Proxy,
    ReadError,
    Request,
    ScriptedBackend,
    Timeout,
    TotalTimeout,
)
from httpcore_pool import run_sync

TOKEN_URL = "https://token.test/new?a=1"


class Steps:
    """Yields steps, one after another, and notes what came of each; a function is called for one."""

    def __init__(self, *steps):
        self.steps = steps
        self.came = []
        self.ended = 0

    def flow(self, request):
        try:
            for step in self.steps:
                self.came.append((yield step(self) if callable(step) else step))
        finally:
            self.ended += 1

    def __repr__(self):
        return "Steps()"


@pytest.fixture
def ask(exchange):
    def ask(inner, auth, url="http://a.test/", backend=None, headers=None, **options):
        request = Request("GET", url, headers=headers, options=ClientOptions(auth=auth, **options))
        return exchange(AuthAdapter(inner, backend), request)

    return ask


@pytest.fixture
def refused(ask):
    """The error that a request with an auth ends with."""

    def refused(kind, inner, auth, **options):
        with pytest.raises(kind) as caught:
            ask(inner, auth, **options)
        assert all(source.closed for source in inner.sources)
        return caught.value

    return refused


def urls(inner):
    return [str(request.url) for request in inner.requests]


# -- fields --


def test_what_comes_of_fields_is_status_and_fields_of_the_response(fake, ask):
    auth = Steps((), (("X-Try", "2"),))
    inner = fake((401, [("X-N", "1")], b"no"), (204, [("X-N", "2")]))
    assert 204 == ask(inner, auth).status_code
    assert [(401, "1", None), (204, "2", None)] == [
        (came.status_code, came.headers["X-N"], came.content) for came in auth.came
    ]
    assert [None, "2"] == [request.headers.get("X-Try") for request in inner.requests]


def test_several_fields_of_one_name_are_all_sent_in_place_of_the_callers(fake, ask):
    inner = fake()
    pairs = (("X-Try", "1"), ("x-try", "2"), ("X-Other", "3"))
    ask(inner, Steps(pairs), headers=[("X-Try", "own"), ("X-TRY", "own")])
    headers = inner.requests[0].headers
    assert (["1", "2"], "3") == (headers.get_list("X-Try"), headers["X-Other"])


def test_fields_of_one_attempt_are_not_those_of_the_next(fake, ask):
    inner = fake((401,), (401,))
    ask(inner, Steps((("X-One", "1"),), (("X-Two", "2"),), ()))
    fields = [[name for name in request.headers if name[:2] == "X-"] for request in inner.requests]
    assert [["X-One"], ["X-Two"], []] == fields


def test_a_field_that_is_none_is_refused_before_it_is_sent(fake, refused):
    inner, auth = fake((401,)), Steps((), (("X-Try", "s3cret\r\nX-Evil: 1"),))
    error = refused(InvalidHeader, inner, auth)
    assert (1, 1) == (len(inner.requests), auth.ended)
    assert "s3cret" not in str(error)


# -- awaitables --


async def soon(value):
    return value


def test_what_comes_of_an_awaitable_is_its_value(fake, ask):
    auth = Steps(lambda _: soon("token"), lambda steps: (("X-Token", steps.came[0]),))
    inner = fake()
    ask(inner, auth)
    assert ["token"] == [request.headers["X-Token"] for request in inner.requests]


def test_the_error_of_an_awaitable_passes(fake, refused):
    async def fails():
        raise ZeroDivisionError("the source's own")

    auth = Steps((), lambda _: fails())
    assert "the source's own" == str(refused(ZeroDivisionError, fake((401,)), auth))
    assert 1 == auth.ended


class Suspends:
    def __await__(self):
        yield "what a loop would understand"


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_awaitable_that_waits_is_a_clear_error_without_a_loop(fake, client_over, wrapped):
    async def later():
        await Suspends()

    inner = fake((401,))
    auth = Steps((), lambda _: later() if wrapped else Suspends())
    with pytest.raises(RuntimeError) as caught:
        client_over(inner).get("http://a.test/", auth=auth)
    assert str(caught.value).endswith(
        "waited for an event loop, but runs in a thread-synchronous client: "
        "give it a body, auth, hook or adapter that does not await"
    )
    assert ([True], 1) == ([source.closed for source in inner.sources], auth.ended)


# -- requests of a flow's own --


def test_a_request_of_its_own_is_sent_and_its_decoded_answer_comes(fake, ask, source):
    own = AuthRequest("POST", TOKEN_URL, content=b"grant")
    packed = source(*(gzip.compress(b"the token")[i::1][:1] for i in range(29)))
    answers = [(200, [("Content-Encoding", "gzip")], packed), (200, (), b"in")]
    auth = Steps(own, lambda steps: (("X-Token", steps.came[0].content.decode()),))
    inner = fake(*answers)
    assert b"in" == ask(inner, auth).content
    assert [TOKEN_URL, "http://a.test/"] == urls(inner)
    assert [b"grant", b""] == inner.bodies
    assert ["POST", "GET"] == [request.method for request in inner.requests]
    assert "the token" == inner.requests[1].headers["X-Token"]
    assert isinstance(auth.came[0], AuthResponse)
    assert packed.closed


def test_a_request_of_its_own_between_attempts_leaves_the_last_response_open(fake, ask):
    auth = Steps((), AuthRequest("GET", TOKEN_URL))
    inner = fake((401, (), b"the page"), (200, (), b"the token"))
    response = ask(inner, auth)
    assert (401, b"the page") == (response.status_code, response.content)


@pytest.mark.parametrize("status", [401, 403])
def test_of_a_refusal_s_body_no_more_is_read_than_is_cheap(fake, ask, source, status):
    endless = source(*[b"x" * 65536] * 1000)
    inner = fake((status, (), endless), (200, (), b"token"), (200, (), b"in"))
    assert b"in" == ask(inner, Steps((), AuthRequest("GET", TOKEN_URL), ())).content
    assert endless.closed
    assert endless.reads < 20


@pytest.mark.parametrize("broken", [b"no gzip", ReadError("reset")], ids=["coded", "cut"])
def test_of_a_refusal_s_body_what_is_wrong_does_not_matter(fake, ask, source, broken):
    body = source(b"no", broken)
    inner = fake((401, [("Content-Encoding", "gzip")], body), (200, (), b"token"), (200, (), b"in"))
    assert b"in" == ask(inner, Steps((), AuthRequest("GET", TOKEN_URL), ())).content
    assert body.closed


def test_a_request_of_its_own_has_its_own_fields_and_says_who_asks(fake, ask):
    fields = {"User-Agent": "me", "Accept-Encoding": "gzip", "X-Own": "1", "Cookie": "a=1"}
    own = AuthRequest("GET", TOKEN_URL)
    inner = fake()
    ask(inner, Steps(own, ()), headers=fields)
    assert [
        ("Host", "token.test"),
        ("User-Agent", "me"),
        ("Accept-Encoding", "gzip"),
    ] == inner.requests[0].headers.multi_items()
    given = own.copy_with(headers=type(own.headers)({"user-agent": "own", "Accept": "*/*"}))
    ask(inner, Steps(given, ()), headers=fields)
    own_fields = inner.requests[2].headers
    assert ("own", "gzip", "*/*") == (
        own_fields["User-Agent"],
        own_fields["Accept-Encoding"],
        own_fields["Accept"],
    )
    assert "Accept-Encoding" not in given.headers
    assert [] == own.headers.multi_items()


def test_a_request_of_its_own_is_within_the_limits_of_the_request(fake, ask):
    timeout, trace = Timeout(connect=1, total=9), lambda event: None
    limits = {"timeout": timeout, "started": 1.0, "deadline": 10.0, "trace": trace}
    inner = fake()
    ask(inner, Steps(AuthRequest("GET", TOKEN_URL), ()), **limits)
    options = inner.requests[0].options
    assert limits == {name: getattr(options, name) for name in limits}
    assert (None, False) == (options.auth, options.allow_redirects)


def test_attempts_and_requests_of_its_own_are_counted_together(fake, refused):
    own = AuthRequest("GET", TOKEN_URL)
    inner = fake(*[(401, (), b"no")] * 20)
    error = refused(RuntimeError, inner, Steps(*[(), own] * 6))
    assert "Steps() asked for more than 10 attempts" == str(error)
    assert 10 == len(inner.requests)


@pytest.mark.parametrize("size", [0, 2**20, 2**20 + 1, 2**22])
@pytest.mark.parametrize("coded", [False, True])
def test_an_answer_to_a_request_of_its_own_is_taken_up_to_a_megabyte(
    fake, ask, refused, source, size, coded
):
    body = bytes(size)
    pieces = [body[i : i + 65536] for i in range(0, size, 65536)]
    fields = [("Content-Encoding", "gzip")] if coded else []
    answer = (200, fields, source(gzip.compress(body)) if coded else source(*pieces))
    inner, auth = fake(answer), Steps(AuthRequest("GET", "https://u:s3cret@token.test/"), ())
    if size <= 2**20:
        ask(inner, auth)
        assert body == auth.came[0].content
        return
    error = refused(AuthFlowError, inner, auth)
    assert (
        f"GET http://a.test/: the answer of {inner.requests[0].url.masked} is too large"
    ) == str(error)
    assert "s3cret" not in str(error)


def test_what_fails_on_a_request_of_its_own_passes_and_all_is_closed(fake, refused, source):
    own = AuthRequest("GET", TOKEN_URL)
    broken = source(b"a", ReadError("reset"))
    no_gzip = (200, [("Content-Encoding", "gzip")], b"no gzip")
    for answer, kind in (
        (ReadError("reset"), ReadError),
        ((200, (), broken), ReadError),
        (no_gzip, DecodingError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):
        auth = Steps((), own, ())
        refused(kind, fake((401, (), source(b"left", b"open")), answer), auth)
        assert 1 == auth.ended


@pytest.mark.parametrize("url", ["/relative", "ftp://a.test/", "http://[/", ""])
def test_a_request_of_its_own_to_nowhere_is_told(fake, refused, url):
    auth = Steps((), AuthRequest("GET", url))
    refused((InvalidURL, InvalidRequest), fake((401, (), b"left")), auth)
    assert 1 == auth.ended


# -- exclusive steps --


@pytest.mark.parametrize("backend", [None, ScriptedBackend()], ids=["alone", "in turn"])
def test_exclusive_steps_are_any_steps_and_give_what_they_return(fake, ask, backend):
    def inside():
        answer = yield AuthRequest("GET", TOKEN_URL)
        return answer.content.decode() + (yield soon("!"))

    auth = Steps(lambda steps: Exclusive(steps, inside()), lambda s: (("X-Token", s.came[0]),))
    inner = fake((200, (), b"token"))
    ask(inner, auth, backend=backend)
    assert "token!" == inner.requests[1].headers["X-Token"]


def test_attempts_may_be_exclusive_too(fake, ask):
    def inside():
        first = yield (("X-Try", "1"),)
        yield (("X-Try", str(first.status_code)),)

    inner = fake((401, (), b"no"), (200, (), b"in"))
    assert b"in" == ask(inner, Steps(lambda s: Exclusive(s, inside())), backend=None).content
    assert ["1", "401"] == [request.headers["X-Try"] for request in inner.requests]


def test_who_waits_for_a_turn_too_long_is_told(fake, exchange):
    backend, inner = ScriptedBackend(), fake((401, (), b"left"))
    auth = Steps((), lambda steps: Exclusive(steps, iter(())))
    adapter = AuthAdapter(inner, backend)
    run_sync(adapter.turn(auth, backend).acquire(None))
    backend.time = 2.5
    options = ClientOptions(auth=auth, timeout=Timeout(total=9), started=1.0, deadline=10.0)
    with pytest.raises(TotalTimeout) as caught:
        exchange(adapter, Request("GET", "http://a.test/", options=options))
    assert (
        "GET http://a.test/: another request was still renewing the credentials, after 1.50 s"
    ) == str(caught.value)
    assert (9, 1) == (caught.value.limit, auth.ended)
    assert all(source.closed for source in inner.sources)


def test_a_turn_is_forgotten_with_its_key(fake, ask):
    inner, backend = fake(), ScriptedBackend()
    adapter = AuthAdapter(inner, backend)
    auth = Steps()
    kept = adapter.turn(auth, backend)
    assert kept is adapter.turn(auth, backend)
    assert kept is not adapter.turn(Steps, backend)
    del auth
    assert [Steps] == list(adapter._turns)


# -- whatever else is yielded --


@pytest.mark.parametrize(
    "step",
    [
        *(None, 5, Request, "Bearer s3cret", {"Authorization": "s3cret"}),
        ["Authorization", "s3cret"],
        ("Authorization", "s3cret"),
        (("Authorization", "s3cret", "more"),),
        (("X-One", "1"), "s3cret"),
    ],
    ids=lambda step: type(step).__name__,
)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_no_step_is_a_type_error_that_shows_no_secret(fake, refused, step, first):
    auth = Steps(*([] if first else [()]), lambda _: step)
    error = refused(TypeError, fake((401, (), b"left")), auth)
    assert (
        f"Steps() yielded a {type(step).__name__} that is no step: a step is a tuple of "
        "(name, value) pairs, an AuthRequest, an Exclusive or an awaitable"
    ) == str(error)
    assert 1 == auth.ended


@pytest.mark.parametrize("field", [("X-Try", 5), (5, "s3cret"), ("X-Try", None)], ids=str)
def test_a_pair_that_is_no_field_is_refused(fake, refused, field):
    error = refused(TypeError, fake((401, (), b"left")), Steps((), (field,)))
    assert "s3cret" not in str(error)


def test_a_flow_that_is_none_is_told(fake, refused):
    class Returns(Steps):
        def flow(self, request):
            return (("Authorization", "s3cret"),)

    class Async(Steps):
        async def flow(self, request):
            yield ()

    for auth in (Returns(), Async(), Steps((), lambda s: Exclusive(s, Returns().flow(None)))):
        error = refused(TypeError, fake((401, (), b"left")), auth)
        assert "Steps() has no flow of steps: it must yield, and not be async" == str(error)


# -- errors of schemes --


def test_what_a_scheme_can_not_do_is_an_error_that_names_the_masked_url(fake, refused):
    cause = AuthError("the server wants what we can't")

    def fails(_):
        raise cause

    for steps in ((fails,), ((), fails), (lambda s: Exclusive(s, inside()),)):

        def inside():
            yield ()
            raise cause

        inner = fake((401, (), b"left"))
        error = refused(AuthFlowError, inner, Steps(*steps), url="http://a.test/?q")
        assert "GET http://a.test/?q: the server wants what we can't" == str(error)
        assert cause is error.__cause__


@pytest.mark.parametrize("url", ["http://u%3Aser:s3cret@a.test/", "http://user:s3cret%0a@a.test/"])
def test_userinfo_that_basic_can_not_carry_is_told(fake, refused, url):
    inner = fake()
    error = refused(AuthFlowError, inner, None, url=url)
    assert "s3cret" not in str(error)
    assert error.url == Request("GET", url).url.masked
    assert [] == inner.requests


@pytest.mark.parametrize("kind", [AuthError, InvalidRequest, HTTPError, ValueError])
@pytest.mark.parametrize("prepared", [False, True])
def test_it_is_caught_as_an_error_of_the_auth_and_as_one_of_the_request(
    fake, client_over, kind, prepared
):
    def fails(_):
        raise AuthError("no token today")

    client = client_over(fake(), auth=Steps(fails))
    request = client.build("GET", "http://a.test/")
    with pytest.raises(kind) as caught:
        client.prepare_request(request) if prepared else client.send(request)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert "GET http://a.test/: no token today" == str(copied)
    assert AuthFlowError is type(copied)


def test_other_errors_of_a_flow_pass_as_they_are(fake, refused):
    class Own(Exception):
        pass

    for own in (ValueError("a bug of the flow's"), Own("the token server is down"), OSError("no")):

        def fails(_, own=own):
            raise own

        assert own is refused(type(own), fake((401, (), b"left")), Steps((), fails))


# -- functions --


def test_a_function_signs_the_request_that_is_sent(fake, client_over):
    def sign(request):
        request.headers["X-Signature"] = f"{request.method} {request.target} {request.content!r}"

    inner = fake()
    client_over(inner, auth=sign).post("http://a.test/x?q", content=b"body")
    assert "POST /x?q b'body'" == inner.requests[0].headers["X-Signature"]


def test_an_async_function_that_never_waits_serves_a_client_for_threads(fake, client_over):
    async def sign(request):
        request.headers["X-Signature"] = await soon("signed")
        return request

    inner = fake()
    client_over(inner).get("http://a.test/", auth=sign)
    assert "signed" == inner.requests[0].headers["X-Signature"]


def test_a_function_that_returns_something_else_is_told(fake, refused):
    error = refused(AuthFlowError, fake(), FunctionAuth(lambda request: "s3cret"))
    assert "an auth function must return the request or None, not str" == error.message


@pytest.mark.parametrize("auth", [BasicAuth, Steps], ids=lambda auth: auth.__name__)
def test_a_class_instead_of_an_object_is_refused(fake, client_over, auth):
    inner = fake()
    with pytest.raises(TypeError, match=f"auth is the class {auth.__name__}; give an object of it"):
        client_over(inner).get("http://a.test/", auth=auth)
    with pytest.raises(TypeError, match="auth is the class"):
        client_over(inner, auth=auth)
    assert [] == inner.requests


# -- the whole stack --


def test_a_request_of_its_own_goes_through_the_whole_stack(fake, client_over):
    inner = fake(
        (302, [("Location", "/elsewhere"), ("Set-Cookie", "t=1")], b"over there"),
        (200, [("Set-Cookie", "a=1")]),
    )
    auth = Steps(AuthRequest("POST", "http://token.test/"), ())
    client = client_over(inner)
    response = client.get("http://a.test/", auth=auth)
    assert (302, b"over there") == (auth.came[0].status_code, auth.came[0].content)
    assert "/elsewhere" == auth.came[0].headers["Location"]
    assert () == response.history
    assert ["http://token.test/", "http://a.test/"] == urls(inner)
    assert {"a": "1"} == dict(response.cookies)
    assert ["1", "1"] == [
        client.cookies.get("t", domain="token.test"),
        client.cookies.get("a", domain="a.test"),
    ]


@pytest.mark.parametrize(
    ("no_proxy", "expected"),
    [("", ["p.test", "p.test"]), ("token.test", [None, "p.test"]), ("a.test", ["p.test", None])],
)
def test_proxies_of_the_environment_apply_anew_to_a_request_of_its_own(
    fake, client_over, no_proxy, expected
):
    inner = fake()
    environ = {"http_proxy": "http://p.test", "no_proxy": no_proxy}
    auth = Steps(AuthRequest("GET", "http://token.test/"), ())
    client_over(inner, environ=environ).get("http://a.test/", auth=auth)
    proxies = [request.options.proxy for request in inner.requests]
    assert expected == [proxy and proxy.url.host for proxy in proxies]


def test_a_proxy_of_the_request_goes_along(fake, client_over):
    inner, own = fake(), Proxy("http://own.test")
    environ = {"http_proxy": "http://p.test", "no_proxy": "*"}
    auth = Steps(AuthRequest("GET", "http://token.test/"), ())
    client_over(inner, environ=environ).get("http://a.test/", auth=auth, proxy=own)
    assert [own, own] == [request.options.proxy for request in inner.requests]


def test_cookies_for_all_requests_of_the_caller_do_not_go_to_where_a_flow_asks(fake, client_over):
    inner = fake()
    auth = Steps(AuthRequest("GET", "http://token.test/"), ())
    client_over(inner, cookies={"session": "s3cret"}).get("http://a.test/", auth=auth)
    assert [None, "session=s3cret"] == [request.headers.get("Cookie") for request in inner.requests]


# -- cookies of responses that nobody above sees --


@pytest.fixture
def cookies_sent(fake, exchange):
    """What Cookie field each attempt has, when the n-th response sets the n-th cookies."""

    def cookies_sent(jar, *set_cookies, own=None):
        inner = fake(*((401, [("Set-Cookie", value) for value in set_]) for set_ in set_cookies))
        options = ClientOptions(auth=Steps(*[()] * len(set_cookies)))
        headers = {} if own is None else {"Cookie": own}
        request = Request("GET", "http://a.test/", headers=headers, options=options)
        response = exchange(CookieAdapter(AuthAdapter(inner), jar), request)
        return [request.headers.get("Cookie") for request in inner.requests], response

    return cookies_sent


def test_cookies_of_a_401_are_stored_and_sent_with_the_next_attempt(cookies_sent):
    jar = CookieJar()
    sent, response = cookies_sent(jar, ["a=1", "b=1"], ["a=2"], ["c=3"])
    assert [None, "a=1; b=1", "b=1; a=2"] == [sent[0], sent[1], ordered(sent[2], "b", "a")]
    assert {"a": "2", "b": "1", "c": "3"} == dict(jar)
    assert {"c": "3"} == dict(response.cookies)


def ordered(field, *names):
    """The pairs of a Cookie field in this order of names."""
    pairs = dict(pair.split("=") for pair in field.split("; "))
    assert {*names} == {*pairs}
    return "; ".join(f"{name}={pairs[name]}" for name in names)


def test_a_cookie_that_a_401_deletes_is_not_sent_again(cookies_sent):
    sent, response = cookies_sent(CookieJar(), ["a=1"], ["a=; Max-Age=0"], [])
    assert [None, "a=1", None] == sent
    assert {} == dict(response.cookies)


def test_the_cookie_field_of_the_callers_own_wins_until_the_server_sets_another(cookies_sent):
    jar = CookieJar()
    jar.set("b", "jar", "a.test")
    sent, _ = cookies_sent(jar, ["a=1", "c=1"], ["c=2"], [], own="a=own")
    assert ["a=own; b=jar", "b=jar; a=1; c=1", "b=jar; a=1; c=2"] == sent


def test_without_cookies_the_next_attempt_is_as_the_first(cookies_sent):
    assert [None, None] == cookies_sent(CookieJar(), [], [])[0]
    assert ["a=own", "a=own"] == cookies_sent(CookieJar(), [], [], own="a=own")[0]


def test_what_a_flow_sets_is_hidden_as_a_secret_whatever_its_name(fake, ask):
    inner = fake()
    response = ask(inner, Steps((("X-Token", "s3cret"), ("Authorization", "s3cret"))))
    assert "s3cret" == inner.requests[0].headers["X-Token"]
    assert "s3cret" not in repr(response.request.headers)
