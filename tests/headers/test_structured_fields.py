"""Structured fields (RFC 9651) from our headers through http-sf, the library of the extra.

Sources stand in tests/conformance/data/structured-fields/README.md. Nothing of ours reads these
fields (docs/adr/0007-structured-fields.md): what is graded here is that the way the README shows
holds, octet for octet, with the library that the extra brings.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import http_sf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Headers, InvalidHeader

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

DATA = Path(__file__).parents[1] / "conformance" / "data" / "structured-fields"
FILES = sorted(path.name for path in DATA.glob("*.json"))
SERIALISED = sorted(path.name for path in (DATA / "serialisation-tests").glob("*.json"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REFUSED = "refused"

# All that is wrong with these is a tab around the whole value. It is no part of a field's value
# (RFC 9110 5.5), so it never comes out of Headers; the library alone refuses it.
OUTER_TAB = {
    ("item.json", "leading space"),
    ("item.json", "trailing space"),
    ("key-generated.json", "0x09 starting a dictionary key"),
    ("token-generated.json", "0x09 starting a token"),
}
# Of the cases that may be refused, those that are: no datetime is that far away.
BEYOND_DATETIME = {
    ("date.json", "syntactic max date - 999,999,999,999,999"),
    ("date.json", "syntactic min date - -999,999,999,999,999"),
}

Kind = Literal["item", "list", "dictionary"]


def load(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / name).read_text("utf-8"), parse_float=Decimal)


def from_headers(headers: Headers, name: str, kind: Kind) -> Any:
    return http_sf.parse(", ".join(headers.get_list(name)).encode("latin-1"), tltype=kind)


def through_headers(case: dict[str, Any]) -> Any:
    headers = Headers([("X-Field", line) for line in case["raw"]])
    return from_headers(headers, "x-field", case["header_type"])


def outcome(read: Callable[[dict[str, Any]], Any], case: dict[str, Any]) -> object:
    try:
        return meaning(read(case))
    except (InvalidHeader, http_sf.StructuredFieldError):
        return REFUSED


# -- a value as nested tuples in which 1, 1.0, True and "1" all differ --


def is_a(value: Any, kind: type) -> bool:
    """Tell without narrowing: what is inside stays Any."""
    return isinstance(value, kind)


def meaning(value: Any) -> object:
    """Give the meaning of what the library has read."""
    if is_a(value, dict):
        return ("dictionary", [(key, member(entry)) for key, entry in value.items()])
    return ("list", [member(entry) for entry in value]) if is_a(value, list) else member(value)


def member(entry: Any) -> object:
    value, parameters = entry
    inner = [member(item) for item in value] if is_a(value, list) else bare(value)
    return (inner, [(key, bare(setting)) for key, setting in parameters.items()])


def bare(value: Any) -> object:
    if isinstance(value, http_sf.Token | http_sf.DisplayString):
        return (type(value).__name__, str(value))
    if isinstance(value, datetime):
        return ("Date", (value - EPOCH) // timedelta(seconds=1))
    return (type(value).__name__, value)


def expected_meaning(case: dict[str, Any]) -> object:
    """Give the meaning of `expected`, as the JSON of the cases spells it."""
    value = case["expected"]
    if case["header_type"] == "dictionary":
        return ("dictionary", [(key, expected_member(entry)) for key, entry in value])
    if case["header_type"] == "list":
        return ("list", [expected_member(entry) for entry in value])
    return expected_member(value)


def expected_member(entry: Any) -> object:
    value, parameters = entry
    inner = [expected_member(item) for item in value] if is_a(value, list) else native(value)
    return (
        inner if is_a(inner, list) else bare(inner),
        [(key, bare(native(setting))) for key, setting in parameters],
    )


def native(value: Any) -> Any:
    """Turn a bare item of the cases into what the library has for it."""
    if not is_a(value, dict):
        return value
    kind, content = value["__type"], value["value"]
    if kind == "date":
        return EPOCH + timedelta(seconds=content)
    make: dict[str, Callable[[Any], Any]] = {
        "token": http_sf.Token,
        "displaystring": http_sf.DisplayString,
        "binary": base64.b32decode,
    }
    return make[kind](content)


def structure(case: dict[str, Any]) -> Any:
    """Turn `expected` into what the library writes."""

    def build(entry: Any) -> Any:
        value, parameters = entry
        inner = [build(item) for item in value] if is_a(value, list) else native(value)
        return inner, {key: native(setting) for key, setting in parameters}

    value = case["expected"]
    if case["header_type"] == "dictionary":
        return {key: build(entry) for key, entry in value}
    return [build(entry) for entry in value] if case["header_type"] == "list" else build(value)


# -- the cases --


@pytest.mark.parametrize("file", FILES)
def test_fields_read_from_headers_mean_what_they_must(file: str) -> None:
    cases = [case for case in load(file) if (file, case["name"]) not in OUTER_TAB | BEYOND_DATETIME]
    expected = [
        (case["name"], REFUSED if case.get("must_fail") else expected_meaning(case))
        for case in cases
    ]
    assert expected == [(case["name"], outcome(through_headers, case)) for case in cases]


@pytest.mark.parametrize(("file", "name"), sorted(BEYOND_DATETIME))
def test_dates_that_no_datetime_holds_are_refused(file: str, name: str) -> None:
    (case,) = [case for case in load(file) if case["name"] == name]
    assert case["can_fail"]
    assert REFUSED == outcome(through_headers, case)


@pytest.mark.parametrize(("file", "name"), sorted(OUTER_TAB))
def test_tabs_around_a_value_are_gone_before_it_is_read(file: str, name: str) -> None:
    (case,) = [case for case in load(file) if case["name"] == name]
    (raw,) = case["raw"]
    assert case["must_fail"]
    assert outcome(through_headers, {**case, "raw": [raw.strip(" \t")]}) != REFUSED
    assert outcome(through_headers, case) != REFUSED
    with pytest.raises(http_sf.StructuredFieldError):
        http_sf.parse(raw.encode("latin-1"), tltype=case["header_type"])


@pytest.mark.parametrize("file", FILES)
def test_what_was_read_is_written_canonically(file: str) -> None:
    for case in load(file):
        if case.get("must_fail") or (file, case["name"]) in BEYOND_DATETIME:
            continue
        lines = case.get("canonical", case["raw"])
        if lines:
            expected = (case["name"], ", ".join(lines))
            assert expected == (case["name"], http_sf.ser(through_headers(case)))
            assert expected == (case["name"], http_sf.ser(structure(case)))
            headers = Headers({"X-Field": expected[1]})  # and what is written may be sent
            assert meaning(through_headers(case)) == meaning(
                from_headers(headers, "x-field", case["header_type"])
            )
        else:  # RFC 9651 4.1: an empty list or dictionary is no field at all
            with pytest.raises(ValueError, match="No contents"):
                http_sf.ser(through_headers(case))


@pytest.mark.parametrize("file", SERIALISED)
def test_what_may_not_be_written_is_refused(file: str) -> None:
    for case in load(f"serialisation-tests/{file}"):
        if case.get("must_fail"):
            with pytest.raises(ValueError):
                http_sf.ser(structure(case))
        else:
            assert ", ".join(case["canonical"]) == http_sf.ser(structure(case)), case["name"]


# -- what the way from Headers adds --


def test_lines_of_one_field_are_one_value() -> None:
    # RFC 9651 4.2
    headers = Headers([("Cache-Status", "a; hit"), ("X", "1"), ("cache-status", 'b;detail="x, y"')])
    expected = [
        (("Token", "a"), [("hit", ("bool", True))]),
        (("Token", "b"), [("detail", ("str", "x, y"))]),
    ]
    assert ("list", expected) == meaning(from_headers(headers, "Cache-Status", "list"))
    assert ", ".join(headers.get_list("cache-status")) == headers["cache-status"]


def test_a_field_that_is_not_there_is_empty() -> None:
    assert {} == from_headers(Headers(), "priority", "dictionary")
    assert [] == from_headers(Headers(), "accept-ch", "list")
    with pytest.raises(http_sf.StructuredFieldError):
        from_headers(Headers(), "age", "item")


def test_a_broken_line_breaks_the_whole_field() -> None:
    # RFC 9651 4.2: the field is ignored, never a part of it
    with pytest.raises(ValueError):
        from_headers(Headers([("priority", "u=3"), ("priority", "i=")]), "priority", "dictionary")


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a, ",
            "a,",
            "a",
            "1",
            "(",
            "()",
            "(a ",
            ";",
            ";a",
            ";a=1",
            "=",
            '"',
            "\\",
            '\\"',
            "\t",
            " ",
        ),
        *(":", "%", "%c3", "@1", "?1", "a=1, ", "a=(1 2);b, ", "*", "-", "1."),
    ],
)
@pytest.mark.parametrize("kind", ["item", "list", "dictionary"])
def test_a_hostile_value_takes_linear_time(unit: str, kind: Kind) -> None:
    for start in ("", "a", "a=", 'a="', 'a;b="', "(", "a=(", ":", '%"', "a=:"):
        headers = Headers({"X": start + unit * 20_000})
        try:
            from_headers(headers, "x", kind)  # quadratic work would take minutes
        except http_sf.StructuredFieldError:
            continue


@bounded
@given(st.text(st.sampled_from('aA1-.*;=,()"\\ \t:%@?é_'), max_size=24))
@pytest.mark.parametrize("kind", ["item", "list", "dictionary"])
def test_no_value_of_a_field_raises_anything_else(kind: Kind, text: str) -> None:
    try:
        found = from_headers(Headers({"X": text}), "x", kind)
    except http_sf.StructuredFieldError:
        return
    if found != [] and found != {}:
        again = from_headers(Headers({"X": http_sf.ser(found)}), "x", kind)
        assert meaning(found) == meaning(again)


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here, and which are answered otherwise, and why."""
    why = "the tab around the value is gone before anybody reads it (RFC 9110 5.5)"
    found = {
        f"structured-fields/{file}": {
            "graded": load(file),
            "otherwise": {name: why for of, name in sorted(OUTER_TAB) if of == file},
        }
        for file in FILES
    }
    written = {name: load(f"serialisation-tests/{name}") for name in SERIALISED}
    return found | {
        f"structured-fields/serialisation-tests/{name}": {"graded": cases}
        for name, cases in written.items()
    }
