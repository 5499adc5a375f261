"""HTTP/2 with real servers: each test in each world, over TLS and in cleartext, on each server that can.

A test says which servers it is for, and with which limits: `@pytest.mark.server("app", "idle", idle=0.3)` is
for those that offer both (`testkit.servers`). Without the mark it is for all.

Credentials have servers of their own; a test names those that it wants.
"""

import contextlib
import functools

import pytest

from testkit.servers import Granian, Limits, offering
from testkit.worlds import WORLDS

OPTIONS = {"tls": {}, "plain": {"http1": False}}  # by ALPN, and by prior knowledge


def pytest_configure(config):
    config.addinivalue_line("markers", "server(*offers, **limits): which servers a test is for")


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("server")
        offers, limits = (mark.args, Limits(**mark.kwargs)) if mark else ((), Limits())
        servers = [pytest.param((kind, limits), id=kind.name) for kind in offering(*offers)]
        # Servers of a session are sorted by pytest, so that few run at a time.
        metafunc.parametrize("server", servers, indirect=True, scope="session")


@pytest.fixture(scope="session")
def application(authority, tmp_path_factory):
    """The application on a server that asks for nothing."""
    with Granian(authority, tmp_path_factory.mktemp("application"), None, Limits()) as started:
        yield started


@pytest.fixture(scope="session")
def backend(application):
    """The port of what the proxies stand before."""
    return application.plain_port


@pytest.fixture(scope="session")
def server(request, authority, backend, tmp_path_factory):
    kind, limits = request.param
    with kind(authority, tmp_path_factory.mktemp(kind.name), backend, limits) as started:
        yield started


@pytest.fixture(scope="session")
def started(authority):
    """Start a server that asks for credentials, or return it where it is started."""
    with contextlib.ExitStack() as servers:
        yield functools.cache(lambda kind, *args: servers.enter_context(kind(authority, *args)))


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture(params=OPTIONS)
def transport(request):
    return request.param


@pytest.fixture
def base(server, transport):
    """The server's base URL."""
    return getattr(server, transport)


@pytest.fixture
def make_client(world, server, transport):
    """Make a client that trusts the server."""

    def make_client(**options):
        common = {"ssl": server.authority.bundle, "timeout": 10, **OPTIONS[transport]}
        return world.client(**{**common, **options})

    return make_client


@pytest.fixture
def run(world, make_client):
    """Run a scenario: `async def scenario(client)`."""

    def run(scenario, **options):
        async def inside():
            async with make_client(**options) as client:
                return await scenario(client)

        return world.run(inside)

    return run
