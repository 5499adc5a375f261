"""What a hostile server, URL or caller's string is kept from, beyond what the other folders show."""

import pytest

from testkit.peer import Peer
from testkit.worlds import WORLDS


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture
def visit(world):
    """Run a scenario against a peer: `visit(scenario, *responses)`; return the heads that came.

    `async def scenario(client, url)` has a client that takes nothing from the environment. The responses
    answer one request after another, on whichever connection it comes.
    """

    def visit(scenario, *responses, **options):
        left = list(responses)

        def answer(connection):
            while left and peer.read_request(connection):
                connection.sendall(left.pop(0))
            while connection.recv(65536):
                pass

        with Peer(answer) as peer:
            world.run_client(scenario, peer.url, **{"trust_env": False, **options})
        return peer.requests

    return visit
