"""Hostile megabytes are parsed or refused in linear time."""

import time

import pytest

from httpcore_urls import URL, InvalidURL, QueryParams
from httpcore_urls._parts import MAX_URL_CHARACTERS

# Of CPU time, so that other work does not count. Far above what is measured (under 0.1 s, some ten times that
# under a tracer), far below what a quadratic rule takes (minutes).
LIMIT_SECONDS = 6
HOSTILE = ["@", "%", ".", ":", "\u0301", "/", "\\", "[", "0", "a.", "xn--", "/..", "\t", "é.", "&="]


def spent(text: str) -> float:
    start = time.process_time()
    try:
        str(URL(text, allow_relative=True))
    except InvalidURL:
        pass
    return time.process_time() - start


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "place", ["", "http://", "http://u:", "http://u@", "http://h:", "http://[", "http://h/", "a:"]
)
def test_hostile_text_costs_linear_time(place: str, text: str):
    longest = (place + text * MAX_URL_CHARACTERS)[:MAX_URL_CHARACTERS]
    assert spent(longest) < LIMIT_SECONDS
    assert spent(place + text * 10**6) < LIMIT_SECONDS


def test_longest_url_is_taken_and_one_more_character_is_not():
    text = "http://h/".ljust(MAX_URL_CHARACTERS, "a")
    assert str(URL(text)) == text
    with pytest.raises(InvalidURL, match="longer than"):
        URL(text + "a")


@pytest.mark.parametrize(
    "text",
    [
        "http://h/" + "é" * 200_000,
        "http://h/" + "a" * (MAX_URL_CHARACTERS - 10) + "é",
        "http://h/" + " a" * 130_000,
        "http://h?" + "a" * (MAX_URL_CHARACTERS - 9),
        "http://h/#" + "`" * 100_000,
        "http://u" + "^" * 100_000 + "@h/",
        "foo:" + "é" * 200_000,
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_url_too_long_to_be_read_back_is_refused(text: str):
    with pytest.raises(InvalidURL, match="the URL, escaped, is longer than"):
        URL(text)


def test_joining_and_changing_give_no_url_that_is_too_long():
    url = URL("http://h/" + "a/" * 100_000)
    with pytest.raises(InvalidURL, match="longer than"):
        url.resolve_with("b" * 200_000)
    with pytest.raises(InvalidURL, match="longer than"):
        url.copy_with(query="é" * 100_000)
    with pytest.raises(InvalidURL, match="longer than"):
        url.merge_params({"a": "b" * 100_000})


def test_large_query_is_read_in_linear_time():
    start = time.process_time()
    params = QueryParams("a=%41&" * 10**5)
    assert len(params.get_list("a")) == 10**5
    assert time.process_time() - start < LIMIT_SECONDS
