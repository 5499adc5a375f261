"""Parameters (RFC 9110, section 5.6.6), quoted strings (5.6.4), extended values (RFC 8187)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import decode_extended, encode_extended, is_token, parse_parameters
from httpcore_headers._parameters import read_parameters

bounded = settings(max_examples=200, derandomize=True, deadline=None, database=None)

PIECES = st.sampled_from(
    [*"aB1;=\"\\'*% \t\n,/<é€\ud800\x00", "filename", "UTF-8''", "%e2%82%ac", '="', "*="]
)
TEXTS = st.lists(PIECES, max_size=16).map("".join)
NAMES = st.text("abXY09-_.!", min_size=1, max_size=6)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {}),
        (";", {}),
        (" \t ; ;; ", {}),
        ("a=1", {"a": "1"}),
        (";a=1", {"a": "1"}),
        (" ; a=1 ;\tb=2 ; ", {"a": "1", "b": "2"}),
        ("A=Va", {"a": "Va"}),
        ("a=1; A=2", {"a": "1"}),
        ("a=; a=2", {"a": "2"}),
        ("a=  ; b=2", {"b": "2"}),
        ('a=""; a=2', {"a": ""}),
        ("a", {}),
        ("a; b=2", {"b": "2"}),
        ("a; a=2", {"a": "2"}),
        ("=1; b=2", {"b": "2"}),
        ("a b=1; b=2", {"b": "2"}),
        ("é=1; b=2", {"b": "2"}),
        ("\u212a=1; b=2", {"b": "2"}),  # the Kelvin sign is no k
        ('"a"=1; b=2', {"b": "2"}),
        ("a=b=c; d==", {"a": "b=c", "d": "="}),
    ],
)
def test_names_and_values(value: str, expected: dict[str, str]) -> None:
    assert expected == parse_parameters(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('a="b; c=d"; e=f', {"a": "b; c=d", "e": "f"}),
        (r'a="\"b\\\c"', {"a": r'"b\c'}),
        ('a="\\\n\r"', {"a": "\n\r"}),
        ('a \t= \t"b"\t ; c', {"a": "b"}),
        ('a="b', {"a": "b"}),
        ('a="b; c=d', {"a": "b; c=d"}),
        ('a="b\\"', {"a": 'b"'}),
        ('a="b\\', {"a": "b"}),
        ('a="', {"a": ""}),
        ('a="b"c; d=e', {"a": "b", "d": "e"}),
        ('a="b"c"d;e"; f=g', {"a": "b", "f": "g"}),
        ('a=b"c;d"; e=f', {"a": 'b"c', "e": "f"}),
        ("a='b;c'", {"a": "'b"}),
    ],
)
def test_quoted_strings(value: str, expected: dict[str, str]) -> None:
    assert expected == parse_parameters(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a=b c; d=e", {"a": "b c", "d": "e"}),
        ("a=b,c", {"a": "b,c"}),
        ("a=b[1](2)/é ", {"a": "b[1](2)/é"}),
    ],
)
def test_a_value_that_lacks_its_quotes_reaches_to_the_semicolon(
    value: str, expected: dict[str, str]
) -> None:
    assert expected == parse_parameters(value)


# RFC 8187 3.2.3 and 4.2
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("foo*=UTF-8'en'%C2%A3%20rates", {"foo": "£ rates"}),
        ("foo*=UTF-8''%c2%a3%20and%20%e2%82%ac%20rates", {"foo": "£ and € rates"}),
        ("foo*=utf-8''a; FOO=b", {"foo": "a"}),
        ("foo=b; Foo*=UTF-8''a", {"foo": "a"}),
        ("foo*=UTF-8''a; foo*=UTF-8''b", {"foo": "a"}),
        ("foo*=UTF-8''%; foo*=UTF-8''b", {"foo": "b"}),
        ("foo*=UTF-8''%ff; foo=b", {"foo": "b"}),
        ("foo*=koi8-r''a; foo=b", {"foo": "b"}),
        ("foo*=a; foo=b", {"foo": "b"}),
        ("foo*=UTF-8''; foo=b", {"foo": ""}),
        ("foo*; foo=b", {"foo": "b"}),
        ("foo*=; foo=b", {"foo": "b"}),
        ("*=UTF-8''a; foo=b", {"foo": "b"}),
        ("foo *=UTF-8''a", {}),
        ("foo* = UTF-8''a", {"foo": "a"}),
        ("foo*=\"UTF-8''a%20b\"", {"foo": "a b"}),  # may not be quoted; some servers do
        ("foo**=UTF-8''a", {"foo*": "a"}),
        ("foo*0=a; foo*1*=UTF-8''b", {"foo*0": "a", "foo*1": "b"}),  # no continuations
    ],
)
def test_extended_parameters(value: str, expected: dict[str, str]) -> None:
    assert expected == parse_parameters(value)


def test_the_lower_reader_yields_all_in_order() -> None:
    text = "; a; b=; A=1; b=\"\"; c*=UTF-8''%41; c=2; d*=bad; e*; f g=1"
    assert [
        ("a", None, False),
        ("b", None, False),
        ("a", "1", False),
        ("b", "", False),
        ("c", "A", True),
        ("c", "2", False),
    ] == list(read_parameters(text))


# RFC 8187 3.2.1
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("UTF-8''%e2%82%ac", "€"),
        ("utf-8'de-CH'%E2%82%AC", "€"),
        ("UTF-8''", ""),
        ("UTF-8''plain!#$&+-.^_`|~", "plain!#$&+-.^_`|~"),
        ("UTF-8''it's (1)*.txt", "it's (1)*.txt"),
        ("UTF-8'''", "'"),
        ("UTF-8''%2F%5C%00%0d%0a", "/\\\0\r\n"),
        ("UTF-8''%2541", "%41"),
        ("ISO-8859-1''%e4%A3", "ä£"),
        ("iso-8859-1'en'%41", "A"),
        ("UTF-8''%", None),
        ("UTF-8''%4", None),
        ("UTF-8''%4g%41", None),
        ("UTF-8''50%25%", None),
        ("UTF-8''% 41", None),
        ("UTF-8''%+4", None),
        ("UTF-8''%e4", None),
        ("UTF-8''%c0%af", None),  # an overlong "/"
        ("UTF-8''%ed%a0%80", None),  # a surrogate
        ("UTF-8''%f4%90%80%80", None),  # beyond Unicode
        ("UTF-8''é", None),
        ("UTF-8''\ud800", None),
        ("UTF-8'a", None),
        ("UTF-8", None),
        ("''a", None),
        ("", None),
        (" UTF-8''a", None),
        ("UTF8''a", None),
        ("ISO-8859-15''a", None),
        ("UTF-16''a", None),
        ("unicode_escape''a", None),
        ("rot13''a", None),
    ],
)
def test_decoding_an_extended_value(value: str, expected: str | None) -> None:
    assert expected == decode_extended(value)


def test_encoding_an_extended_value() -> None:
    assert "UTF-8''" == encode_extended("")
    assert "UTF-8''%E2%82%AC%20rates%2A%27%28%25%29%0A" == encode_extended("€ rates*'(%)\n")
    ascii_text = "".join(map(chr, range(128)))
    bare = {char for char in ascii_text if encode_extended(char) == f"UTF-8''{char}"}
    # attr-char: those of a token, but three
    assert {char for char in ascii_text if is_token(char)} - set("*'%") == bare


@pytest.mark.parametrize("code", [0xD800, 0xDFFF])
def test_a_lone_surrogate_is_refused_without_showing_the_text(code: int) -> None:
    message = rf"position 6 is a lone surrogate \(U\+{code:04X}\)"
    with pytest.raises(ValueError, match=message) as caught:
        encode_extended("secret" + chr(code))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@bounded
@given(st.text())
def test_what_is_encoded_decodes_to_the_same(text: str) -> None:
    encoded = encode_extended(text)
    assert encoded.isascii()
    assert is_token(encoded)
    assert text == decode_extended(encoded)
    assert {"a": text} == parse_parameters(f"a=x; a*={encoded}")


@bounded
@given(st.dictionaries(NAMES.map(str.lower), st.text(max_size=8), max_size=5), st.data())
def test_right_parameters_read_as_they_were_meant(
    meant: dict[str, str], data: st.DataObject
) -> None:
    parts: list[str] = []
    for name, value in meant.items():
        forms = [quoted(value), f"\t{quoted(value)} "]
        if is_token(value):
            forms.append(value)
        parts.append(f"{name.upper()}={data.draw(st.sampled_from(forms))}")
    assert meant == parse_parameters("; ".join(parts))


@bounded
@given(TEXTS)
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = parse_parameters(text)
    assert [] == [name for name in found if not is_token(name) or name != name.lower()]
    assert found == parse_parameters(";" + text)
    again = "".join(f";{name}={quoted(value)}" for name, value in found.items())
    plain = {name: value for name, value in found.items() if not name.endswith("*")}
    assert plain.items() <= parse_parameters(again).items()
    decoded = decode_extended(text)
    assert decoded is None or decoded == decode_extended(encode_extended(decoded))


@pytest.mark.parametrize(
    "unit",
    [";", "a=", "a;", ';a="', '\\"', "\\", "=", '"', " ", ";a*=", "a*=UTF-8''%41;", "%41", "'"],
)
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.process_time()
    for start in ("", "a=", 'a="', "a*=UTF-8''"):
        parse_parameters(start + text)
    decode_extended(text)
    decode_extended("UTF-8''" + text)
    assert time.process_time() - started < 6  # usually under 0.5; quadratic work takes much longer
