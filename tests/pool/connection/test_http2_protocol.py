"""The state of one HTTP/2 connection without I/O: what our side says, to whom, and what it may say."""

import h2.errors
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    ClosedError,
    HTTP2Settings,
    LocalProtocolError,
    MessageLimits,
    ReadError,
)
from httpcore_pool.connection._http2_fields import RequestHead
from httpcore_pool.connection._http2_streams import News
from httpcore_pool.hpack import Decoder

CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


def flags_of(frame):
    return type(frame).__name__, frame.stream_id, sorted(frame.flags)


# The beginning (RFC 9113 3.4).


def test_a_connection_begins_with_preface_settings_and_a_wide_window(h2_state, parse):
    octets = h2_state().state.take()
    assert octets.startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    settings, window = parse(octets)
    assert {
        CODES.ENABLE_PUSH: 0,
        CODES.INITIAL_WINDOW_SIZE: 1024 * 1024,
        CODES.MAX_HEADER_LIST_SIZE: 100 * 1024,
    }.items() <= settings.settings.items()
    assert CODES.ENABLE_CONNECT_PROTOCOL not in settings.settings
    assert (0, 32 * 1024 * 1024 - 65_535) == (window.stream_id, window.window_increment)


def test_settings_and_limits_are_said(h2_state):
    wide = h2_state(MessageLimits(head_bytes=5000), HTTP2Settings(100_000, 65_535))
    (settings,) = wide.said()  # a window of the first size is not widened
    assert (100_000, 5000) == (
        settings.settings[CODES.INITIAL_WINDOW_SIZE],
        settings.settings[CODES.MAX_HEADER_LIST_SIZE],
    )


# Requests.


def test_a_request_without_content_is_one_frame(h2_state):
    client = h2_state().greet()
    stream = client.open(fields=[(b"x-a", b"b")])
    (frame,) = client.said()
    assert ("HeadersFrame", 1, ["END_HEADERS", "END_STREAM"]) == flags_of(frame)
    assert [(b":method", b"GET"), (b"x-a", b"b")] == Decoder().decode(bytes(frame.data))
    assert (True, {1: stream}) == (stream.sent, client.state.streams)


def test_streams_have_odd_identifiers_in_order(h2_state):
    client = h2_state()
    assert [1, 3, 5] == [client.open().id for _ in range(3)]


def test_content_follows_the_head_and_an_empty_frame_ends_it(h2_state):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    assert 5 == client.state.send(stream, memoryview(b"hello"))
    assert not stream.sent
    client.state.end(stream)
    assert stream.sent
    head, data, end = client.said()
    assert ("HeadersFrame", 1, ["END_HEADERS"]) == flags_of(head)
    assert (("DataFrame", 1, []), b"hello") == (flags_of(data), bytes(data.data))
    assert (("DataFrame", 1, ["END_STREAM"]), b"") == (flags_of(end), bytes(end.data))


def test_the_last_of_the_content_ends_the_request_once_all_of_it_fits(h2_state):
    client = h2_state().greet({CODES.INITIAL_WINDOW_SIZE: 3})
    stream, content = client.open("POST", end=False), memoryview(b"hello")
    client.state.take()
    assert (3, False) == (client.state.send(stream, content, last=True), stream.sent)
    assert 0 == client.state.send(stream, content[3:], last=True)
    client.hear(frames.WindowUpdateFrame(1, 10))
    assert (2, True) == (client.state.send(stream, content[3:], last=True), stream.sent)
    first, last = client.said()
    assert (("DataFrame", 1, []), b"hel") == (flags_of(first), bytes(first.data))
    assert (("DataFrame", 1, ["END_STREAM"]), b"lo") == (flags_of(last), bytes(last.data))


def test_content_is_cut_into_frames_that_the_server_takes(h2_state):
    client = h2_state().greet({CODES.MAX_FRAME_SIZE: 20_000})
    stream = client.open("POST", end=False)
    assert 20_000 == client.state.send(stream, memoryview(bytes(30_000)))


def test_a_large_head_goes_out_in_pieces(h2_state):
    client = h2_state().greet()
    value = bytes(range(0x80, 0x100)) * 300
    client.open(fields=[(b"x-a", value)])
    head, *others = client.said()
    assert ("HeadersFrame", 1, ["END_STREAM"]) == flags_of(head)
    assert [[], ["END_HEADERS"]] == [sorted(frame.flags) for frame in others]
    block = b"".join(bytes(frame.data) for frame in (head, *others))
    assert (b"x-a", value) == Decoder().decode(block)[1]


@pytest.mark.parametrize(("limit", "fits"), [(74, True), (73, False)])
def test_a_head_larger_than_the_server_takes_is_our_error(h2_state, limit, fits):
    # RFC 9113 6.5.2: 7 and 3 for ":method" and "GET", 32 for each of two fields.
    client = h2_state().greet({CODES.MAX_HEADER_LIST_SIZE: limit})
    if fits:
        assert 1 == client.open(fields=[(b"", b"")]).id
    else:
        words = "fields take 74 bytes .*, the server accepts 73"
        with pytest.raises(LocalProtocolError, match=words):
            client.open(fields=[(b"", b"")])
        assert ({}, b"") == (client.state.streams, client.state.take())
        assert 1 == client.open().id


def test_the_server_sets_the_size_of_the_encoders_table(h2_state):
    client = h2_state().greet({CODES.HEADER_TABLE_SIZE: 0})
    client.open(fields=[(b"x-a", b"b")])
    (frame,) = client.said()
    assert 0x20 == frame.data[0]  # RFC 7541 6.3


@pytest.mark.parametrize("offered", [None, 0, 1])
def test_extended_connect_needs_a_server_that_offers_it(h2_state, offered):
    settings = {} if offered is None else {CODES.ENABLE_CONNECT_PROTOCOL: offered}
    state = h2_state().greet(settings).state
    head = RequestHead([(b":method", b"CONNECT")], None, expects=False, extends=True)
    if offered:
        assert 1 == state.open(head, "CONNECT", end=False).id
    else:
        with pytest.raises(LocalProtocolError, match="does not offer extended CONNECT"):
            state.open(head, "CONNECT", end=False)


def test_a_connection_that_is_over_opens_nothing(h2_state):
    for over in ("draining", "failed"):
        client = h2_state()
        if over == "draining":
            client.state.draining = True
        else:
            client.state.fail(ReadError("gone"))
        with pytest.raises(ClosedError, match="closed or closing"):
            client.open()


def test_identifiers_that_are_used_up_end_the_connection_for_new_requests(h2_state):
    client = h2_state()
    client.state.next_id = 2**31 - 1
    assert 2**31 - 1 == client.open().id
    with pytest.raises(ClosedError, match="used up its stream identifiers"):
        client.open()
    assert client.state.draining


# How many at once (RFC 9113 5.1.2).


@pytest.mark.parametrize(
    ("settings", "capacity"),
    [({}, 1000), (100, 100), (7, 7), (0, 0), (1000, 1000), (1001, 1000), (2**32 - 1, 1000)],
)
def test_the_capacity_is_what_the_server_allows(h2_state, settings, capacity):
    client = h2_state()
    assert (100, False) == (client.state.capacity, client.state.settled)
    if settings != {}:
        settings = {CODES.MAX_CONCURRENT_STREAMS: settings}
    client.greet(settings)
    assert (capacity, True, True) == (
        client.state.capacity,
        client.state.settled,
        client.state.resized,
    )


def test_a_stream_that_is_over_makes_room(h2_state):
    client = h2_state().greet({CODES.MAX_CONCURRENT_STREAMS: 1})
    stream = client.open()
    assert not client.state.has_room
    client.state.close(stream)
    assert (True, {}) == (client.state.has_room, client.state.streams)


def test_the_first_who_waits_to_open_is_called(h2_state):
    client = h2_state().greet({CODES.MAX_CONCURRENT_STREAMS: 1})
    stream = client.open()
    first, second = News(), News()
    client.state.openers.update({first: None, second: None})
    client.state.close(stream)
    assert (True, False) == (first.changed, second.changed)
    assert "Ping" not in [name for name, *_ in client.told()]  # neither reads


def test_who_is_called_while_reading_is_woken_by_an_answer_to_a_ping(h2_state):
    client = h2_state().greet({CODES.MAX_CONCURRENT_STREAMS: 1})
    stream, waiting = client.open(), News()
    client.state.take()
    waiting.reads = True
    client.state.openers[waiting] = None
    client.state.close(stream, ERRORS.CANCEL)
    assert ["RstStream", "Ping"] == [name for name, *_ in client.told()]
    stream = client.open()
    client.state.take()
    client.state.fail(ReadError("gone"))
    client.state.close(stream)
    assert [] == client.told()  # a dead connection has no answers


# Ends.


def test_a_reset_is_said_once_and_only_if_there_is_a_reason(h2_state):
    client = h2_state().greet()
    first, second = client.open(), client.open()
    client.state.take()
    client.state.close(first, ERRORS.CANCEL)
    client.state.close(first, ERRORS.CANCEL)
    client.state.close(second)
    client.state.close(second, ERRORS.CANCEL)
    assert [("RstStream", 1, ERRORS.CANCEL)] == client.told()


def test_a_dead_connection_says_nothing_more(h2_state):
    client = h2_state(settings=HTTP2Settings(stream_window_bytes=10)).greet()
    stream = client.open()
    client.hear(client.head(1), client.data(1, b"0123456789"))
    stream.take()
    client.state.take()
    client.state.fail(ReadError("gone"))
    client.state.credit(stream)
    client.state.close(stream, ERRORS.CANCEL)
    assert [] == client.told()


def test_what_was_taken_of_a_window_is_given_back(h2_state):
    client = h2_state(settings=HTTP2Settings(stream_window_bytes=10)).greet()
    stream = client.open()
    client.hear(client.head(1), client.data(1, b"0123456789"))
    client.state.take()
    client.state.credit(stream)
    assert [] == client.told()
    stream.take()
    client.state.credit(stream)
    assert [("WindowUpdate", 1, 10)] == client.told()


def test_nothing_is_given_back_to_a_stream_that_is_over(h2_state):
    client = h2_state(settings=HTTP2Settings(stream_window_bytes=10)).greet()
    stream = client.open()
    client.hear(client.head(1), client.data(1, b"0123456789"))
    client.state.close(stream)
    client.state.take()
    stream.take()
    client.state.credit(stream)
    assert [] == client.told()


def test_each_ping_differs(h2_state):
    client = h2_state().greet()
    client.state.ping()
    client.state.ping()
    assert [("Ping", 0, b"\0\0\0\0\0\0\0\1"), ("Ping", 0, b"\0\0\0\0\0\0\0\2")] == client.told()


def test_goodbye_is_said_and_ends_the_connection_for_new_requests(h2_state):
    client = h2_state().greet()
    client.state.say_goodbye(ERRORS.ENHANCE_YOUR_CALM)
    assert [("GoAway", 0, ERRORS.ENHANCE_YOUR_CALM)] == client.told()
    assert client.state.draining


def test_a_failure_is_told_to_each_with_an_error_of_its_own(h2_state):
    client = h2_state().greet()
    silent, answered, whole, waiting = (
        client.open(),
        client.open(),
        client.open("POST", end=False),
        News(),
    )
    client.state.openers[waiting] = None
    client.hear(client.head(3), client.head(5, end=True))
    cause = ReadError("gone")
    cause.sent = False
    client.state.fail(cause)
    client.state.fail(ReadError("again"))
    assert (cause, "gone") == (client.state.failure, client.state.failure.message)
    failures = [news.failure for news in (silent, answered)]
    assert [False, True] == [failure.answered for failure in failures]
    assert [("gone", False, cause)] * 2 == [(f.message, f.sent, f.__cause__) for f in failures]
    assert 3 == len({id(failure) for failure in (cause, *failures)})
    assert whole.failure is None  # its response is all there
    assert (None, True) == (waiting.failure, waiting.changed)  # it has sent nothing
