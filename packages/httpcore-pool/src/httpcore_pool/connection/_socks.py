"""The handshake of SOCKS5 (RFC 1928), with user and password where there are some (RFC 1929).

What the messages look like is socksio's to know. Here they are cut out of the stream, each to its last octet
and no further, and it is said what an answer means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import ConnectTimeout, InvalidRequest, ProxyError, RequestTimeout
from ..network._hosts import written

if TYPE_CHECKING:
    from .._config import Budget
    from ..backends.base import NetworkStream
    from ._proxy import Proxy

__all__ = ["open_socks", "try_another"]

_VERSION = 5
_LONGEST_NAME_BYTES = 255
_ADDRESS_BYTES = {1: 4, 4: 16}  # by type; a name says its length itself (RFC 1928 5)
_NAME = 3
# RFC 1928 6.
_REPLIES = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}
_FOR_THIS_ADDRESS = frozenset({3, 4, 5, 6, 8})


def try_another(error: BaseException) -> bool:
    """Return whether another address of the same origin may do better."""
    return isinstance(error, ProxyError) and error.reply_code in _FOR_THIS_ADDRESS


async def open_socks(
    stream: NetworkStream, proxy: Proxy, host: str, port: int, budget: Budget
) -> None:
    """Ask the proxy to connect to a host; afterwards the stream leads there.

    Args:
        stream: leads to the proxy.
        proxy: who it is, and who asks.
        host: a name, which the proxy resolves, or an address.
        port: of the host.
        budget: how long it may take.

    Raises:
        InvalidRequest: the name is too long.
        ProxyError: the proxy refused, or did not answer in SOCKS5.
        ConnectTimeout: the budget ran out.
        ReadError, WriteError: the connection broke.
    """
    if len(host) > _LONGEST_NAME_BYTES:  # and not to be resolved here instead (CVE-2023-38545)
        raise InvalidRequest(f"SOCKS5 has names of 255 octets at most, this one has {len(host)}")
    handshake = _Handshake(stream, proxy, budget)
    try:
        await handshake.run(host, port)
    except RequestTimeout as error:
        raise ConnectTimeout(
            f"the proxy {proxy.url.masked} did not answer {handshake.asked}", error.limit
        ) from error


class _Handshake:
    """One handshake; `socksio` is imported with the first.

    Attributes:
        asked: what the proxy has to answer next, for messages.
    """

    def __init__(self, stream: NetworkStream, proxy: Proxy, budget: Budget) -> None:
        from socksio import socks5

        self._socks: Any = socks5
        self._connection: Any = socks5.SOCKS5Connection()
        self._stream = stream
        self._proxy = proxy
        self._budget = budget
        self.asked = "the SOCKS greeting"

    async def run(self, host: str, port: int) -> None:
        url, socks = self._proxy.url, self._socks
        methods = [socks.SOCKS5AuthMethod.NO_AUTH_REQUIRED]
        if url.username or url.password:
            methods.append(socks.SOCKS5AuthMethod.USERNAME_PASSWORD)
        await self._send(socks.SOCKS5AuthMethodsRequest(methods))
        chosen = await self._read(2)
        self._check_version(chosen)
        if chosen[1:] not in methods:
            offered = "the user and password" if len(methods) > 1 else "a client without a password"
            raise self._error(f"does not accept {offered} (method {chosen[1]})")
        self._connection.receive_data(chosen)
        if chosen[1:] == socks.SOCKS5AuthMethod.USERNAME_PASSWORD:
            await self._authenticate()
        await self._connect(host, port)

    async def _authenticate(self) -> None:
        url = self._proxy.url
        pair = url.username.encode(), url.password.encode()
        self.asked = "to the user and password"
        await self._send(self._socks.SOCKS5UsernamePasswordRequest(*pair))
        if not self._connection.receive_data(await self._read(2)).success:
            raise self._error("refused the user and password")

    async def _connect(self, host: str, port: int) -> None:
        there = written(host, port)
        self.asked = f"when asked to connect to {there}"
        command = self._socks.SOCKS5Command.CONNECT
        place = host.partition("%")[0], port  # a zone is for this machine only: RFC 4007 6
        await self._send(self._socks.SOCKS5CommandRequest.from_address(command, place))
        head = await self._read(4)
        self._check_version(head)
        code, kind = head[1], head[3]
        if code:  # some send no more of it then
            what = _REPLIES.get(code, "an unknown reply")
            raise self._error(f"can't connect to {there}: {what} ({code})", code)
        if kind == _NAME:
            head += await self._read(1)
        elif kind not in _ADDRESS_BYTES:
            raise self._error(f"did not answer in SOCKS5: address type {kind}")
        size = _ADDRESS_BYTES.get(kind, head[-1])
        await self._read(size + 2)  # where it connected from, which is nobody's business

    async def _send(self, message: object) -> None:
        self._connection.send(message)
        await self._stream.write(self._connection.data_to_send(), self._budget.cut(None))

    async def _read(self, size: int) -> bytes:
        """Return the next `size` octets, however they come."""
        data = b""
        while len(data) < size:
            more = await self._stream.read(size - len(data), self._budget.cut(None))
            if not more:
                raise self._error("closed the connection")
            data += more
        return data

    def _check_version(self, data: bytes) -> None:
        if data[0] != _VERSION:
            hint = " (it looks like HTTP)" if data.startswith(b"HT") else ""
            raise self._error(f"did not answer in SOCKS5: it sent {data!r}{hint}")

    def _error(self, what: str, reply_code: int | None = None) -> ProxyError:
        return ProxyError(f"the proxy {self._proxy.url.masked} {what}", reply_code=reply_code)
