"""What a caller may say, and what it says back when it is wrong."""

import inspect

import pytest

from httpcore_client import (
    BasicAuth,
    BearerAuth,
    ClientOptions,
    DigestAuth,
    FunctionAuth,
    Headers,
    RequestOptions,
    SyncClient,
    Timeout,
    TLSConfig,
)
from httpcore_client._options import as_auth, check_options, merged
from httpcore_pool import Options

KNOWN = tuple(RequestOptions.__annotations__)


def test_known_names_pass():
    assert check_options(dict.fromkeys(KNOWN), KNOWN) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("tiemout", "timeout"),
        ("header", "headers"),
        ("param", "params"),
        ("jsn", "json"),
        ("cookie", "cookies"),
        ("allow_redirect", "allow_redirects"),
        ("Timeout", "timeout"),
        # What the same thing is called elsewhere.
        ("follow_redirects", "allow_redirects"),
        ("body", "content"),
        ("query", "params"),
        ("verify", "ssl"),
    ],
)
def test_an_unknown_name_suggests_the_right_one(name, meant):
    with pytest.raises(TypeError) as caught:
        check_options({name: 1}, KNOWN)
    assert f"unknown option {name!r}; did you mean {meant!r}?" == str(caught.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cert", "give ssl=TLSConfig(certificate=...)"),
        (
            "proxies",
            'give proxy= the one for all URLs, or a client routes={"http://": ..., "https://": ...}',
        ),
        ("no_proxy", 'give proxy=False, or a client routes={"example.com": False}'),
        ("proxy_headers", "give proxy=Proxy(url, headers=...)"),
        ("socks", 'give proxy="socks5://..."'),
        ("fingerprint", "give ssl=TLSConfig(pins=...)"),
        ("minimum_version", "give ssl=TLSConfig(minimum_version=...)"),
        ("connect", "give timeout=Timeout(connect=...)"),
        ("cafile", "did you mean 'ssl'?"),
        # What only a client can have, and not a variant of one either.
        ("mounts", "give a new client routes= a way for each pattern, or adapters= levels of"),
        ("transport", "give a new client network=Network(...), or adapters= levels of your own"),
        ("uds", "give a new client network=Network(unix_socket=...), or Route(unix_socket=..."),
        ("local_addr", "give a new client network=Network(local_address=...), which has no port"),
        ("resolver", "give a new client network=Network(resolver=...)"),
        ("hosts", "give a new client network=Network(hosts=...)"),
        (
            "routes",
            "'routes' is an argument of clients: make one with it, or client.replace(routes",
        ),
        ("network", "'network' is an argument of clients"),
        ("retries", "give a client adapters=[RetryAdapter(...)], of httpcore_client.retry"),
        (
            "event_hooks",
            "'hooks' is an argument of clients: make one with it, or client.replace(hooks",
        ),
        (
            "base_url",
            "'base_url' is an argument of clients: make one with it, or client.replace(base",
        ),
        ("limits", "'pool_limits' is an argument of clients"),
        ("http2", "'http2' is an argument of clients"),
    ],
)
def test_an_unknown_name_that_has_no_right_one_here_says_what_to_do(name, told):
    with pytest.raises(TypeError) as caught:
        check_options({name: 1}, KNOWN)
    assert str(caught.value).startswith(f"unknown option {name!r}; {told}")


def test_a_name_like_no_other_lists_those_known():
    with pytest.raises(TypeError) as caught:
        check_options({"zzz": 1}, KNOWN)
    assert f"unknown option 'zzz'; known are {', '.join(KNOWN)}" == str(caught.value)


def test_a_pair_of_strings_is_basic_auth():
    assert repr(BasicAuth("user", "password")) == repr(as_auth(("user", "password")))
    assert BasicAuth is type(as_auth(("user", "password")))


def test_an_auth_and_none_are_taken_as_they_are():
    bearer = BearerAuth("token")
    assert bearer is as_auth(bearer)
    assert as_auth(None) is None


@pytest.mark.parametrize(
    "auth",
    [
        "user:password",
        ("user",),
        ("a", "b", "c"),
        ("user", 5),
        (b"user", "password"),
        5,
    ],
)
def test_any_other_auth_is_refused_without_showing_it(auth):
    with pytest.raises(TypeError) as caught:
        as_auth(auth)
    assert (
        'auth must be a pair ("user", "password"), an Auth such as BearerAuth, a function, a mapping '
        f"of origins to these, or None, not {type(auth).__name__}"
    ) == str(caught.value)


@pytest.mark.parametrize("auth", [BasicAuth, DigestAuth, dict], ids=lambda auth: auth.__name__)
def test_a_class_in_the_place_of_an_object_is_told(auth):
    name = auth.__name__
    with pytest.raises(TypeError) as caught:
        as_auth(auth)
    assert f"auth is the class {name}; give an object of it, {name}(...)" == str(caught.value)


def test_a_function_is_an_auth():
    def sign(request):
        return request

    async def sign_later(request):
        return request

    for function in (sign, sign_later, lambda request: None):
        auth = as_auth(function)
        assert FunctionAuth is type(auth)
        assert function.__qualname__ in repr(auth)


def test_options_of_a_request_for_the_pool_become_those_of_the_client():
    given = Options(timeout=Timeout(connect=1), deadline=2.0, started=3.0)
    expected = ClientOptions(
        timeout=Timeout(connect=1),
        deadline=2.0,
        started=3.0,
        auth=None,
        allow_redirects=True,
        foreign=False,
    )
    assert expected == ClientOptions.of(given)


def test_options_of_the_client_are_not_copied():
    given = ClientOptions(allow_redirects=False)
    assert given is ClientOptions.of(given)


def test_merged_keeps_own_fields_first_and_adds_the_defaults_that_are_missing():
    own = Headers([("X-One", "own"), ("x-two", "a"), ("X-Two", "b")])
    defaults = Headers([("x-one", "default"), ("X-Three", "1"), ("X-Three", "2")])
    expected = [
        *(("X-One", "own"), ("x-two", "a"), ("X-Two", "b")),
        *(("X-Three", "1"), ("X-Three", "2")),
    ]
    assert expected == merged(own, defaults).multi_items()
    assert [("X-One", "own"), ("x-two", "a"), ("X-Two", "b")] == own.multi_items()


@pytest.mark.parametrize(
    "own", [None, {}, {"x-key": "1"}, Headers({"X-Key": "1"}, sensitive=["X-Key"])]
)
def test_merged_keeps_which_names_are_sensitive(own):
    defaults = Headers({"X-Key": "s3cret", "X-Other": "0"}, sensitive=["X-Key"])
    shown = repr(merged(own, defaults))
    assert "[secure]" in shown
    assert "s3cret" not in shown
    assert "('X-Other', '0')" in shown


def test_a_request_of_a_flow_s_own_keeps_the_limits_and_nothing_of_the_credentials():
    trace, proxy = object(), object()
    options = ClientOptions(
        timeout=Timeout(connect=1, total=9),
        started=1.0,
        deadline=10.0,
        proxy=proxy,
        ssl=TLSConfig(),
        trace=trace,
        target="*",
        auth=BasicAuth("u", "p"),
        led_from=("b.test",),
        renew=lambda request, response: request,
    )
    expected = ClientOptions(
        timeout=Timeout(connect=1, total=9),
        started=1.0,
        deadline=10.0,
        proxy=proxy,
        trace=trace,
        allow_redirects=False,
        foreign=True,
        of_flow=True,
    )
    assert expected == options.for_own_request()
    assert options.copy_with(direct=True).for_own_request().direct is True
    from_environment = options.copy_with(proxy_by_url=True)
    assert expected.copy_with(proxy=None) == from_environment.for_own_request()


def anything():
    """Return an object that is taken for every option: some must be callable."""
    return lambda: None


FIELDS = list(inspect.signature(ClientOptions).parameters)


def test_every_field_of_the_pool_s_options_is_one_of_the_client_s():
    given = {name: anything() for name in inspect.signature(Options).parameters}
    assert ClientOptions(**given) == ClientOptions.of(Options(**given))
    own = ["auth", "netrc", "allow_redirects", "foreign", "led_from", "proxy_by_url", "direct"]
    assert [*given, *own, "of_flow", "renew", "shown"] == FIELDS
    assert {name: ClientOptions.__annotations__.get(name) for name in given} == dict.fromkeys(given)


@pytest.mark.parametrize("name", FIELDS)
def test_a_copy_keeps_each_field_and_changes_the_one_named(name):
    values = {name: anything() for name in FIELDS}
    value = anything()
    copy = ClientOptions(**values).copy_with(**{name: value})
    assert ClientOptions is type(copy)
    assert ClientOptions(**{**values, name: value}) == copy


@pytest.mark.parametrize(
    ("method", "given", "told"),
    [("download", "connection", "'connections'"), ("events", "lastEventId", "'last_event_id'")],
)
def test_what_beyond_requests_is_unknown_is_told_by_its_own_names(method, given, told):
    with SyncClient() as client, pytest.raises(TypeError, match=f"did you mean {told}"):
        getattr(client, method)("http://a.test/", **{given: 4})


def test_an_async_trace_is_refused_since_nobody_would_await_it():
    async def trace(event): ...

    with SyncClient() as client, pytest.raises(TypeError, match="trace must not be async"):
        client.build("GET", "http://a.test/", trace=trace)
