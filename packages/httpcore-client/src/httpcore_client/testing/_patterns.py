"""`URLPattern`: which URLs a route is for. Pure.

    https://api.example.org/users/{id}     {id} is one segment, or label of the host, and has a name
    https://*.example.org/static/**        * is anything within a label or a segment, ** anything at all
    http://127.0.0.1:*/                    any port
    //example.org/users?page=2&sort=*      any scheme; the query has these, and may have more
    /users/me                              at any host
    *                                      every URL

Without a path it is the path "/", as in the URL itself. A compiled regular expression is searched for in the
text of the URL.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

from .._siblings import URL, InvalidURL, QueryParams

__all__ = ["URLPattern", "missing_params"]

_SYNTAX = re.compile(r"(?:(?:([A-Za-z*]+):)?//([^/?#]*))?(/[^?#]*)?(?:\?([^#]*))?")
_WILD = re.compile(r"\*\*|\*|\{([^{}]*)\}")
_UNQUOTED = "%/:@!$&'()+,;=~[]|\\^"  # besides letters and digits: what URLs leave as it is in paths
_HELP = "write https://host/path, //host/path for any scheme, or /path for any host"


class _Parts(NamedTuple):
    scheme: str | None
    host: re.Pattern[str] | None
    port: int | None  # of any scheme's default where the scheme is not said
    any_port: bool
    path: re.Pattern[str]
    query: QueryParams


class URLPattern:
    """What URLs are compared with.

    Args:
        given: text as described above, a URL, a compiled regular expression, or None for every URL.

    Raises:
        TypeError: it is something else.
        ValueError: the text is no pattern.
    """

    def __init__(self, given: str | URL | re.Pattern[str] | None) -> None:
        self._text = "*" if given is None else str(given)
        self._regex: re.Pattern[str] | None = None
        self._parts: _Parts | None = None
        if isinstance(given, re.Pattern):
            self._text = f"/{given.pattern}/"
            self._regex = given
        elif isinstance(given, URL):
            self._parts = _literal(given)
        elif isinstance(given, str):
            if given != "*":
                self._parts = _read(given)
        elif given is not None:
            raise TypeError(
                f"url must be a str, a URL or a compiled pattern, not {type(given).__name__}"
            )

    def mismatches(self, url: URL) -> list[str]:
        """Return what is different about a URL, nothing if it matches."""
        if self._regex is not None:
            return [] if self._regex.search(str(url)) else [f"the URL has no {self._text} in it"]
        parts = self._parts
        if parts is None:
            return []
        found: list[str] = []
        if parts.scheme not in (None, url.scheme):
            found.append(f"the scheme is {url.scheme}, not {parts.scheme}")
        if parts.host is not None and not parts.host.fullmatch(url.host):
            found.append(f"the host is {url.host}")
        elif not parts.any_port and url.port != parts.port:
            found.append(f"the port is {url.port}, not {parts.port}")
        if not parts.path.fullmatch(url.path):
            found.append(f"the path is {url.path}")
        return found + missing_params("query", url.params, parts.query)

    def values(self, url: URL) -> dict[str, str]:
        """Return the named parts of a URL that matches, percent-decoded."""
        if self._parts is None:
            return {}
        found: dict[str, str] = {}
        for pattern, text in ((self._parts.host, url.host), (self._parts.path, url.path)):
            match = pattern and pattern.fullmatch(text)
            found |= match.groupdict() if match else {}
        return {name: unquote(value) for name, value in found.items()}

    def __str__(self) -> str:
        return self._text


def missing_params(where: str, params: QueryParams, wanted: QueryParams) -> list[str]:
    """Return which parameters are not among others; "*" is any value.

    Args:
        where: what they are in, "query" or "form".
        params: what is there.
        wanted: what is looked for.
    """
    found: list[str] = []
    for name in dict.fromkeys(wanted):
        has, asked = params.get_list(name), wanted.get_list(name)
        if asked == ["*"]:
            if not has:
                found.append(f"the {where} has no {name}")
        elif has != asked:
            found.append(f"the {where} has not {name}={', '.join(asked)}")
    return found


def _literal(url: URL) -> _Parts:
    """Return what matches just this URL, in which nothing stands for anything else."""
    if url.scheme not in ("http", "https"):
        raise ValueError(f"a route is for http or https URLs, not {url.masked!r}")
    host, path = re.compile(re.escape(url.host)), re.compile(re.escape(url.path))
    return _Parts(url.scheme, host, url.port, any_port=False, path=path, query=url.params)


def _read(text: str) -> _Parts:
    match = _SYNTAX.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"{text!r} is no URL pattern: {_HELP}")
    scheme, authority, path, query = match.groups()
    if scheme is not None and scheme.lower() not in ("http", "https", "*"):
        raise ValueError(f"{text!r} is no URL pattern: the scheme is http, https or *")
    scheme = None if scheme in (None, "*") else scheme.lower()
    host, port, any_port = (None, None, True)
    if authority is not None:
        host, port, any_port = _read_authority(text, authority, scheme)
    try:
        params = URL(f"http://host/?{query or ''}").params
        return _Parts(scheme, host, port, any_port, _compiled(path or "/", "[^/]"), params)
    except (InvalidURL, re.error) as error:
        raise ValueError(f"{text!r} is no URL pattern: {error}") from error


def _read_authority(
    text: str, authority: str, scheme: str | None
) -> tuple[re.Pattern[str], int | None, bool]:
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = authority, "*" if scheme is None else {"http": "80", "https": "443"}[scheme]
    if "@" in authority or not host or not (port == "*" or port.isdecimal()):
        raise ValueError(f"{text!r} is no URL pattern: after // come a host, and perhaps a port")
    if not _WILD.search(host):
        try:
            host = URL(f"http://{host}/").host
        except InvalidURL as error:
            raise ValueError(f"{text!r} is no URL pattern: {error}") from error
    any_port = port == "*"
    return _compiled(host, "[^.]", re.IGNORECASE), None if any_port else int(port), any_port


def _compiled(text: str, within: str, flags: re.RegexFlag = re.DOTALL) -> re.Pattern[str]:
    """Compile text in which *, ** and {name} stand for something."""
    written: list[str] = []
    at = 0
    for match in _WILD.finditer(text):
        written.append(re.escape(quote(text[at : match.start()], safe=_UNQUOTED)))
        at = match.end()
        name = match[1]
        if name is None:
            written.append(".*" if match[0] == "**" else f"{within}*")
        elif name.isidentifier():
            written.append(f"(?P<{name}>{within}+)")
        else:
            raise ValueError(f"{match[0]!r} in {text!r}: the name of a part is an identifier")
    written.append(re.escape(quote(text[at:], safe=_UNQUOTED)))
    return re.compile("".join(written), flags)
