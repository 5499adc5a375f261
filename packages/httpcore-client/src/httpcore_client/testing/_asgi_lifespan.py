"""`Lifespan`: the startup and shutdown of an ASGI application (ASGI 3, lifespan 2.0)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

from .._siblings import pool
from ._asgi_messages import ASGI_VERSIONS

if TYPE_CHECKING:
    from ..backends._app import AppTasks
    from ._asgi_messages import ASGIApp, Message
    from ._limits import Limits

__all__ = ["Lifespan"]

_LEAVE_SECONDS = 1.0  # that it has to end after it has failed to start
_SHUTDOWN_SECONDS = (
    10.0  # that an application has to shut down, and again to end when it is cancelled
)


class Lifespan:
    """One application's life in one loop.

    Args:
        app: the application.
        mode: "auto", "on" or "off"; see `ASGIAdapter`.
        backend: the caller's world.
        tasks: where the application runs.

    Attributes:
        state: what it keeps for its requests; None where it knows no lifespan.
        runs: whether its task does.
    """

    def __init__(
        self,
        app: ASGIApp,
        mode: Literal["auto", "on", "off"],
        backend: pool.Backend,
        tasks: AppTasks,
    ) -> None:
        self.state: Message | None = None
        self._app = app
        self._mode = mode
        self._backend = backend
        self._tasks = tasks
        self._turn = pool.Mutex(backend)
        self._begun = mode == "off"
        self._failed: BaseException | None = None
        self._stop = tasks.event()
        self.runs = False
        self._step = "startup"
        self._steps = 0  # messages that were received
        self._answer: Message | None = None
        self._error: BaseException | None = None
        self._news = backend.event()

    async def startup(self, limits: Limits) -> None:
        """Start the application up, once; who comes meanwhile waits.

        Raises:
            RuntimeError: it failed to start, or with "on" knows no lifespan.
            TotalTimeout: the request has no more time to wait.
        """
        if not self._begun:
            left = limits.until_deadline()
            if not await self._turn.acquire(left):
                raise limits.too_late()
            try:
                if not self._begun:
                    await self._start(limits)
                    self._begun = True
            finally:
                self._turn.release()
        if self._failed is not None:
            raise RuntimeError(f"the application did not start: {self._failed}") from self._failed

    async def _start(self, limits: Limits) -> None:
        self.state = {}
        scope: Message = {"type": "lifespan", "asgi": dict(ASGI_VERSIONS), "state": self.state}

        async def call() -> None:
            await self._app(scope, self._receive, self._send)

        self._answer, self._error, self._steps = None, None, 0
        self._news, self.runs = self._backend.event(), True
        self._cancel = self._tasks.start(call, self._at_end)
        try:
            if not await self._news.wait(limits.until_deadline()):
                raise limits.too_late()
        except BaseException:
            self.state = None
            with self._backend.shield():
                await self._cancelled()
            raise
        answer, error = self._said()
        if answer is None:  # it ended before it had one
            self.state = None
            if self._mode == "on":
                self._failed = error or RuntimeError("it knows no lifespan")
        elif answer["type"] == "lifespan.startup.failed":
            await self._end_within(_LEAVE_SECONDS)
            _, error = self._said()
            self._failed = error or RuntimeError(_reason(answer))
            await self._cancelled()

    def _said(self) -> tuple[Message | None, BaseException | None]:
        return self._answer, self._error

    async def shutdown(self) -> None:
        """Shut the application down, if it was started; what fails is a warning. Takes a bounded time."""
        if self.state is None or self._failed is not None:
            return
        if self.runs:
            self._answer, self._step = None, "shutdown"
            self._stop.set()
            await self._end_within(_SHUTDOWN_SECONDS)
            await self._cancelled()
        answer, error = self._said()
        what: object = error
        if answer is not None and answer["type"] == "lifespan.shutdown.failed":
            what = error or _reason(answer)
        if what is not None:
            part = "shutdown" if self._step == "shutdown" else "lifespan"  # which ended by itself
            warnings.warn(f"the application's {part} failed: {what}", RuntimeWarning, stacklevel=2)

    async def _cancelled(self) -> None:
        if self.runs:
            self._cancel()
            await self._end_within(_SHUTDOWN_SECONDS)

    async def _end_within(self, seconds: float) -> None:
        self._news = news = self._backend.event()
        while self.runs and await news.wait(seconds):
            self._news = news = self._backend.event()

    # The application's side.

    async def _receive(self) -> Message:
        self._steps += 1
        if self._steps == 1:
            return {"type": "lifespan.startup"}
        await self._stop.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind, step = message.get("type"), f"lifespan.{self._step}"
        if self._answer is not None or kind not in (f"{step}.complete", f"{step}.failed"):
            raise RuntimeError(f"{kind!r} was sent where '{step}.complete' was expected, once")
        self._answer = message
        self._news.set()

    def _at_end(self, error: BaseException | None) -> None:
        self._error = error
        self.runs = False
        self._news.set()


def _reason(answer: Message) -> str:
    return str(answer.get("message") or "it does not say why")
