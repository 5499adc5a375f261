"""A job for a Dask cluster: fetch many URLs on its workers, and report (extra `httpcore-client[dask]`).

    python examples/dask_job.py < urls.txt
    python examples/dask_job.py --scheduler tcp://10.0.0.5:8786 < urls.txt

Without a scheduler it starts a cluster here. Writes a line of JSON for each URL, in their order.

A client pickles as what it was made with, and its cookies; its connections stay behind. `map` gives each
worker one of its own, which lives there as long as the work does, with its part of the limits. Credentials
travel with it, in the clear unless the cluster speaks TLS.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import distributed

from httpcore_client import SyncClient
from httpcore_client.bridges.dask import map as cluster_map

dask: Any = distributed  # whose types are too incomplete for strict checkers


def fetch_all(
    cluster: Any, client: SyncClient, urls: Iterable[str], *, partition_size: int = 50
) -> Iterator[dict[str, Any]]:
    """Fetch on all workers of a cluster, a `distributed.Client`; yield what became of each URL."""
    with cluster_map(
        cluster, urls, client=client, errors="return", partition_size=partition_size
    ) as results:
        for result in results:
            url, response = str(result.request), result.response
            if response is None:
                yield {"url": url, "error": str(result.error)}
            else:
                yield {"url": url, "status": response.status_code, "size": len(response.content)}


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetch URLs, a line each, on a Dask cluster.")
    parser.add_argument("--scheduler", help="its address; else a cluster of two workers is started")
    arguments = parser.parse_args()
    here = {"dashboard_address": "127.0.0.1:0", "worker_dashboard_address": "127.0.0.1:0"}
    urls = [line.strip() for line in sys.stdin if line.strip()]
    with SyncClient(timeout=10, headers={"X-App": "demo"}) as client:
        if arguments.scheduler:
            with dask.Client(arguments.scheduler) as cluster:
                report(fetch_all(cluster, client, urls))
        else:
            with (
                dask.LocalCluster(n_workers=2, host="127.0.0.1", **here) as local,
                dask.Client(local) as cluster,
            ):
                report(fetch_all(cluster, client, urls, partition_size=2))


def report(results: Iterable[dict[str, Any]]) -> None:
    for result in results:
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
