"""What has a `close` is a context manager: the same few lines for every class that needs them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Closing", "SyncClosing"]


class Closing:
    """`async with` and `aclose` for classes with an `async def close`."""

    __slots__ = ()

    @abstractmethod
    async def close(self) -> None:
        """Release everything that is held."""
        ...

    async def aclose(self) -> None:
        """The same as `close`, under the name that `contextlib.aclosing` calls."""
        await self.close()

    if not TYPE_CHECKING:  # which know better

        def __enter__(self):
            raise TypeError(f"a {type(self).__name__} is async: use it with `async with`")

        def __exit__(self, *exc_info):
            """Never called, but looked for."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class SyncClosing:
    """`with` for classes with a `close` that blocks."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Release everything that is held."""
        ...

    if not TYPE_CHECKING:  # which know better

        async def __aenter__(self):
            raise TypeError(f"a {type(self).__name__} is for threads: use it with `with`")

        async def __aexit__(self, *exc_info):
            """Never called, but looked for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
