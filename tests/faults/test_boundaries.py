"""A response that breaks off at any of its octets is an error, never a short success."""

import socket
import struct

import pytest

import httpcore_client as httpcore
from testkit.faults import assert_settled, client_of_one, nothing_left, quicken, stats, with_secret
from testkit.peer import Peer, response

BROKEN = (httpcore.RemoteProtocolError, httpcore.ReadError)
RESPONSES = {
    "length": response(b"hello", "200 OK", b"X: y"),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\na: b\r\n\r\n",
    "after an interim response": b"HTTP/1.1 103 Hints\r\na: b\r\n\r\n" + response(b"hello"),
}


class Cutting(Peer):
    """Cuts the n-th response off after n octets."""

    def __init__(self, octets, end, context, *, before):
        super().__init__(self._cut, context=context)
        self._octets = octets
        self._ends = end
        self._before = before

    def __enter__(self):
        super().__enter__()
        quicken(self._listener)
        return self

    def _cut(self, connection):
        for _ in range(self._before):
            self.read_request(connection)
            connection.sendall(response(b"before"))
        size = sum(b"cut" in head for head in self.requests)
        self.read_request(connection)
        connection.sendall(self._octets[:size])
        if self._ends == "reset":
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def cut_off_everywhere(client, url, size, *, before):
    """Ask once for each offset; return what came for those short of the whole, and for the whole."""
    broken = []
    for _ in range(size):
        if before:
            assert b"before" == (await client.get(url)).content
        try:
            answer = await client.post(url + "/cut", content=b"x")
            broken.append(answer.content)
        except BROKEN as error:
            broken.append(type(error))
        assert_settled(await stats(client))
    if before:
        assert b"before" == (await client.get(url)).content
    whole = await client.post(url + "/cut", content=b"x")
    assert_settled(await stats(client))
    return broken, whole.content


# (kind, how it breaks off, over TLS, whether the connection was used before)
WAYS = [
    *[(kind, end, False, False) for kind in RESPONSES for end in ("close", "reset")],
    *[(kind, "close", False, True) for kind in RESPONSES],
    *[("chunked", end, True, False) for end in ("close", "reset")],
]


@pytest.mark.parametrize(("kind", "end", "tls", "before"), WAYS)
def test_only_a_whole_response_is_one(world, authority, kind, end, tls, before):
    octets = RESPONSES[kind]
    context = authority.server_context() if tls else None
    peer = Cutting(octets, end, context, before=before)

    async def scenario():
        async with client_of_one(world, authority) as client:
            url = with_secret(peer.url)
            return await cut_off_everywhere(client, url, len(octets), before=before)

    with nothing_left(), peer:
        broken, whole = world.run(scenario)
    assert [] == [found for found in broken if found not in BROKEN]
    assert b"hello" == whole
    assert len(octets) + 1 == peer.accepted
