"""When a cookie belongs to a request (RFC 6265bis, sections 5.1.3 and 5.1.4).

Decides on hosts and paths alone. Which cookies exist, and whether they may be sent over plain
HTTP, may not live here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from ._errors import check_text

__all__ = ["default_path", "domain_match", "domains_of", "is_ip", "path_match", "paths_of"]

_MAX_LABELS = 127  # no name in the DNS has more (RFC 1035 3.1): what has is not worth the time
_IPV4 = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def is_ip(host: str) -> bool:
    """Tell whether a host is an address: those have no domains above them."""
    return ":" in host or _IPV4.fullmatch(host) is not None


def domain_match(host: str, domain: str) -> bool:
    """Tell whether a host is a domain or lies below it.

    Takes both in lower-case ASCII, as URLs give them; addresses match only themselves. Raises
    nothing. RFC 6265bis, section 5.1.3.

    >>> domain_match("www.a.test", "a.test"), domain_match("xa.test", "a.test")
    (True, False)
    """
    check_text("host", host)
    check_text("domain", domain)
    if host == domain:
        return True
    return bool(domain) and host.endswith("." + domain) and not is_ip(host)


@lru_cache(maxsize=128)  # of the few hosts that a program speaks with at a time
def domains_of(host: str) -> tuple[str, ...]:
    """Return every domain that the host matches: itself, then those above it."""
    labels = host.split(".")
    if is_ip(host) or len(labels) > _MAX_LABELS:
        return (host,)
    return tuple([".".join(labels[start:]) for start in range(len(labels))])


def path_match(path: str, cookie_path: str) -> bool:
    """Tell whether a request's path lies in a cookie's path.

    Takes paths without a query, compared octet by octet: nothing is decoded. Raises nothing.
    RFC 6265bis, section 5.1.4.

    >>> path_match("/docs/a", "/docs"), path_match("/docsx", "/docs")
    (True, False)
    """
    check_text("path", path)
    check_text("cookie_path", cookie_path)
    if not path.startswith(cookie_path):
        return False
    return (
        cookie_path.endswith("/") or len(path) == len(cookie_path) or path[len(cookie_path)] == "/"
    )


def paths_of(path: str) -> Iterator[str]:
    """Give every path of a cookie that a request's path lies in, each once."""
    for end, character in enumerate(path):
        if character == "/":
            if not path.endswith("/", 0, end):
                yield path[:end]
            yield path[: end + 1]
    if not path.endswith("/"):
        yield path


def default_path(path: str) -> str:
    """Return the path of a cookie that came without one: the folder of the request's path.

    Takes the request's path, without or with its query. Raises nothing. RFC 6265bis, section 5.1.4.

    >>> default_path("/docs/a.html"), default_path("/docs")
    ('/docs', '/')
    """
    check_text("path", path)
    path = path.partition("?")[0]
    if not path.startswith("/"):
        return "/"
    return path[: path.rindex("/")] or "/"
