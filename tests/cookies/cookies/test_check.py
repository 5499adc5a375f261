"""Whole cookies, as they come from saved jars. What `set` takes is tested with the jar."""

import pytest

from httpcore_cookies import Cookie, InvalidCookie
from httpcore_cookies.cookies._check import (
    check_cookie,
    check_domain,
    check_name,
    check_path,
    check_value,
    shown,
)

GOOD = Cookie("a", "s3cret", "a.test", "/", expires=5)
CHARACTERS = [chr(number) for number in range(0x180)]
PRINTABLE = {chr(number) for number in range(0x21, 0x7F)}
LOWER = set("abcdefghijklmnopqrstuvwxyz0123456789")


def taken(check, template):
    """Which characters may stand in the place of the X."""
    found = set()
    for character in CHARACTERS:
        try:
            check(template.replace("X", character))
        except InvalidCookie:
            continue
        found.add(character)
    return found


@pytest.mark.parametrize("template", ["X", "aXb"])
def test_what_a_callers_names_and_paths_are_made_of(template):
    assert PRINTABLE - set(";=,") == taken(check_name, template)
    assert PRINTABLE - set(";") == taken(lambda text: check_path("a", text), "/" + template)


def test_a_domain_of_a_caller_is_a_host_as_urls_write_it():
    given = ["A.test", ".a.test", "a.test.", "x.tex", "[::1]", "::1"]
    expected = ["a.test", "a.test", "a.test.", "x.tex", "::1", "::1"]
    assert expected == [check_domain("a", domain) for domain in given]


def test_what_a_callers_values_and_domains_are_made_of():
    def value(text):
        check_value("a", text)

    def domain(text):
        check_domain("a", text)

    assert PRINTABLE - set(";") == taken(value, "X") == taken(value, "Xb") == taken(value, "aX")
    assert PRINTABLE - set(";") | {" "} == taken(value, "aXb")
    letters = LOWER | set("ABCDEFGHIJKLMNOPQRSTUVWXYZ_-")
    assert letters | {"."} == taken(domain, "aXb")
    assert letters == taken(domain, "a.Xb")


@pytest.mark.parametrize(
    ("part", "template", "others"),
    [
        ("name", "X", set()),
        ("name", "aXb", {" ", "\t"}),
        ("name", "aX", set()),
        ("name", "Xa", set()),
        ("value", "X", set("=")),
        ("value", "aXb", set(" \t=")),
        ("value", "aX", set("=")),
        ("value", "Xa", set("=")),
    ],
)
def test_what_the_names_and_values_of_servers_are_made_of(part, template, others):
    octets = PRINTABLE - set(";=") | {chr(number) for number in range(0x80, 0x100)}
    found = taken(lambda text: check_cookie(GOOD.copy_with(**{part: text})), template)
    assert octets | others == found


def test_what_the_domains_and_paths_of_servers_are_made_of():
    def domain(text):
        check_cookie(GOOD.copy_with(domain=text))

    capitals = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    forbidden = set("#%/:<>?@[\\]^|")  # in a domain, and so in a URL's host: URL Standard 3.2
    assert PRINTABLE - capitals - forbidden == taken(domain, "aXb")
    assert PRINTABLE - capitals - forbidden - {"."} == taken(domain, "Xb")
    controls = {chr(number) for number in range(0x20)} - {"\t"} | {"\x7f"}
    path = taken(lambda text: check_cookie(GOOD.copy_with(path=text)), "/aXb")
    assert set(CHARACTERS) - controls == path


@pytest.mark.parametrize("template", ["1X::2", "1::X", "1:X2:"])
def test_a_domain_with_colons_is_an_address(template):
    """Or else a host with a port."""
    found = taken(lambda text: check_cookie(GOOD.copy_with(domain=text)), template)
    assert set("0123456789abcdef.:") == found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": ""},
        {"value": ""},
        {"name": "\xe9 \t,[", "value": '\xff \t"=,'},
        {"value": "x" * 4095},
        {"domain": "", "value": "x" * 9999},
        {"domain": "::1"},
        {"domain": "a_b!.test."},
        {"path": "/d;x \t\u20ac"},
        {"expires": None, "created": 0, "same_site": "none"},
        {"expires": 2**63 - 1},
    ],
)
def test_what_servers_may_set_passes(changes):
    check_cookie(GOOD.copy_with(**changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"domain": "a.test:80"}, "the domain holds a port"),
        ({"name": "a=b"}, "'a=b': the name's character at position 1"),
        ({"name": "a;"}, "the name's character at position 1"),
        ({"name": " a"}, "the name's character at position 0"),
        ({"name": "a\n"}, "the name's character at position 1"),
        ({"name": "\u20ac"}, "the name's character at position 0"),
        ({"value": "s3cret;"}, "the value's character at position 6"),
        ({"value": "s3cret\x00"}, "the value's character at position 6"),
        ({"value": "s3cret\t"}, "the value's character at position 6"),
        ({"value": "\u20ac"}, "the value's character at position 0"),
        ({"domain": "A.test"}, "the domain's character at position 0"),
        ({"domain": ".a.test"}, "the domain's character at position 0"),
        ({"domain": "a.test/"}, "the domain's character at position 6"),
        ({"domain": "[::1]"}, "the domain's character at position 0"),
        ({"domain": "\xe9.test"}, "the domain's character at position 0"),
        ({"path": "d"}, "the path's character at position 0"),
        ({"path": ""}, "the path's character at position 0"),
        ({"path": "/\r"}, "the path's character at position 1"),
        ({"name": "", "value": ""}, "must have a name or a value"),
        ({"value": "s3cret" * 683}, "name and value are 4099 octets together, more than 4096"),
        ({"same_site": "Lax"}, "'a': same_site must be"),
        ({"expires": float("nan")}, "'a': expires is no moment"),
        ({"expires": float("inf")}, "'a': expires is no moment"),
        ({"created": -(10**400)}, "'a': created is no moment"),
    ],
)
def test_what_no_server_may_set_is_refused(changes, words):
    with pytest.raises(InvalidCookie, match=words) as caught:
        check_cookie(GOOD.copy_with(**changes))
    assert "s3cret" not in str(caught.value)


def test_a_message_shows_no_more_than_the_beginning_of_a_name():
    assert ["'" + "x" * 48 + "'", "'" + "x" * 48 + "'..."] == [shown("x" * 48), shown("x" * 49)]
    assert r"'\xe9\n'" == shown("\xe9\n")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": None}, "name must be str, not NoneType"),
        ({"value": b"1"}, "value of 'a' must be str, not bytes"),
        ({"domain": 1}, "domain of 'a' must be str, not int"),
        ({"path": 1}, "path of 'a' must be str, not int"),
        ({"secure": 1}, "'a': secure must be True or False"),
        ({"host_only": None}, "'a': host_only must be True or False"),
        ({"expires": "5"}, "'a': expires must be Unix seconds, not str"),
        ({"created": True}, "'a': created must be Unix seconds, not bool"),
    ],
)
def test_fields_of_other_types_are_type_errors(changes, words):
    with pytest.raises(TypeError, match=words):
        check_cookie(GOOD.copy_with(**changes))
