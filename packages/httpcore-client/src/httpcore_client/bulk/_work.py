"""What the workers of a bulk run share: whose turn it is, how far they may run ahead, what they found.

A worker takes one request, carries it out, files what came of it, and takes the next. The first begins alone;
who takes a request while there may be more workers starts another. They take in turn, so that the source
is asked for one at a time, and not before there is room for what it gives.

Work knows nothing of HTTP, and no world but by `Backend` and `Tasks`. Workers hold it, and it holds nothing
of the iterator that the caller has: when that is dropped its finaliser ends the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._siblings import pool
from ._source import END, End, Source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..backends import Tasks

__all__ = ["Work"]

G = TypeVar("G")
R = TypeVar("R")

_AHEAD = 2  # times the concurrency: requests under way, and results that wait, together
_LOOK_SECONDS = 1.0  # how soon a thread sees that a finaliser, which wakes nobody, has ended it


class Work(Generic[G, R]):
    """Requests from a source, and what came of them.

    Args:
        backend: the world.
        source: where requests come from.
        carry_out: is given how many came before, and a request; what it raises ends the work.
        concurrency: how many may be under way.
        ordered: whether what came of them is handed out in the order of the source.
    """

    def __init__(
        self,
        backend: pool.Backend,
        source: Source[G],
        carry_out: Callable[[int, G], Awaitable[R]],
        *,
        concurrency: int,
        ordered: bool,
    ) -> None:
        self._backend = backend
        self._source = source
        self._carry_out = carry_out
        self._workers_left = concurrency
        self._most_ahead = _AHEAD * concurrency
        self._ordered = ordered
        self._turn = pool.Mutex(backend)  # to take from the source, and to start another worker
        self._reading = pool.Mutex(backend)  # to take what was found
        self._lock = backend.lock()  # around all that follows
        self._begun = self._under_way = self._filed = self._handed_out = 0
        self._found: dict[int, R] = {}  # by the number under which it is handed out
        self._room: pool.Event | None = None  # who has the turn waits for it
        self._news: list[pool.Event] = []  # who reads, and who closes, wait for them
        self._exhausted = False  # the source has nothing more,
        self._source_error: Exception | None = None  # since this happened
        self._failure: BaseException | None = None  # of a worker
        self._is_begun = self._stopped = False

    def begin(self, tasks: Tasks) -> None:
        """Start a worker, which starts others as there is work for them. Again does nothing.

        Raises:
            OSError: there is no thread to be had.
        """
        with self._lock:
            if self._is_begun:
                return
            self._is_begun = True
        self._start_worker(tasks)

    async def next(self) -> R | End:
        """Return what came of a request: of the next one, or the next that is done; `END` after all.

        Cancelling loses nothing.

        Raises:
            Exception: the source raised it, after what it had given before. Or a worker did.
        """
        await self._reading.acquire(None)
        try:
            while True:
                with self._lock:
                    if self._is_next_known():
                        return self._hand_out()
                    news = self._next_news()
                await news.wait()
        finally:
            self._reading.release()

    def stop(self) -> None:
        """Take no more from the source, and forget what was found."""
        with self._lock:
            self._stopped = True
            self._found.clear()
            if self._room is not None:
                self._room.set()
            self._tell()

    def abandon(self) -> None:
        """Stop; for finalisers, which take no locks."""
        self._stopped = True

    async def settled(self) -> None:
        """Wait, after `stop`, until no request is under way any more."""
        while True:
            with self._lock:
                if not self._under_way:
                    return
                news = self._next_news()
            await news.wait()

    def _next_news(self) -> pool.Event:
        self._news.append(news := self._backend.event())
        return news

    def _is_next_known(self) -> bool:
        return (
            self._stopped
            or self._failure is not None
            or self._handed_out in self._found
            or (self._exhausted and self._handed_out == self._begun)
        )

    def _hand_out(self) -> R | End:
        if self._stopped:
            return END
        if self._failure is not None:
            raise self._failure
        if self._handed_out not in self._found:
            if self._source_error is not None:
                raise self._source_error
            return END
        found = self._found.pop(self._handed_out)
        self._handed_out += 1
        if self._room is not None:
            self._room.set()
        return found

    def _start_worker(self, tasks: Tasks) -> None:
        self._workers_left -= 1
        tasks.start(self._run, tasks)

    async def _run(self, tasks: Tasks) -> None:
        """Be a worker."""
        try:
            while not isinstance(taken := await self._take(tasks), End):
                await self._work_on(*taken)
        except Exception as error:  # noqa: BLE001 - whoever iterates gets it
            self._fail(error)
        except BaseException as error:
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failure = error
            self._tell()

    async def _take(self, tasks: Tasks) -> tuple[int, G] | End:
        """Take a request from the source, and have another worker come for the next one."""
        while not await self._turn.acquire(_LOOK_SECONDS):
            if self._stopped:  # and the source may never give anything
                return END
        try:
            if not await self._has_room():
                return END
            try:
                given = await self._source.take()
            except Exception as error:  # noqa: BLE001 - whoever iterates gets it, in its place
                self._source_error, given = error, END
            if self._workers_left and not isinstance(given, End):
                self._start_worker(tasks)
            with self._lock:
                if isinstance(given, End) or self._stopped:  # while the source was asked
                    self._exhausted = True
                    self._tell()
                    return END
                index = self._begun
                self._begun += 1
                self._under_way += 1
            return index, given
        finally:
            self._turn.release()

    async def _has_room(self) -> bool:
        """Wait until one more request may be begun; return False if none may ever."""
        while True:
            with self._lock:
                if self._stopped or self._exhausted:
                    return False
                if self._begun - self._handed_out < self._most_ahead:
                    return True
                self._room = room = self._backend.event()
            await room.wait(_LOOK_SECONDS)

    async def _work_on(self, index: int, request: G) -> None:
        found: list[R] = []
        try:
            found.append(await self._carry_out(index, request))
        finally:
            with self._lock:
                self._under_way -= 1
                if found and not self._stopped:
                    number = index if self._ordered else self._filed
                    self._filed += 1
                    self._found[number] = found[0]
                self._tell()

    def _tell(self) -> None:
        if self._is_next_known():
            for news in self._news:
                news.set()
            self._news.clear()

    def __repr__(self) -> str:
        return f"{self._under_way} under way, {len(self._found)} waiting, {self._handed_out} handed out"
