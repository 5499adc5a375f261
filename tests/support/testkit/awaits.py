"""A walk through every await: what happens if a request is interrupted just there?

There are two ways to reach an await, and both enumerate instead of guessing:

- `WalkBackend` stands around a world's backend, over a network in memory. Every call that may wait is a
  *point*, before and after it is carried out. It suspends there, or in threads may raise.
- `Stepped` drives a coroutine over real sockets and counts each suspension that its loop sees.

A `Walk` counts points and acts at one of them, so a test runs a scenario again and again, one point
further each time, until the scenario ends without reaching it.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import deque
from contextlib import contextmanager

import trio

from httpcore_pool import (
    AsyncioBackend,
    Backend,
    NetworkStream,
    ReadError,
    ReadTimeout,
    SyncBackend,
    TrioBackend,
    WriteError,
)
from testkit.tiny import Talk, TLSTalk
from testkit.worlds import drive

BACKENDS = {"asyncio": AsyncioBackend, "trio": TrioBackend, "threads": SyncBackend}


class Walk:
    """Counts the points of one run, and acts at one of them.

    Args:
        at: the number of the point, from 0 on.
        again: whether to act at each further point, too.

    Attributes:
        act: what to do there; set by whoever runs the walk.
        points: the names of the points passed.
        active: whether points count now.
    """

    def __init__(self, at, *, again=False):
        self.at = at
        self._again = again
        self.act = None
        self.points = []
        self.active = False

    @property
    def reached(self):
        return len(self.points) > self.at

    def pass_by(self, name):
        """Note a point; act if it is the one."""
        if not self.active:
            return
        number = len(self.points)
        self.points.append(name)
        if number == self.at or (self._again and number > self.at):
            self.act()


def walk_through(world, run, *, again=False):
    """Call `run` with a walk that acts at its first point, its second and so on; return how many."""
    for at in itertools.count():
        walk = Walk(at, again=again)
        world.run(run, walk)
        if not walk.reached:
            return at
    raise AssertionError


class WalkBackend(Backend):
    """A world's backend over servers in memory, with a point before and after each call that may wait.

    Args:
        world: "asyncio", "trio" or "threads".
        walk: what counts the points.
        context: of the server, if it speaks TLS.

    Attributes:
        streams: all connections made.
        mine: tells whether the caller is the one that is walked.
    """

    def __init__(self, world, walk, context=None):
        self._inner = BACKENDS[world]()
        self.name = world
        self.walk = walk
        self._context = context
        self.streams = []
        self._shields = 0
        self.mine = lambda: True

    async def point(self, name):
        """Suspend, or be interrupted."""
        if self.mine():
            self.walk.pass_by(f"shielded {name}" if self._shields else name)
        if self.name == "asyncio":
            await asyncio.sleep(0)
        elif self.name == "trio":
            await trio.lowlevel.checkpoint()

    async def around(self, name, call):
        """Carry a call out between two points."""
        await self.point(f"before {name}")
        result = await call()
        await self.point(f"after {name}")
        return result

    async def connect_tcp(self, host, port, timeout):
        await self.point("before connect_tcp")
        stream = _Stream(self, TLSTalk(self._context) if self._context else Talk())
        self.streams.append(stream)
        try:
            await self.point("after connect_tcp")
        except BaseException:
            stream.forget()  # nobody else knows of it
            raise
        return stream

    def event(self):
        return _Event(self, self._inner.event())

    def lock(self):
        return self._inner.lock()

    def loop(self):
        return self._inner.loop()

    @contextmanager
    def shield(self):
        with self._inner.shield():
            mine = self.mine()
            self._shields += mine
            try:
                yield
            finally:
                self._shields -= mine

    def now(self):
        return self._inner.now()


class _Event:
    def __init__(self, backend, event):
        self._backend = backend
        self._event = event
        self.set = event.set

    async def wait(self, timeout=None):
        return await self._backend.around("event.wait", lambda: self._event.wait(timeout))


class _Stream(NetworkStream):
    """A connection to a server in memory, which answers within the write."""

    def __init__(self, backend, talk):
        self._backend = backend
        self._talk = talk
        self._ready = deque()
        self.closed = False

    async def read(self, max_bytes, timeout=None):
        return await self._backend.around("read", lambda: self._read(max_bytes, timeout))

    async def _read(self, max_bytes, timeout):
        if self.closed:
            raise ReadError("the connection broke: it was closed")
        if not self._ready:
            raise ReadTimeout("nothing was sent", timeout)
        data = self._ready.popleft()
        size = min(max_bytes, max(1, len(data) - 1))  # two reads for an answer, at least
        if size < len(data):
            self._ready.appendleft(data[size:])
        return data[:size]

    async def write(self, data, timeout=None):
        await self._backend.around("write", lambda: self._write(data))

    async def _write(self, data):
        if self.closed:
            raise WriteError("the connection broke: it was closed")
        if out := self._talk.feed(bytes(data)):
            self._ready.append(out)

    async def write_some(self, data, timeout=None):
        await self._backend.around("write_some", lambda: self._write(data))
        return len(data)

    async def read_available(self, max_bytes):
        return await self._backend.around("read_available", lambda: self._peek(max_bytes))

    async def _peek(self, max_bytes):
        return await self._read(max_bytes, None) if self._ready or self.closed else None

    async def close(self):
        # As every backend does it: whatever interrupts a close, it is closed.
        try:
            await self._backend.point("before close")
        finally:
            self.closed = True
        await self._backend.point("after close")

    def forget(self):
        self.closed = True

    def is_readable(self):
        return self.closed or bool(self._ready)

    @property
    def peer(self):
        return "memory:0"


async def walked(world, walk, backend, job, other, *, first):
    """Run a job that the walk interrupts, and beside it another that must not be disturbed.

    Args:
        world: a world of `testkit.worlds`.
        walk: acts in the job.
        backend: a `WalkBackend` to tell who the job is, or None.
        job, other: coroutine functions.
        first: whether the job begins before the other does.

    Returns:
        What became of the job, its value or the exception that it ended with, and the other's value.
    """
    walk.active = True
    try:
        return await _WALKED[world](walk, backend or WalkBackend(world, walk), job, other, first)
    finally:
        walk.active = False


async def _in_asyncio(walk, backend, job, other, first):
    jobs = [job, other] if first else [other, job]
    tasks = [asyncio.create_task(call()) for call in jobs]
    mine, others = tasks if first else tasks[::-1]
    walk.act = mine.cancel
    backend.mine = lambda: asyncio.current_task() is mine
    found, told = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    return (found, told) if first else (told, found)


async def _in_trio(walk, backend, job, other, first):
    results = [None, None]
    scope = trio.CancelScope()
    walk.act = scope.cancel

    async def mine():
        task = trio.lowlevel.current_task()
        backend.mine = lambda: trio.lowlevel.current_task() is task
        try:
            with scope:
                results[0] = await job()
            if scope.cancelled_caught:
                results[0] = trio.Cancelled
        except Exception as error:
            results[0] = error

    async def others():
        results[1] = await other()

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            for call in (mine, others) if first else (others, mine):
                nursery.start_soon(call)
                await trio.lowlevel.checkpoint()
    return results


async def _in_threads(walk, backend, job, other, first):
    results = [None, None]
    here = threading.get_ident()
    backend.mine = lambda: threading.get_ident() == here

    def interrupt():
        raise KeyboardInterrupt

    def run():
        results[1] = drive(other())

    walk.act = interrupt
    thread = threading.Thread(target=run)
    if not first:
        thread.start()
    try:
        results[0] = await job()
    except BaseException as error:
        results[0] = error
    if not thread.ident:
        thread.start()
    thread.join(5)
    assert not thread.is_alive()
    return results


_WALKED = {"asyncio": _in_asyncio, "trio": _in_trio, "threads": _in_threads}


class Stepped:
    """Awaits a coroutine and makes a point of each of its suspensions.

    Args:
        coroutine: what to drive.
        walk: counts the suspensions; acts before one of them, that is while it lasts.
        late: act when the wait is over instead, and before its task goes on.
    """

    def __init__(self, coroutine, walk, *, late=False):
        self._coroutine = coroutine
        self._walk = walk
        self._late = late

    def __await__(self):
        inner = self._coroutine.__await__()
        value, error = None, None
        while True:
            try:
                trap = inner.send(value) if error is None else inner.throw(error)
            except StopIteration as stop:
                return stop.value
            value, error = None, None
            if not self._late:
                self._walk.pass_by("suspended")
            elif isinstance(trap, asyncio.Future):
                # Called before the task's own callback, which makes it go on.
                trap.add_done_callback(lambda _: self._walk.pass_by("over"))
            try:
                value = yield trap
            except BaseException as thrown:
                error = thrown
            if self._late and not isinstance(trap, asyncio.Future):
                self._walk.pass_by("over")
