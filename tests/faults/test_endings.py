"""Loops that end, interpreters that exit and signals that come while a client is in use."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import threading

import pytest
import trio

import httpcore_client as httpcore
from testkit.faults import (
    HOLD,
    READ,
    Faulty,
    assert_settled,
    nothing_left,
    send,
    with_secret,
)
from testkit.peer import response
from testkit.tiny import Tiny

HALF = response(b"x" * 100)[:-50]


@pytest.fixture(scope="module")
def server(authority):
    with Tiny(authority) as started:
        yield started


# Event loops (fault 48).


async def asked(client, url):
    return (await client.get(url)).content


def run_trio(coroutine):
    """Run a coroutine that exists already, as `asyncio.run` does."""

    async def inside():
        return await coroutine

    return trio.run(inside)


RUNS = {"asyncio": (httpcore.Client, asyncio.run), "trio": (httpcore.TrioClient, run_trio)}


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("name", RUNS)
def test_a_client_goes_on_in_another_loop_once_the_first_has_ended(server, authority, name, http2):
    make, run = RUNS[name]
    with nothing_left():
        client = make(ssl=authority.bundle, http2=http2)
        for number in range(3):
            word = str(number)
            assert word.encode() == run(asked(client, f"{server.url}/id/{word}"))
        assert (3, 2) == (client.stats().opened, client.stats().closed["stale"])
        run(client.close())
    assert_settled(client.stats())


@pytest.mark.parametrize("name", RUNS)
def test_a_response_open_in_a_loop_that_ended_is_a_clear_error_in_the_next(name):
    make, run = RUNS[name]
    peer = Faulty((READ, send(HALF), HOLD))

    async def leave_open(client, url):
        return await client.get(url, stream=True)

    with nothing_left(), peer:
        client = make()
        answer = run(leave_open(client, with_secret(peer.url)))
        with pytest.raises(RuntimeError, match="in use in another event loop"):
            run(asked(client, with_secret(peer.url)))
        run(answer.close())
        assert b"next" == run(asked(client, with_secret(peer.url)))
        run(client.close())


# Ends of the interpreter (fault 49).


PROGRAM = """
import {module}
import httpcore_client as httpcore
client = httpcore.{client}(ssl={bundle!r}, http2={http2})
async def main():
    assert b"7" == (await client.get({url!r})).content
def sync():
    assert b"7" == client.get({url!r}).content
{call}
{then}
print("done")
"""
PROGRAMS = {
    "asyncio": {"module": "asyncio", "client": "Client", "call": "asyncio.run(main())"},
    "trio": {"module": "trio", "client": "TrioClient", "call": "trio.run(main)"},
    "threads": {"module": "threading", "client": "SyncClient", "call": "sync()"},
}
THENS = {"at the exit": "", "before": "import gc\ndel client\ngc.collect()"}


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("then", THENS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_an_unclosed_client_warns_and_nothing_breaks(server, authority, name, then, http2):
    """There is one warning, about the client's pool, and no traceback of any finaliser."""
    values = {"bundle": authority.bundle, "url": server.url + "/id/7", "then": THENS[then]}
    program = PROGRAM.format(**PROGRAMS[name], **values, http2=http2)
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (0, "done\n") == (found.returncode, found.stdout)
    assert 1 == found.stderr.count("was dropped without being closed"), found.stderr
    assert "ResourceWarning: <ConnectionPool" in found.stderr
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr


# Signals (fault 50). They come to the main thread, which tests run in.


@contextlib.contextmanager
def signalled(kind, after):
    """Send a signal to the main thread once an event is set."""

    def send_it():
        after.wait(5)
        threading.Event().wait(0.05)  # so that the main thread waits in the system
        signal.pthread_kill(threading.main_thread().ident, kind)

    sender = threading.Thread(target=send_it)
    sender.start()
    try:
        yield
    finally:
        sender.join()


@pytest.fixture
def interrupts():
    """SIGINT raises KeyboardInterrupt, whatever started the tests has set."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def telling(event):
    return lambda peer, connection: event.set()


@pytest.mark.parametrize("sent", [b"", HALF], ids=["head", "body"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_ctrl_c_in_a_read_comes_out_and_drops_the_connection(authority, interrupts, sent, tls):
    there = threading.Event()
    context = authority.server_context() if tls else None
    peer = Faulty((READ, send(sent), telling(there), HOLD), context, tls=tls)
    with nothing_left(), peer, httpcore.SyncClient(ssl=authority.bundle, timeout=5) as client:
        with pytest.raises(KeyboardInterrupt), signalled(signal.SIGINT, there):
            client.get(with_secret(peer.url))
        assert_settled(client.stats())
        assert 0 == client.stats().open
        assert b"next" == client.get(with_secret(peer.url)).content


def test_ctrl_c_in_a_write_comes_out_and_drops_the_connection(interrupts):
    there = threading.Event()
    peer = Faulty((telling(there), lambda peer, connection: peer.over.wait(10)))
    with nothing_left(), peer, httpcore.SyncClient(timeout=5) as client:
        with pytest.raises(KeyboardInterrupt), signalled(signal.SIGINT, there):
            client.put(with_secret(peer.url), content=bytes(20_000_000))
        assert_settled(client.stats())
        assert b"next" == client.get(with_secret(peer.url)).content


def test_ctrl_c_in_line_leaves_the_line(interrupts):
    there = threading.Event()
    peer = Faulty((READ, send(HALF), HOLD))
    limits = httpcore.PoolLimits(max_connections=1)
    with nothing_left(), peer, httpcore.SyncClient(pool_limits=limits, timeout=5) as client:
        url = with_secret(peer.url)
        with client.stream("GET", url):
            there.set()
            with pytest.raises(KeyboardInterrupt), signalled(signal.SIGINT, there):
                client.get(url)
            assert 0 == client.stats().queued
        assert b"next" == client.get(url).content


def test_ctrl_c_in_a_dial_leaves_nothing(interrupts):
    there = threading.Event()
    with socket.socket() as sock, contextlib.ExitStack() as fillers:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        for _ in range(4):  # a full backlog answers no further SYN
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        there.set()
        with nothing_left(), httpcore.SyncClient(timeout=5) as client:
            with pytest.raises(KeyboardInterrupt), signalled(signal.SIGINT, there):
                client.get(url)
            assert_settled(client.stats())
            assert 0 == client.stats().open


def test_a_signal_that_raises_nothing_does_not_end_a_wait():
    """EINTR: the wait goes on, and its limit with it."""
    there = threading.Event()
    handled = []
    before = signal.signal(signal.SIGUSR1, lambda *_: handled.append(1))
    peer = Faulty((READ, telling(there), HOLD))
    try:
        with nothing_left(), peer, httpcore.SyncClient() as client:
            with pytest.raises(httpcore.ReadTimeout) as caught, signalled(signal.SIGUSR1, there):
                client.get(with_secret(peer.url), timeout=httpcore.Timeout(read=0.3))
            assert 0.3 <= caught.value.elapsed < 1.5
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert [1] == handled
