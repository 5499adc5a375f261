"""What a terminal gets, and JSON for people."""

import pytest

from httpcore_client.cli._json import tokens
from httpcore_client.cli._text import Harmless, harmless, is_binary, is_json, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2J\x07\x9b\u202eb\x00", r"a\x1b[2J\x07\x9b\u202eb\x00"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb", "a\nb"),
        ("real\rFAKE", r"real\x0dFAKE"),
        ("\ud800 \ufeff \U000e0041", r"\ud800 \ufeff \U000e0041"),
        ("ż 漢字 👨\u200d👩 نم\u200cونه \u00a0", "ż 漢字 👨\u200d👩 نم\u200cونه \u00a0"),
    ],
)
def test_nothing_drives_the_terminal(text, shown):
    assert shown == harmless(text)


def test_a_line_is_one_line():
    assert r"a b\nc\x1b" == one_line("a\tb\nc\x1b")


def test_a_line_end_may_come_in_two_pieces():
    mask = Harmless()
    shown = [mask.piece("a\r"), mask.piece("\nb\r"), mask.piece("c\r"), mask.rest()]
    assert ["a", "\nb", r"\x0dc", r"\x0d"] == shown


@pytest.mark.parametrize(
    ("media_type", "start", "expected"),
    [
        ("text/plain", "\ufffd", False),  # it is believed
        ("text/plain", "a\0", True),
        ("image/png", "\ufffdPNG", True),
        ("image/svg+xml", "\ufffd", False),
        ("application/octet-stream", "plain text", False),
        ("", "\ufffd", True),
        ("", "", False),
    ],
)
def test_what_is_binary(media_type, start, expected):
    assert expected == is_binary(media_type, start)


def test_what_is_json():
    kinds = ["application/json", "application/problem+json", "text/json", "application/jsonl", ""]
    assert [True, True, True, False, False] == [is_json(kind) for kind in kinds]


def laid_out(text):
    return "".join(token for _, token in tokens(text))


def test_json_is_indented_and_nothing_is_changed():
    text = '{"a":[1.50,1e400,12345678901234567890,{},[],[[ ]]],"a":"x,:{\\"","b":{"c":null}}'
    expected = """{
    "a": [
        1.50,
        1e400,
        12345678901234567890,
        {},
        [],
        [
            []
        ]
    ],
    "a": "x,:{\\"",
    "b": {
        "c": null
    }
}"""
    assert expected == laid_out(text)
    assert ['"x"', "1"] == [laid_out(text) for text in ('"x"', "1")]


def test_escapes_of_what_can_be_shown_are_undone():
    assert r'"ż\n\""' == laid_out(r'"\u017c\n\u0022"')


def test_kinds_of_tokens():
    expected = [
        *[("mark", "{"), ("space", "\n    "), ("key", '"a"'), ("mark", ":"), ("space", " ")],
        *[("word", "true"), ("mark", ","), ("space", "\n    "), ("key", '"b"'), ("mark", ":")],
        *[("space", " "), ("number", "-1"), ("space", "\n"), ("mark", "}")],
    ]
    assert expected == list(tokens('{"a": true, "b": -1}'))


@pytest.mark.parametrize("text", ["", "{", "NaN", "-Infinity", "[1] 2", "[" * 100000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError):
        tokens(text)
