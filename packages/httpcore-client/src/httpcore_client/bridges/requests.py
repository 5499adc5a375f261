"""Our pool under sessions of requests: ``session.mount("https://", PoolAdapter())``."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Unpack, cast

import requests
from requests.adapters import BaseAdapter
from requests.cookies import extract_cookies_to_jar  # pyright: ignore[reportUnknownVariableType]
from requests.exceptions import (
    ConnectionError as ConnectError,
)
from requests.exceptions import (
    ConnectTimeout,
    InvalidHeader,
    InvalidSchema,
    InvalidURL,
    ProxyError,
    ReadTimeout,
    RequestException,
    SSLError,
    Timeout,
)
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, select_proxy
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3 import Timeout as Urllib3Timeout

from .. import _siblings as siblings
from .._siblings import URL, pool
from ._settings import PoolSettings, check_given

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PoolAdapter"]

# The error of theirs for each of ours: the first that fits.
_ERRORS: tuple[tuple[type[Exception], type[RequestException]], ...] = (
    (pool.ConnectTimeout, ConnectTimeout),
    (pool.ReadTimeout, ReadTimeout),
    (pool.RequestTimeout, Timeout),
    (pool.CertificateError, SSLError),
    (pool.ProxyError, ProxyError),
    (pool.UnsupportedScheme, InvalidSchema),
    (pool.TransportError, ConnectError),
    (pool.ClosedError, ConnectError),
    (siblings.InvalidURL, InvalidURL),
    (siblings.InvalidHeader, InvalidHeader),
    (pool.HTTPError, RequestException),
)
_FAILURES: tuple[type[Exception], ...] = tuple(kind for kind, _ in _ERRORS)


class PoolAdapter(BaseAdapter):
    """A transport adapter for `requests.Session` with our pool under it.

    The session does what it does: redirects, cookies, credentials, decoding, environment. `verify`, `cert`,
    `timeout` and `proxies` of a request hold as usual. It does not retry but where that is safe.

    Args:
        over: a pool to use, which stays open when the adapter is closed; None for one of its own.
        settings: what its own pool is made with; see `ConnectionPool`.
    """

    def __init__(
        self, over: pool.SyncConnectionPool | None = None, **settings: Unpack[PoolSettings]
    ) -> None:
        super().__init__()
        check_given(over, pool.SyncConnectionPool, settings)
        self._settings = settings
        self._owns_pool = over is None
        self._pool = pool.SyncConnectionPool(**settings) if over is None else over

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - their interface
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request of theirs and return a response of theirs, its body open."""
        try:
            text = request.url or ""
            url = URL(text)
            proxy = select_proxy(text, dict(proxies)) if proxies else None
            options = pool.Options(
                timeout=_timeout(timeout),
                ssl=_trust(verify, cert),
                proxy=_proxy(proxy),
                # What they would send, which they may have signed: we write some URLs in another way.
                target=None if str(url) == text else request.path_url,
            )
            content: Any = request.body
            fields: Any = request.headers.items()
            sent = pool.Request(request.method or "", url, content, fields, options=options)
            response = self._pool.send(sent)
        except _FAILURES as error:
            raise _theirs(error, request) from error
        return self._response(request, response)

    def _response(
        self, request: requests.PreparedRequest, head: pool.SyncResponse
    ) -> requests.Response:
        response = requests.Response()
        fields = HTTPHeaderDict(head.headers.multi_items())
        response.status_code = head.status_code
        response.headers = CaseInsensitiveDict(fields.itermerged())
        response.encoding = get_encoding_from_headers(response.headers)
        body: Any = _File(head)  # which has what they read of a file
        response.raw = HTTPResponse(
            body,
            fields,
            head.status_code,
            version=20 if head.protocol == "HTTP/2" else 11,
            version_string=head.protocol,
            reason=head.reason_phrase,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,  # the pool does
            original_response=cast("Any", _Original(fields)),
            request_method=request.method,
        )
        response.reason = head.reason_phrase
        response.url = request.url or ""
        if "Set-Cookie" in fields:
            cast("Any", extract_cookies_to_jar)(response.cookies, request, response.raw)
        response.request = request
        response.connection = cast("Any", self)
        return response

    def close(self) -> None:
        """Close every connection, unless the pool is the caller's; a session that goes on opens new ones."""
        if self._owns_pool:
            closed, self._pool = self._pool, pool.SyncConnectionPool(**self._settings)
            closed.close()

    def __getstate__(self) -> dict[str, Any]:
        if not self._owns_pool:
            raise TypeError("an adapter over a pool of the caller's can't be pickled")
        return {name: value for name, value in vars(self).items() if name != "_pool"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._pool = pool.SyncConnectionPool(**self._settings)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} over {self._pool!r}>"


def _theirs(error: Exception, request: requests.PreparedRequest) -> RequestException:
    kind = next(theirs for ours, theirs in _ERRORS if isinstance(error, ours))
    if isinstance(error, pool.ConnectError) and kind is ConnectError:
        if isinstance(error.__cause__, ssl.SSLError):
            kind = SSLError
        elif error.proxy is not None:
            kind = ProxyError
    return kind(str(error), request=request)


def _timeout(given: Any) -> pool.Timeout:
    """Return limits for what they take: seconds, or seconds to connect and to read, or None for none."""
    if isinstance(given, Urllib3Timeout):
        running = given.clone()
        running.start_connect()  # before that it has no limit to read, if it has one in all
        given = running.connect_timeout, running.read_timeout
    if isinstance(given, tuple):
        limits = cast("tuple[float | None, ...]", given)
        if len(limits) != 2:
            raise ValueError(f"timeout must be seconds, or (connect, read), not {limits!r}")
        return _of_both(*limits)
    return pool.Timeout.of(given)


@lru_cache(maxsize=64, typed=True)  # callers give the same few each time
def _of_both(connect: float | None, read: float | None) -> pool.Timeout:
    return pool.Timeout(connect=connect, read=read, write=read, pool=None, total=None)


def _trust(verify: Any, cert: Any) -> pool.TLSConfig | None:
    """Return whom to trust and what to show; None for what the pool was made with."""
    if verify is True and cert is None:
        return None
    source = None if verify is True else verify
    if cert is None:
        return pool.TLSConfig.of(source)
    shown = pool.ClientCertificate(*((cert,) if isinstance(cert, str) else cert))
    return pool.TLSConfig(source, certificate=shown)


def _proxy(url: str | None) -> pool.Proxy | None:
    if not url:
        return None
    return pool.Proxy.of(url if "://" in url else f"http://{url}")


class _File:
    """A body as transferred, as the file that urllib3 reads and decodes."""

    def __init__(self, response: pool.SyncResponse) -> None:
        self._raw = response.raw()
        self._rest = memoryview(b"")
        self.closed = False

    def read(self, size: int | None = -1) -> bytes:
        """Return up to so many bytes; b"" at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 16), b""))
        if not self._rest:
            self._rest = memoryview(self._next())
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)

    def read1(self, size: int | None = -1) -> bytes:
        """Return what is there of so many bytes; b"" at the end."""
        return self.read(1 << 16 if size is None or size < 0 else size)

    def _next(self) -> bytes:
        try:
            return next(self._raw, b"")
        except pool.HTTPError as error:
            # That of a redirect they read once more, and go on where nothing is left.
            self.closed = True
            # They make a ReadTimeoutError of the one, and a ProtocolError of the other.
            kind = TimeoutError if isinstance(error, pool.RequestTimeout) else OSError
            raise kind(str(error)) from error

    def close(self) -> None:
        """Give up the rest."""
        self.closed = True
        self._rest = memoryview(b"")
        self._raw.close()


class _Original:
    """Where their cookie jars look for Set-Cookie: what http.client would have made."""

    def __init__(self, fields: HTTPHeaderDict) -> None:
        self.msg = fields

    def isclosed(self) -> bool:
        """Return whether it holds nothing, which is so."""
        return True

    def close(self) -> None:
        """Do nothing."""
