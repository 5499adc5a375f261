"""From what a caller gives to the `Request` that goes down the stack."""

import http.cookiejar
import subprocess
import sys

import pytest

import httpcore_client
from httpcore_client import (
    URL,
    BasicAuth,
    BearerAuth,
    ClientOptions,
    CookieJar,
    Headers,
    InvalidRequest,
    Proxy,
    QueryParams,
    Request,
    Timeout,
    TLSConfig,
)
from httpcore_client._base import Settings
from httpcore_pool import ACCEPT_ENCODING

URL_TEXT = "http://example.org/"


def stdlib_cookie(name, value, domain):
    """A cookie as `http.cookiejar` keeps one that a server set for its own host."""
    return http.cookiejar.Cookie(
        *(0, name, value, None, False, domain, False, False, "/", False),
        *(False, None, True, None, None, {}),
    )


@pytest.fixture
def settings():
    def settings(**options):
        return Settings({"timeout": None, **options})

    return settings


@pytest.fixture
def build(settings):
    def build(method="GET", url=URL_TEXT, /, client=None, **options):
        return settings(**(client or {})).build(method, url, options)

    return build


def test_a_request_has_the_default_fields_with_host_first(build):
    version = httpcore_client.__version__
    expected = [
        ("Host", "example.org"),
        ("Accept", "*/*"),
        ("Accept-Encoding", ACCEPT_ENCODING),
        ("User-Agent", f"httpcore/{version}"),
    ]
    assert expected == build().headers.multi_items()


def test_what_was_given_ends_in_the_request(build):
    request = build(
        "put",
        URL(URL_TEXT),
        params={"a": 1},
        content=b"body",
        timeout=3,
        auth=("user", "password"),
        allow_redirects=False,
        proxy="http://proxy.test:3128",
    )
    assert isinstance(request, httpcore_client.Request)
    assert "PUT" == request.method
    assert URL("http://example.org/?a=1") == request.url
    assert b"body" == request.content
    assert "4" == request.headers["Content-Length"]
    options = request.options
    assert Timeout(3, 3, 3, 3) == options.timeout
    assert isinstance(options.auth, BasicAuth)
    assert options.allow_redirects is False
    assert Proxy(URL("http://proxy.test:3128")) == options.proxy
    assert (None, None, None) == (options.deadline, options.started, options.ssl)
    assert options.foreign is False


@pytest.mark.parametrize("url", [None, 5, b"http://example.org/"])
def test_a_url_is_text_or_a_url(build, url):
    for options in ({}, {"timeout": 1}):
        with pytest.raises(TypeError) as caught:
            build("GET", url, **options)
    assert f"url must be a str or a URL, not {type(url).__name__}" == str(caught.value)


@pytest.mark.parametrize(
    ("client", "request_", "expected"),
    [
        (None, None, "http://example.org/?own=%2f"),
        ({"a": 1}, None, "http://example.org/?own=%2f&a=1"),
        (None, [("b", "x y"), ("b", "2")], "http://example.org/?own=%2f&b=x+y&b=2"),
        ({"a": 1}, "b=%7e", "http://example.org/?own=%2f&a=1&b=%7E"),
        (QueryParams("a=1"), {"b": ["1", "2"]}, "http://example.org/?own=%2f&a=1&b=1&b=2"),
        ({}, {}, "http://example.org/?own=%2f"),
    ],
)
def test_params_of_client_and_request_are_appended_in_this_order(build, client, request_, expected):
    request = build(
        "GET", "http://example.org/?own=%2f", client={"params": client}, params=request_
    )
    assert expected.lower() == str(request.url).lower()
    assert "own=%2f" in str(request.url)


# -- headers --


def test_fields_of_the_request_win_over_those_of_the_client_over_the_defaults(build):
    request = build(
        client={"headers": {"x-one": "client", "X-Two": "client", "user-agent": "client"}},
        headers=[("X-One", "1"), ("x-one", "2")],
    )
    assert ["1", "2"] == request.headers.get_list("X-One")
    assert ["client"] == request.headers.get_list("X-Two")
    assert ["client"] == request.headers.get_list("User-Agent")
    assert ["*/*"] == request.headers.get_list("Accept")


def test_a_media_type_of_the_caller_wins_over_that_of_the_body(build):
    headers = {"content-type": "application/vnd.own+json"}
    request = build("POST", json={}, headers=headers)
    assert ["application/vnd.own+json"] == request.headers.get_list("Content-Type")


def test_neither_the_callers_headers_nor_the_clients_are_changed(settings):
    own, clients = Headers({"X-Own": "1"}), Headers({"X-Client": "1"})
    made = settings(headers=clients)
    before = made.headers.copy()
    made.build("POST", URL_TEXT, {"headers": own, "json": 1, "cookies": {"a": "b"}})
    assert [("X-Own", "1")] == own.multi_items()
    assert [("X-Client", "1")] == clients.multi_items()
    assert before == made.headers


def test_fields_that_the_caller_marks_as_secret_stay_secret_in_the_request(build):
    marked = Headers({"X-Api-Key": "s3cret"}, sensitive=["x-api-key"])
    for request in (build(headers=marked), build(client={"headers": marked})):
        assert "s3cret" == request.headers["X-Api-Key"]
        assert "s3cret" not in repr(request.headers)
        assert "s3cret" not in repr(request)


# -- bodies --


@pytest.mark.parametrize(
    ("options", "content", "media_type"),
    [
        ({}, b"", None),
        ({"content": None, "data": None, "json": None}, b"", None),
        ({"content": b"raw"}, b"raw", None),
        ({"content": "zażółć"}, "zażółć".encode(), None),
        ({"content": b"raw", "json": None, "data": None}, b"raw", None),
        ({"data": "a=1"}, b"a=1", None),
        ({"data": b"a=1"}, b"a=1", None),
        ({"data": {"a": "1"}}, b"a=1", "application/x-www-form-urlencoded"),
        ({"data": {}}, b"", None),
        ({"data": [], "files": {}}, b"", None),
        ({"data": {"a": []}}, b"", None),
        ({"data": QueryParams()}, b"", None),
        ({"json": {}}, b"{}", "application/json"),
        ({"json": 0}, b"0", "application/json"),
        ({"json": False}, b"false", "application/json"),
        ({"json": ""}, b'""', "application/json"),
    ],
)
def test_the_body_and_its_media_type(build, options, content, media_type):
    request = build("POST", **options)
    assert content == request.content
    assert media_type == request.headers.get("Content-Type")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content": b"", "data": {}}, "content= and data= exclude each other"),
        ({"json": 0, "content": b"a"}, "content= and json= exclude each other"),
        ({"json": 0, "data": "", "content": ""}, "content= and data= and json= exclude each other"),
    ],
)
def test_two_bodies_exclude_each_other(build, options, message):
    with pytest.raises(TypeError) as caught:
        build("POST", **options)
    assert message == str(caught.value)


def test_an_unknown_option_is_refused(build):
    with pytest.raises(TypeError, match="unknown option 'heders'; did you mean 'headers'"):
        build(heders={})


# -- cookies --


@pytest.mark.parametrize(
    ("header", "cookies", "expected"),
    [
        (None, {"a": "1", "b": "2"}, "a=1; b=2"),
        (None, {}, None),
        (None, None, None),
        ("a=own", {"a": "1", "b": "2"}, "a=own; b=2"),
        ("a=own; b=own", {"b": "1"}, "a=own; b=own"),
    ],
)
def test_cookies_for_one_request_join_its_cookie_field_which_wins(build, header, cookies, expected):
    headers = {} if header is None else {"Cookie": header}
    assert expected == build(headers=headers, cookies=cookies).headers.get("Cookie")


def test_cookies_of_the_client_are_left_to_the_adapter(build):
    assert "Cookie" not in build(client={"cookies": {"a": "1"}}).headers


@pytest.mark.parametrize("name", ["a;b", "a b", "a=b", "a\r\nb"])
def test_a_cookie_that_would_break_the_field_is_refused(build, name):
    with pytest.raises(ValueError, match="cookie"):
        build(cookies={name: "1"})


@pytest.mark.parametrize("cookies", [5, "a=b", [("a", "b")], CookieJar])
def test_cookies_are_a_mapping_or_a_jar(build, settings, cookies):
    wrong = f"cookies must be a mapping of names to values or a cookie jar, not {type(cookies).__name__}"
    for use in (lambda: build(cookies=cookies), lambda: settings(cookies=cookies)):
        with pytest.raises(TypeError) as caught:
            use()
        assert wrong == str(caught.value)


def test_of_a_jar_for_one_request_those_cookies_are_sent_that_belong_there(build):
    jar = CookieJar()
    jar["a"] = "1"
    jar.set("b", "2", "example.org", path="/in")
    jar.set("c", "3", "other.test")
    assert "b=2; a=1" == build("GET", URL_TEXT + "in/x", cookies=jar).headers["Cookie"]
    assert "a=1" == build(cookies=jar).headers["Cookie"]
    del jar["a"]
    assert "Cookie" not in build(cookies=jar).headers


def test_the_jar_of_one_request_is_left_as_it_was(build):
    jar = CookieJar()
    jar["a"] = "1"
    build(headers={"Cookie": "a=own"}, cookies=jar)
    assert {"a": "1"} == dict(jar)


def test_a_jar_of_the_standard_library_is_copied_for_a_client_and_for_a_request(build, settings):
    given = http.cookiejar.CookieJar()
    given.set_cookie(stdlib_cookie("a", "1", "example.org"))
    given.set_cookie(stdlib_cookie("b", "2", "other.test"))
    kept = settings(cookies=given).cookies
    given.clear()
    assert "a=1" == kept.header(scheme="http", host="example.org", path="/")
    given.set_cookie(stdlib_cookie("c", "3", "example.org"))
    assert "c=3" == build(cookies=given).headers["Cookie"]


def test_cookies_of_the_client_are_those_of_the_jar_given(settings):
    jar = CookieJar()
    assert jar is settings(cookies=jar).cookies
    assert {"a": "1"} == settings(cookies={"a": "1"}).cookies.unscoped()
    assert 0 == len(settings().cookies)


# -- options --


def test_what_is_said_now_wins_over_what_rides_over_the_clients(settings):
    made = settings(timeout=1, auth=("client", "x"))
    riding = ClientOptions(
        timeout=Timeout(connect=2),
        auth=BearerAuth("riding"),
        proxy=Proxy.of("http://riding.test"),
        ssl=TLSConfig(),
        deadline=5.0,
        started=1.0,
    )
    request = Request("GET", URL_TEXT, options=riding)

    assert Timeout(1, 1, 1, 1) == made.build("GET", URL_TEXT, {}).options.timeout
    assert Timeout(connect=2) == made.prepare(request).options.timeout
    assert Timeout(3, 3, 3, 3) == made.sending(request, {"timeout": 3}).options.timeout
    assert isinstance(made.build("GET", URL_TEXT, {}).options.auth, BasicAuth)
    assert riding.auth is made.prepare(request).options.auth
    assert made.sending(request, {"auth": None}).options.auth is None
    assert made.build("GET", URL_TEXT, {"auth": None}).options.auth is None
    assert riding.proxy == made.prepare(request).options.proxy
    own = {"proxy": "http://own.test"}
    assert Proxy.of("http://own.test") == made.sending(request, own).options.proxy
    assert riding.proxy == made.sending(request, {"proxy": None}).options.proxy
    prepared = made.prepare(request).options
    assert riding.ssl is prepared.ssl
    assert (5.0, 1.0) == (prepared.deadline, prepared.started)


def test_no_timeout_for_one_request_is_no_limit(build):
    request = build(client={"timeout": 1}, timeout=None)
    assert Timeout(None, None, None, None, None) == request.options.timeout


def test_prepare_gives_no_credentials_to_where_a_redirect_has_led(settings):
    fields = {"Authorization": "s3cret", "cookie": "id=s3cret", "X-Client": "1"}
    defaults = settings(headers=fields, auth=("a", "b"))
    request = Request("GET", URL_TEXT, options=ClientOptions(foreign=True))
    prepared = defaults.prepare(request)
    assert (None, "1") == (prepared.options.auth, prepared.headers["X-Client"])
    assert [] == [name for name in ("Authorization", "Cookie") if name in prepared.headers]
    asked = defaults.sending(request, {"auth": ("c", "d")})
    assert "BasicAuth('c', [secure])" == repr(asked.options.auth)


def test_prepare_leaves_the_callers_request_as_it_was(settings):
    request = Request("POST", URL_TEXT, b"body", {"X-Own": "1"})
    before = request.headers.copy()
    prepared = settings(headers={"X-Client": "1"}, auth=("a", "b"), cookies={"c": "d"}).prepare(
        request
    )
    assert before == request.headers
    assert prepared is not request
    assert ["1", "1"] == [prepared.headers["X-Own"], prepared.headers["X-Client"]]
    assert (request.method, request.url, b"body") == (
        prepared.method,
        prepared.url,
        prepared.content,
    )


def test_an_own_body_is_refused_where_it_can_not_be_encoded(build):
    with pytest.raises(InvalidRequest, match="json= can't be encoded"):
        build(json={1, 2})


@pytest.mark.parametrize("auth", [None, ("a", "b")])
def test_an_auth_of_the_request_takes_the_place_of_userinfo_and_netrc(build, auth):
    request = build("GET", "http://u:s3cret@example.org/x", auth=auth)
    assert "http://example.org/x" == str(request.url)
    assert (auth is not None) is request.options.netrc
    assert "u" == build("GET", "http://u:s3cret@example.org/x").url.username


def test_replacing_params_leave_nothing_of_the_query(build):
    given = {"client": {"params": {"c": "1"}}, "replace_params": {"r": "1"}}
    assert "http://example.org/?r=1" == str(build("GET", "http://example.org/?own=1", **given).url)
    given["replace_params"] = {}
    assert "http://example.org/" == str(build("GET", "http://example.org/?own=1", **given).url)


def test_params_are_added_or_replace_but_not_both(build):
    with pytest.raises(TypeError, match="params= and replace_params= exclude each other"):
        build(params={"a": 1}, replace_params={"b": 1})


def test_a_base_url_comes_before_params(build):
    request = build(
        "GET",
        "users",
        client={"base_url": "http://h.test/api?k=1", "params": {"c": 1}},
        params="p=1",
    )
    assert "http://h.test/api/users?k=1&c=1&p=1" == str(request.url)


@pytest.mark.parametrize("name", ["stream", "allow_redirects"])
@pytest.mark.parametrize("value", ["no", 1, None])
def test_a_flag_is_true_or_false(build, name, value):
    with pytest.raises(TypeError) as caught:
        build(**{name: value})
    assert f"{name} must be True or False, not {type(value).__name__}" == str(caught.value)


def test_no_proxy_for_one_request_is_said_by_false(build):
    client = {"proxy": "http://p.test"}
    assert "http://p.test/" == str(build(client=client).options.proxy.url)
    assert "http://p.test/" == str(build(client=client, proxy=None).options.proxy.url)
    direct = build(client=client, proxy=False).options
    assert (None, True) == (direct.proxy, direct.direct)
    again = build(client={"proxy": False}, proxy="http://p.test").options
    assert ("http://p.test/", False) == (str(again.proxy.url), again.direct)


def test_trust_can_be_said_for_one_request(build):
    assert TLSConfig(False) == build(ssl=False).options.ssl
    assert None is build(ssl=None).options.ssl
    with pytest.raises(FileNotFoundError, match="no such file"):
        build(ssl="/no/such/file")


@pytest.mark.parametrize("name", ["body_limits", "trace", "on_informational"])
def test_none_for_a_choice_is_the_client_s(build, name):
    assert None is getattr(build(**{name: None}).options, name)


# -- bodies of several kinds --


def test_a_multipart_form_has_the_fields_first(build):
    request = build("POST", data={"a": "1"}, files={"f": ("n.txt", b"file", "text/plain")})
    media = request.headers["Content-Type"]
    assert media.startswith("multipart/form-data; boundary=")
    assert str(request.body.length) == request.headers["Content-Length"]


def test_a_multipart_form_has_its_own_media_type(build):
    with pytest.raises(InvalidRequest, match="leave the Content-Type field out with files="):
        build("POST", files={"f": b"1"}, headers={"content-type": "multipart/form-data"})
    with pytest.raises(TypeError, match="with files=, data must be fields"):
        build("POST", files={"f": b"1"}, data="a=1")


def test_files_without_any_are_a_plain_form(build):
    request = build("POST", files=[], data={"a": "1"})
    assert "application/x-www-form-urlencoded" == request.headers["Content-Type"]


def test_a_compressed_body_says_so(build):
    request = build("POST", json=["a"] * 100, compress="gzip")
    assert ("gzip", "application/json") == (
        request.headers["Content-Encoding"],
        request.headers["Content-Type"],
    )
    assert 100 > int(request.headers["Content-Length"])
    with pytest.raises(TypeError, match="compress= and a Content-Encoding field exclude"):
        build("POST", content=b"x", compress="gzip", headers={"Content-Encoding": "br"})


def test_no_body_is_neither_compressed_nor_watched(build):
    request = build("POST", content=None, compress="gzip", upload_progress=print)
    assert (None, "Content-Encoding" in request.headers) == (request.body, False)


def test_a_watched_body_has_the_length_that_it_has(build):
    request = build("POST", content=b"12345", upload_progress=print)
    assert "5" == request.headers["Content-Length"]


def test_an_encoder_of_the_client_s_is_used(build):
    request = build("POST", client={"json_encoder": lambda value: f"<{value}>"}, json=5)
    assert (b"<5>", "application/json") == (request.content, request.headers["Content-Type"])


def test_names_that_are_credentials_are_marked_on_every_request(build):
    request = build(client={"sensitive_headers": ["X-Mine"]}, headers={"X-Mine": "s3cret"})
    assert "s3cret" not in repr(request.headers)
    assert "s3cret" in repr(build(headers={"X-Mine": "s3cret"}).headers)


def test_importing_the_client_imports_no_codec():
    """Which there are is asked for by the first client: few programs meet all of them."""
    zstd = "backports.zstd" if sys.version_info < (3, 14) else "compression.zstd"
    program = (
        "import sys, httpcore_client\n"
        f"def loaded(): return sorted({{'brotli', {zstd!r}}} & sys.modules.keys())\n"
        "print(loaded()); httpcore_client.SyncClient(); print(loaded())\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert ["[]", str(sorted(["brotli", zstd]))] == shown.stdout.splitlines()
