"""Saved cookies: what is written is read back, what others write is read, and damage is named."""

import errno
import http.cookiejar
import json
import os
import pickle
import re
import stat
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_cookies import Cookie, CookieJar, InvalidCookie
from httpcore_cookies.cookies import _persist
from httpcore_cookies.cookies._errors import CookieFileError
from httpcore_cookies.cookies._persist import (
    from_json,
    from_netscape,
    read,
    to_json,
    to_netscape,
    write,
)

NEVER = 4102444800.0  # in the year 2100

ALL = [
    Cookie("id", "s3cret", "a.test", "/x", True, True, True, "lax", NEVER, 1767225600.25),
    Cookie("session", "", "a.test", host_only=False, created=1767225601.0),
    Cookie("", "nameless", "b.test", same_site="none", expires=NEVER + 0.5),
    Cookie("quoted", '"a, b=c"', "::1", "/a b", same_site="strict"),
    Cookie("octets", "\xc3\xa9\xff", "localhost", "/\xe9"),
    Cookie("tabs", "1\t2", "127.0.0.1"),
    Cookie("unscoped", "1", host_only=False),
]


def line(**changes):
    """Return a line of cookies.txt with some of its fields changed."""
    fields = {
        "domain": ".a.test",
        "below": "TRUE",
        "path": "/",
        "secure": "FALSE",
        "expires": "0",
        "name": "id",
        "value": "s3cret",
    }
    assert changes.keys() <= fields.keys()
    return "\t".join({**fields, **changes}.values())


def entry(**changes):
    """Return a cookie of a saved jar as JSON with some of its keys changed, or left out if None."""
    fields = {key: getattr(ALL[0], key) for key in _persist._KEYS}
    return json.dumps({**fields, **changes})


def saved(*entries, version="1"):
    """Return the text of a saved jar; its first entry is on line 2."""
    joined = ",\n".join(entries)
    return f'{{"format": "httpcore-cookies", "version": {version}, "cookies": [\n{joined}\n]}}'


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
        (to_json(ALL).replace("s3cret", "s3\ncret"), "line 2: broken JSON: Invalid control char"),
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


# -- what other programs write --

# As curl 7.88.1 writes it, and 8.x with other comments.
CURL = b"""\
# Netscape HTTP Cookie File
# https://curl.se/docs/http-cookies.html
# This file was generated by libcurl! Edit at your own risk.

#HttpOnly_localhost\tFALSE\t/x/\tFALSE\t0\th\tx
.a.test\tTRUE\t/x/\tFALSE\t0\ts\t1
127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tutf\t\xc3\xa9
127.0.0.1\tFALSE\t/\tTRUE\t0\te\t
"""
# As GNU Wget 1.21.3 writes it: with the port, and a domain of an address.
WGET = b"""\
# HTTP Cookie File
# Generated by Wget on 2026-11-28 15:27:53.
# Edit at your own risk.

localhost:35115\tFALSE\t/x/\tFALSE\t0\tt\t1\t2
.127.0.0.1\tTRUE\t/x/\tFALSE\t0\te\t
127.0.0.1:35115\tFALSE\t/x\tTRUE\t4102444800\tb\t2
"""
# As http.cookiejar.MozillaCookieJar of Python 3.11 writes it: a session is an empty field, and
# hosts without a dot end in ".local".
PYTHON = b"""\
# Netscape HTTP Cookie File
# http://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file!  Do not edit.

#HttpOnly_.a.test\tTRUE\t/\tFALSE\t\ta\t1
localhost.local\tFALSE\t/\tTRUE\t4102444800\tb\t2
a.test\tFALSE\t/\tFALSE\t\t\tnameless
"""
# As yt-dlp writes it (its YoutubeDLCookieJar).
YT_DLP = b"""\
# Netscape HTTP Cookie File
# This file is generated by yt-dlp.  Do not edit.

.a.test\tTRUE\t/\tTRUE\t4102444800\tPREF\tf6=40000000&tz=Europe.Berlin
.a.test\tTRUE\t/\tFALSE\t0\tYSC\tDwKYl
"""
# As the extension "Get cookies.txt LOCALLY" 0.5.7 for Chromium writes it.
CHROMIUM = b"""\
# Netscape HTTP Cookie File
# http://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file!  Do not edit.

www.a.test\tFALSE\t/\tFALSE\t0\tsession\t1
.a.test\tTRUE\t/\tTRUE\t4102444800\tid\t%22x%22
"""
# As the extension "cookies.txt" 0.4 for Firefox writes it, with the seconds that Chromium has.
FIREFOX = b"""\
# Netscape HTTP Cookie File
# https://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file! Do not edit.

#HttpOnly_www.a.test\tFALSE\t/\tTRUE\t0\tsession\t1
.a.test\tTRUE\t/\tTRUE\t4102444800.25\tid\t2
"""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            CURL,
            [
                Cookie("h", "x", "localhost", "/x/", http_only=True),
                Cookie("s", "1", "a.test", "/x/", host_only=False),
                Cookie("utf", "\xc3\xa9", "127.0.0.1", expires=NEVER),
                Cookie("e", "", "127.0.0.1", secure=True),
            ],
        ),
        (
            WGET,
            [
                Cookie("t", "1\t2", "localhost", "/x/"),
                Cookie("e", "", "127.0.0.1", "/x/", host_only=False),
                Cookie("b", "2", "127.0.0.1", "/x", secure=True, expires=NEVER),
            ],
        ),
        (
            PYTHON,
            [
                Cookie("a", "1", "a.test", host_only=False, http_only=True),
                Cookie("b", "2", "localhost.local", secure=True, expires=NEVER),
                Cookie("", "nameless", "a.test"),
            ],
        ),
        (
            YT_DLP,
            [
                Cookie(
                    "PREF",
                    "f6=40000000&tz=Europe.Berlin",
                    "a.test",
                    host_only=False,
                    secure=True,
                    expires=NEVER,
                ),
                Cookie("YSC", "DwKYl", "a.test", host_only=False),
            ],
        ),
        (
            CHROMIUM,
            [
                Cookie("session", "1", "www.a.test"),
                Cookie("id", "%22x%22", "a.test", host_only=False, secure=True, expires=NEVER),
            ],
        ),
        (
            FIREFOX,
            [
                Cookie("session", "1", "www.a.test", secure=True, http_only=True),
                Cookie("id", "2", "a.test", host_only=False, secure=True, expires=NEVER + 0.25),
            ],
        ),
    ],
    ids=["curl", "wget", "python", "yt-dlp", "chromium", "firefox"],
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_what_other_programs_write_is_read(data, expected, ends, tmp_path):
    (tmp_path / "cookies.txt").write_bytes(data.replace(b"\n", ends))
    assert expected == read(tmp_path / "cookies.txt")
    jar = CookieJar(clock=lambda: 0.0)
    jar.add(expected)  # a jar takes them all
    assert len(expected) == len(jar.cookies())


def curl(*arguments, server, host="a.test"):
    run = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--fail", "--noproxy", "*"),
            *("--resolve", f"{host}:{server.server_port}:127.0.0.1"),
            *arguments,
            f"http://{host}:{server.server_port}/x/y",
        ],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ("", 0) == (run.stderr, run.returncode)


def test_what_curl_has_saved_is_read(cookie_server, tmp_path):
    cookie_server.answers = [
        "a=1",
        "b=2; Path=/x; HttpOnly; SameSite=Lax",
        "c=; Domain=a.test; Path=/",
        "d=\xc3\xa9; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        'e="x, y"; Path=/',
    ]
    curl("--cookie-jar", tmp_path / "cookies.txt", server=cookie_server)
    found = {c.name: c for c in read(tmp_path / "cookies.txt")}
    latest = time.time() + 400 * 24 * 3600 + 60  # newer versions cap lifetimes
    assert 0 < found["d"].expires <= max(NEVER, latest)
    assert {
        "a": Cookie("a", "1", "a.test", "/x/"),
        "b": Cookie("b", "2", "a.test", "/x", http_only=True),
        "c": Cookie("c", "", "a.test", host_only=False),
        "d": Cookie("d", "\xc3\xa9", "a.test", "/x/", expires=found["d"].expires),
        "e": Cookie("e", '"x, y"', "a.test"),
    } == {**found, "a": found["a"]}


def test_what_is_written_here_is_sent_by_curl(cookie_server, tmp_path):
    cookies = [
        Cookie("a", "1", "a.test", "/x/y", expires=NEVER),
        Cookie("b", "\xc3\xa9", "a.test", "/x", http_only=True),
        Cookie("c", "", "a.test", host_only=False),
        Cookie("d", "secure", "a.test", secure=True),
        Cookie("e", "past", "a.test", expires=5.0),
        Cookie("f", "elsewhere", "b.test"),
        Cookie("g", "unscoped"),
    ]
    write(tmp_path / "cookies.txt", to_netscape(cookies))
    curl("--cookie", tmp_path / "cookies.txt", server=cookie_server)
    curl("--cookie", tmp_path / "cookies.txt", server=cookie_server, host="www.a.test")
    assert ["a=1; b=\xc3\xa9; c=", "c="] == cookie_server.received


def test_what_is_written_here_is_read_by_python(tmp_path):
    write(tmp_path / "cookies.txt", to_netscape([c for c in ALL if c.name != "octets"]))
    jar = http.cookiejar.MozillaCookieJar(tmp_path / "cookies.txt")
    jar.load()
    assert {"id", "nameless"} == {c.name for c in jar}
    jar.load(ignore_discard=True, ignore_expires=True)
    found = {c.name: c for c in jar}
    assert {"id", "nameless", "session", "quoted"} == found.keys()
    assert ("a.test", False, "/x", True, 4102444800, "s3cret", True) == (
        found["id"].domain,
        found["id"].domain_specified,
        found["id"].path,
        found["id"].secure,
        found["id"].expires,
        found["id"].value,
        found["id"].has_nonstandard_attr("HTTPOnly"),
    )
    assert (".a.test", True, "") == (
        found["session"].domain,
        found["session"].domain_specified,
        found["session"].value,
    )
    assert None is found["nameless"].value  # as it keeps those without a name


def test_what_python_has_saved_is_read(tmp_path):
    jar = http.cookiejar.MozillaCookieJar()
    (tmp_path / "cookies.txt").write_bytes(CHROMIUM)
    jar.load(tmp_path / "cookies.txt", ignore_discard=True, ignore_expires=True)
    jar.save(tmp_path / "cookies.txt", ignore_discard=True, ignore_expires=True)
    expected = {c.name: c for c in from_netscape(CHROMIUM)}
    assert expected == {c.name: c for c in read(tmp_path / "cookies.txt")}


# -- files --


@pytest.mark.parametrize(
    "data", [to_json(ALL).encode(), b"\xef\xbb\xbf \n" + to_json(ALL).encode()]
)
def test_json_is_told_by_its_first_character(data, tmp_path):
    (tmp_path / "any.txt").write_bytes(data)
    assert ALL == read(str(tmp_path / "any.txt"))


def test_an_empty_file_holds_no_cookies(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert [] == read(tmp_path / "empty")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"SQLite format 3\0\x10\0\x01",
            "line 1: this is no text; of a browser's database, export",
        ),
        ("# HTTP Cookie File\n".encode("utf-16"), "line 1: this is no text; of a browser's"),
        (line().encode() + b"\n" + line(value="a\0b").encode(), "line 1: this is no text"),
        (b"\n <!DOCTYPE html>", "line 1: this is HTML or XML, no file of cookies"),
        (
            b'[{"name": "id"}]',
            "line 1: this is JSON of another program: have it export a cookies.txt",
        ),
        (b'{"format":\n"\xff"}', "line 2: broken JSON: this is no UTF-8"),
        (b'{"cookies": []}', "line 1: this is no saved jar"),
        (b"id=s3cret; a=1", "line 1: expected 7 fields with a tab between them, found 1"),
    ],
)
def test_a_file_that_is_neither_is_named_with_its_path_and_line(data, message, tmp_path):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(CookieFileError) as caught:
        read(tmp_path / "file")
    assert str(caught.value).startswith(f"{tmp_path / 'file'}, {message}")
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")


def test_the_error_keeps_its_line_when_pickled():
    error = pickle.loads(pickle.dumps(CookieFileError("broken", 3, "/a")))
    assert ("/a, line 3: broken", 3) == (str(error), error.line)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize("text", [line() + "\n", line() + "\t", "#\n", "\r\n", "\t", "a" * 64])
def test_a_large_cookies_txt_takes_linear_time(text):
    count = 2_000_000 // len(text)
    try:
        from_netscape(text.encode() * count)  # quadratic work would take hours
    except CookieFileError:
        pass


@pytest.mark.parametrize(
    "text",
    [
        saved(*[entry()] * 5_000, "1"),
        '{"a": ' + "[" * 1_000_000,
        '{"' + "a" * 2_000_000,
        "{" + " " * 2_000_000,
    ],
)
def test_large_json_takes_linear_time(text):
    with pytest.raises(CookieFileError):
        from_json(text)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_its_owners_alone(tmp_path):
    write(tmp_path / "new", b"data")
    write(str(tmp_path / "other"), b"")
    assert (b"data", b"") == ((tmp_path / "new").read_bytes(), (tmp_path / "other").read_bytes())
    assert 0o600 == mode(tmp_path / "new")
    assert ["new", "other"] == names(tmp_path)


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o400, 0o400), (0o777, 0o600)])
def test_a_former_file_is_replaced_and_its_mode_kept_if_stricter(before, after, tmp_path):
    (tmp_path / "file").write_bytes(b"former")
    (tmp_path / "file").chmod(before)
    write(tmp_path / "file", b"new")
    assert after == mode(tmp_path / "file")
    (tmp_path / "file").chmod(0o600)
    assert b"new" == (tmp_path / "file").read_bytes()


def test_a_symlink_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "target")
    write(tmp_path / "link", b"first")
    write(tmp_path / "link", b"second")
    assert b"second" == (tmp_path / "there" / "target").read_bytes()
    assert (tmp_path / "link").is_symlink()
    assert ["target"] == names(tmp_path / "there")


def test_what_is_no_file_is_not_replaced(tmp_path):
    with pytest.raises(OSError, match="not a regular file"):
        write(tmp_path, b"")
    with pytest.raises(OSError, match="not a regular file"):
        write(os.devnull, b"")


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "none" / "file", b"")


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_after_an_error_the_former_file_is_there_and_nothing_else(
    step, error, tmp_path, monkeypatch
):
    (tmp_path / "file").write_bytes(b"former")

    def fail(*_):
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)):
        write(tmp_path / "file", b"new")
    assert b"former" == (tmp_path / "file").read_bytes()
    assert ["file"] == names(tmp_path)


def test_the_data_is_on_the_disk_before_it_takes_the_formers_place(tmp_path, monkeypatch):
    steps = []
    fsync = os.fsync

    def note(descriptor):
        steps.append((os.fstat(descriptor).st_size, (tmp_path / "file").exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write(tmp_path / "file", b"data")
    assert [(4, False)] == steps


def test_the_import_brings_nothing_that_only_files_need():
    program = (
        "import sys, httpcore_cookies;"
        " print(sorted({'json', 'http.cookiejar', 'httpcore_cookies.cookies._persist',"
        " 'httpcore_cookies.cookies._stdlib'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert "[]" == run.stdout.strip()


@pytest.mark.parametrize(
    "data", [b'{"s3cret', b'{"s3cret": \xff}', b'{"s3cret": ' + b"[" * 100_000]
)
def test_no_error_of_a_file_has_its_text_behind_it(tmp_path, data):
    path = tmp_path / "jar"
    path.write_bytes(data)
    with pytest.raises(CookieFileError) as caught:
        read(path)
    error = caught.value
    while error is not None:
        assert not hasattr(error, "doc")
        assert "s3cret" not in repr(error)
        error = error.__context__


@pytest.mark.parametrize("data", [b"# a\ra.test\tFALSE\t/\tFALSE\t0\tid\t1\r", b"#\r\r#x\n"])
def test_lines_that_end_with_cr_alone_are_damage_and_not_lost(data):
    with pytest.raises(CookieFileError, match="not with CR alone") as caught:
        from_netscape(data)
    assert 1 == caught.value.line
