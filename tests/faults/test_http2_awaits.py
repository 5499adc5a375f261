"""An HTTP/2 request that is interrupted at any await, while another runs on the same connection.

The interruption comes out as itself, the server is told of what was given up, nothing of it stays in the
connection's state, and the other gets its answer, whoever was the reader.
"""

import pytest

import httpcore_client as httpcore
import httpcore_pool as pool
from testkit.awaits import WalkBackend, walk_through, walked
from testkit.faults import assert_settled, nothing_left, stats
from testkit.interrupts import check_outcome
from testkit.jobs import JOBS, get, left_early, uploading_much
from testkit.tiny import large
from testkit.tiny_h2 import Site

URL = "http://127.0.0.1"
CANCEL = 8
SMALL_WINDOWS = httpcore.HTTP2Settings(stream_window_bytes=65_535, connection_window_bytes=65_535)


async def waiting_for_credit(client, url):
    """More than two of the server's windows."""
    return (await client.put(url + "/id/123", content=bytes(150_000))).content[:3]


async def early(client, url):
    answer = await client.put(url + "/early/123", content=bytes(150_000))
    return answer.content if answer.status_code == 413 else b""


async def refused(client, url):
    return (await client.get(url + "/refused/123")).content


async def left_out(client, url):
    return (await client.get(url + "/leaving/123")).content


async def tunnelled(client, url):
    async with client.stream("CONNECT", url) as answer:
        stream = answer.network_stream
        await stream.write(b"12", 5)
        await stream.write(b"3", 5)
        found = b""
        while len(found) < 3:
            found += await stream.read(100, 5)
        return found


# Each piece of a large upload is several points: fewer will do here.
SHARED = [job for job in JOBS if job is not uploading_much]
H2_JOBS = [*SHARED, waiting_for_credit, early, refused, left_out, tunnelled]
# What a job does above TLS it does without, too: of TLS there is much written, much left and both in turn.
TLS_JOBS = [waiting_for_credit, left_early, tunnelled]


class Run:
    """One request beside another over HTTP/2, with a server in memory.

    Args:
        world, authority, walk: as in `test_awaits`.
        job: a coroutine function of client and URL.
        tls: whether HTTP/2 is agreed upon in TLS, or known to be spoken.
        most: how many streams the server allows.
    """

    def __init__(self, world, authority, walk, job, *, tls=False, most=100):
        self.world, self.walk = world, walk
        self.site = Site(most, holds=most > 1)
        context = authority.server_context(["h2"]) if tls else None
        self.backend = WalkBackend(world.name, walk, context, self.site.talk)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1"
        self._job = job
        self._options = {
            "ssl": authority.bundle,
            "backend": self.backend,
            "http1": tls,
            "http2_settings": SMALL_WINDOWS,
            # Who is left out by one connection needs another, while this one still serves.
            "pool_limits": httpcore.PoolLimits(max_connections=2 if job is left_out else 1),
        }

    async def __call__(self, check, *, first, act=None):
        """Play it; `check` is given what became of the job and of the other."""
        async with self.world.client(**self._options) as client:

            async def job():
                if self.world.name == "threads" and not first:
                    self.backend.others_wait.wait(5)
                try:
                    return await self._job(client, self.url)
                finally:
                    self.site.holds = False
                    self.backend.release()

            async def other():
                answer = await failure_or(client.get(self.url + "/held/456"))
                return getattr(answer, "content", answer)

            outcome, told = await walked(
                self.world.name, self.walk, self.backend, job, other, first=first, act=act
            )
            check(outcome, told)
            await self._check_left(client)
            answer = await client.get(self.url + "/large/789")
            assert large(b"789") == answer.content
            assert_settled(await stats(client))
        assert [] == [stream for stream in self.backend.streams if not stream.closed]

    async def _check_left(self, client):
        """Nothing of the two requests is left, here or at the server."""
        counts = await stats(client)
        assert_settled(counts)
        live = [stream for stream in self.backend.streams if not stream.closed]
        assert counts.open == len(live), str(self.walk)
        for connection in connections(client):
            check_state(connection, self.walk)
        for stream in live:
            assert {CANCEL} >= set(stream.talk.resets.values())
            assert 0 == stream.talk.open_streams, (stream.talk.requests, str(self.walk))


def connections(client):
    """The HTTP/2 connections of a client of any world."""
    pool = getattr(client, "_client", client)._pool
    return [entry.connection._inner for entry in pool._state._entries]


def check_state(connection, walk):
    """No stream is left, nobody waits, nobody has a role, everything was sent."""
    state, wire = connection.state, connection.wire
    assert ({}, {}, {}) == (state.streams, state.openers, wire._waiting), str(walk)
    assert (False, False) == (wire._reading, wire._writing.is_held), str(walk)
    if not connection.is_closed:
        assert (False, {}) == (wire._speaks, state.windows._line), str(walk)


def checks_interrupt(world, walk, *, tls=False):
    """Return the check of one run of which the job was interrupted."""
    # Who reads from TLS may have to wait until another has written its records (`TLSStream._flush`).
    moving = ("write", "read", "event.wait") if tls else ("write", "read")

    def check(outcome, told):
        check_outcome(world, walk, outcome)
        # A thread that is interrupted as it writes or reads may lose octets: that connection is over.
        moves = any(word in point for point in walk.acted for word in moving)
        torn = world.name == "threads" and moves
        if not (torn and isinstance(told, (httpcore.NetworkError, httpcore.ClosedError))):
            assert b"456" == told, str(walk)

    return check


# (job, over TLS, whether it comes first)
WAYS = [
    *[(job, False, first) for job in H2_JOBS for first in (True, False)],
    *[(job, True, True) for job in TLS_JOBS],
]


@pytest.mark.parametrize(("job", "tls", "first"), WAYS)
def test_an_interruption_at_any_call_leaves_all_in_order(world, authority, job, tls, first):
    async def run(walk):
        play = Run(world, authority, walk, job, tls=tls)
        await play(checks_interrupt(world, walk, tls=tls), first=first)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 4, "points"


@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
def test_an_interruption_where_the_server_allows_one_stream(world, authority, first):
    async def run(walk):
        play = Run(world, authority, walk, get, most=1)
        await play(checks_interrupt(world, walk), first=first)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 4, "points"


@pytest.mark.parametrize("job", [get, left_early, waiting_for_credit])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_interruptions_of_the_clean_up_too_leave_all_in_order(world, authority, job, tls):
    """From the first one on, every further call of the clean-up is interrupted as well."""

    async def run(walk):
        play = Run(world, authority, walk, job, tls=tls)
        await play(checks_interrupt(world, walk, tls=tls), first=False)

    with nothing_left():
        walk_through(world, run, again=True)


@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
def test_an_interruption_in_the_line_of_a_connection(world, authority, first):
    """Where no pool stands before it: the server allows one stream, the other waits for it."""

    async def run(walk):
        backend = WalkBackend(world.name, walk, talk=Site(most=1).talk)
        connection = pool.HTTPConnection(URL, backend, http1=False)
        await ask(connection, "1")

        async def other():
            return await failure_or(ask(connection, "456"))

        outcome, told = await walked(
            world.name, walk, backend, lambda: ask(connection, "123"), other, first=first
        )
        checks_interrupt(world, walk)(outcome, told)
        check_state(connection._inner, walk)
        if not connection.is_closed:
            assert b"789" == await ask(connection, "789")
        await connection.close()

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 3, "points"


async def ask(connection, word):
    answer = await connection.send(pool.Request("GET", f"{URL}/id/{word}"))
    return await answer.read()


async def failure_or(awaitable):
    """What this gives, or the error of ours that it ends with."""
    try:
        return await awaitable
    except httpcore.HTTPError as error:
        return error


BROKEN = (httpcore.ReadError, httpcore.WriteError, httpcore.ConnectError)


@pytest.mark.parametrize("broken", [["read"], ["write"], ["read", "write"]], ids="-".join)
@pytest.mark.parametrize("job", [get, left_early, waiting_for_credit, early, tunnelled])
def test_a_connection_that_breaks_at_any_call_leaves_all_in_order(world, authority, job, broken):
    async def run(walk):
        play = Run(world, authority, walk, job)

        def act():
            for stream in play.backend.streams:
                stream.break_off(*broken)

        def check(outcome, told):
            assert outcome == b"123" or isinstance(outcome, BROKEN), (outcome, str(walk))
            assert told == b"456" or isinstance(told, BROKEN), (told, str(walk))

        await play(check, first=False, act=act)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 4, "points"
