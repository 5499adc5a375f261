"""Cookies of each kind, and pieces of the files that they are saved in."""

import json

from httpcore_cookies import Cookie
from httpcore_cookies.cookies import _persist

NEVER = 4102444800.0  # in the year 2100

ALL = [
    Cookie("id", "s3cret", "a.test", "/x", True, True, True, "lax", NEVER, 1767225600.25),
    Cookie("session", "", "a.test", host_only=False, created=1767225601.0),
    Cookie("", "nameless", "b.test", same_site="none", expires=NEVER + 0.5),
    Cookie("quoted", '"a, b=c"', "::1", "/a b", same_site="strict"),
    Cookie("octets", "\xc3\xa9\xff", "localhost", "/\xe9"),
    Cookie("tabs", "1\t2", "127.0.0.1"),
    Cookie("unscoped", "1", host_only=False),
]


def line(**changes):
    """Return a line of cookies.txt with some of its fields changed."""
    fields = {
        "domain": ".a.test",
        "below": "TRUE",
        "path": "/",
        "secure": "FALSE",
        "expires": "0",
        "name": "id",
        "value": "s3cret",
    }
    assert changes.keys() <= fields.keys()
    return "\t".join({**fields, **changes}.values())


def entry(**changes):
    """Return a cookie of a saved jar as JSON with some of its keys changed, or left out if None."""
    fields = {key: getattr(ALL[0], key) for key in _persist._KEYS}
    return json.dumps({**fields, **changes})


def saved(*entries, version="1"):
    """Return the text of a saved jar; its first entry is on line 2."""
    joined = ",\n".join(entries)
    return f'{{"format": "httpcore-cookies", "version": {version}, "cookies": [\n{joined}\n]}}'
