"""The quick road: one pattern that reads nearly every http and ws URL there is.

Decides: which texts are plain enough to be read without the grammar of `_parse`. What it accepts,
`_parse` must accept with the same result (a test compares them on every kind of text); what it does
not, is left to `_parse`, also for the reason of a refusal. No rule of its own may live here.
"""

import re
from functools import lru_cache

from . import _percent
from ._errors import RefusedError
from ._host import MAX_NAME_OCTETS, parse_host
from ._parts import DEFAULT_PORTS, PLAIN_URL_CHARACTERS, Fields
from ._path import remove_dot_segments

_PATH = _percent.PATH.pattern_class(without="\\")  # which becomes a slash
_USERINFO = _percent.USERINFO.pattern_class()
_QUERY = _percent.SPECIAL_QUERY.pattern_class()
_FRAGMENT = _percent.FRAGMENT.pattern_class()

_PATH_GROUP = 7

# A group of path, query or fragment ends before the first character that must be escaped.
_URL = re.compile(
    rf"""
    (https?|wss?)://
    (?: ({_USERINFO}*+) (?: :({_USERINFO}*+) )?+ @ )?+
    (?: # Lower-case labels, the last of which begins with a letter: so it is no number.
        ((?: [a-z0-9_\-]{{1,63}}+\. )*+ [a-z_][a-z0-9_\-]{{0,62}}+) (?= [:/?\#] | \Z )
    |   # Any other host, which the rules of hosts then read.
        ([^\x00-\x20\x7f-\x9f\s/\\?\#@:\[\]]++ | \[[0-9A-Fa-f:.]++\])
    )
    (?: :([0-9]{{0,5}}+) )?+
    (/{_PATH}*+)?+
    (?: \?({_QUERY}*+) )?+
    (?: \#({_FRAGMENT}*+) )?+
    """,
    re.VERBOSE,
)


def read(text: str) -> Fields | None:
    """Read an absolute URL that is plain."""
    size = len(text)
    match = _URL.match(text) if size <= PLAIN_URL_CHARACTERS else None
    if match is None:
        return None
    written: str | None = text
    if match.end() != size:
        match = _match_escaped(text, match)
        if match is None:
            return None
        written = None
    scheme, username, password, host, odd_host, port_text, path, query, fragment = match.groups()
    if path is None:
        path = "/"
        written = None
    elif "/." in path or "/%2" in path:
        path = remove_dot_segments(path)
        written = None
    if host is None or size > MAX_NAME_OCTETS or "xn--" in host:
        host = _read_host(host or odd_host)
        if host is None:
            return None
        if odd_host is not None:
            written = None
    port = None
    if port_text is not None:
        port = int(port_text or DEFAULT_PORTS[scheme])
        if port > 65535:
            return None
        if port == DEFAULT_PORTS[scheme]:
            port = None
            written = None
        elif port_text[0] == "0":
            written = None
    if username is None:
        username = password = ""
    else:
        password = password or ""
        written = None
    return scheme, username, password, host, port, path, query, fragment, written


# Hosts come again and again, and IDNA is slow.
@lru_cache(maxsize=512)
def _read_host(text: str) -> str | None:
    try:
        return parse_host(text, special=True)
    except RefusedError:
        return None


def _match_escaped(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Escape what must be escaped in every part, and see whether that is enough."""
    # Before the path nothing is repaired. Blanks at the end, and tabs and line ends anywhere, are
    # dropped by a rule of `_parse`.
    if (match.lastindex or 0) < _PATH_GROUP or text[-1] == " " or not text.isprintable():
        return None
    end = match.end()
    escaped = text[:end] + _percent.EVERYWHERE.encode_all(text[end:])
    return _URL.fullmatch(escaped) if len(escaped) <= PLAIN_URL_CHARACTERS else None
