import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import MediaType, parse_media_type

DATA = Path(__file__).parent.parent / "conformance" / "data" / "mime"
FILES = ("mime-types.json", "generated-mime-types.json")


def load(name: str) -> list[dict[str, Any]]:
    cases = json.loads((DATA / name).read_text("utf-8"))
    return [case for case in cases if isinstance(case, dict)]


@pytest.mark.parametrize("name", FILES)
def test_media_types_read_as_the_web_platform_tests_say(name: str) -> None:
    expected = {case["input"]: case["output"] for case in load(name)}
    read = {text: parse_media_type(text) for text in expected}
    assert expected == {text: None if media is None else str(media) for text, media in read.items()}


def test_the_parts_of_a_media_type() -> None:
    media = parse_media_type('Multipart/Form-Data; Boundary="a b"; CHARSET=UTF-8; charset=x')
    assert MediaType("multipart", "form-data", {"boundary": "a b", "charset": "UTF-8"}) == media
    assert (media.essence, media.charset) == ("multipart/form-data", "UTF-8")
    assert {media} == {
        parse_media_type("multipart/form-data;boundary='a b';charset=UTF-8"),
        media,
    } - {parse_media_type("multipart/form-data;boundary='a b';charset=UTF-8")}
    assert None is MediaType("text", "plain").charset


def test_a_name_is_checked_before_it_is_lowered() -> None:
    assert str(parse_media_type("x/y;\u212a=1")) == "x/y"
    assert None is parse_media_type("\u212a/y")


@pytest.mark.parametrize("unit", [";", "a=", ';a="', '\\"', ";a=b", " ", "\\"])
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    parse_media_type("x/y;" + unit * 200_000)  # quadratic work would take minutes
    parse_media_type('x/y;a="' + unit * 200_000)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.sampled_from('ab/;="\\ \té\n'), max_size=20).map(lambda text: "x/y;" + text))
def test_what_is_read_reads_back_the_same(text: str) -> None:
    media = parse_media_type(text)
    assert media is None or parse_media_type(str(media)) == media


def played() -> dict[str, dict[str, Any]]:
    """Say which cases are graded here."""
    return {f"mime/{name}": {"graded": load(name)} for name in FILES}
