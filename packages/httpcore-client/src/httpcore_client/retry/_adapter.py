"""`RetryAdapter`: sends again what failed. The rules are `_policy`, `_decision` and `_budget`."""

from __future__ import annotations

import random as standard
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Never, TypeAlias

from .._options import ClientOptions, refuse_others
from .._riding import as_callable
from .._siblings import headers, pool
from ..adapters import AddedAdapter, EnvironmentAdapter
from ._budget import RetryBudget
from ._decision import Retry, wait_before_retry
from ._policy import RetryPolicy

if TYPE_CHECKING:
    from ..adapters import Clock

__all__ = ["OnRetry", "RetryAdapter"]

OnRetry: TypeAlias = Callable[[Retry], object]


class RetryAdapter(AddedAdapter):
    """Sends requests again that failed by chance, as its policy says and its budget allows.

    It stands over cookies and credentials, which each try gets anew, and under the redirects: each hop
    has tries of its own. No wait goes past the request's deadline: the caller gets the response or the
    error at hand at once. An error that more tries did not mend has a note of how many there were. What
    the pool sends again by itself, where an idle connection had gone, is part of one try.

    One adapter may be given to several clients: they share its budget.

    Args:
        policy: when to send again, and after how long.
        budget: how many retries there may be; None for a `RetryBudget()` of its own.
        on_retry: is called with a `Retry` before the wait for each; in async clients it may be async. The
            client's hook "retry" is called too.
        clock: tells the time and waits, for tests; None for the client's world.
        random: returns numbers from 0 to 1, for tests; None for those of `random.random`.

    Raises:
        TypeError: an argument is of another kind.
    """

    level: ClassVar[type[pool.Adapter]] = EnvironmentAdapter

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        budget: RetryBudget | None = None,
        on_retry: OnRetry | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] | None = None,
        **others: Never,
    ) -> None:
        super().__init__()
        known = ("policy", "budget", "on_retry")
        refuse_others("RetryAdapter", others, known, "RetryPolicy", RetryPolicy._fields)
        policy = RetryPolicy() if policy is None else policy
        budget = RetryBudget() if budget is None else budget
        if not isinstance(policy, RetryPolicy):
            raise TypeError(
                "policy must be a RetryPolicy, such as RetryPolicy(attempts=4), "
                f"not {type(policy).__name__}"
            )
        if not isinstance(budget, RetryBudget):
            raise TypeError(f"budget must be a RetryBudget, not {type(budget).__name__}")
        self.policy: RetryPolicy = policy
        self.budget: RetryBudget = budget
        self._on_retry: OnRetry | None = as_callable("on_retry", on_retry)
        self._random: Callable[[], float] = as_callable("random", random) or _drawn
        self._own_clock = clock

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, as often as it takes and is allowed.

        Raises:
            HTTPError: what the last try raised.
        """
        began = self.clock.now()
        timeout = request.options.timeout
        if timeout is not None:  # the time of all tries is counted from here, if not from above
            request = request.with_options(request.options.begun(began, timeout))
        attempt = 0
        while True:
            attempt += 1
            try:
                response = await self._inner.send(request)
            except Exception as error:
                # An error of what a flow of authentication sends is one of the try that it is for.
                of_flow = ClientOptions.of(request.options).of_flow
                if of_flow or not self.policy.retries_error(request, error):
                    self._note(error, attempt, began)
                    raise
                wait = self._wait(request, attempt, began)
                if isinstance(wait, str):
                    self._note(error, attempt, began, wait)
                    raise
                await self._pause(attempt, request, error, None, wait)
                continue
            try:
                if not self.policy.retries_status(request, response.status_code):
                    if response.status_code < 500 and response.status_code != 429:
                        self.budget.answered()
                    return response
                wait = self._wait(request, attempt, began, response)
                if isinstance(wait, str):
                    return response
                until = self.clock.now() + wait
            except BaseException:  # of a policy of the caller's, or Ctrl-C
                await response.close()
                raise
            await pool.discard(response)
            shown = pool.SyncResponse(response) if self.backend.name == "threads" else response
            left = max(until - self.clock.now(), 0.0)
            await self._pause(attempt, request, _failure(shown), shown, left)

    def _wait(
        self,
        request: pool.Request,
        attempts: int,
        began: float,
        response: pool.Response | None = None,
    ) -> float | str:
        """Return how long to wait before the next try, for which a token is taken, or why there is none."""
        retry_after = None
        if response is not None and (field := response.headers.get("Retry-After")) is not None:
            now = datetime.fromtimestamp(self.clock.time(), UTC)
            retry_after = headers.parse_retry_after(field, now=now)
        wait = wait_before_retry(
            self.policy,
            request,
            attempts=attempts,
            began=began,
            now=self.clock.now(),
            backoff=self.policy.backoff(attempts, self._random),
            retry_after=retry_after,
        )
        if isinstance(wait, float) and not self.budget.take():
            return "the retry budget is used up"
        return wait

    async def _pause(
        self,
        attempt: int,
        request: pool.Request,
        error: Exception,
        response: pool.Response | pool.SyncResponse | None,
        delay: float,
    ) -> None:
        """Tell who wants to know, and wait."""
        options = request.options
        if options.trace is not None:
            details = {"error": type(error).__name__, "attempt": attempt, "delay": delay}
            options.trace(pool.TraceEvent("request.retry", request, self.clock.now(), details))
        if options.on_retry is not None and (hook := options.on_retry(request, error)) is not None:
            await hook
        if self._on_retry is not None:
            told = self._on_retry(
                Retry(attempt=attempt, request=request, error=error, response=response, delay=delay)
            )
            if isinstance(told, Awaitable):
                await told
        await self.clock.sleep(delay)

    def _note(self, error: Exception, attempts: int, began: float, why: str = "") -> None:
        """Say in the error how much was tried, if that was more than once or might have been."""
        if attempts > 1 or (why and self.policy.attempts > 1):
            times = "once" if attempts == 1 else f"{attempts} times"
            seconds = self.clock.now() - began
            again = f"; not again: {why}" if why else ""
            error.add_note(f"tried {times} within {seconds:.2f} s{again}")

    def __repr__(self) -> str:
        return f"<RetryAdapter attempts={self.policy.attempts} {self.budget!r}>"


def _drawn() -> float:
    """Draw from the generator of this process.

    `random.random` itself pickles with its state: all processes that an adapter travels to would draw, and
    come back, alike.
    """
    return standard.random()  # noqa: S311 - no secret


def _failure(response: pool.Response | pool.SyncResponse) -> pool.HTTPStatusError:
    """Return what a response says as an error."""
    status = response.status_code
    error = pool.HTTPStatusError(f"the server answered {status}", status)
    error.response = response
    return error.about(response.request)
