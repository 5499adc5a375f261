"""Faults that end an HTTP/2 stream or connection: the promise, and whether the request may go again.

The number in a test's name is that of the fault. What `run` checks holds for all: nothing is in use or
in line after it, no descriptor, thread or task is left. Errors name the request and hide its secrets.
"""

import threading
import time
from functools import partial

import pytest
from h2.errors import ErrorCodes

import httpcore_client as httpcore
from httpcore_client import RemoteProtocolError
from httpcore_pool.connection._http2_protocol import Protocol
from testkit.h2_server import (
    MAX_WINDOW,
    Conversation,
    answer_of,
    data,
    go_on,
    goaway,
    headers,
    reset,
    response,
    serve,
)
from testkit.peer import response as http11_response
from testkit.raw_server import OTHER, SAME

OK = (":status", "200")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
BROKEN = (httpcore.NetworkError, RemoteProtocolError)
IN_TIME_SECONDS = 1.5  # less than the limits of the client: it did not wait for them


def content_of(method):
    return b"once" if method in ("POST", "PUT", "PATCH") else None


# 51: GOAWAY.


@pytest.mark.parametrize("code", [ErrorCodes.NO_ERROR, ErrorCodes.ENHANCE_YOUR_CALM])
@pytest.mark.parametrize("method", METHODS)
def test_51_a_request_above_the_last_stream_is_sent_again(run, method, code):
    content = content_of(method)

    async def scenario(client, url):
        answer = await client.request(method, url + "/above", content=content)
        assert (b"" if method == "HEAD" else b"hello") == answer.content

    def act(peer):
        peer.greet()
        peer.ended(peer.stream("/above"))
        peer.send(goaway(0, code))

    def other(peer):
        peer.greet()
        stream = peer.stream("/above")
        assert (content or b"") == peer.ended(stream)
        peer.send(response(stream, b"" if method == "HEAD" else b"hello"))

    server = run(scenario, act, other)
    assert (2, 2) == (server.asked("/above"), len(server.conversations))


def test_51_a_content_that_can_not_be_sent_again_is_not(run):
    async def scenario(client, url):
        content = iter([b"on", b"ce"])
        error = await answer_of(client, "POST", url + "/above", content=content)
        assert RemoteProtocolError is type(error)
        assert not error.sent
        assert b"hello" == (await client.get(url + "/next")).content

    def act(peer):
        peer.greet()
        peer.ended(peer.stream("/above"))
        peer.send(goaway(0))

    def other(peer):
        peer.greet()
        peer.answer("/next")

    server = run(scenario, act, other)
    assert 1 == server.asked("/above")


@pytest.mark.parametrize("last", [1, 3, 2**31 - 1], ids=["ours", "above", "all"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_51_a_request_at_or_below_the_last_stream_goes_on_and_others_go_elsewhere(
    run, world, method, last
):
    gone = threading.Event()

    async def scenario(client, url):
        async with client.stream(method, url + "/below", content=content_of(method)) as answer:
            pieces = answer.stream()
            assert b"one, " == await anext(pieces)
            gone.set()
            assert b"two, " == await anext(pieces)
            assert OTHER == (await client.get(url + "/elsewhere")).content
            assert b"three" == b"".join([piece async for piece in pieces])

    def act(peer):
        peer.greet()
        stream = peer.stream("/below")
        peer.send(headers(stream, OK), data(stream, b"one, ", end=False))
        gone.wait(5)
        peer.send(goaway(last), data(stream, b"two, ", end=False))
        elsewhere.wait(5)
        peer.send(data(stream, b"three"))

    elsewhere = threading.Event()

    def other(peer):
        peer.until(lambda: peer.greeted)
        elsewhere.set()
        serve(peer)

    server = run(scenario, act, other)
    first, second = server.conversations
    assert (1, 1) == (len(first.requests), len(second.requests))


# 52: GOAWAY with an error, and the end.


@pytest.mark.parametrize("end", [Conversation.close, Conversation.abort], ids=["close", "reset"])
@pytest.mark.parametrize("code", [ErrorCodes.INTERNAL_ERROR, ErrorCodes.PROTOCOL_ERROR])
def test_52_after_an_error_requests_above_the_last_are_sent_again_and_others_fail(
    run, world, code, end
):
    async def scenario(client, url):
        answers = await world.gather(
            *(
                partial(answer_of, client, "POST", f"{url}/{number}", content=b"once")
                for number in range(4)
            )
        )
        failed = [answer for answer in answers if isinstance(answer, httpcore.HTTPError)]
        assert 2 == len(failed)
        assert all(isinstance(error, BROKEN) for error in failed)
        again = [answer.content for answer in answers if answer not in failed]
        assert [OTHER, SAME] == sorted(again, reverse=True)

    def act(peer):
        peer.greet()
        streams = peer.streams(4)
        for stream in streams:
            peer.ended(stream)
        peer.send(goaway(streams[1], code))
        end(peer)

    first, second = run(scenario, act, serve).conversations
    assert (4, 2) == (len(first.requests), len(second.requests))


# 53: RST_STREAM.

CODES = [
    *(ErrorCodes.CANCEL, ErrorCodes.INTERNAL_ERROR, ErrorCodes.NO_ERROR),
    *(ErrorCodes.PROTOCOL_ERROR, ErrorCodes.ENHANCE_YOUR_CALM, 0xFEEDBEEF),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("code", CODES)
def test_53_a_reset_is_an_error_of_that_stream_only_and_nothing_is_sent_again(
    run, world, code, method
):
    async def scenario(client, url):
        await client.get(url + "/before")
        error, other = await world.gather(
            partial(answer_of, client, method, url + "/reset", content=content_of(method)),
            partial(answer_of, client, "GET", url + "/other"),
        )
        assert RemoteProtocolError is type(error), error
        assert b"other" == getattr(other, "content", other)
        assert SAME == (await client.get(url + "/after")).content

    def act(peer):
        peer.greet()
        peer.answer("/before")
        stream, other = peer.stream("/reset"), peer.stream("/other")
        peer.ended(stream)
        peer.send(reset(stream, code), response(other, b"other"))
        go_on(peer, above=max(stream, other))

    server = run(scenario, act, serve)
    assert (1, 1) == (server.asked("/reset"), len(server.conversations))


def test_53_a_reset_within_the_body_comes_after_what_was_sent(run):
    async def scenario(client, url):
        async with client.stream("GET", url + "/reset") as answer:
            pieces = answer.stream()
            assert b"hello" == await anext(pieces)
            with pytest.raises(RemoteProtocolError):
                await anext(pieces)
        assert b"hello" == (await client.get(url + "/after")).content

    def act(peer):
        peer.greet()
        stream = peer.stream("/reset")
        peer.send(headers(stream, OK), data(stream, b"hello", end=False))
        peer.send(reset(stream, ErrorCodes.INTERNAL_ERROR))
        peer.answer("/after")

    server = run(scenario, act)
    assert (1, 1) == (server.asked("/reset"), len(server.conversations))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_53_what_wants_http_1_1_is_sent_again_over_it(run, world, authority, method):
    content = content_of(method)

    async def scenario(client, url):
        url = url.replace("http:", "https:")
        answer = await client.request(method, url + "/old", content=content)
        assert (b"hello", "HTTP/1.1") == (answer.content, answer.protocol)

    def act(peer):
        peer.greet()
        stream = peer.stream("/old")
        peer.ended(stream)
        peer.send(reset(stream, ErrorCodes.HTTP_1_1_REQUIRED))

    spoken, requests = [], []

    def other(peer):
        spoken.append(peer.connection.selected_alpn_protocol())
        requests.append(peer.connection.recv(65536))
        peer.send(http11_response(b"hello"))

    context = authority.server_context(("h2", "http/1.1"))
    server = run(scenario, act, other, context=context, http1=True, ssl=authority.bundle)
    assert ["http/1.1"] == spoken
    (request,) = requests
    assert request.startswith(method.encode() + b" /old HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + (content or b""))
    assert 1 == server.asked("/old")


def test_53_what_wants_http_1_1_is_an_error_where_that_is_not_spoken(run):
    async def scenario(client, url):
        error = await answer_of(client, "GET", url + "/old")
        assert isinstance(error, RemoteProtocolError)
        assert "HTTP_1_1_REQUIRED" in str(error) or "HTTP/1.1" in str(error)

    def act(peer):
        peer.greet()
        peer.send(reset(peer.stream("/old"), ErrorCodes.HTTP_1_1_REQUIRED))

    server = run(scenario, act, serve)
    assert 1 == server.asked("/old")


# 56: the end of a connection with many streams.

ENDS = {
    "a close": Conversation.close,
    "a reset": Conversation.abort,
    "a broken frame": lambda peer: peer.send(data(0, b"nobody's")),
    "half a frame": lambda peer: (peer.send(data(1)[:5]), peer.close()),
    "GOAWAY": lambda peer: (peer.send(goaway(MAX_WINDOW, 0xB)), peer.close()),
}


def ending_with(end, count):
    def act(peer):
        peer.greet()
        peer.answer("/before")
        for stream in peer.streams(1 + count):
            peer.ended(stream)
        ENDS[end](peer)

    return act


@pytest.mark.parametrize("end", ENDS)
def test_56_each_of_many_streams_gets_an_error_of_its_own_in_time(run, world, end):
    count = 100

    async def scenario(client, url):
        await client.get(url + "/before")
        began = time.monotonic()
        errors = await world.gather(
            *(
                partial(answer_of, client, "POST", f"{url}/{number}", content=b"once")
                for number in range(count)
            )
        )
        assert time.monotonic() - began < IN_TIME_SECONDS
        assert {type(errors[0])} == {type(error) for error in errors}
        assert isinstance(errors[0], BROKEN), errors[0]
        assert count == len({id(error) for error in errors})
        assert OTHER == (await client.get(url + "/after")).content

    server = run(scenario, ending_with(end, count), serve)
    assert [1 + count, 1] == [len(peer.requests) for peer in server.conversations]


@pytest.mark.parametrize("end", ["a close", "a reset"])
def test_56_requests_that_may_be_repeated_are_sent_again(run, world, end):
    count = 100

    async def scenario(client, url):
        await client.get(url + "/before")
        answers = await world.gather(
            *(partial(answer_of, client, "GET", f"{url}/{number}") for number in range(count))
        )
        assert {OTHER, SAME} == {getattr(answer, "content", answer) for answer in answers}

    server = run(scenario, ending_with(end, count), serve)
    assert [1 + count, count] == [len(peer.requests) for peer in server.conversations]


# 58: the end of the stream identifiers.


@pytest.fixture
def nearly_used_up(monkeypatch):
    """Let connections begin with the last three of their 2^30 streams."""
    begin = Protocol.__init__

    def begin_late(self, *args):
        begin(self, *args)
        self.next_id = 2**31 - 5

    monkeypatch.setattr(Protocol, "__init__", begin_late)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_58_a_connection_without_stream_identifiers_is_followed_by_another(
    run, world, nearly_used_up, method
):
    async def ask(client, url):
        return (await client.request(method, url, content=content_of(method))).content

    async def scenario(client, url):
        assert [OTHER, SAME, SAME, OTHER] == [await ask(client, url) for _ in range(4)]
        bodies = await world.gather(*(partial(ask, client, url) for _ in range(5)))
        assert [SAME] * 4 + [OTHER] == sorted(bodies)

    server = run(scenario, serve)
    assert [3, 3, 3] == [len(peer.requests) for peer in server.conversations]
