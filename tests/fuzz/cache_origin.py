"""Origins that say anything of what may be kept: how it is spelt, and beside that what it means."""

from datetime import UTC, datetime

from .naive_cache import Said, directives

_FOREVER = 2**31 - 1
# How a URL is written, what it is, and its origin.
URLS = [
    *(("http://a.test/x", "x", "a"), ("HTTP://A.test:80/./x#f", "x", "a"), ("http://a.test/x?", "x?", "a")),
    *(("https://a.test/x", "s", "s"), ("http://a.test/%78", "%78", "a"), ("http://b.test/x", "b", "b")),
    ("http://eve:hunter2@a.test/x", "x", "a"),
]  # fmt: skip
_PLACES = [*URLS, ("/x", None, None), ("javascript:x", None, None), ("http://[", None, None)]
STATUSES = [200] * 24 + [203, 204, 206, 301, 302, 304, 401, 404, 410, 500, 502, 503, 504, 299, 599]
# How a directive is spelt, its name, and what it says: seconds, 0 for none that are any; fields.
_ANSWERED = [
    *(("max-age=60", "max-age", 60), ('MAX-AGE="60"', "max-age", 60), ("max-age=0", "max-age", 0)),
    *(("max-age=5", "max-age", 5), ("max-age=x", "max-age", 0), ("max-age", "max-age", 0)),
    *(("max-age=-1", "max-age", 0), ("max-age=60.5", "max-age", 0), ("max-age=+60", "max-age", 0)),
    *(("max-age='60'", "max-age", 0), ("Max-Age=99999999999999999999", "max-age", _FOREVER)),
    *(("s-maxage=90", "s-maxage", 90), ("S-MaxAge=0", "s-maxage", 0), ("s-maxage=x", "s-maxage", 0)),
    *(("no-store", "no-store", None), ("No-Store", "no-store", None), ("no-store=1", "no-store", None)),
    *(("no-cache", "no-cache", None), ("NO-CACHE=", "no-cache", None)),
    *(('no-cache="x-told"', "no-cache", {"x-told"}), ("no-cache=X-Other", "no-cache", {"x-other"})),
    *(("private", "private", None), ('private=""', "private", None)),
    *(('private="X-Other, Y"', "private", {"x-other", "y"}), ("private=x-told", "private", {"x-told"})),
    ("public", "public", None),
    *(("must-revalidate", "must-revalidate", None), ("immutable", "immutable", None)),
    *(("Proxy-Revalidate", "proxy-revalidate", None), ("must-understand", "must-understand", None)),
    *(("stale-if-error=x", "stale-if-error", 0), ('x="no-store, no-cache"', "?", None)),
    *(('x="a', "open", None), ("", "?", None), ("=", "?", None), ('x="\\"no-store"', "?", None)),
    *(("max-age = 60", "?", None), ("stale-while-revalidate=60", "?", None), ("public", "public", None)),
    # What has something come of it.
    *(("s-maxage=5", "s-maxage", 5), ("must-revalidate", "must-revalidate", None)),
    *(("public", "public", None), ("stale-if-error=99", "stale-if-error", 99), ("max-age=5", "max-age", 5)),
]  # fmt: skip
ASKED = [
    *(("max-stale", "max-stale", None), ("max-age=3600", "max-age", 3600)),
    *(("no-cache", "no-cache", None), ("No-Store", "no-store", None), ("max-age=0", "max-age", 0)),
    *(("max-age=30", "max-age", 30), ("max-age=x", "max-age", 0), ("max-stale", "max-stale", None)),
    *(("max-stale=30", "max-stale", 30), ('MAX-STALE="600"', "max-stale", 600)),
    *(("max-stale=x", "max-stale", 0), ("min-fresh=30", "min-fresh", 30)),
    *(("only-if-cached", "only-if-cached", None), ("Only-If-Cached=1", "only-if-cached", None)),
    *(("stale-if-error=600", "stale-if-error", 600), ("x", "?", None)),
]  # fmt: skip
_TAGS = ['"1"', '"2"', 'W/"1"', 'W/"2"', '"a,b"', "1", '""', None, None, None]
_VARIES = [
    ["Accept"],
    ["accept,  X-Mine"],
    ["X-Not"],
    ["*"],
    ["Cookie", "Accept"],
    ["Accept, *"],
    [""],
]
_AGES = [
    ("30", 30),
    ("0", 0),
    ("5, 90", 5),
    ("-3", None),
    ("x", None),
    ("9" * 30, 2**31 - 1),
    ("1.5", None),
]
_ASIDE = [
    *([("Connection", "x-hop"), ("X-Hop", "1")], [("Set-Cookie", "a=hunter2")], [("X-Told", "1")]),
    *([("X-Told", "1"), ("X-Other", "2")], [("Cache-Status", "httpcore-client; hit; ttl=9")]),
    *([("Pragma", "no-cache")], [("Content-Encoding", "gzip")], [("Warning", '110 - "x"')]),
]  # fmt: skip


def http_date(seconds, form=0):
    """Spell a date in one of the three forms of RFC 9110 5.6.7."""
    forms = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
    return datetime.fromtimestamp(seconds, UTC).strftime(forms[form % 3])


def said_by(source, request, status, how, asked, received):
    """Give an answer to a request; the bits of `how` say which fields it has."""
    lines, means = {}, {}
    count = source.octet()
    elements = [_directive(source) for _ in range((1 + count) % 4)]
    if sum(name == "open" for _, name, _ in elements) < 2 and elements:
        spelt = [each[0] for each in elements]
        joint = [", ", ",", " ,\t", None][count // 4 % 4]
        spelt = spelt if joint is None else [joint.join(spelt)]
        lines["cache-control"] = [line.strip() for line in spelt]
        means["cache-control"] = directives(elements)
    if how & 1:
        dates = _dates(received, source.octet())
        lines["expires"] = [text for text, _ in dates]
        means["expires"] = dates[0][1] if len(dates) == 1 else None
    if how & 2:
        ((text, means["date"]), *_) = _dates(received, source.octet() & 0xBF)
        lines["date"] = [text]
    if how & 4:
        ((text, means["last-modified"]), *_) = _dates(received - 1000, source.octet() & 0xBF)
        lines["last-modified"] = [text]
    if how & 8:
        text, means["age"] = source.pick(_AGES)
        lines["age"] = [text]
    if how & 16:
        lines["vary"] = values = source.pick(_VARIES)
        means["vary"] = {part.strip().lower() for part in ",".join(values).split(",")} - {""}
    tag = source.pick(_TAGS)
    if tag is not None:
        lines["etag"] = [tag]
    if how & 32:
        for name, value in source.pick(_ASIDE):
            lines[name.lower()] = [value]
    if request.method not in ("GET", "HEAD") and count & 16:
        url, *_ = means["place"] = source.pick(_PLACES)
        lines["location" if count & 32 else "content-location"] = [url]
    return Said(status, lines, means, asked, received)


def _directive(source):
    """Most often one that has something kept."""
    octet = source.octet()
    return _ANSWERED[
        (octet - 128) % len(_ANSWERED) if octet > 128 else -1 - octet // 2 % 5 if octet % 2 else 0
    ]


def _dates(about, kind):
    """Give one or two dates, spelt and as seconds."""
    if kind >= 240:
        return [(["0", "-1", "", "Wed, 21 Oct 2015 25:28:00 GMT"][kind % 4], None)]
    seconds = int(about) + (kind % 16 - 5) * 15
    dates = [(http_date(seconds, kind // 16 % 4), seconds)]
    if kind & 64:
        dates.append((http_date(seconds + 60), None))
    return dates
