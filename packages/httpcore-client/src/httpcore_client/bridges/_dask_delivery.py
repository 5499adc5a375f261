"""How partitions of requests are delivered to workers, and what becomes of them when a worker is lost.

What a worker was about is unknown when it is lost. Requests whose answers had not come back are sent again,
by another worker, if they are idempotent: servers may see those more than once. The others are not:
`WorkerLost`. Here each request is answered once.
"""

from __future__ import annotations

from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from .._siblings import Value, pool
from ..bulk import Mappable, MapResult
from ..bulk._source import END, End, Source
from ._dask_cluster import Lane, packed
from ._dask_worker import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .._sync import SyncClient

__all__ = ["Delivery", "Partitions", "Result", "WorkerLost"]

Result: TypeAlias = MapResult[pool.SyncResponse]
_Partition: TypeAlias = list[tuple[int, Mappable]]

# RFC 9110 9.2.2.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class WorkerLost(pool.TransportError):
    """The worker that had a request was lost, and with it whether and how it was answered."""


class Partitions:
    """Requests from a source, some at a time, each with its number."""

    def __init__(self, source: Source[Mappable], size: int) -> None:
        self._source = source
        self._size = size
        self._numbers = count()
        self._error: Exception | None = None

    async def take(self) -> _Partition | End:
        if self._error is not None:
            raise self._error
        partition: _Partition = []
        try:
            while len(partition) < self._size:
                if isinstance(request := await self._source.take(), End):
                    break
                partition.append((next(self._numbers), request))
        except Exception as error:
            if not partition:
                raise
            self._error = error  # after what it gave before
        return partition or END


class Delivery:
    """Carries partitions out, over whatever lane is free."""

    def __init__(self, client: SyncClient, lanes: Iterable[Lane], attempts: int) -> None:
        self._client = client
        self._lanes: SimpleQueue[Lane] = SimpleQueue()
        for lane in lanes:
            self._lanes.put(lane)
        self._attempts = attempts

    async def carry_out(self, number: int, partition: _Partition) -> list[Result]:
        """Have a partition answered; again, as far as that may be, when its worker is lost."""
        done: dict[int, Result] = {}
        left = list(self._packed(partition, done))
        attempt = 0
        while left:
            attempt += 1
            found = self._send(f"{number}-{attempt}", [each.data for each in left])
            if found is not None:
                for each, data in zip(left, found, strict=True):
                    done[each.index] = MapResult(each.index, each.request, *unpacked(data))
                break
            for each in left:
                if attempt == self._attempts or not each.is_idempotent:
                    error = self._lost(each, attempt)
                    done[each.index] = MapResult(each.index, each.request, None, error)
            left = [each for each in left if each.index not in done]
        return [done[index] for index, _ in partition]

    def _packed(self, partition: _Partition, done: dict[int, Result]) -> Iterator[_Packed]:
        """Yield requests as they go to another process; what can't is done with."""
        for index, request in partition:
            try:
                yield _Packed(index, request, packed(request))
            except Exception as error:  # noqa: BLE001 - parts of the caller's may raise anything
                why = TypeError(f"{request!r} can't be sent to a worker: {error}")
                done[index] = MapResult(index, request, None, why)

    def _send(self, partition: str, requests: list[bytes]) -> list[bytes] | None:
        lane = self._lanes.get()
        try:
            return lane.share.send(partition, requests, lane.concurrency)
        finally:
            self._lanes.put(lane)

    def _lost(self, each: _Packed, attempt: int) -> Exception:
        if each.is_idempotent:
            error = WorkerLost(f"its worker was lost, in attempt {attempt} of {self._attempts}")
        else:
            error = WorkerLost("its worker was lost: it may have been sent, and is not idempotent")
        try:
            return error.about(each.as_request(self._client))
        except ValueError as wrong:  # no worker could have sent it
            return wrong


class _Packed(Value):
    """A request on its way to a worker."""

    index: int
    request: Mappable
    data: bytes

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice is the same as once."""
        return not isinstance(self.request, pool.Request) or self.request.method in _IDEMPOTENT

    def as_request(self, client: SyncClient) -> pool.Request:
        """Return what is sent for it."""
        if isinstance(self.request, pool.Request):
            return self.request
        return client.build("GET", self.request)
