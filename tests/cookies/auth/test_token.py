import asyncio

import pytest

from httpcore_cookies import (
    AuthError,
    AuthRequest,
    AuthResponse,
    Exclusive,
    InvalidCredentials,
    TokenAuth,
)
from testkit.auth_flows import drive, refusal, request_for

REFUSED = refusal('Bearer error="invalid_token"')


class Source:
    """Gives one token after another, and counts how often it was asked."""

    def __init__(self, *given):
        self.given = [*given]
        self.asked = 0

    def __call__(self):
        self.asked += 1
        value = self.given.pop(0)
        if isinstance(value, Exception):
            raise value
        return value


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def tokens(steps):
    """The tokens that were sent."""
    fields = [dict(step) for step in steps if isinstance(step, tuple)]
    return [one["Authorization"].removeprefix("Bearer ") for one in fields]


def sent(auth, *answers):
    return tokens(drive(auth.flow(request_for()), *answers))


# -- when a token is asked for --


@pytest.mark.parametrize("given", ["token", ("token", 3600), ("token", 3600.5)])
def test_one_token_serves_all_requests(given):
    source = Source(given)
    auth = TokenAuth(source)
    assert [["token"]] * 5 == [sent(auth) for _ in range(5)]
    assert 1 == source.asked


def test_nothing_is_asked_for_before_it_is_needed():
    source = Source("token")
    TokenAuth(source).flow(request_for())
    assert 0 == source.asked


def test_a_token_is_asked_for_alone_and_the_request_waits():
    auth = TokenAuth(Source("token"))
    flow = auth.flow(request_for())
    step = next(flow)
    assert (Exclusive, True) == (type(step), step.key is auth)


def test_many_waiting_requests_share_one_token():
    source = Source("token")
    auth = TokenAuth(source)
    flows = [auth.flow(request_for()) for _ in range(20)]
    turns = [next(flow) for flow in flows]
    assert [Exclusive] * 20 == [type(turn) for turn in turns]
    given = [outcome(turn) for turn in turns]  # one after the other, as they were promised
    assert ["token"] * 20 == tokens(flow.send(one) for flow, one in zip(flows, given, strict=True))
    assert 1 == source.asked


def outcome(exclusive):
    """Do steps that wait for nothing; return what they return."""
    with pytest.raises(StopIteration) as stop:
        next(exclusive.steps)
    return stop.value.value


@pytest.mark.parametrize(
    ("life", "early"),
    [(3600, 30), (300, 30), (200, 20), (10, 1), (1, 0.1), (0, 0)],
)
def test_a_token_is_renewed_a_little_before_its_end(clock, life, early):
    source = Source(("first", life), ("second", life))
    auth = TokenAuth(source, clock=clock)
    sent(auth)
    if life:
        clock.now = 1000.0 + life - early - 0.01
        assert ["first"] == sent(auth)
    clock.now = 1000.0 + life - early
    assert ["second"] == sent(auth)
    assert 2 == source.asked


@pytest.mark.parametrize("life", [0, -1, -3600.0])
def test_a_token_without_a_life_serves_the_request_that_asked_for_it(clock, life):
    source = Source(("first", life), ("second", life))
    auth = TokenAuth(source, clock=clock)
    assert [["first"], ["second"]] == [sent(auth), sent(auth)]


@pytest.mark.parametrize("given", ["token", ("token", float("inf"))])
def test_a_token_whose_life_is_unknown_is_kept(clock, given):
    auth = TokenAuth(Source(given), clock=clock)
    sent(auth)
    clock.now = 1e12
    assert ["token"] == sent(auth)


def test_life_counts_from_when_the_token_came(clock):
    def source():
        clock.now += 100
        return "token", 50

    auth = TokenAuth(source, clock=clock)
    assert ["token"] == sent(auth)
    now = clock.now
    assert ["token"] == sent(auth)
    assert now == clock.now


def test_requests_that_wait_for_the_renewal_of_an_old_token_share_the_new(clock):
    source = Source(("old", 60), ("new", 60))
    auth = TokenAuth(source, clock=clock)
    sent(auth)
    clock.now += 100
    flows = [auth.flow(request_for()) for _ in range(5)]
    turns = [next(flow) for flow in flows]
    given = [outcome(turn) for turn in turns]
    assert ["new"] * 5 == tokens(flow.send(one) for flow, one in zip(flows, given, strict=True))
    assert 2 == source.asked


# -- when a token is refused --


def test_a_refused_token_is_renewed_once_and_the_request_sent_once_more():
    source = Source("old", "new", "never")
    auth = TokenAuth(source)
    assert ["old", "new"] == sent(auth, REFUSED, REFUSED)
    assert ["new"] == sent(auth)
    assert 2 == source.asked


def test_requests_whose_token_was_refused_share_the_new():
    source = Source("old", "new")
    auth = TokenAuth(source)
    sent(auth)
    flows = [auth.flow(request_for()) for _ in range(20)]
    assert ["old"] * 20 == tokens(next(flow) for flow in flows)
    turns = [flow.send(REFUSED) for flow in flows]
    given = [outcome(turn) for turn in turns]
    assert ["new"] * 20 == tokens(flow.send(one) for flow, one in zip(flows, given, strict=True))
    assert 2 == source.asked


def test_a_request_that_comes_late_with_the_old_token_takes_the_new():
    source = Source("old", "new")
    auth = TokenAuth(source)
    sent(auth)
    late = auth.flow(request_for())
    next(late)
    assert ["old", "new"] == sent(auth, REFUSED)
    assert ["new"] == tokens([late.send(outcome(late.send(REFUSED)))])
    assert 2 == source.asked


def test_the_same_token_again_is_not_sent_again():
    source = Source("token", "token", "other")
    auth = TokenAuth(source)
    assert ["token"] == sent(auth, REFUSED)
    assert ["token", "other"] == sent(auth, REFUSED)


@pytest.mark.parametrize("status", [200, 302, 400, 403, 407, 500])
def test_other_answers_are_accepted(status):
    source = Source("token", "never")
    assert ["token"] == sent(TokenAuth(source), refusal("Bearer", status=status))
    assert 1 == source.asked


# -- what sources give --


def test_an_error_of_the_source_passes_and_the_next_request_tries_anew():
    error = OSError("no network")
    source = Source(error, "token")
    auth = TokenAuth(source)
    with pytest.raises(OSError, match="no network") as caught:
        sent(auth)
    assert error is caught.value
    assert ["token"] == sent(auth)


def test_an_error_while_renewing_passes_and_the_next_request_tries_anew():
    source = Source("old", OSError("no network"), "new")
    auth = TokenAuth(source)
    with pytest.raises(OSError, match="no network"):
        sent(auth, REFUSED)
    assert ["old", "new"] == sent(auth, REFUSED)


def test_who_waited_for_one_that_failed_asks_itself():
    source = Source(OSError("no network"), "token")
    auth = TokenAuth(source)
    first, second = (next(auth.flow(request_for())) for _ in range(2))
    with pytest.raises(OSError, match="no network"):
        next(first.steps)
    outcome(second)
    assert ["token"] == sent(auth)


def test_an_async_source_is_awaited_by_who_drives_the_flow():
    async def source():
        await asyncio.sleep(0)
        return "token", 3600

    auth = TokenAuth(source)
    flow = auth.flow(request_for())
    steps = next(flow).steps
    given = asyncio.run(_value(next(steps)))
    with pytest.raises(StopIteration) as stop:
        steps.send(given)
    assert ["token"] == tokens([flow.send(stop.value.value)])
    assert ["token"] == sent(auth)


async def _value(awaitable):
    return await awaitable


def test_a_renewal_that_is_closed_midway_leaves_nothing_behind():
    class Pending:
        def __await__(self):
            yield

    source = Source(Pending(), "token")
    auth = TokenAuth(source)
    flow = auth.flow(request_for())
    steps = next(flow).steps
    assert isinstance(next(steps), Pending)
    steps.close()
    flow.close()
    assert ["token"] == sent(auth)


@pytest.mark.parametrize(
    "given",
    [
        None,
        b"s3cret",
        3600,
        (),
        ("s3cret",),
        ("s3cret", "3600"),
        ("s3cret", None),
        (3600, "s3cret"),
        ("s3cret", 3600, "more"),
        {"access_token": "s3cret"},
    ],
    ids=repr,
)
def test_what_a_source_must_not_give_is_an_error_without_it(given):
    auth = TokenAuth(lambda: given)
    with pytest.raises(AuthError, match="must return a str, or a pair") as caught:
        sent(auth)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "s3cret two", "Bearer s3cret", "s3cret\n", "s3crét"])
def test_what_is_no_token_is_an_error_without_it(token):
    for given in (token, (token, 3600)):
        auth = TokenAuth(lambda given=given: given)
        with pytest.raises(InvalidCredentials) as caught:
            sent(auth)
        assert "s3cr" not in str(caught.value)


@pytest.mark.parametrize("source", [None, "token", ("token", 1)])
def test_a_source_is_a_function(source):
    with pytest.raises(TypeError, match=f"must be a function, not {type(source).__name__}"):
        TokenAuth(source)


def test_the_clock_is_that_of_the_machine_if_none_is_given():
    source = Source(("first", 0), ("second", 3600))
    auth = TokenAuth(source)
    assert [["first"], ["second"], ["second"]] == [sent(auth) for _ in range(3)]


@pytest.mark.parametrize("life", [float("nan"), float("-inf"), 1e300, 10**400])
def test_a_life_that_is_no_number_of_seconds_is_an_auth_error(clock, life):
    with pytest.raises(AuthError, match="its life in seconds"):
        sent(TokenAuth(Source(("first", life)), clock=clock))


def test_a_source_may_be_steps_whose_last_word_is_the_token(clock):
    own = AuthRequest("POST", "https://token.test/")

    def source():
        response = yield own
        return response.content.decode(), 100

    auth = TokenAuth(source, clock=clock)
    steps = drive(auth.flow(request_for()), AuthResponse(200, content=b"token"))
    assert isinstance(steps[0], Exclusive)
    assert [own, (("Authorization", "Bearer token"),)] == steps[1:]
    assert ["token"] == sent(auth)
