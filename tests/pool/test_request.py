"""Requests: what is accepted, and the fields that frame them."""

import pytest

from httpcore_pool import (
    BytesBody,
    InvalidRequest,
    Options,
    Request,
    StreamError,
    Timeout,
    UnsupportedScheme,
)
from httpcore_urls import URL, InvalidURL

HERE = "http://example.org/"


def fields(request):
    return list(request.headers.raw)


def test_common_methods_may_be_in_lower_case_others_are_kept():
    assert ("GET", "get2", "QUERY") == (
        Request("get", HERE).method,
        Request("get2", HERE).method,
        Request("QUERY", HERE).method,
    )


@pytest.mark.parametrize("method", ["", "GET ", "a\r\nb", "é"])
def test_a_method_must_be_a_token(method):
    with pytest.raises(InvalidRequest, match="is not a token"):
        Request(method, HERE)


def test_a_method_must_be_text():
    with pytest.raises(TypeError, match="method must be a str, not bytes"):
        Request(b"GET", HERE)


def test_a_url_may_be_text_or_parsed():
    assert Request("GET", HERE).url == Request("GET", URL(HERE)).url


def test_a_url_must_be_one():
    with pytest.raises(TypeError, match="url must be a str or a URL, not bytes"):
        Request("GET", b"http://example.org/")
    with pytest.raises(InvalidURL):
        Request("GET", "/relative")


@pytest.mark.parametrize("url", ["ws://user:hunter2@example.org/", "wss://example.org/"])
def test_other_schemes_are_refused_with_the_password_masked(url):
    with pytest.raises(UnsupportedScheme, match="scheme must be http or https") as caught:
        Request("GET", url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "is_told"), [("ws://a.test", True), ("WSS://a.test/", True), ("ftp://a.test/", False)]
)
def test_the_url_of_a_websocket_says_what_opens_it(url, is_told):
    with pytest.raises(UnsupportedScheme) as caught:
        Request("GET", url)
    told = "; client.websocket(url), of httpcore_client, opens a WebSocket"
    assert is_told == str(caught.value).endswith(told)


@pytest.mark.parametrize(
    "url", ["a:" + "x" * 5000, "a" * 5000 + ":x", "ftp://a.test/" + "x" * 5000]
)
def test_of_a_url_that_is_refused_the_start_is_shown(url):
    with pytest.raises(UnsupportedScheme) as caught:
        Request("GET", url)
    assert f"can't send to '{url[:199]}\u2026': the scheme must be" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_host_comes_first_and_content_has_a_length():
    request = Request("POST", "http://example.org:8080/", b"abc", {"X-A": "1"})
    assert [(b"Host", b"example.org:8080"), (b"X-A", b"1"), (b"Content-Length", b"3")] == fields(
        request
    )


def test_the_callers_own_host_is_kept():
    assert [(b"host", b"other")] == fields(Request("GET", HERE, headers={"host": "other"}))


def test_two_hosts_are_refused():
    with pytest.raises(InvalidRequest, match="exactly one Host"):
        Request("GET", HERE, headers=[("Host", "a"), ("Host", "b")])


@pytest.mark.parametrize(
    ("method", "content", "framing"),
    [
        ("GET", None, []),
        ("DELETE", None, []),
        ("POST", None, [(b"Content-Length", b"0")]),
        ("PUT", None, [(b"Content-Length", b"0")]),
        ("PATCH", None, [(b"Content-Length", b"0")]),
        ("GET", b"", [(b"Content-Length", b"0")]),
        ("GET", b"ab", [(b"Content-Length", b"2")]),
        ("POST", [b"a"], [(b"Transfer-Encoding", b"chunked")]),
    ],
)
def test_the_framing_follows_from_method_and_content(method, content, framing):
    assert framing == fields(Request(method, HERE, content))[1:]


def test_a_length_given_for_a_stream_is_kept():
    request = Request("POST", HERE, [b"abc"], {"Content-Length": "3"})
    assert [(b"Content-Length", b"3")] == fields(request)[1:]


def test_chunked_may_be_asked_for():
    request = Request("POST", HERE, b"abc", {"Transfer-Encoding": " Chunked"})
    assert ["Host", "Transfer-Encoding"] == [name.decode() for name, _ in fields(request)]


@pytest.mark.parametrize(
    ("content", "headers", "words"),
    [
        (b"abc", {"Content-Length": "4"}, "says 4, but the content has 3 bytes"),
        (None, {"Content-Length": "4"}, "says 4, but the content has 0 bytes"),
        (b"abc", {"Content-Length": "+3"}, "one whole number"),
        (b"abc", {"Content-Length": "³"}, "one whole number"),
        (b"abc", {"Content-Length": "3" * 20}, "one whole number"),
        (b"a", [("Content-Length", "1"), ("Content-Length", "1")], "one whole number"),
        (b"a", {"Content-Length": "1", "Transfer-Encoding": "chunked"}, "exclude each other"),
        (b"a", {"Transfer-Encoding": "gzip, chunked"}, "can only be chunked"),
        (None, {"Transfer-Encoding": "chunked"}, "there is no content"),
    ],
)
def test_framing_fields_that_contradict_the_content_are_refused(content, headers, words):
    with pytest.raises(InvalidRequest, match=words):
        Request("POST", HERE, content, headers)


def test_content_is_there_while_it_is_in_memory():
    assert (b"", b"abc") == (Request("GET", HERE).content, Request("PUT", HERE, "abc").content)
    with pytest.raises(StreamError, match="streamed from a list"):
        _ = Request("PUT", HERE, [b"abc"]).content


def test_a_copy_changes_what_is_named():
    options = Options(timeout=Timeout(connect=1))
    first = Request("POST", HERE, b"abc", {"X-A": "1"})
    second = first.copy_with(method="PUT", options=options)
    assert ("PUT", b"abc", options, fields(first)) == (
        second.method,
        second.content,
        second.options,
        fields(second),
    )


def test_a_copy_with_a_new_url_has_a_new_host():
    copy = Request("GET", HERE, headers={"X-A": "1"}).copy_with(url="http://other.test/")
    assert [(b"Host", b"other.test"), (b"X-A", b"1")] == fields(copy)


def test_a_copy_with_new_content_has_new_framing():
    copy = Request("POST", HERE, b"abc").copy_with(content=[b"abc"])
    assert [(b"Host", b"example.org"), (b"Transfer-Encoding", b"chunked")] == fields(copy)
    assert [(b"Host", b"example.org")] == fields(
        Request("POST", HERE, [b"abc"]).copy_with(content=None, method="GET")
    )


def test_a_copy_with_headers_takes_them_as_they_are():
    copy = Request("GET", HERE).copy_with(url="http://other.test/", headers={"Host": "kept"})
    assert [(b"Host", b"kept")] == fields(copy)


def test_a_copy_has_no_other_arguments():
    with pytest.raises(TypeError, match="no argument 'body, verb'"):
        Request("GET", HERE).copy_with(verb="PUT", body=b"")


def test_other_options_leave_the_rest_shared():
    first = Request("POST", HERE, b"abc")
    second = first.with_options(Options(started=1.0))
    assert (first.headers is second.headers, first.body is second.body, 1.0) == (
        True,
        True,
        second.options.started,
    )


def test_repr_masks_the_password():
    request = Request("GET", "http://user:hunter2@example.org/a")
    assert "hunter2" not in repr(request)
    assert repr(request).startswith("<Request GET http://user:")


def test_a_body_object_is_taken_as_it_is():
    body = BytesBody(b"abc")
    assert body is Request("POST", HERE, body).body
