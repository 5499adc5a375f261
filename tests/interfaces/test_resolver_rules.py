"""The rules for resolvers hold for ours in every world, and each of them fails for one that breaks it."""

import itertools

import pytest

from httpcore_pool import CachingResolver, Resolver, SyncBackend, SystemResolver, run_sync
from httpcore_pool.testing import ResolverRules


class Lab(Resolver):
    """Knows one name."""

    async def resolve(self, host, backend, timeout):
        if host == "printer.lab":
            return ["127.0.0.1", "fe80::1%2"]
        raise LookupError(f"{host} is not in this lab")


NAMES = [rule.__name__ for rule in ResolverRules(Lab, SyncBackend(), known="printer.lab")]


@pytest.mark.parametrize("make", [Lab, lambda: CachingResolver(Lab())], ids=["alone", "cached"])
def test_one_that_knows_names_keeps_every_rule(make, world, run):
    for rule in ResolverRules(make, world(), known="printer.lab", unknown="nowhere.lab"):
        run(rule)


def test_the_system_keeps_every_rule(world, run):
    # No server is asked for these: one is of this machine, the other too long for a label.
    for rule in ResolverRules(SystemResolver, world(), known="localhost", unknown="x" * 64):
        run(rule)


def test_one_that_finds_every_name_needs_no_unknown():
    for rule in ResolverRules(Lab, SyncBackend(), known="printer.lab"):
        run_sync(rule())


def broken(**methods):
    return type("Broken", (Lab,), methods)


def answers(value):
    async def resolve(self, host, backend, timeout):
        return value

    return broken(resolve=resolve)


class Once(Lab):
    _asked = False

    async def resolve(self, host, backend, timeout):
        self._asked, asked = True, self._asked
        return [] if asked else ["127.0.0.1"]


class NeedsALimit(Lab):
    async def resolve(self, host, backend, timeout):
        return ["127.0.0.1"] if timeout is not None else []


class Raises(Lab):
    async def resolve(self, host, backend, timeout):
        raise RuntimeError("no")


class TooLong(Lab):
    async def resolve(self, host, backend, timeout):
        raise TimeoutError


class Forgets(Lab):
    gone = False

    def failed(self, host):
        self.gone = True

    async def resolve(self, host, backend, timeout):
        return [] if self.gone else ["127.0.0.1"]


NUMBERS = itertools.count()
BROKEN = [
    ("is_a_resolver", object),
    ("is_hashable", broken(__hash__=None)),
    ("is_hashable", broken(__eq__=lambda self, other: False, __hash__=lambda self: 1)),
    ("is_hashable", broken(__hash__=lambda self: next(NUMBERS))),
    ("answers_a_known_name_with_addresses", answers("127.0.0.1")),
    ("answers_a_known_name_with_addresses", answers([])),
    ("answers_a_known_name_with_addresses", answers([b"127.0.0.1"])),
    ("answers_a_known_name_with_addresses", answers(["printer"])),
    ("answers_again", Once),
    ("answers_without_a_limit", NeedsALimit),
    ("refuses_an_unknown_name", answers(["127.0.0.1"])),
    ("refuses_an_unknown_name", Raises),
    ("refuses_an_unknown_name", TooLong),
    ("takes_the_news_that_a_name_failed", Forgets),
]


@pytest.mark.parametrize(
    ("name", "kind"), BROKEN, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_resolver_that_breaks_a_rule_fails_it(name, kind):
    rules = ResolverRules(kind, SyncBackend(), known="printer.lab", unknown="nowhere.lab")
    with pytest.raises(AssertionError):
        run_sync(getattr(rules, name)())


def test_every_rule_was_seen_to_fail():
    assert set(NAMES) == {name for name, _ in BROKEN}
