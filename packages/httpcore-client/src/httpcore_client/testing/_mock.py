"""`MockAdapter`: answers in place of the network, as a test has it."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any, Unpack, cast

from .._counted import counted
from .._siblings import pool
from ._answers import Answer, as_error
from ._bodies import content_of, with_content
from ._calls import Call, scrubbed_content, shown, unmatched
from ._clock import ManualClock
from ._limits import Limits
from ._routes import PASS, MatchOptions, Route
from ._stand_in import StandIn

if TYPE_CHECKING:
    from ..adapters._clock import Clock
    from ._routes import Spoken, URLTypes

__all__ = ["MockAdapter"]


class MockAdapter(StandIn):
    """Answers requests by routes, of which the first that is for a request counts.

    ::

        mock = MockAdapter()
        mock.get("https://api.example.org/users/{id}").respond(json={"name": "Ann"})
        client = SyncClient(adapters=[mock])

    Everything above the network is as ever: redirects, cookies, credentials, content codings, limits. Time
    is a `ManualClock`'s unless another is given, so that delays take none.

    Args:
        clock: what passes when an answer has a delay; None for a `ManualClock` of its own.

    Attributes:
        calls: the requests that were answered, in order.
        unmatched: the requests that no route was for.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._own_clock = self._time = ManualClock() if clock is None else clock
        # What is here all placed copies share.
        self._lock = pool.SyncBackend().lock()
        self._routes: list[Route] = []
        self.calls: list[Call] = []
        self.unmatched: list[pool.Request] = []

    @property
    def clock(self) -> Clock:
        """What passes when an answer has a delay."""
        return self._time

    # Routes.

    def route(
        self,
        method: str | None = None,
        url: URLTypes = None,
        **options: Unpack[MatchOptions],
    ) -> Route:
        """Add a route, which answers 200 until it is told what to say.

        Args:
            method: None for every one.
            url: an exact URL, "https://host/users/{id}", "https://*.host/**", "/path" at any host, a
                compiled regular expression; None for every URL. A query in it is of parameters that the
                request has, among others.
            options: see `MatchOptions`.

        Raises:
            TypeError, ValueError: it is no such pattern, or an option is unknown.
        """
        route = Route(method, url, options, self._lock)
        with self._lock:
            self._routes.append(route)
        return route

    def get(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for GET requests; see `route`."""
        return self.route("GET", url, **options)

    def options(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for OPTIONS requests; see `route`."""
        return self.route("OPTIONS", url, **options)

    def head(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for HEAD requests; see `route`."""
        return self.route("HEAD", url, **options)

    def post(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for POST requests; see `route`."""
        return self.route("POST", url, **options)

    def put(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for PUT requests; see `route`."""
        return self.route("PUT", url, **options)

    def patch(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for PATCH requests; see `route`."""
        return self.route("PATCH", url, **options)

    def delete(self, url: URLTypes = None, **options: Unpack[MatchOptions]) -> Route:
        """Add a route for DELETE requests; see `route`."""
        return self.route("DELETE", url, **options)

    def pass_through(self, *urls: URLTypes) -> None:
        """Let requests to these URLs out to the network: "//localhost:*/**", for example."""
        for url in urls:
            self.route(None, url).pass_through()

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes, in order."""
        return tuple(self._routes)

    # What came.

    def assert_all_called(self) -> None:
        """Fail if there is a route that no request came for, or a request that no route was for.

        Routes that only let requests through need not be asked.

        Raises:
            AssertionError: there is.
        """
        self.assert_all_matched()
        idle = [str(each) for each in self._routes if not (each.called or each.only_passes)]
        if idle:
            raise AssertionError("\n  ".join(["no request came for", *idle]))

    def assert_all_matched(self) -> None:
        """Fail if a request came that no route was for, whatever the program made of the error.

        Raises:
            AssertionError: one did.
        """
        if self.unmatched:
            raise AssertionError("\n  ".join(["no route was for", *map(shown, self.unmatched)]))

    def reset(self) -> None:
        """Forget the requests; routes stay, and begin again with what they have to say."""
        for route in self._routes:
            route.reset()
        self.calls.clear()
        self.unmatched.clear()

    # The adapter.

    async def send(self, request: pool.Request) -> pool.Response:
        """Answer a request.

        Raises:
            UnmatchedRequest: no route is for it.
            HTTPError: what a route has to raise, or what its delay leads to.
        """
        limits = Limits(request, self.clock.now)
        try:
            if self.backend.loop() is not None:
                await self.backend.event().wait(0)  # others get their turn, as on a network
            seen = with_content(request, await content_of(request, self.backend))
            route, said, named = self._found(seen)
            call = Call(seen)
            route.calls.append(call)
            self.calls.append(call)
            try:
                call.response = response = await self._said(said, named, request, seen, limits)
            except BaseException as error:
                call.error = error
                raise
        except pool.HTTPError as error:
            limits.named(error)
            raise
        return response

    def _found(self, seen: pool.Request) -> tuple[Route, Spoken, dict[str, str]]:
        different: list[tuple[str, list[str]]] = []
        for route in self.routes:
            why = route.mismatches(seen)
            if not why:
                with self._lock:
                    taken = route.take(seen)
                if taken is not None:
                    return route, *taken
                why = ["it has said all that it has to say"]
            different.append((str(route), why))
        self.unmatched.append(seen)
        raise unmatched(shown(seen), scrubbed_content(seen), "route", different)

    async def _said(
        self,
        said: Spoken,
        named: dict[str, str],
        request: pool.Request,
        seen: pool.Request,
        limits: Limits,
    ) -> pool.Response:
        if said is PASS:
            twin = request.with_options(request.options)
            twin.body = seen.body
            return await self._inner.send(twin)
        if isinstance(said, BaseException) or (
            isinstance(said, type) and issubclass(said, BaseException)
        ):
            raise as_error(said)
        answer = said if isinstance(said, Answer) else await self._called(said, seen, named)
        return await answer.response_to(request, limits, self.clock)

    async def _called(self, function: Any, seen: pool.Request, named: dict[str, str]) -> Answer:
        answer: object = function(seen, **named)
        if isinstance(answer, Coroutine) and self.backend.loop() is None:
            answer.close()
            raise TypeError("the function of a route is async, which needs an async client")
        if isinstance(answer, Awaitable):
            answer = await cast("Awaitable[object]", answer)
        if not isinstance(answer, Answer):
            raise TypeError(
                f"{function!r} must return an Answer, such as Answer(200, json=...), not "
                f"{type(answer).__name__}"
            )
        return answer

    def __repr__(self) -> str:
        routes, calls = counted(len(self._routes), "route"), counted(len(self.calls), "call")
        return f"<MockAdapter: {routes}, {calls}>"
