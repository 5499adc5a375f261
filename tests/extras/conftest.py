"""What the tests of the additions share: each scenario runs in three worlds."""

from functools import partial

import pytest

from testkit.worlds import WORLDS


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def run_client(world, authority):
    """Run a scenario: `async def scenario(client)`, with a client that trusts what we certify."""
    return partial(world.run_client, ssl=authority.bundle, trust_env=False)
