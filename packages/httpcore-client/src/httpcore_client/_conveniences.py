"""What clients offer beyond single requests, each a line that leads to the module that does it.

The modules are imported when they are first used: most programs need none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Never, Unpack, cast, overload

from ._options import RequestOptions, check_options, refuse_others
from ._siblings import pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable
    from os import PathLike

    from ._client import Client
    from ._siblings import URL, Response, SyncResponse
    from ._sync import SyncClient
    from .bulk import MapIterator, Mappable, MapResult, SyncMapIterator
    from .downloads import Download, Progress
    from .events import EventStream, SyncEventStream
    from .tracing.waterfall import Waterfall
    from .websocket import SyncWebSocketContext, WebSocketContext, WebSocketOptions

__all__ = ["Conveniences", "SyncConveniences"]

_REQUEST = tuple(RequestOptions.__annotations__)
_MAP = ("concurrency", "ordered", "errors")
_EVENTS = (*_REQUEST, "reconnect", "last_event_id", "heartbeat", "max_event_bytes")
_DOWNLOAD = (
    *_REQUEST,
    *("overwrite", "resume", "checksum", "max_bytes", "connections", "retries", "progress"),
)


class Conveniences:
    """The part of `Client`, and of `TrioClient`, that lives elsewhere."""

    def events(
        self,
        url: str | URL,
        method: str = "GET",
        *,
        reconnect: bool | int | None = None,
        last_event_id: str = "",
        heartbeat: float | None = None,
        max_event_bytes: int = 16 * 1024 * 1024,
        **options: Unpack[RequestOptions],
    ) -> EventStream:
        """Connect to a server that sends events, in a block that iterates over them.

        ``async with client.events(url) as events: async for event in events: ...``

        The head must come within `Timeout.read`; how long nothing may happen then, `heartbeat` says.

        Args:
            url: an absolute http or https URL.
            method: the method; with one other than GET nothing is sent again unless `reconnect` says so.
            reconnect: whether to connect anew when the stream ends or breaks; a number says how often in a
                row without an event between. None for GET requests only.
            last_event_id: the ID of the event to begin behind, as far as the server knows it.
            heartbeat: seconds of silence after which the connection is taken for dead; None for as long
                as it may take.
            max_event_bytes: the most that an event may have.
            options: see `RequestOptions`.

        Raises:
            TypeError, ValueError: an argument or option is unknown or wrong.
            InvalidURL, InvalidRequest, InvalidHeader: what was given can't be sent.
        """
        from .events import EventStream

        check_options(options, _EVENTS, call="events")
        client = cast("Client", self)
        return EventStream(
            client,
            client.build(method, url, **options),
            reconnect=reconnect,
            last_event_id=last_event_id,
            heartbeat=heartbeat,
            max_event_bytes=max_event_bytes,
        )

    @overload
    def map(
        self,
        requests: Iterable[Mappable] | AsyncIterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
    ) -> MapIterator[Response]: ...
    @overload
    def map(
        self,
        requests: Iterable[Mappable] | AsyncIterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["return"],
    ) -> MapIterator[MapResult[Response]]: ...
    def map(
        self,
        requests: Iterable[Mappable] | AsyncIterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **others: Never,
    ) -> MapIterator[Response] | MapIterator[MapResult[Response]]:
        """Send many requests, some at a time, and iterate over their responses, with bodies read.

        ``async with client.map(urls) as responses: async for response in responses: ...``

        When the block ends, nothing runs on. Without a block (``async for response in client.map(urls)``)
        leaving the loop ends what is under way a moment later; Trio needs the block.

        Args:
            requests: URLs to GET, and Requests, such as `client.build` makes, to be sent as `send` does. It
                may be infinite, and an async iterable: one is taken at a time, no sooner than there is
                room for what comes of it. It stays the caller's, to close if it needs that.
            concurrency: how many requests may be under way. Together with the responses that wait for the
                caller they are never more than twice as many. None for 20, or as many connections as the
                pool may have if they are fewer. More than those makes sense with HTTP/2 only; others wait for
                one, without a limit but the request's `total`.
            ordered: whether they come in the order of the requests, or else as they are completed.
            errors: "raise" to raise the error of a request in its place, which ends all; "return" to get
                a `MapResult` for each request, with its response or its error.

        Raises:
            TypeError, ValueError: an argument is wrong.
        """
        from .bulk import mapped

        refuse_others("map", others, _MAP)
        return mapped(cast("Client", self), requests, concurrency, ordered, errors)

    def waterfall(self, *, limit: int = 1000) -> Waterfall:
        """Record where the time of this client's requests goes, in a block; then draw it.

        ``with client.waterfall() as waterfall: ...``, and then ``print(waterfall)`` or
        ``waterfall.save("requests.svg")``. Each hop of a redirect and each retry is a row of its own.
        Clients that `replace` makes are not recorded.

        Args:
            limit: how many requests it keeps, the first ones.

        Raises:
            TypeError, ValueError: the limit is no whole number, or less than 1.
        """
        from .tracing.waterfall import Waterfall

        return Waterfall(cast("Client", self), limit=limit)

    def websocket(self, url: str | URL, **options: Unpack[WebSocketOptions]) -> WebSocketContext:
        """Open a WebSocket in a block that has it, and closes it; with the extra `websocket`.

        ``async with client.websocket("wss://...") as ws: await ws.send("hello")``

        Args:
            url: an absolute ws, wss, http or https URL.
            options: see `WebSocketOptions`.

        Raises:
            TypeError, ValueError: an argument or option is unknown or wrong.
            InvalidURL, InvalidRequest, InvalidHeader: what was given can't be sent.
            ModuleNotFoundError: wsproto is not installed.
        """
        from .websocket import WebSocketContext

        return WebSocketContext(cast("Client", self), url, options)

    async def download(
        self,
        url: str | URL,
        path: str | PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        resume: bool = True,
        checksum: str | None = None,
        max_bytes: int | None = None,
        connections: int = 1,
        retries: int = 5,
        progress: Callable[[Progress], object] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Download:
        """Download a file: it is there as a whole or not at all.

        When it is interrupted, what came so far is kept beside it if the server can go on from there, as
        `<name>.part` and `<name>.part.json`, and the next download of the URL to that place goes on.

        Args:
            url: an absolute http or https URL.
            path: the file to write. In a directory, None being the working directory, it gets the name that
                the server gives it, made safe.
            overwrite: whether it may take the place of another file.
            resume: whether to go on with what an earlier attempt has left.
            checksum: what it must have: "sha256:..." in hexadecimal, or of another of hashlib's algorithms.
                One that the server sends, in Repr-Digest, is checked by itself.
            max_bytes: the most that it may have.
            connections: how many parts are fetched side by side, where the server can do that.
            retries: how often in a row a transfer that breaks off is tried again by itself.
            progress: is called with a `Progress`: at the start, when a response begins the file, ten times
                a second at most while it comes, and at the end. In async clients it may be a coroutine
                function.
            options: see `RequestOptions`; not those about content.

        Raises:
            TypeError, ValueError: an argument or option is unknown or wrong.
            FileExistsError: the file is there already; nothing else is harmed.
            OSError: it can't be written.
            HTTPStatusError: the status is 4xx or 5xx.
            DownloadInUse: another download writes to the file.
            ChecksumMismatch: it is not what its checksum says.
            ContentTooLarge: it has more than `max_bytes`.
            HTTPError: the request failed; see its tree.
        """
        from .downloads import download

        check_options(options, _DOWNLOAD, call="download")
        return await download(
            cast("Client", self),
            url,
            path,
            overwrite=overwrite,
            resume=resume,
            checksum=checksum,
            max_bytes=max_bytes,
            connections=connections,
            retries=retries,
            progress=progress,
            **options,
        )


class SyncConveniences:
    """The same of `SyncClient`."""

    def events(
        self,
        url: str | URL,
        method: str = "GET",
        *,
        reconnect: bool | int | None = None,
        last_event_id: str = "",
        heartbeat: float | None = None,
        max_event_bytes: int = 16 * 1024 * 1024,
        **options: Unpack[RequestOptions],
    ) -> SyncEventStream:
        """Connect to a server that sends events; see `Client.events`."""
        from .events import EventStream, SyncEventStream

        check_options(options, _EVENTS, call="events")
        client = cast("SyncClient", self)
        stream = EventStream(
            client._client,
            client.build(method, url, **options),
            reconnect=reconnect,
            last_event_id=last_event_id,
            heartbeat=heartbeat,
            max_event_bytes=max_event_bytes,
        )
        return SyncEventStream(stream)

    @overload
    def map(
        self,
        requests: Iterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["raise"] = "raise",
    ) -> SyncMapIterator[SyncResponse]: ...
    @overload
    def map(
        self,
        requests: Iterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["return"],
    ) -> SyncMapIterator[MapResult[SyncResponse]]: ...
    def map(
        self,
        requests: Iterable[Mappable],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        errors: Literal["raise", "return"] = "raise",
        **others: Never,
    ) -> SyncMapIterator[SyncResponse] | SyncMapIterator[MapResult[SyncResponse]]:
        """Send many requests in threads, some at a time, and iterate over their responses; see `Client.map`.

        ``for response in client.map(urls): ...``

        The requests are taken by those threads, one at a time. Leaving the loop leaves requests under way to
        their ends, by themselves; the end of a block, ``with client.map(urls) as responses``, waits for
        them.
        """
        from .bulk import sync_mapped

        refuse_others("map", others, _MAP)
        return sync_mapped(cast("SyncClient", self), requests, concurrency, ordered, errors)

    def waterfall(self, *, limit: int = 1000) -> Waterfall:
        """Record where the time of this client's requests goes; see `Client.waterfall`."""
        from .tracing.waterfall import Waterfall

        return Waterfall(cast("SyncClient", self)._client, limit=limit)

    def websocket(
        self, url: str | URL, **options: Unpack[WebSocketOptions]
    ) -> SyncWebSocketContext:
        """Open a WebSocket in a block that has it, and closes it; see `Client.websocket`."""
        from .websocket import SyncWebSocketContext, WebSocketContext

        client = cast("SyncClient", self)
        return SyncWebSocketContext(WebSocketContext(client._client, url, options))

    def download(
        self,
        url: str | URL,
        path: str | PathLike[str] | None = None,
        *,
        overwrite: bool = False,
        resume: bool = True,
        checksum: str | None = None,
        max_bytes: int | None = None,
        connections: int = 1,
        retries: int = 5,
        progress: Callable[[Progress], object] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Download:
        """Download a file; see `Client.download`."""
        from .downloads import download

        check_options(options, _DOWNLOAD, call="download")
        downloading = download(
            cast("SyncClient", self)._client,
            url,
            path,
            overwrite=overwrite,
            resume=resume,
            checksum=checksum,
            max_bytes=max_bytes,
            connections=connections,
            retries=retries,
            progress=progress,
            **options,
        )
        return pool.run_sync(downloading)
