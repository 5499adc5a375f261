import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Weighted, parse_quality_list

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

BROKEN = [
    *("", "2", "1.1", "1.001", "01", "00", "-0", "-1", "+1", ".5", "1e0", "1e-1", "0x1"),
    *("0.1234", "0.5555555", "1.0000", "nan", "inf", "low", '"0.5"', '""', "0.5 5", " 0.5", "0. 5"),
    *("0.5\n", "\u0661", "0.\uff15", "0_1", "1_0"),
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        (" , ,\t", []),
        ("gzip", [Weighted("gzip", 1.0)]),
        ("gzip;q=0.5", [Weighted("gzip", 0.5)]),
        # examples of RFC 9110
        (
            "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed,"
            " text/plain;format=fixed;q=0.4, */*;q=0.5",  # 12.5.1
            [
                Weighted("text/plain;format=flowed", 1.0),
                Weighted("text/plain", 0.7),
                Weighted("*/*", 0.5),
                Weighted("text/plain;format=fixed", 0.4),
                Weighted("text/*", 0.3),
            ],
        ),
        ("iso-8859-5, unicode-1-1;q=0.8", [Weighted("iso-8859-5"), Weighted("unicode-1-1", 0.8)]),
        (
            "gzip;q=1.0, identity; q=0.5, *;q=0",  # 12.5.3
            [Weighted("gzip"), Weighted("identity", 0.5), Weighted("*", 0.0)],
        ),
        (
            "da, en-gb;q=0.8, en;q=0.7",  # 12.5.4
            [Weighted("da"), Weighted("en-gb", 0.8), Weighted("en", 0.7)],
        ),
        ("trailers, deflate;q=0.5", [Weighted("trailers"), Weighted("deflate", 0.5)]),  # 10.1.4
    ],
)
def test_the_most_wanted_comes_first(value: str, expected: list[Weighted]) -> None:
    assert expected == parse_quality_list(value)


def test_equals_keep_their_order() -> None:
    found = parse_quality_list("a;q=0.5, b, c;q=0.5, d, e;q=0.50, f;q=1.000")
    assert ["b", "d", "f", "a", "c", "e"] == [element.value for element in found]


def test_elements_of_several_fields_are_one_list() -> None:
    expected = [Weighted("c"), Weighted("b", 0.9), Weighted("a", 0.1)]
    assert expected == parse_quality_list(["a;q=0.1, b;q=0.9", "", "c"])
    assert expected == parse_quality_list(iter(["a;q=0.1", "b;q=0.9", "c"]))
    assert [] == parse_quality_list([])


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        *(("0", 0.0), ("0.", 0.0), ("0.0", 0.0), ("0.000", 0.0), ("0.001", 0.001)),
        *(("0.5", 0.5), ("0.25", 0.25), ("0.999", 0.999)),
        *(("1", 1.0), ("1.", 1.0), ("1.0", 1.0), ("1.00", 1.0), ("1.000", 1.0)),
    ],
)
def test_a_weight_has_at_most_three_digits(weight: str, expected: float) -> None:
    # RFC 9110 12.4.2
    assert [Weighted("a", expected)] == parse_quality_list(f"a;q={weight}")


@pytest.mark.parametrize("weight", BROKEN)
def test_an_element_with_a_broken_weight_is_skipped(weight: str) -> None:
    assert [Weighted("b", 0.1)] == parse_quality_list(f"a;q={weight};x=y, b;q=0.1")


@pytest.mark.parametrize("element", ["a;q", "a;q ", "a;q =1", "a;q= 1", "a;Q\t=\t1", "a; q ; x=1"])
def test_a_weight_has_no_space_around_its_equals_sign(element: str) -> None:
    # RFC 9110 5.6.6
    assert [] == parse_quality_list(element)


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("text/html;level=1;q=0.4", Weighted("text/html;level=1", 0.4)),
        ("text/html;Q=0.4;level=1", Weighted("text/html;level=1", 0.4)),  # 12.5.1: wherever it is
        ("text/html \t; \tlevel=1 ; q=0.4 ", Weighted("text/html;level=1", 0.4)),
        ("text/html;;level=1; ;q=0.4;", Weighted("text/html;level=1", 0.4)),  # 5.6.6: empty ones
        ("text/html;level", Weighted("text/html;level")),
        ("text/html;level = 1", Weighted("text/html;level = 1")),
        ("text/html;qq=0.4;xq=1", Weighted("text/html;qq=0.4;xq=1")),
        ("TEXT/html;Level=A", Weighted("TEXT/html;Level=A")),
        ('x;a=";q=0.1";q=0.2', Weighted('x;a=";q=0.1"', 0.2)),
        ('x;a="\\";q=0.1";q=0.2', Weighted('x;a="\\";q=0.1"', 0.2)),
        ('x;a=", ;";b', Weighted('x;a=", ;";b')),
        ('x;a="q=0', Weighted('x;a="q=0')),
        ('x;a="q=0\\', Weighted('x;a="q=0\\')),
        ("x;q=0.2;q=0.9", Weighted("x", 0.2)),  # the first counts, none stays in the value
        ("x;q=0.2;q=no;y", Weighted("x;y", 0.2)),
        ("q=0.2", Weighted("q=0.2")),  # the first part is the value, whatever it looks like
        ("q;q=0.2", Weighted("q", 0.2)),
    ],
)
def test_other_parameters_belong_to_the_value(element: str, expected: Weighted) -> None:
    assert [expected] == parse_quality_list(element)


@pytest.mark.parametrize("element", [";", ";q=1", "; q=0.5;a", " ;a=1", ";;"])
def test_a_weight_of_nothing_is_skipped(element: str) -> None:
    assert [Weighted("b")] == parse_quality_list(f"{element}, b")


def test_the_default_weight_is_one() -> None:
    assert Weighted("a", 1.0) == Weighted("a")
    assert len({Weighted("a"), Weighted("a", 1.0)}) == 1


@pytest.mark.parametrize(
    "unit",
    [",", ";", "a,", ";q", ";q=", ";q=0.", ";a=1", '"', '\\"', ';"', "a;q=1,", "0", " ", "\t;"],
)
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    for before in ("", "a;q=", 'a;b="'):
        parse_quality_list(before + unit * 50_000)
    assert time.process_time() - started < 2  # ten times what is needed; by the square, minutes


@bounded
@given(
    st.lists(st.tuples(st.sampled_from(["gzip", "br", 'x;y=",;q=1"', "*"]), st.integers(0, 1000)))
)
def test_what_is_written_by_the_grammar_reads_back(pairs: list[tuple[str, int]]) -> None:
    text = ", ".join(f"{name};q={thousandths / 1000:.3f}" for name, thousandths in pairs)
    expected = sorted(pairs, key=lambda pair: -pair[1])
    assert expected == [(w.value, round(w.quality * 1000)) for w in parse_quality_list(text)]


@bounded
@given(st.lists(st.text(st.sampled_from('aq=;,"\\ \t01.5Qé\n'), max_size=24)))
def test_no_text_raises_and_order_is_by_weight(texts: list[str]) -> None:
    found = parse_quality_list(texts)
    weights = [element.quality for element in found]
    assert sorted(weights, reverse=True) == weights
    assert all(0 <= weight <= 1 for weight in weights)
    assert all(element.value == element.value.strip(" \t") != "" for element in found)
    # No weight is left in a value: it reads back as the same value, with the default weight.
    for element in found:
        assert [Weighted(element.value)] == parse_quality_list(element.value)
