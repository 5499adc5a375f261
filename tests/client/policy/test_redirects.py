"""Where a redirect leads, and what may go along (RFC 9110 15.4, 10.2.2)."""

import pytest

from httpcore_client import (
    URL,
    BasicAuth,
    BodyNotReplayable,
    ClientOptions,
    Headers,
    InvalidRedirect,
    Request,
    Response,
    Timeout,
    TLSConfig,
)
from httpcore_client.policy._redirects import next_request
from httpcore_pool import Options

START = "https://a.test/dir/page?q=1#frag"
CONTENT_FIELDS = {
    "Content-Type": "text/plain",
    "content-language": "en",
    "CONTENT-ENCODING": "identity",
    "Content-Location": "/here",
    "Trailer": "X-Sum",
    "Expect": "100-continue",
    "Digest": "x",
}
CREDENTIALS = (
    *("Authorization", "Cookie", "Proxy-Authorization", "X-API-Key", "Private-Token"),
    *("X-Vault-Token", "Ocp-Apim-Subscription-Key", "X-Marked"),
)


def redirected(location="/next", status=302, method="GET", url=START, content=None, **options):
    """The request that follows a redirect; `location` may be a list of fields."""
    request = Request(method, url, content, **options)
    locations = [location] if isinstance(location, str) else location
    fields = Headers([("Location", text) for text in locations])
    return next_request(request, Response(status, fields, request=request))


# -- method and body --

SAME = {method: method for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OWN")}
METHODS = {
    301: {**SAME, "POST": "GET"},
    302: {**SAME, "POST": "GET"},
    303: {**dict.fromkeys(SAME, "GET"), "HEAD": "HEAD"},
    307: SAME,
    308: SAME,
}


@pytest.mark.parametrize("content", [None, b"body"], ids=["empty", "body"])
@pytest.mark.parametrize("method", SAME)
@pytest.mark.parametrize("status", METHODS)
def test_the_method_table_of_rfc_9110_15_4(status, method, content):
    following = redirected(
        status=status, method=method, content=content, headers={**CONTENT_FIELDS, "X-Own": "1"}
    )
    expected = METHODS[status][method]
    assert expected == following.method
    kept = method == expected
    assert (content or b"" if kept else b"") == following.content
    for name, value in CONTENT_FIELDS.items():
        assert (value if kept else None) == following.headers.get(name)
    framing = "Content-Length" in following.headers
    assert framing is (kept and (content is not None or method in ("POST", "PUT", "PATCH")))
    assert "1" == following.headers["X-Own"]


def test_framing_of_a_streamed_body_goes_with_it():
    following = redirected(status=303, method="POST", content=[b"a", b"b"])
    assert following.body is None
    assert {"Host"} == set(following.headers)


def test_a_body_that_can_be_sent_again_is_the_same_body():
    body = Request("POST", START, [b"a"]).body
    assert body is redirected(status=307, method="POST", content=body).body


def test_a_one_shot_body_is_left_to_fail_when_it_is_opened():
    body = Request("POST", START, iter([b"a"])).body
    body.open()
    following = redirected(status=308, method="POST", content=body)
    with pytest.raises(BodyNotReplayable):
        following.body.open()


# -- Location --


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("next", "https://a.test/dir/next#frag"),
        ("/x", "https://a.test/x#frag"),
        ("../x", "https://a.test/x#frag"),
        ("../../../x", "https://a.test/x#frag"),
        ("./x", "https://a.test/dir/x#frag"),
        ("?z=2", "https://a.test/dir/page?z=2#frag"),
        ("?", "https://a.test/dir/page?#frag"),
        ("#new", "https://a.test/dir/page?q=1#new"),
        ("#", "https://a.test/dir/page?q=1#frag"),
        ("//b.test/x", "https://b.test/x#frag"),
        ("/x#new", "https://a.test/x#new"),
        ("  /x\t", "https://a.test/x#frag"),
        ("http://b.test", "http://b.test/#frag"),
        ("HTTPS://A.TEST:443/x", "https://a.test/x#frag"),
        ("https://[::1]/x", "https://[::1]/x#frag"),
        ("/a%2fb%7e", "https://a.test/a%2fb%7e#frag"),
        ("https://b\u00fccher.test/", "https://xn--bcher-kva.test/#frag"),  # ISO-8859-1
        ("https://b\u00c3\u00bccher.test/", "https://xn--bcher-kva.test/#frag"),  # UTF-8
        ("/\u00c3\u00bc", "https://a.test/%C3%BC#frag"),
    ],
)
def test_where_a_location_leads(location, expected):
    following = redirected(location)
    assert URL(expected) == following.url
    assert following.url.host_header == following.headers["Host"]


def test_an_empty_location_asks_for_the_same_again_and_helps_only_once():
    again = redirected("", 307, "POST", content=b"body")
    assert (URL(START), "POST", b"body") == (again.url, again.method, again.content)
    first = Response(307, Headers({"Location": ""}), request=again)
    second = Response(302, Headers({"Location": ""}), request=again)
    second.set_redirect((first,))
    with pytest.raises(InvalidRedirect, match="an empty Location, and so had the one before it"):
        next_request(again, second)


def test_a_location_leads_on_after_an_empty_one_and_an_empty_one_after_another():
    for before, location in [("", "/x"), ("/x", "")]:
        request = Request("GET", START)
        response = Response(302, Headers({"Location": location}), request=request)
        response.set_redirect((Response(302, Headers({"Location": before}), request=request),))
        assert URL(START).resolve_with(location) == next_request(request, response).url.copy_with(
            fragment=""
        )


def test_without_a_fragment_none_is_inherited():
    assert "" == redirected(url="https://a.test/").url.fragment


def test_equal_locations_are_one():
    assert URL("https://a.test/x#frag") == redirected(["/x", "/x"]).url


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ([], "the redirect has no Location"),
        (["/x", "/y"], "the redirect has several Location fields that differ"),
        (["", "/y"], "the redirect has several Location fields that differ"),
        ("https:///", "the redirect's Location can't be used: "),
        ("https://[::1/x", "the redirect's Location can't be used: "),
        ("https://a.test:99999/", "the redirect's Location can't be used: "),
        ("https://a b.test/", "the redirect's Location can't be used: "),
        ("https://a.test\\@b.test/", "the redirect's Location can't be used: "),
    ],
)
def test_a_location_that_can_not_be_used_is_an_invalid_redirect(location, message):
    with pytest.raises(InvalidRedirect) as caught:
        redirected(location)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "url", ["https://a.test/#fragment", "https://user:password@a.test/"], ids=["fragment", "user"]
)
def test_a_location_that_is_too_long_with_what_it_inherits_can_not_be_used(url):
    longest = "https://a.test/".ljust(2**18, "x")
    assert longest == str(redirected(longest, url="https://a.test/").url)
    with pytest.raises(InvalidRedirect) as caught:
        redirected(longest, url=url)
    assert str(caught.value).startswith("the redirect's Location can't be used: ")
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "location",
    [
        *("file:///etc/passwd", "javascript:alert(1)", "data:,x", "mailto:a@b.test", "about:blank"),
        *("gopher://127.0.0.1:6379/_FLUSHALL", "ftp://b.test/", "ws://b.test/", "wss://a.test/"),
        "http+unix://%2Ftmp%2Fsock/x",
    ],
)
def test_a_scheme_other_than_http_is_refused_by_name(location):
    with pytest.raises(InvalidRedirect) as caught:
        redirected(location)
    assert (
        f"the redirect leads to {URL(location).masked!r}; only http and https are followed"
    ) == str(caught.value)


def test_a_refused_location_shows_no_password():
    for location in ("ftp://user:s3cret@b.test/", "https://user:s3cret@b.test:99999/"):
        with pytest.raises(InvalidRedirect) as caught:
            redirected(location)
        assert "s3cret" not in str(caught.value)


# -- what may go along --

ELSEWHERE = {
    "another host": "https://b.test/",
    "a host below": "https://x.a.test/",
    "the host above": "https://test/",
    "another port": "https://a.test:8443/",
    "another scheme": "http://a.test/",
    "another scheme on the same port": "http://a.test:443/",
    "a trailing dot": "https://a.test./",
    "the host as userinfo": "https://a.test@evil.test/",
}
HERE = ["/x", "https://a.test/", "https://a.test:443/x", "HTTPS://A.test/x", "//a.test/x"]


def secretive(location):
    copies = [(name, f"{name} 1") for name in CREDENTIALS]
    copies += [(name.lower(), f"{name} 2") for name in CREDENTIALS]
    headers = Headers([*copies, ("X-Own", "1")], sensitive=["X-Marked"])
    auth = BasicAuth("user", "password")
    return redirected(location, headers=headers, options=ClientOptions(auth=auth))


@pytest.mark.parametrize("location", ELSEWHERE.values(), ids=ELSEWHERE)
def test_credentials_do_not_go_to_another_origin_in_any_case_or_number(location):
    following = secretive(location)
    assert {"Host", "X-Own"} == set(following.headers)
    assert following.options.auth is None
    assert following.options.foreign is True


@pytest.mark.parametrize("location", HERE)
def test_credentials_stay_on_the_same_origin(location):
    following = secretive(location)
    for name in CREDENTIALS:
        # What is for a proxy is not for any next request (RFC 9110 15.4).
        kept = name.lower() != "proxy-authorization"
        assert [f"{name} 1", f"{name} 2"] * kept == following.headers.get_list(name)
    assert isinstance(following.options.auth, BasicAuth)
    assert following.options.foreign is False


def test_trust_that_was_said_of_one_request_is_for_its_origin_alone():
    """No check is left out for another, and no certificate of ours shown to it."""
    for ssl, elsewhere in [
        (TLSConfig(False), TLSConfig()),
        (TLSConfig(verify_name="device"), TLSConfig()),
        (TLSConfig("system"), TLSConfig("system")),
        (None, None),
    ]:
        options = ClientOptions(ssl=ssl)
        assert elsewhere == redirected("https://b.test/", options=options).options.ssl
        assert ssl == redirected("/there", options=options).options.ssl


def test_a_target_and_a_protocol_of_the_first_request_are_not_those_of_the_next():
    options = ClientOptions(target="*", connect_protocol="websocket")
    request = Request("OPTIONS", "http://a.test/", options=options)
    answer = Response(302, Headers({"Location": "/b"}), request=request)
    following = next_request(request, answer)
    assert (None, None) == (following.options.target, following.options.connect_protocol)
    assert ("OPTIONS", "http://a.test/b") == (following.method, str(following.url))


def test_fields_about_the_content_go_with_it():
    fields = {"Repr-Digest": "x", "Last-Modified": "x", "Content-Language": "x", "X-Own": "1"}
    request = Request("POST", "http://a.test/", b"hello", fields)
    answer = Response(303, Headers({"Location": "/b"}), request=request)
    assert ["Host", "X-Own"] == list(next_request(request, answer).headers)


@pytest.mark.parametrize(
    ("method", "options"),
    [("OPTIONS", {"target": "*"}), ("CONNECT", {"connect_protocol": "websocket"})],
    ids=["target", "protocol"],
)
def test_either_of_a_target_and_a_protocol_is_left_behind(method, options):
    request = Request(method, "http://a.test/", options=ClientOptions(**options))
    answer = Response(307, Headers({"Location": "/b"}), request=request)
    following = next_request(request, answer).options
    assert (None, None) == (following.target, following.connect_protocol)


def test_names_that_the_client_calls_sensitive_stay_with_their_origin():
    request = Request("GET", "http://a.test/", None, {"X-Own": "1", "X-Other": "2"})
    for location, kept in [("http://b.test/", {"X-Other"}), ("/b", {"X-Own", "X-Other"})]:
        answer = Response(302, Headers({"Location": location}), request=request)
        following = next_request(request, answer, sensitive=["x-own"])
        assert {"Host", *kept} == set(following.headers)


def test_what_was_dropped_once_does_not_come_back():
    away = secretive("https://b.test/")
    back = next_request(away, Response(302, Headers({"Location": "https://a.test/"}), request=away))
    assert URL("https://a.test/#frag") == back.url
    assert {"Host", "X-Own"} == set(back.headers)
    assert back.options.auth is None
    assert back.options.foreign is True


@pytest.mark.parametrize(
    ("url", "location", "allowed"),
    [
        ("https://a.test/", "http://a.test/", False),
        ("https://a.test/", "http://b.test/", False),
        ("https://a.test/", "http://a.test:443/", False),
        ("https://a.test/", "https://b.test/", True),
        ("https://a.test/", "/x", True),
        ("http://a.test/", "http://b.test/", True),
        ("http://a.test/", "https://a.test/", True),
    ],
)
def test_a_downgrade_can_be_refused(url, location, allowed):
    request = Request("GET", url)
    response = Response(302, Headers({"Location": location}), request=request)
    assert next_request(request, response).url.scheme == request.url.resolve_with(location).scheme
    if allowed:
        next_request(request, response, allow_downgrade=False)
        return
    with pytest.raises(InvalidRedirect) as caught:
        next_request(request, response, allow_downgrade=False)
    assert f"the redirect leads from https to {location!r} (allow_downgrade=False)" == str(
        caught.value
    )


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/x", "https://user:pass@a.test/x"),
        ("https://a.test/x", "https://user:pass@a.test/x"),
        ("https://x:y@a.test/x", "https://user:pass@a.test/x"),
        ("//b.test/x", "https://b.test/x"),
        ("https://x:y@b.test/x", "https://b.test/x"),
        ("http://user:pass@a.test/x", "http://a.test/x"),
    ],
)
def test_userinfo_is_the_callers_and_stays_with_its_origin(location, expected):
    assert expected == str(redirected(location, url="https://user:pass@a.test/").url)


def test_a_server_does_not_choose_as_whom_it_is_asked():
    assert "https://a.test/x" == str(redirected("https://x:y@a.test/x", url="https://a.test/").url)


@pytest.mark.parametrize("location", ["/x", "https://b.test/"])
def test_the_callers_host_field_was_for_the_first_request(location):
    following = redirected(location, headers={"host": "virtual.test"})
    assert [following.url.host] == following.headers.get_list("Host")


def test_limits_and_clock_of_the_request_go_on():
    options = ClientOptions(
        timeout=Timeout(connect=1), deadline=5.0, started=1.0, allow_redirects=False
    )
    led = options.copy_with(led_from=("a.test",))
    assert led == redirected("/x", options=options).options


def test_the_options_of_any_request_will_do():
    following = redirected("https://b.test/", options=Options(started=1.0))
    led = ClientOptions(started=1.0, foreign=True, led_from=("a.test",))
    assert led == following.options


def test_the_hosts_that_led_here_are_known_each_once():
    request = Request("GET", "https://a.test/")
    for location in ("/2", "https://b.test/", "http://b.test:81/", "https://a.test/", "//c.test"):
        request = next_request(
            request, Response(302, Headers({"Location": location}), request=request)
        )
    assert ("a.test", "b.test") == request.options.led_from


def test_the_first_request_is_left_as_it_was():
    request = Request("POST", START, b"body", {"Cookie": "a=b", "Content-Type": "text/plain"})
    before = request.headers.copy()
    next_request(request, Response(303, Headers({"Location": "//b.test"}), request=request))
    assert before == request.headers
    assert b"body" == request.content


def test_an_error_shows_a_location_of_200_characters_whole():
    whole = "ftp://b.test/".ljust(200, "x")
    for location, shown in [(whole, whole), (f"{whole}y", f"{whole[:-1]}\u2026")]:
        with pytest.raises(InvalidRedirect, match=f"'{shown}'"):
            redirected(location)


@pytest.mark.parametrize("scheme", ["ftp", "http"])
def test_an_error_shows_the_start_of_what_a_server_wrote(scheme):
    request = Request("GET", START)
    fields = Headers([("Location", f"{scheme}://b.test/{'x' * 5000}")])
    response = Response(302, fields, b"", request=request)
    with pytest.raises(InvalidRedirect) as caught:
        next_request(request, response, allow_downgrade=False)
    assert f"{scheme}://b.test/xxx" in str(caught.value)
    assert len(str(caught.value)) < 400
