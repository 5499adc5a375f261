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
_ASYNC_H2 = ("Client", "TrioClient", "httpx2 async", "niquests async", "pyreqwest")
_SYNC_LARGE = ("SyncClient", "urllib3", "httpx2")
_ASYNC_LARGE = ("Client", "TrioClient", "aiohttp", "httpx2 async")
# Peers as they are, and with our pool under them.
_BRIDGED = (
    ("requests with our pool", ("bridged requests", "requests"), "threads"),
    ("httpx2 with our pool", ("bridged httpx2", "httpx2"), "threads"),
    ("httpx2 with our pool, in event loops", ("bridged async", "httpx2 async"), "tasks"),
)
_MANY = ("Client", "Client @20", "TrioClient", "aiohttp")
_SYNC_CLOSING = ("SyncClient", "http.client", "urllib3", "requests", "httpx2")
_ASYNC_CLOSING = ("Client", "TrioClient", "aiohttp", "httpx2 async")
_SYNC_CREATE = ("SyncClient", "urllib3", "requests", "httpx2", "niquests")
_ASYNC_CREATE = ("Client", "aiohttp", "httpx2 async", "niquests async")
_WITHOUT_FILES = ("httpx2 async", "pyreqwest")  # who takes no file as it is


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
        beside: a figure that gets a table of its own, without ratios, and that table's title.
    """

    name: str
    title: str
    ours: str
    rows: tuple[Scenario, ...]
    unit: float = 1.0
    what: str = "microseconds of {} a request"
    figures: tuple[tuple[str, str], ...] = (("cpu_us", "CPU"), ("wall_us", "wall time"))
    beside: tuple[str, str] | None = None


def _kinds(http2: bool) -> tuple[tuple[str, bool], ...]:
    """The names of what requests go over, and whether that is TLS."""
    return (("HTTP/2", True),) if http2 else (("plain", False), ("TLS", True))


def _small(
    clients: tuple[str, ...],
    many: str,
    goals: tuple[str, ...] = (),
    *,
    http2: bool = False,
    at_once: int = 20,
) -> tuple[Scenario, ...]:
    rows = []
    for kind, tls in _kinds(http2):
        for count in (1, at_once):
            label = f"{kind}, {f'{count} {many}' if count > 1 else '1 at a time'}"
            repeats = max(400, count * 10)
            rows.append(
                Scenario(
                    label, clients, "requests", tls, http2, count, repeats, for_goals=label in goals
                )
            )
    return tuple(rows)


def _large(clients: tuple[str, ...], *modes: str, http2: bool = False) -> tuple[Scenario, ...]:
    rows = []
    for mode in modes:
        columns = tuple(name for name in clients if mode != "upload" or name not in _WITHOUT_FILES)
        for kind, tls in _kinds(http2):
            goal = not http2 or mode == "download"
            label = f"{mode}, {kind}"
            rows.append(Scenario(label, columns, mode, tls, http2, repeats=1, for_goals=goal))
    return tuple(rows)


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
_MEMORY = ("growth_mb", "MB that memory grew to at most")
_CONNECTIONS = ("connections", "connections in use")
_H2_GOALS = ("HTTP/2, 1 at a time", "HTTP/2, 100 tasks")

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
    Group(
        "h2",
        "In threads",
        "SyncClient",
        _small(_SYNC_H2, "threads", http2=True),
        beside=_CONNECTIONS,
    ),
    Group(
        "h2",
        "In event loops",
        "Client",
        _small(_ASYNC_H2, "tasks", _H2_GOALS, http2=True, at_once=100),
        beside=_CONNECTIONS,
    ),
    Group(
        "h2",
        "In event loops",
        "Client",
        _large(_ASYNC_H2, "download", "upload", "upload pieces", http2=True),
        1e3,
        _TRANSFER,
        beside=_MEMORY,
    ),
    Group(
        "transfers",
        "In threads",
        "SyncClient",
        _large(_SYNC_LARGE, "download", "upload", "upload pieces"),
        1e3,
        _TRANSFER,
        beside=_MEMORY,
    ),
    Group(
        "transfers",
        "In event loops",
        "Client",
        _large(_ASYNC_LARGE, "download", "upload", "upload pieces"),
        1e3,
        _TRANSFER,
        beside=_MEMORY,
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
    *(
        Group("bridges", title, clients[0], _small(clients, many))
        for title, clients, many in _BRIDGED
    ),
)
