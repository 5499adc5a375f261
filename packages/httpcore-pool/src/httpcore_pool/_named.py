"""`named`: which request an error belongs to, said by the layer that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import ConnectTimeout, HTTPError, RequestTimeout, TotalTimeout, TransportError

if TYPE_CHECKING:
    from ._request import Request

__all__ = ["TIMER_SECONDS", "named"]

TIMER_SECONDS = 0.002  # so much earlier than asked for may a timer of an event loop fire


def named(
    error: BaseException, request: Request, now: float, proxy: str | None = None
) -> BaseException:
    """Return the error to raise for this request: it names method, masked URL and proxy.

    A timeout of one phase that comes from the deadline of the whole request becomes `TotalTimeout`.
    Errors that are not ours (cancellation, an interrupt, what a body iterator raised) pass unchanged.

    Args:
        error: what was caught.
        request: the request it belongs to.
        now: the backend's monotonic clock, in seconds.
        proxy: the masked URL of the proxy on the way, if there is one.
    """
    if not isinstance(error, HTTPError) or error.method is not None:
        return error
    options = request.options
    if (
        isinstance(error, RequestTimeout)
        and options.deadline is not None
        and now >= options.deadline - TIMER_SECONDS
        and options.timeout is not None
        and options.timeout.total is not None
    ):
        step = f"; {error.step}" if isinstance(error, ConnectTimeout) and error.step else ""
        total = TotalTimeout(
            f"the request took longer than its total of {options.timeout.total:g} s "
            f"(phase: {error.phase}{step})",
            options.timeout.total,
        )
        total.phase, total.sent, total.answered = error.phase, error.sent, error.answered
        total.attempts = error.attempts
        error = total
    if proxy is not None and isinstance(error, TransportError):
        error.proxy = proxy
        if proxy not in error.message:
            error.args = (f"{error.message} (by way of the proxy {proxy})",)
    error.about(request)
    if options.started is not None:
        error.elapsed = max(0.0, now - options.started)
    return error
