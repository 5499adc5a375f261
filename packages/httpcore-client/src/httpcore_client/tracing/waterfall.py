"""`Waterfall`: where the time of requests went, drawn over each other as they ran.

It records exchanges and gives them to those who draw: `_text` for terminals, `_svg` for browsers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from .._counted import counted
from ..adapters import AddedAdapter
from ..adapters._base import Layer
from ._checks import check_whole
from ._rows import Row, row_of
from .events import Exchange, ExchangeObserver

if TYPE_CHECKING:
    from types import TracebackType

    from .._client import Client

__all__ = ["Waterfall"]


class Waterfall(ExchangeObserver):
    """Records the phases of requests, and draws them.

    `Client.waterfall` gives one that records a client's requests in a block. Added to a client, as
    ``Client(adapters=[Waterfall()])``, it records all of them.

    Args:
        client: whose requests to record in a block; None for one that is added to clients.
        limit: how many requests it keeps, the first ones.

    Raises:
        TypeError, ValueError: `limit` is no whole number, or less than 1.
    """

    def __init__(self, client: Client | None = None, *, limit: int = 1000) -> None:
        super().__init__()
        check_whole("limit", limit)
        self._client = client
        self._limit = limit
        self._is_recording = client is None  # or has been: a block has been entered
        # By the numbers of exchanges, and shared by all that are placed.
        self._rows: dict[int, Exchange | Row] = {}
        self._place: AddedAdapter | None = None

    def on_start(self, exchange: Exchange) -> None:
        """Record an exchange, from its start on."""
        if len(self._rows) < self._limit:
            self._rows[exchange.number] = exchange

    def on_end(self, exchange: Exchange) -> None:
        """Keep of it what is drawn."""
        if exchange.number in self._rows:
            self._rows[exchange.number] = row_of(exchange)

    @property
    def rows(self) -> list[Row]:
        """What is drawn: a row for each request as it went out, in the order in which they began.

        Raises:
            RuntimeError: it is for a block, which was not entered.
        """
        if not self._is_recording:
            raise RuntimeError(
                "this waterfall has recorded nothing, as it gives a block: "
                "with client.waterfall() as waterfall: ..."
            )
        return [
            each if isinstance(each, Row) else row_of(each) for each in list(self._rows.values())
        ]

    def to_text(
        self,
        width: int | None = None,
        *,
        color: bool = False,
        ascii: bool | None = None,  # noqa: A002 - its name
    ) -> str:
        """Draw in text.

        Args:
            width: the columns that there are; None for those of the terminal, or 80.
            color: whether to colour the phases, as terminals understand it.
            ascii: whether to do with ASCII; None for only where standard output has no blocks.

        Raises:
            TypeError, ValueError: `width` is no whole number, or less than 1.
        """
        from ._text import draw, has_blocks, terminal_columns

        if width is None:
            width = terminal_columns()
        check_whole("width", width)
        return draw(
            self.rows, width, color=color, blocks=has_blocks() if ascii is None else not ascii
        )

    def to_svg(self, width: int = 960) -> str:
        """Draw as an SVG, light or dark as its reader has it.

        Args:
            width: in pixels; less than 320 are taken for 320.

        Raises:
            TypeError, ValueError: `width` is no whole number, or less than 1.
        """
        from ._svg import draw

        check_whole("width", width)
        return draw(self.rows, width)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file: an SVG if its name ends so, else text.

        Raises:
            OSError: it can't be written.
        """
        path = Path(path)
        is_svg = path.suffix.lower() == ".svg"
        path.write_text(self.to_svg() if is_svg else f"{self.to_text(100, ascii=False)}\n", "utf-8")

    def __len__(self) -> int:
        return len(self._rows)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Waterfall of {counted(len(self), 'request')}>"

    # A block: meanwhile it has a place in the client's stack, and leaves nothing there.

    def __enter__(self) -> Self:
        if self._client is None:
            raise RuntimeError("a Waterfall in a block is had from client.waterfall()")
        if self._place is not None:
            raise RuntimeError("this waterfall is recording already")
        above = (None, *self._client._stack)[-2]
        if not isinstance(above, Layer):
            raise RuntimeError(  # noqa: TRY004 - no argument is wrong
                "this client's stack has no level of ours over the pool; "
                "add the waterfall when it is made: Client(adapters=[Waterfall()])"
            )
        # Others may record, too: the last to come is the first to see a request.
        self._place = self.over(above._inner, self._client._pool.backend)
        above._inner = self._place
        self._is_recording = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        place, self._place = self._place, None
        level = cast("Client", self._client)._stack[-2]
        while isinstance(level, Layer) and level._inner is not place:
            level = level._inner
        cast("Layer", level)._inner = cast("Layer", place).inner

    # There is nothing to wait for, but who writes `async with` by habit means the same.

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(exc_type, exc, traceback)
