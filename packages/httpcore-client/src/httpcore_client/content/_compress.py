"""Compressing a request's content (RFC 9110 8.4), for servers that are known to undo it."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from .._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._siblings import Backend

__all__ = ["compressed"]

_LEVEL = 6
_BROTLI_QUALITY = 5  # its own default is meant for files that are compressed once
_THREAD_BYTES = 16 * 1024  # from so many on it is worth a thread


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _gzip() -> _Compressor:
    # RFC 1952. zlib writes no time and no name, so that the same bytes give the same bytes.
    return zlib.compressobj(_LEVEL, wbits=16 + zlib.MAX_WBITS)


def _deflate() -> _Compressor:
    return zlib.compressobj(_LEVEL)  # RFC 1950: RFC 9110 8.4.1.2 means zlib's format


def _brotli() -> _Compressor:
    return _Brotli(_module("br", "brotli", "brotli", "brotlicffi"))


def _zstd() -> _Compressor:
    compressor: _Compressor = _module(
        "zstd", "zstd", "compression.zstd", "backports.zstd"
    ).ZstdCompressor()
    return compressor


class _Brotli:
    """Brotli's compressor (RFC 7932), with the methods of the others."""

    def __init__(self, module: Any) -> None:
        compressor = module.Compressor(quality=_BROTLI_QUALITY)
        self.compress: Callable[[bytes], bytes] = compressor.process
        self.flush: Callable[[], bytes] = compressor.finish


def _module(coding: str, extra: str, *names: str) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise pool.InvalidRequest(
        f"compress={coding!r} needs a package that is not installed: install httpcore-client[{extra}]"
    )


_COMPRESSORS: dict[str, Callable[[], _Compressor]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}


def compressed(body: pool.RequestBody, coding: str) -> pool.RequestBody:
    """Return the content in a coding, whose name then belongs in Content-Encoding.

    What is in memory is compressed at once, and its length is known; a stream is as it is sent.

    Raises:
        InvalidRequest: the coding is not known, or what makes it is not installed.
    """
    make = _COMPRESSORS.get(coding)
    if make is None:
        known = ", ".join(_COMPRESSORS)
        raise pool.InvalidRequest(f"compress= can be one of {known}, not {coding!r}")
    if isinstance(body, pool.BytesBody):
        compressor = make()
        return pool.BytesBody(compressor.compress(body.data) + compressor.flush())
    return _CompressedBody(body, make)


class _CompressedBody(pool.RequestBody):
    def __init__(self, body: pool.RequestBody, make: Callable[[], _Compressor]) -> None:
        self._body = body
        self._make = make
        self.replayable = body.replayable
        self.needs_loop = body.needs_loop

    def _open(self, backend: Backend | None) -> pool.BodyReader:
        return _CompressedReader(self._body.open(backend), self._make(), backend)

    def __str__(self) -> str:
        return str(self._body)


class _CompressedReader(pool.BodyReader):
    __slots__ = ("_backend", "_compressor", "_reader")

    def __init__(
        self, reader: pool.BodyReader, compressor: _Compressor, backend: Backend | None
    ) -> None:
        self._reader = reader
        self._compressor: _Compressor | None = compressor
        self._backend = backend

    async def read_chunk(self) -> bytes:
        while (compressor := self._compressor) is not None:
            data = await self._reader.read_chunk()
            if not data:
                self._compressor = None
                return compressor.flush()
            if self._backend is None or len(data) < _THREAD_BYTES:
                output = compressor.compress(data)
            else:
                output = await self._backend.to_thread(compressor.compress, data)
            if output:  # it collects before it gives
                return output
        return b""

    async def close(self) -> None:
        await self._reader.close()
