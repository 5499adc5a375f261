"""Timeouts, pool limits, options, budgets: what is accepted, what follows."""

import inspect
import math
import pickle

import pytest

from httpcore_pool import BodyLimits, HTTP2Settings, MessageLimits, Options, PoolLimits, Timeout
from httpcore_pool._config import Budget


def test_the_defaults_are_the_documented_ones():
    assert Timeout(connect=5, read=30, write=30, pool=5, total=None) == Timeout()
    assert PoolLimits(100, None, 15) == PoolLimits()


def test_a_number_is_the_limit_of_each_phase_and_none_is_no_limit():
    assert Timeout(2, 2, 2, 2, None) == Timeout.of(2)
    assert Timeout(None, None, None, None, None) == Timeout.of(None)


def test_a_timeout_is_taken_as_it_is():
    timeout = Timeout(connect=1)
    assert timeout is Timeout.of(timeout)


def test_infinity_is_no_limit():
    assert Timeout(read=None) == Timeout(read=math.inf)


@pytest.mark.parametrize("wrong", [0, -1, math.nan, 0.0])
def test_a_limit_must_be_positive(wrong):
    with pytest.raises(ValueError, match=r"Timeout\(read=...\) must be more than 0 seconds"):
        Timeout(read=wrong)
    with pytest.raises(ValueError, match="timeout must be more than 0"):
        Timeout.of(wrong)


@pytest.mark.parametrize("wrong", ["5", True, (1, 2)])
def test_a_limit_must_be_a_number(wrong):
    with pytest.raises(TypeError, match=r"Timeout\(total=...\) must be a number"):
        Timeout(total=wrong)
    with pytest.raises(TypeError, match="timeout must be a Timeout, .*a number of seconds or None"):
        Timeout.of(wrong)


def test_pool_limits_may_be_none():
    limits = PoolLimits(None, None, None)
    assert (None, None, None) == (
        limits.max_connections,
        limits.max_keepalive,
        limits.keepalive_expiry,
    )


def test_pool_limits_allow_zero_keepalive_but_no_zero_connections():
    assert (0, 0) == (
        PoolLimits(max_keepalive=0).max_keepalive,
        PoolLimits(1, 0, 0).keepalive_expiry,
    )
    with pytest.raises(ValueError, match="max_connections=...\\) must be at least 1, not 0"):
        PoolLimits(max_connections=0)
    with pytest.raises(ValueError, match="max_keepalive=...\\) must be at least 0, not -1"):
        PoolLimits(max_keepalive=-1)
    with pytest.raises(ValueError, match="keepalive_expiry"):
        PoolLimits(keepalive_expiry=-1)


def test_pool_limits_of_an_origin_and_of_a_connection():
    limits = PoolLimits(1, 2, 3, 4, 5, 6)
    assert (4, 5, 6) == (limits.max_per_origin, limits.max_age, limits.max_requests)
    limits = PoolLimits(max_age=math.inf)
    assert (None, None, None) == (limits.max_per_origin, limits.max_age, limits.max_requests)
    for name in ("max_per_origin", "max_requests"):
        with pytest.raises(ValueError, match=f"{name}=...\\) must be at least 1, not 0"):
            PoolLimits(**{name: 0})
        with pytest.raises(TypeError, match=f"{name}=...\\) must be a whole number"):
            PoolLimits(**{name: 1.0})
    with pytest.raises(ValueError, match=r"PoolLimits\(max_age=...\) must be more than 0"):
        PoolLimits(max_age=0)
    with pytest.raises(TypeError, match="max_age"):
        PoolLimits(max_age="1")


@pytest.mark.parametrize("wrong", [1.5, "3", True])
def test_pool_limits_are_whole_numbers(wrong):
    with pytest.raises(TypeError, match="whole number"):
        PoolLimits(max_connections=wrong)


def test_options_begin_once():
    first = Options().begun(10.0, Timeout(total=5))
    assert (10.0, 15.0, Timeout(total=5)) == (first.started, first.deadline, first.timeout)
    assert first is first.begun(99.0, Timeout(total=1))


def test_options_keep_what_the_caller_gave():
    own = Options(timeout=Timeout(total=2), deadline=7.0).begun(10.0, Timeout(total=5))
    assert (7.0, Timeout(total=2)) == (own.deadline, own.timeout)


def test_options_with_a_start_get_the_limits_that_are_missing():
    begun = Options(started=1.0).begun(10.0, Timeout(total=5))
    assert (1.0, 6.0) == (begun.started, begun.deadline)


def test_a_budget_without_a_deadline_gives_the_limit_of_the_phase():
    budget = Budget(Options(timeout=Timeout(read=3, write=None)), lambda: 0.0)
    assert (3, None, 9) == (budget.read(), budget.write(), budget.cut(9))


def test_the_head_may_be_waited_for_otherwise_than_what_follows():
    def limits(deadline=None, **how):
        budget = Budget(Options(timeout=Timeout(**how), deadline=deadline), lambda: 0.0)
        return budget.head(), budget.read()

    assert (3, 3) == limits(read=3)
    assert (9, 3) == limits(read=3, head=9)
    assert (9, None) == limits(read=None, head=9)
    assert (2, 1) == limits(deadline=2, read=1, head=9)


def test_a_budget_without_options_has_the_default_limits():
    assert Timeout() == Budget(Options(), lambda: 0.0).timeout


def test_a_deadline_cuts_each_wait_and_never_below_zero():
    now = [0.0]
    budget = Budget(Options(timeout=Timeout(read=3, write=None), deadline=10.0), lambda: now[0])
    assert (3, 10.0) == (budget.read(), budget.write())
    now[0] = 8.0
    assert (2.0, 2.0) == (budget.read(), budget.write())
    now[0] = 11.0
    assert 0.0 == budget.read()


@pytest.mark.parametrize(
    ("deadline", "seconds", "left"), [(None, 4, 4), (3.0, 4, 3), (9.0, 4, 4), (3.0, None, 3)]
)
def test_a_countdown_ends_at_the_nearer_of_limit_and_deadline(deadline, seconds, left):
    budget = Budget(Options(deadline=deadline), lambda: 0.0).countdown(seconds)
    assert left == budget.cut(None)


def test_a_countdown_without_any_limit_has_none():
    assert Budget(Options(), lambda: 0.0).countdown(None).cut(None) is None


def test_the_clock_of_a_request_that_is_sent_again_starts_anew():
    limits = Timeout(total=5)
    first = Options().begun(100.0, limits)
    assert first.begun(103.0, limits) is first
    again = first.begun(200.0, limits, anew=True)
    assert (again.started, again.deadline) == (200.0, 205.0)
    given = Options(deadline=150.0).begun(100.0, limits, anew=True)
    assert (given.started, given.deadline) == (100.0, 150.0)


def test_a_number_gives_the_same_limits_each_time():
    assert Timeout.of(2.5) is Timeout.of(2.5)
    assert "connect=3," in repr(Timeout.of(3))
    assert "connect=3.0," in repr(Timeout.of(3.0))
    with pytest.raises(TypeError):
        Timeout.of(True)  # although it equals 1, which was asked for
    assert Timeout.of(1) == Timeout(1, 1, 1, 1)
    with pytest.raises(TypeError):
        Timeout.of(True)


FIELDS = list(inspect.signature(Options).parameters)


class Mark:
    """A value of any field: what is checked may be a function."""

    def __call__(self, content): ...


@pytest.mark.parametrize("name", FIELDS)
def test_a_copy_keeps_each_field_and_changes_the_one_named(name):
    values = {name: Mark() for name in FIELDS}
    first = Options(**values)
    value = Mark()
    expected = Options(**{**values, name: value})
    assert [expected, Options(**values)] == [first.copy_with(**{name: value}), first]


def test_a_copy_is_frozen_and_of_the_same_class():
    copy = Options().copy_with(target="*")
    assert Options is type(copy)
    with pytest.raises(AttributeError, match="cannot assign to field 'target'"):
        copy.target = "/"
    assert copy == pickle.loads(pickle.dumps(copy))
    assert hash(copy) == hash(Options(target="*"))


@pytest.mark.parametrize("name", ["tagret", "begun"])
def test_a_copy_can_not_have_other_fields(name):
    with pytest.raises(TypeError, match=rf"Options\(\) has no argument '{name}'"):
        Options().copy_with(**{name: 1})


def test_a_subclass_states_its_fields_once_and_keeps_them_in_copies():
    class Own(Options):
        more: int = 0

    begun = Own(more=5).begun(10.0, Timeout(total=5))
    assert Own(timeout=Timeout(total=5), started=10.0, deadline=15.0, more=5) == begun
    assert Own(more=6) == Own(more=5).copy_with(more=6)
    assert [*FIELDS, "more"] == list(vars(Own()))


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (Timeout(), {"read": 0}),
        (PoolLimits(), {"max_age": -1}),
        (MessageLimits(), {"fields": 0}),
        (BodyLimits(), {"max_bytes": -1}),
        (BodyLimits(), {"bomb_bytes": -1}),
        (BodyLimits(), {"bomb_ratio": 0}),
        (HTTP2Settings(), {"ping_after": 0}),
    ],
)
def test_copies_are_checked(value, changes):
    with pytest.raises(ValueError, match=f"{type(value).__name__}"):
        value.copy_with(**changes)


def test_body_limits_may_be_none_but_the_ratio():
    limits = BodyLimits(max_bytes=None, bomb_bytes=None)
    assert (None, None, 100) == (limits.max_bytes, limits.bomb_bytes, limits.bomb_ratio)
    assert BodyLimits(None, 2**30, 100) == BodyLimits()
    for name, wrong in (("max_bytes", "1"), ("bomb_bytes", 1.5), ("bomb_ratio", None)):
        with pytest.raises(TypeError, match=rf"BodyLimits\({name}=...\) must be a whole number"):
            BodyLimits(**{name: wrong})


def test_a_default_encoding_is_a_text_encoding_or_a_function():
    assert "latin-1" == Options(default_encoding="latin-1").default_encoding
    assert str.upper is Options(default_encoding=str.upper).default_encoding
    with pytest.raises(LookupError, match="'klingon' is not a text encoding"):
        Options(default_encoding="klingon")
    with pytest.raises(TypeError, match="an encoding must be a str, not int"):
        Options(default_encoding=8)


@pytest.mark.parametrize("wrong", [1.5, "3", True, None])
def test_message_limits_are_whole_numbers(wrong):
    with pytest.raises(TypeError, match=r"MessageLimits\(fields=...\) must be a whole number"):
        MessageLimits(fields=wrong)


def test_http_2_settings_have_the_documented_defaults():
    assert HTTP2Settings(16 * 1024 * 1024, 32 * 1024 * 1024, None, 10) == HTTP2Settings()


@pytest.mark.parametrize(
    ("name", "lowest"), [("stream_window_bytes", 1), ("connection_window_bytes", 65_535)]
)
def test_windows_are_whole_numbers_that_http_2_can_say(name, lowest):
    for value in (lowest, 2**31 - 1):
        assert value == getattr(HTTP2Settings(**{name: value}), name)
    for value in (lowest - 1, 2**31):
        with pytest.raises(
            ValueError, match=rf"HTTP2Settings\({name}=...\) must be from {lowest} to"
        ):
            HTTP2Settings(**{name: value})
    for value in (1e6, "1", True, None):
        with pytest.raises(TypeError, match=rf"HTTP2Settings\({name}=...\) must be a whole number"):
            HTTP2Settings(**{name: value})


def test_signs_of_life_are_asked_for_after_seconds_or_never():
    settings = HTTP2Settings(ping_after=2.5, ping_timeout=1)
    assert (2.5, 1) == (settings.ping_after, settings.ping_timeout)
    assert HTTP2Settings() == HTTP2Settings(ping_after=math.inf)
    for name in ("ping_after", "ping_timeout"):
        with pytest.raises(ValueError, match=rf"HTTP2Settings\({name}=...\) must be more than 0"):
            HTTP2Settings(**{name: 0})
        with pytest.raises(TypeError, match=rf"HTTP2Settings\({name}=...\) must be a number"):
            HTTP2Settings(**{name: "1"})


@pytest.mark.parametrize("never", [None, math.inf])
def test_the_wait_for_a_sign_of_life_has_an_end(never):
    with pytest.raises(ValueError, match="ping_timeout=...\\) must be a number of seconds"):
        HTTP2Settings(ping_timeout=never)


def test_a_copy_of_limits_reads_infinity_as_no_limit():
    assert PoolLimits(max_age=None) == PoolLimits().copy_with(max_age=math.inf)
