"""A second opinion: the reference against the data of others, and ours against the reference."""

from collections import Counter
from itertools import cycle
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from httpcore_urls import URL, InvalidURL

from .differential import (
    BASES,
    IPV6_PIECES,
    MAX_CHARACTERS,
    NUMBERS,
    PIECES,
    STARTS,
    corpus,
    disagreement,
    load,
    mutate,
)
from .reference import UNSURE, Failure, Record, domain_parser, parse

# The reference alone. Counts are of the data as they are: an empty or a skipped test shows.


def parse_case(case: dict[str, Any]) -> Record | None:
    if case.get("base") is None:
        return parse(case["input"])
    base = parse(case["base"])
    return None if base is None else parse(case["input"], base)


def is_file(case: dict[str, Any]) -> bool:
    try:
        parse_case(case)
    except NotImplementedError:
        return True
    return False


CASES = load("urltestdata.json") + load("ada_extra_urltestdata.json")
FILE_CASES = [case for case in CASES if is_file(case)]
OTHER_CASES = [case for case in CASES if not is_file(case)]


def fields(record: Record) -> dict[str, str]:
    port = "" if record.port is None else str(record.port)
    return {
        "href": record.href,
        "protocol": f"{record.scheme}:",
        "username": record.username,
        "password": record.password,
        "host": f"{record.host or ''}:{port}" if port else record.host or "",
        "hostname": record.host or "",
        "port": port,
        "pathname": record.pathname,
        "search": record.search,
        "hash": record.hash,
    }


def test_only_file_is_left_out() -> None:
    assert len(OTHER_CASES) > 780
    assert len(FILE_CASES) < 140
    for case in FILE_CASES:
        places = (case["input"].strip().lower(), case.get("base") or "")
        assert any(place.startswith("file:") for place in places)


def test_reference_is_exact() -> None:
    compared = Counter[str]()
    for case in OTHER_CASES:
        record = parse_case(case)
        if case.get("failure"):
            assert record is None, case
            compared["failures"] += 1
        else:
            assert record is not None, case
            assert record.host != UNSURE, case
            assert {name: case[name] for name in fields(record)} == fields(record)
            compared["URLs"] += 1
    assert compared["URLs"] > 500
    assert compared["failures"] > 250


def test_reference_is_stable() -> None:
    """The serializer's promise: what it writes reads as the same URL."""
    for case in OTHER_CASES:
        record = parse_case(case)
        if record is not None:
            assert parse(record.href) == record


@pytest.mark.parametrize(
    ("name", "least", "unsure"), [("toascii.json", 85, 2), ("IdnaTestV2.json", 2570, 100)]
)
def test_reference_maps_domains_exactly_where_it_is_sure(
    name: str, least: int, unsure: int
) -> None:
    answers = Counter[str]()
    for case in load(name):
        if case["input"] == "":  # never comes so far
            continue
        try:
            given = domain_parser(case["input"])
        except Failure:
            given = None
        if given == UNSURE:
            answers["unsure"] += 1
        else:
            assert case["output"] == given, case
            answers["sure"] += 1
    assert answers["sure"] >= least
    assert answers["unsure"] <= unsure


# Ours against the reference.

bounded = settings(max_examples=500, derandomize=True, deadline=None, database=None)
SEEDS = corpus()
PARTS = st.lists(st.sampled_from(PIECES), max_size=10).map("".join)
WRITTEN = st.builds(str.__add__, st.sampled_from(STARTS), PARTS)
EDITS = st.tuples(st.integers(0, 5), st.integers(0, 200), st.sampled_from(PIECES))


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for edit, place, piece in edits:
        text = mutate(text, edit, place, piece)
    return text


MUTATED = st.builds(edited, st.sampled_from(SEEDS), st.lists(EDITS, max_size=3))
TEXTS = st.one_of(WRITTEN, MUTATED, st.text(max_size=30))
BASE_TEXTS = st.one_of(st.sampled_from(BASES), WRITTEN, st.sampled_from(SEEDS))


@bounded
@given(TEXTS)
def test_ours_agrees_with_the_reference(text: str) -> None:
    assert disagreement(text, None, Counter()) is None


@bounded
@given(BASE_TEXTS, TEXTS)
def test_ours_resolves_as_the_reference_does(base: str, text: str) -> None:
    assert disagreement(text, base, Counter()) is None


# Texts of the general kind seldom come near an address.
ODD_NUMBERS = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2).map("".join)
IPV4 = st.lists(ODD_NUMBERS, min_size=1, max_size=5).map(".".join)
IPV6 = st.lists(st.sampled_from(IPV6_PIECES), min_size=1, max_size=9).map(":".join)


@bounded
@given(st.one_of(IPV4, IPV6.map("[{}]".format)))
@example("0x0x1.1")
def test_ours_reads_addresses_as_the_reference_does(host: str) -> None:
    assert disagreement(f"http://{host}/", None, Counter()) is None


DOTS = st.sampled_from([".", "..", "%2e", ".%2E", "%2e%2E", "...", "", "a", "a.", ".a", "C|", "%2"])
PATHS = st.lists(DOTS, max_size=8).map("/".join)


@bounded
@given(st.sampled_from(BASES), st.sampled_from(["", "/", "?", "./", "http:", "foo:/"]), PATHS)
def test_ours_removes_dots_as_the_reference_does(base: str, start: str, path: str) -> None:
    assert disagreement(start + path, base, Counter()) is None


def test_all_data_are_compared() -> None:
    seen = Counter[str]()
    for text, base in zip(SEEDS, cycle(BASES)):  # every text against some base
        assert disagreement(text, None, seen) is None
        assert disagreement(text, base, seen) is None
    assert seen["accepted by both"] > 1000
    assert seen["refused by both"] > 1000
    assert len([kind for kind in seen if kind.startswith("refused by ours")]) >= 3
    skipped = sum(number for kind, number in seen.items() if kind.startswith("skipped"))
    assert skipped < seen.total() / 10


@pytest.mark.parametrize("start", ["http://h/", "foo:", "http://h/?", "http://h/é#"])
def test_longest_url_is_told_by_the_characters_it_is_written_with(start: str) -> None:
    longest = start + "a" * (MAX_CHARACTERS - len(str(URL(start))))
    assert str(URL(longest)).endswith(longest[len(start) :])
    with pytest.raises(InvalidURL):
        URL(longest + "a")
