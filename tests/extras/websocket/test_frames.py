"""What a server may put into frames, and what not: a table after the sections of Autobahn's test suite."""

import zlib

import pytest

from httpcore_client.websocket import WebSocketClosed
from testkit.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    Script,
    close_frame,
    deflated,
    frame,
    switching,
)

BYE = close_frame(1000)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate"
REPLY = (CLOSE, b"\x03\xe8")  # 1000


def told(*steps, **options):
    """The messages that came, the code that it ended with, and the frames that we sent."""
    script = Script(*steps, **options)
    messages = []
    with script as ws:
        with pytest.raises(WebSocketClosed) as closed:
            while True:
                messages.append(ws.receive())
        ws.close()
    return messages, closed.value.code, script.sent


def closing(code, reason=b""):
    return (CLOSE, code.to_bytes(2) + reason)


# 1: sizes.


@pytest.mark.parametrize("size", [0, 125, 126, 127, 65535, 65536])
def test_messages_have_any_size(size):
    text, data = "x" * size, b"\xfe" * size
    octets = frame(TEXT, text) + frame(BINARY, data) + BYE
    assert ([text, data], 1000, [REPLY]) == told(octets)


@pytest.mark.parametrize("size", [0, 125, 126, 127, 65535, 65536])
def test_messages_are_sent_in_any_size(size):
    script = Script(lambda _: BYE)  # nothing before it is asked for
    with script as ws:
        ws.send(b"\xfe" * size)
        ws.send("é" * size)
        ws.close()
    assert [(BINARY, b"\xfe" * size), (TEXT, b"\xc3\xa9" * size), REPLY] == script.sent


@pytest.mark.parametrize(
    "octets",
    [b"\x82\x7e\x00\x05hello", b"\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x05hello"],
    ids=["16 bits", "64 bits"],
)
def test_a_length_takes_no_more_bits_than_it_needs(octets):
    assert ([], 1002, [closing(1002)]) == told(octets)


# 2: pings.


@pytest.mark.parametrize(
    "payload", [b"", b"hello", b"\x00\xff\xfe", b"x" * 125], ids=["empty", "text", "binary", "125"]
)
def test_a_ping_is_answered_with_what_it_says(payload):
    assert (["m"], 1000, [(PONG, payload), REPLY]) == told(
        frame(PING, payload) + frame(TEXT, "m") + BYE
    )


def test_each_ping_is_answered_in_turn():
    pongs = [(PONG, b"%d" % n) for n in range(10)]
    assert ([], 1000, [*pongs, REPLY]) == told(
        b"".join(frame(PING, str(n)) for n in range(10)) + BYE
    )


def test_of_very_many_pings_the_last_are_answered():
    octets = b"".join(frame(PING, str(n)) for n in range(2500))
    sent = told(octets + BYE)[2]
    assert (True, [(PONG, b"2499"), REPLY]) == (len(sent) < 1500, sent[-2:])


def test_a_pong_that_nobody_asked_for_is_nothing():
    assert (["m"], 1000, [REPLY]) == told(frame(PONG, "p") + frame(TEXT, "m") + BYE)


# 3, 4: reserved bits and opcodes; 5.1: masks; 5.5: control frames.


@pytest.mark.parametrize(
    "octets",
    [
        frame(TEXT, "m", flags=FIN | RSV1),
        frame(TEXT, "m", flags=FIN | RSV2),
        frame(BINARY, "m", flags=FIN | RSV3),
        frame(PING, flags=FIN | RSV1),
        frame(CLOSE, flags=FIN | RSV2),
        *(frame(opcode, "m") for opcode in (3, 7, 11, 15)),
        frame(TEXT, "m", mask=b"\x01\x02\x03\x04"),
        frame(PING, "x" * 126),
        frame(PING, "m", flags=0),
        frame(CLOSE, b"\x03\xe8", flags=0),
    ],
    ids=[
        *("rsv1", "rsv2", "rsv3", "rsv1 ping", "rsv2 close"),
        *("opcode 3", "opcode 7", "opcode 11", "opcode 15"),
        *("masked", "126 of a ping", "fragment of a ping", "fragment of a close"),
    ],
)
def test_what_breaks_the_protocol_ends_it_with_1002(octets):
    before = frame(TEXT, "before")
    assert (["before"], 1002, [closing(1002)]) == told(before + octets + frame(TEXT, "after"))


# 5: fragments.


def test_fragments_are_one_message_with_control_frames_between():
    octets = [
        frame(TEXT, "one ", flags=0),
        frame(PING, "p"),
        frame(CONTINUATION, "", flags=0),
        frame(PONG, "p"),
        frame(CONTINUATION, "two"),
        frame(BINARY, "", flags=0),
        frame(CONTINUATION, b"\xff"),
        BYE,
    ]
    assert (["one two", b"\xff"], 1000, [(PONG, b"p"), REPLY]) == told(b"".join(octets))


@pytest.mark.parametrize(
    "octets",
    [
        frame(CONTINUATION, "m"),
        frame(TEXT, "a", flags=0) + frame(CONTINUATION, "b") + frame(CONTINUATION, "c", flags=0),
        frame(TEXT, "a", flags=0) + frame(TEXT, "b"),
        frame(BINARY, "a", flags=0) + frame(TEXT, "b", flags=0),
    ],
    ids=["alone", "after the last", "text in text", "text in bytes"],
)
def test_fragments_follow_each_other(octets):
    assert (1002, [closing(1002)]) == told(octets)[1:]


# 6: UTF-8.


@pytest.mark.parametrize(
    "octets",
    [
        b"\xce\xba\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\x80",
        b"\xfe",
        b"\xce",
    ],
    ids=["surrogate", "beyond", "overlong", "lone", "never", "cut off"],
)
def test_text_that_is_not_utf_8_ends_it_with_1007(octets):
    assert ([], 1007, [closing(1007)]) == told(frame(TEXT, octets))


def test_a_character_may_be_cut_by_fragments():
    octets = frame(TEXT, b"\xce", flags=0) + frame(CONTINUATION, b"\xba") + BYE
    assert (["κ"], 1000, [REPLY]) == told(octets)


def test_text_that_can_not_become_utf_8_fails_before_its_end():
    first_half = frame(TEXT, b"\xf4\x90" + b"x" * 98)[:20]
    assert ([], 1007, [closing(1007)]) == told(first_half)


# 7: closing.


@pytest.mark.parametrize("code", [*range(1000, 1004), *range(1007, 1015), 3000, 4999])
def test_a_code_is_told_and_sent_back(code):
    said = closing(code, "why κ".encode())
    assert ([], code, [said]) == told(close_frame(code, "why κ"))


def test_a_close_without_a_code_is_1005_and_answered_so():
    assert ([], 1005, [(CLOSE, b"")]) == told(frame(CLOSE))


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
def test_a_code_that_may_not_be_sent_ends_it_with_1002(code):
    assert ([], 1002, [closing(1002)]) == told(close_frame(code))


@pytest.mark.parametrize(
    ("payload", "code"), [(b"\x03", 1002), (b"\x03\xe8\xce", 1007)], ids=["half a code", "no UTF-8"]
)
def test_a_close_that_can_not_be_read_ends_it(payload, code):
    assert ([], code, [closing(code)]) == told(frame(CLOSE, payload))


def test_a_close_may_come_in_pieces():
    octets = close_frame(1014, "why κ")
    for at in range(1, len(octets)):
        assert ([], 1014, [closing(1014, "why κ".encode())]) == told(octets[:at], octets[at:])
        assert ([], 1006, []) == told(octets[:at], b"")


def test_nothing_counts_behind_a_close():
    octets = frame(TEXT, "m") + BYE + frame(TEXT, "n") + b"\xff\xff", frame(TEXT, "o")
    assert (["m"], 1000, [REPLY]) == told(*octets)


def test_the_end_without_a_close_is_1006():
    assert (["m"], 1006, []) == told(frame(TEXT, "m"), b"")


# 9: limits.


def test_a_message_may_have_as_much_as_is_allowed_and_no_more():
    fits, more = frame(BINARY, bytes(1000)), frame(BINARY, bytes(1001))
    said = closing(1009, b"a message has more than 1000 bytes")
    assert ([bytes(1000)], 1009, [said]) == told(fits + more, max_message_bytes=1000)


def test_what_announces_too_much_is_refused_before_it_comes():
    octets = frame(BINARY, b"x", length=2**62)
    assert 1009 == told(octets, max_message_bytes=1000)[1]


def test_fragments_count_together():
    octets = frame(BINARY, bytes(600), flags=0) + frame(CONTINUATION, bytes(600))
    assert ([], 1009) == told(octets, max_message_bytes=1000)[:2]
    assert ([bytes(1200)], 1000) == told(octets + BYE, max_message_bytes=1200)[:2]


def test_text_is_counted_in_bytes():
    assert ([], 1009) == told(frame(TEXT, "κ" * 501), max_message_bytes=1000)[:2]


def test_there_may_be_no_limit():
    pieces = frame(BINARY, bytes(40_000), flags=0) + frame(CONTINUATION, bytes(30_000))
    assert [bytes(70_000)] * 2 == told(
        frame(BINARY, bytes(70_000)) + pieces + BYE, max_message_bytes=None
    )[0]


def test_many_small_fragments_are_one_message():
    octets = frame(BINARY, b"", flags=0) + frame(CONTINUATION, b"x", flags=0) * 5000
    assert [b"x" * 5001] == told(octets + frame(CONTINUATION, b"x") + BYE)[0]


def test_fragments_that_bring_nothing_are_counted_in_each_message():
    octets = frame(BINARY, flags=0) + frame(CONTINUATION, flags=0) * 999
    end = frame(CONTINUATION, b"x")
    assert [b"x"] * 2 == told((octets + end) * 2 + BYE)[0]
    too_many = octets + frame(CONTINUATION, flags=0)
    assert ([], 1008, [closing(1008)]) == told(too_many + end + BYE)


# 12, 13: compression.


def compressed(*steps, agreed=DEFLATE, **options):
    return told(*steps, answer=switching(agreed), compression=True, **options)


def test_messages_are_inflated_with_what_came_before():
    first, second = deflated(b"hello, hello", b"hello, hello")
    octets = frame(TEXT, first, flags=FIN | RSV1) + frame(TEXT, second, flags=FIN | RSV1)
    assert (["hello, hello"] * 2, 1000, [REPLY]) == compressed(octets + BYE)
    assert len(second) < len(first)


def test_messages_are_inflated_alone_where_that_is_agreed():
    payloads = deflated(b"hello", b"hello", forgets=True)
    octets = b"".join(frame(TEXT, payload, flags=FIN | RSV1) for payload in payloads)
    agreed = DEFLATE + b"; server_no_context_takeover"
    assert ["hello", "hello"] == compressed(octets + BYE, agreed=agreed)[0]


def test_messages_may_come_as_they_are():
    assert ["hello"] == compressed(frame(TEXT, "hello") + BYE)[0]


def test_a_compressed_message_may_come_in_fragments_with_a_ping_between():
    (payload,) = deflated(b"hello " * 100)
    octets = [
        frame(TEXT, payload[:5], flags=RSV1),
        frame(PING, "p"),
        frame(CONTINUATION, payload[5:9], flags=0),
        frame(CONTINUATION, payload[9:]),
        BYE,
    ]
    messages, code, sent = compressed(b"".join(octets))
    assert (["hello " * 100], 1000, [(PONG, b"p"), REPLY]) == (messages, code, sent)


def test_a_compressed_block_may_be_marked_as_the_last():
    made = zlib.compressobj(wbits=-15)
    payload = made.compress(b"hello") + made.flush() + b"\x00"  # RFC 7692 7.2.3.4
    octets = frame(TEXT, payload, flags=FIN | RSV1)
    assert ["hello", "hello"] == compressed(octets * 2 + BYE)[0]


@pytest.mark.parametrize("forgets", [False, True], ids=["one window", "each its own"])
@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_a_compressed_message_that_is_cut_off_is_none(kind, forgets):
    agreed = DEFLATE + b"; server_no_context_takeover" * forgets
    (payload,) = deflated(b"hello, hello, what is this?")
    for size in range(1, len(payload)):
        cut, rest = payload[:size], payload[size:]
        assert ([], 1007) == compressed(frame(kind, cut, flags=FIN | RSV1), agreed=agreed)[:2]
        octets = frame(kind, cut, flags=RSV1)
        assert ([], 1007) == compressed(octets + frame(CONTINUATION), agreed=agreed)[:2]
        whole = compressed(octets + frame(CONTINUATION, rest) + BYE, agreed=agreed)
        assert (1, 1000) == (len(whole[0]), whole[1])


def test_compressed_nothing_is_nothing_and_what_follows_is_read():
    first, second = deflated(b"hello, hello", b"hello, hello")
    octets = b"".join(frame(TEXT, each, flags=FIN | RSV1) for each in (first, b"", second))
    empty = frame(TEXT, flags=RSV1) + frame(CONTINUATION)
    assert ["hello, hello", "", "hello, hello", ""] == compressed(octets + empty + BYE)[0]


@pytest.mark.parametrize("behind", [b"", b"\x00"], ids=["nothing", "an empty block"])
def test_behind_a_block_that_is_marked_as_the_last_there_may_be_nothing(behind):
    made = zlib.compressobj(wbits=-15)
    payload = made.compress(b"hello") + made.flush() + behind
    octets = frame(TEXT, payload, flags=FIN | RSV1) * 2
    octets += frame(TEXT, deflated(b"hello")[0], flags=FIN | RSV1)
    assert ["hello"] * 3 == compressed(octets + BYE)[0]


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (frame(TEXT, b"\x06", flags=FIN | RSV1), 1007),
        (frame(TEXT, deflated(b"\xff")[0], flags=FIN | RSV1), 1007),
        (frame(TEXT, flags=RSV1) + frame(CONTINUATION, flags=FIN | RSV1), 1002),
        (frame(PING, flags=FIN | RSV1), 1002),
        (frame(TEXT, flags=FIN | RSV2), 1002),
    ],
    ids=["no deflate", "no UTF-8", "rsv1 later", "rsv1 ping", "rsv2"],
)
def test_what_is_wrong_with_compression_ends_it(octets, code):
    assert ([], code) == compressed(octets)[:2]


def test_a_bomb_goes_no_further_than_the_limit():
    (payload,) = deflated(bytes(50_000_000))
    octets = frame(BINARY, payload, flags=FIN | RSV1)
    assert ([], 1009) == compressed(octets, max_message_bytes=1_000_000)[:2]


def test_a_limit_counts_what_is_inflated():
    (fits,) = deflated(bytes(1000))
    octets = frame(BINARY, fits, flags=FIN | RSV1)
    assert [bytes(1000)] == compressed(octets + BYE, max_message_bytes=1000)[0]
    assert ([], 1009) == compressed(octets, max_message_bytes=999)[:2]


def test_what_is_compressed_may_have_no_limit():
    (payload,) = deflated(bytes(100_000))
    octets = frame(BINARY, payload, flags=FIN | RSV1)
    assert [bytes(100_000)] == compressed(octets + BYE, max_message_bytes=None)[0]


def inflated(sent, *, forgets=False):
    made, found = zlib.decompressobj(-15), []
    for opcode, payload in sent:
        made = zlib.decompressobj(-15) if forgets else made
        if opcode & RSV1:
            found.append(made.decompress(payload + b"\x00\x00\xff\xff"))
    return found


@pytest.mark.parametrize(
    ("parameters", "forgets"),
    [
        (b"", False),
        (b"; client_no_context_takeover", True),
        (b'; client_max_window_bits="9"', False),
    ],
    ids=["one window", "each its own", "a small one"],
)
def test_what_is_sent_is_compressed_as_agreed(parameters, forgets):
    script = Script(lambda _: BYE, answer=switching(DEFLATE + parameters), compression=True)
    with script as ws:
        for message in (b"hello " * 200, b"", b"hello " * 200):
            ws.send(message)
        ws.close()
    assert [b"hello " * 200] * 2 == inflated(script.sent, forgets=forgets)
    assert (BINARY, b"") == script.sent[1]
    assert all(len(payload) < 100 for _, payload in script.sent)


def test_for_a_window_that_zlib_does_not_make_messages_go_out_as_they_are():
    agreed = DEFLATE + b"; client_max_window_bits=8"
    script = Script(lambda _: BYE, answer=switching(agreed), compression=True)
    with script as ws:
        ws.send("hello")
        ws.close()
    assert [(TEXT, b"hello"), REPLY] == script.sent


# However the octets are cut.


def test_every_split_says_the_same():
    compressed_text = deflated("κόσμε ".encode() * 3)[0]
    octets = b"".join(
        [
            frame(TEXT, compressed_text[:9], flags=RSV1),
            frame(PING, "p"),
            frame(CONTINUATION, compressed_text[9:]),
            frame(BINARY, bytes(range(130))),
            close_frame(4000, "κ"),
        ]
    )
    whole = ["κόσμε " * 3, bytes(range(130))], 4000
    for at in range(1, len(octets)):
        assert whole == compressed(octets[:at], octets[at:])[:2]
    assert whole == compressed(*(octets[at : at + 1] for at in range(len(octets))))[:2]
