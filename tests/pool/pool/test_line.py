"""`Line` alone: who is next for a slot, and what it costs to know."""

import pytest

from httpcore_pool.pool._entry import Lane, Waiter
from httpcore_pool.pool._line import Line


class Place:
    """A line with lanes, of which each may have so many entries.

    Attributes:
        line: the line.
        lanes: its lanes, by key.
    """

    def __init__(self, line=None):
        self.line = Line(1) if line is None else line
        self.lanes = {}

    def join(self, *keys):
        """Have one wait at each key; return them."""
        waiters = []
        for key in keys:
            lane = self.lanes.setdefault(key, Lane(key, may_share=False))
            waiters.append(Waiter(key, may_share=False))
            self.line.join(lane, waiters[-1])
        return waiters

    def leave(self, *waiters):
        for waiter in waiters:
            self.line.leave(self.lanes[waiter.key], waiter)

    def block(self, key, *, blocked=True):
        """A lane comes to its own limit, or has room again."""
        self.lanes[key].open = int(blocked)
        self.line.note(self.lanes[key])

    def served(self):
        """The keys of all who wait, in the order in which slots go to them."""
        order = []
        while (lane := self.line.next()) is not None:
            order.append(lane.key)
            self.leave(lane.first)
        return order


def test_who_came_first_is_next_whatever_the_lane():
    place = Place()
    place.join(*"abacbca")
    assert (7, list("abacbca"), 0) == (place.line.queued, place.served(), place.line.queued)


def test_a_first_who_gives_up_leaves_the_turn_to_others_before_the_second():
    place = Place()
    first, *_ = place.join(*"aba")
    place.leave(first)
    assert ["b", "a"] == place.served()


def test_who_stands_behind_one_of_another_lane_does_not_take_what_is_the_others():
    place = Place()
    (a,) = place.join("a")
    assert place.line.is_next(place.lanes["a"])
    place.join(*"ba")
    assert place.line.is_next(place.lanes["a"])
    assert not place.line.is_next(place.lanes["b"])
    place.leave(a)
    assert not place.line.is_next(place.lanes["a"])


@pytest.mark.parametrize("why", ["its own limit", "a dial"])
def test_a_lane_that_may_not_dial_is_in_nobodys_way_and_comes_back_to_its_place(why):
    place = Place()
    place.join(*"abc")

    def block(blocked):
        if why == "a dial":
            place.lanes["a"].dial = object() if blocked else None
            place.line.note(place.lanes["a"])
        else:
            place.block("a", blocked=blocked)

    for _ in range(2):  # it can be taken out more than once
        block(True)
        assert "b" == place.line.next().key
        assert place.line.is_next(place.lanes["b"])
        block(False)
        assert "a" == place.line.next().key
    assert list("abc") == place.served()


def test_a_lane_that_everybody_left_comes_in_again_at_the_end():
    place = Place()
    (a,) = place.join("a")
    place.leave(a)
    assert place.line.next() is None
    place.join(*"ba")
    assert ["b", "a"] == place.served()


def test_a_lane_is_listed_once_however_many_stand_in_it():
    place = Place()
    place.join(*"aaaaa")
    for _ in range(5):
        place.line.note(place.lanes["a"])
        place.line.next()
    assert 1 == len(place.line._heap)


# Many that give up.


def test_those_who_stay_are_served_in_their_order_behind_many_who_give_up():
    place = Place()
    waiters = place.join(*range(400))
    place.leave(waiters[0])
    place.line.next()  # the heap is now in another order than that of arrival
    staying = [number for number in range(400) if number in (2, 3) or number % 50 == 4]
    leaving = [number for number in range(1, 400) if number not in staying]
    place.leave(*[waiters[number] for number in leaving])
    assert len(place.line._heap) < 200  # it was cleaned out
    place.join(*leaving)
    assert [*staying, *leaving] == place.served()


class Swept(Line):
    """Counts the lanes that it looks at to clean out."""

    looked_at = 0

    def _sweep(self):
        self.looked_at += len(self._heap)
        super()._sweep()


@pytest.mark.parametrize("staying", [0, 1000])
def test_to_clean_out_costs_each_who_gives_up_no_more_than_a_few_steps(staying):
    place = Place(Swept(1))
    place.join(*[("stays", number) for number in range(staying)])
    for number in range(3000):
        place.leave(*place.join(number))
    assert 0 < place.line.looked_at < 3 * 3000
    assert len(place.line._heap) <= 65 + 2 * staying
