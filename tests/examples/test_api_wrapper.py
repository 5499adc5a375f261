"""`examples/api_wrapper.py`, sync and async, with a shop that wants tokens and answers in pages."""

import asyncio
import json
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from testkit.peer import Peer, response

shop = SimpleNamespace(**run_path(Path(__file__).parents[2] / "examples" / "api_wrapper.py"))
THINGS = [{"id": n, "name": f"thing {n}", "price": n / 2} for n in range(5)]


class Server:
    """Answers /v1/items in pages of two; refuses each token once it was told to."""

    def __init__(self):
        self.tokens = 0
        self.valid = None
        self.next_at = ""  # the origin of the next page
        self.asked = []

    def __call__(self, connection):
        while data := self.peer.read_request(connection):
            head, _, content = data.decode().partition("\r\n\r\n")
            method, target = head.split(" ", 2)[:2]
            connection.sendall(self.answer(method, urlsplit(target), head, content))

    def answer(self, method, target, head, content):
        if target.path == "/v1/token":
            self.tokens += 1
            self.valid = f"t{self.tokens}"
            return said({"access_token": self.valid, "expires_in": 3600})
        self.asked.append((method, target.path, target.query))
        if f"Authorization: Bearer {self.valid}" not in head:
            return said({}, "401 Unauthorized")
        page = int(parse_qs(target.query).get("page", ["0"])[0])
        match method, target.path.split("/")[2:]:
            case "POST", ["items"]:
                return said({"id": 9, **json.loads(content)}, "201 Created")
            case "GET", ["items"]:
                link = f'Link: <{self.next_at}/v1/items?page={page + 1}>; rel="next"'.encode()
                more = [link] if 2 * page + 2 < len(THINGS) else []
                return said(THINGS[2 * page : 2 * page + 2], "200 OK", *more)
            case "GET", ["items", "odd"]:
                return said({"id": "odd"})
            case "GET", ["items", number] if number.isdecimal() and int(number) < len(THINGS):
                return said(THINGS[int(number)])
            case _:
                return said({}, "404 Not Found")


def said(value, status="200 OK", *fields):
    return response(json.dumps(value).encode(), status, b"Content-Type: application/json", *fields)


@pytest.fixture
def server():
    server = Server()
    with Peer(server) as server.peer:
        yield server


class Sync:
    def __init__(self, url):
        self._shop = shop.Shop(f"{url}/v1", "id", "s3cret")

    def send(self, *calls):
        with self._shop:
            return [self._shop.send(call) for call in calls]

    def pages(self, call):
        with self._shop:
            return list(self._shop.pages(call))


class Async:
    def __init__(self, url):
        self._shop = shop.AsyncShop(f"{url}/v1", "id", "s3cret")

    def send(self, *calls):
        async def main():
            async with self._shop:
                return [await self._shop.send(call) for call in calls]

        return asyncio.run(main())

    def pages(self, call):
        async def main():
            async with self._shop:
                return [each async for each in self._shop.pages(call)]

        return asyncio.run(main())


both = pytest.mark.parametrize("world", [Sync, Async], ids=["sync", "async"])


@both
def test_results_have_types_and_one_token_serves_all(world, server):
    found = world(server.peer.url).send(shop.item(1), shop.add("new", 2.5))
    assert [shop.Item(1, "thing 1", 0.5), shop.Item(9, "new", 2.5)] == found
    assert 1 == server.tokens


@both
def test_pages_follow_one_another(world, server):
    found = world(server.peer.url).pages(shop.items(tag="a b"))
    assert [shop.Item(**each) for each in THINGS] == found
    queries = [query for _, _, query in server.asked if query]
    assert ["tag=a+b", "page=1", "page=2"] == queries


@both
def test_a_token_that_is_refused_is_renewed(world, server):
    ours = world(server.peer.url)
    answer = server.answer

    def revoking(method, target, head, content):
        if len(server.asked) == 1:
            server.valid = "another"
        return answer(method, target, head, content)

    server.answer = revoking
    assert [0, 1] == [each.id for each in ours.send(shop.item(0), shop.item(1))]
    assert 2 == server.tokens


@both
@pytest.mark.parametrize("name", ["..", "a/b", "7?x"])
def test_a_value_can_not_leave_its_place(world, server, name):
    with pytest.raises((shop.ShopError, ValueError)):
        world(server.peer.url).send(shop.item(name))
    assert all(path.startswith("/v1/items/") for _, path, _ in server.asked)


@both
def test_failures_are_errors_of_the_wrapper(world, server):
    with pytest.raises(shop.NotFound, match=r"GET items/77: 404"):
        world(server.peer.url).send(shop.item(77))
    with pytest.raises(shop.ShopError, match="can't be read"):
        world(server.peer.url).send(shop.item("odd"))
    with pytest.raises(shop.ShopError, match="POST http://127.0.0.1:9/v1/token: can't connect"):
        world("http://127.0.0.1:9").send(shop.item(1))


@both
def test_a_token_is_not_taken_to_a_page_elsewhere(world, server):
    server.next_at = "http://127.0.0.1:9"
    with pytest.raises(shop.ShopError, match="elsewhere"):
        world(server.peer.url).pages(shop.items())
