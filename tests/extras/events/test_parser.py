"""`EventParser`: the rules of WHATWG HTML, sections 9.2.5 and 9.2.6."""

import contextlib
import itertools
import json
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_client.events import EventParser, EventTooLarge, ServerSentEvent

M = "message"


def parsed(*pieces, **settings):
    parser = EventParser(**settings)
    return [event for piece in pieces for event in parser.feed(piece)]


def data_of(*pieces, **settings):
    return [event.data for event in parsed(*pieces, **settings)]


# What the standard itself gives as examples, and a row for each rule.
STREAMS = [
    ("two lines of data", b"data: YHOO\ndata: +2\ndata: 10\n\n", ["YHOO\n+2\n10"]),
    ("data without a colon", b"data\n\ndata\ndata\n\ndata:", ["", "\n"]),
    ("one space is left out", b"data:test\n\ndata: test\n\ndata:  test\n\n",
     ["test", "test", " test"]),
    ("a tab is not", b"data:\ttest\n\n", ["\ttest"]),
    ("comments", b": hello\n:\ndata: a\n: in between\ndata: b\n\n:\n\n", ["a\nb"]),
    ("unknown fields", b"other: x\ndata: a\nDATA: b\ndatax: c\n data: d\n\n", ["a"]),
    ("no data", b"event: x\n\nid: 1\n\nretry: 5\n\n", []),
    ("the last without its blank line", b"data: a\n\ndata: b\n", ["a"]),
    ("colons in data", b"data: a: b:c\n\n", ["a: b:c"]),
    ("CR", b"data: a\rdata: b\r\rdata: c\r\r", ["a\nb", "c"]),
    ("CRLF", b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", ["a\nb", "c"]),
    ("all ends of lines", b"data: a\rdata: b\r\ndata: c\n\rdata: d\r\n\ndata: e\n\r\n",
     ["a\nb\nc", "d", "e"]),
    ("blank lines", b"\n\n\ndata: a\n\n\n\n\n\ndata: b\n\n", ["a", "b"]),
    ("no other ends of lines", "data: a\u2028b\u2029c\x85d\x0be\x0cf\n\n".encode(),
     ["a\u2028b\u2029c\x85d\x0be\x0cf"]),
    ("byte order mark", b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n", ["a", "c"]),
    ("byte order mark and a blank line", b"\xef\xbb\xbf\n\ndata: a\n\n", ["a"]),
    ("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    ("broken UTF-8", b"data: \xff\xe2\x82\ndata: \xe2\x82\xac\xf0\x9f\n\n", ["\ufffd\ufffd\n\u20ac\ufffd"]),
    ("an emoji", "data: \U0001f600\n\n".encode(), ["\U0001f600"]),
    ("NUL in data", b"data: a\0b\n\n", ["a\0b"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stream", "expected"), [row[1:] for row in STREAMS], ids=[row[0] for row in STREAMS]
)
def test_stream_means_the_same_however_it_is_cut(stream, expected):
    assert data_of(stream) == expected
    assert data_of(*(stream[at : at + 1] for at in range(len(stream)))) == expected
    for cut in range(len(stream)):
        assert data_of(stream[:cut], stream[cut:]) == expected
    for seed in range(20):
        cuts = sorted(random.Random(seed).choices(range(len(stream) + 1), k=4))
        pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
        assert data_of(*pieces) == expected
        # A limit that all just keep to changes nothing, whatever comes besides.
        assert data_of(*pieces, max_event_bytes=40) == expected


def by_the_standard(stream):
    """Return a stream's events as (type, data, ID), and its last `retry`: the rules word for word."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    *lines, _ = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    data, kind, identifier, retry, events = "", "", "", None, []
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((kind or "message", data.removesuffix("\n"), identifier))
            data = kind = ""
        elif field == "event":
            kind = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            identifier = value
        elif field == "retry" and value and all(each in "0123456789" for each in value):
            retry = int(value)
    return events, retry


PARTS = [
    *(b"data", b"data:", b"data: ", b"event: ", b"id:", b"id: 1", b"id", b"retry: ", b"12", b": c"),
    *(b"\n", b"\n\n", b"\r", b"\r\n", b":", b" ", b"x", b"\0", b"dat", b"DATA: ", b"\x0b"),
    *(b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xe2\x82\xac", b"\xe2", b"\xff", b"\xc2\x85"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=20), st.lists(st.integers(0, 60), max_size=6))
def test_parser_agrees_with_the_standard_word_for_word(parts, cuts):
    stream, parser = b"".join(parts), EventParser()
    at = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    found = [event for a, b in itertools.pairwise(at) for event in parser.feed(stream[a:b])]
    parser.end()
    assert ([event[:3] for event in found], parser.retry) == by_the_standard(stream)


def test_event_has_its_type():
    stream = b"event: add\ndata: 1\n\ndata: 2\n\nevent\ndata: 3\n\nevent: a\nevent: b\ndata: 4\n\n"
    assert [(event.event, event.data) for event in parsed(stream)] == [
        ("add", "1"), (M, "2"), (M, "3"), ("b", "4"),
    ]  # fmt: skip


def test_event_without_data_leaves_its_type_behind():
    assert parsed(b"event: add\n\ndata: 1\n\n") == [ServerSentEvent(M, "1", "", None)]


def test_id_holds_until_the_next():
    stream = b"data: 0\n\nid: 1\ndata: 1\n\ndata: 2\n\nid: \x00\ndata: 3\n\nid\ndata: 4\n\n"
    assert [event.id for event in parsed(stream)] == ["", "1", "1", "1", ""]


def test_id_counts_when_its_event_ends_even_without_data():
    parser = EventParser(last_event_id="0")
    assert parser.feed(b"id: 1\n") == []
    assert parser.last_event_id == "0"
    assert parser.feed(b"\n") == []
    assert parser.last_event_id == "1"
    parser.feed(b"id: 2\n")
    parser.end()
    assert parser.last_event_id == "1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2500", 2500), ("0", 0), ("007", 7), ("", None), ("-1", None), ("1.5", None), ("1e3", None),
        (" 5", None),
        ("\u0665", None), ("99999999999", 86_400_000), ("9" * 10_000, 86_400_000),
        ("0" * 10_000 + "5", 5),
    ],
    ids=lambda value: f"{value!s:.12}",
)  # fmt: skip
def test_retry_is_digits_alone_and_a_day_at_most(value, expected):
    parser = EventParser()
    assert parser.feed(f"retry: {value}\ndata: x\n\n".encode()) == [
        ServerSentEvent(M, "x", "", expected)
    ]
    assert parser.retry == expected


def test_retry_counts_without_an_event():
    parser = EventParser()
    assert parser.feed(b"retry: 10\n\n") == []
    assert parser.retry == 10
    parser.feed(b"data: x\nretry: 20\nretry: x\nretry: 30")
    parser.end()
    assert parser.retry == 20


def test_last_good_retry_of_an_event_is_its_own():
    assert [event.retry for event in parsed(b"retry: 1\nretry: 0\nretry: x\ndata: a\n\n")] == [0]


def test_after_the_end_another_stream_begins():
    parser = EventParser()
    assert parser.feed(b"id: 7\ndata: a\n\ndata: lost\r") == [ServerSentEvent(M, "a", "7")]
    parser.end()
    assert parser.feed(b"\xef\xbb\xbf\ndata: b\n\n") == [ServerSentEvent(M, "b", "7")]


def test_nobody_waits_for_what_follows_a_carriage_return():
    parser = EventParser()
    assert [event.data for event in parser.feed(b"data: a\r\r")] == ["a"]
    assert parser.feed(b"\n") == []
    assert [event.data for event in parser.feed(b"data: b\r\n\r")] == ["b"]
    assert parser.feed(b"") == []
    assert [event.data for event in parser.feed(b"\ndata: c\n\n")] == ["c"]


@pytest.mark.parametrize("size", [1, 7, 1000], ids=str)
def test_event_larger_than_the_limit_is_an_error(size):
    fits = b"data: " + b"x" * 94 + b"\n\n"
    assert data_of(fits, max_event_bytes=100) == ["x" * 94]
    stream = fits + b"data: " + b"x" * 250 + b"\n\n"
    parser = EventParser(max_event_bytes=100)
    events = []
    with pytest.raises(EventTooLarge) as caught:
        for at in range(0, len(stream), size):
            events += parser.feed(stream[at : at + size])
        parser.end()
    assert caught.value.message == "an event has more than 100 bytes (max_event_bytes)"
    assert caught.value.limit == 100
    assert len(events) == 1
    if size < 1000:
        with pytest.raises(EventTooLarge):
            parser.feed(b"data: y\n\n")


@pytest.mark.parametrize(
    ("rest", "is_large"),
    [
        (b"data: abc", False),
        (b"data: abc\n", False),
        (b"data: abc\nothers: x", False),
        (b"data: abc\nevent", False),  # which may become another field
        (b"data: abcd", True),
        (b"data: ab\ndata\n", True),
        (b"data: abc\nevent:", True),
        (b": x\nretry: 1000\n:", True),
    ],
    ids=repr,
)
def test_what_has_not_ended_counts_as_well_the_same_in_every_split(rest, is_large):
    outcomes = set()
    for size in range(1, len(rest) + 1):
        parser, failed = EventParser(max_event_bytes=len(b"data: abc")), False
        try:
            for at in range(0, len(rest), size):
                assert [] == parser.feed(rest[at : at + size])
            parser.end()
        except EventTooLarge:
            failed = True
        outcomes.add(failed)
    assert {is_large} == outcomes


def test_many_lines_count_together():
    stream = b"".join(b"data: %d\n" % n for n in range(10, 21))
    assert len(data_of(stream + b"\n", max_event_bytes=98)) == 1
    with pytest.raises(EventTooLarge):
        data_of(stream + b"\n", max_event_bytes=97)


def test_heartbeats_are_never_too_large():
    parser = EventParser(max_event_bytes=50)
    for _ in range(100):
        assert parser.feed(b": still here\n") == []
    assert parser.feed(b":" + b"x" * 1000) == []  # nor is one comment
    assert parser.feed(b"x" * 1000 + b"\nother: 1\ndata: a\n\n")[0].data == "a"


@pytest.mark.parametrize("line", [b"other: ", b"datax", b" data: ", b"Data"])
def test_unknown_fields_are_never_too_large(line):
    parser = EventParser(max_event_bytes=50)
    for piece in (line, *[b"x" * 200] * 3, b"\ndata: a\n\n"):
        events = parser.feed(piece)
    assert ["a"] == [event.data for event in events]


@pytest.mark.parametrize("behind", [b":", b"other", b": x\n:", b"x\ny"])
def test_what_does_not_count_may_come_behind_an_event_that_just_fits(behind):
    parser = EventParser(max_event_bytes=len(b"data: abc"))
    events = []
    for piece in (b"data: abc\n" + behind, *[b"z" * 30] * 3, b"\n\n"):
        events += parser.feed(piece)
    assert ["abc"] == [event.data for event in events]


@pytest.mark.parametrize(
    "pieces", [[b":comment-\n"], [b"xx: y\n"], [b"da", b"ta", b":\n"], [b"xy"]], ids=str
)
def test_memory_is_bounded_however_small_the_pieces(pieces):
    parser = EventParser(max_event_bytes=1000)
    with contextlib.suppress(EventTooLarge):
        for piece in pieces * 2000:
            parser.feed(piece)
            assert sys.getsizeof(parser._pending) <= 2500


def test_data_as_json():
    event = ServerSentEvent(data='{"a": [1]}')
    assert event.json() == {"a": [1]}
    assert event.json(lambda text: json.loads(text)["a"]) == [1]
    for other in ("[DONE]", "", "[" * 200_000, '{"a":' * 200_000):
        with pytest.raises(json.JSONDecodeError):
            ServerSentEvent(data=other).json()


@pytest.mark.parametrize(
    ("limit", "kind", "says"),
    [
        ("1", TypeError, "max_event_bytes must be a whole number, not str"),
        (True, TypeError, "max_event_bytes must be a whole number, not bool"),
        (0, ValueError, "max_event_bytes must be at least 1, not 0"),
    ],
    ids=["text", "truth", "zero"],
)
def test_limit_is_checked(limit, kind, says):
    with pytest.raises(kind) as caught:
        EventParser(max_event_bytes=limit)
    assert str(caught.value) == says
