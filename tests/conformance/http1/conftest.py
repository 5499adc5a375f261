"""One exchange with the raw server, seen through both lanes, all worlds and all deliveries."""

import asyncio
import time
import zlib
from dataclasses import dataclass, replace

import pytest
import trio

from httpcore_client import HTTPError, RequestTimeout
from httpcore_pool import HTTP11Connection
from testkit.memory import peak_below
from testkit.raw_server import DELIVERIES, OTHER, SAME, RawServer, Script, octets_of
from testkit.worlds import WORLDS

LANES = ("quick", "h11")

_TIMEOUT_SECONDS = 3  # of the harness: who waits so long waits for what never comes
_LARGE_OCTETS = 20_000
_CPU_SECONDS = 2  # for one exchange, the server's part included
_GROWTH_KIB = 32 * 1024  # of the peak of resident memory, by one case


@dataclass(frozen=True)
class Outcome:
    """What a caller saw of one exchange, and of a second one with the same client.

    Attributes:
        request: the octets that the server got.
        error: the class that was raised, or None: then the rest is what was received.
        again: the body of the second response: SAME on the same connection, OTHER on a new one.
    """

    request: bytes
    error: type | None = None
    status: int | None = None
    reason: str | None = None
    headers: tuple = ()
    body: bytes = b""
    trailers: tuple = ()
    again: bytes = OTHER

    @property
    def verdict(self):
        if self.error is None:
            return "accept"
        return "timeout" if issubclass(self.error, RequestTimeout) else "reject"

    def values(self, name):
        """Return the values of a field, as text; None where it is not present."""
        pairs = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in self.headers]
        return [value for other, value in pairs if other == name] or None


async def _until(world, event):
    """Wait as an idle client does: its loop goes round."""
    sleep = {"asyncio": asyncio.sleep, "trio": trio.sleep}.get(world.name)
    limit = time.monotonic() + _TIMEOUT_SECONDS
    while not (event.is_set() if sleep else event.wait(_TIMEOUT_SECONDS)):
        assert time.monotonic() < limit, "the server is not done"
        await sleep(0.0005)


async def _receive(client, url, method, content=None, **options):
    content = content() if callable(content) else content  # an iterator serves once
    try:
        response = await client.request(
            method, url, content=content, allow_redirects=False, **options
        )
    except HTTPError as error:
        return {"error": type(error)}
    return {
        "status": response.status_code,
        "reason": response.reason_phrase,
        "headers": tuple(response.headers.raw),
        "body": response.content,
        "trailers": tuple(response.trailers.raw),
    }


async def _exchange(world, server, script, asked):
    """Play the script; ask once more when the answer was good (on `whole`, after errors too)."""
    started = time.process_time()
    async with world.client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        received = await _receive(client, server.url + asked.get("path", "/"), **asked["options"])
        await _until(world, script.delivered)
        outcome = Outcome(bytes(script.requests[0]), **received)
        if outcome.error is None or script.delivery == "whole":
            again = await client.get(server.url)
            outcome = replace(outcome, again=again.content)
    assert time.process_time() - started < _CPU_SECONDS
    return outcome


async def _deliveries(world, server, played, asked, deliveries):
    outcomes = {}
    for delivery in deliveries:
        seed = zlib.crc32(world.name.encode() + played["octets"][:1000])
        script = server.play(Script(**played, delivery=delivery, seed=seed))
        outcomes[delivery] = await _exchange(world, server, script, asked)
    return outcomes


@pytest.fixture(scope="module")
def server():
    with RawServer() as started:
        yield started


@pytest.fixture
def set_lane(monkeypatch):
    def set_lane(lane):
        monkeypatch.setattr(HTTP11Connection, "h11_only", lane == "h11", raising=False)

    return set_lane


@pytest.fixture(params=LANES)
def lane(request, set_lane):
    set_lane(request.param)
    return request.param


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def observe(server, set_lane):
    """Play octets in both lanes, in all worlds and deliveries; return the outcome that all share."""

    def observe(octets, then, *, method="GET", late=None, path="/", **options):
        played = {"octets": octets, "then": then, "late": late}
        asked = {"path": path, "options": {"method": method, **options}}
        seen = {}
        for lane in LANES:
            set_lane(lane)
            for world in WORLDS:
                # Lanes and worlds are layers apart: time is better spent on more cases.
                every = world.name == "threads" or (lane == "quick" and len(octets) < _LARGE_OCTETS)
                cut = DELIVERIES if every else DELIVERIES[:1]
                with peak_below(_GROWTH_KIB):
                    outcomes = world.run(_deliveries, world, server, played, asked, cut)
                for delivery, outcome in outcomes.items():
                    seen.setdefault(outcome, []).append((lane, world.name, delivery))
        assert 1 == len(seen), seen
        (outcome,) = seen
        # After an error nothing is left to be used again.
        assert outcome.again in ((SAME, OTHER) if outcome.error is None else (OTHER,))
        return outcome

    return observe


@pytest.fixture
def grade(observe):
    """Observe a case of a data file; hold it against its verdict, status and body."""

    def grade(case, **asked):
        outcome = observe(octets_of(case["response"]), case["then"], **asked)
        allowed = {case["verdict"], *case.get("may", ())} - {"either"} or {"accept", "reject"}
        assert outcome.verdict in allowed, outcome
        expect = case.get("expect", {}) if outcome.error is None else {}
        assert expect.get("status", outcome.status) == outcome.status
        if "body" in expect:
            assert octets_of(expect["body"]) == outcome.body
        return outcome

    return grade
