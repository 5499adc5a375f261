"""What may go wrong with a WebSocket, beyond what goes wrong with any request: errors of the same tree."""

from __future__ import annotations

from .._siblings import Headers, pool

__all__ = ["UnexpectedMessage", "WebSocketClosed", "WebSocketRefused", "shown"]


def shown(text: str) -> str:
    """Return what a server wrote as people may see it: it moves no terminal, and ends no line of a log."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


class WebSocketRefused(pool.HTTPError):
    """The server answered the handshake like any other request: with a refusal, or with a page.

    Attributes:
        status_code: what it answered.
        headers: the fields of that answer.
        content: the first 64 KiB of its body, decoded.
    """

    phase: str | None = "read"

    def __init__(
        self,
        message: str,
        status_code: int = 0,
        headers: Headers | None = None,
        content: bytes = b"",
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.headers: Headers = Headers() if headers is None else headers
        self.content: bytes = content


class WebSocketClosed(pool.HTTPError):
    """The WebSocket is closed: nothing more comes, and nothing can be sent.

    Attributes:
        code: why (RFC 6455 7.4): of the server, where it said so; else ours, where the server broke the
            protocol; 1005 where it gave no code, 1006 where the connection was lost without a word.
        reason: what was said with it.
    """

    def __init__(self, message: str, code: int = 1006, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason


class UnexpectedMessage(pool.HTTPError):
    """A message of the other kind came: text instead of bytes, or bytes instead of text.

    Attributes:
        received: the message.
    """

    def __init__(self, message: str, received: str | bytes = b"") -> None:
        super().__init__(message)
        self.received = received
