"""One measurement in a process of its own; prints a line of JSON for each round (usually one).

    python benchmarks/worker.py --client Client --base http://localhost:8000 --requests 1000

Modes: `requests` (small ones, each with a URL of its own), `download` (the large file), `create` (opening
and closing a client), `fresh` (a client for one request). `--profile` also prints where the time went.
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
from importlib.metadata import version

from clients import CLIENTS, Settings
from server import DOWNLOAD_BYTES, small_body

_PROFILE_LINES = 25


class Check:
    """Which URL comes next, and whether what came is the answer to it."""

    def __init__(self, base: str, http2: bool) -> None:
        self._base = base
        self._protocol = "HTTP/2.0" if http2 else "HTTP/1.1"

    def target(self, part: int, number: int) -> str:
        return f"/items/{part}-{number}?page={number}&fields=name,price"

    def url(self, target: str) -> str:
        return self._base + target

    def verify(self, target: str, body: bytes) -> None:
        if body != small_body(target, self._protocol):
            raise AssertionError(f"wrong answer to {target}: {body[:200]!r}")


class Clock:
    """Measures rounds, each when it is told to, and says what each took in a line of JSON."""

    def __init__(self, asked: argparse.Namespace, facts: dict) -> None:
        self._asked = asked
        self._facts = facts
        self._profile = None
        if asked.profile:
            import cProfile

            self._profile = cProfile.Profile()

    def rounds(self):
        """Give the rounds one by one: what the caller does between two is what is measured.

        With `--paced` each waits for a line on stdin, so that the driver can interleave workers.
        """
        if self._asked.paced:
            print("ready", flush=True)
        while not self._asked.paced or sys.stdin.readline():
            gc.collect()
            if self._profile is not None:
                self._profile.enable()
            # CPU is that of the whole process, all its threads.
            wall, cpu = time.perf_counter(), time.process_time()
            yield
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if self._profile is not None:
                self._profile.disable()
            count = self._asked.requests
            figures = {"wall_us": wall / count * 1e6, "cpu_us": cpu / count * 1e6}
            print(json.dumps({**self._facts, "seconds": wall, **figures}), flush=True)
            if not self._asked.paced:
                break
        if self._profile is not None:
            import pstats

            shown = pstats.Stats(self._profile, stream=sys.stderr)
            shown.sort_stats("tottime").print_stats(_PROFILE_LINES)


# In threads.


def requests_in_threads(kind, settings, check, clock, asked):
    fresh = itertools.count(1000, 1000)  # parts of which no URL was asked for

    def exchanges(get, part, count):
        for number in range(count):
            target = check.target(part, number)
            check.verify(target, get(check.url(target)))

    with kind.opener(settings) as (get, _):
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

            run(0, asked.warm_up)
            for _ in clock.rounds():
                run(next(fresh), asked.requests)


def download_in_threads(kind, settings, check, clock, asked):
    with kind.opener(settings) as (_, pieces):
        verify_download(list(pieces(asked.base + "/download")))
        for _ in clock.rounds():
            size = 0
            for _ in range(asked.requests):
                for piece in pieces(asked.base + "/download"):
                    size += len(piece)
            verify_size(size, asked.requests)


def create_in_threads(kind, settings, check, clock, asked):
    def create(count):
        for number in range(count):
            with kind.opener(settings) as (get, _):
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

    async with kind.opener(settings) as (get, _):

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

        await run(0, asked.warm_up)
        for _ in clock.rounds():
            await run(next(fresh), asked.requests)


async def download_in_tasks(kind, settings, check, clock, asked):
    async with kind.opener(settings) as (_, pieces):
        verify_download([piece async for piece in pieces(asked.base + "/download")])
        for _ in clock.rounds():
            size = 0
            for _ in range(asked.requests):
                async for piece in pieces(asked.base + "/download"):
                    size += len(piece)
            verify_size(size, asked.requests)


async def create_in_tasks(kind, settings, check, clock, asked):
    async def create(count):
        for number in range(count):
            async with kind.opener(settings) as (get, _):
                if asked.mode == "fresh":
                    target = check.target(0, number)
                    check.verify(target, await get(check.url(target)))

    await create(asked.warm_up)
    for _ in clock.rounds():
        await create(asked.requests)


def verify_download(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    block = b"".join(number.to_bytes(4, "big") for number in range(250_000))
    expected = 0
    for _ in range(DOWNLOAD_BYTES // len(block)):
        expected = zlib.crc32(block, expected)
    if len(body) != DOWNLOAD_BYTES or zlib.crc32(body) != expected:
        raise AssertionError(f"the download is not what was sent: {len(body)} bytes")


def verify_size(size: int, downloads: int) -> None:
    if size != DOWNLOAD_BYTES * downloads:
        raise AssertionError(f"{downloads} downloads gave {size} bytes")


IN_THREADS = {
    "requests": requests_in_threads,
    "download": download_in_threads,
    "create": create_in_threads,
    "fresh": create_in_threads,
}
IN_TASKS = {
    "requests": requests_in_tasks,
    "download": download_in_tasks,
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
    parser.add_argument("--requests", type=int, default=1000, help="how many are measured")
    parser.add_argument("--warm-up", type=int, default=100, help="how many come before")
    parser.add_argument("--concurrency", type=int, default=1, help="threads or tasks")
    parser.add_argument("--paced", action="store_true", help="a round for each line on stdin")
    parser.add_argument("--profile", action="store_true", help="print a profile to stderr")
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
    clock = Clock(asked, facts)
    arguments = kind, Settings(asked.ca, asked.http2), Check(asked.base, asked.http2), clock, asked
    if kind.world == "threads":
        IN_THREADS[asked.mode](*arguments)
    elif kind.world == "trio":
        import trio

        trio.run(IN_TASKS[asked.mode], *arguments)
    else:
        asyncio.run(IN_TASKS[asked.mode](*arguments))


if __name__ == "__main__":
    main()
