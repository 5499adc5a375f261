"""`LogAdapter`: a line for each exchange, and at DEBUG one for each of its steps.

A client logs nothing by itself: to ask `logging` with every request what nobody reads costs each program
its import and each request a look. Who wants lines adds the adapter, which asks once for each request.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .._counted import counted
from ._secrets import masked_url
from .events import Exchange, ExchangeObserver

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["LogAdapter"]


class LogAdapter(ExchangeObserver):
    """Logs each request as it goes out: redirects, authentication and retries have lines of their own.

    A line tells method, URL, status, protocol, time, bytes and connection, when the body of the response has
    ended. Where the logger is set to DEBUG, each step has a line when it happens. Passwords and what else is
    a secret by its name are masked.

    ``Client(adapters=[LogAdapter()])``

    Args:
        logger: where to; by its name, or None for "httpcore_client".
        level: that of the lines for requests, such as `logging.INFO`.

    Raises:
        TypeError: an argument is something else.
    """

    def __init__(
        self, logger: logging.Logger | str | None = None, level: int = logging.INFO
    ) -> None:
        super().__init__()
        if logger is None or isinstance(logger, str):
            logger = logging.getLogger(logger or "httpcore_client")
        if not isinstance(logger, logging.Logger):
            raise TypeError(f"logger must be a Logger or its name, not {type(logger).__name__}")
        if isinstance(level, bool) or not isinstance(level, int):
            raise TypeError(f"level must be a number such as logging.INFO, not {level!r}")
        self._logger = logger
        self._level = level

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, and log it if anybody listens."""
        logger = self._logger
        if logger.isEnabledFor(self._level) or logger.isEnabledFor(logging.DEBUG):
            return await super().send(request)
        return await self._inner.send(request)

    def on_start(self, exchange: Exchange) -> None:
        """Log what is asked for."""
        if self._logger.isEnabledFor(logging.DEBUG):
            self._logger.debug("#%d %s", exchange.number, _asked(exchange))

    def on_event(self, exchange: Exchange, event: pool.TraceEvent) -> None:
        """Log a step."""
        if self._logger.isEnabledFor(logging.DEBUG):
            told = "".join(f" {name}={value}" for name, value in event.details.items())
            after = (event.at - exchange.started) * 1000
            self._logger.debug("#%d %s at %.1f ms%s", exchange.number, event.name, after, told)

    def on_end(self, exchange: Exchange) -> None:
        """Log the request."""
        if self._logger.isEnabledFor(self._level):
            place = f"#{exchange.number} " if self._logger.isEnabledFor(logging.DEBUG) else ""
            told = f"{place}{_asked(exchange)} {_outcome(exchange)}"
            self._logger.log(self._level, "%s", told)

    def __repr__(self) -> str:
        return f"<LogAdapter {self._logger.name!r} {logging.getLevelName(self._level)}>"


def _asked(exchange: Exchange) -> str:
    return f"{exchange.request.method} {masked_url(exchange.request.url)}"


def _outcome(exchange: Exchange) -> str:
    took = f"{exchange.seconds * 1000:.0f} ms"
    if exchange.headers is None:
        return f"failed with {exchange.error} after {took}"
    reason = exchange.reason_phrase.encode("unicode_escape").decode("ascii")
    status = f"{exchange.status_code} {reason}".rstrip()
    size = counted(exchange.received, "byte")
    if exchange.error is not None:
        size += f" until it failed with {exchange.error}"
    elif exchange.closed:
        size += " until it was closed"
    over = ""
    if exchange.connection:
        over = f", {'reused' if exchange.reused else 'new'} connection {exchange.connection}"
    return f'"{exchange.protocol} {status}" in {took}, {size}{over}'
