"""Parsers of what a peer sends, of which no other folder says that they take linear time."""

import pytest

from httpcore_client.cache._control import CacheControl
from httpcore_client.events._parser import EventParser
from httpcore_client.websocket._deflate import Payloads
from httpcore_headers import Headers, parse_http_date
from httpcore_pool import MessageLimits
from httpcore_pool._charset import charset_label, known_encoding
from httpcore_pool.connection._http11_head import read_head
from httpcore_pool.connection._http11_referee import H11Reader
from httpcore_urls import masking
from testkit.linear import assert_linear, seconds

CHARACTERS = 20_000
WIDE = MessageLimits(head_bytes=2**30, fields=2**30, chunk_overhead_bytes=2**30)
HEAD_UNITS = ["a: b\r\n", "a", "a: ", " ", "\r\n ", "\r", "\n", ":", "Connection: a,\r\n"]
URL_UNITS = ["//", "@", "//a@", "?a=", "#a=", "&", "%", "%25", "{", '"', ";a=", "token=1&", "[{"]


def head_of(text):
    return f"HTTP/1.1 200 OK\r\n{text}\r\n\r\n".encode("latin-1")


def refereed(text):
    reader = H11Reader("GET", WIDE)
    reader.feed(head_of(text))
    reader.next_head()


def fed(text, size=None):
    parser, data = EventParser(max_event_bytes=2**30), text.encode()
    for at in range(0, len(data), size or len(data)):
        parser.feed(data[at : at + (size or len(data))])
    parser.feed(b"\n\n")


# By what is read: a function of a text, and what that is made of.
PARSERS = {
    "a head": (lambda text: read_head(head_of(text), "GET", WIDE), HEAD_UNITS),
    "a head, refereed": (refereed, HEAD_UNITS),
    "a date": (parse_http_date, ["Mon, ", "0", " ", "a", ":"]),
    "Cache-Control": (
        lambda text: CacheControl.of(Headers({"Cache-Control": text})),
        ["a,", 'a="', '\\"', "=,", " ,", "a=1,"],
    ),
    "a charset": (known_encoding, ["a", "-", "_", " "]),
    "Content-Type": (
        lambda text: charset_label(Headers({"Content-Type": text})),
        ["a/b,", "a/b;charset=x,", ';a="', '\\"', ",", "; "],
    ),
    "an extension": (
        lambda text: Payloads(1).finalize(f"permessage-deflate;{text}"),
        [" ", "a=", 'a="1";', "\t=", ";"],
    ),
    "events": (fed, ["data: a\n", "data", "id: 1\n", ":\n", "\r\n", "\r", "\n", "a"]),
    "events, in pieces": (
        lambda text: fed(text, 7),
        ["data: a\n", "id: 1\n", ":\n", "\r\n", "\r", "a"],
    ),
    "a URL that is shown": (masking.masked_reference, URL_UNITS),
    "JSON that is shown": (masking.masked_json, ["{", '"', '"a":', '\\"', '"token":[', '"a":"b=']),
    "a form that is shown": (masking.masked_form, ["a=", "&", "%", "%2525", "token=", "a=%7B%22"]),
}


@pytest.mark.parametrize("name", PARSERS)
def test_a_hostile_text_takes_linear_time(name):
    parse, units = PARSERS[name]
    for unit in units:
        assert_linear(parse, unit, CHARACTERS // len(unit))


def test_what_takes_the_square_of_the_time_is_found_out():
    with pytest.raises(AssertionError):
        assert_linear(lambda text: [text[:at].count("b") for at in range(len(text))], "a", 5_000)
    assert 0 <= seconds(int, "no number") < 1
