"""When a circuit opens and closes."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from httpcore_client.limits._circuit import Circuit, Thresholds


def circuit(**thresholds):
    return Circuit(Thresholds(**thresholds))


def run(tested, outcomes, now=0.0):
    """Let requests through one after the other: "." is good, "x" fails, "-" says nothing."""
    for outcome in outcomes:
        era = tested.admit(now)
        if outcome == "x":
            tested.failed(era, now, "ReadTimeout")
        elif outcome == ".":
            tested.succeeded(era, now)
        else:
            tested.withdrawn(era)
    return tested.state


def test_failures_in_a_row_open_it():
    tested = circuit(consecutive=3)
    assert "closed" == run(tested, "xx.xx-")
    assert "open" == run(tested, "x")
    assert "3 requests in a row failed, the last with: ReadTimeout" == tested.reason
    alone = circuit(consecutive=1)
    assert "open" == run(alone, "x")
    assert "a request failed with: ReadTimeout" == alone.reason


def test_a_share_of_failures_opens_it_once_there_are_enough_requests():
    tested = circuit(consecutive=None, failure_rate=0.5, min_requests=6)
    assert "closed" == run(tested, "x.x.x")
    assert "open" == run(tested, ".x")
    assert "open" == run(circuit(consecutive=None, failure_rate=0.5, min_requests=4), ".x.x")


def test_a_share_counts_within_its_window():
    tested = circuit(consecutive=None, failure_rate=0.5, min_requests=6, window=10.0)
    assert "closed" == run(tested, "xx...", now=0.0)
    assert "closed" == run(tested, "x", now=10.5)
    assert "closed" == run(tested, "x.x.", now=12.0)
    assert "open" == run(tested, "x", now=13.0)
    assert "4 of 6 requests within 10 s failed, the last with: ReadTimeout" == tested.reason


def test_an_open_one_lets_nothing_through_until_it_has_cooled_down():
    tested = circuit(consecutive=1, cooldown=10.0)
    run(tested, "x", now=5.0)
    assert None is tested.admit(14.9)
    assert pytest.approx(0.1) == tested.retry_in(14.9)
    assert None is not tested.admit(15.0)
    assert "half-open" == tested.state
    assert 0.0 == tested.retry_in(15.0)


def test_some_are_let_through_to_try_it_and_all_must_be_good():
    tested = circuit(consecutive=1, probes=2)
    run(tested, "x")
    first, second = tested.admit(20.0), tested.admit(20.0)
    assert None is tested.admit(20.0)
    tested.succeeded(first, 20.0)
    assert None is tested.admit(20.0)
    assert "half-open" == tested.state
    tested.succeeded(second, 20.0)
    assert "closed" == tested.state


def test_a_failed_try_opens_it_again():
    tested = circuit(consecutive=1, cooldown=10.0)
    run(tested, "x")
    assert "open" == run(tested, "x", now=12.0)
    assert "a request to try it failed: ReadTimeout" == tested.reason
    assert None is tested.admit(21.0)
    assert None is not tested.admit(22.0)


def test_a_try_that_says_nothing_makes_room_for_another():
    tested = circuit(consecutive=1)
    run(tested, "x")
    assert "half-open" == run(tested, "--", now=20.0)
    assert "closed" == run(tested, ".", now=20.0)


def test_a_try_that_nothing_is_heard_of_makes_room_after_a_cool_down():
    tested = circuit(consecutive=1, cooldown=10.0)
    run(tested, "x")
    lost, late = tested.admit(20.0), None
    assert None is tested.admit(29.9)
    late = tested.admit(30.0)
    assert None is tested.admit(30.0)
    tested.withdrawn(lost)
    assert None is not tested.admit(30.0)
    tested.succeeded(late, 50.0)  # however late it is
    assert "closed" == tested.state


def test_those_that_are_heard_of_late_make_no_room_twice():
    tested = circuit(consecutive=1, cooldown=10.0)
    run(tested, "x")
    for era in [tested.admit(now) for now in (20.0, 30.0, 40.0)]:
        tested.withdrawn(era)
    assert None is not tested.admit(40.0)
    assert None is tested.admit(40.0)
    tested = circuit(consecutive=1, cooldown=10.0, probes=3)
    run(tested, "x")
    early, late = [tested.admit(20.0) for _ in range(3)], tested.admit(30.0)
    for era in (early[0], late):
        tested.succeeded(era, 30.0)
    assert None is not tested.admit(30.0)
    assert None is tested.admit(30.0)


def test_what_began_before_the_last_change_says_nothing_of_now():
    tested = circuit(consecutive=1)
    late = [tested.admit(0.0) for _ in range(3)]
    run(tested, "x")
    tested.succeeded(late[0], 1.0)
    assert "open" == tested.state
    era = tested.admit(20.0)
    tested.failed(late[1], 20.0, "late")
    tested.withdrawn(late[2])
    assert None is tested.admit(20.0)
    assert "half-open" == tested.state
    tested.succeeded(era, 20.0)
    assert "closed" == tested.state


@pytest.mark.parametrize(
    ("thresholds", "error", "message"),
    [
        ({"consecutive": 0}, ValueError, "consecutive must be at least 1, not 0"),
        ({"failure_rate": 1.5}, ValueError, "failure_rate must be 1 at most, not 1.5"),
        ({"failure_rate": 0}, ValueError, "failure_rate must be more than 0, not 0"),
        ({"consecutive": None, "failure_rate": None}, ValueError, "nothing would open it"),
        ({"window": "30"}, TypeError, "window must be a number, not str"),
        ({"min_requests": 1.5}, TypeError, "min_requests must be a whole number, not float"),
        ({"cooldown": -1}, ValueError, "cooldown must be more than 0, not -1"),
        ({"probes": 0}, ValueError, "probes must be at least 1, not 0"),
    ],
)
def test_what_makes_no_thresholds_is_refused(thresholds, error, message):
    with pytest.raises(error) as caught:
        Thresholds(**thresholds)
    assert message in str(caught.value)


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order, good tries close an open circuit, and tries are bounded."""

    def __init__(self):
        super().__init__()
        self.tested = circuit(consecutive=2, cooldown=3.0, probes=2, min_requests=4)
        self.now = 0.0
        self.running = []
        self.opened = None

    @rule(seconds=st.sampled_from([0.0, 1.0, 4.0]))
    def wait(self, seconds):
        self.now += seconds

    @rule()
    def send(self):
        before = self.tested.state
        era = self.tested.admit(self.now)
        if before == "open":
            assert (era is not None) == (self.now >= self.tested.opened + 3.0)
        if before == "closed":
            assert era is not None
        if era is not None:
            self.running.append((era, self.now))

    @rule(which=st.integers(0, 5), outcome=st.sampled_from("x.-"))
    def end(self, which, outcome):
        if not self.running:
            return
        era, _ = self.running.pop(which % len(self.running))
        if outcome == "x":
            self.tested.failed(era, self.now, "x")
        elif outcome == ".":
            self.tested.succeeded(era, self.now)
        else:
            self.tested.withdrawn(era)

    @rule()
    def lose(self):
        self.running = self.running[1:]

    @invariant()
    def at_most_so_many_try_it(self):
        trying = [began for era, began in self.running if era == self.tested._era]
        if self.tested.state == "half-open" and min(trying, default=0.0) > self.now - 3.0:
            assert len(trying) <= 2

    def teardown(self):
        for _ in range(3):
            self.now += 3.0
            self.tested.succeeded(self.tested.admit(self.now), self.now)
        assert "closed" == self.tested.state


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
