"""What is measured: groups of scenarios, each of which becomes a table.

A scenario's clients are columns. Most are a name of `clients.CLIENTS`; "Client @20" is the same client with
another number of tasks at once than its scenario says.
"""

from __future__ import annotations

from dataclasses import dataclass

_SYNC = ("SyncClient", "http.client", "urllib3", "requests", "httpx2", "niquests")
_ASYNC = ("Client", "TrioClient", "aiohttp", "httpx2 async", "niquests async")
_UVLOOP = ("Client uvloop", "aiohttp uvloop")
_SYNC_H2 = ("SyncClient", "httpx2", "niquests")
_ASYNC_H2 = ("Client", "TrioClient", "httpx2 async", "niquests async")
_SYNC_LARGE = ("SyncClient", "urllib3", "httpx2")
_ASYNC_LARGE = ("Client", "TrioClient", "aiohttp", "httpx2 async")
_MANY = ("Client", "Client @20", "TrioClient", "aiohttp")
_SYNC_CLOSING = ("SyncClient", "http.client", "urllib3", "requests", "httpx2")
_ASYNC_CLOSING = ("Client", "TrioClient", "aiohttp", "httpx2 async")
_SYNC_CREATE = ("SyncClient", "urllib3", "requests", "httpx2", "niquests")
_ASYNC_CREATE = ("Client", "aiohttp", "httpx2 async", "niquests async")


@dataclass(frozen=True)
class Scenario:
    """One row of a table.

    Attributes:
        label: the row's name.
        clients: its columns.
        mode: the worker's.
        repeats: requests (or transfers, or clients) a round.
        warm_up: requests before the first round.
        for_goals: whether a goal is set for it.
    """

    label: str
    clients: tuple[str, ...]
    mode: str = "requests"
    tls: bool = False
    http2: bool = False
    concurrency: int = 1
    repeats: int = 400
    warm_up: int = 200
    for_goals: bool = False


@dataclass(frozen=True)
class Group:
    """One table for each of its figures.

    Attributes:
        name: what `--only` calls it.
        ours: the column that the others are compared with.
        unit: microseconds in one unit of the table.
        what: the unit, and of what.
    """

    name: str
    title: str
    ours: str
    rows: tuple[Scenario, ...]
    unit: float = 1.0
    what: str = "microseconds of {} a request"
    figures: tuple[tuple[str, str], ...] = (("cpu_us", "CPU"), ("wall_us", "wall time"))


def _small(
    clients: tuple[str, ...], many: str, goals: tuple[str, ...] = (), *, http2: bool = False
) -> tuple[Scenario, ...]:
    kinds = [("HTTP/2", True)] if http2 else [("plain", False), ("TLS", True)]
    rows = []
    for kind, tls in kinds:
        for count in (1, 20):
            label = f"{kind}, {f'{count} {many}' if count > 1 else '1 at a time'}"
            row = Scenario(label, clients, "requests", tls, http2, count, for_goals=label in goals)
            rows.append(row)
    return tuple(rows)


def _large(clients: tuple[str, ...], *modes: str) -> tuple[Scenario, ...]:
    return tuple(
        Scenario(
            f"{mode}, {kind}", without_files(clients, mode), mode, tls, repeats=1, for_goals=True
        )
        for mode in modes
        for kind, tls in (("plain", False), ("TLS", True))
    )


def without_files(clients: tuple[str, ...], mode: str) -> tuple[str, ...]:
    """Leave out who takes no file as it is."""
    return tuple(name for name in clients if mode != "upload" or name != "httpx2 async")


def _closing(clients: tuple[str, ...]) -> tuple[Scenario, ...]:
    row = Scenario("TLS", clients, "closing", tls=True, repeats=50, warm_up=10, for_goals=True)
    return (row,)


def _create(clients: tuple[str, ...]) -> tuple[Scenario, ...]:
    return (
        Scenario("create and close", clients, "create", repeats=20, warm_up=2, for_goals=True),
        Scenario("and one TLS request", clients, "fresh", tls=True, repeats=5, warm_up=1),
    )


_TRANSFER = "milliseconds of {} a 100 MB"
_CLIENT = "microseconds of {}"
_CPU_ONLY = (("cpu_us", "CPU"),)

GROUPS = (
    Group("sync", "In threads", "SyncClient", _small(_SYNC, "threads", ("plain, 1 at a time",))),
    Group("async", "In event loops", "Client", _small(_ASYNC, "tasks", ("plain, 20 tasks",))),
    Group("uvloop", "In uvloop", "Client uvloop", _small(_UVLOOP, "tasks", ("plain, 20 tasks",))),
    Group(
        "many",
        "In event loops, over up to 100 connections",
        "Client",
        (
            Scenario(
                "plain, 1,000 tasks",
                _MANY,
                concurrency=1000,
                repeats=3000,
                warm_up=1000,
                for_goals=True,
            ),
        ),
    ),
    Group("h2", "In threads", "SyncClient", _small(_SYNC_H2, "threads", http2=True)),
    Group("h2", "In event loops", "Client", _small(_ASYNC_H2, "tasks", http2=True)),
    Group(
        "transfers",
        "In threads",
        "SyncClient",
        _large(_SYNC_LARGE, "download", "upload", "upload pieces"),
        1e3,
        _TRANSFER,
    ),
    Group(
        "transfers",
        "In event loops",
        "Client",
        _large(_ASYNC_LARGE, "download", "upload", "upload pieces"),
        1e3,
        _TRANSFER,
    ),
    Group("connect", "A new connection each", "SyncClient", _closing(_SYNC_CLOSING)),
    Group("connect", "A new connection each", "Client", _closing(_ASYNC_CLOSING)),
    Group(
        "create",
        "A client after the first",
        "SyncClient",
        _create(_SYNC_CREATE),
        what=_CLIENT,
        figures=_CPU_ONLY,
    ),
    Group(
        "create",
        "A client after the first",
        "Client",
        _create(_ASYNC_CREATE),
        what=_CLIENT,
        figures=_CPU_ONLY,
    ),
)
