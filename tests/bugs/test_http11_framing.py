"""How responses are framed over HTTP/1.1 (RFC 9112): octets that come in every split."""

import pytest

from httpcore_client import MessageLimits, RemoteProtocolError, ScriptedBackend
from testkit.splits import behind_head

REFUSED = RemoteProtocolError
PLAIN = b"hello"


def head(*fields, status="200 OK"):
    return b"\r\n".join([f"HTTP/1.1 {status}".encode(), *fields, b"", b""])


def chunked(octets):
    return head(b"Transfer-Encoding: chunked") + octets


ENDLESS = {
    "size": (b"", b"0" * 500),
    "extension": (b"5;", b"a" * 500),
    "quoted extension": (b'5;a="', b";" * 500),
    "blanks": (b"5", b" " * 500),
    "extensions of many chunks": (b"", (b"1;" + b"a" * 100 + b"\r\nx\r\n") * 5),
    "trailers": (b"0\r\n", b"A: b\r\n" * 100),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_b053_what_frames_chunks_ends_or_is_an_error(run_client, what):
    """u3 GHSA-vxq7-64xx-v4gw; RFC 9112 7.1: line by line, and all lines together."""
    begin, more = ENDLESS[what]
    given = 0

    def endless(stream):
        nonlocal given
        given += len(more)
        return more

    async def scenario(client):
        with pytest.raises(RemoteProtocolError):
            await client.get("http://a.test/")

    backend = ScriptedBackend([lambda _: chunked(begin), *[endless] * 2000])
    run_client(scenario, backend=backend)
    assert given < 200_000
    assert backend.streams[0].closed


def test_b053_a_line_is_too_long_in_every_split_or_in_none(receive):
    limits = {"message_limits": MessageLimits(chunk_overhead_bytes=60)}
    for extension, expected in ((30, (None, PLAIN)), (100, (REFUSED, b""))):
        octets = chunked(b"5;" + b"a" * extension + b"\r\nhello\r\n0\r\n\r\n")
        received = receive(octets, splits=behind_head(octets), client=limits)
        assert expected == (received.error, received.body), extension


def test_b054_lengths_that_are_no_numbers_or_differ_are_refused(receive):
    """ah#12794, #12240; RFC 9112 6.3, RFC 9110 8.6."""
    texts = [
        b"+2",
        b"1_0",
        b"-2",
        b"2.0",
        b"0x2",
        b"2 2",
        b"2;",
        b"\xb2",
        b"",
        b"2,",
        b"2, 3",
        b"two",
    ]
    cases = [[text] for text in texts] + [[b"2", b"3"], [b"2", b"+2"], [b"2", b"2, 3"]]
    for values in cases:
        fields = [b"Content-Length: " + value for value in values]
        assert REFUSED is receive(head(*fields) + b"hi" * 5).error, values


def test_b054_equal_repeats_are_one_length_and_nothing_hangs(receive):
    for values in ([b"2", b"2"], [b"2, 2"], [b"2,2", b"2"]):
        received = receive(head(*[b"Content-Length: " + value for value in values]) + b"hi")
        assert (b"hi", True) == (received.body, received.kept), values


def test_b054_a_length_of_thousands_of_digits_is_an_error_of_the_peer(receive):
    octets = head(b"Content-Length: " + b"9" * 5000) + b"hi"
    assert REFUSED is receive(octets, splits=[len(octets) // 2]).error


CHUNKS = {
    "plain": b"5\r\nhello\r\n0\r\n\r\n",
    "several": b"1\r\nh\r\n004\r\nello\r\n000\r\n\r\n",
    "line ends in the data": b"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "extensions": b'5;a=b;c\r\nhello\r\n0;last="x"\r\n\r\n',
    "quoted semicolons": b'2;a="b;c;\\"d;";e=";"\r\nhe\r\n3; f = ";"\r\nllo\r\n0\r\n\r\n',
    "trailers": b'5;a=";"\r\nhello\r\n0\r\nX-Sum: a;b\r\nX-B: \r\n\r\n',
}


def test_b056_chunks_mean_the_same_wherever_they_are_cut(receive):
    """ah#9851, #8720; RFC 9112 7.1.1."""
    for what, octets in CHUNKS.items():
        octets = chunked(octets)
        received = receive(octets, splits=behind_head(octets))
        expected = b"\r\n0\r\n\r\n" if what == "line ends in the data" else PLAIN
        assert (expected, True) == (received.body, received.kept), what
        assert (("x-sum", "a;b"), ("x-b", "")) * (what == "trailers") == received.trailers


def test_b056_a_chunked_body_that_is_cut_off_anywhere_is_an_error(receive):
    octets = chunked(CHUNKS["trailers"])
    for end in range(len(chunked(b"")), len(octets), 3):
        assert REFUSED is receive(octets[:end], "close", sockets=False, splits=[end - 1]).error, end


def test_b057_folded_lines_become_one_value_with_a_blank(receive):
    """u3#1362; RFC 9112 5.2."""
    for fold in (b"\r\n ", b"\r\n\t", b" \r\n  \t ", b"\r\n \r\n "):
        octets = head(b"X-A: one" + fold + b"two", b"Content-Length: 5", b"X-B: b") + PLAIN
        received = receive(octets)
        assert (PLAIN, True) == (received.body, received.kept), fold
        (value,) = received.values("x-a")
        assert ["one", "two"] == value.split(), fold
        assert not {"\r", "\n"} & set(value)
        assert ["b"] == received.values("x-b")


def test_b057_folds_can_not_hide_or_make_framing(receive):
    for lines in (
        [b"Content-Length:\r\n 5"],
        [b"X-A: a\r\n Content-Length: 1", b"Content-Length: 5"],
        [b"Content-Length: 5", b"X-A: a\r\n\tTransfer-Encoding: chunked"],
    ):
        assert PLAIN == receive(head(*lines) + PLAIN).body, lines


def test_b059_interim_responses_are_passed_over_and_the_final_one_is_returned(receive):
    """hc#581, #605; RFC 9110 15.2."""
    hints = head(b"Link: </a.css>", b"Content-Length: 9", status="103 Early Hints")
    interim = {
        "100": head(status="100 Continue"),
        "102, without a reason": b"HTTP/1.1 102 \r\n\r\n",
        "103": hints,
        "several": head(status="100 Continue") + hints * 2 + head(b"A: b", status="199 Later"),
    }
    for what, octets in interim.items():
        received = receive(octets + head(b"Content-Length: 5") + PLAIN)
        assert (200, PLAIN, True) == (received.status, received.body, received.kept), what
        assert [] == received.values("link")
    received = receive(hints + head(b"Content-Length: 5"), method="HEAD")
    assert (200, b"", True) == (received.status, received.body, received.kept)
    assert REFUSED is receive(hints, "close").error  # no final response at all


def test_b059_interim_responses_are_reported_in_order(receive):
    octets = (
        head(b"A: 1", status="103 Early Hints")
        + head(b"A: 2", status="102 Processing")
        + head(b"Content-Length: 5")
        + PLAIN
    )
    seen = []
    receive(octets, on_informational=lambda one: seen.append((one.status_code, one.headers["A"])))
    assert {(103, "1"), (102, "2")} == set(seen)
    assert seen[0::2] == [(103, "1")] * (len(seen) // 2)
    assert seen[1::2] == [(102, "2")] * (len(seen) // 2)


NOT_NAMES = [
    b"X A",
    b"X ",
    b"Content-Length ",
    b"X/A",
    b"X\tA",
    b"",
    b"X(A)",
    b'"X"',
    b"X\xe9",
    b"X,A",
]


def test_b060_a_field_whose_name_is_none_is_refused_with_its_line(receive, run_client):
    """python-hyper/h11#113, #130; ah#5269; RFC 9112 5.1: what stands behind it is never lost."""
    for name in NOT_NAMES:
        octets = head(name + b": 1", b"Content-Length: 5") + PLAIN
        assert REFUSED is receive(octets).error, name
        backend = ScriptedBackend([lambda _, octets=octets: octets])

        async def scenario(client):
            with pytest.raises(RemoteProtocolError) as caught:
                await client.get("http://a.test/")
            return str(caught.value)

        told = run_client(scenario, backend=backend)
        shown = repr(name + b": 1")[2:-1]
        assert shown in told, told


def test_b060_a_line_without_a_colon_is_refused(receive):
    for line in (b"Content-Length 5", b"X-A", b"="):
        assert REFUSED is receive(head(b"X-B: 1", line, b"Content-Length: 5") + PLAIN).error, line


NOT_ENDS = [b"XX", b"\n", b"\r", b"\n\n", b"\r\r\n", b" \r\n", b"X\r\n"]


def test_x15_data_of_a_chunk_that_no_crlf_follows_are_an_error_and_close(receive):
    """RFC 9112 7.1: what comes behind must not be taken for a chunk, nor for another response."""
    for end in NOT_ENDS:
        for rest in (b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n"):
            octets = chunked(b"5\r\n" + PLAIN + end + rest)
            assert REFUSED is receive(octets, splits=behind_head(octets)).error, end
    evil = head(b"Content-Length: 4") + b"EVIL"
    assert REFUSED is receive(chunked(b"5\r\nhello0\r\n\r\n" + evil)).error
