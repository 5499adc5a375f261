"""What the quick lane takes of HTTP/1.1 heads, octet by octet, and that it leaves all else to h11."""

import pytest

from httpcore_pool import MessageLimits
from httpcore_pool.connection._http11_head import CHUNKED, escaped, read_head

LIMITS = MessageLimits()
TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
OCTETS = [bytes([number]) for number in range(256)]
CONTROLS = [octet for octet in OCTETS if octet < b" " and octet != b"\t"] + [b"\x7f"]


def head_of(*lines, status=b"HTTP/1.1 200 OK", rest=b"", method="GET", limits=LIMITS):
    data = b"\r\n".join([status, *lines, b"", rest])
    return read_head(data, method, limits)


def taken(*lines, **how):
    return head_of(b"Content-Length: 0", *lines, **how) is not None


def test_the_usual_head_is_read_whole():
    head = head_of(b"Content-Length: 5", b"X-Own: \t a b", b"x-empty:", rest=b"hello")
    assert (200, "OK", "HTTP/1.1") == (head.status_code, head.reason, head.protocol)
    assert [(b"Content-Length", b"5"), (b"X-Own", b"a b"), (b"x-empty", b"")] == list(
        head.headers.raw
    )
    assert (5, b"hello", True) == (head.length, head.rest, head.keeps)


def test_only_a_final_status_of_http_1_1_is_taken():
    codes = [code for code in range(1000) if taken(status=b"HTTP/1.1 %03d OK" % code)]
    assert list(range(200, 600)) == codes
    for line in (
        *(b"HTTP/1.0 200 OK", b"HTTP/1x1 200 OK", b"http/1.1 200 OK", b"xHTTP/1.1 200 OK"),
        *(b"HTTP/1.1 200", b"HTTP/1.1  200 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 20 OK"),
        *(b"HTTP/1.1 2x0 OK", b"HTTP/1.1 20x OK", b"HTTP/1.1\t200 OK", b"\r\nHTTP/1.1 200 OK"),
        *(b"HTTP/1.1 2/0 OK", b"HTTP/1.1 2:0 OK", b"HTTP/1.1 20/ OK", b"HTTP/1.1 20: OK"),
        b"HTTP/1.1 200 O\nK",
    ):
        assert not taken(status=line)


def test_a_reason_may_be_any_text_or_none():
    refused = [octet for octet in OCTETS if not taken(status=b"HTTP/1.1 200 a%bb" % octet)]
    assert CONTROLS == refused
    assert "" == head_of(b"Content-Length: 0", status=b"HTTP/1.1 200 ").reason
    assert "\xe9 \t" == head_of(b"Content-Length: 0", status=b"HTTP/1.1 200 \xe9 \t").reason


def test_a_name_is_a_token_of_one_octet_or_more():
    names = [octet for octet in OCTETS if taken(octet + b": x")]
    assert sorted(TOKEN) == [name[0] for name in names]
    within = {octet for octet in OCTETS if taken(b"a%bb: x" % octet)}
    assert {*names, b":"} == within  # that one ends the name
    for line in (b": x", b"x", b" x: y", b"x : y", b"x\t: y", b"x y"):
        assert not taken(line)


def test_a_value_has_no_control_octets_and_no_blank_at_its_end():
    assert CONTROLS == [octet for octet in OCTETS if not taken(b"x: a%bb" % octet)]
    assert taken(b"x: a \t b")
    for line in (
        b"x: a ",
        b"x: a\t",
        b"x: a \t",
        b"x: a\r\n b",
        b"x: a\r\n\tb",
        b"x: a\nb: c",
        b"x: a\n",
        b"x: a\r",
    ):
        assert not taken(line)


@pytest.mark.parametrize("line", [b"a\nx: y", b"a: b\n", b"a: b\r", b"a: b\n\r\nx: y"])
def test_a_line_that_ends_in_less_than_cr_lf_is_left_to_h11(line):
    assert not taken(line)


def test_a_head_that_is_not_whole_is_not_taken():
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    for method in ("GET", "HEAD"):
        assert [] == [end for end in range(len(whole)) if read_head(whole[:end], method, LIMITS)]
        assert read_head(whole, method, LIMITS).rest == b""


def test_limits_hold_to_the_octet_and_the_field():
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\na: %b\r\n\r\nabc" % (b"x" * 2000)
    for octets, fields, expected in [
        (len(data) - 3, 2, True),
        (len(data) - 4, 2, False),
        (len(data) - 3, 1, False),
    ]:
        limits = MessageLimits(head_bytes=octets, fields=fields)
        assert expected is (read_head(data, "GET", limits) is not None)


@pytest.mark.parametrize("name", [b"Content-Length", b"Transfer-Encoding", b"Connection"])
def test_what_frames_is_taken_only_once(name):
    value = {b"Content-Length": b"5", b"Transfer-Encoding": b"chunked"}.get(name, b"close")
    others = [] if value != b"close" else [b"Content-Length: 5"]
    one, other = b"%b: %b" % (name, value), b"%b: %b" % (name.upper(), value)
    assert head_of(one, *others) is not None
    assert head_of(one, other, *others) is None
    assert head_of(one, b"x: 1", other, b"X: 2", *others) is None


def test_other_fields_may_be_there_more_than_once():
    head = head_of(b"Content-Length: 0", b"X: 1", b"x: 2", b"Y: 3")
    assert (["1", "2"], "3") == (head.headers.get_list("x"), head.headers["y"])


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        ([b"Content-Length: 0"], 0),
        ([b"content-length: 007"], 7),
        ([b"Content-Length: 999999999999999"], 999_999_999_999_999),
        ([b"Content-Length: 1000000000000000"], None),
        ([b"Content-Length: "], None),
        ([b"Content-Length: 5, 5"], None),
        ([b"Content-Length: +5"], None),
        ([b"Content-Length: -5"], None),
        ([b"Content-Length: 5_0"], None),
        ([b"Content-Length: 0x5"], None),
        ([b"Content-Length: \xb2"], None),
        ([b"Transfer-Encoding: chunked"], CHUNKED),
        ([b"Transfer-Encoding: Chunked"], None),
        ([b"Transfer-Encoding: gzip, chunked"], None),
        ([b"Transfer-Encoding: identity"], None),
        ([b"Transfer-Encoding: chunked", b"Content-Length: 5"], None),
        ([], None),  # until the connection closes
    ],
)
def test_how_long_a_body_is(lines, length):
    head = head_of(*lines)
    assert length == (None if head is None else head.length)


def test_each_length_is_a_length():
    lengths = [head_of(b"Content-Length: %d" % length).length for length in range(20)]
    assert list(range(20)) == lengths


@pytest.mark.parametrize("lines", [[], [b"Content-Length: 5"], [b"Transfer-Encoding: chunked"]])
@pytest.mark.parametrize(
    ("method", "code"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404), ("HEAD", 204)]
)
def test_what_has_no_content_by_its_method_or_status(method, code, lines):
    assert 0 == head_of(*lines, status=b"HTTP/1.1 %d x" % code, method=method).length


@pytest.mark.parametrize("code", [203, 205, 303, 305])
def test_other_statuses_have_content(code):
    status = b"HTTP/1.1 %d x" % code
    assert 5 == head_of(b"Content-Length: 5", status=status).length
    assert head_of(status=status) is None


def test_an_odd_length_is_h11s_to_judge_whatever_the_method():
    assert head_of(b"Content-Length: x", method="HEAD") is None


def test_a_connect_is_left_to_h11():
    assert not taken(method="CONNECT")


@pytest.mark.parametrize(
    ("line", "keeps"),
    [
        (b"Connection: keep-alive", True),
        (b"connection: Keep-Alive", True),
        (b"Connection: close", False),
        (b"Connection: CLOSE", False),
        (b"Connection: close, x", None),
        (b"Connection: upgrade", None),
        (b"Connection: ", None),
    ],
)
def test_what_the_connection_field_says(line, keeps):
    head = head_of(b"Content-Length: 0", line)
    assert keeps is (None if head is None else head.keeps)


def test_octets_in_an_error_are_escaped_and_cut():
    assert r"b'\r\nx'" == escaped(bytearray(b"\r\nx"))
    for most in (3, 100):
        whole = b"x" * most
        assert repr(whole) == escaped(whole, most)
        assert f"{whole!r}..." == escaped(whole + b"y", most)
    assert f"{b'x' * 100!r}..." == escaped(b"x" * 101)
