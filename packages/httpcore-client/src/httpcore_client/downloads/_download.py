"""`download`: from a URL to a file. What is decided on the way stands in the modules beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .._counted import counted
from .._siblings import URL, Headers, Value, pool
from ..adapters import Clock
from ._checksum import Checksum
from ._errors import ChecksumMismatch
from ._naming import check_free, find_place, name_for
from ._part import PartFile
from ._progress import Meter, OnProgress
from ._ranges import Span
from ._representation import Representation, length_of
from ._state import key_of
from ._transfer import Opening, Transfer

if TYPE_CHECKING:
    import os
    from typing import Unpack

    from .._client import Client
    from .._options import RequestOptions

__all__ = ["Download", "download"]

_OUT_OF_PLACE = ("content", "data", "json", "files", "compress", "upload_progress", "stream")
_OWN_FIELDS = ("Range", "If-Range")


class Download(Value):
    """A file that was downloaded.

    Attributes:
        path: where it is.
        size: its octets.
        url: the one that gave it, after redirects.
        status_code: of the response: 200, or 206 where it went on with what was there.
        headers: its fields.
        checksum: the one that it was found to have, such as "sha256:..."; None if nobody said one.
        resumed_from: how many octets were there from an earlier attempt.
        seconds: how long it took.
    """

    path: Path
    size: int
    url: URL
    status_code: int
    headers: Headers
    checksum: str | None
    resumed_from: int
    seconds: float

    def __repr__(self) -> str:
        return f"<Download {str(self.path)!r} {counted(self.size, 'byte')} from {self.url.masked}>"


async def download(
    client: Client,
    url: str | URL,
    path: str | os.PathLike[str] | None = None,
    *,
    overwrite: bool = False,
    resume: bool = True,
    checksum: str | None = None,
    max_bytes: int | None = None,
    connections: int = 1,
    retries: int = 5,
    progress: OnProgress | None = None,
    clock: Clock | None = None,
    **options: Unpack[RequestOptions],
) -> Download:
    """Download a file; see `Client.download`, whose arguments it takes.

    Args:
        client: what sends the requests.
        clock: what it waits by, in place of the client's backend.
    """
    wanted = None if checksum is None else Checksum.of(checksum)
    _check("max_bytes", max_bytes, 0, or_none=True)
    _check("connections", connections, 1)
    _check("retries", retries, 0)
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be callable or None, not {type(progress).__name__}")
    request = _request(client, url, options)
    backend = client._pool.backend
    clock = clock or Clock(backend)
    transfer = Transfer(
        client,
        request,
        connections=connections,
        retries=retries,
        max_bytes=max_bytes,
        clock=clock,
        meter=Meter(progress, clock, backend),
    )
    place = await backend.to_thread(find_place, path)
    opening = None if place.name is not None else await transfer.open()
    parts: list[PartFile] = []  # a cancellation may hide what a thread returns

    def open_part() -> None:
        target = place.directory / (place.name or name_for(cast("Opening", opening).response))
        check_free(target, overwrite=overwrite)
        parts.append(PartFile(target, key_of(request.url), resume=resume))

    try:
        await backend.to_thread(open_part)
        return await _completed(transfer, parts[0], opening, wanted, overwrite=overwrite)
    except BaseException as error:
        transfer.stop()
        with backend.shield():
            if opening is not None:
                await opening.response.close()
            for part in parts:
                await transfer.on_disk(_leave, part, error)
        raise


async def _completed(
    transfer: Transfer,
    part: PartFile,
    opening: Opening | None,
    wanted: Checksum | None,
    *,
    overwrite: bool,
) -> Download:
    """Fetch all of a file and put it in its place."""
    if opening is not None and _is_same(opening, part):
        await opening.response.close()
        opening = None
    elif opening is not None:
        await transfer.on_disk(part.begin, Representation())
    length = part.representation.length
    if length is not None and not part.done.gaps(Span(0, length)):
        part.expect_last()  # all was there when it ended
    meter = transfer.meter
    meter.path, meter.total, meter.resumed_from = part.target, length, part.done.total
    await meter.count(meter.resumed_from, now=True)
    await transfer.fill(part, opening)
    checksums = [each for each in (wanted, transfer.checksum) if each is not None]
    size = part.representation.length or 0
    await transfer.on_disk(lambda: part.finish(size, checksums, overwrite=overwrite))
    await meter.count(0, now=True)
    head = transfer.head
    return Download(
        part.target,
        size,
        head.url,
        head.status_code,
        head.headers,
        str(checksums[0]) if checksums else None,
        meter.resumed_from,
        meter.seconds,
    )


def _check(name: str, value: object, least: int, *, or_none: bool = False) -> None:
    if value is None and or_none:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _request(client: Client, url: str | URL, options: Any) -> pool.Request:
    for name in _OUT_OF_PLACE:
        if name in options:
            raise TypeError(f"a download is a GET request, which takes no {name}")
    request = client.build("GET", url, **options)
    for name in _OWN_FIELDS:
        if name in request.headers:
            raise ValueError(f"a download sets {name} by itself")
    if "Accept-Encoding" not in Headers(options.get("headers")):
        # Of a coding that is undone, nobody can say where it would go on.
        request = request.copy_with()
        request.headers.set("Accept-Encoding", "identity")
    return request


def _is_same(opening: Opening, part: PartFile) -> bool:
    """Whether a first response is of what is there already."""
    fields = opening.response.headers
    length = (
        length_of(fields) if opening.response.status_code == 200 else part.representation.length
    )
    found = Representation.of(fields, length)
    return found.validator is not None and found == part.representation


def _leave(part: PartFile, error: BaseException) -> None:
    if isinstance(error, ChecksumMismatch | pool.ContentTooLarge):
        part.discard()
    elif part.suspend() and isinstance(error, (Exception, KeyboardInterrupt)):  # no cancellation
        error.add_note(
            f"{part.done.total} bytes are kept in {part.path}: the same download goes on from there"
        )
