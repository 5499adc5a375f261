"""What is not shown of a request: its userinfo, sensitive fields, and secrets in its URL and bodies."""

import json

import pytest

from httpcore_client import URL, Headers
from httpcore_client.tracing._secrets import masked_body, masked_content, masked_fields, masked_url

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a/?page=2&token=hunter2", "http://a/?page=2&token=XXX"),
        ("http://u:hunter2@a/", "http://[secure]@a/"),
        ("http://hunter2@a/#sig=hunter2", "http://[secure]@a/#sig=XXX"),
    ],
)
def test_a_url_is_shown_without_its_userinfo_and_the_secrets_in_it(text, shown):
    assert shown == masked_url(URL(text), "XXX")


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
