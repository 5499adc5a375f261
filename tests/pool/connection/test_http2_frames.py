"""Frames as octets: cut out of what comes in, and written (RFC 9113 4, 6)."""

import h2.errors
import hyperframe.frame as hyperframe
import pytest

from httpcore_pool.connection import _http2_frames as frames
from httpcore_pool.connection._http2_frames import Fault, FrameBuffer, content_of

CODES = h2.errors.ErrorCodes
PING = hyperframe.PingFrame(0, b"12345678").serialize()
DATA = hyperframe.DataFrame(5, b"hello", flags=["END_STREAM"]).serialize()


def cut(*pieces):
    buffer, found = FrameBuffer(), []
    for piece in pieces:
        buffer.feed(piece)
        while (frame := buffer.next()) is not None:
            found.append((*frame, buffer.octets()))
    return found


# Cutting.


def test_a_frame_is_its_type_flags_stream_and_payload():
    assert [
        (frames.PING, 0, 0, b"12345678", PING),
        (frames.DATA, frames.END_STREAM, 5, b"hello", DATA),
    ] == cut(PING + DATA)


def test_frames_are_the_same_however_they_are_split():
    octets = PING + DATA + PING
    whole = cut(octets)
    assert 3 == len(whole)
    for at in range(len(octets) + 1):
        assert whole == cut(octets[:at], octets[at:])
    assert whole == cut(*[octets[at : at + 1] for at in range(len(octets))])


def test_a_frame_that_is_not_whole_waits_for_the_rest():
    assert [] == cut(PING[:8])
    assert [] == cut(PING[:-1])


def test_the_reserved_bit_is_ignored():
    reserved = DATA[:5] + bytes([DATA[5] | 0x80]) + DATA[6:]
    assert 5 == cut(reserved)[0][2]


def test_a_frame_may_be_as_large_as_every_receiver_allows_and_no_larger(fault_of):
    largest = hyperframe.DataFrame(1, bytes(16_384)).serialize()
    assert bytes(16_384) == cut(largest)[0][3]
    larger = hyperframe.DataFrame(1, bytes(16_385)).serialize()
    code, words = fault_of(Fault, lambda: cut(PING, larger[:9]))
    assert (CODES.FRAME_SIZE_ERROR, "a frame of more than 16384 bytes") == (code, words)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (b"HTTP/1.1 400 Bad \x1bRequest\r\n\r\n", "'HTTP/1.1 400 Bad \\x1bRequest'"),
        (b"<!DOCTYPE html>\r\n<title>505</title>", "'<!DOCTYPE html>'"),
        (b"SSH-2.0-OpenSSH\r\n", "'SSH-2.0-OpenSSH'"),
    ],
)
def test_an_answer_that_is_no_http_2_is_shown(fault_of, answer, shown):
    code, words = fault_of(Fault, lambda: cut(answer))
    assert CODES.PROTOCOL_ERROR == code
    assert words.endswith(f"does not speak HTTP/2 here, it answered b{shown}")


def test_behind_a_frame_that_is_no_answer_in_http_1_any_more(fault_of):
    code, _ = fault_of(Fault, lambda: cut(PING, b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert CODES.FRAME_SIZE_ERROR == code


# Padding and priority.


@pytest.mark.parametrize("padding", [None, 0, 1, 255])
@pytest.mark.parametrize("priority", [False, True])
def test_content_is_what_padding_and_priority_leave(padding, priority):
    frame = hyperframe.HeadersFrame(1, b"block")
    if padding is not None:
        frame.flags.add("PADDED")
        frame.pad_length = padding
    if priority:
        frame.flags.add("PRIORITY")
    ((_, flags, _, payload, _),) = cut(frame.serialize())
    assert b"block" == content_of(flags, payload, priority=True)


def test_content_without_either_is_the_payload_itself():
    payload = b"hello"
    assert payload is content_of(frames.END_STREAM, payload)


def test_priority_is_a_matter_of_heads_only():
    assert b"hello, world" == content_of(0x20, b"hello, world")


def test_padding_may_take_all_of_it():
    assert b"" == content_of(0x8, b"\x03abc")


@pytest.mark.parametrize(
    ("flags", "payload", "code", "words"),
    [
        (0x8, b"", CODES.FRAME_SIZE_ERROR, "too short for its flags"),
        (0x20, b"1234", CODES.FRAME_SIZE_ERROR, "too short for its flags"),
        (0x28, b"\x0012345"[:-1], CODES.FRAME_SIZE_ERROR, "too short for its flags"),
        (0x8, b"\x04abc", CODES.PROTOCOL_ERROR, "more padding than payload"),
        (0x28, b"\x0212345a", CODES.PROTOCOL_ERROR, "more padding than payload"),
    ],
)
def test_what_is_too_short_for_its_flags_breaks_the_connection(
    flags, payload, code, words, fault_of
):
    found, message = fault_of(Fault, lambda: content_of(flags, payload, priority=True))
    assert code == found
    assert words in message


# Writing.


def parsed_head(octets, parse, *, end):
    first, *others = parse(octets)
    assert end is ("END_STREAM" in first.flags)
    assert isinstance(first, hyperframe.HeadersFrame)
    assert all(isinstance(frame, hyperframe.ContinuationFrame) for frame in others)
    last = [("END_HEADERS" in frame.flags) for frame in (first, *others)]
    assert [*[False] * len(others), True] == last
    return [bytes(frame.data) for frame in (first, *others)]


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        (0, [0]),
        (10, [10]),
        (16_384, [16_384]),
        (16_385, [16_384, 1]),
        (40_000, [16_384, 16_384, 7232]),
    ],
)
@pytest.mark.parametrize("end", [False, True])
def test_a_head_goes_out_in_as_many_frames_as_it_needs(size, sizes, end, parse):
    block = bytes(at % 251 for at in range(size))
    pieces = parsed_head(frames.head_frames(7, block, end=end), parse, end=end)
    assert (sizes, block) == ([len(piece) for piece in pieces], b"".join(pieces))


def test_the_pieces_behind_the_first_have_no_flags_but_the_end_of_the_head():
    octets = frames.head_frames(7, bytes(40_000), end=True)
    assert [1, 0, 4] == [octets[at * (16_384 + 9) + 4] for at in range(3)]


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("size", [0, 255, 256, 16_384, 100_000])
def test_content_goes_out_behind_its_header(size, end):
    frame = hyperframe.DataFrame(7, bytes(size), flags=["END_STREAM"] if end else [])
    assert frame.serialize() == frames.data_header(7, size, end=end) + bytes(size)


def test_a_reset_and_a_window_are_written_as_others_read_them():
    reset = hyperframe.RstStreamFrame(7, error_code=8).serialize()
    window = hyperframe.WindowUpdateFrame(7, window_increment=0x7FFF_FFFF).serialize()
    assert reset == frames.reset_frame(7, CODES.CANCEL)
    assert window == frames.window_frame(7, frames.MAX_ID)


def test_a_ping_and_a_goodbye_are_written_as_others_read_them():
    ping = hyperframe.PingFrame(0, b"\0\0\0\0\0\0\1\2").serialize()
    goaway = hyperframe.GoAwayFrame(0, last_stream_id=0, error_code=11).serialize()
    assert ping == frames.ping_frame(258)
    assert goaway == frames.goaway_frame(CODES.ENHANCE_YOUR_CALM)


def test_the_numbers_of_a_goaway_are_read_without_the_reserved_bit():
    assert (1, 2) == frames.two_numbers(b"\x80\0\0\x01\0\0\0\x02and why")


def test_error_codes_have_names_and_unknown_ones_are_shown():
    assert ("REFUSED_STREAM", "error 0xabc") == (frames.code_name(7), frames.code_name(0xABC))
