"""Unix sockets, in each world."""

import asyncio
import socket
import threading

import pytest

from httpcore_pool import AsyncioBackend, ConnectError, ConnectTimeout
from testkit.sockets import black_hole, comes_true, descriptors


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "socket")


@pytest.fixture
def connect(world):
    """Connects and returns what the stream says of itself and what came, or the error."""

    def connect(path, timeout=5):
        async def scenario():
            before, backend = descriptors(), world.Backend()
            try:
                stream = await backend.connect_unix(path, timeout)
            except (ConnectError, ConnectTimeout) as error:
                assert comes_true(lambda: before == descriptors())  # a thread may be about to end
                return error
            found = stream.peer, stream.local, await stream.read(5, 5)
            await stream.write(b"bye", 5)
            await stream.close()
            return found

        return world.run(scenario)

    return connect


@pytest.mark.parametrize("abstract", [False, True])
def test_a_path_and_an_abstract_name_are_connected_to(connect, path, abstract):
    name = f"\0httpcore-test-{path}" if abstract else path
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()

        def serve():
            sock, _ = listener.accept()
            with sock:
                sock.sendall(b"hello")
                sock.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        found = connect(name)
        thread.join(5)
    assert (f"unix:{name}".replace("\0", "@"), "", b"hello") == found


def test_what_can_not_be_connected_to_is_told(connect, path, tmp_path):
    (tmp_path / "file").touch()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)  # and nobody listens
        for wrong, why in (
            (path, "Connection refused"),
            (path + "-not", "No such file or directory"),
            (str(tmp_path / "file"), "Connection refused"),
            (path + "/under", "Not a directory"),
            ("\0no-such-name", "Connection refused"),
            ("x" * 200, "AF_UNIX path too long"),
        ):
            error = connect(wrong)
            assert ConnectError is type(error)
            assert why in error.message
            ((address, told, elapsed),) = error.attempts
            assert (f"unix:{wrong}".replace("\0", "@", 1), error.message) == (address, told)
            assert 0 <= elapsed < 1
            assert error.__cause__ is not None


@pytest.mark.parametrize("timeout", [0, 0.05])
def test_a_full_queue_is_waited_for_as_long_as_the_limit_says(connect, path, timeout):
    with black_hole(path, family=socket.AF_UNIX):
        error = connect(path, timeout)
    assert (ConnectTimeout, timeout) == (type(error), error.limit)
    assert [(f"unix:{path}", "no answer")] == [each[:2] for each in error.attempts]


@pytest.mark.parametrize("timeout", [None, 5])
def test_a_place_in_a_full_queue_is_taken_when_it_is_free(world, path, timeout):
    async def scenario():
        backend = world.Backend()
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as filler:
            listener.bind(path)
            listener.listen(0)
            filler.connect(path)

            async def connects():
                stream = await backend.connect_unix(path, timeout)
                await stream.close()
                return stream.peer

            async def makes_room():
                await backend.to_thread(listener.accept()[0].close)

            return (await world.gather(connects, makes_room))[0]

    assert f"unix:{path}" == world.run(scenario)


def test_nothing_is_left_of_a_cancelled_wait_for_a_full_queue(path):
    async def scenario():
        with black_hole(path, family=socket.AF_UNIX):
            before = descriptors(), threading.active_count()
            dialling = asyncio.create_task(AsyncioBackend().connect_unix(path, None))
            await asyncio.sleep(0)
            dialling.cancel()
            await asyncio.wait([dialling])
            assert (dialling.cancelled(), before) == (
                True,
                (descriptors(), threading.active_count()),
            )

    asyncio.run(scenario())


def test_where_there_are_none_it_is_told(world, monkeypatch):
    async def scenario():
        backend = world.Backend()
        with monkeypatch.context() as patched:
            patched.delattr(socket, "AF_UNIX")
            with pytest.raises(ConnectError, match="this system has no Unix sockets"):
                await backend.connect_unix("/run/socket", 5)

    world.run(scenario)
