"""What breaks under a client, in every world: a table of faults, a walk through all awaits, and churn."""

import pytest

pytest.register_assert_rewrite("testkit.faults", "testkit.awaits", "testkit.interrupts")

from testkit.worlds import WORLDS  # noqa: E402 - after the asserts are known


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param
