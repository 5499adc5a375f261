"""What is asked of every proxy, in each way that it may be spoken with.

Rows that begin with "http " are forwarded by HTTP proxies; all others are tunnelled, and by SOCKS all are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from httpcore_client import Proxy, ProxyError, TransportError
from testkit.matrix.absent import WrongError
from testkit.matrix.rows import AT_ONCE, in_pieces, summary
from testkit.origin import listening_socket
from testkit.peer import Peer
from testkit.servers.pages import SMALL

KEPT_ALIVE = 50
_OPTIONS = {"http": {}, "https": {"http2": False}}
_SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nless"

PROXY_ROWS = {}


@dataclass
class Way:
    """A proxy, and how it is spoken with, in one world.

    Attributes:
        application: the server behind it.
        large: the content of the large file, and of large uploads.
    """

    proxy: Any
    scheme: str
    world: Any
    application: Any
    large: bytes

    @property
    def is_socks(self):
        return self.scheme.startswith("socks")

    def base(self, scheme):
        return self.application.plain if scheme == "http" else self.application.tls

    def client(self, password=None, **options):
        bundle = self.application.authority.bundle
        common = {"ssl": bundle, "timeout": 20, "trust_env": False}
        return self.world.client(
            proxy=self.proxy.url(self.scheme, password), **{**common, **options}
        )

    def is_named_by(self, shown):
        return Proxy(self.proxy.url(self.scheme)).url.masked == shown


def row(function):
    PROXY_ROWS[function.__name__.replace("_", " ")] = function
    return function


def for_both(function):
    """Two rows: over http, and over https."""
    for scheme in _OPTIONS:

        async def asked(way, scheme=scheme):
            async with way.client(**_OPTIONS[scheme]) as client:
                await function(way, client, way.base(scheme))

        PROXY_ROWS[f"{scheme} {function.__name__.replace('_', ' ')}"] = asked
    return function


async def echoed(way, client, base):
    """Ask and be answered; return the last response."""
    # First: Tinyproxy closes behind each response without a word, and no POST is sent again.
    posted = await client.post(base + "/echo", content=b"x" * 1000)
    assert 1000 == posted.json()["length"]
    response = await client.get(base + "/echo?a=%7E")
    answer = response.json()
    assert "/echo?a=%7E" == answer["target"]
    assert [] == [name for name, _ in answer["headers"] if name.startswith("proxy-auth")]
    assert way.is_named_by(response.connection.proxy)
    assert (way.scheme == "https") is (response.connection.proxy_tls is not None)
    return response


@for_both
async def small(way, client, base):
    assert "HTTP/1.1" == (await echoed(way, client, base)).protocol


@row
async def https_over_http2(way):
    async with way.client() as client:
        assert "HTTP/2" == (await echoed(way, client, way.application.tls)).protocol


@row
async def h2c_in_a_tunnel(way):
    async with way.client(http1=False) as client:
        assert "HTTP/2" == (await echoed(way, client, way.application.plain)).protocol


@for_both
async def large(way, client, base):
    hashed, length = hashlib.sha256(), 0
    async with client.stream("GET", f"{base}/bytes/{len(way.large)}") as response:
        async for piece in response.stream():
            hashed.update(piece)
            length += len(piece)
    assert summary(way.large) == {"length": length, "sha256": hashed.hexdigest()}


@for_both
async def upload(way, client, base):
    response = await client.post(base + "/digest", content=way.large)
    assert summary(way.large) == response.json()


@for_both
async def chunked(way, client, base):
    """In both directions."""
    content = way.large[:1_000_000]
    response = await client.post(base + "/digest", content=in_pieces(content))
    assert summary(content) == response.json()
    response = await client.get(f"{base}/stream/{len(content)}")
    assert summary(content) == summary(response.content)


@for_both
async def keep_alive(way, client, base):
    for _ in range(KEPT_ALIVE):
        assert SMALL == (await client.get(base + "/")).content
    assert 1 == client.stats().opened


@for_both
async def many_at_once(way, client, base):
    async def get():
        return (await client.get(base + "/slow/0.01")).content

    assert [b"at last"] * AT_ONCE == await way.world.gather(*[get] * AT_ONCE)


@row
async def http_with_a_wrong_password(way):
    async with way.client("wrong") as client:
        if way.is_socks:
            await _refused(way, client, way.application.plain, None)
        else:
            response = await client.get(way.application.plain)
            assert way.proxy.refusal == response.status_code


@row
async def https_with_a_wrong_password(way):
    async with way.client("wrong") as client:
        expected = None if way.is_socks else way.proxy.refusal
        await _refused(way, client, way.application.tls, expected)


async def _refused(way, client, url, status):
    error = await raised(ProxyError, client, url)
    assert "wrong" not in str(error)
    assert way.is_named_by(error.proxy)
    assert status == error.status_code


async def raised(kind, client, url):
    """The error of this kind that a request raises."""
    try:
        response = await client.get(url)
    except kind as error:
        return error
    raise AssertionError(f"{url} had {response.status_code}")


@row
async def https_to_who_refuses(way):
    with listening_socket() as sock:
        port = sock.getsockname()[1]
    async with way.client() as client:
        for host in ("127.0.0.1", "[::1]"):
            error = await raised(TransportError, client, f"https://{host}:{port}/")
            if error.sent is not False or not way.is_named_by(error.proxy):
                raise WrongError(f"sent: {error.sent}, proxy: {error.proxy}")
            assert isinstance(error, ProxyError)
            if way.is_socks:
                assert 5 == error.reply_code
            else:
                assert error.status_code >= 500
                assert error.headers
                assert error.content


@row
async def http_that_is_cut(way):
    await cut(way, None)


@row
async def https_that_is_cut(way):
    await cut(way, way.application.authority.server_context())


async def cut(way, context):
    """The origin closes in the middle of a body."""
    with Peer(context=context) as peer:
        peer.handlers = [peer.answering(_SHORT)]
        async with way.client() as client:
            response = await client.get(peer.url + "/", stream=True)
            assert 200 == response.status_code
            try:
                content = await response.read()
            except TransportError:
                return
    raise WrongError(f"{content!r} came, and no error")


@row
async def a_proxy_that_is_killed(way):
    """In the middle of a body; and when it is there again, all is well."""
    async with way.client(http2=False) as client:
        response = await client.get(f"{way.application.tls}/stream/{16 << 20}", stream=True)
        pieces = response.stream()
        await anext(pieces)
        way.proxy.kill()
        try:
            async for _ in pieces:
                pass
        except TransportError:
            pass
        else:
            raise WrongError("a short body came, and no error")
        finally:
            way.proxy.__enter__()
        assert SMALL == (await client.get(way.application.tls + "/")).content
