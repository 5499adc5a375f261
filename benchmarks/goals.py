"""The goals for our clients, and whether one run has met them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# The median of a figure, by group ("sync"), row ("plain, 20 tasks"), client and figure ("cpu_us").
Figures = dict[tuple[str, str, str, str], float | None]


@dataclass(frozen=True)
class Goal:
    """At most `limit`, in `unit`; `measure` gives what it was."""

    text: str
    limit: float
    measure: Callable[[Figures], float]
    unit: str = ""


def ratio(
    text: str, limit: float, group: str, row: str, ours: str, peer: str, figure: str = "cpu_us"
) -> Goal:
    """Ours over a peer's, in one row of one run."""

    def measure(figures: Figures) -> float:
        own, other = figures[group, row, ours, figure], figures[group, row, peer, figure]
        return own / other

    return Goal(text, limit, measure)


def amount(
    text: str, limit: float, group: str, row: str, ours: str, figure: str, unit: str
) -> Goal:
    return Goal(text, limit, lambda figures: figures[group, row, ours, figure], unit)


_ONE, _TASKS = "plain, 1 at a time", "plain, 20 tasks"
_H2_ONE, _H2_TASKS = "HTTP/2, 1 at a time", "HTTP/2, 100 tasks"
_H2_DOWNLOAD = "download, HTTP/2"


def _transfers() -> Iterator[Goal]:
    for world, ours, peer in (
        ("threads", "SyncClient", "urllib3"),
        ("asyncio", "Client", "aiohttp"),
    ):
        for mode in ("download", "upload", "upload pieces"):
            for kind in ("plain", "TLS"):
                row = f"{mode}, {kind}"
                text = f"{world}: 100 MB {row}"
                yield ratio(f"{text} / {peer}", 1.0, "transfers", row, ours, peer)
                yield amount(
                    f"{text}, growth of memory", 5, "transfers", row, ours, "growth_mb", " MB"
                )  # fmt: skip


GOALS = (
    ratio("asyncio, 20 at once / aiohttp", 0.80, "async", _TASKS, "Client", "aiohttp"),
    ratio("asyncio, 20 at once / httpx2", 0.25, "async", _TASKS, "Client", "httpx2 async"),
    ratio("uvloop, 20 at once / aiohttp", 0.70, "uvloop", _TASKS, "Client uvloop", "aiohttp uvloop"),
    ratio("threads, one at a time / urllib3", 0.60, "sync", _ONE, "SyncClient", "urllib3"),
    ratio("threads, one at a time / requests", 0.30, "sync", _ONE, "SyncClient", "requests"),
    ratio("threads, one at a time / http.client", 1.5, "sync", _ONE, "SyncClient", "http.client"),
    ratio("asyncio, 1,000 at once / 20", 1.2, "many", "plain, 1,000 tasks", "Client", "Client @20"),
    ratio("asyncio, HTTP/2, one at a time / httpx2", 0.55, "h2", _H2_ONE, "Client", "httpx2 async"),
    ratio("asyncio, HTTP/2, 100 at once / httpx2", 0.40, "h2", _H2_TASKS, "Client", "httpx2 async"),
    ratio("asyncio, HTTP/2, 100 at once / niquests", 1.0, "h2", _H2_TASKS, "Client", "niquests async"),
    *_transfers(),
    ratio("asyncio: 100 MB download, HTTP/2 / httpx2", 0.40, "h2", _H2_DOWNLOAD, "Client", "httpx2 async"),
    ratio("threads, connecting by TLS / urllib3", 1.0, "connect", "TLS", "SyncClient", "urllib3"),
    ratio("asyncio, connecting by TLS / aiohttp", 1.0, "connect", "TLS", "Client", "aiohttp"),
    amount("SyncClient after the first", 100, "create", "create and close", "SyncClient", "cpu_us", " us"),
    amount("Client after the first", 100, "create", "create and close", "Client", "cpu_us", " us"),
    ratio("import / httpx2", 0.7, "import", "import", "httpcore_client", "httpx2", "cpu_ms"),
)  # fmt: skip


def judge(figures: Figures) -> list[tuple[str, str, str, bool]]:
    """Return goal, limit, what was measured and whether that meets it, for what was measured."""
    judged = []
    for goal in GOALS:
        try:
            measured = goal.measure(figures)
        except (KeyError, TypeError):  # not measured in this run, or a client failed
            continue
        digits = 2 if not goal.unit else 1
        shown = f"{measured:.{digits}f}{goal.unit}"
        judged.append((goal.text, f"{goal.limit:g}{goal.unit}", shown, measured <= goal.limit))
    return judged
