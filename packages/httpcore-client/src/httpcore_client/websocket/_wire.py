"""Who reads and who writes on the connection of a WebSocket, and who waits.

There is no task in the background. Whoever waits for something (a message, a pong, the end) reads for all who
wait, and hands the role on. Whoever writes holds `writing`; what is to be said beside messages (a pong, a
Close) leaves with the next write of anybody, or by the one who reads as soon as the server takes it: to wait
for that is to go on reading, as a server that takes nothing may be waiting for just that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from ._state import State

__all__ = ["Wire"]

_READ_BYTES = 256 * 1024
_PIECE_BYTES = 256 * 1024  # of a message, in one write that the server may interrupt
_LOOK_SECONDS = 0.05  # how often who reads looks whether the server takes an answer now
_ANSWER_SECONDS = 10.0  # most that one may take that the server seemed to take


class Wire:
    """The connection of one WebSocket.

    Args:
        stream: what is behind the handshake.
        backend: the world that it belongs to.
        state: what has come and is to be said.
        write_timeout: seconds in which the server must take something; None for no limit.

    Attributes:
        lock: is held around every use of the state.
        writing: is held by who writes.
    """

    def __init__(
        self,
        stream: pool.NetworkStream,
        backend: pool.Backend,
        state: State,
        write_timeout: float | None,
    ) -> None:
        self.lock: AbstractContextManager[object] = backend.lock()
        self.writing: pool.Mutex = pool.Mutex(backend)
        self._stream = stream
        self._backend = backend
        self._state = state
        self._write_timeout = write_timeout
        self._reading = False
        self._waiting: list[pool.Event] = []

    # Waiting and reading.

    async def turn(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until `ready()`, reading for everybody if nobody does; return whether it is."""
        now = self._backend.now
        end = None if timeout is None else now() + timeout
        left = timeout
        while True:
            event: pool.Event | None = None
            with self.lock:
                if ready():
                    return True
                if self._reading or self._state.is_full:
                    event = self._backend.event()
                    self._waiting.append(event)
                else:
                    self._reading = True
            if event is None:
                goes_on = await self._read(left)
            else:
                goes_on = await self._wait(event, left)
            if not goes_on:
                with self.lock:
                    return ready()
            if end is not None:
                left = max(0.0, end - now())

    async def _wait(self, event: pool.Event, left: float | None) -> bool:
        came = False
        try:
            came = await event.wait(left)
        finally:
            if not came:
                with self.lock:
                    if event in self._waiting:
                        self._waiting.remove(event)
                    elif not self._reading:
                        self.wake()  # the role may have been handed to us just now
        return came

    async def _read(self, left: float | None) -> bool:
        """Read once as the reader (`_reading` is set for us); return False if nothing came in time."""
        patience = self._state.patience
        wait = left
        if patience is not None and (left is None or patience <= left):
            wait = patience
        if self._speaks and (wait is None or wait > _LOOK_SECONDS):
            wait = _LOOK_SECONDS
        goes_on = await self._take_in(self._stream.read(_READ_BYTES, wait), wait)
        await self.answer()
        return goes_on or wait != left

    async def _take_in(self, reading: Awaitable[bytes | None], wait: float | None) -> bool:
        """Read, end the reader's role, and wake those who wait; return whether anything has happened."""
        data: bytes | None = None
        failure: BaseException | None = None
        late = False
        try:
            data = await reading
        except pool.ReadTimeout:
            late = True
        except pool.HTTPError as error:
            failure = error
        except BaseException as error:
            if not _is_cancellation(error):
                failure = error  # what had come may be lost with it
            raise
        finally:
            with self.lock:
                self._reading = False
                if failure is not None:
                    eof = isinstance(failure, pool.HTTPError)
                    self._state.lose(_lost(failure), failure, eof=eof)
                elif data is not None:
                    self._state.receive(data)
                elif late:
                    self._state.wait(wait or 0.0)
                self.wake()
        return not late

    def wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            event.set()

    async def look(self) -> None:
        """Take in what is there, if nobody reads: who only sends has to answer pings, too."""
        with self.lock:
            if not (self._may_read and self._stream.is_readable()):
                return
            self._reading = True
        await self._take_in(self._stream.read_available(_READ_BYTES), None)

    @property
    def _may_read(self) -> bool:
        state = self._state
        return not (self._reading or state.is_full or state.end is not None)

    # Writing.

    async def write(self, frame: Callable[[], bytes]) -> None:
        """Write a frame, and behind it what else is to be said."""
        limit = self._write_timeout
        if not await self.writing.acquire(limit):
            raise pool.WriteTimeout(
                f"another message was still being sent after {limit:g} s", limit
            ).about(self._state.request)
        try:
            with self.lock:
                self._state.check_open()
            data = frame()
            with self.lock:
                data += self._state.due()
            try:
                await self._send(data, limit)
            except BaseException as error:
                await self._lose(error)  # a frame may be torn
                if isinstance(error, pool.HTTPError):
                    raise self._state.closed() from error
                raise
        finally:
            self.writing.release()

    async def _send(self, data: bytes, limit: float | None) -> None:
        """Send it all, and take in what the server says meanwhile: it may take nothing before."""
        now = self._backend.now
        at, left, since = 0, limit, now()
        while at < len(data):
            if not self._may_read:  # somebody else does, or may not either
                await self._stream.write(data[at:], left)
                return
            try:
                taken = await self._stream.write_some(data[at : at + _PIECE_BYTES], left)
            except pool.WriteTimeout as error:
                raise _nothing_taken(limit) from error
            at += taken
            if taken:
                since = now()
            if at < len(data):
                await self.look()
                if limit is not None and (left := limit - (now() - since)) <= 0:
                    raise _nothing_taken(limit)

    async def _write_due(self) -> bool:
        """Write what is to be said beside messages, unless somebody writes; return whether that was done.

        A connection that takes it no more is lost.
        """
        if not await self.writing.acquire(0.0):
            return False
        try:
            with self.lock:
                due = self._state.due()
            with self._backend.shield():  # so that no frame is torn
                await self._stream.write(due, _ANSWER_SECONDS)
        except BaseException as error:
            # Not by a cancellation: that write was shielded, or queued whole.
            if not _is_cancellation(error):
                await self._lose(error)
            if not isinstance(error, pool.HTTPError):
                raise
        finally:
            self.writing.release()
        return True

    async def answer(self) -> None:
        """Say what is to be said, if the server takes it now; who writes just then does so afterwards."""
        while self._speaks and self._stream.is_writable() and await self._write_due():
            pass  # there may be more to say meanwhile
        if self._state.broken:
            await self.drop()

    @property
    def _speaks(self) -> bool:
        return self._state.speaks and not self._state.eof

    async def _lose(self, error: BaseException) -> None:
        with self.lock:
            self._state.lose(_lost(error), error)
        await self.drop()

    async def drop(self) -> None:
        """Close the connection; what waits learns it."""
        with self.lock:
            self._state.lose("it was closed here")
            self.wake()
        with self._backend.shield():
            await self._stream.close()


def _nothing_taken(limit: float | None) -> pool.WriteTimeout:
    within = "in time" if limit is None else f"for {limit:g} s"
    return pool.WriteTimeout(f"the server took nothing {within}", limit)


def _lost(error: BaseException) -> str:
    why = error.message if isinstance(error, pool.HTTPError) else "it was interrupted"
    return f"the connection was lost: {why}"


def _is_cancellation(error: BaseException) -> bool:
    """Whether a task was cancelled; an interrupt may come anywhere."""
    return not isinstance(error, (Exception, KeyboardInterrupt, SystemExit))
