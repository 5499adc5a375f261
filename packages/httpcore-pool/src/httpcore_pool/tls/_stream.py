"""`TLSStream`: TLS over any `NetworkStream`.

It drives OpenSSL through memory buffers, so that TLS (and TLS inside TLS) is the same code in every world.
Nothing here opens a socket.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from .._connection_info import TLSInfo
from .._driver import Mutex
from .._errors import (
    ConnectTimeout,
    InvalidRequest,
    ReadError,
    ReadTimeout,
    RequestTimeout,
    WriteError,
    WriteTimeout,
)
from .._trust import TLSConfig
from .._until import anew
from ..backends.base import NetworkStream
from ._errors import Peer, closed, pin_missing, reason_of, refused, tls_failed, wrong_name
from ._names import is_for, parsed

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._config import Budget
    from .._errors import CertificateError
    from .._trust import SSLTypes
    from ..backends.base import Backend
    from ._sessions import SessionCache

__all__ = ["TLSStream"]

_RECORD_BYTES = 16 * 1024  # RFC 8446 5.1: most in one record, and so in one read from OpenSSL
_FEED_BYTES = 120 * 1024  # most to decrypt in one go, so that it is still in the processor's cache
_PIECE_BYTES = 256 * 1024  # most to encrypt in one go, so that a large body is not in memory twice
_CLOSE_NOTIFY_SECONDS = 0.5  # most that the farewell may wait for a full socket buffer


class TLSStream(NetworkStream):
    """TLS over another stream.

    One task may read while another writes. OpenSSL's object is used under a lock, and what it puts out
    is written in the order in which it was made.

    Args:
        stream: what to speak over.
        config: whom to trust, and what else `ssl=` can say.
        hostname: who should be at the other end: a name, or an address without brackets.
        backend: the world of the stream.
        port: the port there.
        way: what else leads to other sessions: the proxy on the way, say. It and the port tell them apart.
        alpn: the protocols to offer, best first (RFC 7301).
        sessions: where one to resume may be, and this one is left; None for neither.
        is_proxy: whether the peer is a proxy on the way, which errors then say.

    Raises:
        InvalidRequest: a file of the config can't be read, or OpenSSL can't use what it says.
    """

    def __init__(
        self,
        stream: NetworkStream,
        config: SSLTypes,
        hostname: str,
        backend: Backend,
        *,
        port: int = 0,
        way: Hashable = None,
        alpn: tuple[str, ...] = (),
        sessions: SessionCache | None = None,
        is_proxy: bool = False,
    ) -> None:
        self._stream = stream
        self._config = config = TLSConfig.of(config)
        # A name is the same with the dot of the root, but is not written with it here: RFC 6066 3.
        host = hostname.removesuffix(".")
        sent = host if config.server_name is None else config.server_name
        self._peer = Peer(
            hostname,
            config.verify_name or sent or host,
            config,
            is_proxy=is_proxy,
        )
        self._by_hand = config.verify_name is not None or (not sent and config.source is not False)
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._lock = backend.lock()
        self._now = backend.now
        self._sessions = sessions
        try:
            context = config.context(config.offered(alpn))
            self._session_key = _session_key(config, context, (host, port, way))
            session = None if sessions is None else sessions.take(self._session_key)
            self._tls = context.wrap_bio(
                self._incoming, self._outgoing, server_hostname=sent or None, session=session
            )
        except (ValueError, OSError) as error:  # files are read when they are needed
            raise InvalidRequest(str(error)) from error
        self._write_mutex = Mutex(backend)
        self._dry = False  # OpenSSL has nothing to give until it is fed
        # Of a piece that `write_some` had to stop in: the records that are left, and how long the piece is.
        # It was not taken, so whoever goes on passes it again.
        self._unsent, self._begun = b"", 0
        self._torn = False  # while records are being written, and when that was interrupted
        self._ended = False  # the stream below has
        self._over = False  # OpenSSL has met an end or a failure, which no buffer shows any more
        self._closed = False

    @property
    def alpn(self) -> str | None:
        """The protocol that the server chose (RFC 7301), or None."""
        return self._tls.selected_alpn_protocol()

    @property
    def tls_info(self) -> TLSInfo | None:
        version, cipher = self._tls.version(), self._tls.cipher()
        if version is None or cipher is None:  # before the handshake
            return None
        # The certificate as it came: without verification Python does not parse it.
        certificate = self._tls.getpeercert(binary_form=True)
        return TLSInfo(
            version, cipher[0], self.alpn, certificate, resumed=bool(self._tls.session_reused)
        )

    async def handshake(self, budget: Budget) -> None:
        """Do the handshake; the stream below is closed by the caller if this fails.

        Raises:
            CertificateError: the certificate is not trusted.
            ConnectError: the peer does not speak TLS as we do, or closed.
            ConnectTimeout: the budget ran out.
        """
        try:
            await self._shake_hands(budget)
        except RequestTimeout as error:
            late = f"TLS with {self._peer.doubted} was not finished"
            raise ConnectTimeout(late, error.limit) from error
        if self._sessions is not None and self._session_key is not None:
            self._sessions.keep(self._session_key, self._tls, self._lock)

    async def _shake_hands(self, budget: Budget) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(budget.cut(None))
                await self._feed(budget.cut(None))
            except ssl.SSLCertVerificationError as error:
                await self._flush_farewell()
                raise refused(error, self._tls, self._peer) from error
            except ssl.SSLEOFError as error:
                raise closed(self._peer) from error
            except ssl.SSLError as error:
                await self._flush_farewell()
                raise tls_failed(error, self._peer) from error
            else:
                break
        if (doubt := self._doubt()) is not None:
            self._outgoing.read()  # in TLS 1.3 our certificate is in it, which is for the right peer alone
            raise doubt
        await self._flush(budget.cut(None))

    def _doubt(self) -> CertificateError | None:
        """Check what OpenSSL does not: a name other than the one sent, and pins. Also where it resumes."""
        if self._by_hand and not is_for(parsed(self._tls), self._peer.expected):
            return wrong_name(self._tls, self._peer)
        if self._config.pins:
            from ._pins import pins_of

            certificate = self._tls.getpeercert(binary_form=True)
            own: tuple[str, ...] = ()
            try:
                own = pins_of(certificate or b"")
            except ValueError:
                pass  # there is none, or none that two readers would read alike
            if not set(own) & set(self._config.pins):
                return pin_missing(own, certificate, self._peer)
        return None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        began: float | None = None
        left = timeout
        while True:
            if not self._dry:
                with self._lock:
                    data = self._decrypted(max_bytes)
                if data is not None:
                    return data
            if timeout is not None:
                if began is None:
                    began = self._now()
                else:  # records without data, such as tickets and new keys, do not put it off
                    left = anew(timeout, self._now() - began)
            if self._outgoing.pending:
                # TLS itself has something to answer before it can go on.
                await self._flush(left)
            try:
                await self._feed(left)
            except ReadTimeout:
                if timeout is None or left is timeout:
                    raise
                raise ReadTimeout(f"the server sent nothing for {timeout:g} s", timeout) from None

    async def read_available(self, max_bytes: int) -> bytes | None:
        # That bytes have come says little here: a session ticket is no data (RFC 8446 4.6.1).
        while True:
            with self._lock:
                data = self._decrypted(max_bytes)
            if data is not None or not self._stream.is_readable():
                return data
            await self._feed(None)

    def _decrypted(self, max_bytes: int) -> bytes | None:
        """Return what is there: records joined up to `max_bytes`; b"" at the end; None if nothing."""
        parts: list[bytes] = []
        left = max_bytes
        try:
            while left > 0:
                # Not `left`: CPython would allocate that much for each record.
                want = left if left < _RECORD_BYTES else _RECORD_BYTES
                part = self._tls.read(want)
                if not part:
                    self._over = True
                    break
                parts.append(part)
                left -= len(part)
                if len(part) < want and not self._incoming.pending:
                    # To ask again would only raise: an exception costs more than a record.
                    self._dry = True
                    break
        except ssl.SSLWantReadError:
            self._dry = True
            if not parts:
                return None
        except ssl.SSLError as error:
            # Bytes that came before the failure are good; the failure is met again by the next read.
            self._over = True
            if not parts:
                return self._end(error)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _end(self, error: ssl.SSLError) -> bytes:
        """Say what it means that nothing more comes: b"" where the peer has said so."""
        if isinstance(error, ssl.SSLZeroReturnError):
            return b""
        if isinstance(error, ssl.SSLEOFError):
            raise ReadError(
                "the connection ended without TLS close_notify, so it may have been cut"
            ) from error
        raise ReadError(f"TLS failed: {reason_of(error, self._peer)}") from error

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        await self._take_turn(timeout)
        try:
            self._torn = True
            if begun := self._begun:
                await self._stream.write(self._resumed(), timeout)
                data = data[begun:]
            if len(data) <= _PIECE_BYTES:
                await self._stream.write(self._encrypted(data), timeout)
            else:
                view = memoryview(data)
                for at in range(0, len(view), _PIECE_BYTES):
                    await self._stream.write(self._encrypted(view[at : at + _PIECE_BYTES]), timeout)
            self._torn = False
        finally:
            self._write_mutex.release()

    async def write_some(self, data: bytes, timeout: float | None = None) -> int:
        """Send `data` as `NetworkStream.write_some` does; a piece whose records are unsent is not taken.

        Records can't be taken back: whoever goes on has to pass the rest of the same data. Who is cancelled
        meanwhile has sent one piece, where the stream below has taken it whole.
        """
        await self._take_turn(timeout)
        try:
            taken = 0
            view = memoryview(data)
            while taken < len(view):
                if size := self._begun:
                    records = self._resumed()
                else:
                    piece = view[taken : taken + _PIECE_BYTES]
                    size, records = len(piece), self._encrypted(piece)
                self._torn = True
                try:
                    sent = await self._stream.write_some(records, timeout)
                    self._torn = False
                except WriteTimeout as error:
                    self._torn = False
                    if error.taken < len(records):
                        self._unsent, self._begun = records[error.taken :], size
                        error.taken = taken
                    else:
                        error.taken = taken + size
                    raise
                if sent < len(records):
                    self._unsent, self._begun = records[sent:], size
                    break
                taken += size
            return taken
        finally:
            self._write_mutex.release()

    def _resumed(self) -> bytes:
        """Take out what is left of a piece: whatever interrupts its writing, no record is sent twice."""
        records, self._unsent, self._begun = self._unsent, b"", 0
        return records

    def _encrypted(self, data: bytes | memoryview) -> bytes:
        with self._lock:
            try:
                # OpenSSL never wants to read here: the handshake is done, and the buffer grows.
                self._tls.write(data)
            except ssl.SSLError as error:
                raise WriteError(f"TLS failed: {error.reason or error}") from error
            return self._outgoing.read()

    async def _take_turn(self, timeout: float | None) -> None:
        """Wait until nobody else writes. What OpenSSL puts out must leave in that order."""
        if not await self._write_mutex.acquire(timeout):
            raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)

    async def _flush(self, timeout: float | None) -> None:
        await self._take_turn(timeout)
        try:
            with self._lock:
                out, self._unsent = self._unsent + self._outgoing.read(), b""
            if out:
                try:
                    await self._stream.write(out, timeout)
                except BaseException:
                    # Inside a record: what anybody wrote next would be taken for the rest of it.
                    await self._stream.close()
                    raise
        finally:
            self._write_mutex.release()

    async def _flush_farewell(self) -> None:
        """Send what TLS has to say last (an alert, close_notify), if the peer still takes it."""
        try:
            await self._flush(_CLOSE_NOTIFY_SECONDS)
        except (WriteError, WriteTimeout):
            pass

    async def _feed(self, timeout: float | None) -> None:
        data = b"" if self._ended else await self._stream.read(_FEED_BYTES, timeout)
        with self._lock:
            self._dry = False
            if data:
                self._incoming.write(data)
            else:
                self._ended = True
                self._incoming.write_eof()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            try:
                with self._lock:
                    self._tls.unwrap()
            except (ssl.SSLError, ValueError):
                pass  # it has put close_notify out and would wait for the answer; we don't
            # Inside a record a farewell would be taken for the rest of it.
            if not (self._unsent or self._torn):
                await self._flush_farewell()
        finally:
            await self._stream.close()

    def forget(self) -> None:
        self._closed = True
        self._stream.forget()

    def is_readable(self) -> bool:
        held = self._over or self._tls.pending() or self._incoming.pending
        return bool(held) or self._stream.is_readable()

    def is_writable(self) -> bool:
        return not (self._unsent or self._write_mutex.is_held) and self._stream.is_writable()

    @property
    def peer(self) -> str:
        return self._stream.peer

    @property
    def local(self) -> str:
        return self._stream.local


def _session_key(
    config: TLSConfig, context: ssl.SSLContext, place: tuple[Hashable, ...]
) -> Hashable | None:
    """Return all that must be the same for a session to be resumed; None where none can be."""
    if type(context).__module__ != "ssl":
        return None  # truststore's verifies after the handshake what is shown in full ones only
    # A context of the caller's may be changed by its owner meanwhile.
    rules = (context.verify_mode, context.verify_flags, context.check_hostname)
    return (context, config, place, rules)
