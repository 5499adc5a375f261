"""What a caller may put into a jar (RFC 6265bis, sections 4.1.1 and 5.7).

Decides on names, values, domains and paths that a program gives, on whole cookies, such as those
of a saved jar, and on the settings of a jar. How a server's field is read stands in `_parse`: it
may not live here.
"""

import re

from ._cookie import Cookie
from ._errors import InvalidCookie
from ._parse import MAX_PAIR_OCTETS

__all__ = [
    "check_callable",
    "check_cookie",
    "check_count",
    "check_domain",
    "check_host",
    "check_name",
    "check_path",
    "check_value",
]

# Wider than the standard's token and cookie-octet, for servers that ask for "[", spaces or JSON;
# narrower than what servers may set: nothing that would end a name, a value or the field, and
# ASCII alone.
_BAD_IN_NAME = re.compile(r"[^!-~]|[;=,]")
_BAD_IN_VALUE = re.compile(r"[^ -~]|;")
_BAD_IN_DOMAIN = re.compile(r"[^a-z0-9._:\-]")
_IPV6 = re.compile(r"[0-9a-f.]*(?::[0-9a-f.]*){2,}")
_BAD_IN_PATH = re.compile(r"[^!-~]|;")
# What a whole cookie may have: all that servers may set. Few programs add any, so these are not
# compiled when the module is imported. What no domain of a URL has is the URL Standard's (3.2).
_BAD_IN_PARTS = {
    "name": r"[^\t -~\x80-\xff]|[;=]|^[\t ]|[\t ]\Z",
    "value": r"[^\t -~\x80-\xff]|;|^[\t ]|[\t ]\Z",
    "domain": r"[^!-~]|[A-Z#%/<>?@\[\\\]^|]|^\.",
    "path": r"[\x00-\x08\x0a-\x1f\x7f]|^(?!/)",
}
_SAME_SITES = (None, "strict", "lax", "none")
_FAR_SECONDS = 1e19  # beyond 64 bits, which some tools write for "never"
_SHOWN_CHARS = 48
_OF_HOSTS = "no scheme, port or path; international names in their xn-- form"


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
    is_bad = _BAD_IN_DOMAIN.search(domain) or "" in domain.removesuffix(".").split(".")
    if is_bad or _has_port(domain):
        raise InvalidCookie(
            f"cookie {shown(name)}: the domain {shown(domain)} is not a host ({_OF_HOSTS})"
        )
    return domain


def _has_port(domain: str) -> bool:
    return ":" in domain and not _IPV6.fullmatch(domain)


def check_host(host: str) -> None:
    """Raise ValueError for what is not the host of a request, in lower case and without brackets."""
    if not host or re.search(_BAD_IN_PARTS["domain"], host) or _has_port(host):
        raise ValueError(f"the host {shown(host)} is none as URLs have it: {_OF_HOSTS}")


def check_path(name: str, path: str) -> None:
    """Raise InvalidCookie for a path that can't be sent."""
    _must_be_text(path, f"path of {shown(name)}")
    if not path.startswith("/") or _BAD_IN_PATH.search(path):
        raise InvalidCookie(
            f"cookie {shown(name)}: the path {shown(path)} must begin with '/' and be"
            " printable ASCII without space and ';'"
        )


def check_cookie(cookie: Cookie) -> None:
    """Check a whole cookie as what servers set is checked, so all that a jar holds passes.

    Raises InvalidCookie, which doesn't show the value, and TypeError for fields of another type.
    """
    if not isinstance(cookie, Cookie):
        raise TypeError(f"cookies must be Cookie objects, not {type(cookie).__name__}")
    name = cookie.name
    _must_be_text(name, "name")
    for part in ("value", "domain", "path"):
        _must_be_text(getattr(cookie, part), f"{part} of {shown(name)}")
    for part in ("host_only", "secure", "http_only"):
        if not isinstance(getattr(cookie, part), bool):
            raise TypeError(f"cookie {shown(name)}: {part} must be True or False")
    if cookie.same_site not in _SAME_SITES:
        raise InvalidCookie(
            f"cookie {shown(name)}: same_site must be 'strict', 'lax', 'none' or None"
        )
    _must_be_seconds(name, "created", cookie.created)
    if cookie.expires is not None:
        _must_be_seconds(name, "expires", cookie.expires)
    for part, bad in _BAD_IN_PARTS.items():
        if found := re.search(bad, getattr(cookie, part)):
            raise InvalidCookie(
                f"cookie {shown(name)}: the {part}'s character at position {found.start()}"
                " is not allowed there"
            )
    if _has_port(cookie.domain):
        raise InvalidCookie(f"cookie {shown(name)}: the domain holds a port")
    octets = len(name) + len(cookie.value)
    if not octets:
        raise InvalidCookie("a cookie must have a name or a value")
    if cookie.domain and octets > MAX_PAIR_OCTETS:  # what is unscoped, no server sets
        raise InvalidCookie(
            f"cookie {shown(name)}: name and value are {octets} octets together,"
            f" more than {MAX_PAIR_OCTETS}"
        )


def check_count(what: str, value: object) -> int:
    """Return a whole number that is 1 or more, or raise TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{what} must be 1 or more, not {value}")
    return value


def check_callable(what: str, value: object) -> None:
    """Raise TypeError for what can't be called."""
    if not callable(value):
        raise TypeError(f"{what} must be a function, not {type(value).__name__}")


def _must_be_seconds(name: str, what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(
            f"cookie {shown(name)}: {what} must be Unix seconds, not {type(value).__name__}"
        )
    if not -_FAR_SECONDS < value < _FAR_SECONDS:  # nor is NaN
        raise InvalidCookie(f"cookie {shown(name)}: {what} is no moment that can be meant")


def _must_be_text(value: object, what: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"a cookie's {what} must be str, not {type(value).__name__}")
