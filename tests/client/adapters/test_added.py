"""Adapters that a caller adds: where they stand, what their place gives them, and what they share."""

import pytest

from httpcore_client import (
    AddedAdapter,
    Clock,
    ConnectionPool,
    EnvironmentAdapter,
    Request,
    ScriptedBackend,
    SyncBackend,
    SyncClient,
)
from httpcore_pool import run_sync


class Counting(AddedAdapter):
    """Counts what passes, over all the places it has."""

    def __init__(self, clock=None):
        self.seen = []
        self._own_clock = clock

    async def send(self, request):
        self.seen.append(request.url.path)
        return await super().send(request)


class Higher(Counting):
    level = EnvironmentAdapter


def test_each_stands_over_the_level_of_its_class_the_first_as_the_outermost():
    with SyncClient(
        adapters=[Counting(), Higher(), Counting()], backend=ScriptedBackend()
    ) as client:
        shown = repr(client)
    over_pool = "<AuthAdapter> > <Counting> > <Counting> > <ConnectionPool"
    assert over_pool in shown
    assert "<RedirectAdapter max_redirects=20> > <Higher> > <EnvironmentAdapter>" in shown


def test_what_it_holds_is_shared_by_all_its_places(fake, exchange):
    counting = Counting()
    backend = ScriptedBackend()
    for path in ("/1", "/2"):
        exchange(counting.over(fake(), backend), Request("GET", f"http://a.test{path}"))
    assert ["/1", "/2"] == counting.seen


def test_with_its_place_it_is_given_a_world_and_the_time(fake):
    backend = ScriptedBackend()
    placed = Counting().over(bottom := fake(), backend)
    assert (bottom, backend) == (placed.inner, placed.backend)
    before = placed.clock.now()
    assert before <= backend.now()
    assert placed.clock.time() > 1_700_000_000
    own = Clock(backend)
    assert own is Counting(own).over(fake(), backend).clock


def test_a_clock_waits_in_its_world():
    backend = SyncBackend()
    clock = Clock(backend)
    before = clock.now()
    run_sync(clock.sleep(0.001))
    run_sync(clock.sleep(-1))
    assert clock.now() >= before + 0.001


@pytest.mark.parametrize("what", ["inner", "backend", "clock"])
def test_without_a_place_it_says_how_it_gets_one(what):
    with pytest.raises(RuntimeError, match=r"no place in a stack yet: give it to a client, as ada"):
        getattr(Counting(), what)
    with pytest.raises(RuntimeError, match="no place in a stack yet"):
        SyncClient(adapters={ConnectionPool: lambda _: Counting()}, backend=ScriptedBackend())
    with pytest.raises(AttributeError, match="'Counting' object has no attribute 'missing'"):
        _ = Counting().missing


def test_additions_may_come_from_an_iterator_and_stay_with_variants():
    counting = iter([Counting()])
    with SyncClient(adapters=counting, backend=ScriptedBackend()) as client:
        assert "<Counting>" in repr(client.replace(max_redirects=1))
        assert "<Counting>" not in repr(client.replace(adapters=None))


def test_additions_over_a_level_that_there_is_not_are_refused():
    class Lost(AddedAdapter):
        level = Counting

    with pytest.raises(TypeError, match="Counting'> is no level of the stack, which are Redirect"):
        SyncClient(adapters=[Lost()], backend=ScriptedBackend())


def test_a_class_in_place_of_an_adapter_is_refused():
    with pytest.raises(TypeError, match=r"Counting is a class: give Counting\(\.\.\.\)"):
        SyncClient(adapters=[Counting], backend=ScriptedBackend())


@pytest.mark.parametrize(("given", "told"), [(3, "a int"), (str, "str")])
def test_what_is_no_adapter_at_all_is_refused(given, told):
    with pytest.raises(
        TypeError, match=f"^adapters: {told} is no adapter; those to add are such as"
    ):
        SyncClient(adapters=[given], backend=ScriptedBackend())


def test_a_clock_is_that_which_a_backend_is_made_to_tell():
    class Still(Clock):
        slept = 0.0

        def now(self):
            return 7.0

        def time(self):
            return 8.0

        async def sleep(self, seconds, until=None):
            self.slept += seconds

    backend, still = ScriptedBackend(), Still(None)
    clock = Clock(backend)
    backend.now = still.now
    run_sync(clock.sleep(1000))
    assert (7.0, 8.0, 1000) == (clock.now(), clock.time(), still.slept)
