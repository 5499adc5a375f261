"""When the next request may go."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_client.limits._bucket import Bucket


def times(bucket, count, now=0.0):
    """When so many go, each as soon as it may."""
    found = []
    for _ in range(count):
        now += bucket.wait(now)
        bucket.take(now)
        found.append(now)
    return found


def test_requests_are_spaced_evenly():
    assert [0.0, 0.5, 1.0, 1.5] == times(Bucket(0.5, 1), 4)


def test_a_burst_goes_at_once_after_a_rest():
    bucket = Bucket(0.5, 3)
    assert [0.0, 0.0, 0.0, 0.5, 1.0] == times(bucket, 5)
    assert [2.0, 2.0, 2.5] == times(bucket, 3, now=2.0)
    assert [100.0, 100.0, 100.0, 100.5] == times(bucket, 4, now=100.0)


def test_who_is_in_line_knows_its_wait():
    bucket = Bucket(0.5, 2)
    assert [0.0, 0.0, 0.5, 1.0] == [bucket.wait(10.0, ahead) for ahead in range(4)]
    bucket.take(10.0)
    assert [0.0, 0.4, 0.9] == [round(bucket.wait(10.1, ahead), 6) for ahead in range(3)]


def test_a_pause_holds_all_back():
    bucket = Bucket(0.5, 1)
    bucket.pause(7.0)
    bucket.pause(3.0)
    assert [7.0, 7.5] == [bucket.wait(0.0), bucket.wait(0.0, 1)]
    assert [7.0, 7.5, 8.0] == times(bucket, 3)


@settings(max_examples=60, deadline=None)
@given(
    interval=st.sampled_from([0.1, 1.0, 7.0]),
    burst=st.integers(1, 5),
    rests=st.lists(st.floats(0.0, 5.0), min_size=1, max_size=30),
)
def test_no_time_sees_more_than_its_share(interval, burst, rests):
    bucket, now, gone = Bucket(interval, burst), 0.0, []
    for rest in rests:
        now += rest
        gone += times(bucket, 1, now)
        now = gone[-1]
    for first, begin in enumerate(gone):
        for last in range(first, len(gone)):
            most = burst + (gone[last] - begin) / interval
            assert last - first + 1 <= most + 1e-6


@settings(max_examples=60, deadline=None)
@given(burst=st.integers(1, 4), ahead=st.integers(0, 6), at=st.floats(0.0, 3.0))
def test_what_was_said_of_a_wait_comes_true(burst, ahead, at):
    bucket = Bucket(0.5, burst)
    times(bucket, 3)
    said = at + bucket.wait(at, ahead)
    assert pytest.approx(said) == times(bucket, ahead + 1, at)[-1]
