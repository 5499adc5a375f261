"""What a caller may put into a jar (RFC 6265bis, section 4.1.1).

Decides on names, values, domains and paths that a program gives. What servers may send is far
wider, and decided in `_parse`: it may not live here.
"""

import re

from ._errors import InvalidCookie

__all__ = ["check_domain", "check_name", "check_path", "check_value"]

# Wider than the standard's token and cookie-octet, for servers that ask for "[", spaces or JSON;
# narrower than what servers may set: nothing that would end a name, a value or the field, and
# ASCII alone.
_BAD_IN_NAME = re.compile(r"[^!-~]|[;=,]")
_BAD_IN_VALUE = re.compile(r"[^ -~]|;")
_BAD_IN_DOMAIN = re.compile(r"[^a-z0-9._:\-]")
_BAD_IN_PATH = re.compile(r"[^!-~]|;")
_SHOWN_CHARS = 48


def shown(name: str) -> str:
    """Escape and cut a name for a message."""
    return ascii(name[:_SHOWN_CHARS]) + ("..." if len(name) > _SHOWN_CHARS else "")


def check_name(name: str) -> str:
    """Return the name, or raise InvalidCookie."""
    _must_be_text(name, "name")
    if not name:
        raise InvalidCookie("a cookie's name must not be empty")
    bad = _BAD_IN_NAME.search(name)
    if bad:
        raise InvalidCookie(
            f"cookie {shown(name)}: the name's character at position {bad.start()} is not allowed:"
            " it takes printable ASCII without space, ';', '=' and ','"
        )
    return name


def check_value(name: str, value: str) -> str:
    """Return the value, or raise InvalidCookie, which doesn't show it."""
    _must_be_text(value, f"value of {shown(name)}")
    bad = _BAD_IN_VALUE.search(value)
    if bad:
        raise InvalidCookie(
            f"cookie {shown(name)}: the value's character at position {bad.start()} is not allowed:"
            " it takes printable ASCII without ';' (urllib.parse.quote encodes the rest)"
        )
    if value != value.strip(" "):
        raise InvalidCookie(f"cookie {shown(name)}: the value must not begin or end with a space")
    return value


def check_domain(name: str, domain: str) -> str:
    """Return the domain in lower case without a leading dot, or raise InvalidCookie."""
    _must_be_text(domain, f"domain of {shown(name)}")
    domain = domain.lower().removeprefix(".").strip("[]")
    if not domain or _BAD_IN_DOMAIN.search(domain):
        raise InvalidCookie(
            f"cookie {shown(name)}: the domain {shown(domain)} is not a host"
            " (no scheme, port or path; international names in their xn-- form)"
        )
    return domain


def check_path(name: str, path: str) -> str:
    """Return the path, or raise InvalidCookie."""
    _must_be_text(path, f"path of {shown(name)}")
    if not path.startswith("/") or _BAD_IN_PATH.search(path):
        raise InvalidCookie(
            f"cookie {shown(name)}: the path {shown(path)} must begin with '/' and be"
            " printable ASCII without space and ';'"
        )
    return path


def _must_be_text(value: object, what: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"a cookie's {what} must be str, not {type(value).__name__}")
