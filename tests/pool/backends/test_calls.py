"""`Backend.call_within`, `resolve`, and the threads beneath: what blocks does so elsewhere, alone."""

import asyncio
import errno
import functools
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import trio

from httpcore_pool import (
    AsyncioBackend,
    NetworkStream,
    ScriptedBackend,
    ScriptedStream,
    SyncBackend,
    TrioBackend,
    run_sync,
)
from httpcore_pool.backends import _threads
from httpcore_pool.backends._made import make_stream
from testkit.sockets import comes_true, descriptors, listening

SHORT = 0.05


@pytest.fixture
def stuck():
    """A function that hangs until the test is over."""
    over = threading.Event()

    def hangs(*args):
        assert over.wait(30)

    yield hangs
    over.set()


async def double(number):
    return 2 * number


class Doubles:
    async def __call__(self, number):
        return 2 * number


@pytest.mark.parametrize(
    "function",
    [lambda number: 2 * number, double, functools.partial(double), lambda n: double(n), Doubles()],
)
@pytest.mark.parametrize("timeout", [None, 5])
def test_a_function_of_any_kind_is_called(world, function, timeout):
    async def scenario():
        return await world.Backend().call_within(timeout, function, 21)

    assert 42 == world.run(scenario)
    assert 42 == run_sync(ScriptedBackend().call_within(timeout, function, 21))


def test_what_blocks_runs_elsewhere_and_what_is_async_here(world):
    async def here():
        return threading.get_ident()

    async def scenario():
        call = world.Backend().call_within
        return await call(5, threading.get_ident), await call(5, here)

    elsewhere, at_home = world.run(scenario)
    assert elsewhere != threading.get_ident() == at_home


def test_what_is_raised_comes_back(world):
    def fails():
        raise ValueError("mine")

    async def scenario():
        with pytest.raises(ValueError, match="mine"):
            await world.Backend().call_within(5, fails)

    world.run(scenario)


def test_what_hangs_is_left_to_itself(world, stuck):
    async def scenario():
        backend = world.Backend()
        began = backend.now()
        for timeout in (SHORT, 0):
            with pytest.raises(TimeoutError):
                await backend.call_within(timeout, stuck)
        return backend.now() - began

    assert SHORT - 0.01 <= world.run(scenario) < 2


def test_a_hundred_that_hang_keep_nobody_else_waiting(world, stuck):
    """Nor the end of the loop."""

    async def scenario():
        backend = world.Backend()

        async def hang():
            with pytest.raises(TimeoutError):
                await backend.call_within(1.0, stuck)

        async def others():
            assert ["127.0.0.1"] == list(await backend.resolve("127.0.0.1", 5))
            assert 12 == await backend.call_within(5, int, "12")
            assert 13 == await backend.to_thread(int, "13")
            return backend.now()

        began = backend.now()
        *_, ended = await world.gather(*[hang] * 100, others)
        return ended - began

    began = time.monotonic()
    assert world.run(scenario) < 1.0
    assert time.monotonic() - began < 5


def test_ctrl_c_in_threads_ends_the_wait_for_what_hangs(stuck):
    for timeout in (None, 10):
        threading.Timer(SHORT, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run_sync(SyncBackend().call_within(timeout, stuck))
        assert time.monotonic() - began < 2


def test_a_cancel_ends_the_wait_for_what_hangs(stuck):
    async def in_asyncio():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SHORT):
                await AsyncioBackend().call_within(None, stuck)

    async def in_trio():
        with trio.move_on_after(SHORT) as scope:
            await TrioBackend().call_within(None, stuck)
        return scope.cancelled_caught

    asyncio.run(in_asyncio())
    assert trio.run(in_trio)


# Names.


def test_the_system_resolves_names(world):
    async def scenario():
        return await world.Backend().resolve("localhost", 5)

    assert "127.0.0.1" in world.run(scenario)


def test_each_address_is_given_once_and_with_its_link(world, monkeypatch):
    link_local = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 0, 0, 2))
    named = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::2%eth9", 0, 0, 3))
    plain = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))
    answer = [link_local, plain, named, plain]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: answer)

    async def scenario():
        return await world.Backend().resolve("a.test", 5)

    assert ["fe80::1%2", "192.0.2.1", "fe80::2%eth9"] == world.run(scenario)


def test_what_the_system_says_of_a_name_is_raised(world):
    async def scenario():
        with pytest.raises(UnicodeError):
            await world.Backend().resolve("a" * 70 + ".test", 5)

    world.run(scenario)


# Connections that a function makes.


def test_a_socket_or_a_stream_that_a_function_makes_is_taken(world):
    async def scenario():
        backend = world.Backend()
        with listening() as listener:
            name = listener.getsockname()

            async def dials():
                return await backend.connect_tcp([name], 5)

            for function in (lambda: socket.create_connection(name), dials):
                stream = await make_stream(backend, 5, function)
                assert isinstance(stream, NetworkStream)
                assert f"127.0.0.1:{name[1]}" == stream.peer
                await stream.close()

    world.run(scenario)


def test_what_is_no_connection_is_refused_and_closed(world):
    class Secure(socket.socket):
        def do_handshake(self):
            """As ssl's have it."""

    def datagrams():
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def scenario():
        gc.collect()
        backend, before = world.Backend(), descriptors()
        for function in (lambda: None, lambda: ("127.0.0.1", 80), datagrams, Secure):
            with pytest.raises(
                TypeError, match="must return a connected socket, without TLS"
            ) as caught:
                await make_stream(backend, 5, function)
            assert repr(function) in str(caught.value)
        with pytest.raises(OSError, match="not connected"):
            await make_stream(backend, 5, socket.socket)
        assert before == descriptors()

    world.run(scenario)


class Late:
    """A function whose result comes after its caller has gone."""

    def __init__(self, result):
        self.result = result
        self.go = threading.Event()

    def __call__(self):
        assert self.go.wait(10)
        return self.result


def test_a_connection_that_comes_too_late_is_closed(world):
    async def scenario(result, is_closed):
        late = Late(result)
        with pytest.raises(TimeoutError):
            await make_stream(world.Backend(), SHORT, late)
        late.go.set()
        assert comes_true(is_closed)

    left, right = socket.socketpair()
    stream = ScriptedStream()
    with right:
        world.run(lambda: scenario(left, lambda: left.fileno() == -1))
    world.run(lambda: scenario(stream, lambda: stream.closed))


def test_a_connection_that_is_made_as_its_caller_goes_is_closed():
    left, right = socket.socketpair()

    class Cancelled(SyncBackend):
        async def call_within(self, timeout, function, *args):
            await super().call_within(timeout, function, *args)
            raise KeyboardInterrupt

    with right:
        for made in (left, None):  # and what can't be closed is not
            with pytest.raises(KeyboardInterrupt):
                run_sync(make_stream(Cancelled(), 5, lambda made=made: made))
    assert -1 == left.fileno()


# Threads.


def test_threads_are_used_again_and_end_when_nothing_comes(monkeypatch):
    monkeypatch.setattr(_threads, "_idle", [])
    monkeypatch.setattr(_threads, "_IDLE_SECONDS", 0.2)
    used = set()
    for _ in range(20):
        used.add(_threads.call_for(5, threading.current_thread))
        assert comes_true(lambda: _threads._idle)
    assert 1 == len(used)
    (thread,) = used
    assert (True, "httpcore") == (thread.daemon, thread.name)
    thread.join(5)
    assert (False, []) == (thread.is_alive(), _threads._idle)


def test_a_thread_that_is_taken_as_its_time_runs_out_makes_the_call(monkeypatch):
    monkeypatch.setattr(_threads, "_idle", [])
    monkeypatch.setattr(_threads, "_IDLE_SECONDS", 0.01)
    thread = _threads._Thread()  # it is in no list, as if taken out of it
    called = threading.Event()
    assert not called.wait(0.1)
    thread.give(called.set)
    assert called.wait(5)


def test_no_thread_to_be_had_is_an_error_of_the_system(monkeypatch):
    def no_start(thread):
        raise RuntimeError("can't start new thread")

    async def scenario(backend):
        with monkeypatch.context() as patched, pytest.raises(OSError, match="new thread") as caught:
            patched.setattr(_threads, "_idle", [])
            patched.setattr(threading.Thread, "start", no_start)
            await backend.call_within(5, int)
        return caught.value.errno

    assert errno.EAGAIN == asyncio.run(scenario(AsyncioBackend()))
    assert errno.EAGAIN == run_sync(scenario(SyncBackend()))


def test_no_thread_to_be_had_in_trio_is_one_too_and_no_error_of_the_function_is(monkeypatch):
    async def no_start(*args, **options):
        raise RuntimeError("can't start new thread")

    def fails():
        raise RuntimeError("its own")

    async def scenario():
        backend = TrioBackend()
        with pytest.raises(RuntimeError, match="its own"):
            await backend.call_within(5, fails)
        with monkeypatch.context() as patched, pytest.raises(OSError, match="new thread") as caught:
            patched.setattr(trio.to_thread, "run_sync", no_start)
            await backend.call_within(5, int)
        return caught.value.errno

    assert errno.EAGAIN == trio.run(scenario)


def run_alone(program):
    """Run a program in a process of its own; return what it prints."""
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert "" == done.stderr
    return done.stdout


FORKS = """
import os
from httpcore_pool.backends._threads import call_for
assert 12 == call_for(5, int, "12")  # its thread waits for more, and stays in the parent
if os.fork() == 0:
    assert 13 == call_for(5, int, "13")
    os._exit(7)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_child_starts_threads_of_its_own():
    assert "7\n" == run_alone(FORKS)


HANGS = """
import threading
from httpcore_pool.backends._threads import call_for
call_for(5, int, "12")
try:
    call_for(0.05, threading.Event().wait)
except TimeoutError:
    print("left")
"""


def test_what_hangs_does_not_keep_the_interpreter():
    assert "left\n" == run_alone(HANGS)
