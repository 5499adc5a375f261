"""Many requests at once, of all kinds, many of them cut off at random: `Churn` knows what each must give."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading

import trio

import httpcore_client as httpcore
from testkit.faults import stats
from testkit.tiny import large

SEED = 20261107
BROKEN = (httpcore.RemoteProtocolError, httpcore.ReadError)


class Churn:
    """Requests of all kinds, each of which knows its answer.

    Attributes:
        wrong: what came that should not have.
        counts: how many requests ended how.
        most: the most connections that were open at once.
    """

    KINDS = (
        "id",
        "id",
        "id",
        "chunked",
        "slow",
        "slow",
        "to",
        "upload",
        "left",
        "cut",
        "reset",
        "large",
    )

    def __init__(self, client, url, requests):
        self._client = client
        self._url = url
        self._numbers = iter(range(100_000, 100_000 + requests))
        self._lock = threading.Lock()
        self.wrong = []
        self.counts = {"answered": 0, "broken": 0, "cut off": 0}
        self.most = 0

    def _next(self):
        with self._lock:
            return next(self._numbers, None)

    def _count(self, how):
        with self._lock:
            self.counts[how] += 1

    async def work(self, number, limited):
        """Ask until no number is left; `limited` makes a block that may end too soon."""
        chance = random.Random(SEED + number)
        while (number := self._next()) is not None:
            kind = chance.choice(self.KINDS)
            seconds = chance.uniform(0, 0.006) if chance.random() < 0.3 else None
            try:
                async with limited(seconds) as options:
                    await self._ask(kind, str(number), options)
                    continue
            except (TimeoutError, trio.TooSlowError) as error:  # ours are a TimeoutError too
                if seconds is None:
                    self.wrong.append((kind, number, error))
            self._count("cut off")

    async def _ask(self, kind, word, options):
        try:
            found = await getattr(self, f"_{kind}", self._plain)(kind, word, options)
        except BROKEN:
            self._count("broken")
            if kind not in ("cut", "reset"):
                self.wrong.append((kind, word, "broken"))
            return
        self._count("answered")
        expected = large(word.encode()) if kind == "large" else word.encode()
        if found != expected:
            self.wrong.append((kind, word, found))
        self.most = max(self.most, (await stats(self._client)).open)

    async def _plain(self, kind, word, options):
        return (await self._client.get(f"{self._url}/{kind}/{word}", **options)).content

    async def _upload(self, kind, word, options):
        url = f"{self._url}/id/{word}"
        answer = await self._client.put(url, content=iter([b"up", b"load"]), **options)
        return answer.content.removesuffix(b" upload")

    async def _left(self, kind, word, options):
        async with self._client.stream("GET", f"{self._url}/large/{word}", **options) as answer:
            return (await anext(answer.stream()))[: len(word)]


# How a world cuts a request off.


@contextlib.asynccontextmanager
async def asyncio_limit(seconds):
    async with asyncio.timeout(seconds):
        yield {}


@contextlib.asynccontextmanager
async def trio_limit(seconds):
    with trio.fail_after(float("inf") if seconds is None else seconds):
        yield {}


@contextlib.asynccontextmanager
async def total_limit(seconds):
    yield {"timeout": httpcore.Timeout(total=seconds)}


LIMITS = {"asyncio": asyncio_limit, "trio": trio_limit, "threads": total_limit}
