"""One HTTP/2 stream without I/O: which sequence of heads and content is a response, what of it waits."""

from functools import partial

import h2.errors
import pytest

from httpcore_pool import HTTP2Settings, MessageLimits, ReadError
from httpcore_pool.connection._http2_frames import StreamFault
from httpcore_pool.connection._http2_streams import News, Stream

CODES = h2.errors.ErrorCodes
LIMITS = MessageLimits()


def stream_of(method="GET", window=1000):
    return Stream(1, method, HTTP2Settings(stream_window_bytes=window), 65_535)


def head(stream, status=200, *fields, end=False, limits=LIMITS):
    stream.receive_fields([(b":status", b"%d" % status), *fields], limits, end=end)


def data(stream, content, *, end=False, size=None):
    stream.receive_data(content, len(content) if size is None else size, end=end)


# News.


class Waiter:
    woken = 0

    def set(self):
        self.woken += 1


def test_news_wake_who_waits_and_stay_until_they_are_seen():
    news = News()
    news.notify()
    assert (True, None) == (news.changed, news.failure)
    news.waiter = waiter = Waiter()
    news.notify()
    assert 1 == waiter.woken


def test_who_waits_to_send_more_hears_of_the_stream_too():
    stream = stream_of()
    stream.uploader = News()
    stream.notify()
    assert (True, True) == (stream.changed, stream.uploader.changed)
    stream.changed = False
    stream.uploader.notify()
    assert not stream.changed


def test_the_first_failure_counts():
    news = News()
    first = ReadError("first")
    news.fail(first)
    news.fail(ReadError("second"))
    assert (True, True) == (news.failure is first, news.changed)


# A response.


def test_a_response_is_its_head_content_and_trailers():
    stream = stream_of()
    head(stream, 200, (b"x-a", b"b"))
    data(stream, b"hel")
    data(stream, b"lo")
    stream.receive_fields([(b"x-b", b"c")], LIMITS, end=True)
    assert (200, [(b"x-a", b"b")], None) == stream.head
    assert (b"hello", b"", b"") == (stream.take(), stream.take(), stream.take())
    assert ([(b"x-b", b"c")], True) == (stream.trailers, stream.ended)


def test_nothing_is_there_before_it_came():
    stream = stream_of()
    assert (None, False) == (stream.take(), stream.has_news)
    head(stream)
    assert (None, False) == (stream.take(), stream.has_news)
    data(stream, b"")
    assert (None, False) == (stream.take(), stream.has_news)
    data(stream, b"a")
    assert (True, b"a", False) == (stream.has_news, stream.take(), stream.has_news)
    data(stream, b"", end=True)
    assert (True, b"") == (stream.has_news, stream.take())


def test_a_failure_is_news():
    stream = stream_of()
    stream.fail(ReadError("gone"))
    assert stream.has_news


def test_a_head_may_be_all():
    stream = stream_of()
    head(stream, 404, end=True)
    assert (404, True, b"") == (stream.head.status_code, stream.ended, stream.take())


def test_informational_heads_come_first():
    stream = stream_of()
    head(stream, 103, (b"link", b"</a>"))
    assert (False, None, 103) == (stream.go_ahead, stream.head, stream.interim[0].status_code)
    head(stream, 100)
    head(stream, 102)
    head(stream)
    assert (True, [103, 100, 102]) == (
        stream.go_ahead,
        [each.status_code for each in stream.interim],
    )
    assert "</a>" == stream.interim[0].headers["link"]


# What is none.


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: data(s, b"x"), "content before the head"),
        (lambda s: (head(s), head(s)), "a second head, or trailers that do not end it"),
        (lambda s: head(s, 101), "101 has no place in HTTP/2"),
        (lambda s: head(s, 103, end=True), "103 that ends it"),
        (lambda s: head(s, 101, end=True), "101 that ends it"),
        (lambda s: (head(s), head(s, end=True)), "the pseudo-field b':status' has no place there"),
        (lambda s: s.receive_fields([(b"x-a", b"b")], LIMITS, end=True), "not begin with :status"),
    ],
)
def test_what_is_no_response_is_malformed(act, words, fault_of):
    code, message = fault_of(StreamFault, lambda: act(stream_of()))
    assert CODES.PROTOCOL_ERROR == code
    assert words in message


LENGTH_5 = (b"content-length", b"5")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: data(s, b"hello!"), "more content than its 5 bytes"),
        (lambda s: data(s, b"hell", end=True), "4 bytes of content instead of 5"),
        (lambda s: data(s, b"", end=True), "0 bytes of content instead of 5"),
        (lambda s: s.receive_fields([], LIMITS, end=True), "0 bytes of content instead of 5"),
    ],
)
def test_content_has_the_length_that_is_promised(act, words, fault_of):
    stream = stream_of()
    head(stream, 200, LENGTH_5)
    code, message = fault_of(StreamFault, lambda: act(stream))
    assert (CODES.PROTOCOL_ERROR, False) == (code, stream.ended)
    assert words in message


def test_a_head_that_promises_content_can_not_be_all(fault_of):
    stream = stream_of()
    code, _ = fault_of(StreamFault, lambda: head(stream, 200, LENGTH_5, end=True))
    assert (CODES.PROTOCOL_ERROR, None) == (code, stream.head)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_some_responses_have_no_content_whatever_their_length(method, status, fault_of):
    stream = stream_of(method)
    head(stream, status, LENGTH_5, end=True)
    assert stream.ended
    stream = stream_of(method)
    head(stream, status, LENGTH_5)
    assert "more content than its 0 bytes" in fault_of(StreamFault, lambda: data(stream, b"x"))[1]


@pytest.mark.parametrize(
    ("status", "length"), [(200, None), (204, None), (299, None), (300, 5), (304, 0), (404, 5)]
)
def test_the_length_of_a_tunnel_means_nothing(status, length):
    stream = stream_of("CONNECT")
    head(stream, status, LENGTH_5)
    assert length == stream.length


@pytest.mark.parametrize("status", [200, 299, 300, 404])
def test_a_tunnel_has_no_trailers(status, fault_of):
    stream = stream_of("CONNECT")
    head(stream, status)
    data(stream, b"a")
    trailers = partial(stream.receive_fields, [(b"x-a", b"b")], LIMITS, end=True)
    if status < 300:
        code, message = fault_of(StreamFault, trailers)
        assert CODES.PROTOCOL_ERROR == code
        assert "fields in a tunnel" in message
    else:
        trailers()
    assert (status >= 300) is stream.ended


def test_padding_is_no_content():
    stream = stream_of()
    head(stream, 200, LENGTH_5)
    data(stream, b"hello", size=300, end=True)
    assert b"hello" == stream.take()


# Limits.


def test_so_many_fields_are_taken_and_no_more(fault_of):
    limits = MessageLimits(fields=3)
    two = [(b"x-a", b"b")] * 2
    head(stream_of(), 200, *two, limits=limits)
    code, message = fault_of(
        StreamFault, lambda: head(stream_of(), 200, *two, (b"x-a", b"b"), limits=limits)
    )
    assert (CODES.ENHANCE_YOUR_CALM, "more than 3 fields") == (code, message)


def test_so_many_informational_heads_are_taken_and_no_more(fault_of):
    limits, stream = MessageLimits(informational=2), stream_of()
    head(stream, 103, limits=limits)
    head(stream, 103, limits=limits)
    code, message = fault_of(StreamFault, lambda: head(stream, 103, limits=limits))
    assert CODES.ENHANCE_YOUR_CALM == code
    assert "more than 2 informational (1xx) responses" == message
    assert 2 == len(stream.interim)


# The window that we give the server (RFC 9113 5.2).


def test_more_than_the_window_is_refused(fault_of):
    stream = stream_of(window=10)
    head(stream)
    data(stream, b"0123456789")
    code, _ = fault_of(StreamFault, lambda: data(stream, b"x"))
    assert CODES.FLOW_CONTROL_ERROR == code


def test_padding_uses_the_window(fault_of):
    stream = stream_of(window=10)
    head(stream)
    assert CODES.FLOW_CONTROL_ERROR == fault_of(StreamFault, lambda: data(stream, b"", size=11))[0]


def test_what_was_taken_is_given_back_once_it_is_a_quarter_of_the_window():
    stream = stream_of(window=100)
    head(stream)
    data(stream, bytes(24))
    assert 0 == stream.credit()  # not taken yet
    stream.take()
    assert 0 == stream.credit()  # not worth a frame
    data(stream, b"", size=1)
    stream.take()
    assert (25, 0, 100) == (stream.credit(), stream.credit(), stream.window)


def test_nothing_is_given_back_once_all_has_come():
    stream = stream_of(window=10)
    head(stream)
    data(stream, b"0123456789", end=True)
    stream.take()
    assert 0 == stream.credit()


MIB = 1024 * 1024


def read(stream, size):
    """The user takes so much at once; return how much the server may send more."""
    data(stream, b"", size=size)
    stream.take()
    return stream.credit()


def test_the_window_of_who_keeps_up_is_doubled_up_to_the_widest():
    stream = stream_of(window=3 * MIB)
    head(stream)
    assert MIB == stream.window
    quarter = MIB // 4
    assert quarter + MIB == read(stream, quarter)  # it is 2 MiB now
    assert 0 == read(stream, quarter)
    assert 2 * quarter + MIB == read(stream, quarter)  # and 3
    assert (3 * quarter, 3 * MIB) == (read(stream, 3 * quarter), stream.window)


def test_the_window_of_who_is_slower_than_the_server_stays():
    stream = stream_of(window=3 * MIB)
    head(stream)
    assert (MIB // 2, MIB) == (read(stream, MIB // 2), stream.window)
    assert (MIB - 1, MIB) == (read(stream, MIB - 1), stream.window)
    assert MIB // 2 - 1 + MIB == read(stream, MIB // 2 - 1)
    assert 2 * MIB == stream.window
