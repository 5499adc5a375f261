"""`Network` and `SocketSettings`: what may be said, and what is wrong is refused at once."""

import pickle
from pathlib import Path

import pytest

from httpcore_pool import (
    AddressPolicy,
    ConnectError,
    ConnectionPool,
    Network,
    Request,
    ScriptedBackend,
    SocketSettings,
    SystemResolver,
    TCPKeepAlive,
)


def connects(host, port, timeout):
    raise NotImplementedError


class Unhashable(SystemResolver):
    __hash__ = None

    def __call__(self, host, port, timeout):
        raise NotImplementedError


class BytesPath:
    def __fspath__(self):
        return b"/run/socket"


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"local_address": 1}, TypeError, "local_address=...) must be a str, not int"),
        ({"local_address": "localhost"}, ValueError, "must be an IP address, not 'localhost'"),
        ({"first_family": "ip"}, ValueError, 'must be "ipv4", "ipv6" or None, not \'ip\''),
        ({"attempt_delay": "1"}, TypeError, "attempt_delay=...) must be a number"),
        ({"attempt_delay": True}, TypeError, "attempt_delay=...) must be a number"),
        ({"attempt_delay": 0}, ValueError, "must be at least 0.01 s, not 0"),
        ({"attempt_delay": float("nan")}, ValueError, "must be at least 0.01 s, not nan"),
        ({"attempt_delay": float("inf")}, ValueError, "must be at least 0.01 s, not inf"),
        ({"keepalive": 60}, TypeError, "keepalive=...) must be a TCPKeepAlive or None, not int"),
        ({"socket_options": 1}, TypeError, "must be several (level, option, value)"),
        ({"socket_options": "abc"}, TypeError, "must be several (level, option, value)"),
        ({"socket_options": (6, 1, 1)}, TypeError, "must be (level, option, value), not 6"),
        ({"socket_options": [(6, 1)]}, TypeError, "must be (level, option, value), not (6, 1)"),
        ({"socket_options": [(6, 1, None)]}, TypeError, "must be (level, option, value)"),
        ({"socket_options": [(6, 1, 2**31)]}, ValueError, "does not fit 32 bits"),
        ({"socket_options": [(-(2**31) - 1, 1, 1)]}, ValueError, "does not fit 32 bits"),
    ],
)
def test_a_wrong_setting_of_sockets_is_refused(options, error, says):
    for kind in (SocketSettings, Network):
        with pytest.raises(error) as caught:
            kind(**options)
        assert says in str(caught.value)
        assert str(caught.value).startswith(kind.__name__)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"resolver": "1.1.1.1"}, TypeError, "resolver must be a Resolver, a function or None"),
        (
            {"resolver": SystemResolver},
            TypeError,
            "resolver must be a Resolver, a function or None",
        ),
        ({"resolver": Unhashable()}, TypeError, "resolver=...) must be hashable"),
        ({"unix_socket": b"/run/socket"}, TypeError, "must be a path, not bytes"),
        ({"unix_socket": BytesPath()}, TypeError, "must be a path, not BytesPath"),
        ({"unix_socket": ""}, ValueError, "must be a path, which is not empty"),
        ({"connect": "tcp"}, TypeError, "connect=...) must be a function, not 'tcp'"),
        ({"connect": Unhashable()}, TypeError, "connect=...) must be hashable"),
        ({"connect": connects, "unix_socket": "/run/socket"}, ValueError, "only one can be"),
        ({"connect": connects, "address_policy": "public"}, ValueError, "can't be judged"),
        ({"address_policy": 1}, TypeError, "address_policy must be"),
        ({"proxies": 1}, TypeError, "has no argument 'proxies'"),
    ],
)
def test_a_wrong_network_is_refused(options, error, says):
    with pytest.raises(error) as caught:
        Network(**options)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["idle", "interval", "count"])
def test_keep_alive_is_counted_in_whole_numbers(name):
    for wrong, error in ((0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match=rf"TCPKeepAlive\({name}=...\)"):
            TCPKeepAlive(**{name: wrong})


def test_without_anything_it_is_the_systems():
    network = Network()
    assert SystemResolver() == network.resolver
    assert (None, None, None, ()) == (
        *(network.unix_socket, network.connect, network.keepalive),
        network.socket_options,
    )
    assert (0.25, 0) == (network.attempt_delay, len(network.hosts))


def test_what_is_given_in_other_forms_is_put_right():
    assert ((6, 1, 0),) == Network(socket_options=iter([(6, 1, 0)])).socket_options
    network = Network(unix_socket=Path("/run/socket"), address_policy="public")
    assert "/run/socket" == network.unix_socket
    assert isinstance(network.address_policy, AddressPolicy)
    assert (
        "\0name"
        == Network(unix_socket="@name").unix_socket
        == Network(unix_socket="\0name").unix_socket
    )
    assert "./@name" == Network(unix_socket="./@name").unix_socket


@pytest.mark.parametrize("way", [{"unix_socket": "/run/socket"}, {"connect": print}])
@pytest.mark.parametrize(
    "idle",
    [
        {"resolver": print},
        {"hosts": {"a.test": "127.0.0.1"}},
        {"local_address": "127.0.0.1"},
        {"first_family": "ipv4"},
        {"attempt_delay": 1},
        {"keepalive": TCPKeepAlive()},
        {"socket_options": [(6, 1, 0)]},
    ],
)
def test_what_would_do_nothing_where_no_address_is_dialled_is_refused(way, idle):
    (name,) = idle
    with pytest.raises(ValueError, match=f"{name} would do nothing"):
        Network(**way, **idle)


def test_networks_are_values():
    options = {
        "resolver": connects,
        "hosts": {"a.test": "127.0.0.1"},
        "local_address": "::1",
        "keepalive": TCPKeepAlive(idle=5),
    }
    one, same = Network(**options), Network(**options)
    assert (one, hash(one)) == (same, hash(same))
    assert one != Network()
    assert one == pickle.loads(pickle.dumps(one)) == one.copy_with()


def test_a_policy_is_no_matter_of_the_way_to_a_proxy():
    plain = Network(first_family="ipv4")
    judged = plain.under(AddressPolicy.public_only())
    assert judged is judged.under(AddressPolicy.public_only(trust_proxies=True))
    assert plain is plain.under(None)
    assert (plain, plain) == (plain.for_proxy(), judged.for_proxy())


def test_what_a_backend_can_not_even_begin_is_a_failure_to_connect(run):
    """Descriptors are exhausted, so that the module which it needs can't be imported."""

    class Exhausted(ScriptedBackend):
        async def connect_unix(self, path, timeout):
            raise OSError(24, "Too many open files")

    async def scenario():
        pool = ConnectionPool(Exhausted(), network=Network(unix_socket="@name"))
        with pytest.raises(ConnectError, match="can't connect to unix:@name: Too many open files"):
            await pool.send(Request("GET", "http://a.test/"))
        await pool.close()

    run(scenario)
