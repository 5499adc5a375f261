"""Percent-encoding: what is escaped in which component, and decoding."""

import pytest

from httpcore_urls import URL
from httpcore_urls._percent import PATH, decode, decode_octets, to_utf8

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def test_each_component_escapes_its_own_set_only():
    path = "".join(c for c in PRINTABLE if c not in "?#\\")
    url = URL(f"http://h/{path}?{PRINTABLE.replace('#', '')}#{PRINTABLE}")
    assert [c for c in path if c not in url.path[1:]] == list(' "<>^`{}')
    assert [c for c in PRINTABLE if c != "#" and c not in url.query] == list(" \"'<>")
    assert [c for c in PRINTABLE if c not in url.fragment] == list(' "<>`')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%41%c3%A9", "Aé"),
        ("%", "%"),
        ("%4", "%4"),
        ("%zz%41", "%zzA"),
        ("%FF", "\ufffd"),
        ("é", "é"),
    ],
)
def test_escapes_are_decoded_and_the_rest_left(text: str, expected: str):
    assert expected == decode(text)
    assert decode_octets("é") == "é".encode()


def test_escapes_stay_as_they_are_spelt():
    assert PATH.encode("%c3%A9%2f%zz") == "%c3%A9%2f%zz"


def test_lone_surrogate_is_replaced():
    assert to_utf8("a\ud800") == "a\ufffd".encode()
    assert URL("http://h/\ud800").path == "/%EF%BF%BD"
