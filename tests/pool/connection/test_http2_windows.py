"""How much content may be sent (RFC 9113 5.2, 6.9): windows of streams, shares of the connection's."""

import h2.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import HTTP2Settings
from httpcore_pool.connection._http2_frames import Fault, StreamFault
from httpcore_pool.connection._http2_streams import Stream
from httpcore_pool.connection._http2_windows import FIRST_WINDOW_BYTES, SendWindows

CODES = h2.errors.ErrorCodes
MOST = 2**31 - 1


class Windows(SendWindows):
    """Notes who was told of a share."""

    def __init__(
        self, shared=FIRST_WINDOW_BYTES, *, initial=2
    ):  # so little that nothing is a crumb
        super().__init__(self._note)
        self.told = []
        self.by_id = {}
        self.initial = initial
        if shared != FIRST_WINDOW_BYTES:
            spender = self.stream(99, MOST)
            self.frame_bytes = FIRST_WINDOW_BYTES
            if shared < FIRST_WINDOW_BYTES:
                self.spend(spender, FIRST_WINDOW_BYTES - shared, whole=True)
            else:
                self.widen(shared - FIRST_WINDOW_BYTES)

    def _note(self, news):
        self.told.append(news.id)

    def room(self, stream, wanted=MOST):
        return super().room(stream, wanted)

    def stream(self, stream_id, room=MOST):
        self.by_id[stream_id] = stream = Stream(stream_id, "POST", HTTP2Settings(), room)
        return stream

    def send(self, stream, size):
        """Send a piece as far as it goes; return how much that is."""
        sent = 0
        while sent < size and (part := self.room(stream, size - sent)):
            sent += part
            self.spend(stream, part, whole=sent == size)
        return sent


def test_a_stream_sends_what_its_own_window_allows():
    windows = Windows()
    stream = windows.stream(1, 100)
    assert (100, 0) == (windows.send(stream, 150), windows.room(stream))
    windows.widen_stream(stream, 30)
    assert (30, True) == (windows.room(stream), stream.changed)


def test_a_stream_sends_what_the_connections_window_allows():
    windows = Windows(100)
    stream = windows.stream(1)
    assert (100, 0) == (windows.send(stream, 150), windows.room(stream))
    windows.widen(30)
    assert (30, [1]) == (windows.room(stream), windows.told)


def test_one_frame_is_no_larger_than_the_server_takes():
    windows = Windows()
    stream = windows.stream(1)
    assert 16_384 == windows.room(stream)
    windows.adjust(windows.initial, 20_000, [stream])
    assert 20_000 == windows.room(stream)


# Shares.


@pytest.mark.parametrize(
    ("widened", "shares"), [(90, [30, 30, 30]), (100, [34, 33, 33]), (2, [1, 1, 0])]
)
def test_who_waits_for_the_connections_window_gets_equal_shares(widened, shares):
    windows = Windows(0)
    streams = [windows.stream(number) for number in (1, 3, 5)]
    assert [0, 0, 0] == [windows.send(stream, 1000) for stream in streams]
    windows.widen(widened)
    assert shares == [windows.room(stream) for stream in streams]
    # Whoever is first does not take what is another's.
    assert shares == [windows.send(stream, 1000) for stream in streams]
    assert [1, 3, 5][: len([share for share in shares if share])] == windows.told


def test_a_newcomer_does_not_take_what_was_dealt():
    windows = Windows(0)
    waiting, newcomer = windows.stream(1), windows.stream(3)
    windows.room(waiting)
    windows.widen(100)
    assert (0, 100) == (windows.room(newcomer), windows.room(waiting))


def test_a_share_is_kept_for_all_frames_of_a_piece():
    windows = Windows(0)
    windows.frame_bytes = 100
    large, other = windows.stream(1), windows.stream(3)
    windows.room(large), windows.room(other)
    windows.widen(300)
    assert (150, 0) == (windows.send(other, 150), windows.room(other))
    assert 100 == windows.room(large, 150)
    windows.spend(large, 100, whole=False)
    assert (50, 0) == (windows.room(large, 50), windows.room(other))


def test_what_a_piece_leaves_of_a_share_goes_to_those_who_wait():
    windows = Windows(0)
    small, large = windows.stream(1), windows.stream(3)
    windows.room(small), windows.room(large)
    windows.widen(100)
    assert (50, 50) == (windows.send(large, 1000), windows.send(small, 1000))
    windows.room(small), windows.room(large)
    windows.widen(100)
    windows.told.clear()
    assert 50 == windows.send(large, 1000)
    assert 0 == windows.room(large)  # it waits for more
    assert 10 == windows.send(small, 10)
    assert (40, [3]) == (windows.room(large), windows.told)


@pytest.mark.parametrize("end", ["leaves", "its own window is used up"])
def test_the_share_of_who_can_not_use_it_goes_to_the_others(end):
    windows = Windows(0)
    first, second, third = (windows.stream(number) for number in (1, 3, 5))
    for stream in (first, second, third):
        windows.room(stream)
    windows.widen(90)
    assert 30 == windows.send(second, 1000) == windows.send(third, 1000)
    assert 0 == windows.room(second) == windows.room(third)
    if end == "leaves":
        windows.leave(first)
    else:
        windows.adjust(0, 16_384, [first])
        first.room = 0
        assert 0 == windows.room(first)
    assert (15, 15) == (windows.room(second), windows.room(third))
    first.room = 100
    assert 0 == windows.room(first)  # it waits for another


def test_who_leaves_does_not_wait_any_more():
    windows = Windows(0)
    first, second = windows.stream(1), windows.stream(3)
    windows.room(first), windows.room(second)
    windows.leave(first)
    windows.leave(first)
    windows.widen(100)
    assert ([3], 100) == (windows.told, windows.room(second))


def test_all_of_a_streams_own_window_may_be_worth_the_wait():
    windows = Windows(0)
    stream = windows.stream(1, 1)
    assert 0 == windows.room(stream)
    windows.widen(1)
    assert ([1], 1) == (windows.told, windows.room(stream))


def test_the_whole_window_serves_who_is_alone_with_no_share():
    windows = Windows(100)
    stream = windows.stream(1)
    assert 10 == windows.send(stream, 10)
    assert (90, []) == (windows.room(stream), windows.told)


@pytest.mark.parametrize(
    ("own", "shared", "size", "fits"),
    [(10, 10, 10, True), (9, 99, 10, False), (99, 9, 10, False), (-1, 9, 0, False)],
)
def test_there_is_room_for_what_both_windows_allow(own, shared, size, fits):
    windows = Windows(shared)
    assert fits is windows.has_room(windows.stream(1, own), size)


# Crumbs (RFC 9293 3.8.6.2.1).


@pytest.mark.parametrize(
    ("own", "shared", "withheld"),
    [(1, 1, True), (0, 1, False), (1, 0, False), (-1, 1, False), (0, 0, False)],
)
def test_crumbs_are_what_both_windows_have(own, shared, withheld):
    windows = Windows(shared, initial=FIRST_WINDOW_BYTES)
    stream = windows.stream(1, own)
    assert withheld is windows.withholds(stream)
    stream.takes_crumbs = True
    assert int(withheld) == windows.room(stream)


@pytest.mark.parametrize("act", ["sends all of a piece", "has no room", "leaves"])
def test_who_has_no_share_to_give_back_tells_nobody_of_crumbs(act):
    windows = Windows(1000, initial=FIRST_WINDOW_BYTES)
    waiting, other = windows.stream(1), windows.stream(3)
    assert 0 == windows.room(waiting)
    if act == "sends all of a piece":
        assert 10 == windows.send(other, 10)
    elif act == "has no room":
        other.room = 0
        assert 0 == windows.room(other)
    else:
        windows.leave(other)
    assert [] == windows.told


def test_less_than_is_worth_a_frame_is_left_until_there_is_more():
    windows = Windows(4095, initial=FIRST_WINDOW_BYTES)
    stream = windows.stream(1)
    assert (0, True) == (windows.room(stream), windows.withholds(stream))
    assert stream.patience is None  # whoever waits says for how long
    windows.widen(1)
    assert (4096, [1]) == (windows.room(stream), windows.told)


def test_who_has_waited_for_long_enough_takes_crumbs_once():
    windows = Windows(1000, initial=FIRST_WINDOW_BYTES)
    stream = windows.stream(1)
    stream.takes_crumbs = True
    assert 1000 == windows.send(stream, 5000)
    windows.widen(500)
    assert (0, True) == (windows.room(stream), windows.withholds(stream))


@pytest.mark.parametrize(("wanted", "room"), [(10, 10), (499, 499), (500, 500), (501, 0)])
def test_all_that_is_left_of_a_piece_is_no_crumb(wanted, room):
    windows = Windows(500, initial=FIRST_WINDOW_BYTES)
    assert room == windows.room(windows.stream(1), wanted)


@pytest.mark.parametrize(("initial", "worth"), [(0, 1), (3, 1), (512, 256), (8192, 4096)])
def test_of_a_small_window_half_is_worth_a_frame(initial, worth):
    windows = Windows(initial=initial)
    assert worth == windows.room(windows.stream(1, worth))
    assert 0 == windows.room(windows.stream(3, worth - 1))


def test_crumbs_are_not_dealt_but_told_to_all_who_wait():
    windows = Windows(0, initial=FIRST_WINDOW_BYTES)
    large, small = windows.stream(1), windows.stream(3)
    assert (0, 0) == (windows.room(large), windows.room(small))
    windows.widen(100)
    assert ([1, 3], 0, 50) == (windows.told, windows.room(large), windows.room(small, 50))
    windows.told.clear()
    windows.widen(5000)
    assert ([1], 5100) == (windows.told, windows.room(large))


def test_no_share_is_a_crumb():
    windows = Windows(0, initial=FIRST_WINDOW_BYTES)
    streams = [windows.stream(number) for number in (1, 3, 5)]
    assert [0, 0, 0] == [windows.room(stream) for stream in streams]
    windows.widen(9000)
    assert [4904, 4904, 0] == [windows.room(stream) for stream in streams]


# What the server says.


def test_a_setting_moves_the_windows_of_all_streams_even_below_nothing():
    windows = Windows()
    windows.initial = FIRST_WINDOW_BYTES
    spent, sent = windows.stream(1, 65_535), windows.stream(3, 65_535)
    sent.sent = True
    assert 1000 == windows.send(spent, 1000)
    windows.adjust(500, 16_384, [spent, sent])
    assert (-500, 0, 500) == (spent.room, windows.room(spent), sent.room)
    assert (True, False) == (spent.changed, sent.changed)  # only who has something to send cares
    windows.widen_stream(spent, 750)
    windows.widen_stream(sent, 1)
    assert (250, False) == (windows.room(spent), sent.changed)
    assert 500 == windows.initial


@pytest.mark.parametrize("who", ["connection", "stream"])
def test_a_window_may_be_as_large_as_can_be_and_no_larger(who, fault_of):
    windows = Windows()
    stream = windows.stream(1, FIRST_WINDOW_BYTES)
    fault, widen = {
        "connection": (Fault, windows.widen),
        "stream": (StreamFault, lambda by: windows.widen_stream(stream, by)),
    }[who]
    widen(MOST - FIRST_WINDOW_BYTES)
    code, words = fault_of(fault, lambda: widen(1))
    assert (CODES.FLOW_CONTROL_ERROR, "the server widened a window beyond its limit") == (
        code,
        words,
    )


@pytest.mark.parametrize("who", ["connection", "stream"])
def test_nothing_is_no_increment(who, fault_of):
    windows = Windows()
    stream = windows.stream(1)
    fault, widen = {
        "connection": (Fault, windows.widen),
        "stream": (StreamFault, lambda by: windows.widen_stream(stream, by)),
    }[who]
    code, words = fault_of(fault, lambda: widen(0))
    assert (CODES.PROTOCOL_ERROR, "the server widened a window by nothing") == (code, words)


def test_a_setting_that_makes_a_window_too_large_ends_the_connection(fault_of):
    windows = Windows()
    stream = windows.stream(1, FIRST_WINDOW_BYTES)
    windows.widen_stream(stream, 1)
    code, _ = fault_of(Fault, lambda: windows.adjust(MOST, 16_384, [stream]))
    assert CODES.FLOW_CONTROL_ERROR == code


# Always.

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 3), st.integers(1, 300)),
        st.tuples(st.just("leave"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("widen"), st.just(0), st.integers(1, 300)),
        st.tuples(st.just("widen stream"), st.integers(0, 3), st.integers(1, 300)),
        st.tuples(st.just("settings"), st.just(0), st.integers(0, 600)),
    ),
    max_size=60,
)


@given(ACTIONS)
@settings(max_examples=200, deadline=None)
def test_nobody_sends_too_much_or_crumbs_and_nothing_is_left_while_somebody_waits(actions):
    windows = Windows(200)
    windows.adjust(100, 16_384, [])
    streams = {number: windows.stream(number, 100) for number in range(4)}
    left, own = 200, dict.fromkeys(streams, 100)
    wants = dict.fromkeys(streams, 0)  # what is left of the piece that each is about to send
    for action, number, amount in actions:
        if action == "send" and number in streams:
            wants[number] = wants[number] or amount
        elif action == "leave" and number in streams:
            windows.leave(streams.pop(number))
            del wants[number]
        elif action == "widen":
            windows.widen(amount)
            left += amount
        elif action == "widen stream" and number in streams:
            windows.widen_stream(streams[number], amount)
            own[number] += amount
        elif action == "settings":
            change = amount - windows.initial
            windows.adjust(amount, 16_384, streams.values())
            own = {each: room + change for each, room in own.items()}
        # Each who was told, or has a new piece, sends what it can.
        for _ in range(8):
            for each, stream in streams.items():
                if wants[each]:
                    wanted, patient = wants[each], not stream.takes_crumbs
                    sent = windows.room(stream, wanted)
                    if sent:
                        windows.spend(stream, sent, whole=sent == wanted)
                    least = min(windows.initial // 2, wanted)
                    assert not (sent and patient) or sent >= least
                    stream.takes_crumbs = not sent and windows.withholds(stream)
                    wants[each] -= sent
                    left -= sent
                    own[each] -= sent
                    assert 0 <= left
                    assert not sent or 0 <= own[each]
        waiting = [each for each in streams if wants[each] and own[each] > 0]
        assert not waiting or 0 == left
