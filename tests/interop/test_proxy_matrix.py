"""Every proxy, in each way that it is spoken with: what is asked stands in `testkit.matrix.proxy_rows`.

As in `test_matrix`, each cell runs in one world, and with `--all-worlds` in all.
"""

import itertools

import pytest

from testkit.matrix.absent import proxy_absence, verdict
from testkit.matrix.proxy_rows import PROXY_ROWS, Way
from testkit.servers import PROXIES
from testkit.servers.squid import Squid
from testkit.worlds import WORLDS

WAYS = [(kind, scheme) for kind in PROXIES for scheme in kind.schemes]


def pytest_generate_tests(metafunc):
    cells = []
    for (number, (kind, scheme)), (place, row) in itertools.product(
        enumerate(WAYS), enumerate(PROXY_ROWS)
    ):
        every = metafunc.config.getoption("--all-worlds")
        for world in WORLDS if every else [WORLDS[(number + place) % len(WORLDS)]]:
            name = "-".join([kind.name, scheme, row.replace(" ", "-"), world.name])
            mark = pytest.mark.xdist_group(kind.name)
            cells.append(pytest.param(kind, scheme, row, world, id=name, marks=mark))
    metafunc.parametrize(("kind", "scheme", "row", "world"), cells)


def test_a_cell_holds_or_is_absent_for_a_reason(
    kind, scheme, row, world, started, application, pages, record_property
):
    proxy = started(kind, *["basic"] * (kind is Squid))
    way = Way(proxy, scheme, world, application, pages.large)
    error = None
    try:
        world.run(PROXY_ROWS[row], way)
    except Exception as raised:
        error = raised
    fault = verdict(proxy_absence(kind, scheme, row), error)
    record_property("cell", (row, kind.name, scheme, fault is None))
    if fault is not None:
        fault.add_note(f"{kind.name}, {scheme}, {row}")
        raise fault
