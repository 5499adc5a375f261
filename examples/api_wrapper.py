"""An API of your own, wrapped: typed results, errors of its own, tokens that renew themselves, all pages.

    with Shop("https://api.example.org/v1", "client-id", "secret") as shop:
        print(shop.send(item(7)))
        for each in shop.pages(items(tag="new")):
            print(each.name, each.price)

A `Call` says what is asked and how the answer is read. It does no I/O, so each is written once, and `Shop`
(threads) and `AsyncShop` (asyncio) only carry calls out. The service is made up.
"""

import json
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlencode

from httpcore_client import (
    URL,
    AuthRequest,
    Client,
    Headers,
    HTTPError,
    HTTPStatusError,
    SyncClient,
    TokenAuth,
)
from httpcore_pool import ResponseBase

T = TypeVar("T")


class ShopError(Exception):
    """The shop did not do what was asked; the cause says more."""


class NotFound(ShopError):
    """There is no such thing."""


@dataclass(frozen=True)
class Item:
    id: int
    name: str
    price: float


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request, and what its answer means."""

    method: str
    path: str
    read: Callable[[Any], T]
    options: dict[str, Any] = field(default_factory=dict[str, Any])


def read_item(data: Any) -> Item:
    return Item(int(data["id"]), str(data["name"]), float(data["price"]))


def read_items(data: Any) -> list[Item]:
    return [read_item(each) for each in data]


def item(id: int) -> Call[Item]:  # noqa: A002
    return Call("GET", str(URL.template("items/{id}", id=id, allow_relative=True)), read_item)


def items(tag: str | None = None) -> Call[list[Item]]:
    return Call("GET", "items", read_items, {"params": {} if tag is None else {"tag": tag}})


def add(name: str, price: float) -> Call[Item]:
    return Call("POST", "items", read_item, {"json": {"name": name, "price": price}})


def settings(base_url: str, client_id: str, secret: str) -> dict[str, Any]:
    """Return what both clients are made with."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    fields = Headers({"Content-Type": "application/x-www-form-urlencoded"})
    asking = AuthRequest("POST", f"{base_url}/token", fields, urlencode(form).encode())

    def token() -> Generator[AuthRequest, Any, tuple[str, float]]:
        """Get a token: before the first request, near its end, and when it is refused."""
        answer = json.loads((yield asking).content)
        return answer["access_token"], float(answer["expires_in"])

    return {"base_url": base_url, "auth": TokenAuth(token), "timeout": 10}


def read(call: Call[T], response: ResponseBase) -> T:
    """Return what an answer means, or raise a ShopError."""
    try:
        return call.read(response.raise_for_status().json())
    except HTTPStatusError as error:
        kind = NotFound if error.status_code == 404 else ShopError
        raise kind(f"{call.method} {call.path}: {response.status_code}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ShopError(f"{call.method} {call.path}: the answer can't be read") from error


def following(call: Call[T], response: ResponseBase) -> Call[T] | None:
    """Return the call for the next page (RFC 8288), if there is one."""
    link = response.links.get("next")
    if link is None:
        return None
    if URL(link.target).origin != response.url.origin:
        raise ShopError(f"the next page is elsewhere: {link.target}")  # and our token stays here
    return Call(call.method, link.target, call.read)


class Shop:
    """Carries out calls in threads."""

    def __init__(self, base_url: str, client_id: str, secret: str) -> None:
        self._client = SyncClient(**settings(base_url, client_id, secret))

    def send(self, call: Call[T]) -> T:
        return self._send(call)[0]

    def pages(self, call: Call[list[T]]) -> Iterator[T]:
        after: Call[list[T]] | None = call
        while after is not None:
            page, after = self._send(after)
            yield from page

    def _send(self, call: Call[T]) -> tuple[T, Call[T] | None]:
        try:
            response = self._client.request(call.method, call.path, **call.options)
        except HTTPError as error:
            raise ShopError(str(error)) from error
        return read(call, response), following(call, response)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._client.close()


class AsyncShop:
    """Carries out calls under asyncio."""

    def __init__(self, base_url: str, client_id: str, secret: str) -> None:
        self._client = Client(**settings(base_url, client_id, secret))

    async def send(self, call: Call[T]) -> T:
        return (await self._send(call))[0]

    async def pages(self, call: Call[list[T]]) -> AsyncIterator[T]:
        after: Call[list[T]] | None = call
        while after is not None:
            page, after = await self._send(after)
            for each in page:
                yield each

    async def _send(self, call: Call[T]) -> tuple[T, Call[T] | None]:
        try:
            response = await self._client.request(call.method, call.path, **call.options)
        except HTTPError as error:
            raise ShopError(str(error)) from error
        return read(call, response), following(call, response)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._client.close()
