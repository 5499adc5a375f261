"""Situations from bug reports of other clients; each test names its entry."""

import threading
from functools import partial

import pytest
from h2.errors import ErrorCodes

from httpcore_client import NetworkError, PoolLimits, RemoteProtocolError
from testkit.h2_server import (
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    MAX_WINDOW,
    WINDOW_UPDATE,
    answer_of,
    data,
    goaway,
    headers,
    reset,
    response,
    serve,
    settings,
    until,
    window_update,
)
from testkit.raw_server import OTHER, SAME

OK = (":status", "200")
ONE = PoolLimits(max_connections=1)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BROKEN = (NetworkError, RemoteProtocolError)


def test_b068_a_response_that_is_left_early_is_cancelled_and_its_late_data_credited(run):
    size, rounds = 2**19, 80

    async def scenario(client, url):
        for number in range(rounds):
            async with client.stream("GET", f"{url}/{number}") as response:
                assert b"first" == await anext(response.stream())
        assert b"hello" == (await client.get(url + "/last")).content

    def act(peer):
        peer.greet()
        for number in range(rounds):
            stream = peer.stream(f"/{number}")
            peer.send(headers(stream, OK))
            peer.send_data(stream, b"first")
            peer.until(lambda stream=stream: peer.resets(stream))
            peer.send_data(stream, bytes(size))  # on its way when the client left
        peer.answer("/last")

    (peer,) = run(scenario, act).conversations
    assert [ErrorCodes.CANCEL] * rounds == peer.resets()
    announced = 65_535 + int.from_bytes(peer.of(WINDOW_UPDATE, 0)[0].payload, "big")
    assert announced < rounds * size  # so that the window was used up


@pytest.mark.parametrize("last", [0, 1, 3, 5, 7])
def test_b069_streams_above_the_last_of_a_goaway_are_sent_again_and_lower_ones_finish(
    run, world, last
):
    async def scenario(client, url):
        await client.get(url + "/before")
        answers = await world.gather(
            partial(answer_of, client, "GET", url + "/a"),
            partial(answer_of, client, "POST", url + "/b", content=b"once"),
            partial(answer_of, client, "PATCH", url + "/c", content=b"once"),
        )
        bodies = [answer.content for answer in answers]
        finished = len([stream for stream in (3, 5, 7) if stream <= last])
        assert finished == bodies.count(b"finished")
        assert 3 - finished == bodies.count(OTHER) + bodies.count(SAME)
        after = await client.get(url + "/after")
        assert (OTHER if finished == 3 else SAME) == after.content

    def act(peer):
        peer.greet()
        peer.answer("/before")
        assert [1, 3, 5, 7] == peer.streams(4)
        peer.send(goaway(last))
        peer.send(*[response(stream, b"finished") for stream in (3, 5, 7) if stream <= last])

    server = run(scenario, act, serve)
    first, second = server.conversations
    assert 4 == len(first.requests)
    assert len([stream for stream in (3, 5, 7) if stream > last]) + 1 == len(second.requests)


def test_b071_fewer_streams_than_are_open_let_none_begin_and_nothing_hang(run, world):
    async def scenario(client, url):
        await client.get(url + "/before")
        paths = [f"{url}/{number}" for number in range(5)]
        answers = await world.gather(*(partial(answer_of, client, "GET", path) for path in paths))
        assert [b"hello"] * 5 == [answer.content for answer in answers]

    def act(peer):
        peer.greet({MAX_CONCURRENT_STREAMS: 3})
        peer.answer("/before")
        begun = peer.streams(4)
        peer.send(settings({MAX_CONCURRENT_STREAMS: 1}))
        for stream in begun[1:3]:
            peer.send(response(stream, b"hello"))
            peer.ping()
            assert begun == list(peer.requests)
        for last in (begun[3], begun[3] + 2):
            peer.ping()
            assert last == list(peer.requests)[-1]
            peer.send(response(last, b"hello"))
            peer.streams(last // 2 + 2)
        peer.send(response(begun[3] + 4, b"hello"))

    server = run(scenario, act, pool_limits=ONE)
    assert 6 == len(server.conversations[0].requests)


@pytest.mark.parametrize("exhausted", ["connection", "streams"])
def test_b072_two_uploads_that_wait_for_a_window_both_go_on(run, world, exhausted):
    size, step = 150_000, 30_000
    initial = {INITIAL_WINDOW_SIZE: MAX_WINDOW} if exhausted == "connection" else {}
    # Of the connection's window there is as much as uploads take, or ample.
    least, window = (65_535, 0) if exhausted == "connection" else (2 * 65_535, 10 * size)

    async def scenario(client, url):
        answers = await world.gather(
            *(
                partial(answer_of, client, "POST", url + path, content=bytes(size))
                for path in ("/a", "/b")
            )
        )
        assert [b"hello"] * 2 == [answer.content for answer in answers]

    def act(peer):
        peer.greet(initial, window=window)
        streams = peer.streams(2)

        def all_came(credit):
            octets = sum(len(peer.content(stream)) for stream in streams)
            return octets == min(credit, 2 * size)

        credit = least
        peer.until(partial(all_came, credit))
        while credit < 2 * size:
            if exhausted == "connection":
                peer.send(window_update(0, step))
                credit += step
            else:
                peer.send(*(window_update(stream, step) for stream in streams))
                credit += 2 * step
            peer.until(partial(all_came, credit))
        for stream in streams:
            assert bytes(size) == peer.ended(stream)
            peer.send(response(stream, b"hello"))

    run(scenario, act)


def test_b074_the_authority_is_that_of_the_target_and_there_is_no_host_beside_it(run):
    async def scenario(client, url):
        await client.get(url + "/path?query")
        await client.get(url + "/host", headers={"Host": "www.example.org:8080"})

    server = run(scenario, serve)
    plain, named = server.conversations[0].requests.values()
    assert server.url.removeprefix("http://") == plain[":authority"]
    assert ("http", "/path?query") == (plain[":scheme"], plain[":path"])
    assert "www.example.org:8080" == named[":authority"]
    assert not {"host"} & {*plain, *named}


def test_b075_every_stream_that_fails_has_the_original_cause(run, world):
    async def scenario(client, url):
        names = [f"{url}/{number}" for number in range(6)]
        errors = await world.gather(
            *(partial(answer_of, client, "POST", name, content=b"once") for name in names)
        )
        assert {RemoteProtocolError} == {type(error) for error in errors}
        assert 6 == len({id(error) for error in errors})
        assert 1 == sum("INTERNAL_ERROR" in str(error) for error in errors)
        causes = {error.message for error in errors if "INTERNAL_ERROR" not in error.message}
        assert 1 == len(causes), causes

    def act(peer):
        peer.greet()
        streams = peer.streams(6)
        peer.send(reset(streams[2], ErrorCodes.INTERNAL_ERROR))
        peer.send(data(0, b"nobody's"))

    server = run(scenario, act)
    assert [ErrorCodes.PROTOCOL_ERROR] == server.conversations[0].goaways()
    assert 6 == sum(len(peer.requests) for peer in server.conversations)


ENDS = {
    "a close": lambda peer: peer.close(),
    "GOAWAY and a close": lambda peer: (peer.send(goaway(1)), peer.close()),
    "a reset": lambda peer: peer.abort(),
}


@pytest.mark.parametrize("length", [(), (("content-length", "10"),)], ids=["", "with a length"])
@pytest.mark.parametrize("end", ENDS)
def test_b077_an_end_before_the_end_of_the_stream_is_an_error(run, end, length):
    read = threading.Event()

    async def scenario(client, url):
        async with client.stream("GET", url + "/cut") as response:
            pieces = response.stream()
            assert b"hello" == await anext(pieces)
            read.set()
            with pytest.raises(BROKEN):
                await anext(pieces)
        assert OTHER == (await client.get(url + "/again")).content

    def act(peer):
        peer.greet()
        stream = peer.stream("/cut")
        peer.send(headers(stream, OK, *length), data(stream, b"hello", end=False))
        read.wait(5)
        ENDS[end](peer)

    server = run(scenario, act, serve)
    assert 1 == server.asked("/cut")


@pytest.mark.parametrize("body", [b"hell", b"hello!"])
def test_b077_a_length_that_the_data_do_not_have_is_the_servers_fault(run, body):
    async def scenario(client, url):
        error = await answer_of(client, "GET", url + "/cut")
        assert RemoteProtocolError is type(error)

    def act(peer):
        peer.greet()
        peer.answer("/cut", body, 200, ("content-length", "5"))

    server = run(scenario, act)
    assert 1 == server.asked("/cut")


IDLE_ENDS = {
    "a close": lambda peer: peer.close(),
    "GOAWAY": lambda peer: peer.send(goaway(1)),
    "GOAWAY and a close": lambda peer: (peer.send(goaway(1)), peer.close()),
    "a reset": lambda peer: peer.abort(),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("end", IDLE_ENDS)
def test_x02_an_idle_connection_that_the_server_ended_is_not_used(run, world, end, method):
    idle, told = threading.Event(), threading.Event()

    async def scenario(client, url):
        await client.get(url + "/before")
        idle.set()
        await until(world, told)
        assert OTHER == (await client.request(method, url + "/after")).content

    def act(peer):
        peer.greet()
        peer.answer("/before")
        idle.wait(5)
        IDLE_ENDS[end](peer)
        told.set()

    server = run(scenario, act, serve)
    assert 2 == len(server.conversations)
    assert 1 == server.asked("/after")


@pytest.mark.parametrize("reused", [False, True], ids=["fresh", "reused"])
@pytest.mark.parametrize("method", METHODS)
def test_x03_a_refused_stream_is_sent_again_whatever_its_method(run, method, reused):
    content = None if method == "GET" else b"once"

    async def scenario(client, url):
        if reused:
            await client.get(url + "/before")
        answer = await client.request(method, url + "/refused", content=content)
        assert b"hello" == answer.content

    def act(peer):
        peer.greet()
        if reused:
            peer.answer("/before")
        refused = peer.stream("/refused")
        peer.send(reset(refused, ErrorCodes.REFUSED_STREAM))
        stream = peer.until(lambda: max(peer.requests) > refused and max(peer.requests))
        assert (content or b"") == peer.ended(stream)
        peer.send(response(stream, b"hello"))

    def other(peer):
        peer.greet()
        assert (content or b"") == peer.ended(peer.stream("/refused"))
        peer.answer("/refused")

    server = run(scenario, act, other)
    assert 2 == server.asked("/refused")


def test_x03_a_stream_that_is_refused_again_is_an_error(run):
    async def scenario(client, url):
        error = await answer_of(client, "GET", url + "/refused")
        assert RemoteProtocolError is type(error)
        assert "REFUSED_STREAM" in str(error)

    def act(peer):
        peer.greet()
        seen = 0
        while True:
            peer.streams(seen + 1)
            seen = len(peer.requests)
            peer.send(reset(list(peer.requests)[-1], ErrorCodes.REFUSED_STREAM))

    server = run(scenario, act)
    assert server.asked("/refused") in range(2, 5)  # again, but not for ever
