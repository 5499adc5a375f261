"""How many retries there may be."""

import math
import pickle
import threading

import pytest

from httpcore_client.retry import RetryBudget


def test_retries_end_with_the_tokens_and_answers_bring_parts_of_them():
    budget = RetryBudget(2, 0.25)
    assert [True, True, False] == [budget.take() for _ in range(3)]
    for _ in range(3):
        budget.answered()
    assert not budget.take()
    budget.answered()
    assert budget.take()
    assert 0 == budget.tokens


def test_ten_tenths_of_a_token_are_one():
    budget = RetryBudget(1, 0.1)
    for _ in range(3):
        assert budget.take()
        for _ in range(10):
            assert not budget.take()
            budget.answered()
    assert budget.take()
    assert 0 == budget.tokens


def test_there_are_never_more_than_its_capacity():
    budget = RetryBudget(1, 0.5)
    for _ in range(10):
        budget.answered()
    assert 1 == budget.tokens


def test_an_infinite_budget_is_never_used_up():
    budget = RetryBudget(math.inf)
    assert all(budget.take() for _ in range(1000))


def test_no_token_is_taken_twice_by_threads_that_race_for_it():
    budget = RetryBudget(1000, 0)
    taken = []

    def take():
        taken.append(sum(budget.take() for _ in range(500)))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert 1000 == sum(taken)


def test_it_travels_as_a_full_one():
    budget = RetryBudget(5, 0.5)
    budget.take()
    assert "<RetryBudget 4 of 5, 0.5 an answer>" == repr(budget)
    assert "<RetryBudget 5 of 5, 0.5 an answer>" == repr(pickle.loads(pickle.dumps(budget)))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["10"], TypeError, "capacity=...) must be a number, not str"),
        ([-1], ValueError, "capacity=...) must be at least 0, not -1"),
        ([10**400], ValueError, "capacity=...) must be a finite number, not 1000"),
        ([10, math.nan], ValueError, "refill=...) must be a finite number, not nan"),
        ([10, True], TypeError, "refill=...) must be a number, not bool"),
    ],
)
def test_what_makes_no_budget_is_refused(arguments, error, message):
    with pytest.raises(error) as caught:
        RetryBudget(*arguments)
    assert message in str(caught.value)
