"""Text, lines, JSON and limits of a response, as callers meet them."""

import codecs
import gzip
import json
import zlib
from urllib.parse import urlencode

import pytest

import httpcore_client as httpcore
from httpcore_pool import BodyLimits, ContentTooLarge
from testkit.peer import Peer, response
from testkit.worlds import lift

# What stands above the exchange asks for one in each protocol.
pytestmark = pytest.mark.transports("http1-plain", "http2-tls")

LINES = "a\u2028b\u0085c\r\nü\r\rd\n\n\x0b\x0c€"
MEANT = ["a\u2028b\u0085c", "ü", "", "d", "", "\x0b\x0c€"]


def said(base, body, **query):
    """The URL of a body in pieces of `cut` bytes, which says its `type` and `coding`."""
    return f"{base}/say?{urlencode({'body': body.hex(), **query})}"


async def items_of(stream):
    return [item async for item in stream]


@pytest.mark.parametrize("cut", [1, 2, 3, 1000])
def test_lines_end_at_cr_lf_and_crlf_only_in_every_cut(run, cut):
    async def scenario(client, base):
        for body, kind in (
            (LINES.encode(), "text/plain"),
            (codecs.BOM_UTF8 + LINES.encode(), "text/plain; charset=utf-8"),
            (LINES.encode("utf-16"), "text/plain"),
            (LINES.encode("utf-16-be"), "text/plain; charset=utf-16be"),
            (LINES.encode("utf-32"), "text/plain"),
        ):
            url = said(base, body, type=kind, cut=cut)
            async with client.stream("GET", url) as streamed:
                assert MEANT == await items_of(streamed.stream_lines())
            async with client.stream("GET", url) as streamed:
                pieces = await items_of(streamed.stream_text())
            assert "" not in pieces
            assert LINES == "".join(pieces) == (await client.get(url)).text

    run(scenario)


def test_no_piece_is_ever_empty(run):
    async def scenario(client, base):
        packed = gzip.compress(b"plain " * 50, mtime=0)
        url = said(base, packed + gzip.compress(b"", mtime=0), coding="gzip")
        for way in ("stream", "stream_text", "raw"):
            async with client.stream("GET", url) as streamed:
                pieces = await items_of(getattr(streamed, way)())
            assert pieces
            assert all(pieces)

    run(scenario)


def test_what_a_decoder_still_holds_at_the_end_is_delivered(run):
    async def scenario(client, base):
        packer = zlib.compressobj()
        body = packer.compress(b"held back " * 20_000) + packer.flush()
        for cut in (len(body), 7):
            url = said(base, body, coding="deflate", cut=cut)
            assert b"held back " * 20_000 == (await client.get(url)).content

    run(scenario)


NO_CHARSETS = ["base64", "hex", "idna", "undefined", "unicode_escape", "utf-7", "no-such", '"\\0"']


@pytest.mark.transports("http1-plain")
@pytest.mark.parametrize("label", [*NO_CHARSETS, "x" * 9000], ids=lambda label: label[:20])
def test_a_label_that_is_no_charset_falls_back(run, label):
    async def texts(client, base):
        bodies = ("ü".encode(), "ü".encode("utf-16"), b"\xfc\xff")
        urls = [said(base, body, type=f"text/plain; charset={label}") for body in bodies]
        return [(await client.get(url)).text for url in urls]

    assert ["ü", "ü", "\ufffd\ufffd"] == run(texts)
    assert ["Ã¼", "ü", "üÿ"] == run(texts, default_encoding="latin-1")


def test_the_default_encoding_may_be_a_function(run):
    async def scenario(client, base):
        got = await client.get(said(base, b"\xfc"))
        assert ("latin-1", "ü") == (got.encoding, got.text)
        got = await client.get(said(base, b"\xfc", type="text/plain; charset=koi8-r"))
        assert "Э" == got.text

    run(scenario, default_encoding=lambda content: "latin-1" if content == b"\xfc" else None)


def test_a_caller_may_set_the_encoding(run):
    async def scenario(client, base):
        got = await client.get(said(base, b"\x80", type="text/plain; charset=utf-8"))
        assert "\ufffd" == got.text
        got.encoding = "cp1252"
        assert ("cp1252", "€") == (got.encoding, got.text)
        with pytest.raises(LookupError, match="'klingon' is not a text encoding"):
            got.encoding = "klingon"

    run(scenario)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_json_is_read_in_each_unicode_encoding(run, encoding):
    async def scenario(client, base):
        body = json.dumps({"a": "ü"}, ensure_ascii=False).encode(encoding)
        assert {"a": "ü"} == (await client.get(said(base, body))).json()

    run(scenario)


def test_a_body_over_the_limit_is_refused_and_the_client_goes_on(run, transport):
    async def scenario(client, base):
        limits = BodyLimits(max_bytes=10_000)
        for path in ("/bytes/5000000", "/stream/5000000"):
            with pytest.raises(ContentTooLarge, match="GET http.* bytes.*, after"):
                await client.get(base + path, body_limits=limits)
            async with client.stream("GET", base + path, body_limits=limits) as streamed:
                with pytest.raises(ContentTooLarge):
                    await items_of(streamed.stream())
                assert streamed.is_closed
        assert 10_000 == len((await client.get(base + "/bytes/10000", body_limits=limits)).content)
        # HTTP/1.1 has to give up the connection; HTTP/2 only the stream.
        assert client.connections_opened == (5 if transport.protocol == "HTTP/1.1" else 1)

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


def test_a_bomb_is_refused_and_the_client_goes_on(run):
    async def scenario(client, base):
        url = said(base, gzip.compress(bytes(200_000)), coding="gzip", cut=1000)
        with pytest.raises(httpcore.DecodingError, match="looks like a bomb.*, after"):
            await client.get(url, body_limits=BodyLimits(bomb_bytes=100_000))
        assert 200_000 == len((await client.get(url)).content)

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


@pytest.mark.parametrize("status", [204, 304])
def test_a_body_that_may_not_be_there_is_empty_whatever_the_fields_say(run_client, status):
    head = b"HTTP/1.1 %d X\r\nContent-Encoding: gzip\r\nContent-Length: 999\r\n\r\n" % status

    async def scenario(client):
        for method in ("GET", "HEAD"):
            got = await client.request(method, peer.url, body_limits=BodyLimits(1))
            assert (b"", "") == (got.content, got.text)

    with Peer() as peer:
        peer.handlers = (peer.answering(head),)
        if status == 304:
            run_client(scenario)
        else:  # RFC 9110 8.6: there must be no length in a 204
            head = head.replace(b"Content-Length: 999\r\n", b"")
            peer.handlers = (peer.answering(head),)
            run_client(scenario)


def test_links_and_the_error_of_a_status(run_client):
    link = b'Link: </two>; rel="next", </up>; rel=up; anchor="http://else.where/"'
    failed = response(b"why\r\n\x1b not", "404 Not Found", b"Content-Type: text/plain", link)

    async def scenario(client):
        got = await client.get(peer.url + "/one")
        assert {"next": peer.url + "/two"} == {rel: to.target for rel, to in got.links.items()}
        assert (True, False, "text/plain") == (
            got.is_error,
            got.is_success,
            got.content_type.essence,
        )
        with pytest.raises(httpcore.HTTPStatusError) as caught:
            got.raise_for_status()
        assert rf"GET {peer.url}/one: client error 404 Not Found: why\r\n\x1b not" == str(
            caught.value
        )

    with Peer() as peer:
        peer.handlers = (peer.answering(failed),)
        run_client(scenario)


def test_a_response_that_is_no_error_is_returned(run):
    async def scenario(client, base):
        got = await client.get(base + "/")
        assert "hello, world" == lift(got.raise_for_status()).text

    run(scenario)
