"""Names to addresses by the operating system. It blocks; the backends call it elsewhere."""

from __future__ import annotations

import socket

__all__ = ["look_up"]


def look_up(host: str) -> list[str]:
    """Return the addresses of a name, in the order in which the system wants them tried (RFC 6724).

    Raises:
        OSError: the name does not resolve.
        UnicodeError: it is no host name.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    texts: dict[str, None] = {}
    for _, _, _, _, sockaddr in found:
        text = str(sockaddr[0])
        if len(sockaddr) == 4 and sockaddr[3] and "%" not in text:
            text = f"{text}%{sockaddr[3]}"  # link-local: no address without its link (RFC 4007 11)
        texts[text] = None
    return list(texts)
