"""Going through an HTTP proxy: what a `Proxy` is, and the CONNECT handshake of a tunnel.

Plain http requests are forwarded in absolute form (RFC 9112 3.2.2); https goes through a tunnel
(RFC 9110 9.3.6), so that the proxy sees nothing but the origin's name and port.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .._config import MessageLimits
from .._errors import ProxyError, RemoteProtocolError
from .._siblings import URL, Headers, InvalidURL, Value, headers
from ._http11_writer import write_head

if TYPE_CHECKING:
    from .._config import Budget
    from .._siblings import Origin
    from ..backends.base import NetworkStream
    from ._http11_head import ResponseHead

__all__ = ["Proxy", "ProxyAuth", "ProxyFlow", "absolute_form", "authority", "open_tunnel"]

_READ_BYTES = 16 * 1024
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_MOST_ATTEMPTS = 10  # of one request; more is a flow that never ends


@runtime_checkable
class ProxyAuth(Protocol):
    """How a client shows a proxy who it is (RFC 9110 11.7): any object with this one method.

    `BasicAuth`, `DigestAuth` and the other schemes of `httpcore-cookies` are such objects.
    """

    def proxy_flow(
        self, proxy: str, method: str, target: str
    ) -> Generator[tuple[tuple[str, str], ...], tuple[int, Headers], None]:
        """Yield the fields of each attempt, be sent status and fields of the answer, return to accept it.

        Args:
            proxy: the proxy's origin, such as "http://proxy.example:3128".
            method: what it is asked to do.
            target: for what: the request target as the proxy gets it (RFC 9112 3.2).
        """
        ...


class Proxy(Value):
    """An HTTP proxy, `http://[user:password@]host[:port]` or https for TLS to the proxy.

    Attributes:
        url: where it is. User and password in it are sent with Basic, unasked (RFC 7617).
        auth: how to authenticate instead, such as `DigestAuth("user", "password")`. A pair of user and
            password is the same as both in the URL.

    Raises:
        InvalidURL: the URL can't be parsed, its scheme is not http or https, or its user can't be sent.
        TypeError: an argument has the wrong type.
    """

    url: URL
    auth: ProxyAuth | None = None

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
            hint = "; one is for all schemes, the environment can name one for each"
            raise TypeError(
                f"proxy must be a URL or None, not {type(value).__name__}"
                f"{hint if isinstance(value, Mapping) else ''}"
            )
        return cls(URL(value))

    def _check(self) -> None:
        values = vars(self)
        if isinstance(self.url, str):
            values["url"] = URL(self.url)
        elif not isinstance(self.url, URL):
            raise TypeError(f"Proxy(url=...) must be a URL, not {type(self.url).__name__}")
        match values["auth"]:
            case (str(user), str(password)):
                values.update(url=self.url.copy_with(username=user, password=password), auth=None)
            case None:
                pass
            case ProxyAuth() if isinstance(self.auth, Hashable):  # it tells connections apart
                pass
            case _:
                raise TypeError(
                    'Proxy(auth=...) must be a pair ("user", "password") or an object such as '
                    f"DigestAuth, not {type(self.auth).__name__}"
                )
        if self.url.scheme not in ("http", "https"):
            raise InvalidURL(
                "a proxy's scheme must be http or https (SOCKS is not supported yet)", str(self.url)
            )
        if ":" in self.url.username or _CONTROLS.search(self.url.username + self.url.password):
            raise InvalidURL(
                "a proxy's user can hold no colon, and neither user nor password a control character "
                "(RFC 7617 2)",
                str(self.url),
            )

    def credentials(self) -> Headers:
        """Return the Proxy-Authorization field for the userinfo of the URL (RFC 7617), if it counts."""
        fields = Headers()
        if self.auth is None and (self.url.username or self.url.password):
            from base64 import b64encode  # here, as few proxies ask for a password

            pair = f"{self.url.username}:{self.url.password}".encode()
            fields.set(b"Proxy-Authorization", b"Basic " + b64encode(pair))
        return fields

    def flow(self, method: str, target: str) -> ProxyFlow:
        """Return what authenticates one request with the proxy."""
        return ProxyFlow(self, method, target)

    def __repr__(self) -> str:
        shown = "" if self.auth is None else f", {self.auth!r}"
        return f"<Proxy {self.url.masked}{shown}>"


class ProxyFlow:
    """The authentication of one request with a proxy.

    Attributes:
        fields: what goes with the next attempt.
    """

    __slots__ = ("_attempts", "_flow", "_proxy", "fields")

    def __init__(self, proxy: Proxy, method: str, target: str) -> None:
        self._proxy = proxy
        self._flow: Generator[Any, tuple[int, Headers], None] | None = None
        self._attempts = 1
        self.fields: Headers
        if proxy.auth is not None:
            self._flow = proxy.auth.proxy_flow(str(proxy.url.origin), method, target)
            if not isinstance(self._flow, Generator):
                raise TypeError(f"{proxy.auth!r}: proxy_flow must yield fields, and not be async")
            self._go(None)
        else:
            self.fields = proxy.credentials()

    def may_pass(self, status_code: int, headers: Headers) -> bool:
        """Take in the proxy's answer; return whether another attempt, with new fields, may pass.

        Raises:
            ProxyError: the scheme can't do what the proxy asks for.
        """
        self._attempts += 1
        if self._flow is not None and not self._go((status_code, headers)):
            self._flow = None
        return self._flow is not None and status_code == 407 and self._attempts <= _MOST_ATTEMPTS

    def close(self) -> None:
        """Be done, whatever the answer was."""
        if self._flow is not None:
            self._flow.close()

    def _go(self, answer: tuple[int, Headers] | None) -> bool:
        flow: Any = self._flow
        try:
            fields = flow.send(answer)
        except StopIteration:
            return False
        except ValueError as error:
            raise ProxyError(f"can't authenticate with {self._proxy!r}: {error}") from error
        self.fields = Headers(fields)
        return True


def absolute_form(url: URL) -> str:
    """Return the target of a request that a proxy forwards (RFC 9112 3.2.2)."""
    return f"{url.scheme}://{url.host_header}{url.full_path}"


def authority(origin: Origin) -> str:
    """Return the target of CONNECT, which always names the port (RFC 9110 9.3.6)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"{host}:{origin.port}"


async def open_tunnel(
    stream: NetworkStream, proxy: Proxy, authority: str, flow: ProxyFlow, budget: Budget
) -> bool:
    """Ask the proxy for a tunnel to `authority`; afterwards the stream leads to the origin.

    Returns:
        Whether it does. If not, the flow has what another attempt, on a new stream, takes.

    Raises:
        ProxyError: the proxy refused, or did not answer in HTTP.
        ReadTimeout, WriteTimeout: the budget ran out.
        ReadError, WriteError: the connection broke.
    """
    fields = [(b"Host", authority.encode("ascii")), *flow.fields.raw]
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
    if flow.may_pass(head.status_code, head.headers):
        return False
    if not 200 <= head.status_code <= 299:
        reason = head.reason.encode("ascii", "backslashreplace").decode("ascii")[:100]
        raise ProxyError(
            f"the proxy {proxy.url.masked} refused a tunnel to {authority}: "
            f"{head.status_code} {reason}{_asked_for(head.headers)}",
            head.status_code,
        )
    if reader.switched:
        # The origin's TLS speaks second: anything before our first byte is not from it.
        raise ProxyError(f"the proxy {proxy.url.masked} sent bytes before the tunnel was used")
    return True


def _asked_for(answer: Headers) -> str:
    """Say which schemes a proxy offers, for a message."""
    challenges = headers.parse_challenges(answer.get_list("Proxy-Authenticate"))
    schemes = list(dict.fromkeys(challenge.scheme[:30] for challenge in challenges))[:5]
    return f" (it asks for {' or '.join(schemes)} authentication)" if schemes else ""
