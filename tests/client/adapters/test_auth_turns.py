"""Exclusive steps with real concurrency: tasks of asyncio, tasks of Trio, threads."""

import threading

import pytest

from httpcore_client import (
    Adapter,
    AuthAdapter,
    AuthRequest,
    ClientOptions,
    Exclusive,
    PoolLimits,
    Request,
    Response,
    ScriptedBackend,
    Timeout,
    TokenAuth,
    TotalTimeout,
)
from testkit.awaits import BACKENDS
from testkit.peer import response

CROWD = 8


class Counting:
    """A world's backend that knows when so many wait for a turn: each of them makes an event."""

    def __init__(self, world, expected):
        self._inner = BACKENDS[world.name]()
        self._expected = expected
        self._lock = threading.Lock()
        self._told = []
        self.lock, self.now = self._inner.lock, self._inner.now

    def event(self):
        with self._lock:
            self._expected -= 1
            for told in [] if self._expected else self._told:
                told.set()
        return self._inner.event()

    async def until_all_wait(self):
        told = self._inner.event()
        with self._lock:
            self._told.append(told)
            if self._expected <= 0:
                told.set()
        assert await told.wait(5)


class Bottom(Adapter):
    """Gives out tokens, one number after another, when all others wait for one; echoes them else.

    Attributes:
        given: how many tokens were given.
        most: how many were being given at once, at most.
        fails: how many are refused first.
    """

    def __init__(self, until_all_wait, fails=0):
        self._until_all_wait = until_all_wait
        self.given = self.most = self._running = 0
        self.fails = fails

    async def send(self, request):
        if request.url.host != "token.test":
            shown = request.headers.get("X-Token", "")
            return Response(200 if shown else 401, None, shown.encode(), request=request)
        self._running += 1
        self.most = max(self.most, self._running)
        await self._until_all_wait()
        self._running -= 1
        self.given += 1
        if self.given <= self.fails:
            raise ZeroDivisionError("no token today")
        return Response(200, None, b"%d" % self.given, request=request)

    async def close(self):
        pass


class Renewing:
    """Gets a token if it has none, as `TokenAuth` does with a source."""

    def __init__(self):
        self.token = None

    def flow(self, request):
        yield ()
        token = yield Exclusive(self, self._renewed())
        yield (("X-Token", token),)

    def _renewed(self):
        if self.token is None:
            response = yield AuthRequest("POST", "http://token.test/")
            self.token = response.content.decode()
        return self.token


@pytest.fixture
def crowd(world):
    """Send requests at once, one with each of these auths; return what each gets, and the bottom."""

    def crowd(*auths, expected=None, fails=0):
        async def scenario():
            waiting = len(auths) - 1 if expected is None else expected
            backend = Counting(world, waiting)
            bottom = Bottom(backend.until_all_wait, fails)
            adapter = AuthAdapter(bottom, backend)

            def call(auth):
                async def send():
                    options = ClientOptions(auth=auth)
                    request = Request("GET", "http://a.test/", options=options)
                    try:
                        return await (await adapter.send(request)).read()
                    except ZeroDivisionError as error:
                        return error

                return send

            return list(await world.gather(*map(call, auths))), bottom

        return world.run(scenario)

    return crowd


def test_of_a_crowd_one_renews_and_all_get_it(crowd):
    got, bottom = crowd(*[Renewing()] * CROWD)
    assert [b"1"] * CROWD == got
    assert (1, 1) == (bottom.given, bottom.most)


def test_when_the_one_that_renews_fails_the_next_one_tries(crowd):
    got, bottom = crowd(*[Renewing()] * CROWD, fails=2)
    errors = [each for each in got if isinstance(each, ZeroDivisionError)]
    assert ([b"3"] * (CROWD - 2), 2) == ([each for each in got if each not in errors], len(errors))
    assert (3, 1) == (bottom.given, bottom.most)


def test_who_has_another_key_does_not_wait(crowd):
    # Each of the two who renew waits in its own request until the two others wait for them.
    first, second = Renewing(), Renewing()
    got, bottom = crowd(first, first, second, second, expected=2)
    assert [[b"1", b"1"], [b"2", b"2"]] == sorted([got[:2], got[2:]])
    assert (2, 2) == (bottom.given, bottom.most)


def test_who_comes_later_finds_the_turn_free(crowd):
    auth = Renewing()
    for _ in range(2):
        got, bottom = crowd(*[auth] * CROWD) if auth.token is None else crowd(auth, expected=0)
        assert {b"1"} == set(got)
        assert bottom.given <= 1


def test_one_who_waits_too_long_is_told_and_the_others_go_on(world):
    async def scenario():
        auth, backend = Renewing(), BACKENDS[world.name]()
        bottom = Bottom(Counting(world, 0).until_all_wait)
        adapter = AuthAdapter(bottom, backend)

        async def patient():
            options = ClientOptions(auth=auth)
            response = await adapter.send(Request("GET", "http://a.test/", options=options))
            return await response.read()

        async def hasty():
            turn = adapter.turn(auth, backend)
            assert await turn.acquire(5)  # whoever holds it
            too_late = backend.event()

            async def late():
                limit = Timeout(total=0.02)
                options = ClientOptions(auth=auth, timeout=limit, deadline=backend.now() + 0.02)
                with pytest.raises(TotalTimeout, match="was still renewing the credentials"):
                    await adapter.send(Request("GET", "http://a.test/", options=options))
                too_late.set()

            async def leave():
                assert await too_late.wait(5)
                turn.release()

            await world.gather(late, leave)

        await hasty()
        return list(await world.gather(patient, patient)), bottom.given

    assert ([b"1", b"1"], 1) == world.run(scenario)


def test_a_source_of_tokens_is_asked_once_by_clients_of_any_kind(world, fake):
    """Through `TokenAuth`, whose source is sync or, where there is a loop, async."""
    calls = []

    def source():
        calls.append(1)
        return f"t{len(calls)}"

    async def async_source():
        return source()

    async def scenario():
        for give in (source, async_source):
            auth, backend = TokenAuth(give), BACKENDS[world.name]()
            inner = fake()
            adapter = AuthAdapter(inner, backend)

            async def get(adapter=adapter, auth=auth):
                options = ClientOptions(auth=auth)
                response = await adapter.send(Request("GET", "http://a.test/", options=options))
                await response.read()

            calls.clear()
            await world.gather(*[get] * CROWD)
            shown = {request.headers["Authorization"] for request in inner.requests}
            assert ({"Bearer t1"}, [1]) == (shown, calls)

    world.run(scenario)


def test_a_response_that_is_not_accepted_yet_holds_up_nothing_that_the_flow_needs(world):
    """With the only connection in use by the 401, the request for a token could never be sent."""

    class Own:
        def flow(self, request):
            yield ()
            answer = yield AuthRequest("POST", "http://a.test/token")
            yield (("X-Token", answer.content.decode()),)

    head = response(b"no", "401 Who")[:-2]
    scripts = [lambda _: head, b"no", lambda _: response(b"token"), lambda _: response(b"in")]
    backend = ScriptedBackend(scripts)
    options = {"pool_limits": PoolLimits(max_connections=1), "trust_env": False}

    async def scenario():
        async with world.client(backend=backend, **options) as client:
            answer = await client.get("http://a.test/", auth=Own())
            return answer.content

    assert b"in" == world.run(scenario)
    assert b"X-Token: token" in backend.streams[0].written
