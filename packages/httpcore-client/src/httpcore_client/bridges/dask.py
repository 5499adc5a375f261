"""`map` over a Dask cluster: requests go to workers in partitions, through a client that stays in each.

    from httpcore_client.bridges.dask import map

    for response in map(dask_client, urls, client=SyncClient()): ...

The client is divided into shares, each with a part of its limits, and each share gets a seat in a worker. Two
lanes lead to a seat, so that while the last requests of one partition are awaited the next is under way. A
thread here carries a partition over a lane: what `client.map` does with requests, it does with partitions.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, overload

from .._siblings import pool
from .._sync import SyncClient
from ..bulk import MapIterator, Mappable
from ..bulk._map import at_least_one, unpacking
from ..bulk._source import source_of
from ..bulk._work import Work
from ._dask_cluster import Cluster, Lane, Share
from ._dask_delivery import Delivery, Partitions, Result, WorkerLost
from ._dask_shares import most_connections, most_shares, part, shares_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ClusterMapIterator", "WorkerLost", "map"]

T = TypeVar("T")

_BY_DEFAULT_PER_WORKER = 20
_LANES = 2


class ClusterMapIterator(pool.SyncClosing, Generic[T]):
    """Responses, or results, as they come back from a cluster; see `map`."""

    def __init__(
        self,
        partitions: MapIterator[list[Result]],
        unpack: Callable[[Result], T],
        close: Callable[[], None],
    ) -> None:
        self._partitions = partitions
        self._unpack = unpack
        self._close_cluster = close
        self._ready: deque[Result] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Return the next one.

        Raises:
            StopIteration: there is none, or this is closed.
            Exception: the request failed, where errors are to be raised; or the source, or the cluster,
                did. It is over then.
        """
        try:
            while not self._ready:
                self._ready.extend(pool.run_sync(self._partitions.__anext__()))
            return self._unpack(self._ready.popleft())
        except StopAsyncIteration:
            self.close()
            raise StopIteration from None
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """End what is under way, and close the clients in the workers. It takes seconds at most."""
        self._ready.clear()
        self._close_cluster()
        pool.run_sync(self._partitions.close())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of partitions: {self._partitions!r}>"


@overload
def map(  # noqa: A001 - it is what it is called everywhere
    dask_client: Any,
    requests: Iterable[Mappable],
    *,
    client: SyncClient,
    concurrency: int | None = None,
    ordered: bool = True,
    errors: Literal["raise"] = "raise",
    partition_size: int = 50,
    attempts: int = 3,
) -> ClusterMapIterator[pool.SyncResponse]: ...
@overload
def map(  # noqa: A001 - it is what it is called everywhere
    dask_client: Any,
    requests: Iterable[Mappable],
    *,
    client: SyncClient,
    concurrency: int | None = None,
    ordered: bool = True,
    errors: Literal["return"],
    partition_size: int = 50,
    attempts: int = 3,
) -> ClusterMapIterator[Result]: ...
def map(  # noqa: A001 - it is what it is called everywhere
    dask_client: Any,
    requests: Iterable[Mappable],
    *,
    client: SyncClient,
    concurrency: int | None = None,
    ordered: bool = True,
    errors: Literal["raise", "return"] = "raise",
    partition_size: int = 50,
    attempts: int = 3,
) -> ClusterMapIterator[Any]:
    """Send many requests from the workers of a Dask cluster, and iterate over their responses.

    ``with map(dask_client, urls, client=SyncClient()) as responses: for response in responses: ...``

    Idempotent requests that a lost worker has not answered are sent again, so that a server may see them more
    than once; for others there is a `WorkerLost`. What a worker has answered comes back when it has answered
    its partition.

    Args:
        dask_client: a `distributed.Client`. Its workers need this package, too.
        requests: as for `SyncClient.map`. Nothing of them is kept once they are answered.
        client: what workers get as theirs: it is pickled with its cookies and credentials, without its
            connections. Its pool's limits, and those of `RateLimitAdapter` and `ConcurrencyLimitAdapter`,
            are divided among the workers that there are at the start, or among as many as can have a
            connection each. Cookies that workers are given stay with them.
        concurrency: how many requests may be under way in all workers together. None for 20 in each, or
            as many as the client may have connections if they are fewer.
        ordered: whether they come in the order of the requests, or else partition by partition as those
            are completed.
        errors: as for `SyncClient.map`.
        partition_size: how many requests a worker is given at once, and at most loses the answers of. At
            most four partitions for each worker are on their way or wait here.
        attempts: how many workers a request may be lost by.

    Raises:
        TypeError, ValueError: an argument is wrong, or the client can't be pickled.
        TimeoutError: the cluster has no workers.
    """
    cluster = Cluster(dask_client)
    if not isinstance(client, SyncClient):
        raise TypeError(f"client must be a SyncClient, not {type(client).__name__}")
    attempts = at_least_one("attempts", attempts)
    unpack = unpacking(errors)
    size = at_least_one("partition_size", partition_size)
    source = Partitions(source_of(requests, awaits=False), size)
    shares, lanes = _divided(cluster, client, concurrency)
    delivery = Delivery(client, lanes, attempts)
    backend = pool.SyncBackend()
    work = Work(backend, source, delivery.carry_out, concurrency=len(lanes), ordered=bool(ordered))

    def close() -> None:
        cluster.close([share.seat for share in shares if share.seat is not None])

    return ClusterMapIterator(MapIterator(backend, work, _itself), unpack, close)


def _divided(
    cluster: Cluster, client: SyncClient, concurrency: int | None
) -> tuple[list[Share], list[Lane]]:
    """Divide a client among the workers that there are."""
    parts, most = len(cluster.workers()), most_shares(client)
    if concurrency is None:
        concurrency = _BY_DEFAULT_PER_WORKER * parts
        connections = most_connections(client)
        concurrency = min(concurrency, connections or concurrency)
    at_least_one("concurrency", concurrency)
    parts = min(parts, concurrency, most or parts)
    shares = [Share(cluster, each) for each in shares_of(client, parts)]
    lanes: list[Lane] = []
    for number in range(_LANES):  # the first of each share come first
        for index, share in enumerate(shares):
            if own := part(part(concurrency, index, parts), number, _LANES):
                lanes.append(Lane(share, own))
    return shares, lanes


def _itself(partition: list[Result]) -> list[Result]:
    return partition
