"""The handshake of CONNECT (RFC 9110 9.3.6): from a stream to a proxy to one that leads to the origin.

A refusal is told with all that the proxy says about it: status, fields and the start of the content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._config import MessageLimits
from .._errors import (
    ConnectTimeout,
    ProxyError,
    RemoteProtocolError,
    RequestTimeout,
    TransportError,
)
from .._siblings import Headers, headers
from ._http11_writer import write_head

if TYPE_CHECKING:
    from .._config import Budget
    from ..backends.base import NetworkStream
    from ._http11_head import ResponseHead
    from ._http11_referee import H11Reader
    from ._proxy import Proxy, ProxyFlow

__all__ = ["open_tunnel"]

_READ_BYTES = 16 * 1024
_LIMITS = MessageLimits(head_bytes=16 * 1024)
_CONTENT_BYTES = 64 * 1024  # of a refusal, and the seconds that it may take: it is cut there
_CONTENT_SECONDS = 1.0
_LONGEST_SHOWN = 200  # characters of it in a message


async def open_tunnel(
    stream: NetworkStream,
    proxy: Proxy,
    authority: str,
    flow: ProxyFlow,
    budget: Budget,
    *,
    tls: bool = True,
) -> bool:
    """Ask the proxy for a tunnel to `authority`; afterwards the stream leads to the origin.

    Args:
        stream: leads to the proxy.
        proxy: who it is.
        authority: the origin's host and port.
        flow: shows who asks.
        budget: how long it may take.
        tls: whether we speak first in the tunnel, as in TLS. An HTTP/2 server in cleartext may be
            quicker (RFC 9113 3.4).

    Returns:
        Whether it does. If not, the flow has what another attempt, on a new stream, takes.

    Raises:
        ProxyError: the proxy refused, or did not answer in HTTP.
        ConnectTimeout: the budget ran out.
        ReadError, WriteError: the connection broke.
    """
    fields = proxy.dressed(Headers([("Host", authority)]), flow.fields)
    from ._http11_referee import H11Reader  # who has no proxy never needs h11 for it

    reader = H11Reader("CONNECT", _LIMITS)
    try:
        await stream.write(write_head("CONNECT", authority, fields).data, budget.cut(None))
        # Octet by octet where those behind the head may be the origin's already.
        head = await _read_head(reader, stream, budget, _READ_BYTES if tls else 1)
    except RequestTimeout as error:
        raise ConnectTimeout(
            f"the proxy {proxy.url.masked} did not answer CONNECT", error.limit
        ) from error
    except RemoteProtocolError as error:
        raise ProxyError(
            f"the proxy {proxy.url.masked} did not answer in HTTP: {error.message}"
        ) from error
    if head is None:
        raise ProxyError(f"the proxy {proxy.url.masked} closed the connection")
    if flow.may_pass(head.status_code, head.headers):
        return False
    if not 200 <= head.status_code <= 299:
        content = await _read_content(reader, stream, budget)
        why = _reason(head, content, Headers.from_raw(fields))
        raise ProxyError(
            f"the proxy {proxy.url.masked} refused a tunnel to {authority}: {why}",
            head.status_code,
            head.headers,
            content,
        )
    if reader.switched:
        # The origin's TLS speaks second: anything before our first byte is not from it.
        raise ProxyError(f"the proxy {proxy.url.masked} sent bytes before the tunnel was used")
    return True


async def _read_head(
    reader: H11Reader, stream: NetworkStream, budget: Budget, size: int
) -> ResponseHead | None:
    """Return the head of the final response, or None if the proxy closes before."""
    before = 0
    while before <= _LIMITS.informational:
        head = reader.next_head()
        if head is None:
            data = await stream.read(size, budget.cut(None))
            if not data:
                return None
            reader.feed(data)
        elif head.status_code >= 200:
            return head
        else:
            before += 1
    raise RemoteProtocolError(f"more than {_LIMITS.informational} informational responses")


async def _read_content(reader: H11Reader, stream: NetworkStream, budget: Budget) -> bytes:
    """Return what comes of a refusal's content, in reason: whatever goes wrong with it only ends it."""
    budget = budget.countdown(_CONTENT_SECONDS)
    content = b""
    try:
        while len(content) < _CONTENT_BYTES and (piece := reader.next()) != b"":
            if piece is not None:
                content += piece
            else:
                reader.feed(await stream.read(_READ_BYTES, budget.cut(None)))
    except TransportError:
        pass
    return content[:_CONTENT_BYTES]


def _reason(head: ResponseHead, content: bytes, asked: Headers) -> str:
    """Say why a proxy has refused, for a message: in one line, which nothing can break."""
    from .._echoed import secrets_of_fields, without_secrets  # here: for errors alone

    reason = head.reason.encode("ascii", "backslashreplace").decode("ascii")[:100]
    challenges = headers.parse_challenges(head.headers.get_list("Proxy-Authenticate"))
    schemes = list(dict.fromkeys(challenge.scheme[:30] for challenge in challenges))[:5]
    asks = f" (it asks for {' or '.join(schemes)} authentication)" if schemes else ""
    text = content.decode("utf-8", "replace").strip()
    is_plain = head.headers.get("Content-Type", "text/plain").lower().startswith("text/plain")
    shown = ""
    if text and is_plain and len(text) <= _LONGEST_SHOWN:
        shown = f": {without_secrets(text, secrets_of_fields(asked))}"
    return f"{head.status_code} {reason}{asks}{shown.encode('unicode_escape').decode('ascii')}"
