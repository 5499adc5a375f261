"""Downloads that are cancelled, and Ctrl-C: what came is kept, and nothing runs on."""

import asyncio
import itertools
import random
import resource
import signal
import threading

import pytest
import trio

import httpcore_client
from testkit.awaits import Walk
from testkit.file_server import FileServer
from testkit.stepped import Stepped

CONTENT = random.Random(1).randbytes(3 * 2**20)


class Halting:
    """Holds a server up, until it is told to go on."""

    def __init__(self, at):
        self.reached, self.go_on = threading.Event(), threading.Event()
        self._at = at

    def __call__(self, server):
        if len(server.asked) >= self._at:
            self.reached.set()
            self.go_on.wait(10)


@pytest.fixture
def server():
    with FileServer(CONTENT) as server:
        server.cuts = [1_000_000]
        yield server


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("world", ["asyncio", "trio"])
def test_what_came_before_a_cancellation_is_kept(server, tmp_path, world, connections):
    halting = server.before = Halting(1)
    how = {"trust_env": False}

    async def by_asyncio():
        async with httpcore_client.Client(**how) as client:
            fetch = client.download(server.url, tmp_path / "a", connections=connections)
            running = asyncio.create_task(fetch)
            await asyncio.to_thread(halting.reached.wait, 10)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert client.stats().in_use == 0

    async def by_trio():
        async with httpcore_client.TrioClient(**how) as client, trio.open_nursery() as nursery:
            nursery.start_soon(fetch, client)
            await trio.to_thread.run_sync(halting.reached.wait, 10)
            nursery.cancel_scope.cancel()

    async def fetch(client):
        try:
            await client.download(server.url, tmp_path / "a", connections=connections)
        finally:
            assert client.stats().in_use == 0

    asyncio.run(by_asyncio()) if world == "asyncio" else trio.run(by_trio)
    halting.go_on.set()
    assert (tmp_path / "a.part.json").exists()
    with httpcore_client.SyncClient(**how) as client:
        found = client.download(server.url, tmp_path / "a")
    assert found.resumed_from == (1_000_000 if connections == 1 else 262_144)
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_disk_that_is_full_keeps_what_it_has(run_client, server, tmp_path):
    async def scenario(client):
        return await client.download(server.url, tmp_path / "a")

    server.cuts = []
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * 2**20, before[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*/a\.part'") as caught:
            run_client(scenario)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "the same download goes on from there" in caught.value.__notes__[0]
    assert run_client(scenario).resumed_from > 0
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_ctrl_c_leaves_threads_that_write_no_more(server, tmp_path):
    server.cuts = []
    before = set(threading.enumerate())  # some wait for names to look up
    url = server.url.replace("localhost", "127.0.0.1")  # no name is looked up in a thread
    halting = server.halfway = Halting(2)

    def interrupt():
        halting.reached.wait(10)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    with httpcore_client.SyncClient(trust_env=False) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.download(url, tmp_path / "a", connections=3)
        assert "the same download goes on from there" in caught.value.__notes__[0]
        kept = (tmp_path / "a.part.json").read_bytes()
        workers = [
            each
            for each in threading.enumerate()
            # Ctrl-C may have come while one was about to start.
            if each.name == "httpcore" and each not in before and each.is_alive()
        ]
        halting.go_on.set()
        for worker in workers:
            worker.join(10)
        assert (tmp_path / "a.part.json").read_bytes() == kept
        assert client.stats().in_use == 0
        assert client.download(url, tmp_path / "a").resumed_from >= 262_144
    interrupter.join(10)
    assert (tmp_path / "a").read_bytes() == CONTENT


@pytest.mark.parametrize("world", ["asyncio", "trio"])
def test_a_cancellation_at_any_await_leaves_what_goes_on(tmp_path, world):
    content = CONTENT[:50_000]
    clients = {"asyncio": httpcore_client.Client, "trio": httpcore_client.TrioClient}

    async def fetch(walk):
        async with clients[world](trust_env=False) as client:
            walk.active = True
            try:
                await Stepped(client.download(server.url, tmp_path / "a"), walk)
            finally:
                walk.active = False
                assert client.stats().in_use == 0

    async def by_asyncio(walk):
        task = asyncio.ensure_future(fetch(walk))
        walk.act = task.cancel
        await asyncio.wait([task])

    async def by_trio(walk):
        with trio.CancelScope() as scope:
            walk.act = scope.cancel
            await fetch(walk)

    with FileServer(content) as server, httpcore_client.SyncClient(trust_env=False) as client:
        for at in itertools.count():
            walk = Walk(at)
            if world == "asyncio":
                asyncio.run(by_asyncio(walk))
            else:
                trio.run(by_trio, walk)
            there = sorted(path.name for path in tmp_path.iterdir())
            assert there in ([], ["a.part", "a.part.json"], ["a"]), str(walk)
            if there != ["a"]:
                client.download(server.url, tmp_path / "a")
            assert (tmp_path / "a").read_bytes() == content
            assert [path.name for path in tmp_path.iterdir()] == ["a"]
            if not walk.reached:
                break
            (tmp_path / "a").unlink()
    assert at > 8
