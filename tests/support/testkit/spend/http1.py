"""Heads, framing, redirects and challenges over HTTP/1.1."""

import time

from httpcore_client import DigestAuth, Timeout
from testkit.peer import response
from testkit.spend import ANSWER, Attack, MiB

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HEAD_BYTES = 90_000  # just below the limit on a head
DIGEST = b'WWW-Authenticate: Digest realm="r", nonce="%s", qop="auth"%s'


def endless(start, unit, end=b""):
    """Answer one request with a start, and a unit again and again."""

    def play(wire):
        wire.request()
        wire.send(start)
        wire.pour(unit)
        if end:
            wire.send(end)
            wire.hold()

    return play


def always(*answers):
    """Answer each request with one after the other of these, the last for ever."""

    def play(wire):
        left = list(answers)
        while wire.request():
            wire.send(left.pop(0) if len(left) > 1 else left[0])

    return play


def several(*fields, status="200 OK"):
    return always(response(b"", status, *fields))


def answers_of(client, url):
    """What is made of a head when it is asked for."""
    answer = client.get(url)
    return answer.links, answer.content_type, answer.encoding, answer.text, repr(answer)


def ten(client, url):
    for _ in range(10):
        client.get(url)


def digest(client, url):
    assert client.get(url, auth=DigestAuth("me", "s3cret")).status_code == 401


def drips(start):
    def play(wire):
        wire.request()
        wire.send(start)
        wire.pour_slowly(b"a", 0.05)

    return play


def deaf(wire):
    """Answer an upload octet by octet, and take nothing of it."""
    wire.recv(1000)
    wire.send(CHUNKED)
    while True:
        wire.send(b"1\r\na\r\n")
        time.sleep(0.02)


def upload(client, url):
    client.post(url, content=bytes(16 * MiB))


def filled(*units):
    """A field value of as many octets as a head may have."""
    unit = b"".join(units)
    return unit * (HEAD_BYTES // len(unit))


HEADS = [
    Attack("a field without end", "head_bytes: 100 KiB", endless(OK + b"X: ", b"a")),
    Attack("fields without end", "head_bytes, fields: 1,000", endless(OK, b"a: b\r\n")),
    Attack("empty names without end", "strict parsing", endless(OK, b":\r\n")),
    Attack("a reason phrase without end", "head_bytes", endless(b"HTTP/1.1 200 ", b"a")),
    Attack("no HTTP at all", "strict parsing", endless(b"", b"\0")),
    Attack("empty lines before the head", "strict parsing", endless(b"", b"\r\n")),
    Attack(
        "1xx without end",
        "informational: 32",
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
    ),
    Attack(
        "900 cookies, ten times",
        "fields; 180 a domain",
        several(*[b"Set-Cookie: c%d=" % n + b"v" * 70 for n in range(900)]),
        ANSWER,
        ten,
    ),
    Attack(
        "Link, 90 KB",
        "head_bytes; linear",
        several(b"Link: " + filled(b"<a>;rel=b,")),
        ANSWER,
        answers_of,
    ),
    Attack(
        "Content-Type, 90 KB",
        "head_bytes; linear",
        several(b"Content-Type: text/html" + filled(b';a="\\""')),
        ANSWER,
        answers_of,
    ),
    Attack(
        "a head, octet by octet",
        "Timeout(total)",
        drips(OK + b"X: "),
        "TotalTimeout",
        options={"timeout": Timeout(total=1)},
    ),
]

FRAMING = [
    Attack(
        "chunk extensions",
        "chunk_overhead_bytes: 64 KiB",
        endless(CHUNKED, b"1;" + b"x" * 99 + b"\r\na\r\n"),
    ),
    Attack("a chunk size without end", "strict parsing", endless(CHUNKED, b"0")),
    Attack(
        "trailers without end", "chunk_overhead_bytes", endless(CHUNKED + b"0\r\n", b"a: b\r\n")
    ),
    Attack(
        "chunks of one octet",
        "linear",
        endless(CHUNKED, b"1\r\na\r\n", b"0\r\n\r\n"),
        ANSWER,
        share=0.5,
    ),
    Attack(
        "a length of 10^15, then silence",
        "Timeout(read); no memory ahead",
        lambda wire: (
            wire.request(),
            wire.send(OK + b"Content-Length: 1%015d\r\n\r\n" % 0),
            wire.hold(),
        ),
        "ReadTimeout",
        options={"timeout": 0.5},
    ),
    Attack(
        "octets behind a response",
        "the connection is closed",
        endless(response(b""), b"a"),
        ANSWER,
    ),
    Attack(
        "a body, octet by octet",
        "Timeout(total)",
        drips(OK + b"\r\n"),
        "TotalTimeout",
        options={"timeout": Timeout(total=1)},
    ),
    Attack(
        "the same, by its rate",
        "Timeout(lowest_rate)",
        drips(OK + b"\r\n"),
        "ReadTimeout",
        options={"timeout": Timeout(read=1, lowest_rate=1_000)},
    ),
    Attack(
        "a body, octet by octet, to an upload that is not taken",
        "Timeout(total)",
        deaf,
        "TotalTimeout",
        upload,
        options={"timeout": Timeout(total=1)},
    ),
]

AGAIN = [
    Attack(
        "a redirect to itself",
        "max_redirects: 20",
        several(b"Location: /", status="302 Found"),
        "TooManyRedirects",
    ),
    Attack(
        "the same, each 90 KB long",
        "max_redirects, head_bytes",
        several(b"Location: /?" + filled(b"a=b&"), status="302 Found"),
        "TooManyRedirects",
    ),
    Attack(
        "redirects with bodies without end",
        "64 KiB, then another connection",
        endless(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b"a"),
        "TooManyRedirects",
    ),
    Attack(
        "redirects whose bodies drip",
        "1 second each",
        drips(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"),
        "TooManyRedirects",
        options={"max_redirects": 2},
    ),
    Attack(
        "challenges, 90 KB of them",
        "head_bytes; linear",
        several(b"WWW-Authenticate: " + filled(b'Digest realm="r", nonce="n", '), status="401 No"),
        ANSWER,
        digest,
    ),
    Attack(
        "a Digest nonce of 90 KB",
        "4,096 octets",
        several(DIGEST % (filled(b"n"), b""), status="401 No"),
        ANSWER,
        digest,
    ),
    Attack(
        "a Digest nonce that is always stale",
        "3 answers",
        lambda wire: [
            wire.request()
            and wire.send(response(b"", "401 No", DIGEST % (b"n%d" % n, b", stale=true")))
            for n in range(100)
        ],
        ANSWER,
        digest,
    ),
]
ATTACKS = [*HEADS, *FRAMING, *AGAIN]
