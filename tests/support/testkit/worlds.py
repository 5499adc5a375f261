"""One scenario, three worlds: asyncio, Trio and threads.

A scenario is a coroutine function over a client. In the world of threads it is given a `Lifted`
`SyncClient`, whose methods can be awaited but never suspend, so that the same lines drive it.
"""

from __future__ import annotations

import asyncio
import threading

import trio

import httpcore_client

# What a client or response gives at once, in every world.
_PLAIN = frozenset(
    {
        "build",
        "events",
        "items",
        "json",
        "map",
        "prepare_request",
        "proxy_for",
        "raise_for_status",
        "raw",
        "replace",
        "stats",
        "stream",
        "stream_lines",
        "stream_text",
        "unscoped",
        "waterfall",
        "websocket",
    }
)


class Lifted:
    """A sync object with the async interface of its twin."""

    def __init__(self, target):
        vars(self)["_target"] = target

    def __setattr__(self, name, value):
        setattr(self._target, name, value)

    def __getattr__(self, name):
        value = getattr(self._target, name)
        if not callable(value):
            return lift(value)
        if name in _PLAIN:
            return lambda *args, **kwargs: lift(value(*args, **kwargs))

        async def call(*args, **kwargs):
            return lift(value(*args, **kwargs))

        return call

    async def __aenter__(self):
        return lift(self._target.__enter__())

    async def __aexit__(self, *exc_info):
        return self._target.__exit__(*exc_info)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return next(self._target)
        except StopIteration:
            raise StopAsyncIteration from None

    def __repr__(self):
        return repr(self._target)


def lift(value):
    """Wrap what has an async twin; leave everything else."""
    if isinstance(value, tuple):
        return tuple(lift(item) for item in value)
    return Lifted(value) if type(value).__name__.startswith("Sync") else value


def drive(coroutine):
    """Run a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a scenario suspended in the world of threads")


class World:
    def run_client(self, scenario, *args, **options):
        """Run `async def scenario(client, *args)` with a client of its own, and return its result."""

        async def inside():
            async with self.client(**options) as client:
                return await scenario(client, *args)

        return self.run(inside)


class AsyncioWorld(World):
    name = "asyncio"

    def client(self, *args, **kwargs):
        return httpcore_client.Client(*args, **kwargs)

    def run(self, scenario, *args):
        return asyncio.run(scenario(*args))

    async def gather(self, *calls):
        """Run coroutine functions at once and return their results in order."""
        return await asyncio.gather(*(call() for call in calls))


class TrioWorld(World):
    name = "trio"

    def client(self, *args, **kwargs):
        return httpcore_client.TrioClient(*args, **kwargs)

    def run(self, scenario, *args):
        return trio.run(scenario, *args)

    async def gather(self, *calls):
        results = [None] * len(calls)

        async def one(index, call):
            results[index] = await call()

        async with trio.open_nursery() as nursery:
            for index, call in enumerate(calls):
                nursery.start_soon(one, index, call)
        return results


class ThreadWorld(World):
    name = "threads"
    patience_seconds = 30  # for each thread of `gather`; None for as long as it takes

    def client(self, *args, **kwargs):
        return Lifted(httpcore_client.SyncClient(*args, **kwargs))

    def run(self, scenario, *args):
        return drive(scenario(*args))

    async def gather(self, *calls):
        results = [None] * len(calls)
        errors = []

        def one(index, call):
            try:
                results[index] = drive(call())
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=one, args=item) for item in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self.patience_seconds)
        if errors:
            raise errors[0]
        return results


WORLDS = [AsyncioWorld(), TrioWorld(), ThreadWorld()]
