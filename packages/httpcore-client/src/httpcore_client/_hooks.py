"""What a caller wants to be told: `Hooks`, the functions for each kind of event.

Who tells is the `HookAdapter` (requests and responses), the `RedirectAdapter`, the pool (what it sends again)
and the client (errors). What a function raises is the caller's own and ends the request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeAlias, TypedDict, cast

from ._options import check_options
from ._siblings import pool

__all__ = ["HookTypes", "Hooks", "for_threads"]

_Hook: TypeAlias = Callable[..., object]
_Given: TypeAlias = _Hook | Iterable[_Hook] | None


class HookTypes(TypedDict, total=False):
    """What callers may write as `hooks=`: for each event a function or several, called in order.

    In async clients they may be coroutine functions. In `SyncClient` a response is a `SyncResponse`.

    Keys:
        request: is given each request, redirects included, before it is sent; it may change its headers.
            Cookies and credentials come later, so that they can't be logged by mistake.
        response: is given each response, redirects included, when its head is there and its body open.
        redirect: is given each response that is about to be followed; its `next_request` says where to.
        retry: is given a request, and the error because of which it is sent again.
        error: is given a request, and the error of the tree that the caller gets: not one that comes
            while a body is streamed.
    """

    request: _Given
    response: _Given
    redirect: _Given
    retry: _Given
    error: _Given


_EVENTS = tuple(HookTypes.__annotations__)


class Hooks:
    """Functions by event, checked.

    Attributes:
        functions: those for each event that has any.

    Raises:
        TypeError: an event is unknown, or what is to be called for it can't be.
    """

    __slots__ = ("functions",)

    def __init__(self, given: HookTypes) -> None:
        read = _read(given)
        self.functions: dict[str, tuple[_Hook, ...]] = {
            event: functions for event, functions in read.items() if functions
        }

    def __contains__(self, event: str) -> bool:
        return event in self.functions

    def __bool__(self) -> bool:
        return bool(self.functions)

    async def tell(self, event: str, *what: object) -> None:
        """Call every function for an event, and wait for those that are async."""
        for function in self.functions.get(event, ()):
            told = function(*what)
            if isinstance(told, Awaitable):
                await told


def _read(given: HookTypes) -> dict[str, tuple[_Hook, ...]]:
    if not isinstance(given, dict):
        raise TypeError(f"hooks must be a dict of functions by event, not {type(given).__name__}")
    check_options(given, _EVENTS, "hook")
    found: dict[str, tuple[_Hook, ...]] = {}
    for event, value in cast("dict[str, Any]", given).items():
        functions: tuple[Any, ...] = () if value is None else (value,)
        if not callable(value) and isinstance(value, Iterable):
            functions = tuple(cast("Iterable[Any]", value))  # type: ignore[redundant-cast]
        for function in functions:
            if not callable(function):
                raise TypeError(
                    f"hooks[{event!r}] must be functions, not {type(function).__name__}"
                )
        found[event] = functions
    return found


def for_threads(given: HookTypes) -> HookTypes:
    """Return the same hooks for a client for threads: they are given the twins of responses.

    Raises:
        TypeError: as for `Hooks`; or a function is async, which needs an event loop.
    """
    from inspect import iscoroutinefunction  # here: few clients have hooks

    wrapped: dict[str, Any] = {}
    for event, functions in _read(given).items():
        for function in functions:
            if iscoroutinefunction(function):
                raise TypeError(f"hooks[{event!r}] is async, which needs an async client")
        wrapped[event] = [
            function if isinstance(function, _InThreads) else _InThreads(function)
            for function in functions
        ]
    return cast("HookTypes", wrapped)


class _InThreads:
    """A hook of a client for threads. It pickles if its function does."""

    __slots__ = ("function",)

    def __init__(self, function: _Hook) -> None:
        self.function = function

    def __call__(self, *what: object) -> None:
        told = self.function(
            *(pool.SyncResponse(each) if isinstance(each, pool.Response) else each for each in what)
        )
        if isinstance(told, Coroutine):
            told.close()
            raise TypeError(f"the hook {self.function!r} is async, which needs an async client")
