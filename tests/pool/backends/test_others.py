"""What only Trio or only threads can meet."""

import importlib.util
import socket
import sys

import pytest
import trio
import trio.testing

from httpcore_pool import SyncBackend, TrioBackend, run_sync
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


def test_an_error_without_words_is_named_by_its_class():
    assert "BrokenResourceError" == trio_module._why(trio.BrokenResourceError())


def test_an_interrupted_dial_closes_its_socket(monkeypatch):
    made = []

    class Interrupted(socket.socket):
        def connect_ex(self, address):
            made.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr(socket, "socket", Interrupted)
    for places in ([("127.0.0.1", 1)], [("127.0.0.1", 1), ("127.0.0.2", 1)]):
        with pytest.raises(KeyboardInterrupt):
            run_sync(SyncBackend().connect_tcp(places, 5))
    assert [-1, -1] == [sock.fileno() for sock in made]


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
