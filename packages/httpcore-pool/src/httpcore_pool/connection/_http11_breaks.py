"""What to say of a connection that broke before a response came. Rules over errors; nothing here does I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import WriteError

if TYPE_CHECKING:
    from .._errors import ReadError

__all__ = ["broken_while_sending", "tls_says_why"]


def tls_says_why(error: ReadError) -> bool:
    """Whether the peer ended TLS with an alert, such as a client certificate that it wants or refuses.

    In TLS 1.3 that comes after the handshake, in place of a response (RFC 8446 4.4.2.4).
    """
    from ssl import SSLEOFError, SSLError  # here: who speaks plain HTTP alone never needs it

    cause = error.__cause__
    return isinstance(cause, SSLError) and not isinstance(cause, SSLEOFError)


def broken_while_sending(error: WriteError) -> WriteError:
    """Return the error for a request that could not be sent whole, whichever call has met it."""
    why = error.message.removeprefix("the connection broke: ")
    return WriteError(f"the connection broke while the request was sent: {why}")
