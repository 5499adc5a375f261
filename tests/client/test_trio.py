"""`TrioClient`: the client over Trio's backend."""

import subprocess
import sys

import pytest
import trio

from httpcore_client import Client, ReadTimeout, Timeout, TrioBackend, TrioClient


def test_its_world_is_trio(origin):
    async def scenario():
        async with TrioClient() as client:
            assert "on trio," in repr(client)
            return (await client.get(origin.plain)).text

    assert "hello, world" == trio.run(scenario)


def test_any_client_takes_a_backend(origin):
    async def scenario():
        async with Client(backend=TrioBackend()) as client:
            return (await client.get(origin.plain)).text

    assert "hello, world" == trio.run(scenario)


def test_a_cancelled_scope_leaves_the_client_usable(origin):
    async def scenario():
        async with TrioClient() as client:
            with trio.move_on_after(0.05) as scope:
                await client.get(origin.plain + "/stall")
            assert scope.cancelled_caught is True
            return (await client.get(origin.plain)).text

    assert "hello, world" == trio.run(scenario)


def test_timeouts_are_the_clients_own():
    async def scenario(url):
        async with TrioClient(timeout=Timeout(read=0.05)) as client:
            with pytest.raises(ReadTimeout):
                await client.get(url)

    from testkit.peer import Peer

    peer = Peer(lambda connection: peer.holding()(connection))
    with peer:
        trio.run(scenario, peer.url)


def test_without_trio_it_says_which_extra_to_install():
    program = (
        "import sys\nsys.modules['trio'] = None\n"
        "import httpcore_client\n"
        "try:\n    httpcore_client.TrioClient()\n"
        "except ImportError as error:\n    print(error)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "[trio]" in result.stdout, result.stderr
