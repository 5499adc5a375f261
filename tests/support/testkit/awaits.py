"""A walk through every await: what happens if a request is interrupted just there?

There are two ways to reach an await, and both enumerate instead of guessing:

- `WalkBackend` stands around a world's backend, over a network in memory. Every call that may wait is a
  *point*, before and after it is carried out. It suspends there, or in threads may raise.
- `testkit.stepped` drives a coroutine over real sockets and counts each suspension that its loop sees.

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

    @property
    def acted(self):
        """The points that something happened at."""
        return self.points[self.at :] if self._again else self.points[self.at : self.at + 1]

    def __str__(self):
        return f"at {self.at} of {', '.join(self.points)}"

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
        talk: makes the server's side of a connection.

    Attributes:
        inner: the world's own backend.
        streams: all connections made.
        mine: tells whether the caller is the one that is walked.
        others_wait: set when somebody else waits.
    """

    def __init__(self, world, walk, context=None, talk=Talk):
        self.inner = BACKENDS[world]()
        self.name = world
        self.walk = walk
        self._context = context
        self._talk = talk
        self.streams = []
        self._shields = 0
        self.mine = lambda: True
        self.others_wait = threading.Event()

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

    async def resolve(self, host, timeout):
        async def found():
            return ["127.0.0.1"]

        return await self.around("resolve", found)

    async def wrap_socket(self, sock):
        raise NotImplementedError("its servers have no sockets")

    async def call_within(self, timeout, function, *args):
        return await self.inner.call_within(timeout, function, *args)

    async def connect_tcp(self, addresses, timeout, how=None):
        await self.point("before connect_tcp")
        talk = self._talk()
        stream = _Stream(self, talk, TLSTalk(self._context, talk) if self._context else talk)
        self.streams.append(stream)
        try:
            await self.point("after connect_tcp")
        except BaseException:
            stream.forget()  # nobody else knows of it
            raise
        return stream

    def event(self):
        return _Event(self, self.inner.event())

    async def wait(self, event, timeout):
        """Wait for an event of the world's own, which is no point."""
        if not self.mine():
            self.others_wait.set()
        return await event.wait(timeout)

    def release(self):
        """Have the servers answer what they hold back (HTTP/2)."""
        for stream in self.streams:
            stream.release()

    def lock(self):
        return self.inner.lock()

    def loop(self):
        return self.inner.loop()

    @contextmanager
    def shield(self):
        with self.inner.shield():
            mine = self.mine()
            self._shields += mine
            try:
                yield
            finally:
                self._shields -= mine

    def now(self):
        return self.inner.now()


class _Event:
    def __init__(self, backend, event):
        self._backend = backend
        self._event = event
        self.set = event.set

    async def wait(self, timeout=None):
        wait = self._backend.wait
        return await self._backend.around("event.wait", lambda: wait(self._event, timeout))


class _Stream(NetworkStream):
    """A connection to a server in memory, which answers within the write.

    Attributes:
        talk: the server's side.
        closed: whether the client has closed it.
        broken: the names of the calls that fail from now on.
    """

    def __init__(self, backend, talk, wire):
        self._backend = backend
        self.talk = talk
        self._wire = wire  # the same, behind TLS perhaps
        self._feeding = threading.Lock()
        self._ready = deque()
        self._reader = None
        self.closed = False
        self.broken = ()

    async def read(self, max_bytes, timeout=None):
        # asyncio's streams suspend only where nothing is there.
        if not (self._backend.name == "asyncio" and self._ready):
            await self._backend.point("before read")
            await self._wait_for_some(timeout)
            # Whoever is interrupted loses no octets.
            await self._backend.point("in read")
        self._check("read", ReadError)
        data = self._ready.popleft()
        size = min(max_bytes, max(1, len(data) - 1))  # two reads for an answer, at least
        if size < len(data):
            self._ready.appendleft(data[size:])
        return data[:size]

    async def _wait_for_some(self, timeout):
        while not self._ready:
            self._reader = event = self._backend.inner.event()
            self._check("read", ReadError)
            if not self._ready and not await self._backend.wait(event, timeout):
                raise ReadTimeout("nothing was sent", timeout)

    def _check(self, call, error):
        if self.closed or call in self.broken:
            raise error("the connection broke: it was closed")

    async def write(self, data, timeout=None):
        await self._send("write", data)

    async def write_some(self, data, timeout=None):
        if self._backend.name == "asyncio" and self._ready:
            return 0
        await self._send("write_some", data)
        return len(data)

    async def _send(self, name, data):
        if self._backend.name == "asyncio":
            # It queues all of it before it suspends for the first time.
            await self._write(data)
            await self._backend.point(f"in {name}")
        else:
            await self._backend.around(name, lambda: self._write(data))

    async def _write(self, data):
        self._check("write", WriteError)
        with self._feeding:
            self._answer(self._wire.feed(bytes(data)))

    def release(self):
        """Have the server answer what it holds back."""
        if not self.closed:
            with self._feeding:
                self._answer(self._wire.release())

    def _answer(self, octets):
        if not octets:
            return
        if self._backend.name == "asyncio":  # a little later, so that a reader does suspend
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._arrive, octets)
        else:
            self._arrive(octets)

    def _arrive(self, octets):
        self._ready.append(octets)
        self._wake()

    def _wake(self):
        if self._reader is not None:
            self._reader.set()

    def break_off(self, *calls):
        """Have these calls fail from now on."""
        self.broken = calls
        self._wake()

    async def close(self):
        # As every backend does it: whatever interrupts a close, it is closed.
        try:
            await self._backend.point("before close")
        finally:
            self.forget()
        await self._backend.point("after close")

    def forget(self):
        self.closed = True
        self._wake()

    def is_readable(self):
        return self.closed or "read" in self.broken or bool(self._ready)

    @property
    def peer(self):
        return "memory:0"


async def walked(world, walk, backend, job, other, *, first, act=None):
    """Run a job that the walk interrupts, and beside it another that must not be disturbed.

    Args:
        world: a world of `testkit.worlds`.
        walk: acts in the job.
        backend: a `WalkBackend` to tell who the job is, or None.
        job, other: coroutine functions.
        first: whether the job begins before the other does.
        act: what happens to the job at its point, if it is not interrupted.

    Returns:
        What became of the job, its value or the exception that it ended with, and the other's value.
    """
    walk.active = True
    try:
        return await _WALKED[world](
            walk, backend or WalkBackend(world, walk), job, other, first, act
        )
    finally:
        walk.active = False


async def _in_asyncio(walk, backend, job, other, first, act):
    jobs = [job, other] if first else [other, job]
    tasks = [asyncio.create_task(call()) for call in jobs]
    mine, others = tasks if first else tasks[::-1]
    walk.act = act or mine.cancel
    backend.mine = lambda: asyncio.current_task() is mine
    found, told = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    return (found, told) if first else (told, found)


async def _in_trio(walk, backend, job, other, first, act):
    results = [None, None]
    scope = trio.CancelScope()
    walk.act = act or scope.cancel

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


async def _in_threads(walk, backend, job, other, first, act):
    results = [None, None]
    here = threading.get_ident()
    backend.mine = lambda: threading.get_ident() == here

    def interrupt():
        if not thread.ident:  # from now on it has been there before us
            thread.start()
            backend.others_wait.wait(5)
        raise KeyboardInterrupt

    def run():
        try:
            results[1] = drive(other())
        finally:
            backend.others_wait.set()

    walk.act = act or interrupt
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
