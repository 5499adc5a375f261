"""Files of cookies: JSON of ours, cookies.txt of others, and anything else.

- A file is read, or a CookieFileError names its line and shows no value; nothing else is raised.
- What was read is what a jar takes; written as JSON it reads back the same, and as cookies.txt those cookies
  do that the format has a place for.
- A jar that could not be loaded is as before; none sends a field that could end its line.
"""

import json
import re
import tempfile
from pathlib import Path

from httpcore_cookies import CookieFileError, CookieJar
from httpcore_cookies.cookies._persist import from_json, from_netscape, read, to_json, to_netscape

from ..judges import plain_error
from ..shapes import Source, spell

PIECES = [
    *("\t", "\n", "\r\n", "\r", "#", "#HttpOnly_", "# Netscape HTTP Cookie File\n", "TRUE"),
    *("FALSE", "true", ".", "/", "example.org", ".example.org\tTRUE\t/\tFALSE\t0\tid\thunter2\n"),
    *("org", "EXAMPLE.org", "::1", "[::1]", "h:80", "1800000000", "0", "-1", "1e9", "9" * 30),
    *("9" * 5000, "\x00", "\xef\xbb\xbf", "\xff", "\xc3\xa9", "\x7f", ";", "="),
    *('{"format": "httpcore-cookies", "version": 1, "cookies": [', "]}", "{", "}", "[", "]", '"'),
    *(":", ",", "null", "\\", '"name": "id"', '"value": "hunter2"', '"domain": "example.org"'),
    *('"path": "/"', '"host_only": false', "true", '"secure": false', '"http_only": false'),
    *('"same_site": null', '"expires": null', '"created": 0', "NaN", "1e400", "\\ud800", "\\n"),
    *('"same_site": []', "Infinity", "[[[[", "<html>", " ", "__Host-", "__Secure-", "hunter2"),
]  # fmt: skip
_COOKIE = {
    "name": "id",
    "value": "hunter2",
    "domain": "example.org",
    "path": "/",
    "host_only": False,
    "secure": False,
    "http_only": False,
    "same_site": None,
    "expires": None,
    "created": 0,
}
_SAVED = {"format": "httpcore-cookies", "version": 1, "cookies": [_COOKIE]}
SEEDS = [
    spell(each, PIECES)
    for each in (
        json.dumps(_SAVED),
        "# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tFALSE\t0\tid\thunter2\n",
        "#HttpOnly_example.org\tFALSE\t/a\tTRUE\t1800000000\t__Secure-a\thunter2\r\n",
        "\xef\xbb\xbfh:80\tFALSE\t/\tFALSE\t\tid\n",
    )
]
_SECRET = "hunter2"
_LINE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-cookies-")


def check(data):
    octets = Source(data).text(PIECES).encode("latin-1")
    path = Path(_FOLDER.name) / "cookies"
    path.write_bytes(octets)
    jar = CookieJar(clock=lambda: 1.0)
    jar["before"] = "1"
    try:
        cookies = read(path)
    except CookieFileError as error:
        # A name may be shown, and its line.
        plain_error(
            error, *([_SECRET] if octets.count(b"hunter2") == octets.count(b"\thunter2\n") else [])
        )
        _can_t_be_loaded(jar, path, octets)
        return
    assert cookies == from_json(to_json(cookies))
    kept = [
        cookie.copy_with(same_site=None, created=0.0, expires=_whole(cookie.expires))
        for cookie in cookies
        if cookie.domain and "\t" not in cookie.name + cookie.value + cookie.path
    ]
    kept = [cookie for cookie in kept if max(cookie.path) <= "\xff"]
    assert kept == from_netscape(to_netscape(cookies)), (kept, cookies)
    jar.load(path)
    for cookie in jar.cookies():
        field = (
            jar.header(scheme="https", host=cookie.domain or "example.org", path=cookie.path) or ""
        )
        assert _LINE.fullmatch(field)


def _whole(expires):
    return None if expires is None else float(int(max(1, min(expires, 253402300799.0))))


def _can_t_be_loaded(jar, path, octets):
    before = jar.cookies()
    try:
        jar.load(path)
    except CookieFileError as error:
        assert error.line <= octets.count(b"\n") + 1  # noqa: PT017
    else:
        raise AssertionError("a jar loads what can't be read")
    assert before == jar.cookies()
