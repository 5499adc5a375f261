"""What type checkers must see. Not run: `hatch run lint:types` checks it with mypy and pyright, both strict.

Each ignore is a mistake that must be reported: an ignore that is not needed is an error too.
"""

from collections.abc import Iterator
from typing import assert_type

import httpcore_client
from httpcore_client import URL, Client, Headers, Response, SyncClient, SyncResponse, TrioClient


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


def pieces() -> Iterator[bytes]:
    yield b"piece"


def mistakes(client: SyncClient) -> None:
    client.get("https://www.example.org/", tiemout=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.get("https://www.example.org/", timeout="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.get(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.get("https://www.example.org/").status  # type: ignore[attr-defined]  # pyright: ignore


def values(timeout: httpcore_client.Timeout, options: httpcore_client.ClientOptions) -> None:
    assert_type(httpcore_client.Timeout(5, read=None).read, float | None)
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
