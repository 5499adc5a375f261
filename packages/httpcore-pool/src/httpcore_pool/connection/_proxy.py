"""Going through an HTTP proxy: what a `Proxy` is, and the CONNECT handshake of a tunnel.

Plain http requests are forwarded in absolute form (RFC 9112 3.2.2); https goes through a tunnel
(RFC 9110 9.3.6), so that the proxy sees nothing but the origin's name and port.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._config import MessageLimits
from .._errors import ProxyError, RemoteProtocolError
from .._siblings import URL, InvalidURL, Value
from ._http11_writer import write_head

if TYPE_CHECKING:
    from .._config import Budget
    from .._siblings import Origin
    from ..backends.base import NetworkStream
    from ._http11_head import ResponseHead

__all__ = ["Proxy", "authority", "open_tunnel"]

_READ_BYTES = 16 * 1024


class Proxy(Value):
    """An HTTP proxy, `http://[user:password@]host[:port]` or https for TLS to the proxy.

    Raises:
        InvalidURL: the URL can't be parsed, or its scheme is not http or https.
    """

    url: URL

    @classmethod
    def of(cls, value: str | URL | Proxy) -> Proxy:
        """Read what callers may write as `proxy=`.

        Raises:
            TypeError: the value is something else.
            InvalidURL: see the class.
        """
        if isinstance(value, Proxy):
            return value
        if not isinstance(value, (str, URL)):
            raise TypeError(f"proxy must be a URL or None, not {type(value).__name__}")
        return cls(URL(value))

    def _check(self) -> None:
        if self.url.scheme not in ("http", "https"):
            raise InvalidURL(
                f"proxy {self.url.masked!r}: the scheme must be http or https "
                f"(SOCKS is not supported yet), not {self.url.scheme!r}"
            )

    def credentials(self) -> list[tuple[bytes, bytes]]:
        """Return the Proxy-Authorization field for the userinfo of the URL (RFC 7617), if any."""
        if not (self.url.username or self.url.password):
            return []
        from base64 import b64encode  # here, as few proxies ask for a password

        pair = f"{self.url.username}:{self.url.password}".encode()
        return [(b"Proxy-Authorization", b"Basic " + b64encode(pair))]

    def __repr__(self) -> str:
        return f"<Proxy {self.url.masked}>"


def authority(origin: Origin) -> str:
    """Return the target of CONNECT, which always names the port (RFC 9110 9.3.6)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"{host}:{origin.port}"


async def open_tunnel(stream: NetworkStream, proxy: Proxy, authority: str, budget: Budget) -> None:
    """Ask the proxy for a tunnel to `authority`; afterwards the stream leads to the origin.

    Raises:
        ProxyError: the proxy refused, or did not answer in HTTP.
        ReadTimeout, WriteTimeout: the budget ran out.
        ReadError, WriteError: the connection broke.
    """
    target = authority.encode("ascii")
    fields = [(b"Host", target), *proxy.credentials()]
    await stream.write(write_head("CONNECT", authority, fields).data, budget.cut(None))
    from ._http11_referee import H11Reader  # who has no proxy never needs h11 for it

    reader = H11Reader("CONNECT", MessageLimits())
    head: ResponseHead | None = None
    while head is None or head.status_code < 200:
        try:
            head = reader.next_head()
            if head is None:
                data = await stream.read(_READ_BYTES, budget.cut(None))
                if not data:
                    raise ProxyError(f"the proxy {proxy.url.masked} closed the connection")
                reader.feed(data)
        except RemoteProtocolError as error:
            raise ProxyError(f"the proxy {proxy.url.masked} did not answer in HTTP") from error
    if not 200 <= head.status_code <= 299:
        reason = head.reason.encode("ascii", "backslashreplace").decode("ascii")[:100]
        raise ProxyError(
            f"the proxy {proxy.url.masked} refused a tunnel to {authority}: "
            f"{head.status_code} {reason}",
            head.status_code,
        )
    if reader.switched:
        # The origin's TLS speaks second: anything before our first byte is not from it.
        raise ProxyError(f"the proxy {proxy.url.masked} sent bytes before the tunnel was used")
