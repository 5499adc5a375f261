"""The quick road reads what the full parser reads with the same result, or nothing."""

import itertools

import pytest
from hypothesis import given

from httpcore_urls import URL
from httpcore_urls._errors import RefusedError
from httpcore_urls._parse import parse_full
from httpcore_urls._parts import MAX_URL_CHARACTERS
from httpcore_urls._quick import read
from httpcore_urls._write import write

from .test_properties import WEB, bounded


def agrees(text: str) -> bool:
    """Compare the two roads; False if the quick one left the text to the other."""
    fields = read(text)
    if fields is None:
        return False
    parts = parse_full(text)  # a RefusedError here: the quick road took what it may not
    *quick, written = fields
    assert list(parts[:8]) == quick
    assert written in (None, write(parts))
    assert written in (None, text)
    return True


SCHEMES = ["http", "https", "ws", "wss", "HTTP", "ftp"]
AUTHORITIES = [
    "h",
    "a.b-c_d",
    "H",
    "127.1",
    "1.a",
    "a.1",
    "a.0x1",
    "a..b",
    "a.",
    "xn--bcher-kva.x",
    "xn--a",
    "bücher.x",
    "BÜCHER。x",
    "é" * 70,
    "h%41",
    "h%2f",
    "[::1]",
    "[::FFFF:1.2.3.4]",
    "[::1",
    "[::1%25eth0]",
    "user@h",
    "user:p%40ss@h",
    ":@h",
    ":p@h",
    "@h",
    "u@s@h",
    "u:p:w@h",
    "us er@h",
    "ü:p@h",
    "u@bücher.x",
    "",
    "h^",
    "h h",
]
PORTS = ["", ":", ":80", ":443", ":0", ":08", ":65535", ":65536", ":99999", ":000080", ":8x"]
TAILS = [
    "",
    "/",
    "/a/./b",
    "/a/..",
    "/%2e",
    "/%2E%2e/x",
    "/%20",
    "/^",
    "/|",
    "/a?b#c",
    "?'",
    "?^`{}",
]
ODD = [
    "#`",
    "#'^{}|\\",
    "/a\\b",
    "/é",
    "/ ",
    "//",
    "/.a",
    "/a.",
    "?a?b",
    "#a#b",
    "/%",
    "/[]@:",
    '?"',
    "/a b/é/../%2E?ü ö#ä <",
    "?é",
    "#é",
    "/é^",
    "?é^'",
    "#é^`",
    "/é\\..",
    "/ü?\\#\\",
    "/é\t",
    "/é ",
    "/\u3000",
    "/\ud800",
    "/a//../b/..",
    "/../a",
    "/./",
]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_quick_road_agrees_with_the_full_one(scheme: str):
    taken = 0
    for authority, port, tail in itertools.product(AUTHORITIES, PORTS, TAILS + ODD):
        taken += agrees(f"{scheme}://{authority}{port}{tail}")
    assert (taken > 0) == (scheme in ("http", "https", "ws", "wss"))


@pytest.mark.parametrize(
    "place",
    [
        "http://h{}/",
        "http://{}/",
        "http://h/{}x",
        "http://h/?{}",
        "http://h/#{}",
        "http://u{}@h/",
        "http://u:{}@h/",
        "http://h:{}/",
        "http://h{}",
        "http://[{}]/",
        "{}http://h/",
        "http:{}//h/",
        "http://{}/é",
        "http://h/é{}",
        "http://h/{}é",
    ],
)
def test_quick_road_agrees_on_each_character(place: str):
    for code in (*range(0x250), *range(0x2000, 0x2070), 0x3000, 0x3002, 0xD800, 0xFEFF, 0xFF0E):
        agrees(place.format(chr(code)))


ORDINARY = [
    "https://example.org/",
    "http://a_b.example.org:8080/a/b.c?d=e&f=g%20h+i#j",
    "https://xn--bcher-kva.example/a//b?",
    "ws://h/?#",
]
PLAIN = [
    *ORDINARY,
    "https://example.org",
    "http://u:p%40@h:80/",
    "http://127.0.0.1:8000/",
    "http://[::1]/",
    "https://Bücher.example/ä/../ö?ü#ß",
]


@pytest.mark.parametrize("text", PLAIN)
def test_quick_road_takes_plain_urls(text: str):
    assert agrees(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_text_of_an_ordinary_url_is_kept_and_not_written_again(text: str):
    assert str(URL(text)) is text


@bounded
@given(WEB)
def test_both_roads_agree_on_any_text(text: str):
    agrees(text)


def test_quick_road_leaves_lengths_to_the_full_one():
    for host in ("a" * 64, ".".join(["a" * 63] * 4), "a." * 126 + "ab", "é" * 254):
        assert read(f"http://{host}/") is None
        with pytest.raises(RefusedError, match="longer than"):
            parse_full(f"http://{host}/")
    assert read("http://h/" + "a" * MAX_URL_CHARACTERS) is None
    longest = "a." * 126 + "a"
    assert longest == URL(f"http://{longest}/").host
