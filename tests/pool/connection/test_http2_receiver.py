"""What a server sends, frame by frame without I/O: what it means, what breaks a stream, what breaks all."""

import h2.errors
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    HTTP2Settings,
    HTTP11Required,
    MessageLimits,
    ReadError,
    RemoteProtocolError,
)
from httpcore_pool.connection._http2_streams import News

CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")
PING = frames.PingFrame(0, b"12345678")


def octets(kind, stream_id, payload=b"", flags=0):
    """A frame that nobody should make."""
    header = len(payload).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4)
    return header + payload


def broken_by(client, *made):
    """The code of the GOAWAY that frames are answered with, and the words of the failure."""
    client.state.take()
    client.hear(*made)
    told = client.told()
    goodbyes = [what for name, _, what in told if name == "GoAway"]
    assert "GoAway" == told[-1][0]  # nothing is sent after it
    assert RemoteProtocolError is type(client.state.failure)
    assert client.state.draining
    assert str(client.state.failure).startswith("the server broke HTTP/2: ")
    (code,) = goodbyes
    return code, str(client.state.failure)


def reset_by(client, stream, *made):
    """The code of the RST_STREAM that frames are answered with, and the words of the failure."""
    client.state.take()
    client.hear(*made)
    assert client.state.failure is None
    ((name, stream_id, code),) = client.told()
    assert ("RstStream", stream.id, True) == (name, stream_id, stream.failure.answered)
    assert (RemoteProtocolError, False) == (type(stream.failure), stream.id in client.state.streams)
    return code, str(stream.failure)


# A response.


def test_a_response_is_filed_with_its_stream(h2_state):
    client = h2_state().greet()
    first, second = client.open(), client.open()
    client.state.take()
    client.hear(
        client.head(3, (b"x-a", b"b")),
        client.head(1, status=b"404", end=True),
        client.data(3, b"hello"),
        client.trailers(3, (b"x-t", b"u")),
    )
    assert (404, True, True) == (first.head.status_code, first.ended, first.changed)
    assert (200, b"hello", [(b"x-t", b"u")]) == (
        second.head.status_code,
        second.take(),
        second.trailers,
    )
    assert ({}, b"") == (client.state.streams, client.state.take())


def test_a_stream_whose_request_is_not_all_sent_stays_open_behind_its_response(h2_state):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    client.hear(client.head(1, end=True))
    assert (True, {1: stream}) == (stream.ended, client.state.streams)


def test_a_response_that_ends_calls_who_waits_to_open(h2_state):
    client = h2_state().greet({CODES.MAX_CONCURRENT_STREAMS: 1})
    client.open()
    waiting = News()
    client.state.openers[waiting] = None
    client.hear(client.head(1))
    assert not waiting.changed
    client.hear(client.data(1, b"hello", end=True))
    assert (True, True) == (waiting.changed, client.state.has_room)


def test_a_head_may_come_in_pieces(h2_state):
    client = h2_state().greet()
    stream = client.open()
    head = client.head(1, (b"x-a", b"b"), end=True)
    pieces = [head.data[:3], head.data[3:4], head.data[4:]]
    client.hear(
        client.fields(1, pieces[0], end=True, flags=()),
        frames.ContinuationFrame(1, pieces[1]),
        frames.ContinuationFrame(1, pieces[2], flags=["END_HEADERS"]),
    )
    assert (200, [(b"x-a", b"b")], True) == (
        stream.head.status_code,
        stream.head.fields,
        stream.ended,
    )


def test_a_head_may_have_padding_and_a_priority(h2_state):
    client = h2_state().greet()
    stream = client.open()
    head = client.head(1, (b"x-a", b"b"), end=True, flags=("END_HEADERS", "PADDED", "PRIORITY"))
    head.pad_length, head.depends_on = 3, 1
    client.hear(head)
    assert (200, [(b"x-a", b"b")], None) == stream.head


def test_the_headers_of_a_stream_that_is_over_keep_the_decoder_in_step(h2_state):
    client = h2_state().greet()
    client.state.close(client.open())
    other = client.open()
    client.hear(client.head(1, (b"x-a", b"long enough to be indexed"), end=True))
    client.hear(client.head(3, (b"x-a", b"long enough to be indexed"), end=True))
    assert [(b"x-a", b"long enough to be indexed")] == other.head.fields


def test_frames_behind_the_end_of_a_response_are_dropped(h2_state):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    client.hear(client.head(1), client.data(1, b"hello", end=True))
    client.hear(
        client.data(1, b"more"), client.trailers(1, (b"x-a", b"b")), client.data(1, b"x", end=True)
    )
    assert (b"hello", None, None) == (stream.take(), stream.trailers, stream.failure)


def test_a_malformed_response_is_an_error_of_its_stream(h2_state):
    client = h2_state().greet()
    bad, good = client.open(), client.open()
    code, words = reset_by(client, bad, client.data(1, b"too early"))
    assert (ERRORS.PROTOCOL_ERROR, True) == (code, "content before the head" in words)
    client.hear(client.head(3, end=True))
    assert 200 == good.head.status_code
    code, words = reset_by(client, stream := client.open(), client.head(5, (b"X-A", b"b")))
    assert (ERRORS.PROTOCOL_ERROR, None) == (code, stream.head)
    assert "no field name in lower case" in words


@pytest.mark.parametrize("size", [11, 10])
def test_more_than_a_streams_window_is_an_error_of_the_stream(h2_state, size):
    client = h2_state(settings=HTTP2Settings(stream_window_bytes=10)).greet()
    stream = client.open()
    made = client.head(1), client.data(1, bytes(size))
    if size == 10:
        client.hear(*made)
        assert (bytes(10), None) == (stream.take(), stream.failure)
    else:
        assert ERRORS.FLOW_CONTROL_ERROR == reset_by(client, stream, *made)[0]


def test_more_fields_than_the_limit_are_an_error_of_the_stream(h2_state):
    client = h2_state(MessageLimits(fields=2)).greet()
    made = client.head(1, (b"a", b"b"), (b"c", b"d"))
    assert ERRORS.ENHANCE_YOUR_CALM == reset_by(client, client.open(), made)[0]


def test_a_priority_of_a_wrong_length_is_an_error_of_its_stream(h2_state):
    client = h2_state().greet()
    stream, over = client.open(), client.open()
    client.state.close(over)
    client.state.take()
    client.hear(octets(2, over.id, bytes(4)), octets(2, 7, bytes(6)))
    assert (b"", None) == (client.state.take(), client.state.failure)
    for size in (4, 6):
        code, words = reset_by(client, stream, octets(2, stream.id, bytes(size)))
        assert (ERRORS.FRAME_SIZE_ERROR, "PRIORITY of a wrong length") == (code, words)
        stream = client.open()


# SETTINGS (RFC 9113 6.5).


def test_who_waits_for_the_first_settings_hears_of_them_and_of_no_others(h2_state):
    client = h2_state()
    stream = client.open("POST", end=False)
    stream.uploader = News()
    client.hear(frames.SettingsFrame(0))
    assert (True, True) == (stream.changed, stream.uploader.changed)
    stream.changed = stream.uploader.changed = False
    client.hear(frames.SettingsFrame(0))
    assert (False, True) == (stream.changed, stream.uploader.changed)  # windows may be other ones


def test_settings_that_allow_more_streams_call_who_waits_to_open(h2_state):
    client = h2_state().greet({CODES.MAX_CONCURRENT_STREAMS: 1})
    client.open()
    waiting = News()
    client.state.openers[waiting] = None
    client.hear(frames.SettingsFrame(0, {CODES.MAX_CONCURRENT_STREAMS: 2}))
    assert (True, True) == (waiting.changed, client.state.has_room)


# Behind its end (RFC 9113 5.1).


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("what", ["head", "trailers", "cut"])
def test_fields_behind_the_end_of_a_stream_break_the_connection(h2_state, what, sent):
    client = h2_state().greet()
    whole, other = client.open("POST", end=sent), client.open()
    client.hear(client.head(1), client.data(1, b"hello", end=True))
    made = {
        "head": [client.head(1)],
        "trailers": [client.trailers(1)],
        "cut": [client.head(1, flags=()), octets(9, 1, b"", 4)],
    }[what]
    code, words = broken_by(client, *made)
    assert (ERRORS.STREAM_CLOSED, True) == (code, words.endswith("stream 1, which it has ended"))
    assert (b"hello", None, True) == (whole.take(), whole.failure, other.failure is not None)


@pytest.mark.parametrize("sent", [True, False])
def test_content_behind_the_end_of_a_stream_is_dropped(h2_state, sent):
    client = h2_state().greet()
    whole = client.open("POST", end=sent)
    client.hear(client.head(1), client.data(1, b"hello", end=True))
    client.hear(client.data(1, b"again", end=True), client.data(1, b""))
    assert (b"hello", None, None) == (whole.take(), whole.failure, client.state.failure)


def test_a_head_that_comes_twice_teaches_hpack_nothing(h2_state):
    client = h2_state().greet()
    client.open()
    twice = client.head(1, (b"x-a", b"b"), end=True)
    broken_by(client, twice, twice, client.head(1))


@pytest.mark.parametrize("how", ["left", "reset", "refused", "going away"])
def test_what_is_late_for_a_stream_that_had_no_end_is_dropped(h2_state, how):
    client = h2_state().greet()
    kept, left = client.open(), client.open()
    if how == "left":
        client.state.close(left, ERRORS.CANCEL)
    elif how == "reset":
        client.hear(frames.RstStreamFrame(left.id, ERRORS.INTERNAL_ERROR))
    elif how == "refused":
        client.hear(client.head(left.id, status=b"20"))
    else:
        client.hear(frames.GoAwayFrame(0, kept.id))
    late = [client.head(left.id, (b"x-a", b"b")), client.data(left.id, b"late", end=True)]
    # What HPACK learns from it holds for the others.
    client.hear(*late, client.head(kept.id, (b"x-a", b"b")), client.data(kept.id, b"own", end=True))
    assert (None, b"own", [(b"x-a", b"b")]) == (client.state.failure, kept.take(), kept.head.fields)


def test_of_many_streams_that_were_left_the_first_ones_are_dropped_as_well(h2_state):
    client = h2_state().greet()
    streams = [client.open() for _ in range(1002)]
    for stream in streams[1:]:
        client.state.close(stream, ERRORS.CANCEL)
    client.hear(client.head(streams[1].id), client.head(streams[1001].id))
    assert client.state.failure is None
    # The end of one below those is forgotten with them.
    client.hear(client.head(1, end=True), client.head(1))
    assert client.state.failure is None


def test_of_fewer_than_that_each_is_known(h2_state):
    client = h2_state().greet()
    streams = [client.open() for _ in range(1001)]
    for stream in streams[1:]:
        client.state.close(stream, ERRORS.CANCEL)
    client.hear(client.head(1, end=True))
    assert ERRORS.STREAM_CLOSED == broken_by(client, client.head(1))[0]


# The connection's window is given back whoever the bytes are for.


@pytest.mark.parametrize("who", ["a stream", "one that was left", "one that has ended"])
def test_the_connections_window_is_given_back_as_bytes_come_in(h2_state, who):
    client = h2_state(settings=HTTP2Settings(connection_window_bytes=80_000)).greet()
    stream = client.open("POST", end=False)
    client.hear(client.head(1))
    if who == "one that was left":
        client.state.close(stream)
    elif who == "one that has ended":
        client.hear(client.data(1, b"", end=True))
    client.hear(client.data(1, bytes(16_383)))
    assert [] == [told for told in client.told() if told[0] == "WindowUpdate"]
    client.hear(*[client.data(1, bytes(800), padding=199)] * 3, client.data(1, bytes(617)))
    assert [("WindowUpdate", 0, 20_000)] == client.told()
    for _ in range(20):
        client.hear(client.data(1, bytes(10_000)))
    assert (None, [("WindowUpdate", 0, 20_000)] * 10) == (client.state.failure, client.told())


@pytest.mark.parametrize("last", [16_383, 16_384])
def test_more_than_the_connections_window_breaks_it(h2_state, last):
    client = h2_state(settings=HTTP2Settings(connection_window_bytes=65_535)).greet()
    client.open()
    made = [client.head(1), *[client.data(1, bytes(16_384))] * 3, client.data(1, bytes(last))]
    if last == 16_383:
        client.hear(*made)
        assert client.state.failure is None
    else:
        code, words = broken_by(client, *made)
        assert (ERRORS.FLOW_CONTROL_ERROR, True) == (code, "connection's window" in words)


def test_a_dead_connection_gives_nothing_back(h2_state):
    client = h2_state(settings=HTTP2Settings(connection_window_bytes=65_535)).greet()
    client.open()
    broken_by(client, client.head(1), client.data(1, bytes(16_384)), octets(0, 2, b"x"))


# Resets (RFC 9113 6.4, 8.7).


@pytest.mark.parametrize(
    ("code", "kind", "sent", "name"),
    [
        (ERRORS.INTERNAL_ERROR, RemoteProtocolError, True, "INTERNAL_ERROR"),
        (ERRORS.NO_ERROR, RemoteProtocolError, True, "NO_ERROR"),
        (ERRORS.REFUSED_STREAM, RemoteProtocolError, False, "REFUSED_STREAM"),
        (ERRORS.HTTP_1_1_REQUIRED, HTTP11Required, False, "HTTP_1_1_REQUIRED"),
        (0xABC, RemoteProtocolError, True, "error 0xabc"),
    ],
)
def test_a_reset_fails_its_stream_only(h2_state, code, kind, sent, name):
    client = h2_state().greet()
    stream, other = client.open(), client.open()
    client.state.take()
    client.hear(frames.RstStreamFrame(1, code))
    failure = stream.failure
    assert (kind, sent, True) == (type(failure), failure.sent, failure.answered)
    assert f"the server reset the stream ({name})" == str(stream.failure)
    assert ({3: other}, None, b"") == (client.state.streams, other.failure, client.state.take())


def test_a_reset_behind_the_whole_response_means_the_rest_of_the_request_only(h2_state):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    client.hear(client.head(1, end=True))
    stream.changed = False
    client.hear(frames.RstStreamFrame(1, ERRORS.NO_ERROR))
    assert (None, {}, True) == (stream.failure, client.state.streams, stream.changed)


def test_a_reset_of_a_stream_that_is_over_changes_nothing(h2_state):
    client = h2_state().greet()
    client.state.close(client.open())
    client.hear(frames.RstStreamFrame(1, ERRORS.CANCEL))
    assert client.state.failure is None


# What breaks the connection.


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        ([octets(0, 0, b"x")], 1, "a frame for stream 0, which is not open"),
        ([octets(0, 2, b"x")], 1, "a frame for stream 2, which is not open"),
        ([octets(0, 5, b"x")], 1, "a frame for stream 5, which is not open"),
        ([frames.HeadersFrame(5, b"\x88", flags=["END_HEADERS"])], 1, "stream 5"),
        ([frames.RstStreamFrame(5, 0)], 1, "stream 5"),
        ([frames.WindowUpdateFrame(5, 1)], 1, "stream 5"),
        ([octets(3, 1, b"abc")], 6, "RST_STREAM of a wrong length"),
        ([octets(8, 1, b"abc")], 6, "WINDOW_UPDATE of a wrong length"),
        ([octets(7, 0, b"abcdefg")], 6, "GOAWAY of a wrong length"),
        ([octets(7, 1, b"abcdefgh")], 1, "GOAWAY on a stream"),
        ([octets(4, 0, b"abcdef", flags=1)], 6, "an acknowledgement of SETTINGS with a payload"),
        ([frames.PushPromiseFrame(1, 2, b"")], 1, "a pushed stream"),
        ([frames.ContinuationFrame(1, b"")], 1, "CONTINUATION without HEADERS"),
        ([frames.HeadersFrame(1, b"\x88"), PING], 1, "a header block was left unfinished"),
        (
            [frames.HeadersFrame(1, b"\x88"), frames.ContinuationFrame(3, b"")],
            1,
            "a header block was left unfinished",
        ),
        ([frames.HeadersFrame(1, b"\x88")] * 2, 1, "a header block was left unfinished"),
        (
            [frames.HeadersFrame(1, b"\xff", flags=["END_HEADERS"])],
            9,
            "fields that can't be decoded",
        ),
        ([frames.WindowUpdateFrame(0, 2**31 - 1)], 3, "widened a window beyond"),
        ([octets(8, 0, bytes(4))], 1, "widened a window by nothing"),
        ([frames.SettingsFrame(0, {CODES.ENABLE_PUSH: 2})], 1, ""),
        ([frames.SettingsFrame(0, {CODES.INITIAL_WINDOW_SIZE: 2**31})], 3, ""),
        ([frames.SettingsFrame(0, {CODES.MAX_FRAME_SIZE: 16_383})], 1, ""),
        ([octets(6, 0, b"abcdefg")], 6, ""),
        ([octets(6, 1, bytes(8))], 1, ""),
        ([octets(4, 0, bytes(5))], 6, ""),
        ([octets(4, 1)], 1, ""),
        ([octets(2, 0, bytes(5))], 1, "PRIORITY of no stream"),
        ([octets(2, 0, bytes(4))], 1, "PRIORITY of no stream"),
        ([octets(0, 1, bytes(16_385))], 6, "more than 16384 bytes"),
    ],
)
def test_what_breaks_the_connection(h2_state, made, code, words):
    client = h2_state().greet()
    first, second = client.open(), client.open()
    found, message = broken_by(client, *made)
    assert code == found
    assert words in message
    for stream in (first, second):
        assert (RemoteProtocolError, True) == (type(stream.failure), stream.failure.answered)


def test_it_is_told_whether_a_frame_is_whole(h2_state):
    client = h2_state().greet()
    stream = client.open()
    octets = PING.serialize()
    hear = client.receiver.receive
    assert [False, True] == [hear(octets[:-1]), hear(octets[-1:])]
    assert [True, False] == [hear(octets + octets[:9]), hear(octets[9:-1])]
    assert [True, False] == [hear(octets[-1:]), hear(b"")]
    assert ReadError is type(stream.failure)
    hear = h2_state().greet().receiver.receive
    broken = b"\0\0\0\0\0\0\0\0\2"
    assert [True, False] == [hear(broken), hear(octets)]  # behind the break nothing means anything


def test_what_came_before_the_break_counts(h2_state):
    client = h2_state().greet()
    whole, reset, open_one = client.open(), client.open(), client.open()
    broken_by(
        client,
        client.head(1, end=True),
        frames.RstStreamFrame(3, ERRORS.REFUSED_STREAM),
        client.head(5),
        octets(0, 2, b"x"),
    )
    assert (200, None) == (whole.head.status_code, whole.failure)
    assert ("(REFUSED_STREAM)" in str(reset.failure), False) == (True, reset.failure.sent)
    assert (200, True) == (open_one.head.status_code, open_one.failure.answered)


@pytest.mark.parametrize("fault", [octets(8, 0, bytes(3)), octets(6, 0, bytes(7))])
def test_nothing_behind_the_break_counts(h2_state, fault):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    broken_by(client, fault)
    client.hear(PING, frames.SettingsFrame(0, {}), client.head(1, end=True))
    client.hear(b"")
    assert [] == client.told()
    assert stream.head is None
    assert not stream.ended


def test_a_server_begins_with_settings(h2_state):
    client = h2_state()
    client.open()
    code, words = broken_by(client, PING)
    assert (ERRORS.PROTOCOL_ERROR, True) == (code, "it did not begin with SETTINGS" in words)
    client = h2_state()
    client.hear(frames.GoAwayFrame(0, 0, ERRORS.NO_ERROR))
    assert (None, True) == (client.state.failure, client.state.draining)
    code, words = broken_by(h2_state(), b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert (ERRORS.PROTOCOL_ERROR, True) == (code, "HTTP/1.1 400 Bad Request" in words)


@pytest.mark.parametrize("farewell", [ERRORS.NO_ERROR, ERRORS.ENHANCE_YOUR_CALM])
def test_the_end_of_the_connection_tells_what_the_server_said_last(h2_state, farewell):
    client = h2_state().greet()
    stream = client.open()
    client.hear(frames.GoAwayFrame(0, 1, farewell, b"too many \x1b requests"))
    client.hear(b"")
    said = ""
    if farewell:
        said = " after GOAWAY (ENHANCE_YOUR_CALM: b'too many \\x1b requests')"
    assert (ReadError, f"the server closed the connection{said}") == (
        type(stream.failure),
        stream.failure.message,
    )


# GOAWAY (RFC 9113 6.8).


def test_a_goaway_fails_the_streams_above_its_last_and_others_go_on(h2_state):
    client = h2_state().greet()
    kept, whole, lost = client.open(), client.open("POST", end=False), client.open()
    waiting = News()
    client.state.openers[waiting] = None
    client.hear(client.head(3, end=True), frames.GoAwayFrame(0, 1, ERRORS.NO_ERROR))
    assert (None, None, True, True) == (
        kept.failure,
        whole.failure,
        client.state.draining,
        waiting.changed,
    )
    failure = lost.failure
    assert (RemoteProtocolError, False, True) == (type(failure), failure.sent, failure.answered)
    assert "the server is going away (NO_ERROR) and did not process the request" == str(
        lost.failure
    )
    assert {1: kept, 3: whole} == client.state.streams
    client.hear(client.head(1, end=True))
    assert 200 == kept.head.status_code


def test_a_goaway_may_ask_for_http_1(h2_state):
    client = h2_state().greet()
    stream = client.open()
    client.hear(frames.GoAwayFrame(0, 0, ERRORS.HTTP_1_1_REQUIRED))
    assert (HTTP11Required, False) == (type(stream.failure), stream.failure.sent)
