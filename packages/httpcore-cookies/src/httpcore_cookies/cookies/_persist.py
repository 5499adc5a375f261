"""Cookies in files: a JSON of our own, and the cookies.txt that Netscape began.

Decides how cookies become text and text cookies, what of a file counts as damage, and how a file
is replaced. Nothing in a file is ever run. Which cookies a jar takes may not live here.

cookies.txt is read and written by curl, wget, yt-dlp, Python's http.cookiejar and extensions of
browsers; https://curl.se/docs/http-cookies.html describes it.
"""

import errno
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from ._check import check_cookie, shown
from ._cookie import Cookie
from ._errors import CookieFileError, InvalidCookie
from ._prefixes import as_promised

__all__ = ["from_json", "from_netscape", "read", "to_json", "to_netscape", "write"]

_BOM = b"\xef\xbb\xbf"


def _checked(cookie: Cookie) -> Cookie:
    """Return the cookie as a jar would take it, or raise InvalidCookie or TypeError."""
    check_cookie(cookie)
    return as_promised(cookie)


# -- JSON --

_FORMAT = "httpcore-cookies"
_VERSION: float = 1  # another one whenever the keys or their meaning change
_KEYS = (
    "name",
    "value",
    "domain",
    "path",
    "host_only",
    "secure",
    "http_only",
    "same_site",
    "expires",
    "created",
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},]', re.DOTALL)


def to_json(cookies: Iterable[Cookie]) -> str:
    """Write cookies as JSON in ASCII: every field of each, a cookie a line, in their order.

    Raises InvalidCookie or TypeError for one that `from_json` would refuse.
    """
    lines = [
        "\n" + json.dumps({key: getattr(cookie, key) for key in _KEYS})
        for cookie in map(_checked, cookies)
    ]
    head = f'{{"format": "{_FORMAT}", "version": {_VERSION}, "cookies": ['
    return head + ",".join(lines) + "\n]}\n"


def from_json(text: str) -> list[Cookie]:
    """Read what `to_json` wrote, in any layout.

    Raises CookieFileError for anything else: another version, an unknown or missing key, a key
    that stands twice, a field of the wrong type, and what no server may set.
    """
    cookies: list[Cookie] = []
    for number, entry in enumerate(_entries(_document(text))):
        try:
            cookies.append(_from_entry(entry))
        except (InvalidCookie, TypeError) as error:
            raise CookieFileError(str(error), _line_of_entry(text, number)) from None
    return cookies


def _document(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=float)
    except json.JSONDecodeError as error:
        damage = CookieFileError(f"broken JSON: {error.msg}", error.lineno)
    except RecursionError:
        damage = CookieFileError("broken JSON: too many brackets")
    raise damage  # from here: the context of the others holds the text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None


def _entries(document: Any) -> list[object]:
    if not isinstance(document, dict):
        raise CookieFileError("expected an object in which no key stands twice")
    top = cast("dict[str, object]", document)
    version, entries = top.get("version"), top.get("cookies")
    if top.get("format") != _FORMAT:
        raise CookieFileError(f'this is no saved jar, in which "format" is {_FORMAT!r}')
    if isinstance(version, float) and version > _VERSION:
        raise CookieFileError(
            f"version {version:.0f} of the format is of a newer release: this one reads {_VERSION}"
        )
    if not isinstance(version, float) or version != _VERSION:
        raise CookieFileError(f'"version" must be {_VERSION}')
    if not isinstance(entries, list) or len(top) != 3:
        raise CookieFileError('expected "format", "version" and the list "cookies", nothing else')
    return cast("list[object]", entries)


def _from_entry(entry: Any) -> Cookie:
    if not isinstance(entry, dict):
        raise InvalidCookie("expected an object in which no key stands twice")
    fields = cast("dict[str, Any]", entry)
    wrong = sorted(fields.keys() ^ set(_KEYS))
    if wrong:
        raise InvalidCookie(
            f"key {shown(wrong[0])} is {'unknown' if wrong[0] in fields else 'missing'}"
        )
    return _checked(Cookie(**fields))


def _line_of_entry(text: str, number: int) -> int:
    """Return the line on which an entry begins, in JSON that has a list nowhere else on top."""
    starts: list[int] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in ("[", "{")) - (token[0] in ("]", "}"))
        if depth == 2 and token[0] in ("[", ","):
            starts.append(token.end())
    entry = text[starts[number] :].lstrip()
    return text.count("\n", 0, len(text) - len(entry)) + 1


# -- cookies.txt --

# Python's reader wants the first line, people the second.
_HEADER = "# Netscape HTTP Cookie File\n# Written by httpcore-cookies.\n\n"
_HTTP_ONLY = "#HttpOnly_"
_EXPIRY = re.compile(r"-?[0-9]+(?:\.[0-9]*)?")
_PORT = re.compile(r"^([^:]+):[0-9]+\Z")
_LAST_SECOND = 253402300799.0  # of the year 9999; curl writes numbers beyond all dates


def to_netscape(cookies: Iterable[Cookie]) -> bytes:
    """Write cookies as a cookies.txt, in their order.

    Left out is what the format has no place for: unscoped cookies, those with a tab in name,
    value or path, SameSite, when a cookie was created, and fractions of seconds. Session cookies
    expire at "0", which Python's reader takes for 1970 unless it is told to ignore that. curl
    reads a cookie without a name as a name without value. Python's reader takes octets beyond
    ASCII for UTF-8 and refuses a file where they are none. Raises InvalidCookie or TypeError for a
    cookie that `from_netscape` would refuse.
    """
    lines = [_HEADER]
    for cookie in map(_checked, cookies):
        line = _to_line(cookie)
        if cookie.domain and line.count("\t") == 6 and max(line) <= "\xff":
            lines.append(line)
    return "".join(lines).encode("latin-1")


def _to_line(cookie: Cookie) -> str:
    fields = (
        ("" if cookie.host_only else ".") + cookie.domain,
        "FALSE" if cookie.host_only else "TRUE",
        cookie.path,
        "TRUE" if cookie.secure else "FALSE",
        "0" if cookie.expires is None else str(int(max(1, min(cookie.expires, _LAST_SECOND)))),
        cookie.name,
        cookie.value,
    )
    return (_HTTP_ONLY if cookie.http_only else "") + "\t".join(fields) + "\n"


def from_netscape(data: bytes) -> list[Cookie]:
    """Read a cookies.txt.

    Octets become ISO-8859-1 text, as those of fields do. The second field decides whether a
    cookie is for its host alone; an expiry of "0" or nothing means until the end of the session;
    a line without its last field has an empty value, and further tabs belong to the value. Raises
    CookieFileError for what is none of this, and for what no server may set.
    """
    cookies: list[Cookie] = []
    lines = data.removeprefix(_BOM).decode("latin-1").split("\n")
    for number, line in enumerate(lines, 1):
        fields = line.removesuffix("\r").removeprefix(_HTTP_ONLY)
        if not fields.strip() or fields.startswith("#"):
            if "\r" in fields.strip():  # as on old Macs: what follows would be lost in silence
                raise CookieFileError("lines must end with LF or CR LF, not with CR alone", number)
            continue
        try:
            cookies.append(_from_line(fields, http_only=line.startswith(_HTTP_ONLY)))
        except InvalidCookie as error:
            raise CookieFileError(str(error), number) from None
    return cookies


def _from_line(line: str, *, http_only: bool) -> Cookie:
    fields = line.split("\t", 6)
    if len(fields) < 6:
        raise InvalidCookie(
            f"expected 7 fields with a tab between them, found {len(fields)}: this is no cookies.txt"
        )
    domain, below, path, secure, expires, name, value = (*fields, "")[:7]
    # wget writes the port after the host, and whoever saved an IPv6 host may have kept brackets.
    domain = _PORT.sub(r"\1", domain.lower().removeprefix(".")).strip("[]")
    if not domain:  # it would be unscoped, and go everywhere
        raise InvalidCookie("the domain is empty")
    cookie = Cookie(
        name.strip(" \t"),
        value.strip(" \t"),
        domain,
        path,
        host_only=not _flag(below, "second"),
        secure=_flag(secure, "fourth"),
        http_only=http_only,
        expires=_seconds(expires),
    )
    return _checked(cookie)


def _flag(text: str, which: str) -> bool:
    if text.upper() not in ("TRUE", "FALSE"):
        raise InvalidCookie(f"the {which} field must be TRUE or FALSE")
    return text.upper() == "TRUE"


def _seconds(text: str) -> float | None:
    if text and not _EXPIRY.fullmatch(text):
        raise InvalidCookie("the fifth field, when the cookie expires, must be Unix seconds")
    return min(float(text or 0), _LAST_SECOND) or None


# -- files --


def read(path: str | os.PathLike[str]) -> list[Cookie]:
    """Read a file of cookies: what begins with "{" as JSON, all else as a cookies.txt.

    Takes files of any size, in time and memory that grow with it. Raises CookieFileError, which
    names the line, for a file that is damaged or neither of them, and OSError.
    """
    path = Path(path)
    try:
        return _from_octets(path.read_bytes())
    except CookieFileError as error:
        raise CookieFileError(error.args[0], error.line, str(path)) from None


def _from_octets(data: bytes) -> list[Cookie]:
    if b"\0" in data:
        raise CookieFileError(
            "this is no text; of a browser's database, export the cookies as cookies.txt"
        )
    start = data.removeprefix(_BOM)[:1024].lstrip()[:1]
    if start == b"<":
        raise CookieFileError("this is HTML or XML, no file of cookies")
    if start == b"[":
        raise CookieFileError("this is JSON of another program: have it export a cookies.txt")
    if start != b"{":
        return from_netscape(data)
    return from_json(_decoded(data.removeprefix(_BOM)))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    raise CookieFileError("broken JSON: this is no UTF-8", line)


def write(path: str | os.PathLike[str], data: bytes) -> None:
    """Put a file in the place of a former one, if there is one, as a whole or not at all.

    Its owner alone may read and write it, and no more than the mode of the former file allowed.
    A symlink stays, and what it names is replaced. Raises OSError; the former file is unchanged
    then.
    """
    path = Path(os.path.realpath(path))
    mode = 0o600
    if path.exists():
        if not path.is_file():  # to replace /dev/null would be a pity
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        mode &= path.stat().st_mode
    temporary = path.with_name(f".cookies-{os.urandom(8).hex()}.tmp")
    # "x": whatever somebody may have put there is not written to.
    try:
        file = open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115
    except OSError as error:
        error.filename = str(path)  # the one that the caller knows
        raise
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
