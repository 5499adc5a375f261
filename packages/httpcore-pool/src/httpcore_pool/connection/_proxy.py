"""Going through a proxy: what a `Proxy` is, which requests it forwards, and what it is shown with each.

A proxy that speaks HTTP forwards plain http requests in absolute form (RFC 9112 3.2.2). All else goes through
a tunnel, of which the proxy sees nothing but the origin's name and port: `_tunnel` has the handshake of
CONNECT, `_socks` that of SOCKS5.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .._errors import ProxyError
from .._hashed import Hashed
from .._siblings import URL, Headers, InvalidURL
from .._trust import TLSConfig
from ..network._hosts import written

if TYPE_CHECKING:
    from .._request import Request
    from .._siblings import HeadersInput, Origin
    from .._trust import SSLTypes

__all__ = [
    "AUTHORIZATION",
    "Proxy",
    "ProxyAuth",
    "ProxyFlow",
    "absolute_form",
    "authority",
    "for_origin",
]

_SOCKS = ("socks5", "socks5h")
_SOCKS_PORT = 1080  # RFC 1928 3
_MOST_CREDENTIAL_BYTES = 255  # of SOCKS5's user, and of its password: RFC 1929 2
AUTHORIZATION = "Proxy-Authorization"
# What frames a message, says whom it is for, or has a meaning that the exchange would have to know of.
# They are about the connection, or are the origin's in a request that is forwarded.
_NOT_EXTRA = (
    *("Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade"),
    *("Authorization", "Cookie", "Content-Type", "Content-Encoding", "Range"),
)
_ESCAPED = frozenset("/?#@[]\\")  # what has to be in a user or password
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


class Proxy(Hashed):
    """A proxy, `scheme://[user:password@]host[:port]`.

    The scheme says how to speak with it: http, https for HTTP over TLS, or, with the extra
    `httpcore-pool[socks]`, SOCKS5 (RFC 1928): socks5 if names are resolved here, socks5h if by the proxy.

    Attributes:
        url: where it is. User and password in it are sent unasked, with Basic (RFC 7617), or as SOCKS5
            does it (RFC 1929).
        auth: how to authenticate with HTTP instead, such as `DigestAuth("user", "password")`. A pair of
            user and password is the same as both in the URL.
        headers: fields for the proxy, with each CONNECT and each request that it forwards, in place of
            ours of the same name.
        ssl: whom to trust, and what to show, as an https proxy; None for the same CAs as for origins.

    Raises:
        InvalidURL: the URL can't be parsed, its scheme is none of those, or its user can't be sent.
        InvalidHeader: a field of `headers` is malformed.
        ValueError: the arguments don't go together, or a field has a meaning for more than the proxy.
        TypeError: an argument has the wrong type.
        ImportError: it is a SOCKS proxy, and the extra is not installed.
    """

    url: URL
    auth: ProxyAuth | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ssl: TLSConfig | None = None

    def __init__(
        self,
        url: str | URL,
        auth: ProxyAuth | tuple[str, str] | None = None,
        *,
        headers: HeadersInput = None,
        ssl: SSLTypes = None,
    ) -> None:
        super().__init__(url=url, auth=auth, headers=headers, ssl=ssl)

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
            hint = "; one is for all URLs, and a client's routes= have one for each pattern"
            raise TypeError(
                f"proxy must be a URL, a Proxy, False or None, not {type(value).__name__}"
                f"{hint if isinstance(value, Mapping) else ''}"
            )
        return cls(value)

    def _check(self) -> None:
        values = vars(self)
        if isinstance(self.url, str):
            values["url"] = _read_url(self.url)
        elif not isinstance(self.url, URL):
            raise TypeError(f"Proxy(url=...) must be a URL, not {type(self.url).__name__}")
        self._check_auth(values)
        values["headers"] = tuple(Headers(values["headers"]).multi_items())
        if values["ssl"] is not None:
            values["ssl"] = TLSConfig.of(values["ssl"])
        if self.url.scheme in _SOCKS:
            self._check_socks(values)
        else:
            self._check_http()
        if self.url.path not in ("", "/") or self.url.query or self.url.fragment:
            # Mostly a password that should have been escaped: nothing of it may be shown.
            raise InvalidURL(
                "a proxy's URL ends with its host and port (escape what is in a user or password, or "
                "give them as auth=)",
                f"{self.url.scheme}://{self.url.host}...",
            )
        if self.ssl is not None and not self.url.is_ssl:
            raise ValueError(f"Proxy(ssl=...) is for https proxies, not for {self.url.masked}")

    def _check_auth(self, values: dict[str, Any]) -> None:
        match values["auth"]:
            case (str(), str()) if self.url.username or self.url.password:
                raise ValueError(
                    f"{self.url.masked} has a user or password: give either those or Proxy(auth=...)"
                )
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

    def _check_http(self) -> None:
        url = self.url
        if url.scheme not in ("http", "https"):
            hint = " (of SOCKS there is version 5 alone)" if url.scheme.startswith("socks") else ""
            raise InvalidURL(
                f"a proxy's scheme must be http, https, socks5 or socks5h{hint}", str(url)
            )
        if ":" in url.username or _CONTROLS.search(url.username + url.password):
            raise InvalidURL(
                "a proxy's user can hold no colon, and neither user nor password a control character "
                "(RFC 7617 2)",
                str(url),
            )
        extra = Headers(self.headers)
        for name in _NOT_EXTRA:
            if name in extra:
                raise ValueError(
                    f"Proxy(headers=...) can't hold {name}, which is not for the proxy"
                )
        if self.auth is not None and AUTHORIZATION in extra:
            raise ValueError(f"give either Proxy(auth=...) or {AUTHORIZATION} in its headers")

    def _check_socks(self, values: dict[str, Any]) -> None:
        url = self.url
        for credential in (url.username, url.password):
            if len(credential.encode()) > _MOST_CREDENTIAL_BYTES:
                raise InvalidURL(
                    "a SOCKS user or password has 255 octets at most (RFC 1929 2)", str(url)
                )
        if self.auth is not None or self.headers:
            raise ValueError(f"{url.masked} speaks SOCKS: it takes user and password, no HTTP")
        # Where the scheme is none of the Web's, a URL's host is any text: here it means what it always does.
        try:
            values["url"] = url.copy_with(host=URL(f"http://{url.host_header}").host)
        except InvalidURL as error:
            raise InvalidURL(
                "a SOCKS proxy's host must be a name or an address", str(url)
            ) from error
        from importlib.util import find_spec  # here, as most proxies speak HTTP

        if find_spec("socksio") is None:
            raise ImportError(f"{url.scheme} proxies need socksio: install httpcore-pool[socks]")

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS5, and not HTTP."""
        return self.url.scheme in _SOCKS

    @property
    def port(self) -> int:
        """Where it listens."""
        port = self.url.port
        return _SOCKS_PORT if port is None else port

    def forwards(self, *, tls: bool, http1: bool) -> bool:
        """Return whether requests are forwarded, rather than sent through a tunnel.

        Args:
            tls: whether they are for https.
            http1: whether HTTP/1.1 may be spoken, the only protocol that is forwarded.
        """
        return http1 and not tls and not self.is_socks

    def credentials(self) -> Headers:
        """Return the Proxy-Authorization field for the userinfo of the URL (RFC 7617), if it counts."""
        fields = Headers()
        if self.auth is None and (self.url.username or self.url.password):
            from base64 import b64encode  # here, as few proxies ask for a password

            pair = f"{self.url.username}:{self.url.password}".encode()
            fields.set(b"Proxy-Authorization", b"Basic " + b64encode(pair))
        return fields

    def dressed(self, fields: Headers, shown: Headers) -> list[tuple[bytes, bytes]]:
        """Return the fields of a request with what is for the proxy; credentials of its own stay.

        Args:
            fields: those of the request.
            shown: those that show the proxy who asks.
        """
        own = AUTHORIZATION in fields
        if not self.headers:
            return fields.raw if own else [*fields.raw, *shown.raw]
        extra = Headers(self.headers)
        if own and AUTHORIZATION in extra:
            extra.remove(AUTHORIZATION)
        return (extra if own else extra.with_defaults(shown)).with_defaults(fields).raw

    def flow(self, method: str, target: str) -> ProxyFlow:
        """Return what authenticates one request with the proxy."""
        return ProxyFlow(self, method, target)

    def __repr__(self) -> str:
        parts = [self.url.masked]
        if self.auth is not None:
            parts.append(repr(self.auth))
        if self.headers:  # whose values may be secrets
            parts.append(f"headers {', '.join(dict(self.headers))}")
        if self.ssl is not None:
            parts.append(repr(self.ssl))
        return f"<Proxy {', '.join(parts)}>"


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


def _read_url(text: str) -> URL:
    """Read a URL, and say of one that is none what was probably meant.

    Raises:
        InvalidURL: it is none, or has no scheme.
    """
    why = None
    if "://" not in text:
        from .._siblings import masking  # here, as mistakes are few

        why, meant = "a proxy's scheme is missing", f"http://{text}"
        if text and masking.masked_unparsed(meant) == meant:  # else it has what may be secret
            why += f" (did you mean {meant!r}?)"
    try:
        url = URL(text)
    except InvalidURL as error:
        user = text.partition("://")[2].rpartition("@")[0]
        if not (why or _ESCAPED.isdisjoint(user)):
            why = f"{error.reason}; escape what is in a user or password, or give them as auth="
        raise InvalidURL(why or error.reason, text) from None
    if why is not None:
        raise InvalidURL(why, text)
    return url


def absolute_form(url: URL) -> str:
    """Return the target of a request that a proxy forwards (RFC 9112 3.2.2)."""
    return f"{url.scheme}://{url.host_header}{url.full_path}"


def authority(origin: Origin) -> str:
    """Return the target of CONNECT, which always names the port (RFC 9110 9.3.6)."""
    return written(origin.host, origin.port)


def for_origin(request: Request) -> Request:
    """Return a request as the origin may see it through a tunnel: without credentials for a proxy.

    They would reach the wrong one (CVE-2023-32681); CONNECT, which comes before all requests, has its own.
    """
    if AUTHORIZATION not in request.headers:
        return request
    request = request.copy_with()
    request.headers.remove(AUTHORIZATION)
    return request
