"""Exchanges with the HTTP/2 server of frames, seen in all worlds and deliveries."""

import re
import time
import zlib
from dataclasses import dataclass, replace

import pytest
from h2.errors import ErrorCodes

from httpcore_client import HTTPError, RequestTimeout, Timeout
from testkit.faults import assert_settled, nothing_left, stats, tasks, with_secret
from testkit.h2_server import FrameScript, H2Server, serve, until
from testkit.memory import peak_below
from testkit.raw_server import DELIVERIES, OTHER, SAME
from testkit.worlds import WORLDS

_TIMEOUT_SECONDS = 2  # of the harness: who waits so long waits for what never comes
_STALL_SECONDS = 0.2  # where the right end is a timeout
_LARGE_OCTETS = 20_000
_CPU_SECONDS = 2  # for one exchange, the server's part included
_GROWTH_KIB = 32 * 1024  # of the peak of resident memory, by one case
_UNTOLD = {ErrorCodes.NO_ERROR, ErrorCodes.CANCEL}  # codes that blame nobody


@dataclass(frozen=True)
class Outcome:
    """What a caller saw of one exchange, and of a second one with the same client.

    Attributes:
        error: the class that was raised, or None: then the rest is what was received.
        codes: after an error, the codes that the client gave to the server for it.
        attempts: how often the request went out over HTTP/2.
        again: the body of the second response: SAME on the same connection, OTHER on a new one.
    """

    error: type | None = None
    status: int | None = None
    headers: tuple = ()
    body: bytes = b""
    codes: frozenset = frozenset()
    attempts: int = 1
    again: bytes | None = None

    @property
    def verdict(self):
        if self.error is None:
            return "retry" if self.attempts > 1 else "accept"
        return "timeout" if issubclass(self.error, RequestTimeout) else "reject"


def _options(named):
    """Return what the caller says for a request of the data, such as "HEAD" or "upload-1MiB"."""
    if upload := re.fullmatch(r"upload-(\d+)MiB", named):
        return {"method": "POST", "content": bytes(int(upload[1]) * 2**20)}
    return {"method": named}


async def _exchange(world, url, script, options):
    """Ask once, and once more where that can be answered."""
    started = time.process_time()
    async with world.client(http1=False, trust_env=False) as client:
        try:
            response = await client.request(url=url + "/first", allow_redirects=False, **options)
        except HTTPError as error:
            outcome = Outcome(type(error))
        else:
            outcome = Outcome(
                None, response.status_code, tuple(response.headers.raw), response.content
            )
        if outcome.verdict != "timeout":
            await until(world, script.delivered)
            again = await client.get(url + "/again", timeout=_TIMEOUT_SECONDS)
            outcome = replace(outcome, again=again.content)
    assert time.process_time() - started < _CPU_SECONDS
    return outcome


def _codes(conversations):
    told = {code for each in conversations for code in each.goaways() + each.resets()}
    return frozenset(ErrorCodes(code).name for code in told - _UNTOLD)


def _play(world, script, options):
    with H2Server(script.play, serve) as server:
        outcome = world.run(_exchange, world, server.url, script, options)
    outcome = replace(outcome, attempts=server.asked("/first"))
    # After a response was taken a client may, or need not, have seen what is wrong behind it.
    return (
        outcome if outcome.error is None else replace(outcome, codes=_codes(server.conversations))
    )


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def observe():
    """Play steps in all worlds and deliveries; return the outcome that all share."""

    def observe(steps, then="hold", *, request="GET", stalls=False):
        seconds = _STALL_SECONDS if stalls else _TIMEOUT_SECONDS
        limits = Timeout(seconds, seconds, seconds, seconds)
        options = {"timeout": limits, **_options(request)}
        octets = b"".join(octets for _, octets in steps)
        seen = {}
        for world in WORLDS:
            # Worlds are layers apart: time is better spent on more cases.
            every = not stalls and (world.name == "threads" or len(octets) < _LARGE_OCTETS)
            for delivery in DELIVERIES if every else DELIVERIES[:1]:
                seed = zlib.crc32(world.name.encode() + octets[:1000])
                script = FrameScript(steps, then, delivery, seed)
                with peak_below(_GROWTH_KIB):
                    outcome = _play(world, script, options)
                seen.setdefault(outcome, []).append((world.name, delivery))
        assert 1 == len(seen), seen
        (outcome,) = seen
        assert outcome.again in ((None,) if outcome.verdict == "timeout" else (SAME, OTHER))
        return outcome

    return observe


@pytest.fixture
def run(world):
    """Run a scenario with a client and a server of acts; look at what holds whatever happens.

    `async def scenario(client, url)` is run; the server is returned, with what was said to it.
    """

    def run(scenario, *acts, context=None, **options):
        async def inside():
            before = tasks(world)
            async with world.client(
                **{"http1": False, "trust_env": False, "timeout": _TIMEOUT_SECONDS, **options}
            ) as client:
                await scenario(client, with_secret(server.url))
                assert_settled(await stats(client))
            assert 0 == (await stats(client)).open
            assert before == tasks(world), "a task is left"

        with nothing_left(), H2Server(*acts, context=context) as server:
            world.run(inside)
        return server

    return run
