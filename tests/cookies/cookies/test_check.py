"""Whole cookies, as they come from saved jars. What `set` takes is tested with the jar."""

import pytest

from httpcore_cookies import Cookie, InvalidCookie
from httpcore_cookies.cookies._check import check_cookie

GOOD = Cookie("a", "s3cret", "a.test", "/", expires=5)


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
