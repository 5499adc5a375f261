"""Moving the octets of an HTTP/2 connection: who reads, who writes, who waits.

There is no reading task. Whoever needs news becomes the reader, has the protocol file what comes for
everybody, and hands the role on when it has what it needs. The protocol is touched only under `lock`,
without an await inside; frames leave in the order in which it made them, because `flush` takes them out
while it holds `_writing`.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from .._driver import Mutex
from .._errors import HTTPError, ReadError, ReadTimeout, WriteError, WriteTimeout
from .._until import Until, anew

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .._config import HTTP2Settings
    from ..backends.base import Backend, Event, NetworkStream
    from ._http2_protocol import Protocol
    from ._http2_receiver import Receiver
    from ._http2_streams import News

__all__ = ["Wire"]

_READ_BYTES = 256 * 1024
# In one call: no more than one piece of `TLSStream`, so that a cancellation leaves no doubt what was sent.
_WRITE_BYTES = 256 * 1024
_LOOK_SECONDS = 0.01  # after which a writer looks again whether the server takes more
_FAREWELL_SECONDS = 0.5  # most that RST_STREAM or GOAWAY may wait for a full socket buffer


class Wire:
    """The stream of one connection and its roles.

    Args:
        stream: connected, TLS done.
        backend: the world that it belongs to.
        protocol: what is to be sent.
        receiver: what the octets that come mean.
        settings: when a silent server is asked for a sign of life.

    Attributes:
        lock: is held around every use of the protocol.
        on_resize: is called when the server has changed how many streams it allows.
        heard: how many times a frame came that was whole.
    """

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        protocol: Protocol,
        receiver: Receiver,
        settings: HTTP2Settings,
    ) -> None:
        self.stream: NetworkStream = stream
        self.lock: AbstractContextManager[object] = backend.lock()
        self.on_resize: Callable[[], None] | None = None
        self.heard: int = 0
        self._backend = backend
        self._protocol = protocol
        self._receiver = receiver
        self._settings = settings
        self._writing = Mutex(backend)
        self._rest = b""  # taken out of the protocol, and not written yet
        self._waiting: dict[News, None] = {}  # those that wait for the reader, first come first
        self._reading = False
        self._heard_by_writer: Event | None = None  # what wakes a writer when somebody has read

    # Writing.

    async def flush(self, timeout: float | None) -> None:
        """Send what the protocol has queued.

        Who only has something to say beside (`answer`) does not wait for a write of another, which may
        take long: whoever writes looks again, after it has let go, whether there is more.

        A write is shielded from cancellation, so that no frame is torn and the other streams go on. One
        without a limit can't be, since nothing else would end it: to cancel that ends the connection.

        Raises:
            WriteError: the connection is dead now.
            WriteTimeout: the server took nothing in time; the rest leaves with the next flush.
        """
        while True:
            await self._flush_once(anew(timeout))
            if not self._speaks or self._writing.is_held:
                return

    @property
    def _speaks(self) -> bool:
        return bool(self._rest or self._protocol.speaks)

    async def _flush_once(self, timeout: float | None) -> None:
        if timeout is not None and timeout <= 0:
            # One request has no time left: that is nothing to the others. What is queued leaves with theirs.
            raise WriteTimeout("no time left to write", timeout)
        if not await self._writing.acquire(timeout):
            raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)
        try:
            if not self._rest:
                # What was left when a write was cancelled comes first, and by itself: it may begin inside a
                # frame, and a stream that has taken a part of it wants to see the same piece again.
                with self.lock:
                    self._rest = self._protocol.take()
            if self._rest:
                with self._backend.shield() if timeout is not None else nullcontext():
                    await self._write(timeout)
        except WriteTimeout:
            # The limit of one request says nothing to the others: who comes next goes on where this left off.
            with self.lock:
                self._protocol.drain()
            raise
        except WriteError as error:
            try:
                await self._hear_out()
            finally:
                await self._break(error)
            raise
        except BaseException as error:
            # A frame may be torn. Not by a cancellation: that write was shielded, or queued whole.
            if timeout is None or not _is_cancellation(error):
                await self._break(WriteError("a write was interrupted"))
            raise
        finally:
            self._writing.release()

    async def _write(self, timeout: float | None) -> None:
        """Write, and read where the server has to be heard before it takes more."""
        now = self._backend.now
        left, since = timeout, now()
        while rest := self._rest:
            piece = rest if len(rest) <= _WRITE_BYTES else rest[:_WRITE_BYTES]
            try:
                # Always this one: over TLS a record that was begun has to be ended by the same call.
                taken = await self.stream.write_some(piece, left)
            except WriteTimeout as error:
                self._rest = rest[error.taken :]
                raise
            except BaseException as error:
                if _is_cancellation(error):
                    self._rest = rest[len(piece) :]
                raise
            self._rest = rest[taken:]
            if taken < len(piece):
                await self._hear()
            time = now()
            if taken:
                since = time
            left = anew(timeout, time - since)
            if self._rest and left is not None and left <= 0:
                raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)

    async def _hear(self) -> None:
        """The server speaks while we write: take in what it says, or let the one who reads do so."""
        event: Event | None = None
        with self.lock:
            if self._reading:
                self._heard_by_writer = event = self._backend.event()
        if event is not None:
            # That one may have taken it in just now, and wait for more.
            await event.wait(_LOOK_SECONDS)
        else:
            await self._take_in()
        if self._protocol.failure is not None:
            raise WriteError(self._protocol.failure.message)

    async def _hear_out(self) -> None:
        """The server takes nothing more: what it has said before may be answers, or tell why."""
        end = self._backend.now() + _FAREWELL_SECONDS
        while self._backend.now() < end and self.stream.is_readable():
            try:
                await self._hear()
            except WriteError:
                break

    async def _break(self, error: WriteError) -> None:
        """The connection is dead, also for the one who waits for the server at this moment."""
        with self.lock:
            self._protocol.fail(error)
            self._rest = b""
        with self._backend.shield():
            await self.stream.close()

    async def answer(self) -> None:
        """Send what is queued beside any request, if the server takes it in a short time."""
        if self._speaks and not self._writing.is_held:
            try:
                now = self._backend.now
                with self._backend.shield():
                    await self.flush(Until(now() + _FAREWELL_SECONDS, now))
            except HTTPError:
                pass

    # Reading.

    async def turn(self, news: News, timeout: float | None) -> None:
        """Wait until something of this changes, reading for everybody if nobody does.

        Raises:
            TransportError: it, or the connection, failed.
            ReadTimeout: nothing of it changed within `timeout` seconds.
        """
        end = None if timeout is None else self._backend.now() + timeout
        while True:
            left = None if end is None else end - self._backend.now()
            with self.lock:
                if news.changed or news.failure is not None:
                    news.changed = False
                    if not self._reading:
                        self._hand_on()
                    if news.failure is not None:
                        raise news.failure
                    return
                event: Event | None = None
                if self._reading:
                    news.waiter = event = self._backend.event()
                    self._waiting[news] = None
                else:
                    self._reading = news.reads = True
            if event is None:
                try:
                    await self._read(news, left)
                except ReadTimeout:
                    # What was left of the limit says nothing to the caller.
                    raise _nothing_came(timeout) from None
            elif not await self._wait(news, event, left):
                raise _nothing_came(timeout)

    async def _wait(self, news: News, event: Event, left: float | None) -> bool:
        came = False
        try:
            came = await event.wait(None if left is None else max(0.0, left))
        finally:
            with self.lock:
                self._waiting.pop(news, None)
                news.waiter = None
                if not came and not self._reading:
                    self._hand_on()  # the role may have been handed to us just now
        return came or news.changed

    async def _read(self, news: News, timeout: float | None) -> None:
        """Read once as the reader (`_reading` is set for us), file what came, end the role."""
        data: bytes | None = None
        failure: ReadError | None = None
        try:
            if self._settings.ping_after is None:
                data = await self.stream.read(_READ_BYTES, timeout)
            else:
                data = await self._read_or_ping(timeout, self._settings.ping_after)
        except ReadError as error:
            failure = error
        except BaseException as error:
            failure = _interrupted(error)
            raise
        finally:
            self._file(data, failure, news)
        await self._reply(timeout)

    async def _read_or_ping(self, timeout: float | None, after: float) -> bytes:
        """Read; ask a server that is silent for a sign of life (RFC 9113 6.7)."""
        now, patience = self._backend.now, self._settings.ping_timeout
        began = now()
        end = None if timeout is None else began + timeout
        due, asked = began + after, False
        while True:
            until = due if end is None else min(due, end)
            try:
                return await self.stream.read(_READ_BYTES, max(0.0, until - now()))
            except ReadTimeout:
                if end is not None and now() >= end:
                    raise
                if asked:
                    raise ReadError(f"the server answered no PING for {patience:g} s") from None
                with self.lock:
                    self._protocol.ping()
                await self.flush(patience)
                due, asked = now() + patience, True

    async def look(self) -> bool:
        """Take in what is there already, if nobody reads; return whether there was anything."""
        if self._reading or not self.stream.is_readable():
            return False
        await self._take_in()
        await self.answer()
        return True

    async def _take_in(self) -> None:
        with self.lock:
            if self._reading:
                return
            self._reading = True
        data: bytes | None = None
        failure: ReadError | None = None
        try:
            data = await self.stream.read_available(_READ_BYTES)
        except ReadError as error:
            failure = error
        except BaseException as error:
            failure = _interrupted(error)
            raise
        finally:
            self._file(data, failure)

    def _file(
        self, data: bytes | None, failure: ReadError | None, news: News | None = None
    ) -> None:
        """Have the protocol file what came, and end the reader's role."""
        protocol = self._protocol
        with self.lock:
            self._reading = False
            if news is not None:
                news.reads = False
            if self._heard_by_writer is not None:
                self._heard_by_writer.set()
                self._heard_by_writer = None
            if failure is not None:
                protocol.fail(failure)
            elif data is not None:
                self.heard += self._receiver.receive(data)
            # Whoever has news is awake. If we do not go on, one of the others must read.
            if data is None or news is None or news.changed:
                self._hand_on()
            resized, protocol.resized = protocol.resized, False
        if resized and self.on_resize is not None:
            self.on_resize()

    async def _reply(self, timeout: float | None) -> None:
        """Send what the protocol has to say to what came."""
        if self._speaks and not self._writing.is_held:
            try:
                await self.flush(timeout)
            except (WriteError, WriteTimeout):
                pass  # each stream has learnt it, unless it failed before

    def _hand_on(self) -> None:
        """Wake one of those who wait without news: it becomes the reader."""
        for news in self._waiting:
            if not news.changed and news.waiter is not None:
                news.waiter.set()
                return

    async def close(self) -> None:
        """Close the stream; what runs fails."""
        with self.lock:
            self._protocol.fail(ReadError("the connection was closed here"))
        await self.stream.close()

    def wake_a_reader(self) -> None:
        """Called by who stops waiting, under the lock: if nobody reads, somebody else has to."""
        if not self._reading:
            self._hand_on()


def _nothing_came(timeout: float | None) -> ReadTimeout:
    # The same words as the backends': it is the same thing to the caller.
    within = "in time" if timeout is None else f"for {timeout:g} s"
    return ReadTimeout(f"the server sent nothing {within}", timeout)


def _interrupted(error: BaseException) -> ReadError | None:
    """What an interrupt of a read does to the connection: octets that had come may be lost with it."""
    if isinstance(error, Exception) or _is_cancellation(error):
        return None
    return ReadError("a read was interrupted")


def _is_cancellation(error: BaseException) -> bool:
    """Whether a task was cancelled; an interrupt may come anywhere."""
    return not isinstance(error, (Exception, KeyboardInterrupt, SystemExit))
