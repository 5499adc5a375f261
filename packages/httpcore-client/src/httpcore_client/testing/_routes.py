"""`Route`: which requests it is for, what it says to them, and which of them came."""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any, Self, TypeAlias, TypedDict, Unpack, cast

from .._counted import counted
from .._options import check_options
from .._siblings import URL, Headers, QueryParams, QueryParamsInput, pool
from ._answers import Answer, AnswerOptions, ErrorTypes, as_error
from ._calls import Call, shown_content
from ._patterns import URLPattern, missing_params

__all__ = ["PASS", "MatchOptions", "Route", "Spoken", "URLTypes"]

URLTypes: TypeAlias = str | URL | re.Pattern[str] | None
_Function: TypeAlias = Callable[..., "Answer | Awaitable[Answer]"]


class _Pass:
    """Says nothing of its own."""


PASS = _Pass()
Spoken: TypeAlias = Answer | ErrorTypes | _Function | _Pass
"""What a route says: an answer, an error to raise, a function that answers, or nothing of its own."""


class MatchOptions(TypedDict, total=False):
    """What a request must have, besides method and URL, for a route to be for it.

    Keys:
        params: parameters of its query, which may have more; "*" is any value.
        headers: fields, by name: the value, a pattern that is searched for in it, or None for a field
            that it must not have.
        content: its content, or a pattern that is searched for in it (of bytes).
        json: what its content is JSON of.
        data: fields of the urlencoded form that its content is.
        where: a function that is given the request, its content read, and tells.
    """

    params: QueryParamsInput
    headers: Mapping[str, str | re.Pattern[str] | None]
    content: bytes | str | re.Pattern[bytes]
    json: Any
    data: QueryParamsInput
    where: Callable[[pool.Request], bool]


_OPTIONS = tuple(MatchOptions.__annotations__)


class Route:
    """Requests that are alike, and what is said to them; made by the methods of `MockAdapter`.

    What is added by `respond`, `fail` and `call` is said in turn, the last again and again.

    Attributes:
        calls: the requests that came, and what became of them.
    """

    def __init__(self, method: str | None, url: URLTypes, options: MatchOptions, lock: Any) -> None:
        check_options(options, _OPTIONS, "argument")
        if method is not None and not isinstance(method, str):
            raise TypeError(f"method must be a str or None, not {type(method).__name__}")
        if method is not None and "/" in method:
            raise ValueError(f"{method!r} is no method: write get({method!r}), or route(None, ...)")
        self._method = None if method is None else method.upper()
        self._pattern = URLPattern(url)
        self._options = _checked(options)
        self._params = QueryParams(options.get("params"))
        self._said: list[tuple[Spoken, int | None]] = []
        self._lock = lock
        self._taken = 0
        self.calls: list[Call] = []

    # What it says.

    def respond(
        self,
        status_code: int = 200,
        *,
        times: int | None = None,
        **options: Unpack[AnswerOptions],
    ) -> Self:
        """Answer like this.

        Args:
            status_code: the status.
            times: how often. None for once, or for ever if nothing is added after it. A route that has
                said all that it has to say is for no further request.
            options: see `AnswerOptions`.

        Raises:
            TypeError, ValueError: that is no answer that a server could give.
        """
        return self._say(Answer(status_code, **options), times)

    def fail(self, error: ErrorTypes, *, times: int | None = None) -> Self:
        """Raise this error, or one of this class, such as `ConnectError`."""
        as_error(error)  # which refuses what can't be raised
        return self._say(error, times)

    def call(self, function: _Function, *, times: int | None = None) -> Self:
        """Answer what a function returns, which is given the request, its content read.

        It is given the named parts of the URL, too: ``def user(request, id): return Answer(json=id)``. In
        async clients it may be a coroutine function.
        """
        if not callable(function):
            raise TypeError(f"function must be callable, not {type(function).__name__}")
        return self._say(function, times)

    def pass_through(self, *, times: int | None = None) -> Self:
        """Let the request go out to the network."""
        return self._say(PASS, times)

    def _say(self, what: Spoken, times: int | None) -> Self:
        if times is not None and (isinstance(times, bool) or not isinstance(times, int)):
            raise TypeError(f"times must be a whole number or None, not {type(times).__name__}")
        if times is not None and times < 1:
            raise ValueError(f"times must be at least 1, not {times}")
        with self._lock:
            self._said.append((what, times))
        return self

    # What came.

    @property
    def called(self) -> bool:
        """Whether a request came."""
        return bool(self.calls)

    @property
    def only_passes(self) -> bool:
        """Whether all it does is to let requests go out."""
        return bool(self._said) and all(what is PASS for what, _ in self._said)

    def assert_called(self, times: int | None = None) -> None:
        """Fail unless requests came: at least one, or so many.

        Raises:
            AssertionError: they did not.
        """
        came = len(self.calls)
        if times is None and not came:
            raise AssertionError(f"no request came for {self}")
        if times is not None and came != times:
            raise AssertionError(f"{counted(came, 'request')} came for {self}, not {times}")

    def reset(self) -> None:
        """Forget the requests, and begin again with what there is to say."""
        with self._lock:
            self._taken = 0
            self.calls.clear()

    # For the mock.

    def mismatches(self, request: pool.Request) -> list[str]:
        """Return what is different about a request, whose content was read; nothing if it matches."""
        found: list[str] = []
        if self._method not in (None, request.method):
            found.append(f"the method is {request.method}")
        found += self._pattern.mismatches(request.url) + missing_params(
            "query", request.url.params, self._params
        )
        for name, wanted in (self._options.get("headers") or {}).items():
            if not _is_like(request.headers.get(name), wanted):
                found.append(f"the field {name} is {_shown(request.headers, name)}")
        found += self._content_mismatches(request)
        where = self._options.get("where")
        if where is not None and not found and not where(request):
            found.append(f"where={getattr(where, '__name__', where)!s} says no")
        return found

    def _content_mismatches(self, request: pool.Request) -> list[str]:
        content, found = request.content, list[str]()
        if "content" in self._options:
            wanted = self._options["content"]
            if isinstance(wanted, re.Pattern):
                like = wanted.search(content) is not None
            else:
                like = content == (wanted.encode() if isinstance(wanted, str) else wanted)
            if not like:
                found.append(f"the content is {shown_content(request)}")
        if "json" in self._options and not _is_json(content, self._options["json"]):
            found.append(f"the content is not that JSON, but {shown_content(request)}")
        if "data" in self._options:
            form = QueryParams(content.decode("utf-8", "replace"))
            found += missing_params("form", form, QueryParams(self._options["data"]))
        return found

    def take(self, request: pool.Request) -> tuple[Spoken, dict[str, str]] | None:
        """Return what to say to a request that matches, and the named parts; None if all is said.

        To be called under the mock's lock.
        """
        count, at = 0, self._taken
        said = self._said or [(Answer(), None)]
        for index, (what, times) in enumerate(said):
            is_last = index == len(said) - 1
            count += 1 if times is None else times
            if at < count or (is_last and times is None):
                self._taken += 1
                return what, self._pattern.values(request.url)
        return None

    def __str__(self) -> str:
        what = f"{self._method or 'any method'} {self._pattern}"
        more = ", ".join(name for name in self._options)
        return f"{what} (with {more})" if more else what

    def __repr__(self) -> str:
        return f"<Route {self}: {counted(len(self.calls), 'call')}>"


def _is_like(value: str | None, wanted: str | re.Pattern[str] | None) -> bool:
    if isinstance(wanted, re.Pattern):
        return value is not None and wanted.search(value) is not None
    return value == wanted


def _shown(headers: Headers, name: str) -> str:
    if name not in headers:
        return "not there"
    return "another" if headers.is_sensitive(name) else repr(headers[name])


def _is_json(content: bytes, wanted: object) -> bool:
    try:
        return _is_same(json_module.loads(content), wanted)
    except ValueError:
        return False


def _is_same(one: Any, other: Any) -> bool:
    """Compare two values of JSON, where true is no 1 and 1.0 is."""
    if type(one) is type(other) is dict:
        return one.keys() == other.keys() and all(_is_same(one[name], other[name]) for name in one)
    if type(one) is type(other) is list:
        return len(one) == len(other) and all(map(_is_same, one, other))
    return (type(one) is bool) == (type(other) is bool) and bool(one == other)


def _checked(options: MatchOptions) -> MatchOptions:
    """Return what a request must have, its JSON as it would come: a tuple is a list there.

    Raises:
        TypeError, ValueError: that is nothing that a request could have.
    """
    content: Any = options.get("content", b"")
    pattern = isinstance(content, re.Pattern) and type(cast("Any", content).pattern) is bytes
    if not (pattern or isinstance(content, (bytes, str))):
        raise TypeError(f"content must be bytes, a str or a pattern of bytes, not {content!r}")
    headers: object = options.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise TypeError(f"headers must be a mapping of names, not {type(headers).__name__}")
    for name, value in cast("Mapping[str, object]", headers).items():
        if not (value is None or isinstance(value, (str, re.Pattern))):
            kind = type(value).__name__
            raise TypeError(f"headers: {name} must be a str, a pattern or None, not {kind}")
    where: object = options.get("where", callable)
    if not callable(where):
        raise TypeError(f"where must be callable, not {type(where).__name__}")
    if iscoroutinefunction(where):
        raise TypeError("where must not be async: what it returns would always count as true")
    if "json" in options:
        return {**options, "json": json_module.loads(json_module.dumps(options["json"]))}
    return options
