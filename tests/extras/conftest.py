"""What the tests of the additions share: each scenario runs in three worlds."""

import pytest

from testkit.worlds import WORLDS


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def run_client(world, authority):
    """Run a scenario: `async def scenario(client)`, with a client that trusts what we certify."""

    def run(scenario, **options):
        given = {"ssl": authority.bundle, "trust_env": False, **options}

        async def inside():
            async with world.client(**given) as client:
                return await scenario(client)

        return world.run(inside)

    return run
