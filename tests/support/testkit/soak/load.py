"""The process of one world: workers that send what `plan` says, and write down what came of it.

A line for each request, in JSON: its number, start, end and outcome, with status or error, and what is
wrong. The outcomes are "answered" (rightly), "left" (closed early, right so far), "cut off" (by the caller),
"failed" (with an error of ours) and "wrong". Other lines are samples, and what Python or a loop complains of.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import sys
import threading
import time
import traceback
import warnings

import trio

import httpcore_client as httpcore
from testkit.churn import LIMITS
from testkit.soak import watch
from testkit.soak.answers import judged
from testkit.soak.clients import PATIENCE_SECONDS, Clients
from testkit.soak.plan import Plan
from testkit.worlds import WORLDS

_STALLED_SECONDS = 0.4  # for what will not
_SETTLING_SECONDS = 5
_PIECE = 30_000
_COUNTED = ("descriptors", "threads", "tasks")
_OF_POOLS = ("open", "in_use", "queued", "opened", "reused", "requests")


async def _blocking_sleep(seconds):
    time.sleep(seconds)


_SLEEPS = {"asyncio": asyncio.sleep, "trio": trio.sleep, "threads": _blocking_sleep}


class Load:
    """All workers of a world.

    Args:
        world: of `testkit.worlds`.
        out: where lines are written.
        seed, first, count: what is sent: so many requests, with the numbers from the first on.
        workers: how many send at once.
        pause: seconds between two requests of a worker, on average.
        every: seconds between two samples.
        where: the bundle and URLs, for `Clients`.
    """

    def __init__(self, world, out, *, seed, first, count, workers, pause, every, where):
        self.world = world
        self._out = out
        self._seed = seed
        self._numbers = iter(range(first, first + count) if count else itertools.count(first))
        self._workers = workers
        self._pause = pause
        self._every = every
        self._where = where
        self._sleep = _SLEEPS[world.name]
        self._lock = threading.Lock()
        self._running = {}  # when the request of each worker began
        self._left = workers
        self._issued = 0
        self.stopping = False

    def write(self, **line):
        text = json.dumps(line)
        with self._lock:
            print(text, file=self._out)

    def complain(self, text):
        self.write(complaint=text)

    async def run(self):
        """Work until there are no more numbers, or until told to stop."""
        self._begun = self._sample()
        clients = self._clients = Clients(self.world, *self._where)
        jobs = [lambda n=n: self._work(f"{self.world.name}-{n}") for n in range(self._workers)]
        await self.world.gather(self._watch, *jobs)
        await self._settle(self._is_quiet, "requests that are over hold connections")
        await clients.close()
        await self._settle(self._is_as_before, "left behind")
        self.write(ended=True, issued=self._issued, **self._sample())

    async def _settle(self, met, complaint):
        end = time.monotonic() + _SETTLING_SECONDS
        while not await met():
            if time.monotonic() > end:
                pools = [f"{each.open}/{each.in_use}" for each in await self._clients.stats()]
                self.complain(f"{complaint}: {self._sample()}, at first {self._begun}; {pools}")
                return
            await self._sleep(0.05)

    async def _is_quiet(self):
        counts = await self._clients.stats()
        return not any(each.in_use or each.connecting or each.queued for each in counts)

    async def _is_as_before(self):
        now = self._sample()
        return all(now[name] <= self._begun[name] for name in _COUNTED)

    # Samples.

    def _sample(self):
        found = watch.sample()
        if self.world.name == "asyncio":
            found["tasks"] = len(asyncio.all_tasks())
        elif self.world.name == "trio":
            found["tasks"] = trio.lowlevel.current_statistics().tasks_living
        else:
            found["tasks"] = 1
        return found

    async def _watch(self):
        while self._left:
            now = time.monotonic()
            oldest = max((now - begun for begun in list(self._running.values())), default=0)
            counts = await self._clients.stats()
            pools = {name: sum(getattr(each, name) for each in counts) for name in _OF_POOLS}
            self.write(sample=True, at=now, oldest=round(oldest, 1), **pools, **self._sample())
            end = now + self._every
            while self._left and time.monotonic() < end:
                await self._sleep(0.1)

    # Work.

    async def _work(self, name):
        chance = random.Random(f"{self._seed} {name}")
        twins = {}
        try:
            while not self.stopping and (number := self._next()) is not None:
                await self._one(Plan(self._seed, number), name, twins)
                if self._pause:
                    await self._sleep(chance.expovariate(1 / self._pause))
        finally:
            with self._lock:
                self._left -= 1

    def _next(self):
        with self._lock:
            number = next(self._numbers, None)
            self._issued += number is not None
            return number

    async def _one(self, plan, name, twins):
        start = self._running[name] = time.monotonic()
        outcome, detail = "wrong", {}
        try:
            async with LIMITS[self.world.name](self._seconds(plan)) as options:
                outcome, detail = await self._send(plan, name, twins, options)
        except (TimeoutError, trio.TooSlowError, httpcore.HTTPError) as error:
            ours = isinstance(error, httpcore.HTTPError)
            cut = plan.manner == "cut" and (not ours or isinstance(error, httpcore.TotalTimeout))
            outcome = "cut off" if cut else "failed" if ours else "wrong"
            detail = {"error": type(error).__name__, "text": str(error)[:300]}
            if outcome == "failed" and f"/{plan.number}/" not in str(error.url):
                outcome = "wrong"
        except Exception:
            detail = {"text": traceback.format_exc()[-2000:]}
        del self._running[name]
        self.write(number=plan.number, start=start, end=time.monotonic(), outcome=outcome, **detail)

    @staticmethod
    def _seconds(plan):
        return plan.seconds if plan.manner == "cut" else None

    async def _send(self, plan, name, twins, options):
        which = plan.route, plan.retries
        url = f"{self._clients.urls[plan.route]}/{plan.number}/0"
        options = {**self._options(plan), "timeout": self._timeout(plan, options)}
        if plan.fresh:
            async with self._clients.make(plan.route) as client:
                return await self._take(plan, client, url, name, options)
        if which not in twins:
            twins[which] = self._clients.twin(plan.route, name, retries=plan.retries)
        return await self._take(plan, twins[which], url, name, options)

    @staticmethod
    def _timeout(plan, options):
        """The limits of a request; `options` has that of the world of threads, which can't be cut off."""
        patience = PATIENCE_SECONDS
        return httpcore.Timeout(
            connect=patience,
            read=_STALLED_SECONDS if plan.stalls else patience,
            write=patience,
            pool=patience,
            total=options["timeout"].total if options else None,
        )

    @staticmethod
    def _options(plan):
        if plan.upload is None:
            return {}
        content = plan.content
        if plan.pieces:
            starts = range(0, len(content), _PIECE)
            content = iter([content[at : at + _PIECE] for at in starts])
        headers = {"Expect": "100-continue"} if plan.expects else {}
        return {"content": content, "headers": headers}

    async def _take(self, plan, client, url, name, options):
        options["headers"] = {"X-Worker": name, **options.get("headers", {})}
        if plan.manner in ("read", "cut"):
            response = await client.request(plan.method, url, **options)
            return judged(plan, response, response.content)
        async with client.stream(plan.method, url, **options) as response:
            pieces = response.stream()
            if plan.manner == "leave":
                with contextlib.suppress(StopAsyncIteration):
                    return judged(plan, response, await anext(pieces), whole=False)
            content = b"".join([piece async for piece in pieces])
            return judged(plan, response, content)


def _heed(load):
    """Note what would else only be printed; stop when whoever started us closes the other end."""

    def wait():
        os.read(0, 1)
        load.stopping = True

    warnings.simplefilter("error")
    sys.unraisablehook = lambda args: load.complain(f"{args.exc_value!r} in {args.object!r}")
    threading.excepthook = lambda args: load.complain(repr(args.exc_value))
    threading.Thread(target=wait, daemon=True).start()


async def _run(load):
    if load.world.name == "asyncio":
        handler = lambda loop, context: load.complain(str(context))  # noqa: E731
        asyncio.get_running_loop().set_exception_handler(handler)
    await load.run()


def main(name, out, **options):
    """Run the load of the world of this name."""
    world = next(each for each in WORLDS if each.name == name)
    world.patience_seconds = None
    with open(out, "w", buffering=1) as lines:
        load = Load(world, lines, **options)
        _heed(load)
        world.run(_run, load)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
