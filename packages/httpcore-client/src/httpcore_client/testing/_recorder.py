"""`Recorder`: real traffic written to a file."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Self, TypeAlias

from .._siblings import Headers, pool
from ._bodies import content_of, has_no_content, with_content
from ._recording import Exchange, save
from ._scrub import Scrubber, ScrubBody, with_fixed_boundary
from ._stand_in import StandIn

__all__ = ["PathTypes", "Recorder", "live"]

PathTypes: TypeAlias = "str | os.PathLike[str]"

_CLOSED = "RemoteProtocolError", "the response was closed here when it was recorded"
_ANY = pool.Request("GET", "http://recorded/")  # without limits on bodies that a caller sets


class Recorder(StandIn):
    """Lets requests through, and writes them and their responses to a file when the client is closed.

    Secrets are not written: values of Authorization, Cookie, Set-Cookie and of fields such as X-API-Key,
    userinfo, and what has the name of a secret in queries, forms and JSON. Content codings are undone, so
    that it can be read. It takes each request's content into memory.

    Args:
        path: the file. It is replaced, whole, whatever was in it.
        secrets: further names of fields, parameters and members of JSON whose values are secrets.
        scrub_body: is given each body and its fields, and returns what is written of it.
    """

    def __init__(
        self,
        path: PathTypes,
        *,
        secrets: Iterable[str] = (),
        scrub_body: ScrubBody | None = None,
    ) -> None:
        super().__init__()
        self._path = Path(path)
        self._scrubber = Scrubber(secrets, scrub_body)
        self._lock = pool.SyncBackend().lock()
        self._exchanges: list[Exchange] = []

    async def send(self, request: pool.Request) -> pool.Response:
        """Send a request, and remember what becomes of it.

        Raises:
            HTTPError: what happened, which is recorded too.
        """
        content = await content_of(request, self.backend)
        exchange = await live(self._scrubber, request, content)
        with self._lock:
            self._exchanges.append(exchange)
        twin = request.with_options(request.options)
        twin.body = with_content(request, content).body
        try:
            response = await self._inner.send(twin)
        except BaseException as error:
            self._note(exchange, error)
            raise
        exchange.reason_phrase = response.reason_phrase
        exchange.protocol = response.protocol
        exchange.response_headers = self._scrubber.fields(response.headers)
        exchange.error = _CLOSED  # until there is more
        exchange.status_code = response.status_code
        response.wrap_source(partial(_Tee, response, exchange, self))
        return response

    def _note(self, exchange: Exchange, error: BaseException) -> None:
        """Note an error; what no network has done is not recorded."""
        if isinstance(error, pool.TransportError):
            exchange.error = type(error).__name__, error.message
        elif not exchange.status_code:
            with self._lock:
                self._exchanges.remove(exchange)

    async def _written(
        self, request: pool.Request, headers: Headers, exchange: Exchange, body: bytes
    ) -> None:
        """Note the body of a response, as transferred, in the form in which it is written.

        Args:
            request: what it answers.
            headers: its fields; they are changed.
            exchange: where it is noted.
            body: what came of it.
        """
        body = await _undone(headers, body, cut=exchange.error is not None)
        exchange.response_body = self._scrubber.body(body, headers)
        bodiless = has_no_content(request, exchange.status_code)
        if "Content-Length" in headers and exchange.error is None and not bodiless:
            headers["Content-Length"] = str(len(exchange.response_body))
        exchange.response_headers = self._scrubber.fields(headers)

    def save(self) -> None:
        """Write what was recorded so far.

        Raises:
            OSError: it can't be written; what was there stays.
        """
        with self._lock:
            save(self._path, [each for each in self._exchanges if each.status_code or each.error])

    async def close(self) -> None:
        """Write the file, and close the adapter below.

        Raises:
            OSError: it can't be written; what was there stays.
        """
        try:
            with self.backend.shield():
                await self.backend.to_thread(self.save)
        finally:
            await super().close()

    @contextmanager
    def installed(self) -> Generator[Self, None, None]:
        """Stand in the place of every pool in a ``with`` block, at whose end the file is written."""
        try:
            with super().installed():
                yield self
        finally:
            self.save()

    def __repr__(self) -> str:
        return f"<Recorder {str(self._path)!r}: {len(self._exchanges)} exchanges>"


class _Tee(pool.WrappedSource):
    """A body that is remembered as it is read."""

    def __init__(
        self,
        response: pool.Response,
        exchange: Exchange,
        recorder: Recorder,
        source: pool.ByteSource,
    ) -> None:
        super().__init__(source)
        self._request = response.request
        self._headers = response.headers.copy()
        self._exchange = exchange
        self._recorder = recorder
        self._pieces: list[bytes] = []

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        try:
            piece = await self.source.read_chunk()
        except BaseException as error:
            self._recorder._note(self._exchange, error)
            await self._end(cut=True)
            raise
        self._pieces.append(piece)
        if not (piece or self.closed):
            self.trailers = trailers = self.source.trailers
            if trailers is not None:
                self._exchange.trailers = self._recorder._scrubber.fields(trailers)
            self._exchange.error = None
            await self._end()
        return piece

    async def _end(self, *, cut: bool = False) -> None:
        self.closed, self.cut = True, cut
        body = b"".join(self._pieces)
        await self._recorder._written(self._request, self._headers, self._exchange, body)

    async def close(self) -> None:
        self._take_rest()
        await super().close()

    async def abort(self) -> None:
        self._take_rest()
        await super().abort()

    def _take_rest(self) -> None:
        if not self.closed and isinstance(self.source, pool.BytesSource):  # all came with the head
            self._pieces.append(self.source.take())
            self._exchange.error = None

    async def given_up(self) -> None:
        await self._end(cut=True)

    def __del__(self) -> None:
        """Nothing: the body that this one draws on complains if it is dropped."""


async def live(scrubber: Scrubber, request: pool.Request, content: bytes) -> Exchange:
    """Return a request as it is recorded."""
    headers = request.headers.copy()
    content = await _undone(headers, content)
    content = scrubber.body(with_fixed_boundary(headers, content), headers)
    return Exchange(request.method, scrubber.url(request.url), scrubber.fields(headers), content)


async def _undone(headers: Headers, body: bytes, *, cut: bool = False) -> bytes:
    """Undo a body's content codings, and take them out of its fields.

    One that is not in the coding that it is said to be in stays as it is; of one that was cut off there is
    what had come.
    """
    if not body:
        return body
    whole = pool.Response(200, headers, pool.BytesSource(body), request=_ANY)
    pieces: list[bytes] = []
    try:
        async with whole.stream() as stream:
            async for piece in stream:
                pieces.append(piece)  # noqa: PERF401 - those before an error count
    except pool.HTTPError:
        if not (cut and pieces):
            return body
    if not whole.codings_left:
        headers.remove("Content-Encoding")
    return b"".join(pieces)
