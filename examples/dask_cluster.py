"""One client in each worker of a Dask cluster (package `distributed`).

    python examples/dask_cluster.py https://www.example.org/a https://www.example.org/b

A client pickles as what it was made with, and its cookies; its connections stay behind. As an argument of a
task it is unpickled for each task, and so dials for each. A plugin is unpickled once in each worker, in those
that join later, too, and is told when the worker ends. It costs one client for each worker, whose threads
share it. Credentials travel with it, in the clear unless the cluster speaks TLS.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any

import distributed

from httpcore_client import SyncClient

dask: Any = distributed  # whose types are too incomplete for strict checkers


class OwnClient(distributed.WorkerPlugin):
    """Keeps a client in each worker."""

    name = "http"

    def __init__(self, client: SyncClient) -> None:
        self.client = client

    def teardown(self, worker: object) -> None:
        """Called when the worker ends."""
        self.client.close()


def fetch(url: str) -> tuple[int, int, int]:
    """Return the worker's process, the status, and how many connections the worker has opened so far."""
    client: SyncClient = dask.get_worker().plugins[OwnClient.name].client
    return os.getpid(), client.get(url).status_code, client.connections_opened


def fetch_all(cluster: Any, client: SyncClient, urls: Sequence[str]) -> list[tuple[int, int, int]]:
    """Fetch on all workers of a cluster, a `distributed.Client`."""
    cluster.register_plugin(OwnClient(client))
    # Not pure: to fetch a URL again is to ask again.
    found: list[tuple[int, int, int]] = cluster.gather(cluster.map(fetch, urls, pure=False))
    return found


if __name__ == "__main__":
    workers = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with (
        dask.LocalCluster(**workers, host="127.0.0.1", dashboard_address=None) as local,
        dask.Client(local) as cluster,
        SyncClient(timeout=10, headers={"X-App": "demo"}) as shipped,
    ):
        for process, status, opened in fetch_all(cluster, shipped, sys.argv[1:]):
            print(process, status, opened)
