"""Text and lines by the piece: the same however the bytes are cut."""

import codecs
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import run_sync
from httpcore_pool._text import Lines, TextPieces, decode


def drawn(pieces, encoding):
    """The text pieces that byte pieces give."""
    left = [piece for piece in pieces if piece]

    async def next_():
        return left.pop(0) if left else b""

    return TextPieces(next_, lambda start: encoding)


def all_of(next_):
    found = []
    while (item := run_sync(next_())) is not None:
        found.append(item)
    assert None is run_sync(next_())  # again
    return found


def text_of(pieces, encoding):
    found = all_of(drawn(pieces, encoding).next_piece)
    assert "" not in found
    return "".join(found)


def lines_of(pieces, encoding="utf-8"):
    return all_of(Lines(drawn(pieces, encoding).next_piece).next_line)


def cuts_of(data):
    """In two, at each place, and byte by byte."""
    yield from ([data[:at], data[at:]] for at in range(len(data) + 1))
    yield [data[at : at + 1] for at in range(len(data))]


def lines_meant(text):
    """The lines by definition: only CR, LF and CRLF end one, and an empty rest is none."""
    lines = re.split("\r\n|\r|\n", text)
    return lines if lines[-1] else lines[:-1]


TEXT = "a\u2028b\r\n\r\u0085ü\n\r\n\n€𝄞\x0b\x0c\x1c\r"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["bare", "mark"])
def test_each_cut_of_utf_8_gives_the_same_text_and_lines(mark):
    for cut in cuts_of(mark + TEXT.encode()):
        assert TEXT == text_of(cut, "utf-8")
        assert lines_meant(TEXT) == lines_of(cut)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "gb18030"])
def test_each_cut_of_wide_encodings_gives_the_same_lines(encoding):
    data = TEXT.encode(encoding)
    assert "\ufeff" not in decode(data, encoding)
    for cut in cuts_of(data):
        assert TEXT == text_of(cut, encoding)
        assert lines_meant(TEXT) == lines_of(cut, encoding)


ENCODINGS = ["utf-8", "utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "gb18030", "cp932"]
ENCODINGS += ["cp949", "big5hkscs", "euc_jp", "iso2022_jp", "ascii", "koi8-r", "utf-8-sig"]


OCTETS = [b"a", b"\r", b"\n", b"\0", b"\xff", b"\xfe\xff", b"\xc3", b"\xa4\x84", b"\xe2\x82\xac"]
OCTETS += [codecs.BOM_UTF8, b"\x1b$B", b"\x1b(B"]


@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    st.lists(st.sampled_from(OCTETS) | st.binary(max_size=4), max_size=12).map(b"".join),
    st.sampled_from(ENCODINGS),
    st.data(),
)
def test_any_cut_of_any_bytes_gives_the_same(content, encoding, data):
    text = decode(content, encoding)
    at = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=5)))
    cut = [content[start:end] for start, end in zip([0, *at], [*at, len(content)], strict=True)]
    assert text == text_of(cut, encoding)
    assert lines_meant(text) == lines_of(cut, encoding)


def test_what_can_not_be_decoded_and_an_end_in_a_character_are_replaced():
    assert (
        "a\ufffdb\ufffd"
        == text_of([b"a\xff", b"b\xe2\x82"], "utf-8")
        == decode(b"a\xffb\xe2\x82", "utf-8")
    )


def test_broken_escape_sequences_do_not_fail_and_are_the_same_in_each_cut():
    data = b'a\x1b$\xd4~}2~{\xf0\x1b$B$"\x1b(Bb'
    first, *others = [text_of(cut, "iso2022_jp") for cut in cuts_of(data)]
    assert {first} == set(others)
    assert first.startswith("a\ufffd")
    assert first.endswith("b")
    assert "aあb" == text_of([b"a\x1b$", b'B$"\x1b(Bb'], "iso-2022-jp")


def test_a_mark_is_only_left_out_at_the_start():
    assert "a\ufeffb" == text_of([b"\xef", b"\xbb\xbfa\xef\xbb\xbfb"], "utf-8")
    assert "\ufffd" == text_of([b"\xef\xbb"], "utf-8")
    assert "" == text_of([b"\xef\xbb\xbf"], "utf-8")


def test_the_charset_is_chosen_once_the_mark_is_there_and_not_later():
    starts = []

    def choose(start):
        starts.append(start)
        return "utf-8"

    left = [b"\xef", b"\xbb", b"\xbfa", b"b"]

    async def next_():
        return left.pop(0) if left else b""

    pieces = TextPieces(next_, choose)
    assert ["a", "b"] == all_of(pieces.next_piece)
    left = [b"a", b"b"]
    assert "a" == run_sync(TextPieces(next_, choose).next_piece())  # does not wait for more
    assert [b"\xef\xbb\xbfa", b"a"] == starts


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [""]),
        ("\r\n", [""]),
        ("\n\r", ["", ""]),
        ("\r\r\n\n", ["", "", ""]),
        ("a", ["a"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\n\nb", ["a", "", "b"]),
    ],
)
def test_only_cr_lf_and_crlf_end_a_line_in_each_cut(text, lines):
    for cut in cuts_of(text.encode()):
        assert lines == lines_of(cut)


def test_a_line_is_given_as_soon_as_its_cr_is_there():
    left = ["a\r", "\nb\n"]

    async def next_():
        return left.pop(0) if left else None

    lines = Lines(next_)
    assert ("a", ["\nb\n"]) == (run_sync(lines.next_line()), left)
    assert ["b"] == all_of(lines.next_line)


def test_a_long_line_in_small_pieces_takes_linear_time():
    def seconds(pieces):
        began = time.process_time()
        assert [1000 * pieces] == [len(line) for line in lines_of([b"x" * 1000] * pieces)]
        return time.process_time() - began

    seconds(100)
    assert seconds(8_000) < 40 * max(seconds(1_000), 0.001)  # quadratic would be 64 times as much


def test_many_lines_in_random_pieces_come_out_in_order():
    source = random.Random(7)
    lines = ["é" * source.randrange(30) for _ in range(2_000)]
    data = "".join(line + source.choice(["\n", "\r\n", "\r"]) for line in lines[:-1]).encode()
    expected = lines_meant(data.decode())
    at = sorted(source.randrange(len(data)) for _ in range(500))
    cut = [data[start:end] for start, end in zip([0, *at], [*at, len(data)], strict=True)]
    assert expected == lines_of(cut)
