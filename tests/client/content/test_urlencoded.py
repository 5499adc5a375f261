"""Forms (WHATWG URL Standard 5)."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_client import InvalidRequest, QueryParams
from httpcore_client.content import encode_form

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, b""),
        ({"a": "1", "b": "2"}, b"a=1&b=2"),
        ({"a": ["1", "2"], "b": "3"}, b"a=1&a=2&b=3"),
        ([("a", "1"), ("b", "2"), ("a", "3")], b"a=1&b=2&a=3"),
        ({"a b": "c+d&e=f"}, b"a+b=c%2Bd%26e%3Df"),
        ({"ż": "😀"}, b"%C5%BC=%F0%9F%98%80"),
        ({"n": 5, "x": 1.5}, b"n=5&x=1.5"),
        ({"new\r\nline": "\r\n"}, b"new%0D%0Aline=%0D%0A"),
        ({"empty": ""}, b"empty="),
        (QueryParams("a=1&a=2"), b"a=1&a=2"),
    ],
)
def test_a_form_is_urlencoded(data, expected):
    assert (expected, "application/x-www-form-urlencoded") == encode_form(data)


@pytest.mark.parametrize(
    "data", [[1, 2], {"a": object()}, {"a": {"b": "c"}}, {5: "a"}, ["ab"], {"ab"}]
)
def test_what_is_no_form_is_refused(data):
    with pytest.raises(InvalidRequest, match="data= can't be encoded as a form: "):
        encode_form(data)


@pytest.mark.parametrize("data", [5, object(), None])
def test_what_is_no_kind_of_fields_is_a_type_error(data):
    with pytest.raises(TypeError, match="data must be a mapping, pairs, text or bytes, not "):
        encode_form(data)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(TEXT, TEXT)))
def test_any_pairs_come_back(pairs):
    data, _ = encode_form(pairs)
    assert pairs == parse_qsl(data.decode(), keep_blank_values=True, strict_parsing=bool(pairs))
