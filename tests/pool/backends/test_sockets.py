"""Facts about sockets."""

import socket

import pytest

from httpcore_pool.backends import _sockets


@pytest.mark.parametrize(
    ("sockname", "shown"),
    [
        (("127.0.0.1", 80), "127.0.0.1:80"),
        (("::1", 80, 0, 0), "[::1]:80"),
        ("/run/socket", "unix:/run/socket"),
        ("", ""),
        ("\0name", "unix:@name"),
        (b"\0name\xff\0", "unix:@name\\xff\0"),
        (None, ""),
    ],
)
def test_addresses_are_shown_as_host_and_port(sockname, shown):
    assert shown == _sockets.address(sockname)


def test_a_socket_is_readable_with_bytes_at_the_end_and_when_closed():
    left, right = socket.socketpair()
    with left, right:
        before = _sockets.is_readable(left)
        right.sendall(b"x")
        with_bytes = _sockets.is_readable(left)
        left.recv(1)
        right.close()
        at_end = _sockets.is_readable(left)
    assert (False, True, True, True) == (before, with_bytes, at_end, _sockets.is_readable(left))


@pytest.mark.parametrize("kind", [_sockets.PollReadiness, _sockets.SelectReadiness])
def test_readiness_tells_reading_from_writing_and_ends_with_its_limit(kind):
    left, right = socket.socketpair()
    with left, right:
        reading = kind(left, write=False)
        assert (reading.wait(0.001), reading.now()) == (False, False)
        assert kind(left, write=True).wait(None) is True
        right.sendall(b"x")
        assert (reading.wait(5), reading.now()) == (True, True)
