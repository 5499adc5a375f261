"""The quick lane's readers: a body by its length, and in plain chunks."""

import pytest

from httpcore_pool import MessageLimits, RemoteProtocolError
from httpcore_pool.connection._http11_head import CHUNKED, ResponseHead
from httpcore_pool.connection._http11_readers import ChunkedReader, LengthReader, reader_for

LIMITS = MessageLimits()
CUT_SHORT = "peer closed connection without sending complete message body"


def chunked(data=b"", keeps=True):
    return ChunkedReader(data, LIMITS, keeps=keeps)


def pieces_of(reader):
    """All pieces that are there, and what came after: the end, or None."""
    pieces = []
    while piece := reader.next():
        pieces.append(piece)
    return pieces, piece


def test_the_head_says_which_reader():
    for length, keeps, kind in [(5, True, LengthReader), (CHUNKED, False, ChunkedReader)]:
        head = ResponseHead(200, "OK", None, rest=b"1\r\na", length=length, keeps=keeps)
        reader = reader_for(head, LIMITS)
        assert type(reader) is kind
        assert reader.next() == (b"a" if kind is ChunkedReader else b"1\r\na")
        assert keeps is reader._keeps


# By length.


def test_pieces_come_as_they_are_received_up_to_the_length():
    reader = LengthReader(5, b"he", keeps=True)
    assert ([b"he"], None) == pieces_of(reader)
    assert 3 == reader.left
    reader.feed(b"llo")
    assert ([b"llo"], b"") == pieces_of(reader)
    assert (0, True, [], None) == (reader.left, reader.reusable, reader.trailers, reader.switched)


def test_what_follows_a_body_is_not_of_it_and_ends_the_connection():
    reader = LengthReader(3, b"hello", keeps=True)
    assert ([b"hel"], b"") == pieces_of(reader)
    assert (0, False) == (reader.left, reader.reusable)
    assert LengthReader(0, b"x", keeps=True).reusable is False
    assert LengthReader(0, b"", keeps=True).reusable is True
    assert LengthReader(0, b"", keeps=False).reusable is False


def test_an_end_before_the_length_is_an_error_that_counts():
    reader = LengthReader(5, b"he", keeps=True)
    reader.next()
    with pytest.raises(
        RemoteProtocolError, match=rf"^{CUT_SHORT} \(received 2 bytes, expected 5\)$"
    ):
        reader.feed(b"")


# In chunks.

BODY = b"5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n"


@pytest.mark.parametrize("size", range(1, len(BODY) + 1))
def test_chunks_are_read_in_any_pieces(size):
    reader, received = chunked(), b""
    for begin in range(0, len(BODY), size):
        assert reader.next() is None
        assert reader.left is None
        reader.feed(BODY[begin : begin + size])
        pieces, end = pieces_of(reader)
        received += b"".join(pieces)
    assert (b"hello0123456789", b"") == (received, end)
    assert (True, [], b"") == (reader.reusable, reader.trailers, reader.next())
    assert reader._h11 is None


def test_a_chunk_is_given_out_as_far_as_it_has_come():
    reader = chunked(b"5\r\nhe")
    assert ([b"he"], None) == pieces_of(reader)
    reader.feed(b"llo\r\n2\r\nab")
    assert ([b"llo", b"ab"], None) == pieces_of(reader)


def test_what_follows_the_last_chunk_or_is_not_kept_ends_the_connection():
    for data, keeps, reusable in [(b"", True, True), (b"x", True, False), (b"", False, False)]:
        reader = chunked(b"0\r\n\r\n" + data, keeps)
        assert b"" == reader.next()
        assert reusable is reader.reusable


def test_an_end_within_chunks_is_an_error():
    reader = chunked(b"5\r\nhe")
    with pytest.raises(RemoteProtocolError, match=rf"^{CUT_SHORT} \(incomplete chunked read\)$"):
        reader.feed(b"")


@pytest.mark.parametrize("footer", [b"x", b"\rx", b"\n", b"\r\r", b"0\r\n\r\n"])
def test_a_chunk_ends_in_cr_lf(footer):
    reader = chunked(b"1\r\na" + footer)
    with pytest.raises(RemoteProtocolError, match=r"^malformed chunk footer: b'.+ \(expected b'"):
        pieces_of(reader)


@pytest.mark.parametrize(
    ("line", "size"),
    [
        *((b"%x" % number, number) for number in range(1, 16)),
        *((b"%X" % number, number) for number in range(10, 16)),
        (b"0000000000000010", 16),
    ],
)
def test_a_plain_size_is_of_up_to_16_digits_in_hex(line, size):
    reader = chunked(line + b"\r\n" + b"x" * size + b"\r\n0\r\n\r\n")
    assert ([b"x" * size], b"") == pieces_of(reader)
    assert reader._h11 is None


@pytest.mark.parametrize(
    "line", [b"", b"g", b"G", b"/", b":", b"@", b"`", b" 1", b"-1", b"+1", b"0x1", b"1_0", b"\r1"]
)
def test_a_size_that_is_none_is_an_error_of_h11(line):
    reader = chunked(line + b"\r\nx\r\n0\r\n\r\n")
    with pytest.raises(RemoteProtocolError):
        pieces_of(reader)


@pytest.mark.parametrize(
    ("data", "trailers"),
    [
        (b"3;a=b\r\nabc\r\n0\r\n\r\n", []),
        (b"3 \r\nabc\r\n0\r\n\r\n", []),
        (b"00000000000000003\r\nabc\r\n0\r\n\r\n", []),
        (b"1\r\na\r\n2\r\nbc\r\n0;x\r\n\r\n", []),
        (b"3\r\nabc\r\n0\r\nX: 1\r\n\r\n", [(b"X", b"1")]),
    ],
)
@pytest.mark.parametrize("keeps", [True, False])
def test_from_the_first_extension_or_trailer_on_h11_reads(data, trailers, keeps):
    for size in (1, len(data)):
        reader, received = chunked(keeps=keeps), b""
        for begin in range(0, len(data), size):
            reader.feed(data[begin : begin + size])
            pieces, end = pieces_of(reader)
            received += b"".join(pieces)
        assert (b"abc", b"") == (received, end)
        assert (trailers, keeps) == (reader.trailers, reader.reusable)
        assert reader._h11 is not None


@pytest.mark.parametrize("start", [b"", b"1", b"f" * 16, b"1\r", b"0\r\n", b"0\r\n\r", b"0\r"])
def test_what_may_become_a_plain_line_is_waited_for(start):
    reader = chunked(start)
    assert reader.next() is None
    assert reader._h11 is None


@pytest.mark.parametrize(
    "start", [b"/", b":", b"@", b"G", b"`", b"g", b"f" * 17, b"1\r\r", b"1 ", b"1;", b"0\r\nX"]
)
def test_what_can_not_become_one_is_left_to_h11_at_once(start):
    reader = chunked(start)
    assert reader.next() is None
    assert reader._h11 is not None


@pytest.mark.parametrize(("before", "most"), [(0, 60), (1, 60 + 19), (5, 60 + 5 * 19)])
def test_what_plain_chunks_spare_a_later_one_may_have_beside_its_data(before, most):
    """A chunk may have 24 octets beside its data: the plain ones here take five, of which 19 are left."""
    limits = MessageLimits(chunk_overhead_bytes=40)

    def is_taken(extension):
        body = b"1\r\na\r\n" * before + b"1;" + b"x" * extension + b"\r\na\r\n0\r\n\r\n"
        reader = ChunkedReader(body, limits, keeps=True)
        try:
            return ([b"a"] * (before + 1), b"") == pieces_of(reader)
        except RemoteProtocolError:
            return False

    assert most == max(filter(is_taken, range(300)))
