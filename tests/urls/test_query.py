"""QueryParams: reading, writing, and the multi-dict."""

import enum
import pickle
from typing import Any

import pytest

from httpcore_urls import URL, QueryParams


class Colour(str, enum.Enum):  # noqa: UP042 - its str() is not its value
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("", []),
        ("a=1&b&=c&&a=%C3%A9+x%", [("a", "1"), ("b", ""), ("", "c"), ("a", "é x%")]),
        ("?a=1", [("?a", "1")]),
        ("%FF=\ud800", [("\ufffd", "\ufffd")]),
        ({"a": "1", "b": ["x", 2]}, [("a", "1"), ("b", "x"), ("b", "2")]),
        ({"a": (), "b": ("y",)}, [("b", "y")]),
        ([("a", 1), ("a", 2.5), ("b", True), ("b", False), ("c", None)], None),
        (iter([("a", "1")]), [("a", "1")]),
        (QueryParams("a=1"), [("a", "1")]),
        ({Colour.RED: Colour.RED, "n": Size.BIG}, [("red", "red"), ("n", "3")]),
    ],
)
def test_each_form_gives_its_pairs(value: Any, expected: list[tuple[str, str]] | None):
    if expected is None:
        expected = [("a", "1"), ("a", "2.5"), ("b", "true"), ("b", "false"), ("c", "")]
    assert expected == QueryParams(value).multi_items()


@pytest.mark.parametrize(
    "value", [{1: "a"}, {"a": b"x"}, {"a": {"b": "c"}}, [("a", object())], [(b"a", "b")], 7]
)
def test_other_types_are_type_errors(value: Any):
    with pytest.raises(TypeError):
        QueryParams(value)


def test_text_is_written_as_a_form():
    params = QueryParams({"a b": "~*-._é&=+%'", "": "\ud800"})
    assert str(params) == "a+b=%7E*-._%C3%A9%26%3D%2B%25%27&=%EF%BF%BD"


def test_mapping_shows_the_first_value_of_each_name():
    params = QueryParams("a=1&b=2&a=3")
    assert params["a"] == "1"
    assert params.get("a") == "1"
    assert params.get("c") is None
    assert params.get("c", "x") == "x"
    assert list(params) == list(params.keys()) == ["a", "b"]
    assert list(params.values()) == ["1", "2"]
    assert list(params.items()) == [("a", "1"), ("b", "2")]
    assert len(params) == 2
    assert "a" in params
    assert "c" not in params
    assert 1 not in params
    assert not QueryParams()
    with pytest.raises(KeyError):
        _ = params["c"]


def test_all_values_of_a_name_are_kept_in_order():
    params = QueryParams("a=1&b=2&a=3")
    assert params.get_list("a") == ["1", "3"]
    assert params.get_list("c") == []


def test_changes_give_copies():
    params = QueryParams("a=1&b=2&a=3")
    assert str(params.add("a", None)) == "a=1&b=2&a=3&a="
    assert str(params.set("a", 4)) == "a=4&b=2"
    assert str(params.set("b", 4)) == "a=1&b=4&a=3"
    assert str(params.set("c", 4)) == "a=1&b=2&a=3&c=4"
    assert str(params.remove("a")) == "b=2"
    assert params.remove("c") == params
    assert str(params.merge({"a": [4, 5]})) == "a=1&b=2&a=3&a=4&a=5"
    assert params.merge(None) == params
    assert str(params) == "a=1&b=2&a=3"


def test_equal_when_the_same_pairs_stand_in_the_same_order():
    assert QueryParams("a=%41&b=") == QueryParams("a=A&b")
    assert hash(QueryParams("a=%41")) == hash(QueryParams("a=A"))
    assert QueryParams("a=1&b=2") != QueryParams("b=2&a=1")
    assert QueryParams("a=1") != "a=1"


def test_repr_and_pickle():
    params = QueryParams("a=1&a=2")
    assert repr(params) == "QueryParams('a=1&a=2')"
    assert pickle.loads(pickle.dumps(params)) == params


def test_params_of_a_url_are_its_query():
    assert URL("http://h/?a=1&a=2").params.get_list("a") == ["1", "2"]
    assert not URL("http://h/").params
