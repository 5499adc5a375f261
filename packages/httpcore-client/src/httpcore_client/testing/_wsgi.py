"""`WSGIAdapter`: a WSGI application in place of the network."""

from __future__ import annotations

from contextvars import copy_context
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar

from .._siblings import pool
from ..adapters import AddedAdapter
from ..backends._app_calls import calls_back_to
from ._bodies import AnswerSource, Upload
from ._limits import Limits
from ._mount import as_address, as_mount
from ._wsgi_call import Call, WSGIApp
from ._wsgi_environ import make_environ

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WSGIAdapter"]

T = TypeVar("T")

_END_SECONDS = 5.0  # that the caller's content has to end when it is cancelled


class WSGIAdapter(AddedAdapter):
    """Sends requests to a WSGI application, without a socket: ``SyncClient(adapters=[WSGIAdapter(app)])``.

    The application runs in the calling thread; for async clients in threads, where each piece of the body
    may come from another one. The request's content is read as the application reads it, and pieces of the
    response are handed out as it yields them; what it gives to ``write()`` comes with the next of them.

    Args:
        app: the application.
        raise_app_exceptions: whether the caller gets what the application raises; otherwise a 500
            (Internal Server Error), or a body that breaks off.
        script_name: where it is mounted: what the paths of URLs begin with, for SCRIPT_NAME.
        client: the address that it sees.

    Raises:
        TypeError, ValueError: an argument is wrong.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        raise_app_exceptions: bool = True,
        script_name: str = "",
        client: tuple[str, int] = ("127.0.0.1", 50000),
    ) -> None:
        super().__init__()
        if not callable(app):
            raise TypeError(f"app must be a WSGI application, not {type(app).__name__}")
        if iscoroutinefunction(app) or iscoroutinefunction(type(app).__call__):
            raise TypeError("app is an ASGI application: give it to ASGIAdapter")
        self._app = app
        self._raises = raise_app_exceptions
        self._script_name = as_mount("script_name", script_name)
        self._client = as_address("client", client)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send a request to the application.

        Raises:
            Exception: what the application raises.
            RuntimeError: it breaks the rules of PEP 3333.
            ReadTimeout, TotalTimeout: it took too long. In threads it can't be interrupted, and this is
                raised when it has returned.
        """
        limits = Limits(request, self.clock.now)
        run = _Run(request, self.backend, limits)
        environ = make_environ(
            request,
            run.draw,
            script_name=self._script_name,
            client=self._client,
        )
        run.call = call = Call(self._app, environ)
        try:
            first = await run.step()
        except BaseException as error:
            await run.end()
            limits.named(error)
            if self._raises or error is not run.raised:
                raise
            return pool.Response(500, request=request)
        source = _WSGISource(request, run, first, raises=self._raises)
        return pool.Response(
            call.status_code, call.headers, source, request=request, reason_phrase=call.reason
        )

    def __repr__(self) -> str:
        name: Any = getattr(self._app, "__name__", type(self._app).__name__)
        return f"<WSGIAdapter: {name}>"


class _Run:
    """A call of the application, in the thread or threads where it runs.

    Attributes:
        call: the call.
        raised: what the application has raised.
    """

    call: Call
    raised: Exception | None = None

    def __init__(self, request: pool.Request, backend: pool.Backend, limits: Limits) -> None:
        self.limits = limits
        self._backend = backend
        self._threaded = backend.loop() is not None
        self._upload = Upload(request, backend)
        self._calls_back = calls_back_to(backend)
        self._guard = pool.SyncBackend().lock()
        self._context = copy_context()  # one for all steps, whichever thread runs them
        self._busy = False  # a step is running
        self._drawing: pool.Event | None = None  # is set when what is being drawn has come
        self._gone = (
            False  # the caller is; who comes first, it or a step, leaves the end to the other
        )

    def draw(self) -> bytes:
        """Return the next bytes of the request's content, from the application's thread."""
        return self._calls_back.call(self._next_piece)

    async def _next_piece(self) -> bytes:
        self._drawing = drawing = self._backend.event()
        try:
            return await self._upload.next_piece()
        finally:
            self._drawing = None
            drawing.set()

    async def step(self) -> bytes | None:
        """Return what `Call.step` does.

        Raises:
            Exception: what the application raises.
            ReadTimeout, TotalTimeout: it took too long.
        """
        left = self.limits.left()
        if not self._threaded:
            began = self._backend.now()
            piece = self._step()
            if left is not None and self._backend.now() - began > left:
                raise self.limits.too_late()
            return piece
        try:
            return await self._backend.call_within(left, self._step)
        except TimeoutError as error:
            if error is self.raised:
                raise
            raise self.limits.too_late() from None

    def _step(self) -> bytes | None:
        with self._guard:
            if self._gone:  # before this thread had its turn
                return None
            self._busy = True
        try:
            return self._in_context(self.call.step)
        except Exception as error:
            self.raised = error
            raise
        finally:
            with self._guard:
                self._busy = False
                gone = self._gone
            if gone:
                self._close()

    def _in_context(self, function: Callable[[], T]) -> T:
        return self._context.run(function) if self._threaded else function()

    def _close(self) -> None:
        """Have the application close what it returned; an error that came before is not hidden."""
        try:
            self._in_context(self.call.close)
        except Exception as error:
            if self.raised is None:
                self.raised = error
                raise

    async def end(self) -> None:
        """Have the application close what it returned: here, or behind the step that still runs."""
        with self._backend.shield():
            self._calls_back.give_up()
            with self._guard:
                self._gone, busy = True, self._busy
            try:
                if busy:
                    if self._drawing is not None:
                        await self._drawing.wait(_END_SECONDS)
                elif self._threaded:
                    await self._backend.to_thread(self._close)
                else:
                    self._close()
            finally:
                if self._drawing is None:  # else it was cancelled, and ends by itself
                    await self._upload.close()


class _WSGISource(AnswerSource):
    def __init__(
        self, request: pool.Request, run: _Run, first: bytes | None, *, raises: bool
    ) -> None:
        super().__init__(request, run.call.status_code, run.call.headers, run.limits)
        self._run = run
        self._first = first
        self._at_end = first is None
        self._raises = raises
        self.closed = False

    async def _next_piece(self) -> bytes:
        piece, self._first = self._first, None
        if piece is None and not self._at_end:
            try:
                piece = await self._run.step()
            except Exception as error:
                if self._raises or error is not self._run.raised:
                    raise
                raise pool.RemoteProtocolError("the application failed in the middle") from error
        if piece is None or self._bodiless:
            self._at_end = True
        return b"" if piece is None or self._bodiless else piece

    async def _release(self) -> None:
        try:
            await self._run.end()
        except Exception as error:
            if self._raises or error is not self._run.raised:
                raise
