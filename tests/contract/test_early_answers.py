"""Responses that begin, or are there whole, before all of the request is out: RFC 9112 9.5, RFC 9113 8.1.
A 2xx refuses nothing, so all of the content goes out, while the response is read."""

import queue

import pytest

from testkit.peer import Peer, response

PIECE = bytes(range(256)) * 200


def heads(file):
    """Read the head of each request, until the client has closed."""
    while file.peek(1):
        yield b"".join(iter(file.readline, b"\r\n"))


def size_behind(head, file):
    """Read the content behind a head to its end, and no more; return its size."""
    if b"chunked" not in head:
        return len(file.read(ACCEPTED_BYTES))
    found = 0
    while size := int(file.readline(), 16):
        found += len(file.read(size))
        file.readline()
    file.readline()
    return found


ACCEPTED_BYTES = 1_000_000
ACCEPTED = {
    "whole": (response(b"ok"), b""),
    "as the request ends": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"2\r\nok\r\n0\r\n\r\n",
    ),
    "a part now": (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\no", b"k"),
}


@pytest.mark.parametrize("answer", ACCEPTED)
@pytest.mark.parametrize("kind", ["bytes", "iterator"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_early_answer_that_refuses_nothing_leaves_the_upload_whole(
    world, authority, answer, kind, tls
):
    """The connection lives on, too: RFC 9112 9.5 speaks of errors."""
    now, later = ACCEPTED[answer]
    sizes = queue.Queue()

    def accept(connection):
        file = connection.makefile("rb")
        for head in heads(file):
            connection.sendall(now)
            sizes.put(size_behind(head, file))
            connection.sendall(later)

    async def scenario(base, options):
        async with world.client(timeout=5, **options) as client:
            answers = []
            for _ in range(2):
                piece = b"x" * 100_000
                content = iter([piece] * 10) if kind == "iterator" else piece * 10
                answers.append((await client.post(base, content=content)).content)
            return answers

    context = authority.server_context() if tls else None
    options = {"ssl": authority.bundle} if tls else {}
    with Peer(accept, context=context) as peer:
        assert [b"ok"] * 2 == world.run(scenario, peer.url, options)
        assert [ACCEPTED_BYTES] * 2 == [sizes.get(timeout=5) for _ in range(2)]
    assert 1 == peer.accepted


def test_an_early_answer_of_who_then_leaves_is_returned(world):
    def leave(connection):
        next(heads(connection.makefile("rb")))
        connection.sendall(response(b"ok", "200 OK", b"Connection: close"))

    async def scenario(base):
        async with world.client(timeout=5) as client:
            answer = await client.post(base, content=bytes(8_000_000))
            return answer.status_code, answer.content

    with Peer(leave) as peer:
        assert (200, b"ok") == world.run(scenario, peer.url)


# Both at once.


def pieces_of(kind):
    return iter([PIECE] * 100) if kind == "iterator" else PIECE * 100


@pytest.mark.parametrize("kind", ["bytes", "iterator"])
def test_a_server_that_gives_back_what_comes_gets_all_of_it(run, kind):
    """Neither side waits for the other, however little fits between them."""

    async def scenario(client, base):
        answer = await client.post(base + "/echo-at-once", content=pieces_of(kind))
        return answer.content, (await client.get(base + "/")).text, client.stats().open

    content, greeting, connections = run(scenario, timeout=5)
    assert PIECE * 100 == content
    assert ("hello, world", 1) == (greeting, connections)


@pytest.mark.transports("http1-plain", "http1-tls", "http2-tls")
def test_what_comes_back_can_be_read_while_the_rest_is_sent(run):
    taken, pieces = [], 300  # more than sockets hold

    def content():
        for _ in range(pieces):
            taken.append(1)
            yield PIECE

    async def scenario(client, base):
        found, at_first = 0, None
        async with client.stream("POST", base + "/echo-at-once", content=content()) as answer:
            async for piece in answer.raw():
                at_first = at_first or len(taken)
                found += len(piece)
        return found, at_first

    found, at_first = run(scenario, timeout=5)
    assert (pieces * len(PIECE), pieces) == (found, len(taken))
    assert at_first < pieces


@pytest.mark.transports("http1-plain", "http1-tls", "http2-tls")
def test_content_that_fails_while_the_response_is_read_ends_both(run):
    """The error is the caller's own, and where the response is read."""

    def content():
        yield from [PIECE] * 50
        raise KeyError("the caller's own")

    async def scenario(client, base):
        with pytest.raises(KeyError, match="the caller's own"):
            await client.post(base + "/echo-at-once", content=content())
        return (await client.get(base + "/")).text, client.stats().open

    assert ("hello, world", 1) == run(scenario, timeout=5)


@pytest.mark.transports("http1-plain", "http1-tls", "http2-tls")
def test_to_leave_the_response_ends_the_upload(run):
    ended = []

    def content():
        try:
            yield from [PIECE] * 100
        finally:
            ended.append(True)

    async def scenario(client, base):
        async with client.stream("POST", base + "/echo-at-once", content=content()) as answer:
            async for _ in answer.raw():
                break
        return ended, (await client.get(base + "/")).text

    assert ([True], "hello, world") == run(scenario, timeout=5)
