"""The opening handshake (RFC 6455 4.1, RFC 8441 5): what is asked, and what may be answered. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._siblings import pool
from ._wsproto import generate_accept_token, generate_nonce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._siblings import Headers
    from ._deflate import Payloads

__all__ = ["Handshake"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_SHOWN_LENGTH = 80  # of what a peer wrote
_OURS = (
    *("Connection", "Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Extensions"),
    *("Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "Sec-WebSocket-Version"),
)


class Handshake:
    """One handshake.

    Args:
        subprotocols: those offered, the preferred one first.
        payloads: the extension that is offered; None for none.

    Raises:
        TypeError, ValueError: the subprotocols are no names, or one is there twice.

    Attributes:
        subprotocol: the one that the server chose, or None.
        extensions: those that it agreed to, with their parameters.
    """

    def __init__(self, subprotocols: Iterable[str], payloads: Payloads | None) -> None:
        if isinstance(subprotocols, str) or not hasattr(subprotocols, "__iter__"):
            raise TypeError(f"subprotocols must be a list of names, not {subprotocols!r}")
        self._offered = tuple(subprotocols)
        for name in self._offered:
            if _TOKEN.fullmatch(str(name)) is None or name != str(name):
                raise ValueError(f"the subprotocol {name!r} is no token (RFC 6455 4.1)")
        if len(set(self._offered)) < len(self._offered):
            raise ValueError("each subprotocol can be offered once (RFC 6455 4.1)")
        self._payloads = payloads
        self._key = generate_nonce()
        self.subprotocol: str | None = None
        self.extensions: tuple[str, ...] = ()

    def dress(self, headers: Headers, *, http2: bool) -> None:
        """Put the handshake among the fields of a request.

        Raises:
            InvalidRequest: they have fields of a handshake already.
        """
        for name in _OURS:
            if name in headers:
                raise pool.InvalidRequest(
                    f"the field {name} is the handshake's; subprotocols=[...] and compression= are for you"
                )
        if not http2:
            headers.set("Upgrade", "websocket")
            headers.set("Connection", "Upgrade")
            headers.set("Sec-WebSocket-Key", self._key.decode("ascii"))
        headers.set("Sec-WebSocket-Version", "13")
        if self._offered:
            headers.set("Sec-WebSocket-Protocol", ", ".join(self._offered))
        if self._payloads is not None:
            headers.set("Sec-WebSocket-Extensions", self._payloads.offer())

    def accept(self, headers: Headers, *, http2: bool) -> None:
        """Check the answer of a server that is willing.

        Raises:
            RemoteProtocolError: it is not what was asked for (RFC 6455 4.1: then the connection fails).
        """
        if not http2:
            self._check_upgrade(headers)
        # Pieces of one list may be cut anywhere, but the list has one extension at most.
        extensions = headers.get_list("Sec-WebSocket-Extensions", split_commas=True)
        if extensions:
            try:
                if self._payloads is None or len(extensions) > 1:
                    raise ValueError("more extensions than were offered")
                self._payloads.finalize(extensions[0])
            except ValueError as error:
                raise _wrong(f"it wants {error}") from None
            self.extensions = (extensions[0],)
        protocols = headers.get_list("Sec-WebSocket-Protocol")
        if protocols:
            if len(protocols) > 1 or protocols[0] not in self._offered:
                raise _wrong(f"the subprotocol {_shown(protocols)} was not offered")
            self.subprotocol = protocols[0]

    def _check_upgrade(self, headers: Headers) -> None:
        upgrade = headers.get_list("Upgrade")
        if [value.lower() for value in upgrade] != ["websocket"]:
            raise _wrong(f"it switches to {_shown(upgrade)}")
        connection = headers.get_list("Connection", split_commas=True)
        if "upgrade" not in [value.lower() for value in connection]:
            raise _wrong(f"it has no Connection: Upgrade, but {_shown(connection)}")
        accepted = headers.get_list("Sec-WebSocket-Accept")
        if accepted != [generate_accept_token(self._key).decode("ascii")]:
            raise _wrong(f"its Sec-WebSocket-Accept is not for our key: {_shown(accepted)}")


def _shown(values: list[str]) -> str:
    return repr(", ".join(values)[:_SHOWN_LENGTH]) if values else "nothing"


def _wrong(why: str) -> pool.RemoteProtocolError:
    return pool.RemoteProtocolError(
        f"the server's answer to the WebSocket handshake is wrong: {why}"
    )
