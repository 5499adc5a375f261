"""`--bench`: one request many times, so many at once, and what came of it.

Each worker waits for its response before it sends the next request (a closed loop): a server that gets slow
is asked less. It is one process with one event loop, which is what it measures with a fast server.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING

from .._counted import counted
from .._siblings import pool
from ..backends import tasks_in
from ._latencies import histogram, in_units, percentile
from ._text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._client import Client
    from ._output import Output

__all__ = ["Bench", "report"]

_PERCENTS = (50, 90, 95, 99)
_BAR_CELLS = 40
_EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉")
# For a terminal whose charset lacks them.
_IN_ASCII = str.maketrans({"█": "#", "≤": "<=", "µ": "u", **dict.fromkeys(_EIGHTHS[1:], "")})


class Bench:
    """A run, and its figures so far.

    Args:
        total: how many requests.
        concurrency: how many at once.
        progress: is called after each request with how many are done.

    Attributes:
        latencies: seconds from the start of a request to the end of its body.
        statuses: how often each status was answered.
        errors: how often each class of error was raised.
        first_error: one of them.
        received_bytes: of bodies, decoded.
        seconds: from the start of the first request to now, or to the end.
    """

    def __init__(self, total: int, concurrency: int, progress: Callable[[int], object]) -> None:
        self.total = total
        self.concurrency = min(total, concurrency)
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.errors: Counter[str] = Counter()
        self.first_error: pool.HTTPError | None = None
        self.received_bytes = 0
        self.seconds = 0.0
        self.connections = 0
        self.protocol = ""
        self._progress = progress
        self._begun = 0

    async def run(self, client: Client, request: pool.Request) -> None:
        """Send the requests, on asyncio; figures are there even if this is interrupted."""
        start = perf_counter()
        try:
            async with client, tasks_in(pool.AsyncioBackend()) as tasks:
                for _ in range(self.concurrency):
                    tasks.start(self._work, client, request)
        finally:
            self.seconds = perf_counter() - start
            self.connections = client.connections_opened

    async def _work(self, client: Client, request: pool.Request) -> None:
        while self._begun < self.total:
            self._begun += 1
            start = perf_counter()
            try:
                await self._exchange(client, request.copy_with())
            except pool.HTTPError as error:
                self.errors[type(error).__name__] += 1
                self.first_error = self.first_error or error
            else:
                self.latencies.append(perf_counter() - start)
            self._progress(len(self.latencies) + self.errors.total())

    async def _exchange(self, client: Client, request: pool.Request) -> None:
        async with await client.send(request, stream=True) as response:
            async for piece in response.stream():
                self.received_bytes += len(piece)
        self.statuses[response.status_code] += 1
        self.protocol = response.protocol


def report(bench: Bench, output: Output, width: int) -> str:
    """Return what is printed of a run.

    Args:
        bench: the run.
        output: knows about colours.
        width: columns that there are.
    """
    answered = len(bench.latencies)
    lines = [
        f"{answered} of {counted(bench.total, 'request')} answered in {in_units(bench.seconds)}"
    ]
    if answered:
        rate, volume = answered / bench.seconds, bench.received_bytes / bench.seconds / 1e6
        lines += [
            f"{rate:,.1f} requests/s, {volume:,.2f} MB/s",
            f"{bench.concurrency} at once over {counted(bench.connections, f'{bench.protocol} connection')}",
        ]
    lines += ["", *_counts(bench, output)]
    if answered:
        ordered = sorted(bench.latencies)
        lines += ["", *_figures(ordered), "", *_bars(ordered, output, width)]
    text = "\n".join(lines) + "\n"
    return text if output.shows("█▏≤µ") else text.translate(_IN_ASCII)


def _counts(bench: Bench, output: Output) -> list[str]:
    lines = [
        f"{output.painted(f'status {status}', str(status)[0])}  {count}"
        for status, count in sorted(bench.statuses.items())
    ]
    lines += [f"{output.painted(name, '5')}  {count}" for name, count in bench.errors.most_common()]
    if bench.first_error is not None:
        lines.append(f"first: {one_line(str(bench.first_error))}")
    return lines


def _figures(ordered: list[float]) -> list[str]:
    figures = [("min", ordered[0]), ("mean", sum(ordered) / len(ordered))]
    figures += [(f"{percent} %", percentile(ordered, percent)) for percent in _PERCENTS]
    figures.append(("max", ordered[-1]))
    return ["latency", *(f"  {name:<5} {in_units(value):>9}" for name, value in figures)]


def _bars(ordered: list[float], output: Output, width: int) -> list[str]:
    steps = histogram(ordered)
    most = max(count for _, count in steps)
    digits = len(str(most))
    cells = max(4, min(_BAR_CELLS, width - digits - 16))
    lines: list[str] = []
    for bound, count in steps:
        bar = output.painted(_bar(count / most * cells), "bar")
        lines.append(f"  ≤ {in_units(bound):>9} {count:>{digits}} {bar}".rstrip())
    return lines


def _bar(cells: float) -> str:
    eighths = round(cells * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]
