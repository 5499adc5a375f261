"""Content codings: right, cut off, damaged, stacked, bombs.

Where the data come from stands in ../data/own/README.md; how they are graded, in their `doc`.
"""

import json
from base64 import b64decode
from itertools import chain
from pathlib import Path

import pytest

from httpcore_client import BodyLimits, ContentTooLarge
from httpcore_pool.decoders import ACCEPT_ENCODING, make_decoder
from testkit.codings import decode
from testkit.memory import peak_below
from testkit.raw_server import Script

DATA = Path(__file__).parents[1] / "data" / "own" / "content-coding.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]

PIECE_BYTES = 64 * 1024
GROWTH_KIB = 32 * 1024  # what the data allow a body to take, however large it gets


def octets_of_response(case):
    body = b64decode(case["body_b64"])
    lines = [f"Content-Encoding: {value}" for value in case["content_encoding"]]
    head = [f"HTTP/1.1 {case['status']} OK", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def select(*verdicts):
    found = [case for case in CASES if case["verdict"] in verdicts]
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


def test_all_that_the_cases_need_is_offered():
    needed = {case["needs"] for case in CASES if "needs" in case}
    assert set() == needed - {*ACCEPT_ENCODING.split(", ")}


@select("accept", "reject", "either")
def test_a_body_is_decoded_or_refused(case, observe):
    body = b64decode(case["body_b64"])
    outcome = observe(octets_of_response(case), "close", method=case["method"])
    allowed = {"either": {"accept", "reject"}}.get(case["verdict"], {case["verdict"]})
    assert outcome.verdict in allowed | ({"accept"} if "raw" in case.get("may", ()) else set())
    if outcome.error is None:
        right = [b64decode(case["decoded_b64"])] if "decoded_b64" in case else []
        assert outcome.body in [*right, *([body] if "raw" in case.get("may", ()) else [])]


@select("accept")
def test_a_body_in_pieces_of_seven_octets_is_the_same(case):
    body = b64decode(case["body_b64"])
    codings = list(chain.from_iterable(line.split(",") for line in case["content_encoding"]))
    if make_decoder(codings) is not None:
        pieces = [body[at : at + 7] for at in range(0, len(body), 7)]
        assert b64decode(case["decoded_b64"]) == decode(codings, pieces)


@select("limit")
def test_a_bomb_comes_in_bounded_pieces(case, server, world):
    server.play(Script(octets_of_response(case)))

    async def scenario(client):
        size = 0
        async with client.stream("GET", server.url) as response:
            async for piece in response.stream():
                assert len(piece) <= PIECE_BYTES
                size += len(piece)
        assert case["limit"]["decoded"] == size

    with peak_below(GROWTH_KIB):
        world.run_client(scenario, trust_env=False)


@select("limit")
def test_a_bomb_is_refused_at_the_limit_of_the_caller(case, server, world):
    server.play(Script(octets_of_response(case)))

    async def scenario(client):
        with pytest.raises(ContentTooLarge):
            await client.get(server.url)

    with peak_below(GROWTH_KIB):
        world.run_client(scenario, trust_env=False, body_limits=BodyLimits(max_bytes=2**20))


def played():
    """Say which cases are graded here."""
    return {"own/content-coding.json": {"graded": CASES}}
