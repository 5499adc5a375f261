"""What is taken out of a recording."""

import pytest

from httpcore_client import URL, Headers
from httpcore_client.testing._scrub import (
    _ENDINGS,
    _NAMES,
    _OF_QUERIES,
    Scrubber,
    boundary_of,
    with_fixed_boundary,
)
from httpcore_urls.masking import is_secret


def scrubbed(*fields, **options):
    return Scrubber(**options).fields(Headers(fields)).multi_items()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Authorization", "Bearer abc", "Bearer [secure]"),
        ("Authorization", "abc", "[secure]"),
        ("Proxy-Authorization", "Basic dTpw", "Basic [secure]"),
        ("Cookie", "a=1; b=2", "a=[secure]; b=[secure]"),
        ("Set-Cookie", "a=1; Path=/; Max-Age=9", "a=[secure]; Path=/; Max-Age=9"),
        ("X-API-Key", "abc", "[secure]"),
        ("X-Own", "abc", "[secure]"),
        ("X-Other", "abc", "abc"),
        (
            "Location",
            "https://u:p@h/?code=1&access_token=2",
            "https://h/?code=1&access_token=[secure]",
        ),
        ("Location", "/next?token=2&page=3", "/next?token=[secure]&page=3"),
        ("Location", "/next", "/next"),
        ("Location", "//u:p@h/", "//h/"),
        ("Location", "/cb#access_token=2&state=3", "/cb#access_token=[secure]&state=3"),
        ("Location", "/a;jsessionid=2?q=1;token=3", "/a;jsessionid=[secure];token=[secure]"),
        (
            "Link",
            '<https://u:p@h/?page=1>; rel="next", <https://h/?sig=2>; rel=last',
            '<https://h/?page=1>; rel="next", <https://h/?sig=[secure]>; rel=last',
        ),
        ("Refresh", "5; url=/?a=1&token=2", "5; url=/?a=1&token=[secure]"),
        ("Set-Cookie", "nameless; Path=/", "[secure]; Path=/"),
        ("Cookie", "a=b=c; nameless", "a=[secure];[secure]"),
    ],
)
def test_fields(name, value, kept):
    assert [(name, kept)] == scrubbed((name, value), names=["X-Own"])


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://u:p@h/a?b=c#d", "https://h/a?b=c"),
        (
            "https://h/?api%5Fkey=1&X-Amz-Signature=2&q=a%20b",
            "https://h/?api%5Fkey=[secure]&X-Amz-Signature=[secure]&q=a%20b",
        ),
        ("https://h/?my_client_secret=1&token", "https://h/?my_client_secret=[secure]&token"),
        ("https://h/?own=1&Key=2", "https://h/?own=[secure]&Key=[secure]"),
    ],
)
def test_urls(url, kept):
    assert kept == Scrubber(["Own"]).url(URL(url))


@pytest.mark.parametrize(
    ("kind", "body", "kept"),
    [
        (
            "application/json",
            b'{"a": [{"password": "x", "b": 1}]}',
            b'{"a": [{"password": "[secure]", "b": 1}]}',
        ),
        (
            "application/json",
            b'{"token": {"id": 1}, "my-password": 5, "key": "k"}',
            b'{"token": {"id": 1}, "my-password": "[secure]", "key": "k"}',
        ),
        ("application/json", b'{ "a" : "\xc3\xbc" }', b'{ "a" : "\xc3\xbc" }'),
        ("application/json", b"{", b"{"),
        (
            "application/x-www-form-urlencoded",
            b"grant=x&password=y&z",
            b"grant=x&password=[secure]&z",
        ),
        ("application/x-www-form-urlencoded", b"\xff&a=b", b"\xff&a=b"),
        ("text/plain", b"password=y", b"password=y"),
        ("application/json", b"", b""),
        (
            "application/json",
            rb'{"a": "\"token\": \"x", "pass\u0077ord" : "\"x", "b": "\ud800"}',
            rb'{"a": "\"token\": \"x", "pass\u0077ord" : "[secure]", "b": "\ud800"}',
        ),
        (
            "application/json",
            b'{"pwd": ["x", "]"], "c": [1], "pwd": [{"a": 1}], "pwd": ["cut',
            b'{"pwd": "[secure]", "c": [1], "pwd": [{"a": 1}], "pwd": "[secure]"',
        ),
        ("application/json", b'["x", ":", {"pwd": "s"}]', b'["x", ":", {"pwd": "[secure]"}]'),
        (
            "application/json",
            b'{"pwd": "s", "token": "cut',
            b'{"pwd": "[secure]", "token": "[secure]"',
        ),
        ("application/json", b'{"pwd": null, "\\u": 1', b'{"pwd": null, "\\u": 1'),
        (
            "application/x-ndjson",
            b'{"pwd": 1}\n{"pwd": 2}',
            b'{"pwd": "[secure]"}\n{"pwd": "[secure]"}',
        ),
        ("text/event-stream", b'data: {"pwd": "s"}\n\n', b'data: {"pwd": "[secure]"}\n\n'),
        (
            "multipart/form-data; boundary=ab",
            b'--ab\r\nContent-Disposition: form-data; name="pwd"\r\nA: b\r\n\r\ns\r\n--x\r\n--ab\r\n'
            b'Content-Disposition: form-data; name="f"; filename="pwd"\r\n\r\nkept\r\n--ab--\r\n',
            b'--ab\r\nContent-Disposition: form-data; name="pwd"\r\nA: b\r\n\r\n[secure]\r\n--ab\r\n'
            b'Content-Disposition: form-data; name="f"; filename="pwd"\r\n\r\nkept\r\n--ab--\r\n',
        ),
    ],
)
def test_bodies(kind, body, kept):
    assert kept == Scrubber().body(body, Headers({"Content-Type": kind}))


def test_a_function_scrubs_the_rest():
    def scrub(body, headers):
        return body.replace(headers["X-Id"].encode(), b"id")

    assert b"my id" == Scrubber(scrub_body=scrub).body(b"my 77", Headers({"X-Id": "77"}))


def test_what_a_function_returns_is_bytes():
    with pytest.raises(TypeError, match="scrub_body must return bytes, not str"):
        Scrubber(scrub_body=lambda body, headers: "text").body(b"", Headers())


def test_scrubbing_takes_time_that_grows_with_the_text_alone():
    kind = Headers({"Content-Type": "application/json"})
    for text in (b'"' * 200_001, b"[" * 200_000, b'"a":[' * 40_000, b'"a":[' + b'"\\' * 100_000):
        assert text == Scrubber().body(text, kind)


def test_names_are_several():
    with pytest.raises(TypeError, match=r"several names, such as \['x-key'\], not 'token'"):
        Scrubber("token")


def test_what_a_recording_hides_is_shown_nowhere_else():
    assert [] == [name for name in (*_NAMES, *_ENDINGS, *_OF_QUERIES) if not is_secret(name)]


def test_a_boundary_is_found():
    assert ["a b", "x", "y", ""] == [
        boundary_of(Headers({"Content-Type": kind}))
        for kind in (
            'multipart/mixed; boundary="a b"',
            "multipart/x; charset=u; boundary=x; q=1",
            "Multipart/X;Boundary=y",
            "a/b",
        )
    ]


@pytest.mark.parametrize("written", ["m", '"m"'])
def test_a_boundary_is_replaced_where_it_is_one(written):
    headers = Headers({"Content-Type": f"multipart/mixed; boundary={written}"})
    assert b"--boundary\r\nmm\r\n--boundary--" == with_fixed_boundary(
        headers, b"--m\r\nmm\r\n--m--"
    )
    assert "multipart/mixed; boundary=boundary" == headers["Content-Type"]
