"""What is asked of every server, over every wire: a function for each row of the matrix."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from testkit.servers.pages import LIMIT, SMALL, TEXT

AT_ONCE = 10
PIECE = 100_000

ROWS = {}


@dataclass
class Cell:
    """One server over one wire, in one world.

    Attributes:
        base: the base URL.
        client: one of its own.
        large: the content of the large file, and of large uploads.
        kept_alive: how many requests a connection must serve.
    """

    server: Any
    wire: Any
    world: Any
    client: Any
    large: bytes
    kept_alive: int

    @property
    def base(self):
        return self.server.base(self.wire.name)

    async def get(self, path, **options):
        return await self.client.get(self.base + path, **options)

    async def post(self, path, content, **options):
        return await self.client.post(self.base + path, content=content, **options)

    async def serves_on(self):
        """The connection is good for one more request."""
        assert SMALL == (await self.get("/")).content
        assert 1 == self.client.stats().opened


def row(function):
    ROWS[function.__name__.replace("_", " ")] = function
    return function


def summary(content):
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def in_pieces(content):
    return (content[at : at + PIECE] for at in range(0, len(content), PIECE))


@row
async def small(cell):
    response = await cell.get("/")
    assert (200, cell.wire.protocol) == (response.status_code, response.protocol)
    assert SMALL == response.content
    assert "12" == response.headers["Content-Length"]


@row
async def large(cell):
    """Hashed as it comes, so that it need not fit into memory."""
    hashed, length = hashlib.sha256(), 0
    url = cell.base + "/files/large.bin"
    async with cell.client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        assert 200 == response.status_code
        async for piece in response.stream():
            hashed.update(piece)
            length += len(piece)
    assert summary(cell.large) == {"length": length, "sha256": hashed.hexdigest()}
    await cell.serves_on()


@row
async def chunked(cell):
    """Of a length that is known at its end only."""
    response = await cell.get("/stream/1000000")
    assert 200 == response.status_code
    assert "Content-Length" not in response.headers
    if cell.wire.protocol == "HTTP/1.1":
        assert "chunked" == response.headers["Transfer-Encoding"]
    assert summary(cell.large[:1_000_000]) == summary(response.content)
    await cell.serves_on()


async def coded(cell, coding):
    response = await cell.get("/files/text.css", headers={"Accept-Encoding": coding})
    assert (200, coding) == (response.status_code, response.headers.get("Content-Encoding"))
    assert TEXT == response.content
    await cell.serves_on()


@row
async def gzip(cell):
    await coded(cell, "gzip")


@row
async def br(cell):
    await coded(cell, "br")


@row
async def zstd(cell):
    await coded(cell, "zstd")


@row
async def upload(cell):
    response = await cell.post("/digest", cell.large)
    assert summary(cell.large) == response.json()
    await cell.serves_on()


@row
async def upload_of_unknown_length(cell):
    response = await cell.post("/digest", in_pieces(cell.large))
    assert summary(cell.large) == response.json()
    await cell.serves_on()


@row
async def echo(cell):
    """What is sent arrives as it was written, and answers find those who asked."""

    def asking(number):
        async def ask():
            content = f"number {number}".encode() * 1000
            headers = {"X-UPPER-Case": "Value", "X-Number": str(number)}
            response = await cell.post(f"/echo?{number}&a=%7E", content, headers=headers)
            answer = response.json()
            fields = dict(answer["headers"])
            assert ("POST", f"/echo?{number}&a=%7E") == (answer["method"], answer["target"])
            assert (len(content), content.decode()) == (answer["length"], answer["body"])
            assert ("Value", str(number)) == (fields["x-upper-case"], fields["x-number"])

        return ask

    await cell.get("/")
    await cell.world.gather(*map(asking, range(AT_ONCE)))
    most = 2 if cell.wire.protocol == "HTTP/2" else AT_ONCE  # lighttpd lets eight streams run
    assert cell.client.stats().opened <= most


@row
async def early_error(cell):
    """An answer before the end of the upload is delivered, of known and of unknown length."""
    for content in (cell.large, cell.large):
        response = await cell.post("/limited", content)
        assert 413 == response.status_code
        assert SMALL == (await cell.get("/")).content


@row
async def status_204(cell):
    response = await cell.get("/status/204")
    assert (204, b"") == (response.status_code, response.content)
    await cell.serves_on()


@row
async def status_304(cell):
    first = await cell.get("/files/small.txt", headers={"Accept-Encoding": "identity"})
    validators = {
        "ETag": "If-None-Match",
        "Last-Modified": "If-Modified-Since",
    }
    conditions = {validators[name]: first.headers[name] for name in validators}
    response = await cell.get(
        "/files/small.txt", headers={"Accept-Encoding": "identity", **conditions}
    )
    assert (304, b"") == (response.status_code, response.content)
    await cell.serves_on()


@row
async def errors(cell):
    for status in (500, 404):  # Apache closes behind a 500
        await cell.get("/")
        opened = cell.client.stats().opened
        response = await cell.get(f"/status/{status}")
        assert (status, b"as you wish") == (response.status_code, response.content)
    assert SMALL == (await cell.get("/")).content
    assert opened == cell.client.stats().opened


@row
async def head(cell):
    url = cell.base + "/files/large.bin"
    response = await cell.client.head(url, headers={"Accept-Encoding": "identity"})
    assert (200, b"") == (response.status_code, response.content)
    assert str(len(cell.large)) == response.headers["Content-Length"]
    await cell.serves_on()


@row
async def keep_alive(cell):
    for _ in range(cell.kept_alive):
        assert SMALL == (await cell.get("/")).content
    assert 1 == cell.client.stats().opened


@row
async def left_early(cell):
    """What nobody reads to its end holds up no other."""
    for _ in range(3):
        response = await cell.get("/files/large.bin", stream=True)
        async with response:
            assert cell.large.startswith((await anext(response.stream()))[:100])
        assert SMALL == (await cell.get("/")).content
    most = 1 if cell.wire.protocol == "HTTP/2" else 4
    assert cell.client.stats().opened <= most


@row
async def ranges(cell):
    headers = {"Range": "bytes=1000-1999", "Accept-Encoding": "identity"}
    response = await cell.get("/files/large.bin", headers=headers)
    assert 206 == response.status_code
    assert f"bytes 1000-1999/{len(cell.large)}" == response.headers["Content-Range"]
    assert cell.large[1000:2000] == response.content
    await cell.serves_on()


@row
async def expect(cell):
    content = cell.large[: LIMIT // 2]
    response = await cell.post("/digest", content, headers={"Expect": "100-continue"})
    assert summary(content) == response.json()
    await cell.serves_on()


@row
async def fields_sent(cell):
    """More than the 16 KiB of one frame, so that CONTINUATION follows on HTTP/2."""
    for count, octets in [(80, 100), (3, 8000)]:
        sent = {f"X-Field-{n}": f"{n}" * octets for n in range(count)}
        came = dict((await cell.get("/echo", headers=sent)).json()["headers"])
        assert list(sent.values()) == [came[name.lower()] for name in sent]
    await cell.serves_on()


@row
async def fields_received(cell):
    for count, octets in [(80, 100), (3, 8000)]:
        response = await cell.get(f"/fields/{count}/{octets}")
        assert ["v" * octets] * count == [response.headers[f"X-Field-{n}"] for n in range(count)]
    await cell.serves_on()


@row
async def cookies(cell):
    response = await cell.get("/set-cookie?session=abc&theme=dark")
    assert {"session": "abc", "theme": "dark"} == dict(response.cookies)
    answer = (await cell.get("/echo", cookies={"once": "1"})).json()
    # RFC 9113 8.2.3 lets each hop split the field.
    crumbs = [value for name, value in answer["headers"] if name == "cookie"]
    assert "once=1; session=abc; theme=dark" == "; ".join(crumbs)


@row
async def trailing_slash(cell):
    response = await cell.get("/files/folder")
    assert cell.base + "/files/folder/" == str(response.url)
    assert (200, b"a folder") == (response.status_code, response.content)
    assert 1 == len(response.history)
    assert 1 == cell.client.stats().opened


@row
async def trailers(cell):
    response = await cell.get("/trailers", headers={"TE": "trailers"})
    assert b"with trailers" == response.content
    assert "behind" == response.trailers["X-Trailer"]
    assert "X-Trailer" not in response.headers
    await cell.serves_on()
