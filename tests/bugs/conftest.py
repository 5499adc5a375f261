"""Situations from bug reports of other clients, in each world; octets of a peer in every split."""

from dataclasses import dataclass
from functools import partial

import pytest

from httpcore_client import HTTPError, ScriptedBackend
from httpcore_pool import HTTP11Connection
from httpcore_pool.connection._http2_protocol import Protocol
from testkit.internet import Internet, Visit
from testkit.peer import Peer
from testkit.raw_server import SAME, RawServer, Script
from testkit.splits import script_of, ways_of
from testkit.worlds import WORLDS

_TIMEOUT_SECONDS = 3  # who waits so long waits for what never comes


@dataclass(frozen=True)
class Received:
    """What a caller saw of one exchange.

    Attributes:
        error: the class that was raised; then the rest says nothing.
        fields: of the head, names in lower case.
        kept: whether the connection is there for another request.
    """

    error: type | None = None
    status: int | None = None
    fields: tuple = ()
    body: bytes = b""
    trailers: tuple = ()
    kept: bool = False

    def values(self, name):
        return [value for other, value in self.fields if other == name]


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def run_client(world):
    """Run a scenario: `async def scenario(client)`."""
    return partial(world.run_client, trust_env=False)


@pytest.fixture
def peer():
    with Peer() as started:
        yield started


@pytest.fixture
def visit(run_client, authority):
    """Run a scenario by way of a proxy that is a whole internet; return what it was asked."""

    def visit(scenario, *answers, **options):
        options = {"ssl": authority.bundle, "http2": False, **options}
        with Internet(authority, *answers) as wide:
            run_client(scenario, proxy=wide.url, **options)
        return wide.visits

    return visit


# Requests as they leave.


class Sent(Visit):
    """One request over HTTP/1.1, with its body as it was framed."""

    def __init__(self, octets):
        head, _, self.framed = octets.partition(b"\r\n\r\n")
        super().__init__(head, "")


@pytest.fixture
def send(run_client):
    """Run a scenario over scripted octets: one answer for each connection. Return what was written."""

    def send(scenario, *answers, **options):
        backend = ScriptedBackend(*[[lambda _, octets=octets: octets] for octets in answers])
        run_client(scenario, backend=backend, **options)
        return [Sent(stream.written) for stream in backend.streams]

    return send


# Responses in every split.


async def _ask(client, url, *, content=None, method="GET", **options):
    content = content() if callable(content) else content  # an iterator serves once
    try:
        response = await client.request(
            method, url, content=content, allow_redirects=False, **options
        )
    except HTTPError as error:
        return {"error": type(error)}
    return {
        "status": response.status_code,
        "fields": _lower(response.headers.raw),
        "body": response.content,
        "trailers": _lower(response.trailers.raw),
    }


def _lower(pairs):
    return tuple((name.lower().decode(), value.decode("latin-1")) for name, value in pairs)


@pytest.fixture(scope="module")
def raw_server():
    with RawServer() as started:
        yield started


@pytest.fixture
def receive(world, monkeypatch, raw_server):
    """Answer with octets, split in every way and by both lanes; return what all of them give.

    With `sockets` they come over real ones, too, whole and octet by octet; `splits` are the places
    for two pieces, if not all.
    """

    def receive(octets, then="hold", *, sockets=True, splits=None, client=None, **asked):
        seen = {}
        options = {"trust_env": False, "timeout": _TIMEOUT_SECONDS, **(client or {})}
        for only in (False, True):
            monkeypatch.setattr(HTTP11Connection, "h11_only", only)
            monkeypatch.setattr(Protocol, "h2_only", only)
            ways = list(ways_of(octets, splits))
            if only:  # where the quick lane leaves all to it, it has seen every split already
                ways = ways[:2]
            for pieces, received in world.run(_scripted, world, ways, then, options, asked):
                seen.setdefault(received, []).append((only, "scripted", pieces[0]))
            # Lanes and sockets are layers apart.
            for delivery in ("whole", "octets") if sockets and not only else ():
                script = raw_server.play(Script(octets, then, delivery))
                received = world.run(_over_sockets, world, raw_server, script, options, asked)
                seen.setdefault(received, []).append((only, "sockets", delivery))
        assert 1 == len(seen), {received: ways[:3] for received, ways in seen.items()}
        (received,) = seen
        return received

    return receive


async def _scripted(world, ways, then, options, asked):
    backend = ScriptedBackend(*[script_of(pieces, then) for pieces in ways])
    found = []
    async with world.client(backend=backend, **options) as client:
        for number, pieces in enumerate(ways):
            seen = await _ask(client, f"http://h{number}.test/", **asked)
            kept = "error" not in seen and not backend.streams[-1].closed
            # Octets that wait belong to no request; they are noticed when it is looked for.
            kept = kept and not backend.streams[-1].is_readable()
            found.append((pieces, Received(**seen, kept=kept)))
    return found


async def _over_sockets(world, server, script, options, asked):
    async with world.client(**options) as client:
        seen = await _ask(client, server.url, **asked)
        again = (await client.get(server.url)).content
    return Received(**seen, kept="error" not in seen and again == SAME)
