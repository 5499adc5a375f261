import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import ContentRange, parse_content_range

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

LARGEST = 10**19 - 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # examples of RFC 9110 14.4
        ("bytes 42-1233/1234", ContentRange("bytes", 42, 1233, 1234)),
        ("bytes 42-1233/*", ContentRange("bytes", 42, 1233, None)),
        ("bytes */1234", ContentRange("bytes", None, None, 1234)),
        ("bytes 0-0/1", ContentRange("bytes", 0, 0, 1)),
        ("bytes 0-499/1234", ContentRange("bytes", 0, 499, 1234)),
        ("bytes 734-1233/1234", ContentRange("bytes", 734, 1233, 1234)),
        ("bytes */0", ContentRange("bytes", None, None, 0)),
        # RFC 9110 14.1: units have no case, and there may be others
        ("BYTES 0-1/2", ContentRange("bytes", 0, 1, 2)),
        ("Items 1-2/*", ContentRange("items", 1, 2, None)),
        ("!#$%&'*+-.^_`|~ 1-2/3", ContentRange("!#$%&'*+-.^_`|~", 1, 2, 3)),
        # leading zeros are digits, whitespace around a value is no part of it
        (" \tbytes 000-001/0002 \t", ContentRange("bytes", 0, 1, 2)),
        (
            f"bytes 9223372036854775806-9223372036854775807/{LARGEST}",
            ContentRange("bytes", 2**63 - 2, 2**63 - 1, LARGEST),
        ),
    ],
)
def test_a_range_says_where_the_content_lies(value: str, expected: ContentRange) -> None:
    assert expected == parse_content_range(value)


@pytest.mark.parametrize(
    "value",
    [
        # RFC 9110 14.4, invalid: it ends before it begins, or past the length
        *("bytes 2-1/3", "bytes 2-1/*", "bytes 0-1/1", "bytes 0-0/0", "bytes 5-9/5"),
        # nothing said at all
        *("", " ", "bytes", "bytes ", "bytes */*", "bytes *", "bytes */", "bytes /", "bytes -/-"),
        # a part missing, or one too many
        *("bytes 0-/2", "bytes -1/2", "bytes 0-1", "bytes 0-1/", "bytes 0/2", "bytes 0-1/2/3"),
        *(
            "0-1/2",
            "*/2",
            " 0-1/2",
            "bytes bytes 0-1/2",
            "bytes 0-1/2, bytes 0-1/2",
            "bytes 0-1/2;x",
        ),
        *("bytes 0-1,3-4/9", "bytes 0-1-2/3", "bytes *-1/2", "bytes 0-*/2"),
        # what is no digit
        *("bytes +0-1/2", "bytes 0-+1/2", "bytes 0--1/2", "bytes -0-1/2", "bytes 0-1/-2"),
        *("bytes 0-1/+2", "bytes 0x0-0x1/2", "bytes 0.0-1/2", "bytes 1_0-2_0/30", "bytes a-b/c"),
        *("bytes \u0660-\u0661/\u0662", "bytes 0-\uff11/2", "bytes \u00b2-3/4"),
        # a separator that is not the one
        *("bytes=0-1/2", "bytes:0-1/2", "bytes: 0-1/2", "bytes\t0-1/2", "bytes  0-1/2"),
        *("bytes 0 - 1/2", "bytes 0-1 / 2", "bytes 0-1\\2", "bytes\n0-1/2", "bytes 0-1/2\n"),
        *("by tes 0-1/2", "b\u00fctes 0-1/2", '"bytes" 0-1/2', "\u212aB 0-1/2", "bytes\x00 0-1/2"),
    ],
)
def test_what_is_broken_is_none(value: str) -> None:
    assert None is parse_content_range(value)


@pytest.mark.parametrize("digits", [20, 21, 4_300, 4_301, 5_000, 100_000])
@pytest.mark.parametrize("form", ["bytes {}-{}/*", "bytes 0-1/{}", "bytes */{}", "bytes 0-{}/*"])
def test_a_position_past_nineteen_digits_is_none(form: str, digits: int) -> None:
    # int() raises ValueError past 4,300
    assert None is parse_content_range(form.replace("{}", "9" * digits))
    assert None is parse_content_range(form.replace("{}", "0" * digits))


@pytest.mark.parametrize("unit", ["a", " ", "0", "-", "/", "*", "bytes ", "0-", "\t", "1/"])
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    for start in ("", "bytes ", "bytes 0-", "bytes 0-1/", "bytes */"):
        parse_content_range(start + unit * 200_000)  # quadratic work would take minutes


@bounded
@given(st.integers(0, LARGEST), st.integers(0, LARGEST), st.none() | st.integers(0, LARGEST))
def test_a_range_is_read_if_it_can_be_true(first: int, last: int, length: int | None) -> None:
    found = parse_content_range(f"bytes {first}-{last}/{'*' if length is None else length}")
    if first <= last and (length is None or last < length):
        assert ContentRange("bytes", first, last, length) == found
    else:
        assert None is found


@bounded
@given(st.text(st.sampled_from("bytes 019-/*+\t\u0661"), max_size=20), st.booleans())
def test_no_text_raises(text: str, prefixed: bool) -> None:
    found = parse_content_range("bytes " + text if prefixed else text)
    if found is not None:
        assert (found.first is None) is (found.last is None)
        assert found.first is not None or found.length is not None
