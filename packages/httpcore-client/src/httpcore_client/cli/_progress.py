"""Progress bars, drawn by rich on standard error if that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from rich.progress import Progress, TaskID

__all__ = ["counting", "downloading"]

_MOST_A_SECOND = 10


def counting(total: int, *, quiet: bool) -> AbstractContextManager[Callable[[int], object]]:
    """Return a block with a function that is told how many of `total` are done."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(_ignore)
    return _counting(total)


def downloading(*, quiet: bool) -> AbstractContextManager[Callable[[Any], object]]:
    """Return a block with a function that is told of a download's `Progress`."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(_ignore)
    return _downloading()


def _ignore(_: object) -> None:
    pass


def _drawn(*columns: Any) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        refresh_per_second=_MOST_A_SECOND,
    )


@contextmanager
def _counting(total: int) -> Generator[Callable[[int], object]]:
    from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn

    with _drawn(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task("", total=total)

        def tell(done: int) -> None:
            progress.update(task, completed=done)

        yield tell


@contextmanager
def _downloading() -> Generator[Callable[[Any], object]]:
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn

    with _drawn(
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    ) as progress:
        tasks: list[TaskID] = []

        def tell(state: Any) -> None:
            if not tasks:  # what was there before is no measure of the speed
                tasks.append(progress.add_task("", total=state.total, completed=state.received))
            progress.update(tasks[0], completed=state.received, total=state.total)

        yield tell
