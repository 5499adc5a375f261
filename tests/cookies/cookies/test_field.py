import pytest

from httpcore_cookies import Cookie
from httpcore_cookies.cookies._cookie import Entry
from httpcore_cookies.cookies._field import cookie_field, in_order


def names(entries):
    return "".join(entry.cookie.name for entry in entries)


def entries(*cookies):
    return [Entry(cookie) for cookie in cookies]


def test_longer_paths_come_first_then_older_cookies():
    given = entries(
        Cookie("a", "1", "a.test", "/", created=2.0),
        Cookie("b", "1", "a.test", "/d/", created=3.0),
        Cookie("c", "1", "a.test", "/", created=1.0),
    )
    assert "bca" == names(in_order(given))


def test_a_cookie_without_a_name_is_its_value_alone():
    given = entries(Cookie("a", "", "a.test"), Cookie("", "b", "a.test"))
    assert ("a=; b", given) == cookie_field(given, 100)


@pytest.mark.parametrize(
    ("max_octets", "expected"),
    [
        (len("Cookie: a=1234; b=12; c=1"), "a=1234; b=12; c=1"),
        (len("Cookie: a=1234; b=12; c=1") - 1, "a=1234; b=12"),
        (len("Cookie: a=1234; b=12") - 1, "a=1234; c=1"),
        (len("Cookie: a=1234") - 1, "b=12"),
        (len("Cookie: c=1"), "c=1"),
        (1, ""),
    ],
)
def test_what_has_no_room_in_the_line_is_skipped(max_octets, expected):
    given = entries(
        Cookie("a", "1234", "a.test"), Cookie("b", "12", "a.test"), Cookie("c", "1", "a.test")
    )
    field, sent = cookie_field(given, max_octets)
    assert (expected, expected.count("=")) == (field, len(sent))


def test_the_hosts_own_cookies_have_room_before_those_of_the_domain():
    given = entries(
        Cookie("shared", "1", "a.test", host_only=False),
        Cookie("own", "1", "www.a.test"),
        Cookie("s", "2", "a.test", host_only=False),
    )
    assert "own=1; s=2" == cookie_field(given, len("Cookie: own=1; s=2"))[0]


def test_the_callers_unscoped_cookies_are_never_left_out():
    given = entries(Cookie("a", "1", "a.test"), Cookie("big", "x" * 9000, host_only=False))
    assert given[1:] == cookie_field(given, 8190)[1]
