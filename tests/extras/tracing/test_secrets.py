"""What is not shown: values of secrets, wherever they are nested, and nothing else of a text."""

import json

import pytest

from httpcore_client import URL, Headers
from httpcore_client.tracing._secrets import (
    is_secret,
    masked_body,
    masked_content,
    masked_fields,
    masked_form,
    masked_json,
    masked_url,
)

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a/?page=2&token=hunter2", "?page=2&token=XXX"),
        ("http://a/?%70assword=hunter2", "?%70assword=XXX"),
        ("http://a/?user[password]=hunter2;x", "?user[password]=XXX"),
        ("http://a/?next=http%3A%2F%2Fu:hunter2@b%2F%3Fsig%3Dhunter2", "?next=http://b/?sig%3DXXX"),
        ("http://a/?next=/b?clientSecret=hunter2", "?next=/b?clientSecret=XXX"),
        ("http://a/?state=id_token%3Dhunter2%26x%3D1", "?state=id_token%3DXXX%26x%3D1"),
        ("http://a/?p=%7B%22pwd%22:%22hunter2%22%7D", "?p=%7B%22pwd%22:%22XXX%22%7D"),
        ("http://a/#access_token=hunter2&x", "#access_token=XXX&x"),
        ("http://a/;jsessionid=hunter2/b?x=1", ";jsessionid=XXX/b?x=1"),
        ("http://a/?q=a+b%20c&code=AT&token=", "?q=a+b%20c&code=AT&token="),
        ("http://a//b@c/?token", "/b@c/?token"),
    ],
)
def test_secrets_of_a_url_are_masked_and_all_else_stays(text, shown):
    assert f"http://a/{shown}" == masked_url(URL(text), "XXX")


def test_what_is_nested_too_deep_is_not_shown():
    text = "a=?" * 20 + "a=hunter2"
    assert "a=?a=?a=?a=?a=XXX" == masked_form(text, "XXX")
    assert len(masked_form("a=?" * 50_000)) < 100


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": 1, "pass\\u0077ord" : "hunter2"}', '{"a": 1, "pass\\u0077ord" : "XXX"}'),
        (
            '[{"b": {"token": {"c": ["hunter2", "]"]}, "d":-1}}]',
            '[{"b": {"token": "XXX", "d":-1}}]',
        ),
        ('{"pin": 1234, "otp":null}', '{"pin": "XXX", "otp":"XXX"}'),
        ('{"token": "hunter2"}\n{"token": "hunter2"}', '{"token": "XXX"}\n{"token": "XXX"}'),
        ('{"token": "hunter2", "token": "XXX"}', '{"token": "XXX", "token": "XXX"}'),
        ('{"token": "hun', '{"token": "XXX"'),
        ('{"token": "hun\\', '{"token": "XXX"'),
        ('{"session": {"id": "hunter2"', '{"session": "XXX"'),
        ('{"u": "/?a=1\\u0026sig=hunter2"}', '{"u": "/?a=1&sig=XXX"}'),
        ('{"u": "{\\"jwt\\": \\"hunter2\\"}"}', '{"u": "{\\"jwt\\": \\"XXX\\"}"}'),
        ('{"token":}', '{"token":}'),
        ('{"\\x": "a=b", "c": "token"}', '{"\\x": "a=b", "c": "token"}'),
    ],
)
def test_secrets_of_json_are_masked_and_all_else_stays(text, shown):
    assert shown == masked_json(text, "XXX")


def test_json_without_end_takes_no_long_time():
    for text in ('{"a":' * 100_000, '"token":[' * 100_000, '"' * 100_000, '"' + "\\" * 100_001):
        assert len(text) + 10 > len(masked_json(text, "XXX"))


def test_fields_are_masked_by_their_names_and_for_the_urls_in_them():
    headers = Headers(
        [
            ("X-API-Key", "hunter2"),
            ("Link", "<http://u:hunter2@a/?token=hunter2>; rel=next, <b?c=d>; rel=prev"),
            ("Refresh", "0; url=/?token=hunter2"),
            ("Location", "/?token=hunter2 hunter2"),
            ("Accept", "text/html;q=0.9"),
        ]
    )
    assert [
        ("X-API-Key", "XXX"),
        ("Link", "<http://a/?token=XXX>; rel=next, <b?c=d>; rel=prev"),
        ("Refresh", "0; url=/?token=XXX"),
        ("Location", "/?token=XXX"),
        ("Accept", "text/html;q=0.9"),
    ] == masked_fields(headers, "XXX")


def test_parts_are_masked_by_their_names_and_kinds():
    parts = (
        '--b\r\nContent-Disposition: form-data; name="token"; filename="f"\r\n\r\nhunter2\r\n'
        "--b\r\nContent-Disposition: form-data; name=jwt\r\nContent-Type: a/b\r\n\r\nhunter2\r\n"
        '--b\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n'
        '{"pwd": "hunter2"}\r\n'
        '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nkept\r\n--b--\r\n'
    )
    shown = parts.replace('{"pwd": "hunter2"}', '{"pwd": "XXX"}').replace("hunter2", "XXX")
    assert shown == masked_body(parts, 'multipart/form-data; boundary="b"', "XXX")
    assert parts == masked_body(parts, "multipart/form-data", "XXX").replace("XXX", "hunter2")


def test_a_body_is_what_its_type_says_or_what_it_begins_with():
    assert "a=1&token=XXX" == masked_body("a=1&token=hunter2", f"{FORM}; charset=utf-8", "XXX")
    assert ' {"token":"XXX"}' == masked_body(' {"token":"hunter2"}', "text/plain", "XXX")
    assert {"token": "XXX"} == json.loads(masked_body('{"token":"x"}', "application/a+json", "XXX"))
    assert "token=hunter2" == masked_body("token=hunter2", "text/plain", "XXX")
    assert b'{"token":"XXX"}\xff' == masked_content(b'{"token":"hunter2"}\xff', "", "XXX")


@pytest.mark.parametrize(
    "name", ["Access_Token", "Proxy-Authorization", "accessToken", "X-Api-Key", "a.pwd", "s[sid]"]
)
def test_names_of_secrets_are_known_however_they_are_written(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["", "page", "tokens", "monkey", "code", "\ud800", "[]"])
def test_other_names_are_none(name):
    assert not is_secret(name)
