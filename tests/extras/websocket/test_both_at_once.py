"""One task that sends to a server which sends, too, and takes nothing before it was heard."""

import threading

import pytest

from httpcore_client import Timeout
from httpcore_client.websocket import WebSocketClosed
from testkit.h2_server import INITIAL_WINDOW_SIZE, H2Server, headers, window_update
from testkit.websocket import BINARY, TEXT, SocketServer, close_frame, frame

ENABLE_CONNECT_PROTOCOL = 8  # RFC 8441 3
PIECES, PIECE_BYTES = 20, 500_000  # more than sockets and windows hold
LARGE = bytes(8_000_000)
SPOKEN = frame(BINARY, bytes(PIECE_BYTES)) * PIECES + frame(TEXT, "all")


async def sizes_of(client, url, **options):
    """Send, and then receive to the end."""
    found = []
    async with client.websocket(url, compression=False, **options) as ws:
        await ws.send(LARGE)
        with pytest.raises(WebSocketClosed, match="4000"):
            while True:
                found.append(len(await ws.receive(5)))
    return found


SIZES = [PIECE_BYTES] * PIECES + [3]


@pytest.mark.parametrize("first", [b"", frame(TEXT, "1")], ids=["later", "with the head"])
def test_over_http_1(run_client, first):
    """A server of one thread, say."""

    def play(sock):
        sock.sendall(first + SPOKEN)
        size = 0
        while size < len(LARGE):
            size += len(sock.recv(1 << 20))
        sock.sendall(close_frame(4000))
        sock.recv(100)

    async def scenario(client):
        with SocketServer(play) as server:
            return await sizes_of(client, server.url)

    assert [1] * bool(first) + SIZES == run_client(scenario, timeout=Timeout(write=3))


def test_over_http_2(run_client):
    def act(peer):
        peer.greet({ENABLE_CONNECT_PROTOCOL: 1, INITIAL_WINDOW_SIZE: 100_000})
        stream = peer.stream("/")
        peer.send(headers(stream, (":status", "200")))
        peer.send_data(stream, SPOKEN)
        peer.send(window_update(0, 2 * len(LARGE)), window_update(stream, 2 * len(LARGE)))
        peer.until(lambda: len(peer.content(stream)) > len(LARGE))
        peer.send_data(stream, close_frame(4000))

    async def scenario(client):
        return await sizes_of(client, server.url.replace("http", "ws") + "/", http2=True)

    with H2Server(act) as server:
        assert SIZES == run_client(scenario, http1=False, timeout=Timeout(write=3))


def test_who_says_much_and_takes_nothing_is_given_up_in_time(run_client):
    """What it says does not put off the write limit."""
    over = threading.Event()

    def play(sock):
        while not over.wait(0.01):
            sock.sendall(frame(TEXT, "more"))

    async def scenario(client):
        with SocketServer(play) as server:
            async with client.websocket(server.url, compression=False) as ws:
                with pytest.raises(WebSocketClosed, match="the server took nothing for 0.3 s"):
                    for _ in range(10):
                        await ws.send(LARGE)
                over.set()
                return ws.close_code

    assert 1006 == run_client(scenario, timeout=Timeout(write=0.3))
