"""The bases of what `stream` and `websocket` return: blocks, which tell who takes them for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

__all__ = ["AsyncBlock", "SyncBlock"]


class _Block:
    """A block for one kind of `with`, taken for what it has inside.

    Attributes:
        _call: the client's method that returns it.
        _gives: what the block has, and a name for that.
    """

    __slots__ = ()

    _with: ClassVar[str]
    _call: ClassVar[str]
    _gives: ClassVar[tuple[str, str]]

    @classmethod
    def _told(cls) -> str:
        what, name = cls._gives
        return (
            f"{cls._call}() gives a block, not {what}: "
            f"{cls._with} client.{cls._call}(...) as {name}: {name}"
        )

    if not TYPE_CHECKING:  # which know better

        def __getattr__(self, name):
            raise AttributeError(f"{self._told()}.{name}")


class AsyncBlock(_Block):
    """That of an async client."""

    __slots__ = ()

    _with = "async with"

    if not TYPE_CHECKING:

        def __enter__(self):
            raise TypeError(f"the client is async: {self._told()}")

        def __exit__(self, *exc_info):
            """Never called, but looked for."""

        def __await__(self):
            raise TypeError(f"there is nothing to await yet: {self._told()}")


class SyncBlock(_Block):
    """That of a `SyncClient`."""

    __slots__ = ()

    _with = "with"

    if not TYPE_CHECKING:

        async def __aenter__(self):
            raise TypeError(f"the client is for threads: {self._told()}")

        async def __aexit__(self, *exc_info):
            """Never called, but looked for."""
