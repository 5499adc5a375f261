"""One measurement in a process of its own; prints a line of JSON for each round (usually one).

    python benchmarks/worker.py --client Client --base http://localhost:8000 --requests 1000

Modes: `requests` (small ones, each with a URL of its own), `closing` (the same, but the server closes the
connection after each), `download` (the large file), `upload` (as much, from a file) and `upload pieces` (from
an iterator), `create` (opening and closing a client), `fresh` (a client for one request). `--profile`
prints where the time went.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import platform
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path

from clients import CLIENTS, Settings
from sampling import Sampler
from server import DOWNLOAD_BYTES, download_block, small_body


class Check:
    """Which URL comes next, and whether what came is the answer to it."""

    def __init__(self, base: str, http2: bool, closing: bool) -> None:
        self._base = base
        self._protocol = "HTTP/2.0" if http2 else "HTTP/1.1"
        self._folder = "/closing" if closing else ""
        self._ports: set[bytes] = set()

    def target(self, part: int, number: int) -> str:
        return f"{self._folder}/items/{part}-{number}?page={number}&fields=name,price"

    def url(self, target: str) -> str:
        return self._base + target

    def verify(self, target: str, body: bytes) -> None:
        port = body[body.rfind(b":") + 1 : -1]
        if body != small_body(target, self._protocol, port.decode()):
            raise AssertionError(f"wrong answer to {target}: {body[:200]!r}")
        self._ports.add(port)

    def connections(self) -> int:
        """Over how many connections the answers came since this was last asked."""
        ports, self._ports = self._ports, set()
        return len(ports)


class Clock:
    """Measures rounds, each when it is told to, and says what each took in a line of JSON."""

    def __init__(self, asked: argparse.Namespace, facts: dict, check: Check) -> None:
        self._asked = asked
        self._check = check
        self._facts = facts
        self._sampler = Sampler() if asked.profile else None
        self._peak: int | None = None

    def note_memory(self) -> None:
        """From now on the growth of the peak of memory is measured too."""
        expected_crc()  # which takes some, once
        try:
            Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        except OSError:
            pass
        self._peak = peak_bytes()

    def rounds(self):
        """Give the rounds one by one: what the caller does between two is what is measured.

        With `--paced` each waits for a line on stdin, so that the driver can interleave workers.
        """
        if self._asked.paced:
            print("ready", flush=True)
        while not self._asked.paced or sys.stdin.readline():
            gc.collect()
            self._check.connections()
            if self._sampler is not None:
                self._sampler.start()
            # CPU is that of the whole process, all its threads.
            wall, cpu = time.perf_counter(), time.process_time()
            yield
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if self._sampler is not None:
                self._sampler.stop()
            count = self._asked.requests
            figures = {"wall_us": wall / count * 1e6, "cpu_us": cpu / count * 1e6}
            figures["connections"] = self._check.connections()
            if self._peak is not None:
                figures["growth_mb"] = (peak_bytes() - self._peak) / 1e6
            print(json.dumps({**self._facts, "seconds": wall, **figures}), flush=True)
            if not self._asked.paced:
                break
        if self._sampler is not None:
            self._sampler.report()


def peak_bytes() -> int | None:
    """The most memory that was resident so far; None where the system does not tell."""
    # Not ru_maxrss where there is this: a process is born with that of the one which started it.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


# In threads.


def requests_in_threads(kind, settings, check, clock, asked):
    fresh = itertools.count(1000, 1000)  # parts of which no URL was asked for

    def exchanges(get, part, count):
        for number in range(count):
            target = check.target(part, number)
            check.verify(target, get(check.url(target)))

    with kind.opener(settings) as (get, _, _):
        if asked.concurrency == 1:
            exchanges(get, 0, asked.warm_up)
            for _ in clock.rounds():
                exchanges(get, next(fresh), asked.requests)
            return
        with ThreadPoolExecutor(asked.concurrency) as threads:
            together = threading.Barrier(asked.concurrency)

            def run(first, count):
                def part(number):
                    together.wait()  # so that each part has a thread, and a connection
                    exchanges(get, first + number, count // asked.concurrency)

                list(threads.map(part, range(asked.concurrency)))

            exchanges(get, 0, 1)  # if it is HTTP/2 that the server speaks, the others know it
            run(0, asked.warm_up)
            for _ in clock.rounds():
                run(next(fresh), asked.requests)


def download_in_threads(kind, settings, check, clock, asked):
    target = check.target(0, 0)
    with kind.opener(settings) as (get, pieces, _):
        check.verify(target, get(check.url(target)))
        clock.note_memory()
        total = Sum()
        for piece in pieces(asked.base + "/download"):
            total.add(piece)
        total.verify()
        for _ in clock.rounds():
            size = 0
            for _ in range(asked.requests):
                for piece in pieces(asked.base + "/download"):
                    size += len(piece)
            verify_size(size, asked.requests)


def upload_in_threads(kind, settings, check, clock, asked):
    def upload(path):
        if asked.mode == "upload":
            with asked.file.open("rb") as file:
                return put(asked.base + path, file, DOWNLOAD_BYTES)
        return put(asked.base + path, upload_pieces(), DOWNLOAD_BYTES)

    with kind.opener(settings) as (_, _, put):
        put(asked.base + "/upload", iter([b"x"]), 1)
        clock.note_memory()
        verify_upload(upload("/check"), expected_crc())
        for _ in clock.rounds():
            for _ in range(asked.requests):
                verify_upload(upload("/upload"), 0)


def create_in_threads(kind, settings, check, clock, asked):
    def create(count):
        for number in range(count):
            with kind.opener(settings) as (get, _, _):
                if asked.mode == "fresh":
                    target = check.target(0, number)
                    check.verify(target, get(check.url(target)))

    create(asked.warm_up)
    for _ in clock.rounds():
        create(asked.requests)


# In event loops.


async def requests_in_tasks(kind, settings, check, clock, asked):
    fresh = itertools.count(1000, 1000)  # parts of which no URL was asked for

    async def exchanges(get, part, count):
        for number in range(count):
            target = check.target(part, number)
            check.verify(target, await get(check.url(target)))

    async with kind.opener(settings) as (get, _, _):

        async def run(first, count):
            parts = range(first, first + asked.concurrency)
            share = count // asked.concurrency
            if asked.concurrency == 1:
                await exchanges(get, first, count)
            elif kind.world == "trio":
                import trio

                async with trio.open_nursery() as nursery:
                    for part in parts:
                        nursery.start_soon(exchanges, get, part, share)
            else:
                await asyncio.gather(*(exchanges(get, part, share) for part in parts))

        await exchanges(get, 0, 1)  # if it is HTTP/2 that the server speaks, the others know it
        await run(0, asked.warm_up)
        for _ in clock.rounds():
            await run(next(fresh), asked.requests)


async def download_in_tasks(kind, settings, check, clock, asked):
    target = check.target(0, 0)
    async with kind.opener(settings) as (get, pieces, _):
        check.verify(target, await get(check.url(target)))
        clock.note_memory()
        total = Sum()
        async for piece in pieces(asked.base + "/download"):
            total.add(piece)
        total.verify()
        for _ in clock.rounds():
            size = 0
            for _ in range(asked.requests):
                async for piece in pieces(asked.base + "/download"):
                    size += len(piece)
            verify_size(size, asked.requests)


async def upload_in_tasks(kind, settings, check, clock, asked):
    async def later(pieces):
        for piece in pieces:
            yield piece

    async def upload(path):
        if asked.mode == "upload":
            with asked.file.open("rb") as file:
                return await put(asked.base + path, file, DOWNLOAD_BYTES)
        return await put(asked.base + path, later(upload_pieces()), DOWNLOAD_BYTES)

    async with kind.opener(settings) as (_, _, put):
        await put(asked.base + "/upload", later([b"x"]), 1)
        clock.note_memory()
        verify_upload(await upload("/check"), expected_crc())
        for _ in clock.rounds():
            for _ in range(asked.requests):
                verify_upload(await upload("/upload"), 0)


async def create_in_tasks(kind, settings, check, clock, asked):
    async def create(count):
        for number in range(count):
            async with kind.opener(settings) as (get, _, _):
                if asked.mode == "fresh":
                    target = check.target(0, number)
                    check.verify(target, await get(check.url(target)))

    await create(asked.warm_up)
    for _ in clock.rounds():
        await create(asked.requests)


class Sum:
    """Sums up a download as it comes."""

    def __init__(self) -> None:
        self._size = 0
        self._crc = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)

    def verify(self) -> None:
        verify_size(self._size, 1)
        if self._crc != expected_crc():
            raise AssertionError("the download is not what was sent")


@cache
def expected_crc() -> int:
    crc = 0
    for piece in upload_pieces():
        crc = zlib.crc32(piece, crc)
    return crc


def upload_pieces():
    """The bytes of the large file, as an iterator over pieces of some 64 KB."""
    block = download_block()
    size = len(block) // 16
    pieces = [block[at : at + size] for at in range(0, len(block), size)]
    for _ in range(DOWNLOAD_BYTES // len(block)):
        yield from pieces


def verify_upload(said: bytes, crc: int) -> None:
    if said != b"%d %d" % (DOWNLOAD_BYTES, crc):
        raise AssertionError(f"the sink received something else: {said[:200]!r}")


def verify_size(size: int, downloads: int) -> None:
    if size != DOWNLOAD_BYTES * downloads:
        raise AssertionError(f"{downloads} downloads gave {size} bytes")


IN_THREADS = {
    "requests": requests_in_threads,
    "closing": requests_in_threads,
    "download": download_in_threads,
    "upload": upload_in_threads,
    "upload pieces": upload_in_threads,
    "create": create_in_threads,
    "fresh": create_in_threads,
}
IN_TASKS = {
    "requests": requests_in_tasks,
    "closing": requests_in_tasks,
    "download": download_in_tasks,
    "upload": upload_in_tasks,
    "upload pieces": upload_in_tasks,
    "create": create_in_tasks,
    "fresh": create_in_tasks,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", choices=CLIENTS, required=True)
    parser.add_argument("--mode", choices=IN_THREADS, default="requests")
    parser.add_argument("--base", required=True, help="such as http://localhost:8000")
    parser.add_argument("--ca", help="certificates to trust; without it the client's own default")
    parser.add_argument("--http2", action="store_true", help="the client may speak HTTP/2")
    parser.add_argument("--file", type=Path, help="the large file, for uploads")
    parser.add_argument("--requests", type=int, default=1000, help="how many are measured")
    parser.add_argument("--warm-up", type=int, default=100, help="how many come before")
    parser.add_argument("--concurrency", type=int, default=1, help="threads or tasks")
    parser.add_argument("--paced", action="store_true", help="a round for each line on stdin")
    parser.add_argument("--profile", action="store_true", help="print where the time went")
    asked = parser.parse_args()
    asked.requests -= asked.requests % asked.concurrency
    asked.warm_up = max(asked.warm_up - asked.warm_up % asked.concurrency, asked.concurrency)

    kind = CLIENTS[asked.client]
    facts = {
        "client": asked.client,
        "requests": asked.requests,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in kind.distributions},
    }
    check = Check(asked.base, asked.http2, asked.mode == "closing")
    clock = Clock(asked, facts, check)
    arguments = kind, Settings(asked.ca, asked.http2), check, clock, asked
    if kind.world == "threads":
        IN_THREADS[asked.mode](*arguments)
    elif kind.world == "trio":
        import trio

        trio.run(IN_TASKS[asked.mode], *arguments)
    elif kind.world == "uvloop":
        import uvloop

        uvloop.run(IN_TASKS[asked.mode](*arguments))
    else:
        asyncio.run(IN_TASKS[asked.mode](*arguments))


if __name__ == "__main__":
    main()
