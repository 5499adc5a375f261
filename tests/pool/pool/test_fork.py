"""A forked child has connections of its own; the parent's go on undisturbed."""

import asyncio
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from httpcore_pool import ConnectionPool, HTTPConnection, Request, ScriptedBackend, run_sync
from httpcore_pool.pool import _fork

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

# How each world gets something, forks, and gets the same again three times. The child has a loop of its own.
RUNS = {
    "threads": """
Backend, there = httpcore_pool.SyncBackend, run_sync
def main():
    first = run_sync(get())
    with pool._lock:  # another thread of the parent might hold it
        fork(first)
    return [first, *(run_sync(get()) for _ in range(3))]
""",
    "asyncio": """
import asyncio
Backend, there = httpcore_pool.AsyncioBackend, asyncio.run
def main():
    with asyncio.Runner() as runner:
        first = runner.run(get())
        fork(first)
        bodies = [first, *(runner.run(get()) for _ in range(3))]
        runner.run(pool.close())
        return bodies
""",
    "asyncio-inside": """
import asyncio
Backend, there = httpcore_pool.AsyncioBackend, asyncio.run
def main():
    async def run():
        first = await get()
        fork(first)
        bodies = [first, *[await get() for _ in range(3)]]
        await pool.close()
        return bodies
    return asyncio.run(run())
""",
    "trio": """
import warnings
import trio
Backend = httpcore_pool.TrioBackend
def there(coroutine):
    warnings.simplefilter("ignore", RuntimeWarning)  # the child still has the parent's signal handling
    async def run():
        return await coroutine
    return trio.run(run)
def main():
    async def run():
        first = await get()
        await trio.to_thread.run_sync(fork, first)  # the child has no running loop in this thread
        bodies = [first, *[await get() for _ in range(3)]]
        await pool.close()
        return bodies
    return trio.run(run)
""",
}

PROGRAM = """
import os, sys, traceback
import httpcore_pool
from httpcore_pool import ConnectionPool, Request, Timeout, run_sync
url, bundle, http2, run = sys.argv[1:]
exec(run)
pool = ConnectionPool(Backend(), ssl=bundle, http2=bool(http2), timeout=Timeout(5, 5, 5, 5))

async def get():
    return await (await pool.send(Request("GET", url))).read()

async def child():
    body = await get()
    now = pool.stats()
    await pool.close()
    return body, now.closed["forked"], now.opened

def fork(first):
    number = os.fork()
    if number == 0:
        try:
            result = there(child())
            assert result == (first, 1, 2), result
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(number, 0)
    assert status == 0, status

first, *others = main()
assert others == [first] * 3
assert pool.stats().opened == 1, pool.stats()
run_sync(pool.close())
print(first.decode())
"""


def forks(url, bundle, run, *, http2=False):
    arguments = [url, str(bundle), "yes" if http2 else "", run]
    # Newer Pythons deprecate forking where there are threads, which is what is tested.
    warnings = ["-Werror::ResourceWarning", "-Wignore::DeprecationWarning"]
    done = subprocess.run(
        [sys.executable, *warnings, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("tls", [False, True])
def test_a_child_has_its_own_connections_and_leaves_the_parents_alone(
    peer, handlers, authority, run, tls
):
    server = peer(handlers.replies(*[OK] * 9), context=authority.server_context() if tls else None)
    assert ("hello", "") == forks(server.url, authority.bundle, run)
    assert 2 == server.accepted


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_child_leaves_the_parents_http_2_alone(origin, run):
    assert ("hello, world", "") == forks(origin.tls, origin.authority.bundle, run, http2=True)


def test_each_pool_is_told_of_a_fork_while_it_is_there():
    pool = ConnectionPool(ScriptedBackend())
    assert pool in _fork.pools
    run_sync(pool.close())


def test_every_pool_is_told(monkeypatch):
    pools = [ConnectionPool(ScriptedBackend([OK], [OK])) for _ in range(2)]
    monkeypatch.setattr(_fork, "pools", set(pools))

    async def get(pool):
        return await (await pool.send(Request("GET", "http://example.org/"))).read()

    for pool in pools:
        run_sync(get(pool))
    _fork.at_fork()
    assert [(0, 1)] * 2 == [(now.open, now.closed["forked"]) for now in map(stats, pools)]
    for pool in pools:
        assert pool.backend.streams[0].closed
        assert b"hello" == run_sync(get(pool))
        run_sync(pool.close())


def stats(pool):
    return pool.stats()


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_what_is_open_at_a_fork_is_forgotten(world, pool_of, origin, scheme):
    url = getattr(origin, scheme)

    async def scenario():
        pool = pool_of(world)
        response = await pool.send(Request("GET", f"{url}/stall"))
        await (await pool.send(Request("GET", f"{url}/echo"))).read()
        pool._forked()
        with pytest.raises(Exception, match="connection"):
            await response.read()
        body = await (await pool.send(Request("GET", url))).read()
        now = pool.stats()
        await pool.close()
        return body, now.open, now.idle, now.closed["forked"] > 0

    assert (b"hello, world", 1, 1, True) == world.run(scenario)


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_forgetting_a_connection_again_does_nothing(world, pool_of, origin, scheme):
    async def scenario():
        async with pool_of(world) as pool:
            await pool.warm(getattr(origin, scheme))
            (entry,) = pool._state._entries
            for _ in range(2):
                entry.connection.forget()
            await entry.connection.close()
            return entry.connection.is_closed, await entry.connection.is_stale()

    assert (True, True) == world.run(scenario)


def test_a_connection_that_was_not_dialled_is_forgotten_too():
    connection = HTTPConnection("http://example.org/", ScriptedBackend())
    connection.forget()
    assert connection.is_closed


# What asyncio's streams do in a child, seen from here: they believe that they are the parent's.


async def stream_of_the_parent(origin, pool):
    await (await pool.send(Request("GET", origin.plain))).read()
    (entry,) = pool._state._entries
    stream = entry.connection._inner.stream
    stream._pid = -1
    return stream


def test_a_child_closes_its_copy_of_the_socket_only(origin, pool_of, world):
    if world.name != "asyncio":
        return

    async def scenario():
        async with pool_of(world) as pool:
            stream = await stream_of_the_parent(origin, pool)
            sock = stream._transport._sock
            twin = os.dup(sock.fileno())  # the parent's
            asyncio.get_running_loop().remove_reader(twin)
            stream._loop._remove_reader(sock.fileno())
            pool._forked()
            closed = sock.fileno()
            stream.forget()
            await stream.close()
            os.write(twin, b"GET /")  # a shutdown would have ended this one too
            os.close(twin)
            return closed

    assert -1 == world.run(scenario)


def test_a_transport_that_hides_its_socket_keeps_a_number_that_leads_nowhere(
    origin, pool_of, world
):
    if world.name != "asyncio":
        return

    async def scenario():
        async with pool_of(world) as pool:
            stream = await stream_of_the_parent(origin, pool)
            transport = stream._transport
            sock = transport._sock
            stream._transport = types.SimpleNamespace(
                get_extra_info=transport.get_extra_info, is_closing=lambda: True
            )
            stream._loop._remove_reader(sock.fileno())
            pool._forked()
            leads = os.fstat(sock.fileno()).st_rdev == Path(os.devnull).stat().st_rdev
            stream._transport = transport
            stream._pid = os.getpid()
            await stream.close()
            return leads

    assert world.run(scenario)
