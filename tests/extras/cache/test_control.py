"""How Cache-Control is read, and what dates and ages mean."""

import pytest

from httpcore_client import Headers, Request, Response
from httpcore_client.cache._control import CacheControl, _parsed
from httpcore_client.cache._freshness import (
    Freshness,
    Policy,
    answers_condition,
    initial_age,
    lifetime_of,
)
from httpcore_client.cache._rules import _kept, stored_of
from httpcore_client.cache._storage import StoredResponse

REQUEST = Request("GET", "http://example.com/")


def control(*lines):
    return CacheControl.of(Headers([("Cache-Control", line) for line in lines]))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], {}),
        (["No-Store, MAX-AGE=5"], {"no-store": None, "max-age": "5"}),
        (["max-age=1", "max-age=2"], {"max-age": "1"}),
        (['private="a, b", x="no-store"'], {"private": "a, b", "x": "no-store"}),
        (['no-cache="a"', "no-cache"], {"no-cache": None}),
        (["no-cache", 'no-cache="a"'], {"no-cache": None}),
        (['no-cache="a"', "private=b, no-cache=c"], {"no-cache": "a, c", "private": "b"}),
        (['private="", no-cache='], {"private": None, "no-cache": None}),
        (['private=" , "'], {"private": None}),
        (['x="a\\"b"'], {"x": 'a"b'}),
        (['x="a, no-store'], {"x": '"a', "no-store": None}),
    ],
    ids=[
        "none",
        "case",
        "twice",
        "quoted",
        "all-and-some",
        "some-and-all",
        "some-twice",
        "none-named",
        "only-commas",
        "escaped",
        "open-quote",
    ],
)
def test_directives(lines, expected):
    assert control(*lines) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("5", 5), ("05", 5), ("-1", 0), ("1.5", 0), ("", 0), ("\xb2", 0), ("9" * 30, 2_147_483_647)],
)
def test_seconds(value, expected):
    assert control(f"max-age={value}").seconds("max-age") == expected


def test_directives_are_written_as_they_are_understood():
    assert str(control("max-age=5", 'private="a"', "public")) == 'max-age="5", private="a", public'


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Date": "Fri, 15 Jan 2027 08:00:00 GMT"}, 10),
        ({"Date": "nonsense", "Age": "7"}, 9),
        ({"Age": "7, 1"}, 9),
        ({"Age": "-7"}, 2),
        ({}, 2),
    ],
    ids=["date", "age", "ages", "no-age", "nothing"],
)
def test_the_age_of_a_response_when_it_comes(fields, expected):
    received = 1_800_000_010.0
    assert initial_age(Headers(fields), received - 2, received) == expected


def test_the_lifetime_that_is_guessed_is_a_day_at_most():
    fields = Headers({"Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"})
    assert lifetime_of(200, fields, 1_800_000_000.0, Policy()) == 86_400
    assert lifetime_of(200, fields, 1_800_000_000.0, Policy(heuristic=False)) == 0
    assert lifetime_of(202, fields, 1_800_000_000.0, Policy()) == 0


@pytest.mark.parametrize(
    ("said", "asked", "shared", "expected"),
    [
        ("max-age=60", "max-stale", False, True),
        ("max-age=60", "max-stale=40", False, True),
        ("max-age=60", "max-stale=39", False, False),
        ("max-age=60, must-revalidate", "max-stale", False, False),
        ("max-age=60, proxy-revalidate", "max-stale", False, True),
        ("max-age=60, proxy-revalidate", "max-stale", True, False),
        ("max-age=600", "max-age=99", False, False),
        ("max-age=600", "min-fresh=500", False, True),
        ("max-age=600", "min-fresh=501", False, False),
    ],
)
def test_what_a_request_allows_for_a_response_of_a_hundred_seconds(said, asked, shared, expected):
    parsed = control(said)
    freshness = Freshness(100.0, parsed.seconds("max-age"), parsed, Policy(shared))
    assert freshness.suffices(control(asked)) == expected


@pytest.mark.parametrize(
    ("status", "own", "asked", "expected"),
    [
        (404, {"ETag": '"1"'}, {"If-None-Match": '"1"'}, False),
        (200, {}, {"If-None-Match": '"1"'}, False),
        (200, {"ETag": '"1"'}, {"If-None-Match": "*"}, True),
        (200, {}, {"If-Modified-Since": "nonsense"}, False),
        (200, {}, {"If-Modified-Since": "Fri, 15 Jan 2027 08:00:00 GMT"}, False),
        (
            *(200, {"Date": "Fri, 15 Jan 2027 08:00:00 GMT"}),
            *({"If-Modified-Since": "Fri, 15 Jan 2027 08:00:00 GMT"}, True),
        ),
        *[
            (
                *(200, {"ETag": '"1"', "Date": "Fri, 15 Jan 2027 08:00:00 GMT"}),
                *(
                    {"If-None-Match": tags, "If-Modified-Since": "Fri, 15 Jan 2027 08:00:00 GMT"},
                    False,
                ),
            )
            for tags in ('"2"', "", " , ")
        ],
    ],
    ids=[
        *("404", "no-tag", "any-tag", "no-date", "undated", "dated"),
        *("other-tag-and-date", "empty-and-date", "comma-and-date"),
    ],
)
def test_what_answers_a_condition(status, own, asked, expected):
    head = StoredResponse(
        status_code=status,
        reason_phrase="",
        protocol="HTTP/2",
        headers=Headers(own),
        received=0.0,
        initial_age=0.0,
    )
    assert answers_condition(head, Headers(asked)) == expected


def test_what_is_long_is_not_remembered():
    _parsed.cache_clear()
    for length in (1, 10_000):
        assert "no-store" in control("x" * length + ", no-store")
    assert _parsed.cache_info().currsize == 1


def test_nor_are_long_names_of_fields():
    _kept.cache_clear()
    for length in (1, 3000):
        fields = Headers({"X" * length: "1", "Cache-Control": "max-age=60"})
        response = Response(200, fields, request=REQUEST)
        assert stored_of(REQUEST, response, 0.0, 0.0, Policy()).headers == fields
    assert _kept.cache_info().currsize == 1
