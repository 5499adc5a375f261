"""Codings, charsets and lines, with octets in every split (over sockets: tests/contract/test_decoding.py)."""

from functools import partial

import pytest

from httpcore_client import DecodingError, ScriptedBackend
from testkit.codings import CODERS, packed, raw_deflate, skippable, squeezed
from testkit.peer import response
from testkit.splits import behind_head, script_of, ways_of

PLAIN = b"brown fox " * 3
URL = "http://a.test/"
ENDS = {"by length": "hold", "by chunks": "hold", "by the end of the connection": "close"}


@pytest.fixture
def receive(receive):
    return partial(receive, sockets=False)


def answer(body, *codings, framed="by length"):
    fields = [b"Content-Encoding: " + coding.encode() for coding in codings]
    if framed == "by length":
        return response(body, "200 OK", *fields)
    if framed == "by chunks":
        fields.append(b"Transfer-Encoding: chunked")
        half = len(body) // 2
        chunks = [piece for piece in (body[:half], body[half:]) if piece]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in chunks) + b"0\r\n\r\n"
    return b"\r\n".join([b"HTTP/1.1 200 OK", *fields, b"", body])


def test_b093_all_members_of_a_body_are_decoded(receive):
    """pydantic/pydantic-ai#7159, ah#7157; RFC 1952 2.2, RFC 8878 3.1."""
    bodies = {
        "gzip": packed(PLAIN[:9]) + packed(b"") + packed(PLAIN[9:]),
        "zstd": squeezed(PLAIN[:9]) + skippable(b"x") + squeezed(PLAIN[9:]),
    }
    for coding, body in bodies.items():
        for framed, then in ENDS.items():
            octets = answer(body, coding, framed=framed)
            received = receive(octets, then, splits=behind_head(octets))
            assert PLAIN == received.body, (coding, framed)


def test_b093_a_stream_that_ends_before_its_trailer_is_an_error(receive):
    """RFC 9110 8.4.1: where only the coding knows of it, too."""
    for coding, code in CODERS.items():
        body = code(PLAIN)
        for cut in (1, len(body) - 9, len(body) - 1):
            for framed, then in ENDS.items():
                received = receive(
                    answer(body[:cut], coding, framed=framed), then, splits=[40, -cut, -1]
                )
                assert DecodingError is received.error, (coding, cut, framed)
    second = packed(PLAIN) + packed(PLAIN)[:-1]
    assert DecodingError is receive(answer(second, "gzip"), splits=[-1]).error


def test_b095_names_of_codings_have_no_case(receive):
    """ah#13894; RFC 9110 8.4.1."""
    for name in ("Gzip", "GZIP", "X-GZip", "gZIP , Identity", "\tgzip"):
        received = receive(answer(packed(PLAIN), name), splits=[30, -20])
        assert PLAIN == received.body, name
    for name, code in (("BR", CODERS["br"]), ("Deflate", raw_deflate), ("ZSTD", squeezed)):
        assert PLAIN == receive(answer(code(PLAIN), name), splits=[30, -10]).body, name


LATER = b"x" + packed(b"more"), b"x" + squeezed(b"more")  # what is over does not go on
JUNK = [*LATER, b"\0", b"junk" * 20, b"\0" * 50, b"\x1f", b"\x1f\x8b", b"(\xb5/", PLAIN]


def test_b096_octets_behind_the_compressed_end_are_ignored_or_one_error_and_never_a_loop(receive):
    """u3 GHSA-gh4c-6fx4-qh6g, u3#5268."""
    for coding, code in CODERS.items():
        for junk in JUNK:
            for framed, then in list(ENDS.items())[::2]:
                octets = answer(code(PLAIN) + junk, coding, framed=framed)
                end = len(octets) - len(junk)
                places = [end - 1, end, end + 1][: len(junk) + 1]
                received = receive(octets, then, splits=places)
                assert received.error in (None, DecodingError), (coding, junk)
                assert received.body == (b"" if received.error else PLAIN)


def test_b098_chained_codings_are_capped(receive):
    """u3 GHSA-gm62-xv2j-4w53, h2x#1027: in one field, or in many."""
    five = PLAIN
    for _ in range(5):
        five = packed(five)
    assert PLAIN == receive(answer(five, "gzip, gzip", "gzip", "gzip,gzip"), splits=[99]).body
    for names in (
        ["gzip"] * 6,
        [", ".join(["gzip"] * 6)],
        [",".join(["br"] * 300)],
        ["gzip"] * 30,
    ):
        assert DecodingError is receive(answer(packed(five), *names), splits=[99]).error


def test_b099_what_is_decoded_and_waits_when_the_connection_ends_is_delivered(receive):
    """u3#3009, #3636: much comes out of little, behind the last octet of the network."""
    plain = bytes(300_000)
    for coding, code in CODERS.items():
        octets = answer(code(plain), coding, framed="by the end of the connection")
        assert plain == receive(octets, "close", splits=[-1]).body, coding


def test_b099_by_the_piece_too_however_small(run_client):
    plain = bytes(range(256)) * 100
    backend = ScriptedBackend(
        *[
            script_of([answer(code(plain), coding, framed="by the end of the connection")], "close")
            for coding, code in CODERS.items()
        ]
    )

    async def scenario(client):
        for coding in CODERS:
            async with client.stream("GET", URL) as seen:
                pieces = [piece async for piece in seen.stream()]
            assert plain == b"".join(pieces), coding
            assert all(0 < len(piece) <= 2**18 for piece in pieces)

    run_client(scenario, backend=backend)


def test_b101_no_content_is_empty_whatever_its_coding(receive):
    """hx#237; RFC 9110 9.3.2: HEAD, 204, 304, and none at all."""
    for coding in (*CODERS, "gzip, br", "x-gzip"):
        line = f"Content-Encoding: {coding}\r\n"
        cases = [
            ("HEAD", f"HTTP/1.1 200 OK\r\n{line}Content-Length: 1000\r\n\r\n", "hold"),
            ("HEAD", f"HTTP/1.1 200 OK\r\n{line}Transfer-Encoding: chunked\r\n\r\n", "hold"),
            ("GET", f"HTTP/1.1 200 OK\r\n{line}Content-Length: 0\r\n\r\n", "hold"),
            (
                "GET",
                f"HTTP/1.1 200 OK\r\n{line}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "hold",
            ),
            ("GET", f"HTTP/1.1 200 OK\r\n{line}\r\n", "close"),
            ("GET", f"HTTP/1.1 204 None\r\n{line}\r\n", "hold"),
            ("GET", f"HTTP/1.1 304 Same\r\n{line}Content-Length: 1000\r\n\r\n", "hold"),
        ]
        for method, octets, then in cases:
            received = receive(octets.encode(), then, method=method, splits=[30])
            assert (None, b"") == (received.error, received.body), octets


LABELS = [
    *("base64", "hex", "zlib", "bz2", "rot13", "undefined", "idna", "punycode", "unicode_escape"),
    *(
        "no-such-charset",
        "",
        "utf-8; utf-16",
        "\xe9",
        "a" * 5000,
        "utf_8\0",
        "../etc",
        "mbcs",
        "oem",
    ),
    *(
        "uu",
        "quopri",
        "raw_unicode_escape",
        "string-escape",
        "utf-8-sig-x",
        '"',
        '"utf-8',
        "=",
        "'x'",
    ),
]


def test_b102_an_unknown_charset_is_none_and_nothing_raises(run_client):
    """ah#9160, rq#7309: least of all what Python lists and is no charset of text."""
    body = "zażółć 1\u2028".encode()
    types = [f"text/plain; charset={label}" for label in LABELS]
    types += ["text/plain; charset", "text/plain; =utf-8", "; charset=x", "text", "/", "\xff\xfe"]
    types.append("text/plain; charset=no-such; charset=utf-16")
    typed = [
        response(body, "200 OK", b"Content-Type: " + each.encode("latin-1"))
        for each in types
        if "\0" not in each
    ]
    backend = ScriptedBackend(*[script_of([each], "close") for each in typed])

    async def scenario(client):
        for number in range(len(typed)):
            async with client.stream("GET", URL) as seen:
                pieces = [piece async for piece in seen.stream_text()]
            assert body.decode() == "".join(pieces), types[number]

    run_client(scenario, backend=backend)


TEXT = "one\u2028still\u2029one\x85and\x0b\x0c\x1c\x1d\x1eone\r\ntwo\rthree\n\nfive"
LINES = ["one\u2028still\u2029one\x85and\x0b\x0c\x1c\x1d\x1eone", "two", "three", "", "five"]


def test_b104_only_cr_lf_and_crlf_end_a_line(run_client):
    """hx#2423, florimondmanca/httpx-sse#37."""
    octets = response(TEXT.encode(), "200 OK", b"Content-Type: text/plain; charset=utf-8")
    ways = list(ways_of(octets))
    backend = ScriptedBackend(*[script_of(pieces) for pieces in ways])

    async def scenario(client):
        for number, pieces in enumerate(ways):
            async with client.stream("GET", f"http://h{number}.test/") as seen:
                assert LINES == [line async for line in seen.stream_lines()], pieces

    run_client(scenario, backend=backend)


def test_b104_in_events_too(run_client):
    """WHATWG HTML 9.2.5."""
    stream = f"data: {LINES[0]}\r\ndata:two\rid: 7\u2028\ndata: three\n\ndata: cut off\u2028\u2028".encode()
    octets = response(stream, "200 OK", b"Content-Type: text/event-stream")
    ways = list(ways_of(octets))
    backend = ScriptedBackend(*[script_of(pieces) for pieces in ways])

    async def scenario(client):
        for number in range(len(ways)):
            async with client.events(f"http://h{number}.test/", reconnect=False) as events:
                (event,) = [event async for event in events]
            assert (f"{LINES[0]}\ntwo\nthree", "7\u2028") == (event.data, event.id)

    run_client(scenario, backend=backend)


MEMBERS = packed(b"") + packed(PLAIN) + packed(b"")
MARKED = b"\xef\xbb\xbf" + "ż".encode()
PIECES = {
    "plain chunks": (answer(PLAIN, framed="by chunks"), PLAIN, PLAIN),
    "gzip": (answer(MEMBERS, "gzip", framed="by chunks"), MEMBERS, PLAIN),
    "nothing": (answer(b"", framed="by chunks"), b"", b""),
    "gzip of nothing": (answer(packed(b""), "gzip"), packed(b""), b""),
    "a mark and half a letter": (answer(MARKED), MARKED, MARKED),
}


@pytest.mark.parametrize("what", PIECES)
def test_b105_no_iterator_yields_an_empty_piece(run_client, what):
    """hx#2068, #2998: of octets as they came, as they are decoded, or of text."""
    octets, raw, plain = PIECES[what]
    ways = list(ways_of(octets))
    whole = {"raw": raw, "stream": plain, "stream_text": plain.decode("utf-8-sig")}
    backend = ScriptedBackend(*[script_of(pieces) for pieces in ways for _ in whole])

    async def scenario(client):
        for number in range(len(ways)):
            for name, expected in whole.items():
                url = f"http://{name.replace('_', '')}{number}.test/"
                async with client.stream("GET", url) as seen:
                    pieces = [piece async for piece in getattr(seen, name)()]
                assert all(pieces), name
                assert expected == expected[:0].join(pieces), name

    run_client(scenario, backend=backend)


def test_b105_nor_do_empty_pieces_of_the_caller_s_end_a_body(send):
    """RFC 9112 7.1: an empty chunk would be the last one."""

    async def scenario(client):
        await client.post(URL, content=iter([b"", b"one", b"", b"two", b""]))

    (sent,) = send(scenario, response())
    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" == sent.framed
