"""Words of the tests that script the other side of an HTTP/2 connection (`H2Peer`)."""

import pytest

from httpcore_pool import Request

HERE = "https://user:hunter2@example.org/path?q=1"


def get(method="GET", content=None, **options):
    return Request(method, HERE, content, **options)


def post(content, **options):
    return Request("POST", HERE, content, **options)


async def facts_of(connection, request=None):
    response = await connection.send(request or get())
    return response.status_code, response.protocol, await response.read()


async def raised_by(awaitable):
    with pytest.raises(Exception) as caught:
        await awaitable
    return caught.value


def respond(stream_id, body=b"", status=200):
    return lambda peer: peer.answer(stream_id, body, status)


def widen(by, *streams):
    return lambda peer: [peer.h2.increment_flow_control_window(by, each) for each in streams]
