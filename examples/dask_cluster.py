"""Many requests over the workers of a Dask cluster (extra `httpcore-client[dask]`).

    python examples/dask_cluster.py https://www.example.org/a https://www.example.org/b

A client pickles as what it was made with, and its cookies; its connections stay behind. `map` gives each
worker one of its own, which lives there as long as the work does, with its part of the limits. Credentials
travel with it, in the clear unless the cluster speaks TLS.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import distributed

from httpcore_client import SyncClient
from httpcore_client.bridges.dask import map as cluster_map

dask: Any = distributed  # whose types are too incomplete for strict checkers


def fetch_all(cluster: Any, client: SyncClient, urls: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Fetch on all workers of a cluster, a `distributed.Client`; yield URLs with statuses, or errors."""
    with cluster_map(cluster, urls, client=client, errors="return", partition_size=2) as results:
        for result in results:
            answer = result.error if result.response is None else result.response.status_code
            yield str(result.request), str(answer)


if __name__ == "__main__":
    here = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    with (
        dask.LocalCluster(n_workers=2, host="127.0.0.1", **here) as local,
        dask.Client(local) as cluster,
        SyncClient(timeout=10, headers={"X-App": "demo"}) as shipped,
    ):
        for url, answer in fetch_all(cluster, shipped, sys.argv[1:]):
            print(answer, url)
