"""Charsets: what a media type says, what labels mean, and which are not taken at their word."""

import codecs
import encodings
import itertools
import json
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import Headers, parse_media_type
from httpcore_pool._charset import (
    charset_label,
    check_encoding,
    known_encoding,
    mark_of,
    may_be_mark,
    media_type,
)

DATA = Path(__file__).parents[1] / "conformance" / "data"
CONTENT_TYPES = json.loads((DATA / "fetch" / "content-types.json").read_text("utf-8"))
MEDIA_TYPES = [
    case
    for case in json.loads((DATA / "mime" / "mime-types.json").read_text("utf-8"))
    if isinstance(case, dict) and max(case["input"], default="") <= "\xff"  # else it is no field's
]


def fields(*values):
    return Headers([("Content-Type", value) for value in values])


def known(label):
    return None if label is None else known_encoding(label)


def same_codec(one, other):
    """Whether two names are of one codec; browsers decode GBK as gb18030 (WHATWG Encoding 10.1.1)."""
    names = [None if name is None else codecs.lookup(name).name for name in (one, other)]
    return names[0] == ("gb18030" if names[1] == "gbk" else names[1])


@pytest.mark.parametrize("case", CONTENT_TYPES, ids=lambda case: str(case["input"]))
def test_several_fields_say_together_what_the_web_platform_tests_say(case):
    found = fields(*case["input"])
    assert case["mimeType"] == str(media_type(found))
    label = charset_label(found)
    assert same_codec(known(label), case["encoding"])


@pytest.mark.parametrize("case", MEDIA_TYPES, ids=lambda case: ascii(case["input"])[:40])
def test_one_field_has_the_charset_that_the_web_platform_tests_say(case):
    label = charset_label(Headers.from_raw([(b"content-type", case["input"].encode("latin-1"))]))
    assert same_codec(known(label), case.get("encoding"))


def test_without_a_field_there_is_no_media_type():
    assert (None, None) == (media_type(Headers()), charset_label(Headers()))
    assert None is media_type(fields("*/*"))


VALUES = st.lists(
    st.sampled_from(
        [*'/;= ,"\t*', "text", "html", "charset", "CharSet", "utf-8", "; charset=", "text/html"]
    ),
    max_size=8,
).map("".join)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(VALUES)
def test_the_quick_way_to_the_charset_says_what_the_grammar_says(value):
    media = media_type(fields(value))
    assert charset_label(fields(value)) == (media and media.charset)
    if "," not in value and "*" not in value:
        assert parse_media_type(value) == media


@pytest.mark.parametrize("label", ["utf-8", "UTF8", "latin-1", "ISO-8859-1", "koi8-u", "cp437"])
def test_a_label_that_python_knows_is_left_as_it_is(label):
    assert label == known_encoding(f" {label} ")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Shift_JIS", "①髙"),
        ("x-sjis", "①髙"),
        ("windows-31j", "①髙"),
        ("gb2312", "镕"),
        ("x-gbk", "€"),
        ("euc-kr", "똠"),
        ("ks_c_5601-1987", "똠"),
        ("windows-949", "똠"),
        ("windows-874", "ก€"),
        ("x-cp1252", "€"),
        ("x-mac-roman", "é"),
        ("iso-8859-8-i", "א"),
        ("Big5", "嘅"),
    ],
)
def test_a_label_means_what_its_senders_mean(label, text):
    encoding = known_encoding(label)
    assert text == text.encode(encoding).decode(encoding)


@pytest.mark.parametrize(
    "label",
    [
        *("base64", "hex", "bz2", "zlib", "quopri", "uu", "rot13", "rot-13"),  # transforms
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "charmap"),
        *("mbcs", "oem", "ansi", "dbcs"),  # another one on each machine
        *("utf-7", "unicode-1-1-utf-7", "hz", "hz-gb-2312", "iso-2022-kr"),  # hide markup in ASCII
        *("", " ", "no-such", "aliases", "..", "utf-8\0", "utf\n8", "üтf-8", "utf-8\x85"),
        *("'utf-8'", '"utf-8"', "utf-8;", "utf-8,", "utf-8(", "-", "utf 8"),
        *("x" * 100_000, "-" * 100_000, "encodings.utf_8", "os", "utf-8/../hex"),
    ],
)
def test_other_labels_are_unknown(label):
    assert None is known_encoding(label)


def test_labels_of_peers_are_not_remembered():
    before = len(encodings._cache)
    for number in range(100):
        known_encoding(f"never-{number}")
    assert before == len(encodings._cache)


PIECES = st.sampled_from(
    ["x-", "windows-", "cp", "iso-", "utf", "8", "949", "_", "-", ".", " ", ";"]
)
LABELS = st.lists(PIECES | st.sampled_from([*aliases, *aliases.values()]), max_size=4).map("".join)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(LABELS | st.text(max_size=20))
def test_whatever_is_known_decodes_anything(label):
    encoding = known_encoding(label)
    if encoding is not None:
        assert isinstance(bytes(range(256)).decode(encoding, "replace"), str)
        assert isinstance(codecs.getincrementaldecoder(encoding)("replace").decode(b"a", True), str)


def test_every_charset_that_python_lists_is_known_or_refused():
    known = {name for name in aliases.values() if known_encoding(name)}
    assert {
        *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec"),
        *("zlib_codec", "mbcs", "utf_7", "hz", "iso2022_kr"),
    } == set(aliases.values()) - known


@pytest.mark.parametrize("encoding", ["utf-8", "utf-7", "unicode_escape", "cp737", "UTF_16"])
def test_a_caller_may_name_any_text_encoding_of_python(encoding):
    check_encoding(encoding)


@pytest.mark.parametrize(
    "encoding", ["no-such", "base64", "idna", "undefined", "a\0b", "\ud800", ""]
)
def test_a_caller_may_name_no_other(encoding):
    with pytest.raises(LookupError, match="is not a text encoding of Python"):
        check_encoding(encoding)


def test_a_caller_names_an_encoding_by_a_str():
    with pytest.raises(TypeError, match="an encoding must be a str, not bytes"):
        check_encoding(b"utf-8")


MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
}


@pytest.mark.parametrize("mark", MARKS, ids=bytes.hex)
def test_a_mark_tells_the_encoding(mark):
    assert MARKS[mark] == mark_of(mark) == mark_of(mark + b"abcd")
    assert all(may_be_mark(mark[:length]) for length in range(len(mark)))


def test_a_text_without_a_mark_needs_no_more_bytes():
    assert [None] * 3 == [mark_of(start) for start in (b"", b"a", b"\xef\xbb")]
    starts = (b"a", b"\xef\xbba", b"\xef\xbb\xbf", b"\xff\xfea", b"\0a", b"\xff\xfe\0\0")
    assert not any(map(may_be_mark, starts))
    assert all(
        mark_of(bytes(start)) in (None, "utf-16")
        for start in itertools.product([255, 254], repeat=2)
    )


def played():
    """Say which cases are graded here."""
    return {
        "fetch/content-types.json": {"graded": CONTENT_TYPES},
        "mime/mime-types.json": {"graded": MEDIA_TYPES},
    }
