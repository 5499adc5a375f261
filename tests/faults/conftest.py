"""What breaks under a client, in every world: a table of faults, a walk through all awaits, and churn."""

import pytest

from testkit.worlds import WORLDS


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param
