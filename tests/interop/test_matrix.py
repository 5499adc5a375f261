"""Every server, over every wire: what is asked stands in `testkit.matrix`, what is not there in its `absent`.

Each cell runs in one world, and they take turns; with `--all-worlds` in all.
"""

import contextlib
import functools
import itertools

import pytest

from testkit.matrix.absent import absence, verdict
from testkit.matrix.endings import ENDINGS, IDLE_SECONDS, in_step
from testkit.matrix.rows import ROWS, Cell
from testkit.servers import SERVERS, WIRES, Limits
from testkit.worlds import WORLDS


def worlds(config, number):
    return WORLDS if config.getoption("--all-worlds") else [WORLDS[number % len(WORLDS)]]


def parameter(kind, *values):
    """What is named by its parts, and has the servers of a kind run in one process."""
    names = [kind.name, *(getattr(value, "name", value).replace(" ", "-") for value in values)]
    mark = pytest.mark.xdist_group(kind.name)
    return pytest.param(kind, *values, id="-".join(names), marks=mark)


def cells(config):
    """Server, wire, row and world of each cell."""
    for places in itertools.product(*map(enumerate, (SERVERS, WIRES.values(), ROWS))):
        numbers, (kind, wire, row) = zip(*places, strict=True)
        if wire.name in kind.wires or row == "small":
            for world in worlds(config, sum(numbers)):
                yield parameter(kind, wire, row, world)


def pytest_generate_tests(metafunc):
    if "row" in metafunc.fixturenames:
        metafunc.parametrize(("kind", "wire", "row", "world"), list(cells(metafunc.config)))
    else:
        pairs = [
            parameter(kind, world)
            for number, kind in enumerate(SERVERS)
            for world in worlds(metafunc.config, number)
        ]
        metafunc.parametrize(("kind", "world"), pairs)


@pytest.fixture(scope="module")
def started(make_server):
    """Start a server of this kind, or return it where it is started."""
    with contextlib.ExitStack() as servers:
        yield functools.cache(lambda kind: servers.enter_context(make_server(kind, Limits())))


@pytest.fixture
def make_cell(pages, pytestconfig):
    kept_alive = 200 if pytestconfig.getoption("--all-worlds") else 50
    return functools.partial(Cell, large=pages.large, kept_alive=kept_alive)


def options(server, wire):
    return {"ssl": server.authority.bundle, "timeout": 20, "trust_env": False, **wire.options}


@pytest.fixture
def judge(record_property):
    """Hold what came of a cell against what is said of it, and keep it for the table."""

    def judge(server, wire, row, error):
        fault = verdict(absence(server, wire.name, row), error)
        record_property("cell", (row, server.name, wire.name, fault is None))
        if fault is not None:
            fault.add_note(f"{server.name}, {wire.name}, {row}")
            raise fault

    return judge


def test_a_cell_holds_or_is_absent_for_a_reason(kind, wire, row, world, started, make_cell, judge):
    server = started(kind)

    async def scenario(client):
        await ROWS[row](make_cell(server, wire, world, client))

    error = None
    try:
        world.run_client(scenario, **options(server, wire))
    except Exception as raised:
        error = raised
    judge(server, wire, row, error)


def test_connections_that_end_cost_no_request(kind, world, make_server, make_cell, judge):
    wires = [WIRES[name] for name in kind.wires]

    async def scenario(server):
        async with contextlib.AsyncExitStack() as stack:

            async def walk(row, wire):
                client = await stack.enter_async_context(world.client(**options(server, wire)))
                return ENDINGS[row](make_cell(server, wire, world, client))

            async def walks(rows):
                return {(row, wire.name): await walk(row, wire) for row in rows for wire in wires}

            first, *others = ENDINGS
            raised = await in_step(await walks([first]), lambda: None)
            return raised | await in_step(await walks(others), server.stop, server.restart)

    with make_server(kind, Limits(idle=IDLE_SECONDS)) as server:
        raised = world.run(scenario, server)
    errors = []
    for (row, name), error in raised.items():
        try:
            judge(server, WIRES[name], row, error)
        except Exception as judged:
            errors.append(judged)
    if errors:
        raise ExceptionGroup("cells", errors)
