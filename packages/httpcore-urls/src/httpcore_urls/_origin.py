"""Origins: who answers for a URL.

Decides: what makes two URLs the same origin (RFC 6454 4, WHATWG URL 4.7). What a client does about
it may not live here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ._errors import InvalidURL
from ._parts import DEFAULT_PORTS
from ._write import bracketed

if TYPE_CHECKING:
    from ._url import URL


@final
class Origin:
    """Scheme, host and port of an absolute URL, immutable, equal and hashable by those three.

    Args:
        url: an absolute URL with a host. `str` or `URL`; path, query and userinfo are ignored.

    Standard: RFC 6454 4, WHATWG URL 4.7.

    Raises:
        InvalidURL: no URL, relative, without a host, or of a scheme whose port nobody knows.
        TypeError: neither `str` nor `URL`.

    >>> Origin("HTTPS://Example.org:443/path") == Origin("https://example.org")
    True
    >>> str(Origin("http://[::1]:8080/"))
    'http://[::1]:8080'
    """

    __slots__ = ("_host", "_port", "_scheme")

    _scheme: str
    _host: str
    _port: int

    def __new__(cls, url: str | URL) -> Origin:
        """Take the origin from a URL."""
        # Imported here, as a URL knows its origin.
        from ._url import URL

        return URL(url).origin

    @property
    def scheme(self) -> str:
        """The scheme in lower case. `str`."""
        return self._scheme

    @property
    def host(self) -> str:
        """The canonical ASCII host, an IPv6 address without brackets. `str`."""
        return self._host

    @property
    def port(self) -> int:
        """The port that is dialled. `int`, 0 to 65535."""
        return self._port

    @property
    def is_ssl(self) -> bool:
        """Whether the scheme is `https` or `wss`. `bool`."""
        return self._scheme in ("https", "wss")

    def __str__(self) -> str:
        port = "" if DEFAULT_PORTS.get(self._scheme) == self._port else f":{self._port}"
        return f"{self._scheme}://{bracketed(self._host)}{port}"

    def __repr__(self) -> str:
        return f"Origin({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Origin):
            return NotImplemented
        return (self._host, self._port, self._scheme) == (other._host, other._port, other._scheme)

    def __hash__(self) -> int:
        return hash((self._scheme, self._host, self._port))

    def __reduce__(self) -> tuple[type[Origin], tuple[str]]:
        return (Origin, (str(self),))


def origin_of(url: URL) -> Origin:
    """Give the origin, or raise InvalidURL if this URL has none."""
    if not url.scheme or not url.host:
        raise InvalidURL("only an absolute URL with a host has an origin", url.masked)
    if url.port is None:
        raise InvalidURL("an origin needs a port, and this scheme has none of its own", url.masked)
    origin = object.__new__(Origin)
    origin._scheme, origin._host, origin._port = url.scheme, url.host, url.port
    return origin
