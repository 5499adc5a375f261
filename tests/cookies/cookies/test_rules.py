"""Parsing, dates and matching: each rule by itself."""

import pickle
import time
from collections.abc import Iterator
from itertools import product
from string import digits
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import (
    Cookie,
    CookieConflict,
    InvalidCookie,
    ParsedCookie,
    PublicSuffixes,
    default_path,
    domain_match,
    is_public_suffix,
    parse_cookie_date,
    parse_set_cookie,
    path_match,
)
from httpcore_cookies.cookies._match import domains_of, is_ip, paths_of


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
        ("a=\ud800", ParsedCookie("a", "?")),
        ("a=1; DOMAIN=.A.Test; domain=", ParsedCookie("a", "1", domain="")),
        ("a=1; Path=/x; Path=y", ParsedCookie("a", "1")),
        ("a=1; Path=/x; Path=/" + "y" * 1023, ParsedCookie("a", "1", path="/" + "y" * 1023)),
        ("a=1; Path=/x; Path=/" + "y" * 1024, ParsedCookie("a", "1", path="/x")),
        ("a=1; x=" + "y" * 1025 + "; Secure", ParsedCookie("a", "1", secure=True)),
        ("a=1; Secure=0; HttpOnly", ParsedCookie("a", "1", secure=True, http_only=True)),
        ("a=1; SameSite=NONE", ParsedCookie("a", "1", same_site="none")),
        ("a=1; SameSite=Lax; SameSite=?", ParsedCookie("a", "1")),
        ("a=1; SameSite=Lax; Priority=None", ParsedCookie("a", "1", same_site="lax")),
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


@pytest.mark.parametrize("field", ["X", "X=1", "a=X", "a=1X2", "a=1; X", "a=1; b=X"])
def test_a_field_with_a_control_character_is_ignored(field: str) -> None:
    def parsed(character: str) -> object:
        return parse_set_cookie("a" + field.replace("X", character) + "b")

    controls = {*map(chr, range(0x20)), "\x7f"} - {"\t"}
    assert controls == {c for c in map(chr, range(0x180)) if parsed(c) is None}


@pytest.mark.parametrize("template", ["X", "-X", "1X2"])
def test_an_age_is_a_whole_number_in_digits_of_ascii(template: str) -> None:
    def age(character: str) -> int | None:
        parsed = parse_set_cookie(f"a=1; Max-Age={template.replace('X', character)}")
        return parsed.max_age if parsed is not None else None

    numbers = {digit: int(template.replace("X", digit)) for digit in digits}
    octets = [chr(octet) for octet in range(0x180) if chr(octet) != ";"]
    assert numbers == {octet: found for octet in octets if (found := age(octet)) is not None}


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
        "1 Jan 100 00:00:00",
        "1 Jan 2000 24:00:00",
        "1 Jan 2000 00:60:00",
        "1 Jan 20000 00:00:00",
        "1 Jan 2000 0:0:000",
    ],
)
def test_what_holds_no_date_is_none(value: str) -> None:
    assert None is parse_cookie_date(value)


@pytest.mark.parametrize(("two", "year"), [("69", 2069), ("70", 1970), ("99", 1999), ("00", 2000)])
def test_two_digit_years_turn_at_70(two: str, year: int) -> None:
    expected = parse_cookie_date(f"1 Jan {year} 00:00:00")
    assert expected is not None
    assert expected == parse_cookie_date(f"1 Jan {two} 00:00:00")


def test_a_date_names_its_month_by_three_letters() -> None:
    months = ["jan", "FEB", "Mar", "apr", "mayflower", "Jun"]
    months += ["july", "Aug", "sEp", "oct", "nov", "dec"]
    starts = [parse_cookie_date(f"1 {month} 2001 00:00:00") for month in months]
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
    assert [978307200.0 + 86400 * sum(days[:month]) for month in range(12)] == starts


def test_what_stands_between_the_parts_of_a_date() -> None:
    # RFC 6265bis 5.1.1: delimiter
    ranges = [(0x09, 0x09), (0x20, 0x2F), (0x3B, 0x40), (0x5B, 0x60), (0x7B, 0x7E)]
    delimiters = {chr(code) for first, last in ranges for code in range(first, last + 1)}
    found = {
        character
        for character in map(chr, range(0x180))
        if parse_cookie_date(character.join(["1", "Jan", "2000", "00:00:00"])) is not None
    }
    assert delimiters == found


@pytest.mark.parametrize(
    "odd",
    [
        *("100:0:0", "1:100:0", "1:0:100", ":1:0:0", "1::1:0", "1:0::1", "x1:0:0", "1:0"),
        *("2 Feb", "1999", "20000"),
    ],
)
def test_of_a_date_the_first_that_fits_counts_and_others_are_passed_over(odd: str) -> None:
    expected = parse_cookie_date("1 Jan 2000 10:00:00")
    assert expected is not None
    assert expected == parse_cookie_date(f"1 Jan 2000 {odd} 10:00:00 11:00:00")


@pytest.mark.parametrize("odd", ["x2000", "20000", "200001"])
def test_a_year_has_two_to_four_digits_and_then_none(odd: str) -> None:
    expected = parse_cookie_date("1 Jan 2020 10:00:00")
    assert expected == parse_cookie_date(f"1 Jan {odd} 20:0 10:00:00")


@pytest.fixture
def west_of_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "EST+5")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="no program can set its zone there")
@pytest.mark.usefixtures("west_of_greenwich")
def test_a_date_is_in_utc_wherever_the_machine_is() -> None:
    assert 1.0 == parse_cookie_date("Thu, 01 Jan 1970 00:00:01 EST")


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
        ("a.test.", "", False),
    ],
)
def test_a_host_matches_a_domain(host: str, domain: str, expected: bool) -> None:
    assert expected is domain_match(host, domain)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("b.a.test", ["b.a.test", "a.test", "test"]),
        ("test", ["test"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::ffff:1.2.3.4", ["::ffff:1.2.3.4"]),
    ],
)
def test_the_domains_of_a_host_are_itself_and_those_above_it(
    host: str, expected: list[str]
) -> None:
    assert expected == list(domains_of(host))


@pytest.mark.parametrize(("labels", "count"), [(127, 127), (128, 1)])
def test_what_is_no_name_in_the_dns_has_no_domain_above_it(labels: int, count: int) -> None:
    # RFC 1035 3.1: 255 octets, so 127 labels
    assert count == len(domains_of(".".join("a" * labels)))


@pytest.mark.parametrize("place", range(4))
def test_an_address_is_four_numbers_or_has_a_colon(place: int) -> None:
    def is_address(number: str) -> bool:
        numbers = ["0", "12", "255", "999"]
        numbers[place] = number
        return is_ip(".".join(numbers))

    assert set(digits) | {":"} == set(filter(is_address, map(chr, range(0x180))))
    assert [True, True, False] == [is_address(number) for number in ("12", "123", "1234")]
    assert [False, False, False] == [is_address(numbers) for numbers in ("", "1.2", "1.2.3")]


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


ALL_PATHS = ["".join(path) for size in range(6) for path in product("/a", repeat=size)]


@pytest.mark.parametrize("path", ALL_PATHS)
def test_the_paths_that_a_path_lies_in_are_those_it_matches(path: str) -> None:
    expected = [cookie_path for cookie_path in ALL_PATHS if path_match(path, cookie_path)]
    assert expected == list(paths_of(path))


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


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (parse_set_cookie, ["value"]),
        (parse_cookie_date, ["value"]),
        (domain_match, ["host", "domain"]),
        (path_match, ["path", "cookie_path"]),
        (default_path, ["path"]),
        (is_public_suffix, ["domain"]),
        (PublicSuffixes.parse, ["text"]),
    ],
)
def test_what_is_no_text_is_a_type_error_that_names_it(function: Any, names: list[str]) -> None:
    for wrong in names:
        arguments = [b"x" if name == wrong else "x" for name in names]
        with pytest.raises(TypeError, match=f"^{wrong} must be str, not bytes"):
            function(*arguments)


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
