"""The one Cookie field of a request, of what two places have for it (RFC 6265 5.4)."""

import pytest

from httpcore_client import Headers, Request, Response
from httpcore_client.policy._cookie_field import joined, without
from httpcore_client.policy._redirects import next_request


@pytest.mark.parametrize(
    ("own", "found", "field"),
    [
        (None, "a=1; b=2", "a=1; b=2"),
        ("a=1", "b=2; c=3", "a=1; b=2; c=3"),
        ("b=own", "a=1; b=2; c=3", "b=own; a=1; c=3"),
        ("x=1;b=own ;  a = own", "a=1; b=2; c=3", "x=1;b=own ;  a = own; c=3"),
        ("a=x=y", "a=1; a=x=2; b=1", "a=x=y; b=1"),
        ("b", "b=1; c=2", "b; c=2"),
        ("a=1", "a=2", "a=1"),
    ],
)
def test_the_callers_cookies_come_first_and_win_over_those_of_the_same_name(own, found, field):
    assert field == joined(own, found)


@pytest.mark.parametrize(
    ("own", "names", "field"),
    [
        ("a=1; b=2;c=3", {"b"}, "a=1; c=3"),
        ("a=x=y; a=z; b=1", {"a"}, "b=1"),
        ("a=x=y", {"a=x"}, "a=x=y"),
        (" a =1 ; b=2", {"a"}, "b=2"),
        ("a=1", {"a"}, None),
        ("a=1; b=2", (), "a=1; b=2"),
    ],
)
def test_the_callers_cookies_without_those_that_a_server_has_set_since(own, names, field):
    assert field == without(own, names)


def test_the_callers_cookies_give_way_to_those_that_the_answer_set():
    for own, names, left in [
        ("a=1; b=2; c=3", {"b": "9"}, "a=1; c=3"),
        ("a=1; b=2", {"a": "", "b": "9"}, None),
        ("a=1", {}, "a=1"),
        (None, {"a": "9"}, None),
    ]:
        request = Request("GET", "http://a.test/", None, {} if own is None else {"Cookie": own})
        answer = Response(302, Headers({"Location": "/b"}), request=request)
        answer.cookies = names
        assert left == next_request(request, answer).headers.get("Cookie")
