"""`Transfer`: the requests of one download, and its octets on their way to the disk.

A span of the file is asked for until all of it is there. Usually there is one, the whole; with several
connections each works at one of many. What is not of the file that we have begins it anew (`_Changed`): parts
of two are never put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._siblings import pool
from .._status_error import raise_for_status
from ..backends import tasks_in
from ._checksum import Checksum
from ._errors import DownloadError
from ._patience import pause
from ._ranges import Shares, Span
from ._representation import Representation, length_of, length_of_all, part_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVarTuple

    from .._client import Client
    from ..adapters import Clock
    from ._part import PartFile
    from ._progress import Meter

    Ts = TypeVarTuple("Ts")

__all__ = ["Transfer"]

_BATCH_BYTES = (
    512 * 1024
)  # are written at once: to hand them to a thread costs as much as to copy 256 KiB
_PROBE_BYTES = 256 * 1024  # are asked for first, to learn whether there can be parts
# Files that are such a coding: a server that names it means what it has, and not what is in there.
_CODED = (".gz", ".tgz", ".z", ".br", ".zst", ".tzst")


class Opening(NamedTuple):
    """A response that is there before it is known where it goes, and the span that was asked for."""

    response: pool.Response
    asked: Span | None


class _Changed(Exception):
    """What came is no part of what is there."""


class _Stopped(Exception):
    """Another worker has failed, and its error is raised; or the others do the rest."""


class Transfer:
    """One download, while it runs.

    Args:
        client: what sends its requests.
        request: the one for the whole.
        connections: how many of them run side by side, at most.
        retries: how often in a row something may fail that has begun well.
        max_bytes: the most that the file may have.
        clock: what it waits by.
        meter: what is told of each octet.

    Attributes:
        meter: that one.
        head: the response that told the file's length and validator; there when it is filled.
        checksum: the one that the server gave, or None.
    """

    def __init__(
        self,
        client: Client,
        request: pool.Request,
        *,
        connections: int,
        retries: int,
        max_bytes: int | None,
        clock: Clock,
        meter: Meter,
    ) -> None:
        self._client = client
        self._request = request
        self._connections = connections
        self._retries = retries
        self._max_bytes = max_bytes
        self._clock = clock
        self.meter = meter
        self._backend = client._pool.backend
        self._disk = pool.Mutex(self._backend)  # one write at a time: it seeks first
        self._stopped = False
        self._lock = self._backend.lock()
        self._shares: Shares | None = None  # side by side only
        self._part: PartFile
        options = request.options
        total = None if options.timeout is None else options.timeout.total
        self._deadline = None if total is None else clock.now() + total
        self._begun = False
        self.head: pool.Response
        self.checksum: Checksum | None = None

    async def open(self) -> Opening:
        """Send the first request, for a caller who looks at the response before there is a file."""
        asked = Span(0, _PROBE_BYTES) if self._connections > 1 else None
        return Opening(await self._ask(asked, None), asked)

    async def fill(self, part: PartFile, opening: Opening | None) -> None:
        """Fetch all that is missing of a file.

        Raises:
            HTTPError: it can't be had; see its tree.
            OSError: the disk does not take it.
        """
        self._part = part
        if self._connections > 1:
            try:
                await self._fill_side_by_side(opening)
            except _Changed:  # or there can be no parts
                self._connections, self._stopped = 1, False
                await self._begin(Representation())
            opening, self._shares = None, None
        await self._fill(Span(0), opening)

    async def on_disk(self, function: Callable[[*Ts], object], *args: *Ts) -> None:
        """Call what works on the file in a thread, after all before it."""
        await self._disk.acquire(None)
        try:
            await self._backend.to_thread(function, *args)
        finally:
            self._disk.release()

    def stop(self) -> None:
        """Let workers that can't be interrupted end by themselves."""
        self._stopped = True

    async def _fill_side_by_side(self, opening: Opening | None) -> None:
        if self._length is None:
            await self._fill(Span(0, _PROBE_BYTES), opening)
            if self._connections == 1 or self._length is None:  # there is but the whole
                self._connections = 1
                await self._fill(Span(0))
                return
        gaps = self._part.done.gaps(Span(0, self._length))
        self._shares = shares = Shares(gaps, self._connections)
        async with tasks_in(self._backend) as tasks:
            for _ in range(shares.workers):
                tasks.start(self._work, shares)

    async def _work(self, shares: Shares) -> None:
        try:
            while True:
                with self._lock:
                    span = shares.take()
                if span is None:
                    break
                await self._fill(span)
        except _Stopped:
            pass
        except BaseException:
            self.stop()
            raise

    def _leave(self, span: Span, error: pool.TransportError | pool.HTTPStatusError) -> bool:
        """Whether this worker leaves its part to others, where the server wants no more connections."""
        refused = isinstance(error, pool.HTTPStatusError) or not error.answered
        with self._lock:
            return self._shares is not None and refused and self._shares.leave(span)

    async def _fill(self, span: Span, opening: Opening | None = None) -> None:
        """Fetch what is missing of a span, as often as it takes."""
        failures, furthest = 0, 0
        while gap := self._first_gap(span):
            try:
                await self._fetch(gap, opening)
            except (pool.TransportError, pool.HTTPStatusError) as error:
                after = self._first_gap(span) or gap
                if after.first > furthest:  # further than ever before
                    failures, furthest = 0, after.first
                failures += 1
                wait = pause(error, failures)
                if not self._begun or wait is None:
                    raise
                if self._leave(span, error):
                    raise _Stopped from error
                if failures > self._retries:
                    raise
                await self._sleep(wait)
            except _Changed:
                if self._connections > 1:
                    raise
                await self._begin(Representation())
            opening = None

    def _first_gap(self, span: Span) -> Span | None:
        if span.end is None or (self._length is not None and self._length < span.end):
            span = Span(span.first, self._length)
        gaps = self._part.done.gaps(span)
        return gaps[0] if gaps else None

    @property
    def _length(self) -> int | None:
        return self._part.representation.length

    async def _sleep(self, seconds: float) -> None:
        if self._deadline is not None:  # past it the next attempt fails, and says so
            seconds = min(seconds, self._deadline - self._clock.now())
        await self._clock.sleep(seconds)

    async def _fetch(self, gap: Span, opening: Opening | None) -> None:
        """Send a request for a gap, and write what comes."""
        if opening is None:
            validator = self._part.representation.validator
            can_go_on = validator is not None and self._part.done.total > 0
            is_part = self._connections > 1 or can_go_on
            asked = gap if is_part else None
            opening = Opening(await self._ask(asked, validator), asked)
        response, asked = opening
        try:
            if self._stopped:
                raise _Stopped
            if self._is_all(response):
                await pool.discard(response)
                if not self._begun:
                    await self._expect_last()
                return
            span = await self._place(response, asked)
        except BaseException:
            await response.close()
            raise
        await self._receive(response, span)

    def _is_all(self, response: pool.Response) -> bool:
        """Whether a 416 (Range Not Satisfiable) says that there is no more than we have."""
        known, done = self._part.representation, self._part.done
        if (
            response.status_code != 416
            or known.length is not None
            or not known.fits(response.headers)
        ):
            return False
        length = length_of_all(response.headers)
        if not length or done.as_list() != [(0, length)]:
            return False
        self._part.representation = known._replace(length=length)
        return True

    async def _expect_last(self) -> None:
        """Ask for the last octet again, as no response has told yet of what an earlier attempt has left."""
        self._part.expect_last()
        self.meter.total = self._length
        self.meter.resumed_from -= 1
        await self.meter.count(-1, now=True)

    async def _ask(self, asked: Span | None, validator: str | None) -> pool.Response:
        request = self._request.copy_with()
        if asked is not None:
            last = "" if asked.end is None else asked.end - 1
            request.headers.set("Range", f"bytes={asked.first}-{last}")
            if validator is not None:
                request.headers.set("If-Range", validator)
        options = request.options.copy_with(deadline=self._deadline)
        response = await self._client.send(request.with_options(options), stream=True)
        status = response.status_code
        if status == 200 or (status in (206, 416) and asked is not None):
            return response
        await raise_for_status(response)
        await pool.discard(response)
        raise DownloadError(f"the status is {status}, which brings no file").about(response.request)

    async def _place(self, response: pool.Response, asked: Span | None) -> Span:
        """Return where the content of a response goes.

        Raises:
            _Changed: nowhere.
            ContentTooLarge: the file would be too large.
        """
        is_coded = response.headers.get("Content-Encoding", "identity").lower() != "identity"
        as_is = not is_coded or self._keeps_coding
        if response.status_code == 200:
            if asked is not None and self._connections > 1 and self._part.done.total:
                raise _Changed
            length = length_of(response.headers) if as_is else None
            found = Representation.of(response.headers, length) if as_is else Representation()
            span, self._connections = Span(0, length), 1
            await self._begin(found)
        else:
            known = self._part.representation
            is_known = known.validator is not None
            part = part_of(response.headers, asked or Span(0), known if is_known else None)
            if response.status_code != 206 or part is None or not as_is:
                raise _Changed
            span, length = part
            if not is_known:
                found = Representation.of(response.headers, length)
                if length is None or found.validator is None:
                    raise _Changed
                await self._begin(found)
            elif known.length is None and length is not None:
                self._part.representation = known._replace(length=length)
                self.meter.total = length
                await self.meter.count(0, now=True)
        self._check_size(response, length or 0)
        if not self._begun or response.status_code == 200:
            self._begun, self.head = True, response
            self.checksum = Checksum.sent(response.headers) if as_is else None
        return span

    @property
    def _keeps_coding(self) -> bool:
        return self._part.target.name.lower().endswith(_CODED)

    async def _begin(self, representation: Representation) -> None:
        """Begin the file anew."""
        self.meter.total = representation.length
        self.meter.resumed_from = 0
        await self.on_disk(self._part.begin, representation)
        await self.meter.count(-self.meter.received, now=True)

    def _check_size(self, response: pool.Response, size: int) -> None:
        if self._max_bytes is not None and size > self._max_bytes:
            raise pool.ContentTooLarge(
                f"the file has more than {self._max_bytes} bytes (max_bytes)", self._max_bytes
            ).about(response.request)

    async def _receive(self, response: pool.Response, span: Span) -> None:
        """Write the content of a response as it comes, in batches; when it ends early, too."""
        at, end = span
        batch: list[bytes] = []
        size = 0
        try:
            pieces = response.raw() if self._keeps_coding else response.stream()
            async for piece in pieces:
                if self._stopped:
                    raise _Stopped
                if end is not None and at + size + len(piece) > end:
                    raise _out_of_step(response, f"more than the {end - span.first} bytes it names")
                self._check_size(response, at + size + len(piece))
                batch.append(piece)
                size += len(piece)
                await self.meter.count(len(piece))
                if size >= _BATCH_BYTES:
                    full, batch = batch, []
                    first, at, size = at, at + size, 0
                    await self.on_disk(self._write, first, full)
        finally:
            with self._backend.shield():
                try:
                    await self.on_disk(self._write, at, batch)
                finally:
                    await response.close()
        at += size
        if end is None:
            self._part.representation = self._part.representation._replace(length=at)
        elif at != end:
            raise _out_of_step(response, f"only {at - span.first} of {end - span.first} bytes")

    def _write(self, at: int, batch: list[bytes]) -> None:
        if self._part.closed:  # Ctrl-C does not wait for threads
            raise _Stopped
        if batch:
            self._part.write(at, batch)


def _out_of_step(response: pool.Response, what: str) -> pool.RemoteProtocolError:
    return pool.RemoteProtocolError(f"the server has sent {what}").about(response.request)
