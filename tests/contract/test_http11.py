"""HTTP/1.1 beyond plain requests, over sockets, in the three worlds: uploads that are answered early, 1xx,
Expect, trailers, upgrades and tunnels, rests that nobody reads."""

import socket
import struct
import threading

import pytest

import httpcore_client as httpcore
from testkit.peer import Peer, response

TOO_LARGE = response(b"no", "413 Content Too Large")
LARGE_BYTES = 8_000_000


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# Early answers (RFC 9112 9.5, 9.6).


def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1024)
    return data


ENDS = {"closes": lambda connection: None, "resets": reset, "stops reading": None}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["bytes", "iterator"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_early_answer_ends_an_upload(world, authority, end, kind, tls):
    """It is returned at once, although the peer resets or stops reading; nothing hangs on the rest."""
    done = threading.Event()

    def refuse(connection):
        # Without this Nagle may hold the answer back behind TLS tickets, and a reset drops it.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_head(connection)
        connection.sendall(TOO_LARGE)
        if ENDS[end] is None:
            done.wait(10)
        else:
            ENDS[end](connection)

    async def scenario(base, options):
        async with world.client(timeout=5, **options) as client:
            answers = []
            for _ in range(4):
                content = bytes(LARGE_BYTES)
                if kind == "iterator":
                    content = iter([bytes(100_000)] * (LARGE_BYTES // 100_000))
                answers.append(await client.post(base, content=content))
            return [(answer.status_code, answer.content) for answer in answers]

    context = authority.server_context() if tls else None
    options = {"ssl": authority.bundle} if tls else {}
    with Peer(refuse, context=context) as peer:
        found = world.run(scenario, peer.url, options)
        done.set()
    assert [(413, b"no")] * 4 == found
    assert 4 == peer.accepted
