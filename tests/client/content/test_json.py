"""JSON bodies (RFC 8259)."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_client import InvalidRequest, content
from httpcore_client.content import encode_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"null"),
        ([1, 2.5, True], b"[1,2.5,true]"),
        ({"a": {"b": []}}, b'{"a":{"b":[]}}'),
        ({"zażółć": "😀"}, '{"zażółć":"😀"}'.encode()),
        ('\u2028\n"\\', '"\u2028\\n\\"\\\\"'.encode()),
        ((1, 2), b"[1,2]"),
    ],
)
def test_json_is_compact_utf_8(value, expected):
    assert (expected, "application/json") == encode_json(value)


def circle():
    value = []
    value.append(value)
    return value


def deep():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        *(object(), {1, 2}, b"bytes", {b"key": 1}, {(1, 2): 3}),
        *(float("nan"), [float("inf")], -float("inf")),
        *("\ud800", circle(), deep()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_has_no_form_for_is_refused(value):
    with pytest.raises(InvalidRequest, match="json= can't be encoded: ") as caught:
        encode_json(value)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "encoder", [lambda value: f"<{value}>ż", lambda value: f"<{value}>ż".encode()]
)
def test_an_encoder_of_the_callers_own_gives_text_or_bytes(encoder):
    assert ("<1>ż".encode(), "application/json") == encode_json(1, encoder)


def failing(value):
    raise KeyError(value)


@pytest.mark.parametrize(
    ("encoder", "words"),
    [
        (failing, "'a'"),
        (lambda value: None, "the encoder returned NoneType, not str or bytes"),
        (lambda value: "\ud800", "surrogates not allowed"),
    ],
)
def test_what_an_encoder_can_not_do_is_refused(encoder, words):
    with pytest.raises(InvalidRequest, match=f"json= can't be encoded: .*{words}") as caught:
        encode_json("a", encoder)
    assert caught.value.__cause__ is not None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(VALUES)
def test_any_value_comes_back(value):
    data, _ = encode_json(value)
    assert value == json.loads(data)


def test_what_few_requests_have_is_imported_when_it_is_asked_for():
    program = (
        "import sys\n"
        "from httpcore_client import SyncClient\n"
        "client = SyncClient()\n"
        "client.build('POST', 'http://a.test/', json=1)\n"
        "print([m for m in sys.modules if m.endswith(('_multipart', '_compress', '_progress'))])\n"
        "client.build('POST', 'http://a.test/', files={'a': b'1'})\n"
        "print([m for m in sys.modules if m.endswith(('_multipart', '_compress', '_progress'))])\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    expected = ["[]", "['httpcore_client.content._multipart']"]
    assert expected == shown.stdout.splitlines()


def test_a_name_that_content_does_not_have():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        content.nonsense  # noqa: B018
