"""How TLS is spoken over any `NetworkStream`, with contexts that are made once.

`TLSStream` drives OpenSSL through memory buffers, so that TLS (and TLS inside TLS) is the same code in
every world. Nothing here opens a socket. Whom we trust is said in `_trust`, which imports this module, and
`ssl` with it, when the first connection needs it.
"""

from __future__ import annotations

import functools
import os
import re
import ssl
import warnings
from typing import TYPE_CHECKING

from ._connection_info import TLSInfo
from ._driver import Mutex
from ._errors import CertificateError, ConnectError, ReadError, WriteError, WriteTimeout
from .backends.base import NetworkStream

if TYPE_CHECKING:
    from ._config import Budget
    from .backends.base import Backend

__all__ = ["TLSStream", "shared_context"]

_RECORD_BYTES = 16 * 1024  # RFC 8446 5.1: most in one record, and so in one read from OpenSSL
_FEED_BYTES = 120 * 1024  # most to decrypt in one go, so that it is still in the processor's cache
_PIECE_BYTES = 256 * 1024  # most to encrypt in one go, so that a large body is not in memory twice
_CLOSE_NOTIFY_SECONDS = 0.5  # most that the farewell may wait for a full socket buffer


_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # how OpenSSL finds a certificate in a folder
_PEM_SUFFIXES = (".pem", ".crt", ".cer")


@functools.lru_cache(maxsize=64)
def shared_context(
    source: str | tuple[str, ...] | bool,  # noqa: FBT001
    alpn: tuple[str, ...],
    keylog: str | None = None,
) -> ssl.SSLContext:
    """Return the context for a source of trust, an ALPN list and a key log, made once for each.

    See `TLSConfig`. Who asks for a key log shares no context with who does not.
    """
    if source == "system":
        context = _system_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if source is False:
            warnings.warn(
                "ssl=False: certificates are not verified, so anyone on the way can read and change "
                "what is sent",
                stacklevel=2,
            )
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif source is True:
            import certifi

            context.load_verify_locations(certifi.where())
        else:
            for path in (source,) if isinstance(source, str) else source:
                _trust(context, path)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(list(alpn))
    if keylog is not None:
        context.keylog_filename = keylog
    return context


# What OpenSSL says, by its version, of an answer that is no TLS.
_NOT_TLS = ("wrong version number", "record layer failure", "packet length too long")


def _trust(context: ssl.SSLContext, path: str) -> None:
    """Add the CA certificates of a file or folder to whom a context trusts."""
    if not os.path.isdir(path):  # noqa: PTH112
        try:
            context.load_verify_locations(cafile=path)
        except ssl.SSLError as error:
            raise ValueError(f"ssl={path!r}: not a file of CA certificates in PEM") from error
        return
    context.load_verify_locations(capath=path)
    names = os.listdir(path)  # noqa: PTH208
    if any(map(_HASHED.fullmatch, names)):
        return  # OpenSSL looks into it for each certificate
    for name in names:
        if name.lower().endswith(_PEM_SUFFIXES):
            try:
                context.load_verify_locations(cafile=os.path.join(path, name))  # noqa: PTH118
            except ssl.SSLError:
                pass  # a key, or a certificate in another form, that lies beside them


def _system_context() -> ssl.SSLContext:
    try:
        import truststore
    except ImportError as error:
        raise ImportError(
            "ssl='system' needs truststore: install httpcore-pool[truststore]"
        ) from error
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class TLSStream(NetworkStream):
    """TLS over another stream.

    One task may read while another writes. OpenSSL's object is used under a lock, and what it puts out
    is written in the order in which it was made.
    """

    def __init__(
        self, stream: NetworkStream, context: ssl.SSLContext, hostname: str, backend: Backend
    ) -> None:
        self._stream = stream
        self._hostname = hostname
        self._backend = backend
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        # A name is the same with the dot of the root, but is not written with it here: RFC 6066 3.
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=hostname.removesuffix(".")
        )
        self._lock = backend.lock()
        self._write_mutex = Mutex(backend)
        self._dry = False  # OpenSSL has nothing to give until it is fed
        self._unsent = b""  # made by `write_some`, which had to stop before it was all taken
        self._torn = False  # while records are being written, and when that was interrupted
        self._ended = False
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
        return TLSInfo(version, cipher[0], self.alpn, self._tls.getpeercert(binary_form=True))

    async def handshake(self, budget: Budget) -> None:
        """Do the handshake; the stream below is closed by the caller if this fails.

        Raises:
            CertificateError: the certificate is not trusted.
            ConnectError: the peer does not speak TLS as we do, or closed.
            ReadTimeout, WriteTimeout: the budget ran out.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(budget.cut(None))
                await self._feed(budget.cut(None))
            except ssl.SSLCertVerificationError as error:
                await self._flush_farewell()
                raise CertificateError(
                    f"the certificate of {self._hostname!r} is not trusted: {error.verify_message}"
                ) from error
            except ssl.SSLEOFError as error:
                raise ConnectError("the server closed the connection during TLS") from error
            except ssl.SSLError as error:
                await self._flush_farewell()
                reason = (error.reason or str(error)).replace("_", " ").lower()
                hint = " (it does not seem to speak TLS there)" if reason in _NOT_TLS else ""
                raise ConnectError(f"TLS with {self._hostname!r} failed: {reason}{hint}") from error
            else:
                await self._flush(budget.cut(None))
                return

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            if not self._dry:
                with self._lock:
                    data = self._decrypted(max_bytes)
                if data is not None:
                    return data
            if self._outgoing.pending:
                # TLS itself has something to answer before it can go on.
                await self._flush(timeout)
            await self._feed(timeout)

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
        reason = (error.reason or str(error)).replace("_", " ").lower()
        raise ReadError(f"TLS failed: {reason}") from error

    async def write(self, data: bytes, timeout: float | None = None) -> None:
        if self._unsent:
            await self._flush(timeout)
        await self._take_turn(timeout)
        try:
            self._torn = True
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
                piece = view[taken : taken + _PIECE_BYTES]
                # Taken out meanwhile: whatever may interrupt the write, no record is sent twice.
                records, self._unsent = self._unsent or self._encrypted(piece), b""
                self._torn = True
                try:
                    sent = await self._stream.write_some(records, timeout)
                    self._torn = False
                except WriteTimeout as error:
                    self._torn = False
                    self._unsent = records[error.taken :]
                    error.taken = taken if self._unsent else taken + len(piece)
                    raise
                if sent < len(records):
                    self._unsent = records[sent:]
                    break
                taken += len(piece)
            return taken
        finally:
            self._write_mutex.release()

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
                await self._stream.write(out, timeout)
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
        return bool(self._tls.pending() or self._incoming.pending) or self._stream.is_readable()

    @property
    def peer(self) -> str:
        return self._stream.peer

    @property
    def local(self) -> str:
        return self._stream.local
