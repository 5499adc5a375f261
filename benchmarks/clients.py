"""One opener for each client: a context manager that gives `get`, `pieces` and `put`.

`get(url)` returns the whole body; `pieces(url)` iterates over it as it comes, in pieces of the client's
own size; `put(url, content, length)` sends a binary file or an iterable of bytes, whose length is told, and
returns the answer. A client that is not measured in one of them has None there. Everything else stays as
its authors ship it: what is set is whom to trust, which protocol is spoken, and room for the connections
that the threads or tasks of a measurement need.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_CONNECTIONS = 32


@dataclass(frozen=True)
class Settings:
    """What a client is opened with: a CA file (None for its own default), and the protocol."""

    ca: str | None
    http2: bool


def _length(length):
    return {"Content-Length": str(length)}


# In threads.


@contextmanager
def open_sync_client(settings):
    from httpcore_client import SyncClient

    with SyncClient(ssl=settings.ca, http2=settings.http2) as client:

        def get(url):
            return client.get(url).content

        def pieces(url):
            with client.stream("GET", url) as response:
                yield from response.stream()

        def put(url, content, length):
            return client.put(url, content=content, headers=_length(length)).content

        yield get, pieces, put


@contextmanager
def open_httpx2(settings, transport=None):
    import httpx2

    with httpx2.Client(**_httpx2_arguments(settings), transport=transport) as client:

        def get(url):
            return client.get(url).content

        def pieces(url):
            with client.stream("GET", url) as response:
                yield from response.iter_bytes()

        def put(url, content, length):
            return client.put(url, content=content, headers=_length(length)).content

        yield get, pieces, put


@contextmanager
def open_urllib3(settings):
    import urllib3

    with urllib3.PoolManager(maxsize=_CONNECTIONS, ca_certs=settings.ca) as manager:

        def get(url):
            return manager.request("GET", url).data

        def pieces(url):
            response = manager.request("GET", url, preload_content=False)
            yield from response.stream()
            response.release_conn()

        def put(url, content, length):
            return manager.request("PUT", url, body=content, headers=_length(length)).data

        yield get, pieces, put


@contextmanager
def open_requests(settings):
    import requests

    with requests.Session() as session:
        if settings.ca is not None:
            session.verify = settings.ca
            for scheme in ("http://", "https://"):
                session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=_CONNECTIONS))
        yield (lambda url: session.get(url).content), None, None


def open_bridged_httpx2(settings):
    from httpcore_client.bridges.httpx2 import Transport

    return open_httpx2(settings, Transport(ssl=settings.ca, http2=settings.http2))


def open_bridged_httpx2_async(settings):
    from httpcore_client.bridges.httpx2 import AsyncTransport

    return open_httpx2_async(settings, AsyncTransport(ssl=settings.ca, http2=settings.http2))


@contextmanager
def open_bridged_requests(settings):
    import requests

    from httpcore_client.bridges.requests import PoolAdapter

    with requests.Session() as session:
        if settings.ca is not None:
            session.verify = settings.ca
        for scheme in ("http://", "https://"):
            session.mount(scheme, PoolAdapter(http2=settings.http2))
        yield (lambda url: session.get(url).content), None, None


@contextmanager
def open_niquests(settings):
    import niquests

    with niquests.Session(**_niquests_arguments(settings)) as session:
        yield (lambda url: session.get(url).content), None, None


@contextmanager
def open_http_client(settings):
    """The standard library has no pool: a connection for each thread, which a caller would keep."""
    context = ssl.create_default_context(cafile=settings.ca)
    local = threading.local()
    with ExitStack() as opened:

        def get(url):
            parts = urlsplit(url)
            connection = getattr(local, "connection", None)
            if connection is None:
                if parts.scheme == "https":
                    connection = http.client.HTTPSConnection(parts.netloc, context=context)
                else:
                    connection = http.client.HTTPConnection(parts.netloc)
                local.connection = connection
                opened.callback(connection.close)
            connection.request("GET", f"{parts.path}?{parts.query}")
            return connection.getresponse().read()

        yield get, None, None


# In event loops.


@asynccontextmanager
async def open_client(settings):
    from httpcore_client import Client

    async with _ours(Client, settings) as opened:
        yield opened


@asynccontextmanager
async def open_trio_client(settings):
    from httpcore_client import TrioClient

    async with _ours(TrioClient, settings) as opened:
        yield opened


@asynccontextmanager
async def _ours(kind, settings):
    async with kind(ssl=settings.ca, http2=settings.http2) as client:

        async def get(url):
            return (await client.get(url)).content

        async def pieces(url):
            async with client.stream("GET", url) as response:
                async for piece in response.stream():
                    yield piece

        async def put(url, content, length):
            return (await client.put(url, content=content, headers=_length(length))).content

        yield get, pieces, put


@asynccontextmanager
async def open_aiohttp(settings):
    import aiohttp

    connector = None
    if settings.ca is not None:
        context = ssl.create_default_context(cafile=settings.ca)
        connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def get(url):
            async with session.get(url) as response:
                return await response.read()

        async def pieces(url):
            async with session.get(url) as response:
                async for piece in response.content.iter_any():
                    yield piece

        async def put(url, content, length):
            async with session.put(url, data=content, headers=_length(length)) as response:
                return await response.read()

        yield get, pieces, put


@asynccontextmanager
async def open_httpx2_async(settings, transport=None):
    import httpx2

    async with httpx2.AsyncClient(**_httpx2_arguments(settings), transport=transport) as client:

        async def get(url):
            return (await client.get(url)).content

        async def pieces(url):
            async with client.stream("GET", url) as response:
                async for piece in response.aiter_bytes():
                    yield piece

        async def put(url, content, length):
            return (await client.put(url, content=content, headers=_length(length))).content

        yield get, pieces, put


@asynccontextmanager
async def open_niquests_async(settings):
    import niquests

    arguments = _niquests_arguments(settings)
    if settings.http2:
        arguments["pool_maxsize"] = 1  # else each task opens a connection, while there is room
    async with niquests.AsyncSession(**arguments) as session:

        async def get(url):
            return (await session.get(url)).content

        async def pieces(url):
            response = await session.get(url, stream=True)
            async for piece in await response.iter_content():
                yield piece

        async def put(url, content, length):
            return (await session.put(url, data=content, headers=_length(length))).content

        yield get, pieces, put


@asynccontextmanager
async def open_pyreqwest(settings):
    """A client in Rust, whose HTTP/2 has to be asked for."""
    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder().http2(settings.http2)
    if settings.ca is not None:
        builder = builder.add_root_certificate_pem(Path(settings.ca).read_bytes())
    async with builder.build() as client:

        async def get(url):
            response = await client.get(url).build().send()
            return (await response.bytes()).to_bytes()

        async def pieces(url):
            async with client.get(url).build_streamed() as response:
                while (piece := await response.body_reader.read_chunk()) is not None:
                    yield piece

        async def put(url, content, length):
            request = client.put(url).headers(_length(length)).body_stream(content).build()
            return (await (await request.send()).bytes()).to_bytes()

        yield get, pieces, put


def _httpx2_arguments(settings):
    if settings.ca is None:
        return {}
    context = ssl.create_default_context(cafile=settings.ca)
    return {"verify": context, "http2": settings.http2}


def _niquests_arguments(settings):
    if settings.ca is None:
        return {}
    return {
        "verify": settings.ca,
        "disable_http2": not settings.http2,
        "disable_http3": True,
        "pool_maxsize": _CONNECTIONS,
    }


@dataclass(frozen=True)
class Kind:
    """A client: how to open it, the world that it runs in, and the distributions that it comes from.

    The worlds are "threads", "asyncio", "uvloop" (asyncio over uvloop's loop) and "trio".
    """

    opener: object
    world: str
    distributions: tuple[str, ...] = ()


CLIENTS = {
    "SyncClient": Kind(open_sync_client, "threads", ("httpcore-client",)),
    "Client": Kind(open_client, "asyncio", ("httpcore-client",)),
    "TrioClient": Kind(open_trio_client, "trio", ("httpcore-client", "trio")),
    "http.client": Kind(open_http_client, "threads"),
    "urllib3": Kind(open_urllib3, "threads", ("urllib3",)),
    "requests": Kind(open_requests, "threads", ("requests", "urllib3")),
    "httpx2": Kind(open_httpx2, "threads", ("httpx2", "httpcore2")),
    "httpx2 async": Kind(open_httpx2_async, "asyncio", ("httpx2", "httpcore2", "anyio")),
    "bridged requests": Kind(open_bridged_requests, "threads", ("requests", "httpcore-client")),
    "bridged httpx2": Kind(open_bridged_httpx2, "threads", ("httpx2", "httpcore-client")),
    "bridged async": Kind(open_bridged_httpx2_async, "asyncio", ("httpx2", "httpcore-client")),
    "aiohttp": Kind(open_aiohttp, "asyncio", ("aiohttp",)),
    "Client uvloop": Kind(open_client, "uvloop", ("httpcore-client", "uvloop")),
    "aiohttp uvloop": Kind(open_aiohttp, "uvloop", ("aiohttp", "uvloop")),
    "niquests": Kind(open_niquests, "threads", ("niquests", "urllib3-future")),
    "niquests async": Kind(open_niquests_async, "asyncio", ("niquests", "urllib3-future")),
    "pyreqwest": Kind(open_pyreqwest, "asyncio", ("pyreqwest",)),
}
