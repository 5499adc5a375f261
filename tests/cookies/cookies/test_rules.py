"""Parsing, dates and matching: each rule by itself."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import (
    Cookie,
    CookieConflict,
    InvalidCookie,
    ParsedCookie,
    default_path,
    domain_match,
    parse_cookie_date,
    parse_set_cookie,
    path_match,
)
from httpcore_cookies.cookies._match import paths_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a=1", ParsedCookie("a", "1")),
        (" a = 1 ; x", ParsedCookie("a", "1")),
        ("a=b=c", ParsedCookie("a", "b=c")),
        ("a", ParsedCookie("", "a")),
        ("=a", ParsedCookie("", "a")),
        ("a=", ParsedCookie("a", "")),
        ("", None),
        ("=", None),
        ("; Path=/", None),
        ("a=\x00", None),
        ("a=1; x=\n", None),
        ("a=\t1\t2", ParsedCookie("a", "1\t2")),
        ("a=" + "v" * 4095, ParsedCookie("a", "v" * 4095)),
        ("a=" + "v" * 4096, None),
        ("a=" + "é" * 4095, ParsedCookie("a", "é" * 4095)),
        ("a=地", ParsedCookie("a", "å\x9c°")),
        ("a=1; DOMAIN=.A.Test; domain=", ParsedCookie("a", "1", domain="")),
        ("a=1; Path=/x; Path=y", ParsedCookie("a", "1")),
        ("a=1; Path=/x; Path=/" + "y" * 1024, ParsedCookie("a", "1", path="/x")),
        ("a=1; Secure=0; HttpOnly", ParsedCookie("a", "1", secure=True, http_only=True)),
        ("a=1; SameSite=NONE", ParsedCookie("a", "1", same_site="none")),
        ("a=1; SameSite=Lax; SameSite=?", ParsedCookie("a", "1")),
        ("a=1; Max-Age=-5", ParsedCookie("a", "1", max_age=-5)),
        ("a=1; Max-Age=5; Max-Age=5x; Max-Age=; Max-Age=-", ParsedCookie("a", "1", max_age=5)),
        ("a=1; Max-Age=\uff15", ParsedCookie("a", "1")),
        (
            "a=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Expires=x",
            ParsedCookie("a", "1", expires=1.0),
        ),
    ],
)
def test_a_field_parses_as_rfc_6265bis_5_6_says(value: str, expected: ParsedCookie | None) -> None:
    assert expected == parse_set_cookie(value)


@pytest.mark.parametrize("unit", [";", "=", "a=", ";Path", " ", "\\", ";Expires=1 1:1:1 "])
def test_a_hostile_field_takes_linear_time(unit: str) -> None:
    parse_set_cookie("a=b" + unit * 100_000)  # quadratic work would take minutes


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1 Jan 2000",
        "00:00:00 1 Jan",
        "00:00:00 Jan 2000",
        "00:00:00 1 2000",
        "32 Jan 2000 00:00:00",
        "30 Feb 2000 00:00:00",
        "1 Jan 1600 00:00:00",
        "1 Jan 2000 24:00:00",
        "1 Jan 2000 00:60:00",
        "1 Jan 20000 00:00:00",
        "1 Jan 2000 0:0:000",
    ],
)
def test_what_holds_no_date_is_none(value: str) -> None:
    assert None is parse_cookie_date(value)


@pytest.mark.parametrize(
    ("digits", "year"), [("69", 2069), ("70", 1970), ("99", 1999), ("00", 2000)]
)
def test_two_digit_years_turn_at_70(digits: str, year: int) -> None:
    expected = parse_cookie_date(f"1 Jan {year} 00:00:00")
    assert expected is not None
    assert expected == parse_cookie_date(f"1 Jan {digits} 00:00:00")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text())
def test_no_date_raises(text: str) -> None:
    parse_cookie_date(text + " 1 jan 2000 0:0:0")


@pytest.mark.parametrize(
    ("host", "domain", "expected"),
    [
        ("a.test", "a.test", True),
        ("b.a.test", "a.test", True),
        ("ba.test", "a.test", False),
        ("a.test", "b.a.test", False),
        ("1.2.3.4", "3.4", False),
        ("1.2.3.4", "1.2.3.4", True),
        ("::1", "1", False),
        ("a.test", "", False),
        ("a.test.", "a.test", False),
    ],
)
def test_a_host_matches_a_domain(host: str, domain: str, expected: bool) -> None:
    assert expected is domain_match(host, domain)


@pytest.mark.parametrize(
    ("path", "cookie_path", "expected"),
    [
        ("/", "/", True),
        ("/a/b", "/a", True),
        ("/a/b", "/a/", True),
        ("/ab", "/a", False),
        ("/a", "/a/", False),
        ("/a", "/b", False),
        ("/A", "/a", False),
    ],
)
def test_a_path_lies_in_a_cookies_path(path: str, cookie_path: str, expected: bool) -> None:
    assert expected is path_match(path, cookie_path)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(st.sampled_from("/a")), st.text(st.sampled_from("/a")).map("/".__add__))
def test_the_paths_that_a_path_lies_in_are_those_it_matches(path: str, cookie_path: str) -> None:
    paths = list(paths_of(path))
    assert path_match(path, cookie_path) is (cookie_path in paths)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/"),
        ("a/b", "/"),
        ("/", "/"),
        ("/a", "/"),
        ("/a/", "/a"),
        ("/a/b", "/a"),
        ("/a?b/c", "/"),
    ],
)
def test_the_default_path_is_the_folder(path: str, expected: str) -> None:
    assert expected == default_path(path)


def test_repr_hides_values() -> None:
    cookie = Cookie("a", "s3cret", "a.test", "/", False, True, True, "lax", 5.0)
    shown = "Cookie('a', [secure], domain='a.test', path='/', secure=True, http_only=True,"
    assert shown + " same_site='lax', expires=5.0)" == repr(cookie)
    assert (
        repr(ParsedCookie("a", "s3cret")) == "ParsedCookie('a', [secure], domain=None, path=None)"
    )
    assert hash(cookie) == hash(pickle.loads(pickle.dumps(cookie)))


def test_errors_pickle() -> None:
    for error in (InvalidCookie("m"), CookieConflict("m")):
        assert str(pickle.loads(pickle.dumps(error))) == "m"
