"""Large and slow files: flat memory, nobody held up, and a cancel that leaves nothing half done."""

import asyncio
import io
import os
import threading
import tracemalloc

import pytest
import trio

import httpcore_client as httpcore
from testkit.peer import Peer, response

LARGE_BYTES = 64 * 1024 * 1024


class Sink(Peer):
    """Counts the octets of each request's content and answers with their number."""

    def __init__(self):
        super().__init__(self.swallow)

    def swallow(self, connection):
        buffer = bytearray(64 * 1024)
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(64 * 1024)
        head, _, rest = head.partition(b"\r\n\r\n")
        (length,) = (
            int(line[15:]) for line in head.split(b"\r\n") if line[:14] == b"Content-Length"
        )
        count = len(rest)
        while count < length:
            count += connection.recv_into(buffer)
        connection.sendall(response(b"%d" % count))


@pytest.mark.parametrize("kind", ["plain", "multipart", "progress"])
def test_a_large_file_is_sent_in_flat_memory(run_client, tmp_path, kind):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(LARGE_BYTES)

    async def scenario(client):
        with path.open("rb") as file:
            options = {
                "plain": {"content": file},
                "multipart": {"data": {"a": "1"}, "files": {"f": file}},
                "progress": {"content": file, "upload_progress": lambda sent, total: None},
            }
            tracemalloc.start()
            try:
                answer = await client.post(sink.url, **options[kind])
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        return int(answer.content), peak

    with Sink() as sink:
        count, peak = run_client(scenario)
    assert 0 <= count - LARGE_BYTES < 1000
    assert peak < LARGE_BYTES / 8


class SlowFile(io.FileIO):
    """A file on a disk that takes its time: the first read waits until it is let go."""

    def __init__(self, path):
        super().__init__(path)
        self.begun = threading.Event()
        self.go = threading.Event()

    def read(self, size=-1):
        self.begun.set()
        assert self.go.wait(10)
        return super().read(size)


@pytest.fixture
def slow(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with SlowFile(path) as file:
        yield file


def test_a_read_from_a_slow_disk_holds_up_nobody_else(run, world, slow):
    async def scenario(client, base):
        await client.get(base + "/")  # over HTTP/2 a new connection is for one until it settles

        async def upload():
            return (await client.post(base + "/echo", content=slow)).json()["body"]

        async def meanwhile():
            answer = await client.get(base + "/")
            slow.go.set()
            return answer.text

        return await world.gather(upload, meanwhile)

    assert ["0123456789", "hello, world"] == run(scenario)


async def cancelled_in_asyncio(call, when, then):
    task = asyncio.create_task(call())
    await asyncio.to_thread(when.wait, 10)
    task.cancel()
    then()
    with pytest.raises(asyncio.CancelledError):
        await task


async def cancelled_in_trio(call, when, then):
    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        await trio.to_thread.run_sync(when.wait, 10)
        nursery.cancel_scope.cancel()
        then()


ASYNC_WORLDS = pytest.mark.parametrize(
    ("client_class", "start", "cancelled"),
    [
        (httpcore.Client, asyncio.run, cancelled_in_asyncio),
        (httpcore.TrioClient, lambda coroutine: trio.run(lambda: coroutine), cancelled_in_trio),
    ],
    ids=["asyncio", "trio"],
)


@ASYNC_WORLDS
def test_a_file_is_sent_whole_after_a_cancel_in_the_middle_of_a_read(
    origin, slow, client_class, start, cancelled
):
    async def scenario():
        async with client_class(trust_env=False) as client:
            request = client.build("POST", origin.plain + "/echo", content=slow)
            await cancelled(lambda: client.send(request), slow.begun, slow.go.set)
            return (await client.send(request)).json()["body"]

    assert "0123456789" == start(scenario())


@ASYNC_WORLDS
def test_a_silent_pipe_holds_up_no_cancel_and_is_not_sent_again(
    origin, client_class, start, cancelled
):
    begun = threading.Event()

    class Pipe(io.FileIO):
        def read(self, size=-1):
            begun.set()
            return super().read(size)

    reading, writing = os.pipe()

    async def scenario():
        with Pipe(reading) as pipe:
            async with client_class(trust_env=False) as client:
                request = client.build("POST", origin.plain + "/echo", content=pipe)
                await cancelled(lambda: client.send(request), begun, lambda: None)
                with pytest.raises(httpcore.BodyNotReplayable, match="a Pipe, was used already"):
                    await client.send(request)
            os.close(writing)  # lets the thread go, that still waits for it

    start(scenario())


def test_an_answer_that_comes_early_closes_the_generator(run_client):
    ended = []

    def endless():
        try:
            while True:
                yield b"a" * 100_000
        finally:
            ended.append(True)

    def early(connection):
        connection.recv(1000)
        connection.sendall(response(b"", "413 Content Too Large", b"Connection: close"))
        while connection.recv(64 * 1024):
            pass

    async def scenario(client):
        answer = await client.post(peer.url, content=endless())
        return answer.status_code, ended

    with Peer(early) as peer:
        assert (413, [True]) == run_client(scenario)
