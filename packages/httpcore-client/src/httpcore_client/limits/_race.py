"""`Race`: copies of one request side by side, of which the first good answer counts. It owns all answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backends import tasks_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._siblings import pool
    from ..backends import Tasks

__all__ = ["Race"]


class Race:
    """One request, and perhaps its copy.

    Args:
        inner: what sends them.
        backend: an async world.
        request: what is sent.
        is_good: tells whether an answer ends the race, whatever the other brings.
    """

    def __init__(
        self,
        inner: pool.Adapter,
        backend: pool.Backend,
        request: pool.Request,
        is_good: Callable[[pool.Response], bool],
    ) -> None:
        self._inner = inner
        self._backend = backend
        self._request = request
        self._is_good = is_good
        self._running = 0
        self._changed = backend.event()
        self._answers: list[pool.Response] = []
        self._errors: list[Exception | None] = [None, None]  # of the request, and of its copy
        self._good: pool.Response | None = None

    async def run(self, delay: float, may_copy: Callable[[], bool]) -> pool.Response:
        """Send the request, a copy after the delay if that is allowed then, and return an answer.

        Raises:
            HTTPError: neither had one; this is what became of the request itself.
        """
        try:
            async with tasks_in(self._backend) as tasks:
                self._start(tasks, 0)
                if not await self._is_over(delay) and may_copy():
                    self._start(tasks, 1)
                await self._is_over(None)
                tasks.cancel()
        except BaseException:
            await self._close(self._answers)
            raise
        if not self._answers:
            raise next(error for error in self._errors if error is not None)
        answer = self._good or self._answers[0]
        try:
            await self._close([other for other in self._answers if other is not answer])
        except BaseException:
            await answer.close()
            raise
        return answer

    def _start(self, tasks: Tasks, copy: int) -> None:
        self._running += 1
        tasks.start(self._send, copy)

    async def _send(self, copy: int) -> None:
        try:
            response = await self._inner.send(self._request)
        except Exception as error:  # noqa: BLE001 - the other may still have an answer
            self._errors[copy] = error
        else:
            self._answers.append(response)
            if self._good is None and self._is_good(response):
                self._good = response
        self._running -= 1
        self._changed.set()

    async def _is_over(self, seconds: float | None) -> bool:
        """Wait until there is a good answer, or nobody is on the way any more; or for so many seconds."""
        while self._good is None and self._running:
            self._changed = self._backend.event()
            if not await self._changed.wait(seconds):
                return False
        return True

    async def _close(self, answers: list[pool.Response]) -> None:
        interrupt: BaseException | None = None
        with self._backend.shield():
            for answer in answers:
                try:
                    await answer.close()
                except BaseException as error:  # noqa: BLE001 - it must not leave the rest open
                    interrupt = error
        if interrupt is not None:
            raise interrupt
