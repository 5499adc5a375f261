"""Punycode (RFC 3492), beside the codec of the standard library."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_urls._errors import RefusedError
from httpcore_urls._host import _MAY_RUN_LEFT
from httpcore_urls._punycode import decode, encode

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

LABELS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("ab-09éßя\U0010ffff")),
    max_size=40,
)


# RFC 3492 7.1: the samples, in lower case as labels are.
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"),
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("pročprostěnemluvíčesky", "proprostnemluvesky-uyb24dma41a"),
        ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        (
            "porquénopuedensimplementehablarenespañol",
            "porqunopuedensimplementehablarenespaol-fmd56a",
        ),
        ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
        ("hello-another-way-それぞれの場所", "hello-another-way--fc4qua05auwb3674vfr0b"),
        ("そのスピードで", "d9juau41awczczp"),
        ("-> $1.00 <-", "-> $1.00 <--"),
        ("", ""),
    ],
)
def test_sample_is_encoded_and_decoded(label: str, expected: str):
    assert encode(label) == expected
    assert decode(expected) == label


@bounded
@given(LABELS)
def test_codec_agrees_and_decoding_restores(label: str):
    assert encode(label) == label.encode("punycode").decode("ascii")
    assert decode(encode(label)) == label


@bounded
@given(st.text(st.sampled_from("abyz019-AZé."), max_size=12))
def test_what_is_decoded_is_what_the_codec_decodes(text: str):
    try:
        decoded = decode(text)
    except RefusedError:
        return
    assert decoded.isascii() or decoded == text.encode("ascii").decode("punycode")


@pytest.mark.parametrize("text", ["a-b_", "9", "99999999", "999999b", "-é", "é-", "A", "ab-Q"])
def test_what_is_no_punycode_is_refused(text: str):
    with pytest.raises(RefusedError, match="not valid Punycode"):
        decode(text)


def test_every_character_that_runs_from_right_to_left_is_looked_at():
    left = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.bidirectional(character) in ("R", "AL", "AN")
        and not _MAY_RUN_LEFT.match(character)
    ]
    assert left == ["\u200f"]  # RIGHT-TO-LEFT MARK, which no name may hold
