"""No octet of a caller splits a request; its framing is never in doubt (RFC 9112 3, 5, 6)."""

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from httpcore_pool import LocalProtocolError
from httpcore_pool.connection import _http11_writer
from httpcore_pool.connection._http11_head import CHUNKED
from httpcore_pool.connection._http11_writer import BodyWriter, write_head

HOST = (b"Host", b"example.org")
TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def facts(*fields):
    head = write_head("GET", "/", list(fields))
    return head.length, head.closes, head.expects, head.upgrade


def test_a_head_is_its_line_its_fields_and_an_empty_line():
    head = write_head("GET", "/a?b=c", [HOST, (b"X-A", b"\tb \xe9"), (b"X-Empty", b"")])
    assert (
        b"GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nX-A: \tb \xe9\r\nX-Empty: \r\n\r\n"
        == head.data
    )


def test_host_goes_first_wherever_it_stood():
    """RFC 9110 7.2."""
    head = write_head("GET", "/", [(b"A", b"1"), (b"hOST", b"h"), (b"B", b"2")])
    assert b"GET / HTTP/1.1\r\nhOST: h\r\nA: 1\r\nB: 2\r\n\r\n" == head.data


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], (0, False, False, None)),
        ([(b"Content-Length", b"5")], (5, False, False, None)),
        ([(b"content-length", b"0")], (0, False, False, None)),
        ([(b"Transfer-Encoding", b"Chunked")], (CHUNKED, False, False, None)),
        ([(b"Connection", b"keep-alive")], (0, False, False, None)),
        ([(b"Connection", b"Upgrade, CLOSE")], (0, True, False, None)),
        ([(b"Connection", b"x"), (b"connection", b"close")], (0, True, False, None)),
        ([(b"Connection", b"close"), (b"connection", b"x")], (0, True, False, None)),
        ([(b"Connection", b"closed")], (0, False, False, None)),
        ([(b"X-Own", b"100-continue"), (b"Upgrade", b"x")], (0, False, False, b"x")),
        ([(b"Expect", b"100-Continue")], (0, False, True, None)),
        ([(b"Expect", b"more")], (0, False, False, None)),
        ([(b"Upgrade", b"h2c, x")], (0, False, False, b"h2c, x")),
    ],
)
def test_what_the_fields_mean_for_the_exchange(fields, expected):
    assert expected == facts(HOST, *fields)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([], "exactly one Host field, this one 0"),
        ([HOST, (b"host", b"b")], "exactly one Host field, this one 2"),
        ([HOST, (b"Content-Length", b"1"), (b"content-length", b"1")], "more than one field"),
        (
            [HOST, (b"Content-Length", b"1"), (b"Transfer-Encoding", b"chunked")],
            "more than one field",
        ),
        ([HOST, (b"Transfer-Encoding", b"gzip, chunked")], "Transfer-Encoding can't be b'gzip, ch"),
        ([HOST, (b"Content-Length", b"+1")], r"Content-Length can't be b'\+1'"),
        ([HOST, (b"Content-Length", b"")], "Content-Length can't be b''"),
        ([HOST, (b"Content-Length", b"1" * 20)], "Content-Length can't be"),
    ],
)
def test_framing_in_doubt_is_refused(fields, error):
    with pytest.raises(LocalProtocolError, match=error):
        write_head("POST", "/", fields)


INJECTIONS = [
    b"a\r\nX: y",
    b"a\nX: y",
    b"a\rX: y",
    b"a\x00b",
    b"a\x7fb",
    b"a\r\n\r\nGET / HTTP/1.1",
    b"\r\n",
]


@pytest.mark.parametrize("octets", INJECTIONS)
def test_a_value_can_not_split_the_head(octets):
    with pytest.raises(LocalProtocolError, match="value of the field b'X-A' has forbidden"):
        write_head("GET", "/", [HOST, (b"X-A", octets)])


@pytest.mark.parametrize("octets", [*INJECTIONS, b"", b"a b", b"a:", b"X: y", b"\xe9"])
def test_a_name_can_not_split_the_head(octets):
    with pytest.raises(LocalProtocolError, match="is no field name"):
        write_head("GET", "/", [HOST, (octets, b"v")])


@pytest.mark.parametrize(
    "octets", [*INJECTIONS, b"", b"a b", b"\xe9", b"/ HTTP/1.1\r\nX: y\r\nA: /"]
)
def test_the_target_can_not_split_the_head(octets):
    with pytest.raises(LocalProtocolError, match="illegal method or target"):
        write_head("GET", octets.decode("latin-1"), [HOST])


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/\ud800"), ("G\ud800T", "/"), ("G T", "/")]
)
def test_what_can_not_be_sent_is_shown_as_far_as_it_can_be(method, target):
    shown = f"{method} {target}".replace("\ud800", r"\?")
    with pytest.raises(LocalProtocolError, match=f": illegal method or target: b'{shown}'$"):
        write_head(method, target, [HOST])


@pytest.mark.parametrize(
    "method", ["", "GET /x HTTP/1.1\r\nX: y\r\n\r\nGET", "G T", "GÉT", "GET\n"]
)
def test_the_method_can_not_split_the_head(method):
    with pytest.raises(LocalProtocolError, match="illegal method or target"):
        write_head(method, "/", [HOST])


def taken(write):
    """Which octets may be written."""
    found = set()
    for number in range(256):
        try:
            write(bytes([number]))
        except LocalProtocolError:
            continue
        found.add(number)
    return found


@pytest.mark.parametrize(("begin", "end"), [(b"", b""), (b"a", b"b")])
def test_of_which_octets_each_part_is_made(begin, end):
    def text(octet):
        return (begin + octet + end).decode("latin-1")

    def field(name, value):
        write_head("GET", "/", [HOST, (name, value)])

    controls = {*range(0x20), 0x7F} - {0x09}
    assert set(TOKEN) == taken(lambda octet: write_head(text(octet), "/", [HOST]))
    assert set(range(0x21, 0x7F)) == taken(lambda octet: write_head("GET", text(octet), [HOST]))
    assert set(TOKEN) == taken(lambda octet: field(begin + octet + end, b""))
    assert set(range(256)) - controls == taken(lambda octet: field(b"A", begin + octet + end))


def test_a_length_has_19_digits_at_the_most():
    assert 10**19 - 1 == facts(HOST, (b"Content-Length", b"9" * 19))[0]


@given(
    st.text(max_size=4) | st.sampled_from(["GET", "X-Y"]),
    st.text(max_size=6) | st.sampled_from(["/", "*", "/a?b"]),
    st.lists(st.tuples(st.binary(max_size=4), st.binary(max_size=6)), max_size=3),
)
@example("GET", "/", [(b"A", b"b\r\nC: d")])
def test_what_is_written_is_what_a_server_reads(method, target, fields):
    """h11, as a server, reads the one request that was meant, or nothing was written."""
    try:
        data = write_head(method, target, [HOST, *fields]).data
    except LocalProtocolError:
        return
    server = h11.Connection(h11.SERVER)
    server.receive_data(data)
    event = server.next_event()
    assert (method.encode(), target.encode()) == (event.method, event.target)
    assert [
        HOST,
        *((name, value.strip(b" \t")) for name, value in fields),
    ] == event.headers.raw_items()


def test_heads_that_are_remembered_say_nothing_of_one_request_and_are_limited():
    _http11_writer._blocks.clear()
    same = [(b"Accept", b"*/*"), (b"Accept-Encoding", b"gzip"), (b"User-Agent", b"x")]
    for _ in range(2):
        assert (0, False, False, None) == facts(HOST, *same, (b"Accept-Language", b"en"))
    assert 1 == len(_http11_writer._blocks)
    for name in (b"Authorization", b"Cookie", b"X-Own", b"Connection", b"Content-Length"):
        facts(HOST, *same, (name, b"5"))
    assert 1 == len(_http11_writer._blocks)
    for number in range(500):
        head = write_head("GET", "/", [(b"Host", b"h%d" % number)])
        assert b"GET / HTTP/1.1\r\nHost: h%d\r\n\r\n" % number == head.data
        assert len(_http11_writer._blocks) <= 200


def test_names_that_are_remembered_are_limited():
    for number in range(1200):
        write_head("GET", "/", [HOST, (b"X-%d" % number, b"")])
    assert len(_http11_writer._known) <= 502


@pytest.mark.parametrize(
    ("length", "pieces", "written"),
    [
        (0, [], b""),
        (3, [b"a", b"bc"], b"abc"),
        (CHUNKED, [], b"0\r\n\r\n"),
        (CHUNKED, [b"a" * 17, b"b"], b"11\r\n" + b"a" * 17 + b"\r\n1\r\nb\r\n0\r\n\r\n"),
    ],
)
def test_content_is_framed(length, pieces, written):
    writer = BodyWriter(length)
    assert written == b"".join([*map(writer.piece, pieces), writer.end()])


def test_content_neither_exceeds_nor_falls_short_of_its_length():
    writer = BodyWriter(3)
    with pytest.raises(
        LocalProtocolError, match="3 bytes shorter than the 3 of its Content-Length"
    ):
        writer.end()
    writer.piece(b"ab")
    with pytest.raises(LocalProtocolError, match="longer than the 3 bytes of its Content-Length"):
        writer.piece(b"cd")
