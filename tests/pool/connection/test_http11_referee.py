"""What we add to h11: limits, what is refused that h11 lets pass, and what is known at the end."""

import tracemalloc

import pytest

from httpcore_pool import MessageLimits, RemoteProtocolError
from httpcore_pool.connection._http11_referee import H11Reader

LIMITS = MessageLimits()
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PLAIN_CHUNK_BYTES = 24


def reader_of(data=b"", method="GET", upgrade=None, **limits):
    reader = H11Reader(method, MessageLimits(**limits), upgrade)
    if data:
        reader.feed(data)
    return reader


def read(reader):
    """The head, the body and whether it has ended."""
    head, body = reader.next_head(), b""
    while piece := reader.next():
        body += piece
    return head, body, piece == b""


def refused(data, message, **how):
    with pytest.raises(RemoteProtocolError, match=message):
        read(reader_of(data, **how))


# Heads.


@pytest.mark.parametrize("most", [1024, 40_000])
def test_a_head_is_as_long_as_the_limit_says_whole_or_not(most):
    rest = most - len(HEAD) - len(b"a: \r\n\r\n")
    whole = HEAD + b"a: " + b"x" * rest + b"\r\n\r\n"
    assert read(reader_of(whole + b"body", head_bytes=most))[0].status_code == 200
    longer = whole.replace(b"a: ", b"a: x")
    refused(longer, f"^the head is longer than {most} bytes$", head_bytes=most)
    endless = reader_of(HEAD + b"a: " + b"x" * rest, head_bytes=most)
    assert endless.next_head() is None
    endless.feed(b"xxxxx")
    with pytest.raises(RemoteProtocolError, match=f"^the head is longer than {most} bytes$"):
        endless.next_head()


def test_each_head_may_be_as_long_and_what_follows_is_not_of_it():
    head = b"HTTP/1.1 103 Early Hints\r\na: " + b"x" * 990 + b"\r\n\r\n"
    reader = reader_of(head_bytes=1024)
    reader.feed(head + head)
    reader.next_head()
    reader.next_head()
    reader.feed(HEAD + b"Content-Length: 2000\r\n\r\n" + b"y" * 2000)
    assert b"y" * 2000 == read(reader)[1]


def test_fields_are_counted_in_heads_and_trailers():
    for count, data in [
        (2, HEAD + b"a: 1\r\nb: 2\r\n\r\n"),
        (2, CHUNKED + b"0\r\na: 1\r\nb: 2\r\n\r\n"),
    ]:
        reader = reader_of(data, fields=count)
        reader.next_head()
        reader.next()
        kind = "trailer fields" if data.startswith(CHUNKED) else "fields"
        refused(data, f"more than 1 {kind}$", fields=count - 1)


def test_what_is_not_http_1_is_refused_at_its_first_octets():
    for data in (b"x", b"HTTPS", b"h", b"HTTP\x00", b"\r\n", b"SSH-2.0"):
        refused(data, r"^the server did not answer in HTTP/1\.1: it sent b'")
    for data in (b"\x15\x03\x01", b"\x16\x03\x03"):
        refused(data, r"HTTP/1\.1 \(it looks like TLS\): it sent b'")
    for end in range(1, len(HEAD)):
        assert reader_of(HEAD[:end]).next_head() is None
    reader = reader_of(b"HT")
    with pytest.raises(RemoteProtocolError, match=r"it sent b'HTx'$"):
        reader.feed(b"x")


def test_of_what_is_not_http_the_first_40_octets_are_shown():
    refused(b"x" * 41, rf"it sent b'{'x' * 40}'\.\.\.$")
    refused(b"x" * 40, rf"it sent b'{'x' * 40}'$")


@pytest.mark.parametrize("version", ["2.0", "0.9", "3.1"])
def test_another_major_version_is_refused(version):
    data = f"HTTP/{version} 200 OK\r\nContent-Length: 0\r\n\r\n".encode()
    refused(data, rf"^the server answered in HTTP/{version}, not HTTP/1\.1$")


def test_minor_versions_are_told():
    for version in ("1.0", "1.1", "1.2"):
        data = f"HTTP/{version} 200 OK\r\nContent-Length: 0\r\n\r\n".encode()
        assert f"HTTP/{version}" == reader_of(data).next_head().protocol


def test_a_reason_has_no_control_characters():
    refused(
        b"HTTP/1.1 200 a\x01b\r\n\r\n", r"^the reason phrase has control characters: b'a\\x01b'$"
    )
    head = reader_of(b"HTTP/1.1 200 \xe9\t\r\nContent-Length: 0\r\n\r\n").next_head()
    assert "\xe9" == head.reason.strip()


def test_an_error_of_the_framing_shows_the_lines_that_are_wrong():
    data = HEAD + b"a: b\r\nContent-Length: 5\r\ncontent-length:  6\r\nX-Content-Length: 7\r\n\r\n"
    refused(data, r": b'Content-Length: 5', b'content-length:  6'$")
    data = HEAD + b"TRANSFER-encoding: gzip\r\n\r\n"
    refused(data, r": b'TRANSFER-encoding: gzip'$")
    refused(HEAD + b"a b\r\nContent-Length: 5\r\n\r\n", r"^(?!.*Length)")


def test_an_error_shows_lines_of_the_last_head_only():
    for begun, rest in [(HEAD + b"Content-Length: 2\r\nContent-Len", b"gth: 3"), (b"", b"")]:
        reader = reader_of(b"HTTP/1.1 103 x\r\nContent-Length: 1\r\n\r\n" + begun)
        reader.next_head()
        reader.feed(rest or HEAD + b"Content-Length: 2\r\nContent-Length: 3")
        reader.feed(b"\r\n\r\n")
        message = r"[a-z]: b'Content-Length: 2', b'Content-Length: 3'$"
        with pytest.raises(RemoteProtocolError, match=message):
            reader.next_head()


def test_an_error_is_cut():
    data = HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n" * 20 + b"\r\n"
    with pytest.raises(RemoteProtocolError) as caught:
        read(reader_of(data))
    assert (303, "...") == (len(str(caught.value)), str(caught.value)[-3:])


# Bodies.


def test_what_is_left_is_known_by_the_length_alone():
    reader = reader_of(HEAD + b"Content-Length: 5\r\n\r\nab")
    reader.next_head()
    assert (b"ab", 3) == (reader.next(), reader.left)
    both = CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n")
    for data in (CHUNKED, both, HEAD + b"\r\n"):
        reader = reader_of(data)
        reader.next_head()
        assert reader.left is None


def test_the_end_comes_once_and_stays():
    reader = reader_of(CHUNKED + b"1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n")
    assert (b"a", True) == read(reader)[1:]
    assert (b"", [(b"X-Sum", b"1")], True) == (reader.next(), reader.trailers, reader.reusable)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_comes_beside_the_chunks_is_limited_for_all_of_them_together(size):
    extension = b";" + b"x" * 99
    chunk = b"1" + extension + b"\r\na\r\n"

    def read_chunks(reader, count):
        data = chunk * count
        for begin in range(0, len(data), size):
            reader.feed(data[begin : begin + size])
            while reader.next():
                pass

    for most, count in [(1000, 8), (100_000, 100)]:
        reader = reader_of(CHUNKED, chunk_overhead_bytes=most)
        reader.next_head()
        read_chunks(reader, count)
        reader.feed(b"0\r\n\r\n")
        assert b"" == reader.next()
    # Without an end, too: there may be none.
    reader = reader_of(CHUNKED, chunk_overhead_bytes=1000)
    reader.next_head()
    with pytest.raises(RemoteProtocolError, match="^more than 1000 bytes of chunk extensions and"):
        read_chunks(reader, 200)


def test_plain_chunks_are_not_beside_the_body():
    data = CHUNKED + b"1\r\na\r\n" * 1000 + b"0\r\n\r\n"
    assert (b"a" * 1000, True) == read(reader_of(data, chunk_overhead_bytes=1))[1:]


def test_what_follows_a_body_is_not_beside_it():
    reader = reader_of(HEAD + b"Content-Length: 1\r\n\r\na" + b"x" * 5000, chunk_overhead_bytes=1)
    assert (b"a", True) == read(reader)[1:]
    assert reader.reusable is False


def beside(reader, data, size):
    """What stands beside `data` in pieces of `size`: refused, or the body, and whether it has ended."""
    reader.feed(CHUNKED)
    reader.next_head()
    body, piece = b"", None
    try:
        for begin in range(0, len(data), size):
            reader.feed(data[begin : begin + size])
            while piece := reader.next():
                body += piece
    except RemoteProtocolError as error:
        return error.message
    return body, piece == b""


TOO_MUCH = "more than 100 bytes of chunk extensions and trailers"


@pytest.mark.parametrize("size", [1, 7, 64, 10**6])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1;" + b"x" * 90 + b"\r\na", (b"a", False)),
        (b"1;" + b"x" * 200 + b"\r\na", TOO_MUCH),
        (b"1;" + b"x" * 200, TOO_MUCH),
        (b"1;" + b"x" * 200_000, TOO_MUCH),
        # Plain chunks behind it make it no shorter.
        (b"1;" + b"x" * 200 + b"\r\na\r\n" + b"1\r\na\r\n" * 1000 + b"0\r\n\r\n", TOO_MUCH),
        (b"1\r\na\r\n" + b"0\r\nX: " + b"x" * 90 + b"\r\n\r\n", (b"a", True)),
        (b"0\r\nX: " + b"x" * 2000 + b"\r\n\r\n", TOO_MUCH),
        (b"0\r\nX: " + b"x" * 2000, TOO_MUCH),
        (b"0\r\n" + b"X: y\r\n" * 30, TOO_MUCH),
    ],
)
def test_how_much_may_be_beside_the_body_does_not_depend_on_where_it_is_cut(data, expected, size):
    reader = reader_of(chunk_overhead_bytes=100)
    assert expected == beside(reader, data, size)


@pytest.mark.parametrize("size", [1000, 65536, 10**6])
def test_a_limit_above_that_of_heads_holds_too(size):
    data = b"1;" + b"x" * 150_000 + b"\r\na\r\n0\r\n\r\n"
    reader = reader_of(head_bytes=1024, chunk_overhead_bytes=200_000)
    assert (b"a", True) == beside(reader, data, size)


@pytest.mark.parametrize("size", [1, 10**6])
def test_chunks_and_what_is_beside_them_may_be_as_long_as_the_limit_says(size):
    longest = PLAIN_CHUNK_BYTES + 100
    for more, expected in ((0, (b"a", False)), (1, TOO_MUCH)):
        line = b"1;".ljust(longest - 2 + more, b"x") + b"\r\n"
        reader = reader_of(chunk_overhead_bytes=100)
        assert expected == beside(reader, line + b"a\r\n", size)
        # And where the line is not whole yet.
        reader = reader_of(chunk_overhead_bytes=100)
        unfinished = b"1;".ljust(longest + more, b"x")
        assert beside(reader, unfinished, size) == (expected if more else (b"", False))


def test_a_body_is_not_kept():
    reader = reader_of(HEAD + b"Content-Length: 10000000\r\n\r\n")
    reader.next_head()
    piece = b"x" * 100_000
    tracemalloc.start()
    for _ in range(99):
        reader.feed(piece)
        while reader.next():
            pass
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000


def test_all_octets_behind_what_switches_are_told():
    switching = b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    reader = reader_of(switching + b"x" * 200_000, upgrade=b"x")
    reader.next_head()
    assert b"x" * 200_000 == reader.switched


def test_what_follows_a_long_body_keeps_the_connection_from_being_used():
    end = b"0\r\n\r\n"
    data = b"%x;y\r\n" % 200_000 + b"x" * 200_000 + b"\r\n" + end
    for rest, reusable in ((b"", True), (b"HTTP/1.1", False), (b"x" * 200_000, False)):
        reader = reader_of(CHUNKED + data + rest)
        assert (b"x" * 200_000, True) == read(reader)[1:]
        assert reusable is reader.reusable


@pytest.mark.parametrize("size", [10_000, 65_536 - len(HEAD), 65_536])
def test_wherever_a_body_ends_what_follows_it_is_seen(size):
    fields = b"Content-Length: 00000\r\n\r\n"
    length = size - len(fields)
    head = HEAD + fields.replace(b"00000", b"%05d" % length)
    for rest in (b"", b"x"):
        reader = reader_of(head + b"y" * length + rest)
        assert [] == reader.trailers
        assert (b"y" * length, True) == read(reader)[1:]
        assert (not rest) is reader.reusable


# The end.


@pytest.mark.parametrize(
    ("data", "method", "reusable"),
    [
        (HEAD + b"Content-Length: 0\r\n\r\n", "GET", True),
        (HEAD + b"Content-Length: 0\r\n\r\nx", "GET", False),
        (HEAD + b"Content-Length: 0\r\nConnection: close\r\n\r\n", "GET", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", False),
        (CHUNKED + b"0\r\n\r\n", "GET", True),
        (CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), "GET", False),
        (HEAD + b"Content-Length: 5\r\n\r\n", "HEAD", True),
    ],
)
def test_a_connection_is_used_again_only_where_nothing_is_in_doubt(data, method, reusable):
    reader = reader_of(data, method)
    assert (b"", True) == read(reader)[1:]
    assert reusable is reader.reusable
    reader.feed(b"")
    assert reader.reusable is False


def test_nothing_is_used_again_before_its_end():
    reader = reader_of(HEAD + b"Content-Length: 5\r\n\r\nab")
    assert reader.reusable is False
    reader.next_head()
    reader.next()
    assert reader.reusable is False


def test_what_switches_is_no_longer_http():
    switching = b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw"
    reader = reader_of(switching, upgrade=b"x")
    assert (None, 101, b"raw") == (
        reader_of(HEAD + b"\r\n").switched,
        reader.next_head().status_code,
        reader.switched,
    )
    with pytest.raises(RemoteProtocolError):
        read(reader_of(switching))
    tunnel = reader_of(HEAD + b"\r\nraw", "CONNECT")
    tunnel.next_head()
    assert b"raw" == tunnel.switched


@pytest.mark.parametrize("keeps", [True, False])
def test_a_reader_that_begins_inside_a_body_goes_on_there(keeps):
    reader = H11Reader.inside_chunked(LIMITS, b"1;x\r\na\r\n", keeps=keeps)
    reader.feed(b"0\r\nX: 1\r\n\r\n")
    assert [b"a", b"", [(b"X", b"1")], keeps] == [
        reader.next(),
        reader.next(),
        reader.trailers,
        reader.reusable,
    ]
