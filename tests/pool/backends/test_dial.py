"""The race of several addresses (Happy Eyeballs, RFC 8305), over real sockets in each world."""

import os
import signal
import socket
import threading
import time

import pytest

from httpcore_pool import (
    ConnectError,
    ConnectTimeout,
    SocketSettings,
    SyncBackend,
    TCPKeepAlive,
    run_sync,
)
from testkit.sockets import black_hole, closed_port, descriptors, listening

LOCAL = "127.0.0.1"
DELAY = 0.05  # seconds
USUAL = SocketSettings()
AT_ONCE = SocketSettings(attempt_delay=30)  # longer than any test: only a failure starts the next


@pytest.fixture
def hole():
    with black_hole() as place:
        yield place


@pytest.fixture
def open_():
    with listening() as sock:
        yield sock.getsockname()


@pytest.fixture
def closed():
    return LOCAL, closed_port()


@pytest.fixture
def dial(world):
    """Dials and returns the peer's address or the error, when nothing is left of it."""

    def dial(places, timeout=5, how=USUAL):
        async def scenario():
            backend = world.Backend()
            before, began = descriptors(), backend.now()
            try:
                stream = await backend.connect_tcp(places, timeout, how)
                found = stream.peer
                await stream.close()
            except (ConnectError, ConnectTimeout) as error:
                found = error
            took = backend.now() - began
            for _ in range(3):  # turns in which a loop closes what has lost
                await backend.to_thread(int)
            assert before == descriptors()
            return found, took

        return world.run(scenario)

    return dial


def shown(place):
    return f"{place[0]}:{place[1]}"


def test_the_only_address_is_connected_to(dial, open_):
    assert shown(open_) == dial([open_])[0]
    assert shown(open_) == dial([open_, open_], None)[0]


def test_ipv6_is_connected_to(dial):
    with listening("::1") as sock:
        port = sock.getsockname()[1]
        assert f"[::1]:{port}" == dial([("::1", port)])[0]


def test_a_refusal_starts_the_next_at_once(dial, closed, open_):
    found, took = dial([closed, ("127.0.0.2", closed[1]), open_], how=AT_ONCE)
    assert shown(open_) == found
    assert took < 5


def test_a_failure_of_any_attempt_starts_the_next(dial, hole, closed, open_):
    found, took = dial([hole, closed, open_], how=SocketSettings(attempt_delay=DELAY))
    assert shown(open_) == found
    assert took < 2 * DELAY + 1


def test_a_black_hole_delays_the_next_address_a_little(dial, hole, open_):
    found, took = dial([hole, open_], how=SocketSettings(attempt_delay=DELAY))
    assert shown(open_) == found
    assert DELAY * 0.9 <= took < DELAY + 1


def test_the_first_may_win_while_others_are_on_the_way(dial, hole):
    """An answer after the next attempt has begun."""
    with listening() as sock, black_hole() as other:
        places = [hole, other, sock.getsockname()]
        assert shown(sock.getsockname()) == dial(places, how=SocketSettings(attempt_delay=0.01))[0]


def test_without_a_delay_the_addresses_are_tried_one_after_the_other(dial, hole, open_, closed):
    one_by_one = SocketSettings(attempt_delay=None)
    error, _ = dial([hole, open_], 2 * DELAY, one_by_one)
    assert [shown(hole)] == [attempt.address for attempt in error.attempts]
    assert shown(open_) == dial([closed, open_], 5, one_by_one)[0]


def test_when_all_refuse_the_error_has_each_attempt(dial, closed):
    places = [closed, ("127.0.0.2", closed[1]), ("::1", closed_port("::1"))]
    error, took = dial(places, how=AT_ONCE)
    assert ConnectError is type(error)
    expected = [shown(closed), f"[::1]:{places[2][1]}", f"127.0.0.2:{closed[1]}"]
    assert expected == [attempt.address for attempt in error.attempts]
    assert {"Connection refused"} == {attempt.error for attempt in error.attempts}
    assert all(0 <= attempt.elapsed <= took for attempt in error.attempts)
    assert f"Connection refused ({', '.join(expected)})" == error.message
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_an_only_address_that_refuses_is_told_in_few_words(dial, closed):
    error, _ = dial([closed])
    assert ("Connection refused", 1) == (error.message, len(error.attempts))


def test_in_the_end_those_that_gave_no_answer_are_told(dial, hole, closed):
    error, took = dial([hole, closed], 4 * DELAY, SocketSettings(attempt_delay=DELAY))
    assert ConnectTimeout is type(error)
    told = {attempt.address: attempt.error for attempt in error.attempts}
    assert {shown(closed): "Connection refused", shown(hole): "no answer"} == told
    waited = {attempt.address: attempt.elapsed for attempt in error.attempts}
    assert waited[shown(closed)] < 3 * DELAY <= waited[shown(hole)]
    assert 4 * DELAY - 0.01 <= took < 2
    assert 4 * DELAY == error.limit


@pytest.mark.parametrize("several", [False, True])
def test_no_time_is_a_timeout_too(dial, hole, several):
    error, _ = dial([hole, (LOCAL, hole[1] + 1)] if several else [hole], 0)
    assert ConnectTimeout is type(error)


def test_a_network_without_a_route_fails_at_once_and_the_next_is_tried(dial, open_):
    assert shown(open_) == dial([("255.255.255.255", 80), open_], how=AT_ONCE)[0]


def test_addresses_are_tried_in_turns_of_their_families(dial):
    ports = [closed_port(), closed_port("::1")]
    places = [("127.0.0.1", ports[0]), ("127.0.0.2", ports[0]), ("::1", ports[1])]
    for first, expected in (
        ("ipv6", ["[::1]", "127.0.0.1", "127.0.0.2"]),
        (None, ["127.0.0.1", "[::1]", "127.0.0.2"]),
    ):
        error, _ = dial(places, how=SocketSettings(first_family=first))
        assert expected == [each.address.rpartition(":")[0] for each in error.attempts]


def test_what_is_no_address_is_never_looked_up(dial, open_):
    for name in (
        "localhost",
        "127.1",
        "0177.0.0.1",
        "::1::",
        "127.0.0.1\0",
        "127.0.0.1 ",
        "٣.0.0.1",
    ):
        error, _ = dial([open_, (name, open_[1])])
        assert f"{name!r} is no IP address" == error.message
        assert [(name, "no IP address")] == [attempt[:2] for attempt in error.attempts]


def test_no_address_is_an_error(dial):
    assert "there is no address" == dial([])[0].message


def test_the_local_address_is_where_it_comes_from(world, open_):
    async def scenario():
        how = SocketSettings(local_address="127.0.0.9")
        stream = await world.Backend().connect_tcp([("::1", 1), open_], 5, how)
        await stream.close()
        return stream.local

    assert "127.0.0.9" == world.run(scenario).rpartition(":")[0]


def test_a_local_address_of_the_wrong_family_is_told(dial, open_):
    error, _ = dial([open_], how=SocketSettings(local_address="::1"))
    assert "no address is of the family of ::1, the local address" == error.message
    assert [shown(open_)] == [attempt.address for attempt in error.attempts]


def test_a_local_address_that_is_not_ours_is_told(dial, open_):
    error, _ = dial([open_], how=SocketSettings(local_address="192.0.2.1"))
    assert "local address 192.0.2.1: Cannot assign requested address" == error.message
    assert isinstance(error.__cause__.__cause__, OSError)


def options_of(world, place, how):
    """Return the socket of a connection that is made so, as long as it is open."""
    made = []

    class Kept(world.Backend):
        async def wrap_socket(self, sock):
            made.append(sock)
            return await super().wrap_socket(sock)

    async def scenario(look):
        backend = Kept()
        stream = await backend.connect_tcp([place], 5, how)
        sock = made[0] if made else stream._stream.socket  # Trio's dial makes a socket of its own
        found = look(sock)
        await stream.close()
        return found

    return lambda look: world.run(lambda: scenario(look))


def test_small_writes_leave_at_once(world, open_):
    nagle = lambda sock: sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # noqa: E731
    assert options_of(world, open_, SocketSettings())(nagle)


def test_keep_alive_probes_are_the_systems(world, open_):
    def look(sock):
        names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        probes = [sock.getsockopt(socket.IPPROTO_TCP, name) for name in names]
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), probes

    how = SocketSettings(keepalive=TCPKeepAlive(idle=30, interval=7, count=3))
    assert (1, [30, 7, 3]) == options_of(world, open_, how)(look)


def test_socket_options_are_set_before_the_connection_is_made(world, open_):
    """The size of a window is settled with the first packet."""
    how = SocketSettings(
        socket_options=[
            (socket.SOL_SOCKET, socket.SO_RCVBUF, 8192),
            (socket.IPPROTO_TCP, socket.TCP_NODELAY, b"\0\0\0\0"),
        ]
    )

    def look(sock):
        return (
            sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF),
            sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY),
        )

    assert (16384, 0) == options_of(world, open_, how)(look)  # Linux doubles it


def test_an_option_that_the_system_refuses_is_told(dial, open_):
    option = (socket.SOL_SOCKET, 9999, 1)
    error, _ = dial([open_], how=SocketSettings(socket_options=[option]))
    assert f"socket option {option}: Protocol not available" == error.message
    assert [shown(open_)] == [attempt.address for attempt in error.attempts]


# Interruptions.


def test_ctrl_c_ends_a_race_in_threads_at_once_and_closes_all(hole):
    with black_hole() as other:
        before = descriptors()
        for places in ([hole], [hole, other]):
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
            began = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                run_sync(SyncBackend().connect_tcp(places, 5, SocketSettings(attempt_delay=0.01)))
            assert time.monotonic() - began < 2
        assert before == descriptors()
