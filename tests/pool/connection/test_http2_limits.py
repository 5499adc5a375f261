"""What a server may send of what brings us nothing, and how large heads may be: without I/O."""

import h2.errors
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import MessageLimits, RemoteProtocolError

CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes
PING = frames.PingFrame(0, b"12345678")
ALTSVC = b"\0\0\1\x0a\0\0\0\0\0\xff"  # malformed: RFC 7838 4
UNKNOWN = b"\0\0\2\x42\0\0\0\0\0hi"  # of an extension: RFC 9113 5.5


def calmed(client):
    """Whether the server was told to calm down."""
    codes = [what for name, _, what in client.told() if name == "GoAway"]
    assert codes in ([], [ERRORS.ENHANCE_YOUR_CALM])
    assert (client.state.failure is not None) is bool(codes)
    return bool(codes)


# Frames that bring us nothing.


def test_pings_and_settings_are_answered(h2_state):
    client = h2_state()
    client.state.take()
    client.hear(frames.SettingsFrame(0, {CODES.MAX_CONCURRENT_STREAMS: 3}), PING)
    settings, ping = client.said()
    assert ({"ACK"}, {"ACK"}, b"12345678") == (settings.flags, ping.flags, ping.opaque_data)
    client.state.resized = False
    client.hear(
        frames.SettingsFrame(0, flags=["ACK"]), frames.PingFrame(0, bytes(8), flags=["ACK"])
    )
    assert (b"", False) == (client.state.take(), client.state.resized)


def test_what_we_do_not_know_is_ignored(h2_state):
    client = h2_state().greet()
    stream = client.open()
    client.state.take()
    client.hear(UNKNOWN, ALTSVC, frames.PriorityFrame(1, 3), frames.PriorityFrame(7, 0))
    client.hear(*[frames.PriorityFrame(number, number) for number in (1, 2, 7)])
    client.hear(frames.SettingsFrame(0, {0x42: 1}))
    assert (None, None, ["Settings"]) == (
        client.state.failure,
        stream.failure,
        [name for name, *_ in client.told()],
    )


USELESS = {
    "ping": lambda client: PING,
    "answers to none of our pings": lambda client: frames.PingFrame(0, bytes(8), flags=["ACK"]),
    "settings": lambda client: frames.SettingsFrame(0, {}),
    "answers to none of our settings": lambda client: frames.SettingsFrame(0, flags=["ACK"]),
    "goodbyes": lambda client: frames.GoAwayFrame(0, 1, ERRORS.NO_ERROR),
    "priority": lambda client: frames.PriorityFrame(1, 0),
    "unknown": lambda client: UNKNOWN,
    "window": lambda client: frames.WindowUpdateFrame(0, 1),
    "window of a stream": lambda client: frames.WindowUpdateFrame(1, 1),
    "window of a stream that is over": lambda client: frames.WindowUpdateFrame(3, 1),
    "no content": lambda client: client.data(1, b""),
    "no content for a stream that is over": lambda client: client.data(3, b""),
    "content for a stream that is over": lambda client: client.data(3, b"x"),
    "head for a stream that is over": lambda client: client.head(3),
    "reset of a stream that is over": lambda client: frames.RstStreamFrame(3, 8),
}


@pytest.mark.parametrize("kind", USELESS)
def test_a_flood_of_frames_that_bring_nothing_ends_the_connection(h2_state, kind):
    client = h2_state().greet()
    client.open("POST", end=False)
    client.state.close(client.open())
    client.hear(client.head(1), client.data(1, b"x"))
    client.state.take()
    client.hear(*[USELESS[kind](client)] * 1000)
    assert not calmed(client)
    client.hear(USELESS[kind](client))
    assert calmed(client)
    assert "a flood of frames that bring nothing" in str(client.state.failure)
    assert RemoteProtocolError is type(client.state.failure)


def test_content_that_we_send_may_be_answered_by_windows(h2_state):
    # However late they come: one for the stream and one for the connection, by each frame of content.
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    for _ in range(3000):
        client.state.send(stream, memoryview(b"x"))
    windows = [frames.WindowUpdateFrame(1, 1), frames.WindowUpdateFrame(0, 1)]
    client.hear(*windows * 3000)
    assert not calmed(client)
    client.hear(*windows * 501)
    assert calmed(client)


def test_different_kinds_count_together(h2_state):
    client = h2_state().greet()
    client.hear(*[PING, UNKNOWN] * 500)
    assert calmed(client)  # with the SETTINGS at the beginning


def test_ten_more_are_forgiven_each_second(h2_state):
    client = h2_state().greet()
    client.hear(*[PING] * 999)
    for _ in range(300):
        client.clock += 1.0
        client.hear(*[PING] * 10)
    assert not calmed(client)
    client.clock += 1.0
    client.hear(*[PING] * 11)
    assert calmed(client)


def test_no_more_than_all_is_forgiven(h2_state):
    client = h2_state().greet()
    client.clock += 1e9
    client.hear(*[PING] * 1000)
    assert not calmed(client)
    client.hear(PING)
    assert calmed(client)


BRINGS = {
    "a new request": lambda client: client.open(),
    "content of ours": lambda client: client.state.send(client.stream, memoryview(b"x")),
    "content": lambda client: client.hear(client.data(1, b"x")),
    "a head": lambda client: client.hear(client.head(3)),
    "an end": lambda client: client.hear(client.data(1, b"", end=True)),
}


@pytest.mark.parametrize("kind", BRINGS)
def test_what_brings_something_forgives_all(h2_state, kind):
    client = h2_state().greet()
    client.stream = client.open("POST", end=False)
    client.open("POST", end=False)
    client.hear(client.head(1), *[PING] * 1000)
    BRINGS[kind](client)
    client.hear(*[PING] * 1000)
    assert not calmed(client)


def test_content_in_flight_for_a_stream_that_we_gave_up_is_no_flood(h2_state):
    # It was sent before our RST_STREAM was there, as much of it as the stream's window allows.
    client = h2_state().greet()
    stream = client.open()
    client.hear(client.head(1))
    client.state.close(stream, ERRORS.CANCEL)
    client.open()
    client.state.take()
    client.hear(*[client.data(1, bytes(512))] * 2048)
    assert not calmed(client)
    client.hear(*[client.data(1, b"x")] * 1000)
    assert not calmed(client)
    client.hear(client.data(1, b"x"))
    assert calmed(client)


# The size of heads (RFC 9113 6.5.2, 10.5.1).


@pytest.mark.parametrize(("size", "fits"), [(947, True), (948, False)])
def test_a_head_counts_without_compression_and_32_bytes_for_each_field(h2_state, size, fits):
    client = h2_state(MessageLimits(head_bytes=1024)).greet()
    stream = client.open()
    # Beside: 7 and 3 for ":status" and "200", 3 for "x-a", 32 for each of two.
    client.hear(client.head(1, (b"x-a", b"a" * size), end=True))
    assert fits is (stream.head is not None)
    assert fits is not calmed(client)
    if not fits:
        assert "more than 1024 bytes of fields" in str(client.state.failure)


def test_a_header_block_in_too_many_pieces_ends_the_connection(h2_state):
    client = h2_state().greet()
    stream = client.open()
    block = client.head(1, end=True)
    pieces = [client.fields(1, block.data, end=True, flags=())]
    pieces += [frames.ContinuationFrame(1, b"")] * 62
    client.hear(*pieces, frames.ContinuationFrame(1, b"", flags=["END_HEADERS"]))
    assert 200 == stream.head.status_code
    client.open()
    pieces = [client.fields(3, block.data, end=True, flags=())]
    client.hear(*pieces, *[frames.ContinuationFrame(3, b"")] * 64)
    assert calmed(client)
    assert "a header block of 65 frames" in str(client.state.failure)


def test_a_header_block_that_is_too_large_is_not_waited_for(h2_state):
    client = h2_state(MessageLimits(head_bytes=20_000)).greet()
    client.open()
    pieces = [client.fields(1, bytes(16_000), flags=()), frames.ContinuationFrame(1, bytes(4000))]
    client.hear(*pieces)
    assert not calmed(client)
    client.hear(frames.ContinuationFrame(1, b"x"))
    assert calmed(client)


# Windows (RFC 9113 6.9).


def test_a_window_of_a_stream_that_is_over_changes_nothing(h2_state):
    client = h2_state().greet()
    client.state.close(client.open())
    client.hear(frames.WindowUpdateFrame(1, 2**31 - 1), frames.WindowUpdateFrame(1, 2**31 - 1))
    assert client.state.failure is None


def test_the_reserved_bit_of_an_increment_is_ignored(h2_state):
    client = h2_state().greet()
    stream = client.open("POST", end=False)
    client.hear(b"\0\0\4\x08\0\0\0\0\1\x80\0\0\1")
    assert 65_536 == stream.room


@pytest.mark.parametrize(("increment", "code"), [(0, 1), (2**31 - 1, 3)])
def test_a_window_of_a_stream_that_can_not_be_is_an_error_of_the_stream(h2_state, increment, code):
    client = h2_state().greet()
    stream, other = client.open("POST", end=False), client.open()
    client.state.take()
    client.hear(b"\0\0\4\x08\0\0\0\0\1" + increment.to_bytes(4))
    assert ([("RstStream", 1, code)], None) == (client.told(), client.state.failure)
    assert (RemoteProtocolError, None) == (type(stream.failure), other.failure)


# However the octets are cut.


def test_what_comes_means_the_same_however_it_is_cut(h2_state):
    def played(cut):
        client = h2_state()
        streams = [client.open(), client.open("POST", end=False), client.open()]
        octets = b"".join(
            made if isinstance(made, bytes) else made.serialize()
            for made in (
                frames.SettingsFrame(0, {CODES.MAX_CONCURRENT_STREAMS: 7}),
                client.head(1, (b"x-a", b"b"), flags=()),
                frames.ContinuationFrame(1, b"", flags=["END_HEADERS"]),
                PING,
                client.data(1, b"hello", padding=3),
                client.head(3, status=b"103"),
                client.head(3, end=True),
                frames.RstStreamFrame(5, ERRORS.CANCEL),
                client.trailers(1, (b"x-t", b"u")),
                frames.GoAwayFrame(0, 3, ERRORS.NO_ERROR),
            )
        )
        for piece in cut(octets):
            client.receiver.receive(piece)
        return [
            (s.head, s.take(), s.trailers, s.ended, str(s.failure), len(s.interim)) for s in streams
        ], client.told()

    whole = played(lambda octets: [octets])
    assert [b"hello", b"", None] == [content for _, content, *_ in whole[0]]
    assert whole == played(lambda octets: [octets[at : at + 1] for at in range(len(octets))])
    for at in range(1, 150):
        assert whole == played(
            lambda octets, at=at: [part for part in (octets[:at], octets[at:]) if part]
        )
