"""Faults of an exchange over HTTP/1.1, as a table. A new row is one more `Row`: see `testkit.faults`."""

import zlib

import pytest

import httpcore_client as httpcore
from testkit.faults import (
    CLOSE,
    DEAF,
    FIN,
    HOLD,
    NOTIFY,
    PLAIN,
    READ,
    READ_SOME,
    RST,
    SERVE,
    TLS,
    TOLD,
    WAIT_TO_IDLE,
    Row,
    cases,
    check,
    drip,
    names,
    send,
)
from testkit.peer import response

REMOTE, READ_ERROR = httpcore.RemoteProtocolError, httpcore.ReadError
DECODING, LOCAL = httpcore.DecodingError, httpcore.LocalProtocolError
READ_TIMEOUT, WRITE_TIMEOUT = httpcore.ReadTimeout, httpcore.WriteTimeout
WRITE_ERROR, TOTAL = httpcore.WriteError, httpcore.TotalTimeout

SHORT = httpcore.Timeout(connect=5, read=0.1, write=0.1, pool=5)
TOTAL_SHORT = httpcore.Timeout(connect=5, read=5, write=5, pool=5, total=0.15)
LARGE_BYTES = 8_000_000
POST = {"method": "POST", "content": lambda: b"pay 1 to 2"}
LARGE = {"method": "PUT", "content": lambda: bytes(LARGE_BYTES)}
PIECES = {"method": "POST", "content": lambda: iter([bytes(100_000)] * 80)}

HEAD = b"HTTP/1.1 200 OK\r\n"
HALF = response(b"x" * 100)[:-50]
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
NO_LENGTH = HEAD + b"Connection: close\r\n\r\n"
REFUSAL = response(b"no", "413 Content Too Large", b"Connection: close")
REFUSED = {"status": 413, "result": b"no"}


def gzip(body=b"coded"):
    return zlib.compress(body, wbits=31)


def coded(data, *fields):
    return response(data, "200 OK", b"Content-Encoding: gzip", *fields)


class OddError(Exception):
    """What a caller's iterator raises."""


def breaking():
    yield b"x" * 10
    raise OddError("it broke")


WRITE = [
    # Nothing was sent on a connection that was dead before: any method goes again.
    Row(21, "reset while idle", (WAIT_TO_IDLE, RST), before=1),
    Row(21, "reset while idle, POST", (WAIT_TO_IDLE, RST), before=1, **POST),
    Row(
        21,
        "reset while idle, one-shot",
        (WAIT_TO_IDLE, RST),
        before=1,
        **PIECES,
        transports=(PLAIN,),
    ),
    # The request broke off: what the server said first is the answer, if it said anything.
    Row(
        22,
        "reset within the content",
        (READ_SOME, RST),
        WRITE_ERROR,
        phase="write",
        attempts=0,
        **LARGE,
    ),
    Row(
        22,
        "the same of a one-shot",
        (READ_SOME, RST),
        WRITE_ERROR,
        phase="write",
        attempts=0,
        **PIECES,
    ),
    Row(
        23,
        "early answer, then reset",
        (READ_SOME, send(REFUSAL), RST),
        **REFUSED,
        attempts=0,
        **PIECES,
    ),
    Row(
        23,
        "early answer, then FIN",
        (READ_SOME, send(REFUSAL), FIN),
        **REFUSED,
        attempts=0,
        **PIECES,
    ),
    Row(
        23,
        "early answer, then deaf",
        (READ_SOME, send(REFUSAL), DEAF),
        **REFUSED,
        attempts=0,
        **LARGE,
    ),
    Row(25, "the iterator raises", (HOLD,), OddError, attempts=0, method="POST", content=breaking),
    Row(
        *(25, "too little content", (HOLD,), LOCAL),
        phase="write",
        attempts=0,
        method="POST",
        says="shorter",
        headers={"Content-Length": "11"},
        content=lambda: iter([b"x" * 10]),
    ),
    Row(
        *(25, "too much content", (HOLD,), LOCAL),
        phase="write",
        attempts=0,
        method="POST",
        says="longer",
        headers={"Content-Length": "9"},
        content=lambda: iter([b"x" * 10]),
    ),
    Row(
        26,
        "stops reading",
        (DEAF,),
        WRITE_TIMEOUT,
        phase="write",
        attempts=0,
        timeout=SHORT,
        **LARGE,
    ),
    Row(
        *(27, "no 100 (Continue)", (READ, send(response(b"paid")), SERVE)),
        method="POST",
        content=lambda: b"pay",
        headers={"Expect": "100-continue"},
        timeout=httpcore.Timeout(connect=5, expect=0.1),
        connections=1,
        result=b"paid",
    ),
]

WAIT = [
    Row(24, "closed unanswered", (READ, CLOSE), REMOTE, says="without a response"),
    Row(24, "reset unanswered", (READ, RST), REMOTE, says="without a response"),
    Row(24, "a kept connection closed unanswered", (READ, CLOSE), before=1, attempts=2),
    Row(24, "a kept connection reset unanswered", (READ, RST), before=1, attempts=2),
    Row(24, "the same, PUT", (READ, RST), before=1, attempts=2, method="PUT", content=lambda: b"x"),
    Row(
        37,
        "the same, POST, closed",
        (READ, CLOSE),
        REMOTE,
        before=1,
        says="without a response",
        **POST,
    ),
    Row(
        37,
        "the same, POST, reset",
        (READ, RST),
        REMOTE,
        before=1,
        says="without a response",
        **POST,
    ),
    Row(42, "half closed, then an answer", (READ, FIN), REMOTE, says="without a response"),
]

HEADS = [
    Row(28, "stall before the head", (READ, HOLD), READ_TIMEOUT, timeout=SHORT, says="0.1 s"),
    Row(28, "stall within the head", (READ, send(HEAD), HOLD), READ_TIMEOUT, timeout=SHORT),
    Row(28, "a kept connection stalls", (READ, HOLD), READ_TIMEOUT, timeout=SHORT, before=1),
    Row(28, "drip", (READ, drip(response(), 0.05)), TOTAL, timeout=TOTAL_SHORT),
    Row(29, "junk", (READ, send(b"\x16\x03\x01 what?\r\n\r\n"), HOLD), REMOTE),
    Row(
        29,
        "another protocol",
        (READ, send(b"220 mail.test ESMTP\r\n"), HOLD),
        REMOTE,
        says="HTTP/1.1",
    ),
    Row(29, "HTTP/2", (READ, send(b"\0\0\0\4\0\0\0\0\0"), HOLD), REMOTE, says="HTTP/1.1"),
    Row(29, "a version that is none", (READ, send(b"HTTP/9.9 200 OK\r\n\r\n"), HOLD), REMOTE),
    Row(
        29,
        "two lengths",
        (READ, send(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), HOLD),
        REMOTE,
    ),
    Row(29, "a huge head", (READ, send(HEAD + b"a: " + b"x" * 200_000), HOLD), REMOTE),
    Row(
        *(
            29,
            "a head over the caller's limit",
            (READ, send(HEAD + b"a: " + b"x" * 2000), HOLD),
            REMOTE,
        ),
        limits=httpcore.MessageLimits(head_bytes=1024),
    ),
    Row(29, "many fields", (READ, send(HEAD + b"a: b\r\n" * 2000 + b"\r\n"), HOLD), REMOTE),
    Row(29, "a flood of 1xx", (READ, send(b"HTTP/1.1 102 Processing\r\n\r\n" * 50), HOLD), REMOTE),
    Row(
        29, "a switch nobody asked for", (READ, send(b"HTTP/1.1 101 Switch\r\n\r\n"), HOLD), REMOTE
    ),
]

BODIES = [
    Row(30, "stall within the body", (READ, send(HALF), HOLD), READ_TIMEOUT, timeout=SHORT),
    Row(
        30,
        "stall within a chunk",
        (READ, send(CHUNKED + b"5\r\nhe"), HOLD),
        READ_TIMEOUT,
        timeout=SHORT,
    ),
    Row(
        30,
        "stall before the end",
        (READ, send(NO_LENGTH + b"x"), HOLD),
        READ_TIMEOUT,
        timeout=SHORT,
    ),
    Row(30, "drip", (READ, drip(response(b"x" * 99), 0.01)), TOTAL, timeout=TOTAL_SHORT),
    Row(31, "FIN short of its length", (READ, send(HALF), FIN), REMOTE, READ_ERROR, says=""),
    Row(31, "RST short of its length", (READ, send(HALF), RST), READ_ERROR),
    Row(
        31,
        "close_notify short of its length",
        (READ, send(HALF), NOTIFY),
        REMOTE,
        transports=(TLS,),
    ),
    Row(
        31,
        "FIN before the last chunk",
        (READ, send(CHUNKED + b"1\r\nx\r\n"), FIN),
        REMOTE,
        READ_ERROR,
    ),
    Row(31, "RST before the last chunk", (READ, send(CHUNKED + b"1\r\nx\r\n"), RST), READ_ERROR),
    Row(31, "RST, where the end is the close", (READ, send(NO_LENGTH + b"x"), RST), READ_ERROR),
    Row(
        *(14, "no close_notify, where the end is the close", (READ, send(NO_LENGTH + b"x"), CLOSE)),
        error=READ_ERROR,
        says="close_notify",
        transports=(TLS,),
    ),
    Row(
        *(14, "close_notify, where the end is the close", (READ, send(NO_LENGTH + b"x"), NOTIFY)),
        result=b"x",
        transports=(TLS,),
    ),
    Row(
        14,
        "FIN, where the end is the close",
        (READ, send(NO_LENGTH + b"x"), FIN),
        result=b"x",
        transports=(PLAIN,),
    ),
    Row(
        14,
        "no close_notify, with a length",
        (READ, send(response(b"x")), CLOSE),
        result=b"x",
        transports=(TLS,),
    ),
    Row(32, "not gzip", (READ, send(coded(b"not gzip")), HOLD), DECODING),
    Row(
        32,
        "gzip cut short, in a whole body",
        (READ, send(coded(gzip()[:-9])), SERVE),
        DECODING,
        connections=1,
    ),
    Row(
        32,
        "octets behind gzip are no fault",
        (READ, send(coded(gzip() + b"junk")), SERVE),
        result=b"coded",
        connections=1,
    ),
    Row(
        33,
        "a body in good order is no fault",
        (READ, send(response(b"x")), SERVE),
        connections=1,
        result=b"x",
    ),
]

TRAILERS = [
    Row(35, "no end", (READ, send(CHUNKED + b"0\r\na: b\r\n"), FIN), REMOTE, READ_ERROR),
    Row(35, "stall", (READ, send(CHUNKED + b"0\r\na: b\r\n"), HOLD), READ_TIMEOUT, timeout=SHORT),
    Row(35, "huge", (READ, send(CHUNKED + b"0\r\na: " + b"x" * 200_000), HOLD), REMOTE),
    Row(35, "bad", (READ, send(CHUNKED + b"0\r\n no name\r\n\r\n"), HOLD), REMOTE),
    Row(35, "good", (READ, send(CHUNKED + b"0\r\na: b\r\n\r\n"), SERVE), result=b"", connections=1),
]

IDLE = [
    Row(36, "closed while idle", (WAIT_TO_IDLE, CLOSE), before=1),
    Row(36, "closed while idle, POST", (WAIT_TO_IDLE, CLOSE), before=1, **POST),
    Row(
        36,
        "half closed while idle, POST",
        (WAIT_TO_IDLE, FIN),
        before=1,
        **POST,
        transports=(PLAIN,),
    ),
    Row(
        36,
        "close_notify while idle, POST",
        (WAIT_TO_IDLE, NOTIFY),
        before=1,
        **POST,
        transports=(TLS,),
    ),
    *[
        Row(38, what, (WAIT_TO_IDLE, send(octets), TOLD, HOLD), before=1, **POST)
        for what, octets in {
            "a 408 while idle": response(b"slow", "408 Request Timeout"),
            "junk while idle": b"\0" * 9,
            "one octet while idle": b"\n",
            "a whole response while idle": response(b"EVIL"),
        }.items()
    ],
    Row(39, "silent since it was idle", (READ, HOLD), READ_TIMEOUT, before=1, timeout=SHORT),
]

ROWS = [*WRITE, *WAIT, *HEADS, *BODIES, *TRAILERS, *IDLE]


@pytest.mark.parametrize(("row", "transport"), cases(ROWS), ids=names(ROWS))
def test_a_fault_of_an_exchange_keeps_its_promise(world, authority, row, transport):
    check(row, transport, world, authority)
