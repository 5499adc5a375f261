"""The tree of errors.

Layers that touch the network raise an error as soon as they know what happened, without knowing the
request; the layer that knows it passes the error through `named`. Nothing here does I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from ._siblings import Headers

if TYPE_CHECKING:
    from ._connect_attempt import ConnectAttempt
    from ._request import Request

__all__ = [
    "AddressRefused",
    "BodyNotReplayable",
    "CertificateError",
    "ClosedError",
    "ConnectError",
    "ConnectTimeout",
    "ContentTooLarge",
    "DecodingError",
    "HTTP11Required",
    "HTTPError",
    "HTTPStatusError",
    "InvalidRedirect",
    "InvalidRequest",
    "LocalProtocolError",
    "NetworkError",
    "PoolTimeout",
    "ProtocolError",
    "ProxyError",
    "ReadError",
    "ReadTimeout",
    "RedirectError",
    "RemoteProtocolError",
    "RequestTimeout",
    "ResponseNotRead",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "TooManyRedirects",
    "TotalTimeout",
    "TransportError",
    "UnsupportedScheme",
    "WriteError",
    "WriteTimeout",
]


class HTTPError(Exception):
    """Anything that goes wrong with a request; each error pickles and hides secrets.

    ::

        HTTPError
        ├── InvalidRequest (also ValueError)  what the caller passed can't be sent
        │   └── UnsupportedScheme             not http or https
        ├── ClosedError                       the client, pool or connection was closed
        ├── TransportError                    the exchange failed on its way
        │   ├── RequestTimeout (also TimeoutError)
        │   │   ├── PoolTimeout               no connection became free in time
        │   │   ├── ConnectTimeout            name, dial, proxy and TLS took too long
        │   │   ├── WriteTimeout              the peer stopped taking bytes
        │   │   ├── ReadTimeout               the peer stopped sending bytes
        │   │   └── TotalTimeout              the whole request took too long
        │   ├── NetworkError
        │   │   ├── ConnectError              no connection could be made
        │   │   │   ├── AddressRefused        the address policy does not let us connect there
        │   │   │   └── CertificateError      the peer's certificate is not trusted
        │   │   ├── ReadError                 the connection broke while reading
        │   │   └── WriteError                the connection broke while writing
        │   ├── ProtocolError
        │   │   ├── LocalProtocolError        we were about to break the protocol
        │   │   └── RemoteProtocolError       the peer broke the protocol
        │   │       └── HTTP11Required        the server wants HTTP/1.1 for this
        │   └── ProxyError                    the proxy refused or failed
        ├── DecodingError                     the body is not what Content-Encoding says, or a bomb
        ├── ContentTooLarge                   the body has more bytes than `BodyLimits` take
        ├── StreamError                       a body used in a way that can't work
        │   ├── StreamConsumed                read to its end (or partly) before
        │   ├── StreamClosed                  closed before it was read
        │   ├── ResponseNotRead               .content or .text before read()
        │   └── BodyNotReplayable             a one-shot request body is needed again
        ├── RedirectError
        │   ├── TooManyRedirects              `history` has the responses
        │   └── InvalidRedirect               Location is missing, malformed or refused
        └── HTTPStatusError                   raise_for_status() met a 4xx or 5xx

    Attributes:
        method: the request's method, or None before a request is known.
        url: the request's URL with its password masked, or None.
        phase: "pool", "connect", "write", "read" or None where none applies.
        elapsed: seconds from the start of the request to the failure, or None.
    """

    method: str | None = None
    url: str | None = None
    phase: str | None = None
    elapsed: float | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """What went wrong, without the request."""
        return str(self.args[0])

    def about(self, request: Request) -> Self:
        """Note which request the error belongs to, unless that is known, and return the error."""
        if self.method is None:
            self.method, self.url = request.method, request.url.masked
        return self

    def __str__(self) -> str:
        if self.method is None:
            return self.message
        after = "" if self.elapsed is None else f", after {self.elapsed:.2f} s"
        return f"{self.method} {self.url}: {self.message}{after}"

    # Responses hold connections: they stay behind when the error travels to another process.
    _LEFT_BEHIND = ("response", "history")

    def __reduce__(self) -> tuple[Any, ...]:
        state = {k: v for k, v in self.__dict__.items() if k not in self._LEFT_BEHIND}
        return (type(self), self.args, state)


class InvalidRequest(HTTPError, ValueError):
    """The request can't be sent as given: a method, header, body or option is wrong."""


class UnsupportedScheme(InvalidRequest):
    """The URL's scheme is not one that goes over HTTP."""


class ClosedError(HTTPError):
    """The client, pool or connection is closed."""


class TransportError(HTTPError):
    """The exchange failed between us and the peer.

    Attributes:
        sent: whether any byte of the request may have reached the server. False means that a replay
            is safe for every method.
        answered: whether any byte of a response was received.
        proxy: the URL of the proxy on the way, its password masked; None for none.
        attempts: the addresses that were tried in vain.
    """

    sent: bool = True
    answered: bool = False
    proxy: str | None = None
    attempts: tuple[ConnectAttempt, ...] = ()


class RequestTimeout(TransportError, TimeoutError):
    """A limit of `Timeout` ran out.

    Attributes:
        limit: the limit in seconds.
    """

    def __init__(self, message: str, limit: float | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class PoolTimeout(RequestTimeout):
    """No connection became free in time; nothing was sent."""

    phase: str | None = "pool"
    sent: bool = False


class ConnectTimeout(RequestTimeout):
    """Resolving, dialling, the proxy handshake and TLS together took too long; nothing was sent.

    Attributes:
        step: what had not been done by then.
    """

    phase: str | None = "connect"
    sent: bool = False
    step: str = ""


class WriteTimeout(RequestTimeout):
    """The peer did not take the next bytes in time.

    Attributes:
        taken: from `NetworkStream.write_some`, how many bytes were taken before.
    """

    phase: str | None = "write"
    taken: int = 0


class ReadTimeout(RequestTimeout):
    """The peer did not send the next bytes in time."""

    phase: str | None = "read"


class TotalTimeout(RequestTimeout):
    """The limit on the whole request ran out; `phase` says where."""


class NetworkError(TransportError):
    """The operating system reported a failure of the connection."""


class ConnectError(NetworkError):
    """No connection could be made; nothing was sent."""

    phase: str | None = "connect"
    sent: bool = False


class AddressRefused(ConnectError):
    """The `AddressPolicy` does not let us connect there; nothing was tried."""


class CertificateError(ConnectError):
    """The peer's certificate can't be trusted; nothing was sent.

    Attributes:
        verify_code: OpenSSL's number for the reason (X509_V_ERR_...); None for a pin that is missing.
        certificate: the certificate, in DER, as far as it can be had; else None.
    """

    def __init__(
        self, message: str, verify_code: int | None = None, certificate: bytes | None = None
    ) -> None:
        super().__init__(message)
        self.verify_code = verify_code
        self.certificate = certificate


class ReadError(NetworkError):
    """The connection broke while reading."""

    phase: str | None = "read"


class WriteError(NetworkError):
    """The connection broke while writing."""

    phase: str | None = "write"


class ProtocolError(TransportError):
    """One side broke the protocol."""


class LocalProtocolError(ProtocolError):
    """Sending this would break the protocol, so it was not (or not wholly) sent."""

    phase: str | None = "write"


class RemoteProtocolError(ProtocolError):
    """The peer broke the protocol."""

    phase: str | None = "read"


class HTTP11Required(RemoteProtocolError):
    """The server wants HTTP/1.1 for this (RFC 9113 7, HTTP_1_1_REQUIRED) and did not process it."""

    sent: bool = False


class ProxyError(TransportError):
    """The proxy refused, or failed before the origin was reached.

    Attributes:
        status_code: what the proxy answered, or None where it gave no answer in HTTP.
        headers: the fields of that answer.
        content: of that answer as much as came at once, 64 KiB at most, as it came.
        reply_code: what a SOCKS proxy answered when asked to connect (RFC 1928 6), or None.
    """

    phase: str | None = "connect"
    sent: bool = False

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        headers: Headers | None = None,
        content: bytes = b"",
        reply_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.headers: Headers = Headers() if headers is None else headers
        self.content: bytes = content
        self.reply_code = reply_code


class DecodingError(HTTPError):
    """The body can't be decoded as its Content-Encoding says."""

    phase: str | None = "read"


class ContentTooLarge(HTTPError):
    """The body has more bytes than are accepted; its connection was closed.

    Attributes:
        limit: how many are.
    """

    phase: str | None = "read"

    def __init__(self, message: str, limit: int | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class StreamError(HTTPError):
    """A body was used in a way that can't work."""


class StreamConsumed(StreamError):
    """The body was streamed before and its bytes were not kept."""


class StreamClosed(StreamError):
    """The response was closed before its body was read."""


class ResponseNotRead(StreamError):
    """The content was asked for before it was read."""


class BodyNotReplayable(StreamError):
    """The request body is a one-shot iterator that was already used, and is needed again."""


class RedirectError(HTTPError):
    """A redirect can't be followed."""


class TooManyRedirects(RedirectError):
    """`max_redirects` was reached.

    Attributes:
        history: the responses that led here, first one first (not kept when pickled).
    """

    history: tuple[Any, ...] = ()


class InvalidRedirect(RedirectError):
    """The Location is missing, malformed, or leads to something that is not followed."""


class HTTPStatusError(HTTPError):
    """The response says that the request failed (4xx or 5xx).

    Attributes:
        status_code: the status.
        response: the response (not kept when pickled).
    """

    response: Any = None

    def __init__(self, message: str, status_code: int = 0) -> None:
        super().__init__(message)
        self.status_code = status_code
