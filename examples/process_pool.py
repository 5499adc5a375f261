"""One client in each worker of a process pool.

    python examples/process_pool.py https://www.example.org/a https://www.example.org/b

A client pickles as what it was made with, and its cookies; its connections stay behind. So it can be sent
to workers, but each time that one is unpickled, a new pool begins: who sends it along with every task pays
for a connection (and TLS) with every task. Even with a server on the same machine a request takes over four
times as long then; far away it is three or more ways there and back. `fetch_all` sends it once to each
worker. `fetch_all_dialling` is the shorter way, good enough for few and long tasks.
"""

import atexit
import multiprocessing
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

from httpcore_client import SyncClient

# Spawned workers share nothing with their parent. Forked ones may have the parent's client, too: a client
# forgets its connections in the child. But a fork copies one thread out of many, and their locks.
SPAWN = multiprocessing.get_context("spawn")

_client: SyncClient  # of a worker


def keep(client: SyncClient) -> None:
    """Called once in each worker."""
    global _client
    _client = client
    atexit.register(client.close)


def fetch(url: str) -> tuple[int, int]:
    """Return the status, and how many connections this worker has opened so far."""
    response = _client.get(url)
    return response.status_code, _client.connections_opened


def fetch_all(client: SyncClient, urls: Iterable[str], workers: int = 2) -> list[tuple[int, int]]:
    """Fetch with a client for each worker, over one connection for each worker and origin."""
    with ProcessPoolExecutor(workers, SPAWN, keep, (client,)) as executor:
        return list(executor.map(fetch, urls))


def fetch_dialling(client: SyncClient, url: str) -> tuple[int, int]:
    """The same with a client that came along with the task, and goes with it."""
    with client:
        return client.get(url).status_code, client.connections_opened


def fetch_all_dialling(
    client: SyncClient, urls: Iterable[str], workers: int = 2
) -> list[tuple[int, int]]:
    """Fetch with a client for each task, over one connection for each task."""
    with ProcessPoolExecutor(workers, SPAWN) as executor:
        return list(executor.map(fetch_dialling, repeat(client), urls))


if __name__ == "__main__":
    with SyncClient(timeout=10, headers={"X-App": "demo"}) as shipped:
        print("kept:", fetch_all(shipped, sys.argv[1:]))
        print("dialled:", fetch_all_dialling(shipped, sys.argv[1:]))
