"""Resolvers: the interface, functions, and the cache."""

import copy
import inspect
import pickle
import textwrap
import threading

import pytest

from httpcore_pool import CachingResolver, Resolver, ScriptedBackend, SystemResolver, run_sync
from httpcore_pool.network._resolver import FunctionResolver, as_resolver


class Counting(Resolver):
    """Answers as it is told, and counts."""

    def __init__(self, answer=("192.0.2.1",)):
        self.answer = answer
        self.asked = []
        self.dropped = []

    async def resolve(self, host, backend, timeout):
        self.asked.append(host)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def failed(self, host):
        self.dropped.append(host)

    def __repr__(self):
        return "<Counting>"


class Clocked(CachingResolver):
    """A cache with a clock that a test moves."""

    seconds = 0.0

    def _now(self):
        return self.seconds


def ask(resolver, host="a.test"):
    return run_sync(resolver.resolve(host, ScriptedBackend(), 5))


def test_the_system_is_asked_by_the_backend():
    assert ["a.test"] == ask(SystemResolver())


def test_a_function_is_a_resolver():
    resolver = as_resolver(lambda host: [f"{host}!"])
    assert ["a.test!"] == ask(resolver)
    assert resolver == FunctionResolver(resolver.function)
    assert repr(resolver).endswith("test_a_function_is_a_resolver.<locals>.<lambda>")


def test_the_example_of_the_docstring_works():
    code = inspect.getdoc(Resolver).partition("::\n\n")[2].partition("\n\nIt runs")[0]
    exec(textwrap.dedent(code), names := {"Resolver": Resolver})
    assert (["127.0.0.1"], ["a.test"]) == (ask(names["Lab"](), "a.lab"), ask(names["Lab"]()))


def test_what_is_a_resolver_stays_one():
    one = Counting()
    assert (one, SystemResolver()) == (as_resolver(one), as_resolver(None))


def test_an_answer_is_kept():
    counting = Counting()
    cache = CachingResolver(counting)
    assert [("192.0.2.1",)] * 3 == [ask(cache) for _ in range(3)]
    assert (["a.test"], 1) == (counting.asked, len(cache))
    assert "<CachingResolver over <Counting>, 1 names>" == repr(cache)


def test_an_answer_is_kept_as_long_as_it_says():
    counting = Counting()
    cache = Clocked(counting, ttl=10)
    for cache.seconds, asked in ((0, 1), (9.9, 1), (10, 2), (19.9, 2), (20, 3)):
        ask(cache)
        assert asked == len(counting.asked)


def test_without_a_ttl_it_is_kept_for_ever():
    counting = Counting()
    cache = Clocked(counting, ttl=None)
    ask(cache)
    cache.seconds = 1e12
    ask(cache)
    assert 1 == len(counting.asked)


def test_the_oldest_answer_makes_room():
    counting = Counting()
    cache = Clocked(counting, max_names=2, ttl=10)
    ask(cache, "a.test")
    ask(cache, "b.test")
    cache.seconds = 10
    ask(cache, "a.test")  # again, so that it is the newest
    ask(cache, "c.test")
    counting.asked.clear()
    for host in ("a.test", "c.test", "b.test"):
        ask(cache, host)
    assert ["b.test"] == counting.asked
    assert 2 == len(cache)


@pytest.mark.parametrize("answer", [(), [], OSError("no such name")])
def test_a_failure_is_not_kept(answer):
    counting = Counting(answer)
    cache = CachingResolver(counting)
    for _ in range(2):
        if answer in ((), []):
            assert () == ask(cache)
        else:
            with pytest.raises(OSError, match="no such name"):
                ask(cache)
    assert (2, 0) == (len(counting.asked), len(cache))


def test_an_answer_that_could_not_be_connected_to_is_dropped():
    counting = Counting()
    cache = CachingResolver(counting)
    ask(cache)
    cache.failed("a.test")
    cache.failed("never.test")
    ask(cache)
    assert 2 == len(counting.asked)
    assert ["a.test", "never.test"] == counting.dropped
    SystemResolver().failed("a.test")  # nothing to do


def test_it_can_be_cleared_and_is_true_when_it_is_empty():
    cache = CachingResolver(Counting())
    ask(cache)
    cache.clear()
    assert (0, True) == (len(cache), bool(cache))


def test_a_copy_elsewhere_begins_empty():
    cache = CachingResolver(SystemResolver(), ttl=5)
    ask(cache)
    for again in (pickle.loads(pickle.dumps(cache)), copy.copy(cache)):
        assert (0, 1) == (len(again), len(cache))
        ask(again)
        assert 1 == len(again)


def test_a_cache_of_a_cache_or_a_function_works():
    cache = CachingResolver(CachingResolver(lambda host: ["192.0.2.7"]))
    assert ("192.0.2.7",) == ask(cache) == ask(cache)


def test_threads_share_a_cache():
    cache = CachingResolver(Counting(), max_names=3)
    errors = []

    def work(number):
        try:
            for turn in range(300):
                host = f"{(number * turn) % 7}.test"
                assert ("192.0.2.1",) == ask(cache, host)
                if turn % 11 == 0:
                    cache.failed(host)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert ([], True) == (errors, len(cache) <= 3)


def test_an_oldest_answer_that_another_thread_has_dropped_is_no_error():
    cache = CachingResolver(Counting())
    cache._drop_oldest()
    assert 0 == len(cache)


@pytest.mark.parametrize("answer", ["192.0.2.1", b"192.0.2.1", None, 5, [5], [b"192.0.2.1"]])
def test_an_answer_that_is_none_names_the_resolver(answer):
    with pytest.raises(TypeError, match=r"<Counting> must return IP addresses as a list of str"):
        ask(CachingResolver(Counting(answer)))


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"ttl": "1"}, TypeError, "ttl must be a number of seconds or None, not str"),
        ({"ttl": True}, TypeError, "ttl must be a number of seconds or None, not bool"),
        ({"ttl": 0}, ValueError, "ttl must be more than 0 seconds, not 0"),
        ({"ttl": float("nan")}, ValueError, "ttl must be more than 0 seconds, not nan"),
        ({"max_names": 1.5}, TypeError, "max_names must be a whole number, not float"),
        ({"max_names": True}, TypeError, "max_names must be a whole number, not bool"),
        ({"max_names": 0}, ValueError, "max_names must be at least 1, not 0"),
        ({"resolver": 5}, TypeError, "resolver must be a Resolver, a function or None, not 5"),
    ],
)
def test_a_wrong_argument_is_refused(options, error, says):
    with pytest.raises(error) as caught:
        CachingResolver(**options)
    assert says in str(caught.value)
