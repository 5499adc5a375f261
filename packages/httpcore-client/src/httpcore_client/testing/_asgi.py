"""`ASGIAdapter`: an ASGI application in place of the network."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._siblings import pool
from ..adapters import AddedAdapter
from ..backends._app import app_tasks_in
from ._asgi_exchange import Exchange
from ._asgi_lifespan import Lifespan
from ._asgi_messages import ASGIApp, http_scope
from ._bodies import AnswerSource
from ._limits import Limits
from ._mount import as_address, as_mount

if TYPE_CHECKING:
    from ..backends._app import AppTasks

__all__ = ["ASGIAdapter", "LifespanTypes"]

LifespanTypes: TypeAlias = Literal["auto", "on", "off"]
_MOST_DROPPED_BYTES = 64 * 1024  # of the body of a response that has none


class ASGIAdapter(AddedAdapter):
    """Sends requests to an ASGI application, without a socket: ``Client(adapters=[ASGIAdapter(app)])``.

    The application runs in the client's event loop; for `SyncClient` in a loop of asyncio in a thread.
    It starts up before the first request and shuts down when the client is closed. Bodies are streamed
    both ways, and the end of a response's body is the end of the application's call, so that what it does
    in the background is done. When a response is closed early the application is told so
    (``http.disconnect``), or cancelled.

    Args:
        app: the application, of ASGI 3.
        raise_app_exceptions: whether the caller gets what the application raises; otherwise a 500
            (Internal Server Error), or a body that breaks off.
        lifespan: whether it is started up and shut down: "auto" if it can be, "on" if not to be able
            is an error, "off" never.
        root_path: where it is mounted: what `scope["path"]` begins with besides the URL's path.
        client: the address that it sees.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        raise_app_exceptions: bool = True,
        lifespan: LifespanTypes = "auto",
        root_path: str = "",
        client: tuple[str, int] = ("127.0.0.1", 50000),
    ) -> None:
        super().__init__()
        if not callable(app):
            raise TypeError(f"app must be an ASGI application, not {type(app).__name__}")
        if hasattr(app, "wsgi_app"):  # as Flask's
            raise TypeError("app is a WSGI application: give it to WSGIAdapter")
        if lifespan not in ("auto", "on", "off"):
            raise ValueError(f'lifespan must be "auto", "on" or "off", not {lifespan!r}')
        self._app = app
        self._raises = raise_app_exceptions
        self._lifespan_mode: LifespanTypes = lifespan
        self._root_path = as_mount("root_path", root_path)
        self._client = as_address("client", client)
        self._running: dict[object, _Running] = {}  # by loop; all placed copies share it
        self._guard = pool.SyncBackend().lock()

    async def send(self, request: pool.Request) -> pool.Response:
        """Send a request to the application.

        Raises:
            Exception: what the application raises.
            RuntimeError: its startup failed.
            ReadTimeout, TotalTimeout: it took too long.
            RemoteProtocolError: it gave no proper response.
            LocalProtocolError: the request is for a WebSocket.
        """
        if request.headers.get("Upgrade", "").lower() == "websocket":
            raise pool.LocalProtocolError(
                "ASGIAdapter has no WebSockets; for them run the application on a server"
            ).about(request)
        limits = Limits(request, self.clock.now)
        running = self._join()
        await running.lifespan.startup(limits)
        scope = http_scope(
            request,
            root_path=self._root_path,
            client=self._client,
            state=running.lifespan.state,
        )
        exchange = Exchange(request, self.backend, running.tasks, limits, raises=self._raises)

        async def call() -> None:
            await self._app(scope, exchange.receive, exchange.send)

        exchange.start(call)
        try:
            await exchange.head()
            source = _ASGISource(request, exchange, limits)
        except BaseException as error:
            await exchange.end()
            limits.named(error)
            raise
        said = exchange.said
        return pool.Response(said.status_code, said.headers, source, request=request)

    def _join(self) -> _Running:
        """Return the application as it runs here, of which this adapter is a user from now on."""
        loop = self.backend.loop()
        with self._guard:
            running = self._running.get(loop)
            if running is None:
                tasks = app_tasks_in(self.backend)
                lifespan = Lifespan(self._app, self._lifespan_mode, self.backend, tasks)
                running = self._running[loop] = _Running(tasks, lifespan)
            running.users.add(id(self))
        return running

    async def close(self) -> None:
        """Shut the application down, if no other client uses it in this loop."""
        try:
            loop = self.backend.loop()
            with self._guard:
                running = self._running.get(loop)
                if running is not None:
                    running.users.discard(id(self))
                    if running.users:
                        running = None
                    else:
                        del self._running[loop]
            if running is not None:
                with self.backend.shield():
                    try:
                        await running.lifespan.shutdown()
                    finally:  # although warnings may be errors
                        await running.tasks.close()
        finally:
            await super().close()

    def __repr__(self) -> str:
        name: Any = getattr(self._app, "__name__", type(self._app).__name__)
        return f"<ASGIAdapter: {name}>"


class _Running:
    """An application that runs in one loop.

    Attributes:
        tasks: where.
        lifespan: its startup and shutdown.
        users: which adapters have sent requests to it and were not closed since.
    """

    def __init__(self, tasks: AppTasks, lifespan: Lifespan) -> None:
        self.tasks = tasks
        self.lifespan = lifespan
        self.users: set[int] = set()

    def __del__(self) -> None:
        if self.users and (self.tasks.abandon() or self.lifespan.runs):
            warnings.warn(
                "an application in an ASGIAdapter was not shut down: close its client",
                ResourceWarning,
                stacklevel=2,
            )


class _ASGISource(AnswerSource):
    def __init__(self, request: pool.Request, exchange: Exchange, limits: Limits) -> None:
        super().__init__(request, exchange.said.status_code, exchange.said.headers, limits)
        self._exchange = exchange
        self._length = self._left = None  # `Said` has looked after it
        self._dropped = 0
        self.closed = False

    async def _next_piece(self) -> bytes:
        exchange = self._exchange
        piece = await exchange.next_piece()
        while piece and self._bodiless and self._dropped < _MOST_DROPPED_BYTES:
            self._dropped += len(piece)
            piece = await exchange.next_piece()
        if not piece:
            self.trailers = exchange.said.trailers
        return b"" if self._bodiless else piece

    async def _release(self) -> None:
        await self._exchange.end()

    def abandon(self) -> None:
        self._exchange.abandon()
