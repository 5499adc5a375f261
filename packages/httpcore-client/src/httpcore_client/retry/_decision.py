"""Whether there is to be another try, now that one has failed in a way that is worth it. A pure rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import Value, pool

if TYPE_CHECKING:
    from ._policy import RetryPolicy

__all__ = ["Retry", "wait_before_retry"]


class Retry(Value, kw_only=True):
    """What `on_retry` is told: a request is about to be sent again.

    Attributes:
        attempt: the number of the try that failed, 1 for the first.
        request: what is sent again.
        error: why: what the try raised, or for a response the `HTTPStatusError` that it would raise.
        response: the response that is not good enough, its body closed; None if there was an error.
        delay: seconds until the next try.
    """

    attempt: int
    request: pool.Request
    error: Exception
    response: pool.Response | pool.SyncResponse | None
    delay: float


def wait_before_retry(
    policy: RetryPolicy,
    request: pool.Request,
    *,
    attempts: int,
    began: float,
    now: float,
    backoff: float,
    retry_after: float | None,
) -> float | str:
    """Return how many seconds to wait before the next try, or why there is to be none.

    Args:
        policy: what was agreed on.
        request: what would be sent again.
        attempts: how often it was sent.
        began: when for the first time.
        now: the time.
        backoff: seconds to wait, if the server does not say.
        retry_after: seconds that the server asks to wait, or None.
    """
    body, deadline = request.body, request.options.deadline
    wait = backoff + (retry_after or 0.0)
    if attempts >= policy.attempts:
        return f"that is all of RetryPolicy(attempts={policy.attempts})"
    if body is not None and body.opened and not body.replayable:
        return f"its body, {body}, can't be sent again"
    if retry_after is not None and retry_after > policy.max_retry_after:
        return (
            f"the server asks to wait {retry_after:g} s, "
            f"more than RetryPolicy(max_retry_after={policy.max_retry_after:g})"
        )
    if policy.total is not None and now + wait >= began + policy.total:
        return f"a wait of {wait:.2f} s would go past RetryPolicy(total={policy.total:g})"
    if deadline is not None and now + wait >= deadline:
        return f"a wait of {wait:.2f} s would go past the request's deadline"
    return wait
