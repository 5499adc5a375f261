"""Saved cookies: what is written is read back, what others write is read, and damage is named."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import Cookie, InvalidCookie
from httpcore_cookies.cookies import _persist
from httpcore_cookies.cookies._errors import CookieFileError
from httpcore_cookies.cookies._persist import (
    from_json,
    from_netscape,
    to_json,
    to_netscape,
)
from testkit.saved_cookies import ALL, NEVER, entry, line, saved


def damage(function, data):
    """Return the error for damaged data as text, without its beginning; no value is in it."""
    with pytest.raises(CookieFileError) as caught:
        function(data)
    assert "s3cret" not in str(caught.value) + repr(caught.value)
    shown = str(caught.value)
    assert shown.startswith(f"saved cookies, line {caught.value.line}: ")
    return shown.removeprefix("saved cookies, ")


# -- JSON --


def test_json_keeps_every_field_of_every_cookie_in_order():
    assert ALL == from_json(to_json(ALL))
    assert [] == from_json(to_json([]))
    assert Cookie._fields == _persist._KEYS


def test_json_is_ascii_with_a_cookie_on_each_line():
    assert (
        '{"format": "httpcore-cookies", "version": 1, "cookies": [\n'
        '{"name": "id", "value": "s3cret", "domain": "a.test", "path": "/x", "host_only": true,'
        ' "secure": true, "http_only": true, "same_site": "lax", "expires": 4102444800.0,'
        ' "created": 1767225600.25},\n'
        '{"name": "octets", "value": "\\u00c3\\u00a9\\u00ff", "domain": "localhost",'
        ' "path": "/\\u00e9", "host_only": true, "secure": false, "http_only": false,'
        ' "same_site": null, "expires": null, "created": 0.0}\n'
        "]}\n"
    ) == to_json([ALL[0], ALL[4]])
    assert '{"format": "httpcore-cookies", "version": 1, "cookies": [\n]}\n' == to_json([])


def test_json_is_read_in_any_layout_and_order_of_keys():
    text = json.dumps(json.loads(to_json(ALL)), indent=2, sort_keys=True)
    assert ALL == from_json(text)
    assert ALL == from_json(json.dumps(json.loads(text), separators=(",", ":")))


@pytest.mark.parametrize(
    "cookie",
    [
        Cookie("a;", "1", "a.test"),
        Cookie("a", "1", "a.test", expires=float("inf")),
        Cookie("__Host-a", "1", "a.test", "/x"),
    ],
)
@pytest.mark.parametrize("to_text", [to_json, to_netscape])
def test_a_cookie_that_could_not_be_read_back_is_not_written(to_text, cookie):
    with pytest.raises(InvalidCookie):
        to_text([ALL[0], cookie])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: broken JSON: Expecting value"),
        ('{\n"a": s3cret}', "line 2: broken JSON: Expecting value"),
        (to_json(ALL)[:-3], "line 9: broken JSON: Expecting ',' delimiter"),
        (to_json(ALL) + "{}", "line 10: broken JSON: Extra data"),
        (to_json(ALL).replace("s3cret", "s3\tcret"), "line 2: broken JSON: Invalid control char"),
        ("[" * 1_000_000, "line 1: broken JSON: too many brackets"),
        ("[]", "line 1: expected an object in which no key stands twice"),
        ("1", "line 1: expected an object"),
        ('{"format": "httpcore-cookies", "format": "httpcore-cookies"}', "line 1: expected an obj"),
        ("{}", "line 1: this is no saved jar, in which \"format\" is 'httpcore-cookies'"),
        ('{"cookies": [], "origins": []}', "line 1: this is no saved jar"),
        (saved(version="2"), "line 1: version 2 of the format is of a newer release"),
        (saved(version="1e999"), "line 1: version inf of the format is of a newer release"),
        (saved(version="0"), 'line 1: "version" must be 1'),
        (saved(version="true"), 'line 1: "version" must be 1'),
        (saved(version='"1"'), 'line 1: "version" must be 1'),
        (saved(version="NaN"), 'line 1: "version" must be 1'),
        (saved(version="1")[:-1] + ', "more": 1}', 'line 1: expected "format", "version" and'),
        ('{"format": "httpcore-cookies", "version": 1}', 'line 1: expected "format", "version"'),
        (saved().replace("[\n\n]", '{"a": []}'), 'line 1: expected "format", "version" and the'),
    ],
)
def test_json_that_is_no_saved_jar_is_named_with_its_line(text, message):
    assert damage(from_json, text).startswith(message)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("1", "expected an object in which no key stands twice"),
        ("[[{}, {}], {}]", "expected an object in which no key stands twice"),
        (entry()[:-1] + ', "name": "id"}', "expected an object in which no key stands twice"),
        (entry(partitioned=True), "key 'partitioned' is unknown"),
        ("{}", "key 'created' is missing"),
        (entry().replace('"host_only": true, ', ""), "key 'host_only' is missing"),
        (entry(name=1), "a cookie's name must be str, not float"),
        (entry(value=None), "a cookie's value of 'id' must be str, not NoneType"),
        (entry(domain=["a.test"]), "a cookie's domain of 'id' must be str, not list"),
        (entry(path={"a": {}}), "a cookie's path of 'id' must be str, not dict"),
        (entry(host_only=1), "cookie 'id': host_only must be True or False"),
        (entry(secure="true"), "cookie 'id': secure must be True or False"),
        (entry(http_only=None), "cookie 'id': http_only must be True or False"),
        (entry(same_site="Lax"), "cookie 'id': same_site must be 'strict', 'lax', 'none' or None"),
        (entry(same_site=["lax"]), "cookie 'id': same_site must be 'strict', 'lax', 'none' or"),
        (entry(expires=True), "cookie 'id': expires must be Unix seconds, not bool"),
        (entry(expires="1"), "cookie 'id': expires must be Unix seconds, not str"),
        (entry(expires=float("nan")), "cookie 'id': expires "),
        (entry(expires=10**400), "cookie 'id': expires "),
        (entry(created=None), "cookie 'id': created must be Unix seconds, not NoneType"),
        (entry(created=float("-inf")), "cookie 'id': created "),
        (entry(name="i;d"), "cookie 'i;d': the name's character at position 1"),
        (entry(value="s3cret\n"), "cookie 'id': the value's character at position 6"),
        (entry(value="\u20ac s3cret"), "cookie 'id': the value's character at position 0"),
        (entry(value="\ud800"), "cookie 'id': the value's character at position 0"),
        (entry(value="s3cret" * 1000), "cookie 'id': name and value "),
        (entry(name="", value=""), "a cookie must have a name or a value"),
        (entry(domain="A.test"), "cookie 'id': the domain's character at position 0"),
        (entry(domain=".a.test"), "cookie 'id': the domain's character at position 0"),
        (entry(domain="#a.test"), "cookie 'id': the domain's character at position 0"),
        (entry(domain="u@a.test"), "cookie 'id': the domain's character at position 1"),
        (entry(path="x"), "cookie 'id': the path's character at position 0"),
        (entry(name="__Host-id"), "cookie '__Host-id': the path must be '/'"),
    ],
)
def test_an_entry_that_no_server_may_set_is_named_with_its_line(bad, message):
    good = entry(value='[{,"\\')  # what looks like structure, and is text
    assert damage(from_json, saved(bad)).startswith(f"line 2: {message}")
    assert damage(from_json, saved(good, good, bad)).startswith(f"line 4: {message}")
    assert damage(from_json, saved(good, "\n\n" + bad, bad)).startswith(f"line 5: {message}")


# -- cookies.txt --


def test_a_cookies_txt_is_written_as_its_readers_expect_it():
    assert (
        b"# Netscape HTTP Cookie File\n"
        b"# Written by httpcore-cookies.\n"
        b"\n"
        b"#HttpOnly_a.test\tFALSE\t/x\tTRUE\t4102444800\tid\ts3cret\n"
        b".a.test\tTRUE\t/\tFALSE\t0\tsession\t\n"
        b"b.test\tFALSE\t/\tFALSE\t4102444800\t\tnameless\n"
        b'::1\tFALSE\t/a b\tFALSE\t0\tquoted\t"a, b=c"\n'
        b"localhost\tFALSE\t/\xe9\tFALSE\t0\toctets\t\xc3\xa9\xff\n"
    ) == to_netscape(ALL)


def test_a_cookies_txt_keeps_all_but_what_it_has_no_place_for():
    carried = [c for c in ALL if c.name not in ("tabs", "unscoped")]
    expected = [c.copy_with(same_site=None, created=0.0) for c in carried]
    expected[2] = expected[2].copy_with(expires=NEVER)
    assert expected == from_netscape(to_netscape(ALL))


@pytest.mark.parametrize("both", [(to_json, from_json), (to_netscape, from_netscape)])
def test_a_cookie_becomes_what_its_name_promises(both):
    to_text, from_text = both
    cookie = Cookie("__Host-id", "1", "a.test", host_only=False)
    expected = Cookie("__Host-id", "1", "a.test", secure=True)
    assert [expected] == from_text(to_text([cookie]))


@pytest.mark.parametrize(
    "cookie",
    [
        Cookie("unscoped", "1"),
        Cookie("na\tme", "1", "a.test"),
        Cookie("name", "1\t2", "a.test"),
        Cookie("name", "1", "a.test", "/\t"),
        Cookie("name", "1", "a.test", "/\u20ac"),
    ],
)
def test_what_a_cookies_txt_has_no_place_for_is_left_out(cookie):
    assert to_netscape([]) == to_netscape([cookie])


@pytest.mark.parametrize(
    ("expires", "expected"),
    [(None, None), (0.5, 1.0), (-5.0, 1.0), (7.9, 7.0), (9e12, 253402300799.0)],
)
def test_an_expiry_is_written_in_whole_seconds_and_never_as_that_of_a_session(expires, expected):
    cookie = Cookie("a", "1", "a.test", expires=expires)
    assert [expected] == [c.expires for c in from_netscape(to_netscape([cookie]))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (line(), Cookie("id", "s3cret", "a.test", host_only=False)),
        (line() + "\r", Cookie("id", "s3cret", "a.test", host_only=False)),
        ("#HttpOnly_" + line(), Cookie("id", "s3cret", "a.test", host_only=False, http_only=True)),
        (line(below="FALSE"), Cookie("id", "s3cret", "a.test")),
        (line(domain="a.test"), Cookie("id", "s3cret", "a.test", host_only=False)),
        (line(domain="A.Test", below="false"), Cookie("id", "s3cret", "a.test")),
        (line(domain="a.test:8080", below="FALSE"), Cookie("id", "s3cret", "a.test")),
        (line(domain="::1", below="FALSE"), Cookie("id", "s3cret", "::1")),
        (line(domain="[::1]", below="FALSE"), Cookie("id", "s3cret", "::1")),
        (line(secure="TRUE"), Cookie("id", "s3cret", "a.test", host_only=False, secure=True)),
        (line(expires=""), Cookie("id", "s3cret", "a.test", host_only=False)),
        (line(expires="0.0"), Cookie("id", "s3cret", "a.test", host_only=False)),
        (line(expires="-1"), Cookie("id", "s3cret", "a.test", host_only=False, expires=-1.0)),
        (line(expires="7.5"), Cookie("id", "s3cret", "a.test", host_only=False, expires=7.5)),
        (
            line(expires="9223372036854775807"),
            Cookie("id", "s3cret", "a.test", host_only=False, expires=253402300799.0),
        ),
        (line(expires="7."), Cookie("id", "s3cret", "a.test", host_only=False, expires=7.0)),
        (line(value=""), Cookie("id", "", "a.test", host_only=False)),
        (line(value="")[:-1], Cookie("id", "", "a.test", host_only=False)),
        (line(value="1\t2\t3"), Cookie("id", "1\t2\t3", "a.test", host_only=False)),
        (line(value="# 1 \t "), Cookie("id", "# 1", "a.test", host_only=False)),
        (line(name=""), Cookie("", "s3cret", "a.test", host_only=False)),
        (line(value="\xe9"), Cookie("id", "\xe9", "a.test", host_only=False)),
        (line(path="/ /"), Cookie("id", "s3cret", "a.test", "/ /", host_only=False)),
    ],
)
def test_a_line_is_a_cookie(text, expected):
    assert [expected] == from_netscape(text.encode("latin-1"))
    assert [expected, expected] == from_netscape(f"{text}\n{text}\n".encode("latin-1"))


def test_comments_and_blank_lines_are_skipped():
    text = (
        "\ufeff# Netscape HTTP Cookie File\n#\n\n \t\r\n#a\tb\n#HttpOnly_\n" + line() + "\n\n#end"
    )
    assert ["id"] == [c.name for c in from_netscape(text.encode())]
    assert [] == from_netscape(b"")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "expected 7 fields with a tab between them, found 1: this is no cookies.txt"),
        ("Set-Cookie: id=s3cret", "expected 7 fields with a tab between them, found 1"),
        (line().replace("\t", " "), "expected 7 fields with a tab between them, found 1"),
        ("\t".join(line().split("\t")[:5]), "expected 7 fields with a tab between them, found 5"),
        (line(domain=""), "the domain is empty"),
        (line(domain="."), "the domain is empty"),
        ("#HttpOnly_" + line(domain=""), "the domain is empty"),
        (line(domain="a/b.test"), "cookie 'id': the domain's character at position 1"),
        (line(domain="a b.test"), "cookie 'id': the domain's character at position 1"),
        (line(domain="b\xfccher.test"), "cookie 'id': the domain's character at position 1"),
        # Written again, it would be a comment, and the cookie lost.
        (line(domain=".#HttpOnly_a.test"), "cookie 'id': the domain's character at position 0"),
        (line(domain="a.test?b"), "cookie 'id': the domain's character at position 6"),
        (line(below="1"), "the second field must be TRUE or FALSE"),
        (line(secure=""), "the fourth field must be TRUE or FALSE"),
        (line(path=""), "cookie 'id': the path's character at position 0"),
        (line(path="x"), "cookie 'id': the path's character at position 0"),
        (line(expires="soon"), "the fifth field, when the cookie expires, must be Unix seconds"),
        (line(expires="1e9"), "the fifth field, when the cookie expires, must be Unix seconds"),
        (line(expires="\xb2"), "the fifth field, when the cookie expires, must be Unix seconds"),
        (line(expires="nan"), "the fifth field, when the cookie expires, must be Unix seconds"),
        (line(expires="-" + "9" * 400), "cookie 'id': expires "),
        (line(name="", value=""), "a cookie must have a name or a value"),
        (line(value="s3cret" * 1000), "cookie 'id': name and value "),
        (line(name="i=d"), "cookie 'i=d': the name's character at position 1"),
        (line(name="__Host-id", path="/x"), "cookie '__Host-id': the path must be '/'"),
        (line(value="s3cret;"), "cookie 'id': the value's character at position 6"),
        (line(value="s3cret\r\r"), "cookie 'id': the value's character at position 6"),
        (line(value="s3cret\x7f"), "cookie 'id': the value's character at position 6"),
    ],
)
def test_a_line_that_no_server_may_set_is_named(text, message):
    assert damage(from_netscape, text.encode("latin-1")).startswith(f"line 1: {message}")
    later = f"# comment\r\n\r\n{line()}\n{text}\n{line()}\n"
    assert damage(from_netscape, later.encode("latin-1")).startswith(f"line 4: {message}")


octets = st.text(st.characters(max_codepoint=255, exclude_characters=";=\x7f"), max_size=8).map(
    lambda text: re.sub(r"[\x00-\x1f]", "", text).strip(" ")
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(octets, octets, octets, st.booleans(), st.none() | st.integers(1, 9**11)))
)
def test_whatever_a_server_may_set_comes_back_from_both_formats(parts):
    cookies = [
        Cookie(f"n{name}", value, "a.test", f"/{path}", flag, not flag, flag, None, expires)
        for name, value, path, flag, expires in parts
    ]
    assert cookies == from_netscape(to_netscape(cookies))
    assert cookies == from_json(to_json(cookies))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary() | st.text("\t#\r\n.TRUEFALSE0/a=").map(str.encode), st.booleans())
def test_any_octets_are_cookies_or_damage(data, in_json):
    for function in (_persist._from_octets, from_netscape):
        try:
            cookies = function(b"{" + data if in_json else data)
        except CookieFileError:
            continue
        assert cookies == from_json(to_json(cookies))


@pytest.mark.parametrize("data", [b"# a\ra.test\tFALSE\t/\tFALSE\t0\tid\t1\r", b"#\r\r#x\n"])
def test_lines_that_end_with_cr_alone_are_damage_and_not_lost(data):
    with pytest.raises(CookieFileError, match="not with CR alone") as caught:
        from_netscape(data)
    assert 1 == caught.value.line
