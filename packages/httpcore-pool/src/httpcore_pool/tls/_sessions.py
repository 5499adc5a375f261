"""Sessions: how the next connection to the same place begins without certificates (RFC 8446 2.2, RFC 5077).

A session is offered only where everything is the same that it was agreed under: the context, the settings,
and the name and port asked for. To copy one out of OpenSSL costs about as much as it saves, so that is done
when a connection wants it and not before. A session is used once (RFC 8446 C.4): whoever resumes one has a
new one to give.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Hashable
    from contextlib import AbstractContextManager

__all__ = ["SessionCache"]

_MOST = 64  # places, of which the oldest is forgotten first

# Where CPython's gh-116810 is not mended, each session that is copied out loses some 7 kB for good.
_LOSES = sys.version_info < (3, 12, 8) or (3, 13) <= sys.version_info < (3, 13, 1)
_MOST_COPIES = 100 if _LOSES else sys.maxsize


class SessionCache:
    """The last connection to each place, for as long as no other has asked it for its session.

    Args:
        lock: for the cache itself; `Backend.lock` makes one.
    """

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self._kept: dict[Hashable, tuple[ssl.SSLObject, AbstractContextManager[object]]] = {}
        self._copies_left = _MOST_COPIES

    def keep(self, key: Hashable, tls: ssl.SSLObject, lock: AbstractContextManager[object]) -> None:
        """Keep a connection whose handshake is done and whose peer is the right one.

        Args:
            key: all that must be the same.
            tls: OpenSSL's end of it.
            lock: under which that may be used.
        """
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (tls, lock)
            if len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]

    def take(self, key: Hashable) -> ssl.SSLSession | None:
        """Return a session to offer; None if there is none, it is too old, or it would cost memory."""
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None or not self._copies_left:
                return None
            self._copies_left -= 1
        from ssl import cert_time_to_seconds  # here: a pool has a cache without speaking TLS

        tls, lock = kept
        with lock:
            try:
                session = tls.session
                certificate = tls.getpeercert()
            except (ValueError, OSError):  # it broke, or Python can't read the certificate
                return None
        # In TLS 1.3 it takes a ticket, which comes after the handshake.
        if session is None or not (session.has_ticket or session.id):
            return None
        now = time.time()
        end = session.time + session.timeout
        if certificate:  # what has expired is not to live on in sessions
            end = min(end, cert_time_to_seconds(str(certificate["notAfter"])))
        return session if now < end else None
