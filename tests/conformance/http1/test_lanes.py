"""Both lanes of HTTP/1.1 (DESIGN section 5) give the same answer on the same octets, in every split.

h11 is the referee: what it makes of a response that comes in one piece is what the quick lane must make
of it, wherever the octets are cut. Everything runs over scripted octets, so thousands of cuts take
seconds; the other modules here send the same data over sockets.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_pool import (
    HTTP11Connection,
    HTTPError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    run_sync,
)
from httpcore_pool._config import MessageLimits
from httpcore_pool.connection._http11_head import read_head
from testkit.raw_server import octets_of

_DATA = Path(__file__).parents[1] / "data"
LENGTHS = "fetch/content-lengths.json"
_LONGEST = 1500  # octets; longer ones are cut at some places only


class _Forced(HTTP11Connection):
    h11_only = True


def outcome(connection_class, method, pieces):
    """Everything that a caller can see of one response, and whether the connection lives on."""
    left = [*pieces, b""]
    # A callable step is what the peer answers: nothing is readable before the request is written.
    stream = ScriptedStream([lambda stream: left.pop(0) for _ in left])
    connection = connection_class(stream, ScriptedBackend())
    received = b""

    async def exchange():
        nonlocal received
        response = await connection.send(Request(method, "http://example.org/"))
        head = (
            response.status_code,
            response.reason_phrase,
            response.protocol,
            response.headers.raw,
        )
        if (raw := response.network_stream) is not None:
            while piece := await raw.read(65536):
                received += piece
            await raw.close()
        else:
            async for piece in response.raw():
                received += piece
        return head, response.trailers.raw

    try:
        seen = run_sync(exchange())
    except HTTPError as error:
        seen = type(error)
    # Octets still to come make the connection stale before it can be used again.
    return seen, received, not connection.is_closed and left in ([], [b""])


def same_in_every_split(method, octets, cuts=None):
    expected = outcome(_Forced, method, [octets])
    assert expected == outcome(HTTP11Connection, method, [octets])
    for at in cuts if cuts is not None else range(1, len(octets)):
        found = outcome(HTTP11Connection, method, [octets[:at], octets[at:]])
        # What came before an error depends on where the octets were cut; the rest does not.
        if isinstance(expected[0], type):
            assert expected[0] == found[0], octets[at - 20 : at + 20]
            assert not found[2]
        else:
            assert expected == found, octets[at - 20 : at + 20]


FILES = ("http1-responses", "curl-responses", "llhttp-responses", "hyper-client")
PLAYED = [f"http1/{name}.json" for name in FILES] + ["fetch/h1-parsing.json", LENGTHS]


def load(file):
    data = json.loads((_DATA / file).read_text("utf-8"))
    return data if isinstance(data, list) else data["cases"]


def exchange_of(file, case):
    """Return the method and the octets of the answer."""
    if file == LENGTHS:
        head = f"HTTP/1.1 200 OK\r\n{case['input']}\r\n\r\n"
        return "GET", head.encode("latin-1") + b"a" * 42
    if isinstance(case["response"], str):
        return "GET", case["response"].encode("latin-1")
    method = case.get("method") or case.get("request", {}).get("method") or "GET"
    return method, octets_of(case["response"])


@pytest.mark.parametrize("file", PLAYED)
def test_lanes_agree_on_the_corpus(file):
    for case in load(file):
        method, octets = exchange_of(file, case)
        cuts = None
        if len(octets) > _LONGEST:
            cuts = [1, 20, 200, _LONGEST, len(octets) // 2, len(octets) - 1]
        same_in_every_split(method, octets, cuts)


# Messages made up of right and wrong parts.

_BODIES = [b"", b"a", b"hello", b"\r\n", b"0\r\n\r\n", bytes(range(256))]
_BLANKS = st.sampled_from([b"", b" ", b"  ", b"\t", b" \t "])
_ENDS = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\r\n", b"\r\n "])
_NAMES = st.sampled_from(
    [
        b"Content-Length", b"content-length", b"Transfer-Encoding", b"Connection", b"X-A", b"Upgrade",
        b"Content-Encoding", b"Content-Length ", b"X A", b"", b"X\x00", b"\xe9",
    ]
)  # fmt: skip
_VALUES = st.sampled_from(
    [
        b"0", b"1", b"5", b"5, 5", b"5,6", b"+5", b"0x5", b"5 5", b"05", b"9" * 15, b"9" * 16,
        b"chunked", b"Chunked", b"gzip, chunked", b"chunked, chunked", b"identity", b"close",
        b"keep-alive", b"Keep-Alive, close", b"upgrade", b"", b"a b", b"a\x00b", b"a\x7fb", b"\xe9",
        b"a\rb", b"a\x0bb", b"h2c",
    ]
)  # fmt: skip
_STARTS = st.sampled_from(
    [b"HTTP/1.1 200 OK"] * 6
    + [
        b"HTTP/1.1 204 No Content", b"HTTP/1.1 304 Not Modified", b"HTTP/1.0 200 OK", b"HTTP/1.1 200",
        b"HTTP/1.1 200 ", b"HTTP/1.1 404 \xe9", b"HTTP/1.1 100 Continue", b"HTTP/1.1 600 x",
        b"HTTP/1.1 20 OK", b"HTTP/1.1  200 OK", b"http/1.1 200 OK", b"HTTP/1.1 200 a\x00b", b"",
        b"HTTP/1.1 101 Switching",
    ]
)  # fmt: skip
_SIZES = st.sampled_from([b"%x", b"%X", b"0%x", b"%x;a=b", b'%x;a="b;c"', b"%x ", b" %x", b"+%x"])


@st.composite
def _chunks(draw):
    out = b""
    for body in draw(st.lists(st.sampled_from(_BODIES), max_size=4)):
        size = draw(_SIZES) % len(body)
        out += size + draw(_ENDS) + body + draw(_ENDS)
    last = draw(st.sampled_from([b"0", b"000", b"0;x=y", b""]))
    trailer = draw(st.sampled_from([b"", b"", b"X-T: 1\r\n", b"bad\r\n", b"X-T: 1\r\n y\r\n"]))
    return out + last + draw(_ENDS) + trailer + draw(_ENDS)


@st.composite
def _usual(draw):
    """A response that the quick lane should take, unless one of its parts is odd."""
    fields = b"".join(
        draw(_NAMES) + b":" + draw(_BLANKS) + draw(_VALUES) + draw(_BLANKS) + draw(_ENDS)
        for _ in range(draw(st.integers(0, 3)))
    )
    framing = draw(
        st.sampled_from([b"", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"])
    )
    body = draw(_chunks()) if b"chunked" in framing else draw(st.sampled_from(_BODIES))
    extra = draw(st.sampled_from([b"", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"]))
    return draw(_STARTS) + draw(_ENDS) + fields + framing + draw(_ENDS) + body + extra


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(["GET", "GET", "HEAD", "POST"]), _usual(), st.data())
def test_lanes_agree_on_made_up_messages(method, octets, data):
    cuts = data.draw(st.lists(st.integers(1, max(1, len(octets) - 1)), max_size=8))
    same_in_every_split(method, octets, cuts)


def test_the_quick_lane_is_taken():
    """Else the tests above would compare h11 with itself."""
    exchanges = [exchange_of(file, case) for file in PLAYED for case in load(file)]
    heads = [read_head(octets, method, MessageLimits()) for method, octets in exchanges]
    assert sum(map(bool, heads)) > len(heads) / 4


def played():
    """Say which cases are graded here."""
    return {file: {"graded": load(file)} for file in PLAYED}
