"""From text to the parts of a URL, as the WHATWG URL Standard reads http, https, ws and wss.

Decides: where each component begins and ends, dot segments, relative references, and the refusals
that go beyond the standard (an authority is never repaired). What a host may be is `_host`'s, which
octets are escaped is `_percent`'s; nothing here knows the `URL` class.

The standard walks a state machine one character at a time. The same grammar is read here by a few
searches over the whole text, each linear, which is what makes a hostile megabyte cheap. `_quick`
stands in front of it and reads plain URLs, which nearly all are, several times faster.
"""

import re
from typing import NamedTuple

from . import _percent, _quick
from ._errors import InvalidURL, RefusedError
from ._host import parse_host
from ._parts import (
    DEFAULT_PORTS,
    MAX_URL_CHARACTERS,
    PLAIN_URL_CHARACTERS,
    SHOWN_CHARACTERS,
    Parts,
)
from ._path import remove_dot_segments
from ._write import write

_C0_CONTROL_OR_SPACE = "".join(map(chr, range(0x21)))
_GAP = re.compile(r"[\t\n\r]")
_GAPS_REMOVED = dict.fromkeys(map(ord, "\t\n\r"))
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):")
_TWO_SLASHES = ("//", "/\\", "\\/", "\\\\")
_SLASHES = re.compile(r"[/\\]*")
_AUTHORITY_END = re.compile(r"[/\\?#]|\Z")
# Also the blanks and controls beyond ASCII.
_AUTHORITY_REFUSED = re.compile(r"[\x00-\x20\x7f-\x9f\\\s]")
_PORT = re.compile(r"[0-9]*")
_TORN = re.compile(r"(https?)[;,]?//", re.IGNORECASE)  # a scheme whose colon was mistyped


class _Source(NamedTuple):
    """The text without the characters that the standard drops, and where the first stood."""

    text: str
    gap: int


def parse(text: str, *, base: Parts | None = None, relative: bool = False) -> Parts:
    """Parse, raising InvalidURL (WHATWG URL 4.4, basic URL parser)."""
    # What the quick road takes has a scheme and `//`, so that no base matters.
    fields = _quick.read(text)
    return Parts(*fields) if fields else parse_with_care(text, base=base, relative=relative)


def parse_with_care(text: str, *, base: Parts | None = None, relative: bool = False) -> Parts:
    """Parse what the quick road left, raising InvalidURL."""
    try:
        if len(text) > MAX_URL_CHARACTERS:
            raise RefusedError(f"the URL is longer than {MAX_URL_CHARACTERS} characters")
        return _bounded(parse_full(text, base=base, relative=relative))
    except RefusedError as error:
        raise InvalidURL(str(error), text) from None


def _bounded(parts: Parts) -> Parts:
    """Refuse what would be too long to be read back: escaping and joining make a text longer."""
    _, username, password, _, _, path, query, fragment, _ = parts
    size = sum(map(len, (username, password, path, query or "", fragment or "")))
    if size > PLAIN_URL_CHARACTERS and len(write(parts)) > MAX_URL_CHARACTERS:
        raise RefusedError(f"the URL, escaped, is longer than {MAX_URL_CHARACTERS} characters")
    return parts


def parse_full(text: str, *, base: Parts | None = None, relative: bool = False) -> Parts:
    """Parse by the whole grammar, raising RefusedError."""
    gap = -1
    if text.isprintable():
        text = text.strip(" ")
    else:
        text = text.strip(_C0_CONTROL_OR_SPACE)
        found = _GAP.search(text)
        if found is not None:
            gap = found.start()
            text = text.translate(_GAPS_REMOVED)
    source = _Source(text, gap)
    match = SCHEME.match(text)
    if match is not None:
        if 0 <= gap < match.end():
            raise RefusedError("a tab or line break stands in the scheme")
        return _absolute(source, match[1].lower(), match.end(), base)
    if base is None:
        if relative:
            return _reference(source)
        raise RefusedError(_missing_scheme(text))
    if base.opaque:
        if not text.startswith("#"):
            raise RefusedError(f"only a fragment can be resolved against a {base.scheme}: URL")
        return base._replace(fragment=_percent.FRAGMENT.encode(text[1:]))
    return _against(source, 0, base)


def _missing_scheme(text: str) -> str:
    """Say what is missing, and what may have been meant if that would be a URL without a user."""
    from .masking import masked_unparsed  # here, as mistakes are few

    torn = _TORN.match(text)
    guess = f"https:{text}" if text.startswith("//") else f"https://{text}"
    if torn is not None:
        guess = f"{torn[1]}://{text[torn.end() :]}"
    if text[:1].isalnum() or text.startswith(("//", "[")):
        try:
            parts = parse_full(guess)
        except RefusedError:
            pass
        else:
            if not parts.username and not parts.password and len(guess) <= SHOWN_CHARACTERS:
                return f"the scheme is missing (did you mean {masked_unparsed(guess)!r}?)"
    return "the scheme is missing, as in a relative reference (allow_relative=True takes those)"


def _absolute(source: _Source, scheme: str, start: int, base: Parts | None) -> Parts:
    """Read what follows `scheme:` (WHATWG URL 4.4, scheme state and the states it leads to)."""
    text = source.text
    if scheme in DEFAULT_PORTS:
        # A browser reads http:path against an http base as relative, however odd that is.
        if base is not None and base.scheme == scheme and not text.startswith("//", start):
            return _against(source, start, base)
        return _with_authority(source, scheme, start)
    if text.startswith("//", start):
        return _with_authority(source, scheme, start)
    path, query, fragment = _split_tail(text, start)
    if path.startswith("/"):
        start_parts = Parts(scheme, "", "", None, None, "", None, None)
        return _with_tail(start_parts, remove_dot_segments(path), query, fragment)
    # Opaque path state: a blank before the delimiter would be lost when the URL is read again.
    if path.endswith(" ") and (query is not None or fragment is not None):
        path = f"{path[:-1]}%20"
    return Parts(
        scheme,
        "",
        "",
        None,
        None,
        _percent.C0_CONTROL.encode(path),
        None if query is None else _percent.QUERY.encode(query),
        None if fragment is None else _percent.FRAGMENT.encode(fragment),
    )


def _against(source: _Source, start: int, base: Parts) -> Parts:
    """Resolve a reference (WHATWG URL 4.4, relative state; RFC 3986 5.2)."""
    if _is_network_path(source.text, start, special=base.special):
        return _with_authority(source, base.scheme, start)
    path, query, fragment = _split_tail(source.text, start)
    if base.special:
        path = path.replace("\\", "/")
    if not path:
        path = base.path
        query = base.query if query is None else query
    elif path.startswith("/"):
        path = remove_dot_segments(path)
    else:
        folder = base.path[: base.path.rfind("/") + 1] or "/"
        path = remove_dot_segments(folder + path)
    return _with_tail(base, path, query, fragment)


def _reference(source: _Source) -> Parts:
    """Read a reference that has no base yet, as for an http base; dot segments wait for it."""
    if _is_network_path(source.text, 0, special=True):
        return _with_authority(source, "", 0)
    path, query, fragment = _split_tail(source.text, 0)
    nothing = Parts("", "", "", None, None, "", None, None)
    return _with_tail(nothing, path.replace("\\", "/"), query, fragment)


def _is_network_path(text: str, start: int, *, special: bool) -> bool:
    return text.startswith(_TWO_SLASHES if special else "//", start)


def _with_authority(source: _Source, scheme: str, start: int) -> Parts:
    """Read slashes, authority and the rest (WHATWG URL 4.4, authority, host, port states)."""
    text = source.text
    special = not scheme or scheme in DEFAULT_PORTS
    begin = start + 2
    if special:
        # Special authority ignore slashes state: any number of slashes, even none.
        slashes = _SLASHES.match(text, start)
        begin = slashes.end() if slashes else start
    # A backslash ends the authority of a special URL in browsers, and belongs to it for other
    # readers.
    end_match = _AUTHORITY_END.search(text, begin)
    end = end_match.start() if end_match else len(text)
    if "\\" in text[start : end + 1]:
        raise RefusedError("a backslash stands before the path")
    if 0 <= source.gap <= end:
        raise RefusedError("a tab or line break stands before the path")
    username, password, host, port = parse_authority(text[begin:end], scheme)
    path, query, fragment = _split_tail(text, end)
    if special:
        path = path.replace("\\", "/") or "/"
    authority = Parts(scheme, username, password, host, port, "", None, None)
    return _with_tail(authority, remove_dot_segments(path), query, fragment)


def check_authority(text: str) -> None:
    """Refuse what readers of URLs repair in different ways."""
    if _AUTHORITY_REFUSED.search(text):
        raise RefusedError("whitespace, a backslash or a control character stands before the path")


def parse_authority(text: str, scheme: str) -> tuple[str, str, str, int | None]:
    """Split `user:password@host:port` and normalise each, raising RefusedError."""
    check_authority(text)
    special = not scheme or scheme in DEFAULT_PORTS
    # The last @ ends the userinfo: a password may hold others unescaped.
    userinfo, at, host_and_port = text.rpartition("@")
    username, _, password = userinfo.partition(":")
    host, port_text = _split_port(host_and_port)
    if not host and (special or at or port_text is not None):
        raise RefusedError("the host is missing")
    return (
        _percent.USERINFO.encode(username),
        _percent.USERINFO.encode(password),
        parse_host(host, special=special),
        parse_port(port_text or "", scheme),
    )


def _split_port(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        # The bracket must be closed before a colon can mean a port.
        host, bracket, rest = text.rpartition("]")
        if bracket and (not rest or rest.startswith(":")):
            return host + bracket, rest[1:] if rest else None
        return text, None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def parse_port(text: str, scheme: str) -> int | None:
    """Give the port, or None if empty or the scheme's own (WHATWG URL 4.4, port state)."""
    if _PORT.fullmatch(text) is None:
        raise RefusedError("the port is not a number")
    if not text:
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > 5 or int(digits) > 65535:
        raise RefusedError("the port is larger than 65535")
    port = int(digits)
    return None if port == DEFAULT_PORTS.get(scheme) else port


def _split_tail(text: str, start: int) -> tuple[str, str | None, str | None]:
    """Split path, query and fragment; None means that the delimiter is absent."""
    before, hash_mark, fragment = text[start:].partition("#")
    path, question_mark, query = before.partition("?")
    return path, query if question_mark else None, fragment if hash_mark else None


def _with_tail(parts: Parts, path: str, query: str | None, fragment: str | None) -> Parts:
    """Escape path, query and fragment, and put them after the parts that precede them."""
    if query is not None:
        query = (_percent.SPECIAL_QUERY if parts.special else _percent.QUERY).encode(query)
    if fragment is not None:
        fragment = _percent.FRAGMENT.encode(fragment)
    return Parts(*parts[:5], _percent.PATH.encode(path), query, fragment)
