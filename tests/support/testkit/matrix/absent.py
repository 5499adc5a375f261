"""Which cells of the matrix are not there, and why. A test fails where one works all the same."""

from __future__ import annotations

from dataclasses import dataclass


class WrongError(Exception):
    """What nobody may make of us: it is taken for no absence."""


@dataclass(frozen=True)
class Absence:
    """Rows that some servers, or proxies, do not have.

    Attributes:
        servers, rows, wires: which; of all wires unless some are said.
        why: not.
        is_certain: or whether they have it at times.
    """

    servers: str
    rows: str
    why: str
    wires: str = ""
    is_certain: bool = True

    def covers(self, server, wire, row):
        wires = self.wires.split() or [wire]
        return server in self.servers.split() and wire in wires and row in self.rows.split(", ")


def _stops_short(server, wires):
    why = "loses what is in flight at times"
    return Absence(server, "stop during a download", why, wires, is_certain=False)


_FILES_ONLY = (
    "chunked, upload, upload of unknown length, echo, early error, status 204, errors, expect, "
    "fields sent, fields received, cookies"
)

ABSENT = [
    Absence("nghttpd", _FILES_ONLY, "has files, and no application"),
    Absence("nghttpd", "ranges", "knows no ranges"),
    Absence("nghttpd granian", "idle", "closes no idle connection within our patience"),
    Absence("nghttpd", "stop during a download", "ends at once"),
    _stops_short("caddy", "h2c"),
    _stops_short("hypercorn", "h2 h2c"),
    _stops_short("granian", ""),
    _stops_short("aiohttp", "h1-tls"),
    Absence("nghttpd", "status 304", "sends no ETag"),
    Absence("nginx haproxy caddy hypercorn uvicorn aiohttp nghttpd", "br", "has no brotli"),
    Absence(
        "nginx apache haproxy h2o hypercorn uvicorn aiohttp node nghttpd", "zstd", "has no zstd"
    ),
    Absence(
        "granian",
        "gzip, br, zstd",
        "sends files itself, past the application's middleware that would compress them",
    ),
    Absence("nghttpd", "gzip", "compresses nothing"),
    Absence(
        "lighttpd", "upload of unknown length", "answers 411 where no length is said", "h2 h2c"
    ),
    Absence(
        "h2o",
        "early error",
        "answers 502 at times, where what is behind it does not read all",
        is_certain=False,
    ),
    Absence("node", "status 304, ranges, trailing slash", "has no module that serves files"),
    Absence("aiohttp", "trailing slash", "has no index pages"),
    Absence(
        "nginx apache haproxy caddy h2o lighttpd granian uvicorn aiohttp",
        "trailers",
        "the application behind it sends no trailers",
    ),
    Absence("hypercorn", "trailers", "sends trailers over HTTP/2 only", "h1 h1-tls"),
]


# Of wires that are not there, only the row "small" is asked.
NO_WIRE = {
    "nghttpd": "speaks HTTP/2 only",
    "uvicorn": "speaks HTTP/1.1 only",
    "aiohttp": "speaks HTTP/1.1 only",
}


def absence(server, wire, row):
    """The absence of a cell; None where it is there."""
    if wire not in server.wires:
        return Absence(server.name, row, NO_WIRE[server.name], wire)
    return next((each for each in ABSENT if each.covers(server.name, wire, row)), None)


def verdict(absent, error):
    """The fault that it is to have raised this, or nothing; None if it is none."""
    if absent is None or isinstance(error, WrongError):
        return error
    if error is None and absent.is_certain:
        return WrongError(f"works, though it is said to be absent: {absent.why}")
    return None


ABSENT_OF_PROXIES = [
    Absence("tinyproxy", "http keep alive", "closes behind each response"),
    Absence(
        *("privoxy dante", "http with a wrong password, https with a wrong password"),
        "lets everybody in",
    ),
    Absence(
        "squid",
        "http upload",
        "5.7 breaks off every third upload of 64 MiB that comes at the speed of loopback, whoever sends it",
        is_certain=False,
    ),
    Absence("proxy.py", "http small", "hands Proxy-Authorization on with a second request"),
    Absence("pproxy", "http chunked", "knows no chunked uploads", "http"),
    Absence("pproxy", "https to who refuses", "says yes before it has tried"),
]


def proxy_absence(proxy, scheme, row):
    """As `absence`, of a proxy that is spoken with in this way."""
    found = (each for each in ABSENT_OF_PROXIES if each.covers(proxy.name, scheme, row))
    return next(found, None)
