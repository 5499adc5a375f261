"""What type checkers must see. Not run: `hatch run lint:types` checks it with mypy and pyright, both strict.

Each ignore is a mistake that must be reported: an ignore that is not needed is an error too.
"""

import http.cookiejar
from collections.abc import AsyncIterator, Awaitable, Generator, Iterator
from pathlib import Path
from typing import IO, assert_type

import httpcore_client
from httpcore_client import (
    URL,
    AddressPolicy,
    Backend,
    Client,
    ClientCertificate,
    Headers,
    IPAddress,
    Network,
    Proxy,
    Request,
    Response,
    Route,
    RouteTypes,
    SyncClient,
    SyncResponse,
    TLSConfig,
    TrioClient,
)
from httpcore_client.bridges.dask import map as cluster_map
from httpcore_client.bulk import MapResult


async def asynchronous() -> None:
    async with Client(timeout=5, headers={"X-One": "1"}, auth=("user", "password")) as client:
        response = await client.get("https://www.example.org/", params={"a": 1}, timeout=None)
        assert_type(response, Response)
        assert_type(response.content, bytes)
        assert_type(response.headers, Headers)
        assert_type(response.url, URL)
        assert_type(response.raise_for_status(), Response)
        assert_type(response.history, tuple[Response, ...])
        assert_type(await response.next(), Response)
        async with client.stream("GET", URL("https://www.example.org/")) as streamed:
            async for piece in streamed.stream():
                assert_type(piece, bytes)

    async with TrioClient() as trio_client:
        assert_type(await trio_client.post("https://www.example.org/", json=[1]), Response)


def threaded() -> None:
    with SyncClient(pool_limits=httpcore_client.PoolLimits(max_connections=1)) as client:
        response = client.put("https://www.example.org/", content=pieces(), allow_redirects=False)
        assert_type(response, SyncResponse)
        assert_type(response.next(), SyncResponse)
        with client.stream("GET", "https://www.example.org/") as streamed:
            for piece in streamed.raw():
                assert_type(piece, bytes)
    assert_type(httpcore_client.get("https://www.example.org/"), SyncResponse)


async def many(client: Client, urls: list[str], later: AsyncIterator[URL]) -> None:
    async with client.map(urls, concurrency=5) as responses:
        async for response in responses:
            assert_type(response, Response)
    async with client.map(later, errors="return", ordered=False) as results:
        async for result in results:
            assert_type(result, MapResult[Response])
            assert_type(result.request, str | URL | Request)
            assert_type(result.response, Response | None)
            assert_type(result.error, Exception | None)
    client.map(urls, errors="ignore")  # type: ignore[call-overload]  # pyright: ignore
    client.map([b"a"])  # type: ignore[list-item]  # pyright: ignore


def many_in_threads(client: SyncClient, later: AsyncIterator[URL]) -> None:
    request = client.build("POST", "https://www.example.org/", json=[1])
    assert_type(list(client.map([request])), list[SyncResponse])
    for result in cluster_map(None, iter([request]), client=client, errors="return"):
        assert_type(result, MapResult[SyncResponse])
    assert_type(next(cluster_map(None, [request], client=client)), SyncResponse)
    client.map(later)  # type: ignore[call-overload]  # pyright: ignore


def pieces() -> Iterator[bytes]:
    yield b"piece"


def spellings(client: SyncClient, url: str, file: IO[bytes]) -> None:
    client.get(url, params={"q": "tea", "page": [1, 2]})
    client.get(url, params=[("a", 1), ("b", "c")])
    client.get(url, params=(("a", number) for number in range(3)))
    client.post(url, data={"a": [1, 2], "b": "c"})
    client.post(url, files={"f": ("r.csv", file, "text/csv"), "note": (None, "no file")})
    client.post(url, files={"a": file, "b": b"c", "d": [b"1", ("n", b"2")]})
    client.post(url, files=[("a", file), ("b", ("n", b"1", "text/plain", {"X-One": "1"}))])
    client.post(url, json=[1], compress="gzip", upload_progress=lambda sent, total: None)
    assert_type(client.replace(timeout=5, hooks={"request": print}), SyncClient)
    assert_type(client.send(client.build("GET", url), stream=True), SyncResponse)
    client.headers = {"X-One": "1"}


class Web(AddressPolicy):
    def judge(self, address: IPAddress, host: str, port: int) -> str | None:
        return None if port in (80, 443) else f"{address} has nothing of the Web there"


def ways(url: str) -> None:
    network = Network(resolver=lambda host: ["::1"], hosts={"a": "::1", "b": ["::1", "::2"]})
    proxies: dict[str, str | URL] = {"http://": url, "b.example": URL(url)}
    routes: dict[str, RouteTypes] = {"c": Route(unix_socket="/run/c.sock", ssl=False), "d": False}
    SyncClient(network=network, address_policy="public", routes=proxies).replace(routes=routes)
    Client(routes={"a": url, "*.b": False, "c": Route(network=network), "d": Proxy(url)})
    Client(address_policy=AddressPolicy.public_only(allow=["10.0.0.0/8"]))
    Client(address_policy=Web())
    TrioClient(address_policy=lambda address, host, port: None if address.is_global else "no")


def trust(path: Path) -> None:
    own = ClientCertificate(path, key=path, password=lambda: "secret")
    config = TLSConfig((path, b"PEM"), certificate=own, pins=["sha256:..."], crls=[path])
    assert_type(config.certificate, ClientCertificate | None)
    TLSConfig(path, certificate=(path, None, "secret"), alpn=["h2"])
    Client(ssl=path)
    TLSConfig(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def mistakes(client: SyncClient) -> None:
    client.get("https://www.example.org/", tiemout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.get("https://www.example.org/", timeout="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.replace(http2=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SyncClient(address_policy="private")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    SyncClient(routes={"http://": None})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    client.replace(network=Network())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    SyncClient(verify=False)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    _ = client.auth  # type: ignore[attr-defined]  # pyright: ignore
    client.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.get("https://www.example.org/").status  # type: ignore[attr-defined]  # pyright: ignore


class Scheme:
    """A scheme of a user's own."""

    def flow(
        self, request: httpcore_client.AuthRequest
    ) -> Generator[tuple[tuple[str, str], ...], httpcore_client.AuthResponse, None]:
        response = yield (("X-Token", request.host),)
        if response.status_code == 401:
            yield (("X-Token", "again"),)


def sign(request: httpcore_client.AuthRequest) -> None:
    request.headers["X-Signature"] = request.target


async def sign_later(request: httpcore_client.AuthRequest) -> httpcore_client.AuthRequest:
    return request


async def token() -> tuple[str, float]:
    return "token", 3600


def credentials(client: SyncClient, url: str) -> None:
    digest = httpcore_client.DigestAuth("user", "password")
    client.get(url, auth=digest)
    client.get(url, auth=Scheme())
    client.get(url, auth=sign)
    client.get(url, auth=sign_later)
    client.get(url, auth=httpcore_client.TokenAuth(token))
    client.get(url, auth=httpcore_client.TokenAuth(lambda: "token"))
    client.get(url, auth=None, proxy=httpcore_client.Proxy(URL("http://proxy.test"), auth=digest))
    proxy_auth: httpcore_client.ProxyAuth = digest
    assert_type(
        httpcore_client.Proxy(URL("http://proxy.test")).auth, httpcore_client.ProxyAuth | None
    )
    httpcore_client.Proxy(URL("http://proxy.test"), auth=proxy_auth)
    httpcore_client.Proxy("https://proxy.test", ("me", "pw"), headers={"X-A": "1"}, ssl="system")
    client.get(url, auth=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.get(url, auth="user:password")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def cookies(client: SyncClient, url: str) -> None:
    client.get(url, cookies={"a": "1"})
    client.get(url, cookies=client.cookies)
    client.get(url, cookies=http.cookiejar.CookieJar())
    assert_type(client.cookies, httpcore_client.CookieJar)
    assert_type(client.cookies["a"], str)
    assert_type(client.get(url).cookies["a"], str)
    client.cookies = {"a": "1"}
    client.cookies = http.cookiejar.CookieJar()
    client.cookies = None
    client.cookies = 5  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


def values(timeout: httpcore_client.Timeout, options: httpcore_client.ClientOptions) -> None:
    assert_type(httpcore_client.Timeout(connect=5, read=None).read, float | None)
    assert_type(timeout.copy_with(read=1), httpcore_client.Timeout)
    assert_type(httpcore_client.ClientOptions(timeout=timeout, foreign=True).foreign, bool)
    match timeout:
        case httpcore_client.Timeout(connect, read):
            assert_type((connect, read), tuple[float | None, float | None])
    timeout.read = 5  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    httpcore_client.Timeout(raed=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    httpcore_client.Timeout("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    httpcore_client.ClientOptions(timeout)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    options.target = "*"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


async def calls(backend: Backend) -> None:
    async def later(number: int) -> str:
        return str(number)

    def either(number: int) -> Awaitable[str] | str:
        return later(number) if number else ""

    assert_type(await backend.call_within(None, str, 5), str)
    assert_type(await backend.call_within(None, later, 5), str)
    assert_type(await backend.call_within(None, either, 5), str)
    await backend.call_within(None, later, "5")  # type: ignore[arg-type]  # pyright: ignore
