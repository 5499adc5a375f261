"""The contract suite: each scenario in each world, over each transport, both protocols in both lanes."""

from functools import partial

import pytest

from httpcore_pool import HTTP11Connection
from httpcore_pool.connection._http2_protocol import Protocol
from testkit.guard import Guard
from testkit.internet import Internet
from testkit.worlds import WORLDS


class Transport:
    """How the client reaches the origin."""

    def __init__(self, name, protocol, base, options, *, h11_only=False, h2_only=False):
        self.name = name
        self.h11_only = h11_only
        self.h2_only = h2_only
        self.protocol = protocol
        self._base = base
        self.options = options

    def base(self, origin):
        return getattr(origin, self._base)


TRANSPORTS = [
    Transport("http1-plain", "HTTP/1.1", "plain", {}),
    Transport("http1-tls", "HTTP/1.1", "tls", {"http2": False}),
    Transport("http1-h11", "HTTP/1.1", "plain", {}, h11_only=True),
    Transport("http2-plain", "HTTP/2", "plain", {"http1": False}),
    Transport("http2-h2", "HTTP/2", "plain", {"http1": False}, h2_only=True),
    Transport("http2-tls", "HTTP/2", "tls", {}),
]


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


BY_NAME = {transport.name: transport for transport in TRANSPORTS}


def pytest_configure(config):
    config.addinivalue_line("markers", "transports(*names): those that make a difference to a test")


def pytest_generate_tests(metafunc):
    if "transport" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("transports")
        metafunc.parametrize("transport", mark.args if mark else list(BY_NAME), indirect=True)


@pytest.fixture
def transport(request, monkeypatch):
    transport = BY_NAME[request.param]
    monkeypatch.setattr(HTTP11Connection, "h11_only", transport.h11_only)
    monkeypatch.setattr(Protocol, "h2_only", transport.h2_only)
    return transport


@pytest.fixture
def run(world, transport, origin):
    """Run a scenario: `async def scenario(client, base)`, with a client that trusts the origin."""

    def run(scenario, **options):
        given = {"ssl": origin.authority.bundle, **transport.options, **options}
        return world.run_client(scenario, transport.base(origin), **given)

    return run


@pytest.fixture
def run_client(world, authority):
    """Run a scenario: `async def scenario(client)`, with a client that trusts what we certify."""
    return partial(world.run_client, ssl=authority.bundle, trust_env=False)


@pytest.fixture(scope="session")
def started_guard(authority):
    with Guard(authority) as guard:
        yield guard


@pytest.fixture
def guard(started_guard):
    """An origin that asks for credentials and remembers nothing of other tests."""
    yield started_guard.forget()
    started_guard.drop()


@pytest.fixture
def run_at_guard(run_client, transport, guard):
    """Run a scenario: `async def scenario(client, base)`, with a client that trusts the guard."""

    def run(scenario, **options):
        async def at_guard(client):
            return await scenario(client, transport.base(guard))

        return run_client(at_guard, **{**transport.options, **options})

    return run


@pytest.fixture
def internet(authority):
    """A proxy that answers for every URL."""
    with Internet(authority) as started:
        yield started


@pytest.fixture
def another(authority):
    """A second one."""
    with Internet(authority) as started:
        yield started
