"""Faults that keep a caller of HTTP/2 waiting: for a stream, a window, a reader, a sign of life.

The number in a test's name is that of the fault. What `run` checks holds for all, as in `test_faults`.
"""

import threading
from functools import partial

import pytest
from h2.errors import ErrorCodes

import httpcore_client as httpcore
from httpcore_client import PoolLimits, Timeout
from testkit.h2_server import (
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    PING,
    answer_of,
    data,
    headers,
    response,
    serve,
    settings,
    window_update,
)
from testkit.raw_server import OTHER

OK = (":status", "200")
ONE = PoolLimits(max_connections=1)
IN_TIME_SECONDS = 1.5  # less than the limits of the client: it did not wait for them
CONTENT = {"GET": None, "POST": b"once"}


# 54: MAX_CONCURRENT_STREAMS.


def test_54_with_no_streams_allowed_the_open_one_goes_on_and_others_time_out(run, world):
    read, waited = threading.Event(), threading.Event()
    short = Timeout(connect=2, read=0.2, write=0.2, pool=0.2)

    async def scenario(client, url):
        async with client.stream("GET", url + "/open") as answer:
            pieces = answer.stream()
            assert b"one" == await anext(pieces)
            read.set()
            assert b"two" == await anext(pieces)  # comes behind the setting
            error = await answer_of(client, "GET", url + "/more", timeout=short)
            assert httpcore.PoolTimeout is type(error)
            assert 0.19 <= error.elapsed < IN_TIME_SECONDS
            waited.set()
            assert b"three" == b"".join([piece async for piece in pieces])
        assert b"hello" == (await client.get(url + "/after")).content

    def act(peer):
        peer.greet()
        stream = peer.stream("/open")
        peer.send(headers(stream, OK), data(stream, b"one", end=False))
        read.wait(5)
        peer.send(settings({MAX_CONCURRENT_STREAMS: 0}), data(stream, b"two", end=False))
        waited.wait(5)
        peer.send(settings({MAX_CONCURRENT_STREAMS: 1}), data(stream, b"three"))
        peer.answer("/after")

    server = run(scenario, act, pool_limits=ONE)
    assert 0 == server.asked("/more")


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 100), (2, 2**32 - 1)])
def test_54_streams_that_are_allowed_in_addition_are_used_at_once(run, world, before, after):
    count = before + 2

    async def scenario(client, url):
        await client.get(url + "/before")
        answers = await world.gather(
            *(partial(answer_of, client, "GET", f"{url}/{number}") for number in range(count))
        )
        assert [b"hello"] * count == [answer.content for answer in answers]

    def act(peer):
        peer.greet({MAX_CONCURRENT_STREAMS: before})
        peer.answer("/before")
        peer.streams(1 + before)
        peer.ping()
        assert 1 + before == len(peer.requests)
        peer.send(settings({MAX_CONCURRENT_STREAMS: after}))
        begun = peer.streams(1 + count)  # none of them was answered yet
        peer.send(*(response(stream, b"hello") for stream in begun[1:]))

    run(scenario, act, pool_limits=ONE)


# 55: windows.


def test_55_an_upload_goes_on_once_a_negative_window_is_positive_again(run):
    size, first = 200_000, 65_535

    async def scenario(client, url):
        answer = await client.post(url + "/up", content=bytes(size))
        assert b"hello" == answer.content

    def act(peer):
        peer.greet(window=2 * size)
        stream = peer.stream("/up")

        def sent(octets):
            return len(peer.content(stream)) == octets

        peer.until(partial(sent, first))
        peer.send(settings({INITIAL_WINDOW_SIZE: 10}))  # RFC 9113 6.9.2: 10 - 65,535 are left
        peer.send(window_update(stream, first - 10 - 1))
        peer.ping()
        peer.send(window_update(stream, 1))  # none are left
        peer.ping()
        assert sent(first)
        peer.send(window_update(stream, 1000))
        peer.until(partial(sent, first + 1000))
        peer.send(settings({INITIAL_WINDOW_SIZE: size}))
        assert bytes(size) == peer.ended(stream)
        peer.send(response(stream, b"hello"))

    run(scenario, act)


@pytest.mark.parametrize("window", [0, 1000])
def test_55_a_window_that_never_opens_is_a_write_timeout_and_hurts_no_other_stream(
    run, world, window
):
    short = Timeout(connect=2, read=2, write=0.2, pool=2)

    async def upload(client, url):
        return await answer_of(client, "POST", url, content=bytes(100_000), timeout=short)

    async def scenario(client, url):
        await client.get(url + "/before")
        error, beside = await world.gather(
            partial(upload, client, url + "/up"), partial(answer_of, client, "GET", url + "/beside")
        )
        assert httpcore.WriteTimeout is type(error)
        assert 0.19 <= error.elapsed < IN_TIME_SECONDS
        assert b"beside" == getattr(beside, "content", beside)
        assert b"hello" == (await client.get(url + "/after")).content

    def act(peer):
        peer.greet({INITIAL_WINDOW_SIZE: window})
        peer.answer("/before")
        stream, beside = peer.stream("/up"), peer.stream("/beside")
        peer.send(headers(beside, OK))
        peer.until(lambda: peer.resets(stream))
        peer.send(data(beside, b"beside"))
        peer.answer("/after")

    server = run(scenario, act)
    (peer,) = server.conversations
    assert 1 == server.asked("/up")
    assert [ErrorCodes.CANCEL] == peer.resets()


# 57: a reader that stalls.


def test_57_responses_that_nobody_reads_hold_up_no_other(run, world):
    count, size = 20, 2**20

    async def scenario(client, url):
        left = []
        for number in range(count):
            answer = await client.get(f"{url}/{number}", stream=True)
            left.append(answer)
        assert b"hello" == (await client.get(url + "/beside")).content
        for answer in left:
            assert size == len(await answer.read())

    def act(peer):
        peer.greet()
        for number in range(count):
            stream = peer.stream(f"/{number}")
            peer.send(headers(stream, OK))
            peer.send_data(stream, bytes(size), end=True)
        peer.answer("/beside")

    server = run(scenario, act)
    assert 1 == len(server.conversations)


# 59: silence.

QUICK = Timeout(connect=2, read=0.2, write=2, pool=2)


def silent(peer):
    peer.silent = True
    peer.greet()
    peer.answer("/before")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_59_without_a_ping_deadline_silence_is_a_read_timeout(run, method):
    async def scenario(client, url):
        await client.get(url + "/before")
        error = await answer_of(
            client, method, url + "/silent", content=CONTENT[method], timeout=QUICK
        )
        assert httpcore.ReadTimeout is type(error)
        assert 0.19 <= error.elapsed < IN_TIME_SECONDS

    server = run(scenario, silent, serve)
    assert 1 == server.asked("/silent")
    assert [] == server.conversations[0].of(PING)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_39_where_a_silent_connection_may_be_lost_the_next_request_goes_elsewhere(run, method):
    async def scenario(client, url):
        await client.get(url + "/before")
        error = await answer_of(
            client, method, url + "/silent", content=CONTENT[method], timeout=QUICK
        )
        assert httpcore.ReadTimeout is type(error)
        assert OTHER == (await client.get(url + "/after")).content

    server = run(scenario, silent, serve)
    assert (2, 1) == tuple(len(each.requests) for each in server.conversations)


def test_39_a_connection_that_brings_others_something_is_not_lost(run, world):
    """One response stalls, another comes in pieces: the connection stays in use."""

    async def scenario(client, url):
        async def stalls():
            return await answer_of(client, "GET", url + "/silent", timeout=QUICK)

        async def comes():
            return (await client.get(url + "/comes")).content

        error, body = await world.gather(stalls, comes)
        assert (httpcore.ReadTimeout, b"onetwo") == (type(error), body)
        assert b"hello" == (await client.get(url + "/after")).content

    def act(peer):
        peer.greet()
        stalled, coming = peer.stream("/silent"), peer.stream("/comes")
        peer.send(headers(coming, OK))
        peer.send(data(coming, b"one", end=False))
        peer.until(lambda: peer.resets(stalled))
        peer.send(data(coming, b"two"))
        peer.answer("/after")

    assert 1 == len(run(scenario, act).conversations)


def pinging():
    return httpcore.HTTP2Settings(ping_after=0.1, ping_timeout=0.1)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_59_a_peer_that_leaves_a_ping_unanswered_is_given_up(run, method):
    async def scenario(client, url):
        await client.get(url + "/before")
        answer = await answer_of(client, method, url + "/silent", content=CONTENT[method])
        if method == "GET":  # it may be repeated, elsewhere
            assert OTHER == getattr(answer, "content", answer)
        else:
            assert isinstance(answer, httpcore.TransportError)
            assert 0.19 <= answer.elapsed < IN_TIME_SECONDS
            assert OTHER == (await client.get(url + "/after")).content

    server = run(scenario, silent, serve, http2_settings=pinging())
    first, second = server.conversations
    assert 1 == len(first.of(PING))
    assert (2, 1) == (len(first.requests), len(second.requests))


def test_59_a_slow_peer_that_answers_pings_is_waited_for(run, world):
    async def scenario(client, url):
        assert b"hello" == (await client.get(url + "/slow")).content

    def act(peer):
        peer.greet()
        stream = peer.stream("/slow")
        peer.until(lambda: len(peer.of(PING)) == 3)
        peer.send(response(stream, b"hello"))

    server = run(scenario, act, http2_settings=pinging())
    assert 1 == len(server.conversations)
