"""Changing one part of a URL, for `URL.copy_with`.

Decides: how each part that a caller gives in the clear is normalised, and that the whole must read
back as what was put together. The grammar itself is `_parse`'s.

Each setter takes the parts and gives new ones; they may be inconsistent until `verified` has seen
them.
"""

import enum
from typing import Final

from . import _percent
from ._errors import InvalidURL, RefusedError
from ._host import parse_host
from ._parse import SCHEME, check_authority, parse, parse_authority, parse_port
from ._parts import DEFAULT_PORTS, Parts
from ._write import write


class Unset(enum.Enum):
    """The type of "leave this part as it is", which None can't say."""

    UNSET = enum.auto()


UNSET: Final = Unset.UNSET


def require_str(name: str, value: object) -> str:
    """Give the value if it is text, or raise TypeError."""
    if isinstance(value, str):
        return str.__str__(value)
    raise TypeError(f"{name} must be str, not {type(value).__name__}")


def set_scheme(parts: Parts, scheme: str) -> Parts:
    """Set the scheme; an empty one makes a relative reference."""
    scheme = require_str("scheme", scheme)
    if scheme and SCHEME.fullmatch(f"{scheme}:") is None:
        raise RefusedError("the new scheme is malformed")
    return parts._replace(scheme=scheme.lower())


def set_authority(parts: Parts, authority: str) -> Parts:
    """Set user name, password, host and port at once."""
    authority = require_str("authority", authority)
    if any(delimiter in authority for delimiter in "/?#"):
        raise RefusedError("the new authority holds a character that would end it")
    username, password, host, port = parse_authority(authority, parts.scheme)
    return _with_host(parts, host)._replace(username=username, password=password, port=port)


def set_host(parts: Parts, host: str) -> Parts:
    """Set the host, an IPv6 address with or without brackets."""
    host = require_str("host", host)
    check_authority(host)
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    if not host and parts.special:
        raise RefusedError("the host is missing")
    return _with_host(parts, parse_host(host, special=parts.special))


def _with_host(parts: Parts, host: str) -> Parts:
    if parts.opaque:
        raise RefusedError(f"a {parts.scheme}: URL of this form has no authority")
    # Between an authority and a path stands a slash.
    path = parts.path
    if (path or parts.special) and not path.startswith("/"):
        path = f"/{path}"
    return parts._replace(host=host, path=path)


def set_port(parts: Parts, port: int | None) -> Parts:
    """Set the port; None, like the scheme's own, leaves it out."""
    if port is None:
        return parts._replace(port=None)
    if type(port) is not int:
        raise TypeError(f"port must be int or None, not {type(port).__name__}")
    _require_host(parts)
    return parts._replace(port=parse_port(str(port), parts.scheme))


def set_username(parts: Parts, username: str) -> Parts:
    """Set the user name, given in the clear."""
    return _with_userinfo(
        parts, username=_percent.CLEAR_USERINFO.encode(require_str("username", username))
    )


def set_password(parts: Parts, password: str) -> Parts:
    """Set the password, given in the clear."""
    return _with_userinfo(
        parts, password=_percent.CLEAR_USERINFO.encode(require_str("password", password))
    )


def _with_userinfo(
    parts: Parts, *, username: str | None = None, password: str | None = None
) -> Parts:
    if username or password:
        _require_host(parts)
    return parts._replace(
        username=parts.username if username is None else username,
        password=parts.password if password is None else password,
    )


def _require_host(parts: Parts) -> None:
    if not parts.host:
        raise RefusedError("a URL without a host has no user name, password or port")


def set_path(parts: Parts, path: str) -> Parts:
    """Set the path; `?` and `#` in it are escaped, as they can't be delimiters there."""
    path = _percent.PATH.encode(require_str("path", path))
    if parts.special:
        path = path.replace("\\", "/")
    if parts.host is not None and not path.startswith("/") and (path or parts.special):
        path = f"/{path}"
    elif not parts.scheme and parts.host is None and SCHEME.match(path):
        # RFC 3986 4.2: a colon in the first segment would make it a scheme.
        path = f"./{path}"
    return parts._replace(path=path)


def set_query(parts: Parts, query: str | None) -> Parts:
    """Set the query without its `?`; None and the empty text remove it."""
    if query is None or query == "":
        return parts._replace(query=None)
    encode_set = _percent.SPECIAL_QUERY if parts.special else _percent.QUERY
    return parts._replace(query=encode_set.encode(require_str("query", query)))


def set_fragment(parts: Parts, fragment: str | None) -> Parts:
    """Set the fragment without its `#`; None and the empty text remove it."""
    if fragment is None or fragment == "":
        return parts._replace(fragment=None)
    return parts._replace(fragment=_percent.FRAGMENT.encode(require_str("fragment", fragment)))


def verified(parts: Parts) -> Parts:
    """Read the parts back from their text, and refuse them if more than spelling changed."""
    if parts.port is not None and parts.port == DEFAULT_PORTS.get(parts.scheme):
        parts = parts._replace(port=None)
    try:
        again = parse(write(parts), relative=True)
    except InvalidURL as error:
        raise RefusedError(error.reason) from None
    if _meaning(again) != _meaning(parts):
        raise RefusedError("the changed parts do not make a URL that reads back as they were given")
    return again


def _meaning(parts: Parts) -> tuple[object, ...]:
    # Path and query may be spelt otherwise: dot segments, the quotes of another scheme's query.
    return (*parts[:5], parts.query is None, parts.fragment is None)
