"""Real servers and proxies (README.md): the fixtures that start them.

A test of HTTP/2 runs in each world, over TLS and in cleartext, on each server that can. It says which those
are, and with which limits: `@pytest.mark.server("app", "streams", streams=8)` is for those that offer both
(`testkit.servers`). Without the mark it is for all.
"""

import contextlib
import functools

import pytest

from testkit.servers import WIRES, Granian, Limits, Pages, Site, offering
from testkit.worlds import WORLDS

pytest.register_assert_rewrite(
    *(f"testkit.matrix.{module}" for module in ("rows", "endings", "proxy_rows"))
)

SIZES = {False: 4 << 20, True: 64 << 20}


def pytest_addoption(parser):
    parser.addoption(
        "--all-worlds",
        action="store_true",
        help="the matrix in all worlds, with bodies of 64 MiB and 200 requests on a connection",
    )
    parser.addoption(
        "--matrix", action="store_true", help="print the matrix; where all of it held, write it"
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "server(*offers, **limits): which servers a test is for")


def pytest_terminal_summary(terminalreporter, config):
    """The matrix as it was found, which is written where all of it was asked, and held."""
    if not config.getoption("--matrix"):
        return
    # Not earlier: it imports the modules whose assertions are to be rewritten.
    from testkit.matrix.report import COLUMNS, FAULT, UNKNOWN, table, write

    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    held = {}
    for name, value in (pair for report in reports for pair in report.user_properties):
        if name == "cell":
            cell, is_held = tuple(value[:3]), value[3]
            held[cell] = held.get(cell, True) and is_held  # in each world
    for title, columns in COLUMNS.items():
        text = table(title, held.get).text()
        terminalreporter.section(title)
        terminalreporter.write_line(text)
        if FAULT in text or f" {UNKNOWN} |" in text:
            terminalreporter.write_line(f"({FAULT} or {UNKNOWN}: so README.md stays as it is)")
        else:
            write(title, text, columns)


def in_one_process(kind, *values, name):
    """A parameter whose tests share a server of this kind: all run in one of xdist's processes."""
    return pytest.param(*values, id=name, marks=pytest.mark.xdist_group(kind.name))


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("server")
        offers, limits = (mark.args, Limits(**mark.kwargs)) if mark else ((), Limits())
        servers = [
            in_one_process(kind, (kind, limits), name=kind.name) for kind in offering(*offers)
        ]
        # Servers of a session are sorted by pytest, so that few run at a time.
        metafunc.parametrize("server", servers, indirect=True, scope="session")


@pytest.fixture(scope="session")
def pages(request):
    with Pages(SIZES[request.config.getoption("--all-worlds")]) as pages:
        yield pages


@pytest.fixture(scope="session")
def application(authority, pages, tmp_path_factory):
    """The application on a server that asks for nothing."""
    folder = tmp_path_factory.mktemp("application")
    with Granian(authority, folder, Site(pages.folder), Limits()) as started:
        yield started


@pytest.fixture(scope="session")
def backend(application):
    """The port of what the proxies stand before."""
    return application.plain_port


@pytest.fixture(scope="session")
def make_server(authority, pages, backend, tmp_path_factory):
    """Make a server of this kind, which is not started yet."""

    def make_server(kind, limits):
        site = Site(pages.folder, backend)
        return kind(authority, tmp_path_factory.mktemp(kind.name), site, limits)

    return make_server


@pytest.fixture(scope="session")
def server(request, make_server):
    with make_server(*request.param) as started:
        yield started


@pytest.fixture(scope="session")
def started(authority):
    """Start a server that asks for credentials, or return it where it is started."""
    with contextlib.ExitStack() as servers:
        yield functools.cache(lambda kind, *args: servers.enter_context(kind(authority, *args)))


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture(params=["h2", "h2c"])
def wire(request):
    return WIRES[request.param]


@pytest.fixture
def base(server, wire):
    """The server's base URL."""
    return server.base(wire.name)


@pytest.fixture
def make_client(world, server, wire):
    """Make a client that trusts the server."""

    def make_client(**options):
        common = {"ssl": server.authority.bundle, "timeout": 10, **wire.options}
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
