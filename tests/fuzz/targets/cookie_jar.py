"""Set-Cookie fields of several hosts, and what a jar sends to which.

- Nothing is raised, whatever a server sends; what is stored passes the check for what a caller may add.
- A cookie is for its host, or a domain above it that is no public suffix; Secure ones come over https.
- The field sent to a host is what a naive reading of RFC 6265bis, section 5.8.3, gives: matching domain,
  path, scheme and time, longest path first, then oldest. It is one line.
- The limits hold. JSON reads back as the same cookies, and cookies.txt as those it has a place for.
- No repr shows a value.
"""

import re

from httpcore_cookies import CookieJar
from httpcore_cookies.cookies._persist import from_json, from_netscape, to_json, to_netscape

from ..shapes import Source, spell

PIECES = [
    *("=", ";", "; ", ",", '"', "\\", " ", "\t", "\r\n", "\n", "\x00", "\x7f", "\x80", "\xa0"),
    *("\xe9", "\xff", "€", "\u212a", "\ud800", "\u017f", "a=b", "id=1", "=", "==", "__Host-"),
    *("__Secure-", "__Http-", "__Host-Http-", "__HOST-", "; Domain=", "; domain=.", "; Path=/"),
    *("; Path=", "; Secure", "; HttpOnly", "; SameSite=", "Strict", "Lax", "None", "; Max-Age="),
    *("; Expires=", "; Partitioned", "; Max-Age=0", "example.org", "www.example.org", "org"),
    *("co.uk", "a.co.uk", ".", "..", "127.0.0.1", "localhost", "[::1]", "github.io"),
    *("x.github.io", "EXAMPLE.org.", "evilexample.org", "com", "s3.amazonaws.com"),
    *("Wed, 09 Jun 2100 10:18:14 GMT", "Thu, 01-Jan-1970 00:00:01 GMT", "31 Feb 2000 1:1:1", "99"),
    *("1601", "Jan", "10:18:14", "2026", "/a/b", "/a", "/a/", "/", "-1", "0", "100", "9" * 30),
    *("-" + "9" * 30, "hunter2", "x" * 100, "y" * 1000, "%41", "/%2e%2e/"),
]  # fmt: skip
_USUAL = [
    "id=hunter2; Path=/; Secure; HttpOnly; SameSite=Lax",
    "id=1; Domain=example.org; Max-Age=100",
    "__Host-id=1; Secure; Path=/",
    "a=b; Expires=Wed, 09 Jun 2100 10:18:14 GMT; Domain=.example.org",
    "a=; Max-Age=0",
]  # fmt: skip
SEEDS = [
    b"".join(b"\x00" + bytes([host, 1, 2]) + spell(each, PIECES) + b"\xfe" for host in (0, 1, 3))
    for each in _USUAL
]
HOSTS = [
    "www.example.org",
    "example.org",
    "a.co.uk",
    "x.github.io",
    "127.0.0.1",
    "::1",
    "localhost",
]
PATHS = ["/", "/a", "/a/b", "/ab", "/a/?q=/x/", ""]
_SUFFIXES = {"org", "uk", "co.uk", "io", "github.io", "com", "localhost"}
_SECRET = "hunter2"
_MOST_OCTETS = 8190  # of a field's line: beyond, another rule says which are left out
_LINE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class _Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


def check(data):
    source = Source(data)
    clock = _Clock()
    jar = CookieJar(
        clock=clock, is_public_suffix=_SUFFIXES.__contains__, max_per_domain=3, max_total=8
    )
    for _ in range(12):
        if not source:
            break
        _act(source, jar, clock)
        kept = jar.cookies()
        assert len(kept) <= 8
        for cookie in kept:
            shown = cookie.name + cookie.domain + cookie.path
            assert _SECRET in shown or _SECRET not in repr(cookie)
            assert sum(other.domain == cookie.domain for other in kept) <= 3
    _send(jar, clock)
    _save(jar)


def _act(source, jar, clock):
    kind = source.octet()
    host, secure = source.pick(HOSTS), source.flag()
    if kind == 7:
        clock.now += source.number(3)
        return
    path = source.pick(PATHS)
    said = source.text(PIECES)
    scheme = "https" if secure else "http"
    for cookie in jar.extract([said], scheme=scheme, host=host, path=path):
        if cookie.host_only:
            assert host == cookie.domain
        else:
            assert host == cookie.domain or host.endswith("." + cookie.domain)
            assert cookie.domain not in _SUFFIXES
        assert secure or not cookie.secure
        for prefix, wants in (
            ("__secure-", "secure"),
            ("__host-", "host_only"),
            ("__http-", "http_only"),
        ):
            assert not cookie.name.lower().startswith(prefix) or getattr(cookie, wants)


def _send(jar, clock):
    for host in HOSTS:
        for path in PATHS:
            for scheme in ("http", "https"):
                expected = _naive(jar, clock, scheme, host, path.partition("?")[0] or "/")
                field = jar.header(scheme=scheme, host=host, path=path) or ""
                assert len(field) < _MOST_OCTETS
                assert expected == field or len(expected) > _MOST_OCTETS - 10, (expected, field)
                assert _LINE.fullmatch(field)


def _naive(jar, clock, scheme, host, path):
    found = []
    for cookie in jar.cookies():
        under = not cookie.host_only and host.endswith("." + cookie.domain)
        slashed = cookie.path if cookie.path.endswith("/") else cookie.path + "/"
        if (
            (host == cookie.domain or under)
            and (path == cookie.path or path.startswith(slashed))
            and (scheme == "https" or not cookie.secure)
            and (cookie.expires is None or cookie.expires > clock.now)
        ):
            found.append(cookie)
    found.sort(key=lambda cookie: (-len(cookie.path), cookie.created))
    pairs = [f"{each.name}={each.value}" if each.name else each.value for each in found]
    return "; ".join(pairs)


def _save(jar):
    kept = jar.cookies()
    assert kept == from_json(to_json(kept))
    again = from_netscape(to_netscape(kept))
    written = [
        cookie.copy_with(
            same_site=None, created=0.0, expires=cookie.expires and float(int(cookie.expires))
        )
        for cookie in kept
        if "\t" not in cookie.name + cookie.value + cookie.path
    ]
    assert written == again, (written, again)
