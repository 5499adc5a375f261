"""One HTTP/1.1 connection: one exchange at a time.

This module knows whether the connection is free, busy or closed; `_http11_exchange` carries out each
exchange. Neither knows anything of dialling, pools or redirects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .._adapter import Adapter
from .._config import Budget, MessageLimits, Timeout, check_type
from .._connection_info import ConnectionInfo, info_of
from .._errors import ClosedError, LocalProtocolError, ReadError
from .._named import named
from .._siblings import Headers
from ..backends.base import Backend, NetworkStream
from ._http11_exchange import Exchange
from ._proxy import absolute_form, authority

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._request import Request
    from .._response import Response
    from ._proxy import Proxy

__all__ = ["HTTP11Connection"]


class HTTP11Connection(Adapter):
    """Speaks HTTP/1.1 over a connected stream, one exchange at a time.

    Args:
        stream: connected to the origin (TLS done, if any), or to a forward proxy.
        backend: the world that the stream belongs to.
        timeout: the limits for requests that bring none.
        limits: how much of what frames a response is accepted.
        forward: the proxy that the stream leads to, if requests go through it in absolute form.

    Attributes:
        h11_only: set this to True to have h11 read every response, the usual ones too.
        shown: the fields that show a forwarding proxy who asks.
        info: what its responses tell of it.
    """

    h11_only: ClassVar[bool] = False

    capacity = 1
    protocol = "HTTP/1.1"

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        *,
        timeout: Timeout | None = None,
        limits: MessageLimits | None = None,
        forward: Proxy | None = None,
    ) -> None:
        check_type("stream", stream, NetworkStream, needed=True)
        check_type("backend", backend, Backend, needed=True)
        check_type("timeout", timeout, Timeout)
        check_type("limits", limits, MessageLimits)
        self.stream: NetworkStream = stream
        self.limits: MessageLimits = limits if limits is not None else MessageLimits()
        self.shown: Headers = Headers() if forward is None else forward.credentials()
        self.info: ConnectionInfo = info_of(stream, self.protocol)
        self.now: Callable[[], float] = backend.now
        self._backend = backend
        self._timeout = timeout if timeout is not None else Timeout()
        self._forward = forward
        self._closed = False
        self._busy = False
        self._looked_at = (
            True  # nothing came since the last exchange; a new connection has had none
        )
        self._exchanges = 0

    # What whoever keeps the connection asks.

    @property
    def is_closed(self) -> bool:
        """Whether it can carry no further exchange."""
        return self._closed

    @property
    def is_busy(self) -> bool:
        """Whether an exchange is running, or was cut off."""
        return self._busy

    @property
    def exchanges(self) -> int:
        """How many requests were begun on it."""
        return self._exchanges

    async def is_stale(self) -> bool:
        """Whether the peer closed, or sent what nobody asked for, while the connection was idle.

        Such a connection is closed at once: it must not go back to a pool.
        """
        # Over TLS what can be read may be a session ticket, which says nothing.
        if not self._closed and self.stream.is_readable() and not await self._is_silent():
            await self.close()
        self._looked_at = True
        return self._closed

    async def _is_silent(self) -> bool:
        try:
            return await self.stream.read_available(1) is None
        except ReadError:
            return False

    async def send(self, request: Request) -> Response:
        """Send the request and return the response with its body open.

        Raises:
            ClosedError: the connection is closed; nothing was sent.
            LocalProtocolError: an exchange is still running, or the request can't be sent as it is.
            TransportError: the exchange failed; the connection is closed.
        """
        if self._busy and not self._closed:
            raise LocalProtocolError("HTTP/1.1 carries one exchange at a time; this one is busy")
        if self._closed or not (self._looked_at or not await self.is_stale()):
            raise ClosedError("the connection is closed")
        self._busy = True
        self._looked_at = False
        self._exchanges += 1
        options = request.options
        if options.started is None or options.timeout is None:  # nobody above has done so
            request = request.with_options(options.begun(self.now(), self._timeout))
        kind = Exchange
        if options.trace is not None:
            from ._http11_traced import TracedExchange

            kind = TracedExchange
        exchange = kind(self, request, Budget(request.options, self.now))
        try:
            return await exchange.run(self.target(request), self._fields(request))
        except BaseException as error:
            await self.close()
            if (better := named(error, request, self.now(), self.info.proxy)) is not error:
                raise better from error
            raise

    def target(self, request: Request) -> str:
        """Return what was asked for, or origin-form, or absolute-form to a forward proxy (RFC 9112 3.2)."""
        url = request.url
        target = request.options.target
        if target is not None:
            if self._forward is not None and target.startswith(("/", "*")):  # RFC 9112 3.2.2, 3.2.4
                return f"{url.scheme}://{url.host_header}{target.removeprefix('*')}"
            return target
        if request.method == "CONNECT":
            if request.options.connect_protocol is not None:
                raise LocalProtocolError("an extended CONNECT (RFC 8441) needs HTTP/2")
            return authority(url.origin)
        if self._forward is not None:
            return absolute_form(url)
        return url.full_path

    def _fields(self, request: Request) -> list[tuple[bytes, bytes]]:
        forward = self._forward
        return (
            request.headers.raw if forward is None else forward.dressed(request.headers, self.shown)
        )

    # For the exchange.

    def release(self) -> None:
        """Note that an exchange has ended and left the connection in order."""
        self._busy = False

    def abandon(self) -> None:
        """Note, without waiting, that an exchange was dropped: there will be no further one."""
        self._closed = True

    async def close(self) -> None:
        """Close the connection; a running exchange fails."""
        self._closed = True
        with self._backend.shield():
            await self.stream.close()

    def forget(self) -> None:
        """Let go of the connection without a word to the peer; see `NetworkStream.forget`."""
        self._closed = True
        self.stream.forget()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "busy" if self._busy else "idle"
        return f"<HTTP11Connection to {self.stream.peer}, {state}, {self._exchanges} requests>"
