"""What runs in the workers of a Dask cluster: a client that stays, and the partitions that it answers.

A seat is a result of a task, so that it lives in one worker's memory until who asked for it lets go of it.
Dask runs the tasks of a lost worker again elsewhere, and would send requests twice. Here nothing runs twice:
a seat answers a partition once; one that was made anew has another token than the partition is for; and
one that was copied to another worker has none.
"""

from __future__ import annotations

import pickle
import uuid
from typing import TYPE_CHECKING, Any

from .._siblings import pool

try:
    import distributed
except ImportError as error:
    raise ImportError(
        "Dask's distributed is not installed: pip install httpcore-client[dask]"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._sync import SyncClient

__all__ = ["Seat", "answer", "dask", "leave", "packed", "place", "take_seat", "unpacked"]

dask: Any = distributed  # whose types are too incomplete for strict checkers
_loads: Any = dask.protocol.pickle.loads


class Seat:
    """A client in a worker.

    Attributes:
        client: the client; None in a copy.
        token: what tells this seat from each other; None in a copy.
    """

    def __init__(self, client: SyncClient | None = None) -> None:
        self.client = client
        self.token = None if client is None else uuid.uuid4().hex
        self._begun: set[str] = set()

    def begin(self, token: str, partition: str) -> bool:
        """Whether a partition is for this seat, and was not begun before."""
        if token != self.token or partition in self._begun:
            return False
        self._begun.add(partition)
        return True

    def close(self) -> None:
        """Close the client; what it has under way fails."""
        if self.client is not None:
            self.client.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return Seat, ()

    def __del__(self) -> None:
        # Whoever asked for it is gone, or has let go of it without a word. It is in no cycle, so that this
        # runs where Dask drops it, and never where a lock of the client's is held.
        self.close()


def take_seat(client: bytes) -> Seat:
    """Make a client, with connections of its own."""
    return Seat(_loads(client))


def place(seat: Seat) -> tuple[str | None, str]:
    """Return the token of a seat, and the address of the worker that it is in."""
    return seat.token, dask.get_worker().address


def leave(seat: Seat) -> None:
    """Close the client of a seat."""
    seat.close()


def answer(
    seat: Seat, token: str, partition: str, requests: Sequence[bytes], concurrency: int
) -> list[bytes] | None:
    """Send requests, and return what came of them; None if this is not the time and the place."""
    if seat.client is None or not seat.begin(token, partition):
        return None
    dask.secede()  # it waits for servers: the worker may compute something meanwhile
    given = [_loads(request) for request in requests]
    with seat.client.map(given, concurrency=concurrency, errors="return") as results:
        return [packed((each.response, each.error)) for each in results]


def packed(value: tuple[pool.SyncResponse | None, Exception | None]) -> bytes:
    """Pickle what came of a request."""
    error = value[1]
    if error is not None:  # of the caller's own code, perhaps, which may do anything
        try:
            _loads(pickle.dumps(error))
        except Exception:  # noqa: BLE001 - whatever it is
            value = None, pool.HTTPError(f"{error!r}, which can't be pickled")
    return pickle.dumps(value)


def unpacked(data: bytes) -> tuple[pool.SyncResponse | None, Exception | None]:
    """Return what came of a request."""
    value: tuple[pool.SyncResponse | None, Exception | None] = _loads(data)
    return value
