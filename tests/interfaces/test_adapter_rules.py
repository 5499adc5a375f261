"""The rules for adapters hold for ours in every world, and each of them fails for one that breaks it."""

import pytest

from httpcore_client import CookieJar, HTTPError
from httpcore_client.adapters import (
    AuthAdapter,
    CookieAdapter,
    EnvironmentAdapter,
    RedirectAdapter,
)
from httpcore_client.cache import CacheAdapter
from httpcore_client.limits import (
    CircuitBreakerAdapter,
    ConcurrencyLimitAdapter,
    RateLimitAdapter,
)
from httpcore_client.retry import RetryAdapter, RetryPolicy
from httpcore_client.testing import MockAdapter
from httpcore_client.tracing.log import LogAdapter
from httpcore_pool import ConnectionPool, Response, ScriptedBackend, SyncBackend, run_sync
from httpcore_pool.testing import AdapterRules, LayerRules
from testkit.adapters import Passing

NAMES = [rule.__name__ for rule in LayerRules(RedirectAdapter)]
OF_EVERY = [rule.__name__ for rule in AdapterRules(lambda: None)]

LEVELS = {
    "redirects": RedirectAdapter,
    "environment": lambda below: EnvironmentAdapter(below, {}),
    "cookies": lambda below: CookieAdapter(below, CookieJar()),
    "auth": AuthAdapter,
}
ADDED = {
    "retry": lambda: RetryAdapter(RetryPolicy(attempts=1)),
    "cache": CacheAdapter,
    "rate": lambda: RateLimitAdapter(1000),
    "concurrency": lambda: ConcurrencyLimitAdapter(10),
    "breaker": CircuitBreakerAdapter,
    "log": LogAdapter,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", LEVELS)
def test_the_levels_of_a_client_keep_every_rule(level, name):
    run_sync(getattr(LayerRules(LEVELS[level]), name)())


@pytest.mark.parametrize("added", ADDED)
def test_what_a_caller_adds_keeps_every_rule(added, world, run):
    for rule in LayerRules(lambda below: ADDED[added]().over(below, world())):
        run(rule)


@pytest.mark.parametrize("name", OF_EVERY)
def test_a_pool_keeps_every_rule(name, world, run, origin):
    run(
        getattr(AdapterRules(lambda: ConnectionPool(world()), url=f"{origin.plain}/bytes/10"), name)
    )


def test_what_answers_by_itself_keeps_every_rule():
    def make():
        mock = MockAdapter()
        mock.get("https://www.example.org/").respond(200, content=b"hello")
        return mock.over(ConnectionPool(ScriptedBackend()), SyncBackend())

    for rule in AdapterRules(make):
        run_sync(rule())


def test_the_least_that_an_adapter_can_be_keeps_every_rule():
    for rule in LayerRules(Passing):
        run_sync(rule())


class NoAdapter:
    def __init__(self, below):
        self.send, self.close = below.send, below.close


class ReturnsNone(Passing):
    async def send(self, request):
        await (await self.below.send(request)).close()


class ReturnsInformation(Passing):
    async def send(self, request):
        await (await self.below.send(request)).close()
        return Response(100, request=request)


class NeverClosed(Passing):
    async def send(self, request):
        response = await self.below.send(request)

        class Open(Response):
            __slots__ = ()
            is_closed = property(lambda self: False)

        response.__class__ = Open
        return response


class OneResponse(Passing):
    _kept = None

    async def send(self, request):
        if self._kept is None:
            self._kept = await self.below.send(request)
        return self._kept


class ChangesTheRequest(Passing):
    async def send(self, request):
        request.headers["X-Id"] = "1"
        return await self.below.send(request)


class ClosesOnce(Passing):
    _closed = False

    async def close(self):
        if self._closed:
            raise RuntimeError("closed twice")
        self._closed = True
        await self.below.close()


class EntersAsNone(Passing):
    async def __aenter__(self):
        return None


class KeepsBelowOpen(Passing):
    async def close(self):
        pass


class Drops(Passing):
    async def send(self, request):
        await self.below.send(request)
        return await self.below.send(request)


class RaisesOthers(Passing):
    async def send(self, request):
        try:
            return await self.below.send(request)
        except HTTPError as error:
            raise ValueError("no") from error


class SwallowsAll(Passing):
    async def send(self, request):
        try:
            return await self.below.send(request)
        except BaseException:
            return Response(503, request=request)


class RaisesOther(Passing):
    async def send(self, request):
        try:
            return await self.below.send(request)
        except BaseException as error:
            raise RuntimeError("no") from error


class ReadsAhead(Passing):
    async def send(self, request):
        response = await self.below.send(request)
        body = b""
        try:
            async for piece in response.raw():
                body += piece
        except HTTPError:
            pass
        return Response(200, source=body, request=request)


BROKEN = [
    ("is_an_adapter", NoAdapter),
    ("returns_a_response_to_read", ReturnsNone),
    ("returns_a_response_to_read", ReturnsInformation),
    ("returns_a_response_to_read", NeverClosed),
    ("lets_a_response_be_closed_unread", NeverClosed),
    ("has_several_responses_open_at_once", OneResponse),
    ("leaves_the_request_as_it_was", ChangesTheRequest),
    ("closes_again_and_again", ClosesOnce),
    ("closes_again_and_again", EntersAsNone),
    ("closes_the_level_below", KeepsBelowOpen),
    ("leaves_no_response_open", Drops),
    ("fails_with_an_error_of_the_tree", RaisesOthers),
    ("swallows_no_cancellation", SwallowsAll),
    ("swallows_no_cancellation", RaisesOther),
    ("hands_on_a_body_that_breaks", ReadsAhead),
]


@pytest.mark.parametrize(("name", "broken"), BROKEN)
def test_an_adapter_that_breaks_a_rule_fails_it(name, broken):
    with pytest.raises(RuntimeError if broken is ClosesOnce else AssertionError):
        run_sync(getattr(LayerRules(broken), name)())


def test_every_rule_was_seen_to_fail():
    assert set(NAMES) == {name for name, _ in BROKEN}
    assert len(NAMES) == len(LayerRules(Passing))
