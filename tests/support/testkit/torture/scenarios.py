"""What callers do, over any way. Each takes a `Play` and has it note what was asked for and what came."""

from __future__ import annotations

import httpcore_client as httpcore
from testkit.torture.origins import TIMES


async def get(play):
    await play.ask("GET", "id")


async def chunked(play):
    await play.ask("GET", "chunked")


async def to_the_close(play):
    await play.ask("GET", "close")


async def compressed(play):
    await play.ask("GET", "gzip")


async def head(play):
    await play.ask("HEAD", "id", lambda word: b"")


async def post(play):
    await play.ask("POST", "id", lambda word: word + b" paid", content=b"paid")


async def post_pieces(play):
    content = iter([b"pa", b"id"])
    await play.ask("POST", "id", lambda word: word + b" paid", content=content)


async def expecting(play):
    fields = {"Expect": "100-continue"}
    await play.ask("POST", "id", lambda word: word + b" paid", content=b"paid", headers=fields)


async def redirected(play):
    await play.ask("GET", "to")


async def challenged(play):
    await play.ask("GET", "digest", auth=httpcore.DigestAuth("user", "hunter2"))


async def twice(play):
    await play.ask("GET", "id")
    await play.ask("POST", "id", lambda word: word + b" paid", content=b"paid")


async def two_at_once(play):
    calls = [lambda: play.ask_alone("GET", "id"), lambda: play.ask_alone("GET", "long", long)]
    await play.world.gather(*calls)


async def in_pieces(play):
    async with play.stream("long") as (word, answer):
        pieces = [piece async for piece in answer.stream()]
        play.note(word, b"".join(pieces), long(word))


async def left_early(play):
    async with play.stream("long") as (word, answer):
        piece = await anext(answer.stream())
        play.note(word, piece, long(word)[: len(piece)])


def long(word):
    return word * TIMES


# Those that only one of the protocols has.
_HTTP1 = [to_the_close]
_HTTP2 = [two_at_once]
_BOTH = [
    *(get, chunked, compressed, head, post, post_pieces, expecting),
    *(redirected, challenged, twice, in_pieces, left_early),
]


def scenarios(protocol):
    """Return what is done over "h1" or "h2", by name."""
    found = _BOTH + (_HTTP1 if protocol == "h1" else _HTTP2)
    return {each.__name__: each for each in found}
