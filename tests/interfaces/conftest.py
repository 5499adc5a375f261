"""The worlds that rules are run in: each backend with what runs a coroutine over it."""

import asyncio

import pytest
import trio

from httpcore_pool import AsyncioBackend, SyncBackend, TrioBackend, run_sync

RUNS = {
    AsyncioBackend: lambda rule: asyncio.run(rule()),
    TrioBackend: trio.run,
    SyncBackend: lambda rule: run_sync(rule()),
}


@pytest.fixture(params=RUNS, ids=lambda backend: backend.name)
def world(request):
    """The class of a backend."""
    return request.param


@pytest.fixture
def run(world):
    """Run a rule in the world of the backend."""
    return RUNS[world]
