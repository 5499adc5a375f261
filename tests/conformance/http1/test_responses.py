"""Responses composed for this project: framing, limits, desynchronisation, idle connections.

Where the data come from and how they are graded stands in ../data/http1/README.md.
"""

import json
from pathlib import Path

import pytest

from httpcore_client import RemoteProtocolError
from testkit.raw_server import OTHER, SAME, Late, Script, octets_of

DATA = Path(__file__).parents[1] / "data" / "http1" / "http1-responses.json"
CASES = json.loads(DATA.read_text("utf-8"))["cases"]


def late_of(case):
    late = case.get("late")
    return late and Late(late["ms"] / 1000, octets_of(late["send"]), late["then"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_response_is_read_as_the_standard_says(case, grade):
    outcome = grade(case, method=case["method"], late=late_of(case))
    if outcome.error is not None:
        return
    expect = case.get("expect", {})
    if "reason" in expect:
        assert expect["reason"] == outcome.reason
    for name, values in expect.get("headers", {}).items():
        assert ([values] if isinstance(values, str) else values) == outcome.values(name)
    if "trailers" in expect:
        trailers = [[name.lower().decode(), value.decode()] for name, value in outcome.trailers]
        assert expect["trailers"] == trailers
        assert all(outcome.values(name) is None for name, _ in trailers)  # kept apart
    if "reusable" in expect:
        assert (SAME if expect["reusable"] else OTHER) == outcome.again


def test_a_head_that_is_too_long_is_refused_however_it_comes(observe):
    octets = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 120_000 + b"\r\nContent-Length: 5\r\n\r\nhello"
    early, rest = octets[:110_000], octets[110_000:]
    assert RemoteProtocolError is observe(octets, "hold").error
    assert RemoteProtocolError is observe(early, "hold", late=Late(0.02, rest, "hold")).error


def played():
    """Say which cases are graded here."""
    return {"http1/http1-responses.json": {"graded": CASES}}


IDLE = [case for case in CASES if case["cls"] == "idle"]


@pytest.mark.parametrize("case", IDLE, ids=lambda case: case["id"])
def test_a_post_after_the_idle_connection_died_goes_out_on_a_new_one(case, server, world, lane):
    octets = octets_of(case["response"])

    async def scenario():
        async with world.client(timeout=3, trust_env=False) as client:
            script = server.play(Script(octets, late=late_of(case)))
            assert b"hello" == (await client.get(server.url)).content
            assert script.delivered.wait(3)
            assert OTHER == (await client.post(server.url, content=b"once")).content
            assert 2 == len(script.requests)

    world.run(scenario)
