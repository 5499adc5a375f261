"""Malformed responses: each ends its own stream and no other (RFC 9113 8.1.1), whatever rule it breaks.

Beside the malformed response, the same connection carries another one, which must arrive. The tables
name the section of RFC 9113 that a member breaks, or that allows it.
"""

import zlib
from functools import partial

import pytest
from h2.errors import ErrorCodes

from httpcore_client import RemoteProtocolError
from testkit.h2_server import answer_of, data, headers, response, serve
from testkit.raw_server import DELIVERIES

STATUS = (":status", "200")
BODY = b"hello"


def with_field(name, value="x"):
    """Return a response with one more field."""
    return lambda stream: response(stream, BODY, 200, ("a", "b"), (name, value), ("c", "d"))


def with_head(*fields):
    """Return a response with exactly these fields."""
    return lambda stream: headers(stream, *fields) + data(stream, BODY)


def with_length(length, body=BODY, *, status=200):
    return lambda stream: response(stream, body, status, ("content-length", length))


def with_trailers(*fields, end=True):
    return lambda stream: (
        headers(stream, STATUS) + data(stream, BODY, end=False) + headers(stream, *fields, end=end)
    )


def after(*heads):
    """Return a whole response after heads, which are fields and whether the stream ends there."""

    def octets(stream):
        before = b"".join(headers(stream, *fields, end=end) for fields, end in heads)
        return before + response(stream, BODY)

    return octets


UPPER_CASE = {
    f"name {name!r}": with_field(name)
    for name in ("X", "Xa", "aXa", "aX", "A-b", "a-B", "Z0", "CONTENT-TYPE", "Content-Length")
}

# Every octet below "!", and of those above "~" some; each first, between and last.
OCTETS = [*range(0x21), 0x7F, 0x80, 0x85, 0xA0, 0xC3, 0xE9, 0xFF]
IN_NAMES = {
    f"{octet:#04x} in {name!r}": with_field(name % bytes([octet]))
    for octet in OCTETS
    for name in (b"%sx", b"x%sx", b"x%s")
}
NAMES = {
    "empty name": with_field(""),
    "a colon within a name": with_field("a:b"),
    "a colon after a name": with_field("a:"),
    "a field line as a name": with_field("a: b\r\nc"),
}

VALUES = {
    f"{octet!r} in {value % octet!r}": with_field("x", value % octet)
    for octet in ("\0", "\r", "\n", "\r\n")
    for value in ("%sab", "a%sb", "ab%s", "%s")
}
PADDED = {
    f"value {value!r}": with_field("x", value)
    for value in (" a", "a ", "\ta", "a\t", " a ", "\t a", " ", "\t", " \t ")
}
STATUSES = {
    f":status {value!r}": with_head((":status", value))
    for value in (
        *("", "2", "20", "99", "2000", "0200", "1000", "abc", "20x", "2.0", "0x2", "+20", "-20"),
        *("2 0", " 200", "200 ", "200 OK", "200\n", "\0", "\xb2\xb2\xb2"),
    )
}

CONNECTION = {
    f"{name}: {value}": with_field(name, value)
    for name, value in (
        ("connection", "close"),
        ("connection", "keep-alive"),
        ("connection", ""),
        ("connection", "x"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "keep-alive"),
        ("proxy-connection", "close"),
        ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("transfer-encoding", ""),
        ("upgrade", "h2c"),
        ("upgrade", "websocket"),
        ("te", "gzip"),
        ("te", "trailers, deflate"),
        ("te", ""),
    )
}

PSEUDO = {
    "no :status": with_head(("a", "b")),
    "no field at all": with_head(),
    "no :status, end of stream": lambda stream: headers(stream, ("a", "b"), end=True),
    "two :status": with_head(STATUS, STATUS),
    "two :status that differ": with_head(STATUS, (":status", "404")),
    ":status after a field": with_head(("a", "b"), STATUS),
    ":status before and after a field": with_head(STATUS, ("a", "b"), STATUS),
    "an unknown pseudo field": with_head(STATUS, (":unknown", "x")),
    "an unknown pseudo field first": with_head((":unknown", "x"), STATUS),
    "a pseudo field without a name": with_head(STATUS, (":", "x")),
    "an upper case pseudo field": with_head((":Status", "200")),
    ":method": with_head(STATUS, (":method", "GET")),
    ":path": with_head(STATUS, (":path", "/")),
    ":scheme": with_head(STATUS, (":scheme", "http")),
    ":authority": with_head(STATUS, (":authority", "a")),
    ":protocol": with_head(STATUS, (":protocol", "websocket")),
    ":method in place of :status": with_head((":method", "GET")),
}

TRAILERS = {
    ":status in trailers": with_trailers(STATUS),
    ":status after a field of trailers": with_trailers(("a", "b"), STATUS),
    ":path in trailers": with_trailers((":path", "/")),
    "an unknown pseudo field in trailers": with_trailers((":unknown", "x")),
    "an upper case name in trailers": with_trailers(("X", "y")),
    "an empty name in trailers": with_trailers(("", "y")),
    "a space in a name of trailers": with_trailers(("x y", "z")),
    "LF in a value of trailers": with_trailers(("x", "y\nz")),
    "NUL in a value of trailers": with_trailers(("x", "\0")),
    "a value of trailers in spaces": with_trailers(("x", " y ")),
    "connection in trailers": with_trailers(("connection", "close")),
    "transfer-encoding in trailers": with_trailers(("transfer-encoding", "chunked")),
    "trailers that don't end the stream": with_trailers(("x", "y"), end=False),
    "a second final head": after(((STATUS,), False)),
}

LENGTHS = {
    f"length {length!r} of 5 octets": with_length(length)
    for length in (
        *("4", "6", "0", "1000000", "5" * 30, "-5", "+5", "abc", "5x", "0x5", "5.0", "5 5", "5;"),
        *("5,6", "", "\xb2"),
    )
}
LENGTHS |= {
    "a length, and the head ends the stream": with_length("5", b""),
    "a length, and DATA is empty": lambda stream: (
        headers(stream, STATUS, ("content-length", "5")) + data(stream)
    ),
    "a length that trailers end early": lambda stream: (
        headers(stream, STATUS, ("content-length", "6"))
        + data(stream, BODY, end=False)
        + headers(stream, ("x", "y"), end=True)
    ),
    "no length, and DATA": with_length("0", b"x"),
    "two lengths that differ": lambda stream: response(
        stream, BODY, 200, ("content-length", "5"), ("content-length", "6")
    ),
    "two lengths that differ, the wrong one first": lambda stream: response(
        stream, BODY, 200, ("content-length", "6"), ("content-length", "5")
    ),
    "two lengths, one of them none": lambda stream: response(
        stream, BODY, 200, ("content-length", "5"), ("content-length", "")
    ),
}

INTERIM = (":status", "103")
SEQUENCES = {
    "DATA before the head": lambda stream: data(stream, BODY, end=False) + response(stream, BODY),
    "DATA and no head": lambda stream: data(stream, BODY),
    "DATA before the final head": lambda stream: (
        headers(stream, INTERIM) + data(stream, BODY, end=False) + response(stream, BODY)
    ),
    "an interim response that ends the stream": lambda stream: headers(stream, INTERIM, end=True),
    "100 that ends the stream": lambda stream: headers(stream, (":status", "100"), end=True),
    "101": after((((":status", "101"),), False)),
    "101 that ends the stream": lambda stream: headers(stream, (":status", "101"), end=True),
    "an interim response after the final one": lambda stream: (
        headers(stream, STATUS) + headers(stream, INTERIM) + data(stream, BODY)
    ),
    "a malformed interim response": after(((INTERIM, ("X", "y")), False)),
    "an interim response with connection": after(((INTERIM, ("connection", "x")), False)),
}

MALFORMED = {
    "8.2": UPPER_CASE,
    "8.2.1 names": NAMES | IN_NAMES,
    "8.2.1 values": VALUES | PADDED,
    "8.2.2": CONNECTION,
    "8.3": PSEUDO,
    "8.3.2": STATUSES,
    "8.1 trailers": TRAILERS,
    "8.1.1": LENGTHS,
    "8.1": SEQUENCES,
}

# What is well-formed -> status, the fields that must be there, and the body.
TOKENS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
MANY = tuple((f"x-{number}", str(number)) for number in range(500))
ACCEPTED = {
    "an empty value": (with_field("x", ""), "GET", (("x", ""),)),
    "obs-text in a value": (with_field("x", "\x80\xe9\xff"), "GET", (("x", "\x80\xe9\xff"),)),
    "spaces and tabs within a value": (with_field("x", "a \t b"), "GET", (("x", "a \t b"),)),
    "a colon and commas in a value": (with_field("x", ":,;="), "GET", (("x", ":,;="),)),
    "every character of a token in a name": (with_field(TOKENS), "GET", ((TOKENS, "x"),)),
    "a name of one character": (with_field("!"), "GET", (("!", "x"),)),
    "a field that comes twice": (
        lambda stream: response(stream, BODY, 200, ("x", "1"), ("y", "2"), ("x", "3")),
        "GET",
        (("x", "1"), ("y", "2"), ("x", "3")),
    ),
    "many small fields": (lambda stream: response(stream, BODY, 200, *MANY), "GET", MANY),
    # RFC 9110 8.6: a recipient may take repeated equal lengths for one, as our HTTP/1.1 does.
    "two equal lengths": (
        lambda stream: response(
            stream, BODY, 200, ("content-length", "5"), ("content-length", "5")
        ),
        "GET",
        (),
    ),
    "a length in zeros": (with_length("0005"), "GET", ()),
    "a length of nothing": (with_length("0", b""), "GET", ()),
    "HEAD, with a length": (with_length("5", b""), "HEAD", (("content-length", "5"),)),
    "204, with a length": (with_length("5", b"", status=204), "GET", (("content-length", "5"),)),
    "304, with a length": (with_length("5", b"", status=304), "GET", (("content-length", "5"),)),
    "interim responses": (
        after(((INTERIM,), False), ((INTERIM, ("x", "y")), False), (((":status", "199"),), False)),
        "GET",
        (),
    ),
    "empty DATA and trailers": (
        lambda stream: (
            headers(stream, STATUS)
            + data(stream, end=False)
            + data(stream, BODY, end=False)
            + headers(stream, ("x", ""), end=True)
        ),
        "GET",
        (),
    ),
    "trailers and no DATA": (
        lambda stream: headers(stream, STATUS) + headers(stream, ("x", "y"), end=True),
        "GET",
        (),
    ),
    "a status that nobody knows": (with_head((":status", "299")), "GET", ()),
}


class Beside:
    """A request whose answer is under test, and another one beside it on the same connection."""

    def __init__(self, run, world, octets):
        self._run = run
        self._octets = octets
        # The worlds are layers apart: one of them is enough for what is cut.
        self._deliveries = DELIVERIES if world.name == "threads" else DELIVERIES[:1]
        self._world = world

    def _act(self, delivery, peer):
        peer.greet()
        peer.answer("/before")
        tested, other = peer.stream("/tested"), peer.stream("/other")
        octets = self._octets(tested)
        peer.deliver(octets, delivery, zlib.crc32(octets))
        peer.send(response(other, b"other"))
        peer.answer("/after")

    def play(self, check, method="GET"):
        """Send both; `check` gets the response or error. Return what the client reset, by delivery."""
        return [self._play(check, method, delivery) for delivery in self._deliveries]

    def _play(self, check, method, delivery):
        async def scenario(client, url):
            await client.get(url + "/before")
            tested, other = await self._world.gather(
                partial(answer_of, client, method, url + "/tested"),
                partial(answer_of, client, "GET", url + "/other"),
            )
            check(tested)
            assert b"other" == getattr(other, "content", other)
            assert b"hello" == (await client.get(url + "/after")).content

        server = self._run(scenario, partial(self._act, delivery), serve)
        (peer,) = server.conversations
        assert 1 == server.asked("/tested")
        assert {0} >= set(peer.goaways())
        return peer.resets()


def is_refused(answer):
    assert RemoteProtocolError is type(answer), getattr(answer, "content", answer)


@pytest.fixture
def beside(run, world):
    return partial(Beside, run, world)


MEMBERS = [
    pytest.param(octets, id=f"{section}, {name}")
    for section, members in MALFORMED.items()
    for name, octets in members.items()
]


@pytest.mark.parametrize("octets", MEMBERS)
def test_a_malformed_response_ends_its_stream_and_no_other(octets, beside):
    for resets in beside(octets).play(is_refused):
        assert [ErrorCodes.PROTOCOL_ERROR] == resets


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_well_formed_response_is_taken(name, beside):
    octets, method, fields = ACCEPTED[name]

    def is_whole(response):
        assert not isinstance(response, Exception), response
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw]
        assert list(fields) == [pair for pair in pairs if pair in fields]
        empty = method == "HEAD" or "no DATA" in name or "nothing" in name
        empty = empty or response.status_code in (204, 304)
        assert (b"" if empty else BODY) == response.content

    for resets in beside(octets).play(is_whole, method):
        assert [] == resets
