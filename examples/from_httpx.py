"""What a user of httpx writes every day, written for this client.

Each function's first line is the original. `Client` is their AsyncClient, `SyncClient` their Client;
under Trio it is `TrioClient`. docs/coming-from/httpx.md has the names in a table, and what differs on
purpose.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from typing import Any

import trio

from httpcore_client import (
    URL,
    Adapter,
    AuthRequest,
    AuthResponse,
    Client,
    ConnectionPool,
    Headers,
    HTTPError,
    HTTPStatusError,
    Layer,
    Netrc,
    NetrcAuth,
    PoolLimits,
    QueryParams,
    Request,
    RequestTimeout,
    Response,
    SyncClient,
    Timeout,
    TransportError,
    TrioClient,
)


async def base_url(base: str) -> Any:
    """`async with httpx.AsyncClient(base_url=base, headers={...}) as client: await client.get("/echo")`."""
    async with Client(base_url=base, headers={"X-App": "demo"}) as client:
        return (await client.get("/echo")).json()


async def params(url: str) -> tuple[str, str]:
    """`httpx.AsyncClient(params={"key": "k"})`, `client.get(url + "?a=1", params={"b": 2})`.

    There `params` take the place of the URL's query; here they are added, and `replace_params` does that.
    """
    async with Client(params={"key": "k"}) as client:
        added = await client.get(f"{url}?a=1", params={"b": 2})
        instead = await client.get(f"{url}?a=1", replace_params={"b": 2})
        return added.url.query, instead.url.query


async def hooks(url: str) -> list[str]:
    """`httpx.AsyncClient(event_hooks={"request": [log], "response": [check]})`: the same as `hooks`."""
    seen: list[str] = []

    async def log(request: Request) -> None:
        seen.append(request.method)

    async def check(response: Response) -> None:
        response.raise_for_status()
        seen.append(str(response.status_code))

    async with Client(hooks={"request": [log], "response": [check]}) as client:
        await client.get(url)
    return seen


async def download(client: Client, url: str, target: Path) -> tuple[int, int]:
    """`async with client.stream("GET", url) as r: async for chunk in r.aiter_bytes(): ...`.

    How much came is counted on the way (`num_bytes_downloaded`); `raw()` gives what was transferred.
    """
    count = 0
    async with client.stream("GET", url) as response:
        length = int(response.headers["Content-Length"])
        with target.open("wb") as file:
            async for piece in response.stream():
                count += file.write(piece)
    return count, length


async def lines(client: Client, url: str) -> AsyncIterator[str]:
    """`async for line in response.aiter_lines()`; for `aiter_text()` there is `stream_text()`."""
    async with client.stream("GET", url) as response:
        async for line in response.stream_lines():
            yield line


class Token:
    """`class Token(httpx.Auth): def auth_flow(self, request): response = yield request ...`.

    A flow yields fields to set rather than the request. It is sent a response without its content.
    """

    def __init__(self) -> None:
        self._token = "old"

    def flow(
        self, request: AuthRequest
    ) -> Generator[tuple[tuple[str, str], ...], AuthResponse, None]:
        response = yield (("Authorization", f"Bearer {self._token}"),)
        if response.status_code == 401:
            self._token = "new"
            yield (("Authorization", f"Bearer {self._token}"),)


async def auth(url: str) -> int:
    """`httpx.AsyncClient(auth=Token())`."""
    async with Client(auth=Token()) as client:
        return (await client.get(url)).status_code


async def limits(url: str) -> int:
    """`httpx.Limits(max_connections=10, max_keepalive_connections=5)`."""
    async with Client(pool_limits=PoolLimits(max_connections=10, max_keepalive=5)) as client:
        await client.get(url)
        return client.stats().open


async def timeouts(client: Client, url: str) -> str:
    """`httpx.Timeout(10.0, connect=60.0)`, `except httpx.TimeoutException`.

    A number alone is for all phases, as `timeout=10.0`. `Timeout` names each; what it leaves out has its
    default. `total` is new: it covers redirects and the body, too.
    """
    try:
        await client.get(url, timeout=Timeout(connect=60, read=10, total=0.05))
    except RequestTimeout as error:
        return f"{type(error).__name__} while in phase {error.phase}"
    return "in time"


async def redirects(client: Client, url: str) -> tuple[list[int], str]:
    """`client.get(url, follow_redirects=True)`, `response.next_request`: they are followed by default."""
    followed = await client.get(url)
    here = await client.get(url, allow_redirects=False)
    assert here.next_request is not None
    return [each.status_code for each in followed.history], here.next_request.url.path


def urls() -> tuple[str, str]:
    """`httpx.URL(...)`, `.join("c")`, `.copy_with(...)`, `.copy_add_param(...)`."""
    url = URL("https://user:secret@EXAMPLE.org/a/b?x=1")
    changed = url.copy_with(username="", password="", path="/other").merge_params({"y": 2})
    return str(url.resolve_with("c").path), str(changed)


def query() -> tuple[str, list[str]]:
    """`httpx.QueryParams({"a": ["1", "2"]}).add("b", 3)`, `.get_list("a")`: the same."""
    values = QueryParams({"a": ["1", "2"]}).add("b", 3)
    return str(values), values.get_list("a")


async def upload(client: Client, url: str, picture: Path) -> Any:
    """`files=[("images", ("a.png", file, "image/png")), ("images", b"...")], data={...}`: the same."""
    with picture.open("rb") as file:
        response = await client.post(
            url,
            data={"title": "two"},
            files=[("images", ("a.png", file, "image/png")), ("images", ("b.png", b"picture"))],
        )
    return response.json()


async def build_and_send(client: Client, url: str) -> tuple[str, bytes]:
    """`request = client.build_request("POST", url, json={})`, `await client.send(request, stream=True)`."""
    request = client.build("POST", url, json={"a": 1})
    request.headers["X-Late"] = "1"
    response = await client.send(request, stream=True)
    try:
        return response.request.headers["X-Late"], await response.read()
    finally:
        await response.close()


async def http2(url: str, bundle: str) -> str:
    """`httpx.AsyncClient(http2=True, verify=context)`, `response.http_version`: HTTP/2 is on by default."""
    async with Client(ssl=bundle) as client:
        return (await client.get(url)).protocol


async def connection(client: Client, url: str) -> tuple[bool, str]:
    """`response.elapsed`, `response.extensions["network_stream"].get_extra_info("server_addr")`."""
    response = await client.get(url)
    assert response.connection is not None
    return response.elapsed.total_seconds() > 0, response.connection.peer


async def errors(client: Client, url: str) -> str:
    """`except httpx.HTTPStatusError as e: e.response`, `except httpx.RequestError as e: e.request.url`."""
    try:
        return (await client.get(url)).raise_for_status().text
    except HTTPStatusError as error:
        return f"{error.status_code} from {error.url}"
    except TransportError as error:  # timeouts, connections, broken protocol
        return f"{type(error).__name__} from {error.url}"
    except HTTPError as error:  # the root, for redirects and decoding too
        return str(error)


class Mock(Adapter):
    """`httpx.MockTransport(handler)`: whatever answers stands where the pool was."""

    def __init__(self, handler: Callable[[Request], Response]) -> None:
        self._handler = handler

    async def send(self, request: Request) -> Response:
        return self._handler(request)

    async def close(self) -> None:
        pass


def mocked() -> Any:
    """`httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={...})))`."""

    def handler(request: Request) -> Response:
        body = json.dumps({"path": request.url.path}).encode()
        return Response(200, Headers({"Content-Type": "application/json"}), body, request=request)

    def mock(_pool: Adapter) -> Adapter:
        return Mock(handler)

    with SyncClient(adapters={ConnectionPool: mock}) as client:
        return client.get("https://api.test/things").json()


class Counting(Layer):
    """`class Counting(httpx.AsyncBaseTransport)` around another one: a layer over the pool."""

    count = 0

    async def send(self, request: Request) -> Response:
        Counting.count += 1
        return await super().send(request)


async def transport(url: str) -> int:
    """`httpx.AsyncClient(transport=Counting(httpx.AsyncHTTPTransport()))`: here it sees redirects, too."""
    async with Client(adapters={ConnectionPool: Counting}) as client:
        await client.get(url)
    return Counting.count


async def default_encoding(url: str) -> str:
    """`httpx.AsyncClient(default_encoding="iso-8859-15")`: the same; a function is given the body, too."""
    async with Client(default_encoding="iso-8859-15") as client:
        return (await client.get(url)).text


async def cookies(url: str) -> dict[str, str]:
    """`client.cookies.set("name", "value", domain="example.org")`, `dict(response.cookies)`."""
    async with Client(cookies={"theme": "dark"}) as client:
        client.cookies.set("name", "value", domain="example.org")
        return dict((await client.get(url)).cookies)


async def netrc(url: str, path: Path) -> int:
    """`auth=httpx.NetRCAuth(file)`: one in the home directory is used without saying so."""
    async with Client(auth=NetrcAuth(Netrc.load(path))) as client:
        return (await client.get(url)).status_code


async def gather(client: Client, urls: list[str]) -> list[int]:
    """`await asyncio.gather(*(client.get(url) for url in urls))`: the same."""
    responses = await asyncio.gather(*(client.get(url) for url in urls))
    return [response.status_code for response in responses]


async def nursery(urls: list[str]) -> list[int]:
    """Under Trio, `async with httpx.AsyncClient() as client`: its client is `TrioClient`."""
    found: list[int] = []

    async def fetch(url: str) -> None:
        found.append((await client.get(url)).status_code)

    async with TrioClient() as client, trio.open_nursery() as group:
        for url in urls:
            group.start_soon(fetch, url)
    return found
