"""A small ASGI application that calls another service: what `test_app.py` tests."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from httpcore_client import Client, HTTPError

Message = MutableMapping[str, Any]

RATES = "https://rates.example/latest"


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """`GET /convert/<amount>` answers with an amount of euros in dollars."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])  # as the standard says: no lifespan here
    status, value = await answer(scope["path"])
    body = json.dumps(value).encode()
    fields = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def answer(path: str) -> tuple[int, dict[str, Any]]:
    match path.split("/"):
        case ["", "convert", amount] if amount.isdecimal():
            try:
                async with Client(timeout=5) as client:
                    response = (await client.get(RATES)).raise_for_status()
            except HTTPError:
                return 502, {"error": "the rates can't be had"}
            return 200, {"dollars": int(amount) * response.json()["dollar"]}
        case _:
            return 404, {"error": "not found"}
