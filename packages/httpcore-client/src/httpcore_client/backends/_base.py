"""`Tasks`: functions that run side by side in a block, none of which outlives it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVarTuple, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

__all__ = ["Tasks", "first_of"]

Ts = TypeVarTuple("Ts")


class Tasks(ABC):
    """A block in which functions run side by side; it ends when all of them have.

    What one of them raises ends the others and, in event loops, what the block itself waits for; the block
    raises it. Of several errors that is the first. A thread can't be interrupted: there the others run to
    their ends, and the block waits for them.

    Where a block can't be written, since what runs is to go on between two calls, `__aenter__` may be called
    alone, and `abandon` in the place of `__aexit__`.

    Attributes:
        block_only: whether that is impossible: this world knows no tasks without a block around them.
    """

    block_only: ClassVar[bool] = False

    @abstractmethod
    def start(self, function: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        """Begin to run `function(*args)`, which is awaited in a task, or in a thread, of its own.

        Raises:
            OSError: there is no thread to be had.
        """
        ...

    @abstractmethod
    def cancel(self) -> None:
        """End what runs, without an error. In threads it runs to its end."""
        ...

    @abstractmethod
    def abandon(self) -> None:
        """End what runs, as `cancel` does, and at the end of the block wait for no threads.

        Unless this world is `block_only` a finaliser may call it, which may run in any thread.
        """
        ...

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None: ...


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error in a group, and in the groups in it; before others what ends the program."""
    first: Any = group.split(Exception)[1] or group
    while hasattr(first, "exceptions"):
        first = first.exceptions[0]
    return cast("BaseException", first)
