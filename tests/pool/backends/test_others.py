"""What only Trio or only threads can meet."""

import importlib.util
import socket
import sys

import pytest
import trio
import trio.testing

from httpcore_pool import ConnectError, SyncBackend, TrioBackend, run_sync
from httpcore_pool.backends import sync
from httpcore_pool.backends import trio as trio_module
from httpcore_pool.backends.sync import _SyncStream


def test_without_trio_the_module_imports_and_the_backend_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", None)
    spec = importlib.util.spec_from_file_location(
        "httpcore_pool.backends.trio_without", trio_module.__file__
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ImportError, match=r"install httpcore-pool\[trio\]"):
        module.TrioBackend()


def test_trio_gives_its_own_clock():
    async def scenario():
        return TrioBackend().now() == trio.current_time()

    assert trio.run(scenario, clock=trio.testing.MockClock())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("all failed"), "all failed"),
        (ConnectionRefusedError(111, "refused"), "refused"),
    ],
)
def test_why_trio_could_not_connect_is_the_first_reason(error, reason):
    group = OSError("all attempts failed")
    group.__cause__ = OSErrors([error, OSError("other")])
    chained = OSError("failed")
    chained.__cause__ = error
    assert [error, error, error] == [trio_module._root(e) for e in (error, group, chained)]
    assert reason in str(error)


OSErrors = lambda errors: ExceptionGroup("multiple", errors)  # noqa: E731


def test_a_reason_that_is_no_os_error_is_not_taken():
    group = OSError("all attempts failed")
    group.__cause__ = ExceptionGroup("multiple", [KeyError("x")])
    assert group is trio_module._root(group)


def test_an_error_without_words_is_named_by_its_class():
    assert "BrokenResourceError" == trio_module._why(trio.BrokenResourceError())


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(24, "too many open files")])
def test_a_socket_that_can_not_be_made_is_told(monkeypatch, error):
    def refuse(*args):
        raise error

    monkeypatch.setattr(sync.socket, "socket", refuse)
    kind = ConnectError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(kind):
        run_sync(SyncBackend().connect_tcp("127.0.0.1", 1, None))


def test_an_interrupted_dial_closes_its_socket(monkeypatch):
    made = []

    class Interrupted(socket.socket):
        def connect(self, address):
            made.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr(sync.socket, "socket", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_sync(SyncBackend().connect_tcp("127.0.0.1", 1, 5))
    assert -1 == made[0].fileno()


def test_the_next_address_is_tried(monkeypatch, peer, handlers):
    server = peer(handlers.drain)
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port)),
    ]
    monkeypatch.setattr(sync.socket, "getaddrinfo", lambda *args, **options: found)

    async def scenario():
        stream = await SyncBackend().connect_tcp("two.test", 80, 5)
        await stream.close()
        return stream.peer

    assert f"127.0.0.1:{server.port}" == run_sync(scenario())


def test_a_name_without_addresses_is_told(monkeypatch):
    monkeypatch.setattr(sync.socket, "getaddrinfo", lambda *args, **options: [])
    with pytest.raises(ConnectError, match="the name has no address"):
        run_sync(SyncBackend().connect_tcp("none.test", 80, None))


def test_a_thread_woken_for_nothing_waits_on():
    left, right = socket.socketpair()
    left_stream = _SyncStream(left)
    waits = iter([lambda: True, lambda: bool(right.send(b"x"))])

    class Spurious:
        def wait(self, timeout):
            return next(waits)()

    left_stream._readable = Spurious()
    with right:
        assert run_sync(left_stream.read(10, 5)) == b"x"
        run_sync(left_stream.close())


def test_threads_that_ask_at_once_whether_a_stream_is_readable_get_their_answer():
    left, right = socket.socketpair()
    stream = _SyncStream(left)

    class Busy:
        def now(self):
            raise RuntimeError("concurrent poll() invocation")

    stream._idle = Busy()
    with right:
        before = stream.is_readable()
        right.send(b"x")
        after = stream.is_readable()
        run_sync(stream.close())
    assert (False, True) == (before, after)


def test_what_the_socket_does_not_take_at_once_is_sent_in_the_end():
    left, right = socket.socketpair()
    stream = _SyncStream(left)
    data = bytes(range(256)) * 4096
    got = []

    class Drains:
        def wait(self, timeout):
            got.append(right.recv(1_000_000))
            return True

    stream._writable = Drains()
    with right:
        run_sync(stream.write(data, 5))
        run_sync(stream.write(b"", 5))
        run_sync(stream.close())
        while piece := right.recv(1_000_000):
            got.append(piece)
    assert b"".join(got) == data
