"""A Dask cluster as the bridge sees it: workers, seats in them, and what is asked of a seat."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import CancelledError
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from .._siblings import Value, pool
from ._dask_worker import answer, dask, leave, place, take_seat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._sync import SyncClient

__all__ = ["Cluster", "Lane", "Share", "packed"]

_dumps: Any = dask.protocol.pickle.dumps

_PATIENCE_SECONDS = 30.0  # for a cluster without any worker
_LOOK_SECONDS = 5.0  # how often it is looked whether the worker that is waited for is still there
_AGAIN_SECONDS = 0.1  # after which what was cancelled is fetched again,
_FETCHES = 20  # as often as this
_LEAVE_SECONDS = 5.0  # that closing waits for workers

_BROKEN = (
    "the Dask client fetches no results any more, since a wait for one, such as "
    "result(timeout=...), was cancelled: make a new distributed.Client"
)


def packed(value: object) -> bytes:
    """Pickle what goes to a worker, functions of the main program included."""
    data: bytes = _dumps(value)
    return data


class Cluster:
    """A cluster.

    Args:
        client: a `distributed.Client`.

    Raises:
        TypeError: it is none, or one for an event loop.
    """

    def __init__(self, client: Any) -> None:
        if not isinstance(client, dask.Client):
            raise TypeError(
                f"dask_client must be a distributed.Client, not {type(client).__name__}"
            )
        if client.asynchronous:
            raise TypeError("dask_client must not be asynchronous: map() runs in threads")
        self._client: Any = client
        self._lock = pool.SyncBackend().lock()
        self._seats: Counter[str] = Counter()
        self._running: set[Any] = set()
        self._closed = False

    def workers(self) -> list[str]:
        """Return the addresses of the workers; where there are none, wait for one.

        Raises:
            TimeoutError: none came.
        """
        while not (found := self._client.nthreads()):
            try:
                self._client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
            except TimeoutError:
                raise TimeoutError(
                    f"the cluster has had no worker for {_PATIENCE_SECONDS:g} s"
                ) from None
        return sorted(found)

    def start(self, function: Callable[..., object], *args: object, worker: str) -> Any:
        """Run a function in a worker or, if that is lost, in whatever worker Dask likes.

        That is how its loss is known at once: other workers know nothing of the seat, and say so.
        """
        where = {"workers": [worker], "allow_other_workers": True}
        return self._client.submit(function, *args, **where, pure=False)

    def run(self, function: Callable[..., object], *args: object, worker: str) -> Any:
        """The same, and wait for what it returns; None if the worker was lost with it.

        Raises:
            ClosedError: this was closed.
            TimeoutError: there was no worker for long.
        """
        task = self.start(function, *args, worker=worker)
        self._running.add(task)
        try:
            outcome = self._awaited(task)
            while not self._closed:
                try:
                    return _unwrapped(outcome.get(timeout=_LOOK_SECONDS))
                except CancelledError:
                    if not self._closed:
                        raise
                except dask.KilledWorker:
                    return None
                except Empty:
                    # Dask may forget that the task could run elsewhere, if nowhere was any other worker.
                    if worker not in self.workers():
                        return None
        finally:
            self._running.discard(task)
            task.release()
        raise pool.ClosedError("the map over the cluster was closed")

    def _awaited(self, task: Any) -> SimpleQueue[tuple[Any, Exception | None]]:
        """Return where the outcome of a task will be.

        It is waited for in Dask's own loop, and the wait is never cancelled: `result(timeout=...)` would
        cancel what fetches the results of others with it and, where that has not begun yet, leave it
        cancelled for everybody who has this Dask client. Others may do just that.
        """
        outcome: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()

        async def fetch(left: int) -> None:
            try:
                outcome.put((await task, None))
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                outcome.put((None, error))
            except GeneratorExit:
                raise  # the loop has ended
            except BaseException:
                if left:
                    self._client.loop.call_later(_AGAIN_SECONDS, fetch, left - 1)
                else:
                    outcome.put((None, RuntimeError(_BROKEN)))
                raise

        self._client.loop.add_callback(fetch, _FETCHES - 1)
        return outcome

    def seat(self, client: bytes) -> _Seated | None:
        """Have a client sit in the worker with the fewest; None if that worker is lost meanwhile."""
        with self._lock:
            worker = min(self.workers(), key=lambda address: self._seats[address])
            self._seats[worker] += 1
        seat = self.start(take_seat, client, worker=worker)
        found: tuple[str, str] | None = self.run(place, seat, worker=worker)
        if found is None or found[1] != worker:
            self.free(worker)
            return None
        return _Seated(seat, *found)

    def free(self, worker: str) -> None:
        """Note that a seat is no more."""
        with self._lock:
            self._seats[worker] -= 1

    def close(self, seats: Sequence[_Seated]) -> None:
        """Close the clients in their seats, and wait for nothing else any more. Again does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._client.status != "running":
            return
        leaving = [self.start(leave, seat.future, worker=seat.worker) for seat in seats]
        with suppress(TimeoutError, CancelledError):  # workers are busy otherwise, or lost
            dask.wait(leaving, timeout=_LEAVE_SECONDS)
        self._client.cancel([*self._running, *leaving])


def _unwrapped(outcome: tuple[Any, Exception | None]) -> Any:
    value, error = outcome
    if error is not None:
        raise error
    return value


class _Seated(Value):
    future: Any
    token: str
    worker: str


class Share:
    """A part of a client's limits, and the seat that it has at the time.

    Args:
        cluster: where.
        client: which has these limits.

    Raises:
        TypeError: the client can't be pickled.
    """

    def __init__(self, cluster: Cluster, client: SyncClient) -> None:
        self._cluster = cluster
        try:
            self._client = packed(client)
        except Exception as error:
            raise TypeError(
                f"the client can't be sent to workers: {error} (its hooks and adapters go with it)"
            ) from error
        self._lock = pool.SyncBackend().lock()
        self.seat: _Seated | None = None

    def send(
        self, partition: str, requests: Sequence[bytes], concurrency: int
    ) -> list[bytes] | None:
        """Send requests from the seat; return None if it was lost meanwhile, with what it did."""
        seat = self._seated()
        asked = seat.future, seat.token, partition, requests, concurrency
        found: list[bytes] | None = self._cluster.run(answer, *asked, worker=seat.worker)
        if found is None:
            self._lose(seat)
        return found

    def _seated(self) -> _Seated:
        with self._lock:
            while self.seat is None:
                self.seat = self._cluster.seat(self._client)
            return self.seat

    def _lose(self, seat: _Seated) -> None:
        with self._lock:
            if self.seat is seat:  # and no other lane has noticed
                self.seat = None
                self._cluster.free(seat.worker)


class Lane(Value):
    """A way to a seat, for one partition at a time.

    Attributes:
        share: whose seat it leads to.
        concurrency: how many requests of the partition may be under way there.
    """

    share: Share
    concurrency: int
